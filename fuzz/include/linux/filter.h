/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's header has the classic instructions; here are those of the BPF core
 * that the pure files write. Each names the fields it sets; all others are 0.
 */
#ifndef FUZZ_LINUX_FILTER_H
#define FUZZ_LINUX_FILTER_H

#include_next <linux/filter.h>
#include <linux/bpf.h>
#include <linux/kernel.h>

#define BPF_REG_FP		BPF_REG_10

#define BPF_INSN(...)		((struct bpf_insn) { __VA_ARGS__ })

#define BPF_RAW_INSN(CODE, DST, SRC, OFF, IMM)				\
	BPF_INSN(.code = (CODE), .dst_reg = (DST), .src_reg = (SRC),	\
		 .off = (OFF), .imm = (IMM))

#define BPF_ALU32_IMM(OP, DST, IMM)					\
	BPF_RAW_INSN(BPF_ALU | BPF_OP(OP) | BPF_K, DST, 0, 0, IMM)
#define BPF_ALU32_REG(OP, DST, SRC)					\
	BPF_RAW_INSN(BPF_ALU | BPF_OP(OP) | BPF_X, DST, SRC, 0, 0)
#define BPF_MOV32_IMM(DST, IMM)		BPF_ALU32_IMM(BPF_MOV, DST, IMM)
#define BPF_MOV32_REG(DST, SRC)		BPF_ALU32_REG(BPF_MOV, DST, SRC)

#define BPF_LDX_MEM(SIZE, DST, SRC, OFF)				\
	BPF_RAW_INSN(BPF_LDX | BPF_SIZE(SIZE) | BPF_MEM, DST, SRC, OFF, 0)
#define BPF_STX_MEM(SIZE, DST, SRC, OFF)				\
	BPF_RAW_INSN(BPF_STX | BPF_SIZE(SIZE) | BPF_MEM, DST, SRC, OFF, 0)
#define BPF_ST_MEM(SIZE, DST, OFF, IMM)					\
	BPF_RAW_INSN(BPF_ST | BPF_SIZE(SIZE) | BPF_MEM, DST, 0, OFF, IMM)

#define BPF_JMP32_IMM(OP, DST, IMM, OFF)				\
	BPF_RAW_INSN(BPF_JMP32 | BPF_OP(OP) | BPF_K, DST, 0, OFF, IMM)
#define BPF_JMP32_REG(OP, DST, SRC, OFF)				\
	BPF_RAW_INSN(BPF_JMP32 | BPF_OP(OP) | BPF_X, DST, SRC, OFF, 0)
#define BPF_JMP_A(OFF)		BPF_RAW_INSN(BPF_JMP | BPF_JA, 0, 0, OFF, 0)
#define BPF_EXIT_INSN()		BPF_RAW_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#endif /* FUZZ_LINUX_FILTER_H */
