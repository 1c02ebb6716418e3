/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filters as files: raw arrays of struct sock_filter. Where a path names a folder, all that is
 * in it is meant, in the order of the names.
 */
#ifndef BENCH_FILTERS_H
#define BENCH_FILTERS_H

#include "bench.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>

/* Where scripts/bench puts them in the guest. */
#define CONTAINER_LINEAR	"/profiles/container-linear.bpf"
#define CONTAINER_TREE		"/profiles/container-tree.bpf"
#define ONE_INSTRUCTION		"/profiles/allow.bpf"
#define SYSTEMD_CHAIN		"/profiles/systemd"

static inline struct sock_fprog program_load(const char *path)
{
	static const size_t most = BPF_MAXINSNS * sizeof(struct sock_filter);
	struct sock_fprog program = { .filter = malloc(most) };
	FILE *file = fopen(path, "r");

	REQUIRE(program.filter && file);
	program.len = fread(program.filter, sizeof(struct sock_filter), BPF_MAXINSNS, file);
	REQUIRE(program.len && !ferror(file) && fgetc(file) == EOF);
	fclose(file);
	return program;
}

static inline void program_install(const struct sock_fprog *program)
{
	REQUIRE(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	REQUIRE(!syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, program));
}

static inline int is_filter(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && !strcmp(entry->d_name + length - 4, ".bpf");
}

/* All are read first: afterwards reading may be refused. */
static inline int programs_load(const char *path, struct sock_fprog *programs, int most)
{
	struct dirent **entries;
	struct stat status;
	int count;

	REQUIRE(!stat(path, &status));
	if (!S_ISDIR(status.st_mode)) {
		REQUIRE(most);
		*programs = program_load(path);
		return 1;
	}
	count = scandir(path, &entries, is_filter, alphasort);
	REQUIRE(count > 0 && count <= most);
	for (int i = 0; i < count; i++) {
		char name[512];

		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		programs[i] = program_load(name);
		free(entries[i]);
	}
	free(entries);
	return count;
}

/* Makes it one that nobody has installed yet: it refuses with another errno each time. */
static inline void program_make_new(struct sock_fprog *program)
{
	static unsigned int error = 1000;
	int changed = 0;

	error++;
	for (int i = 0; i < program->len; i++) {
		struct sock_filter *insn = &program->filter[i];

		if (insn->code == (BPF_RET | BPF_K) &&
		    (insn->k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
			insn->k = SECCOMP_RET_ERRNO | error;
			changed++;
		}
	}
	REQUIRE(changed);
}

#ifndef SECCOMP_CREATE_PROG
#define SECCOMP_CREATE_PROG		0x100
#define SECCOMP_FILTER_FLAG_PROG_FD	(1UL << 29)
#endif

/* The program's descriptor, or -1 on a kernel that has none of these. */
static inline int program_open(const struct sock_fprog *program)
{
	int fd = syscall(__NR_seccomp, SECCOMP_CREATE_PROG, 0, program);

	REQUIRE(fd >= 0 || errno == EINVAL);
	return fd;
}

static inline void program_attach(const int *fd)
{
	REQUIRE(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	REQUIRE(!syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_PROG_FD, fd));
}

/*
 * A process that has the program installed, by the descriptor or its instructions, or none if
 * both are NULL, until program_release().
 */
static inline pid_t program_hold_by(const int *fd, const struct sock_fprog *program)
{
	int held[2];
	char byte;
	pid_t pid;

	REQUIRE(!pipe(held) && (pid = fork()) >= 0);
	if (!pid) {
		if (fd)
			program_attach(fd);
		else if (program)
			program_install(program);
		REQUIRE(write(held[1], "", 1) == 1);
		for (;;)
			pause();
	}
	REQUIRE(read(held[0], &byte, 1) == 1);
	close(held[0]);
	close(held[1]);
	return pid;
}

static inline pid_t program_hold(const struct sock_fprog *program)
{
	return program_hold_by(NULL, program);
}

static inline void program_release(pid_t pid)
{
	int status;

	REQUIRE(!kill(pid, SIGKILL) && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
}

#endif /* BENCH_FILTERS_H */
