// SPDX-License-Identifier: GPL-2.0
/*
 * Two processes send each other a byte through two pipes: hardly anything but system calls.
 */
#include "../bench.h"

#define ROUNDS	20000

int main(void)
{
	int there[2], back[2], status;
	char byte = 0;
	pid_t pid;

	REQUIRE(!pipe(there) && !pipe(back) && (pid = fork()) >= 0);
	for (int i = 0; i < ROUNDS; i++) {
		if (pid)
			REQUIRE(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1);
		else
			REQUIRE(read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1);
	}
	if (!pid)
		return 0;
	REQUIRE(waitpid(pid, &status, 0) == pid && !status);
	return 0;
}
