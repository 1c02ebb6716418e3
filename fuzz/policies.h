/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_POLICIES_H
#define FUZZ_POLICIES_H

#include "fuzz.h"

bool policy_invent(struct program *program, u64 *random);

#endif /* FUZZ_POLICIES_H */
