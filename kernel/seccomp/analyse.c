// SPDX-License-Identifier: GPL-2.0
/*
 * The analysis of a program by abstract interpretation. Pure, see analysis.h.
 *
 * It is done range by range of system call numbers. All numbers of a range set
 * out together, as an interval. A branch that they agree on is followed; where
 * the program compares the number and they do not, the smaller part of them is
 * carved out, followed to its end, and then the others go on. So the work is
 * about the length of the program plus what each part sees of it alone, and
 * numbers that the program treats alike share one answer.
 *
 * A branch that depends on arguments is where walking ends and flowing begins:
 * from there on both ways are followed in the order of the instructions (jumps
 * only lead forwards), and what is known is joined where ways meet.
 *
 * An interval keeps the holes that were carved out of it: a number that has its
 * answer already is in no set any more. That is why the order matters: a part
 * has all its answers before the rest goes on.
 *
 * Nothing in a program makes the analysis give up, but its work is limited: past
 * SECCOMP_STEPS_MAX no set is divided any further, and what a set does not agree
 * on is left for the code to find out.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "analysis.h"
#include "bounds.h"
#include "residual.h"

/* Instructions to follow, in all; a part that is under way is still finished. */
#define SECCOMP_STEPS_MAX	(24 * 1024)
/* How many comparisons that are passed over take as long as a step. */
#define SECCOMP_PASSES_A_STEP	8
/* How many the flow passes over at once: ways may join a row at each of them. */
#define SECCOMP_PASSES_MAX	16
/* Each part is half of the interval that it comes from, rounded up, of 64K at most. */
#define SECCOMP_SETS_MAX	20
/* How many instructions ahead of the flow are remembered with what is known. */
#define SECCOMP_STATES_MAX	64

#define SECCOMP_SLOT_UNSET	U16_MAX
#define SECCOMP_STATE_NONE	0
#define SECCOMP_STATE_ANY	U16_MAX

/*
 * What is known before an instruction. Registers are bits of the masks: @number
 * are those that hold the system call number itself (their bounds are those of
 * the set), @derived those whose bounds would be narrower if the set was smaller.
 */
struct seccomp_state {
	u32			number;
	u32			derived;
	struct seccomp_value	values[SECCOMP_REGS];
};

/*
 * Numbers that are followed together: the slots from @low to @high of the range
 * that have no answer yet. They have come to @pc, by the first @count
 * instructions of the path, with @state; unless since then others have been
 * sent back to the start, which writes the path anew: so have these to be.
 */
struct seccomp_set {
	unsigned int		low;
	unsigned int		high;
	unsigned int		pc;
	unsigned int		count;
	unsigned int		restarts;
	struct seccomp_state	state;
};

enum seccomp_progress {
	SECCOMP_ANSWERED,	/* the set has its answer */
	SECCOMP_CARVE_HERE,	/* the part is to go on from this instruction */
	SECCOMP_CARVE_START,	/* the part and the rest are to begin anew */
};

/**
 * struct seccomp_run - the analysis under way
 * @map:	all system calls
 * @analysis:	what it is to fill in
 * @trace:	the program and the present path
 * @range:	the numbers that are being followed
 * @whole:	nothing is known, neither number nor architecture
 * @registers:	how many the program uses: without scratch memory the first two
 * @number:	the bounds of the numbers in the present set
 * @low:	its first slot in the range
 * @high:	its last
 * @part_low:	the part that is to be carved out of it
 * @part_high:	its last slot
 * @restarts:	how often a set was sent back to the start
 * @sets:	those that wait, each for the ones above it
 * @pending:	instructions ahead of the flow
 * @state_of:	for each instruction ahead, 1 + its index in @states
 * @states:	what is known there
 * @free:	indices of unused @states
 * @frees:	how many
 * @strictest:	action that the present set may be answered with
 * @dies:	a division by zero is possible
 * @code:	the parts so far
 * @length:	of @code
 * @starts:	of the parts
 * @overflow:	there was no room for another part: the whole program is to run
 */
struct seccomp_run {
	const struct seccomp_map	*map;
	struct seccomp_analysis		*analysis;
	struct seccomp_trace		trace;
	const struct seccomp_numbers	*range;
	bool				whole;
	unsigned int			registers;
	struct seccomp_value		number;
	unsigned int			low;
	unsigned int			high;
	unsigned int			part_low;
	unsigned int			part_high;
	unsigned int			restarts;
	struct seccomp_set		sets[SECCOMP_SETS_MAX];
	unsigned int			pending;
	u16				*state_of;
	struct seccomp_state		states[SECCOMP_STATES_MAX];
	u16				free[SECCOMP_STATES_MAX];
	unsigned int			frees;
	u32				strictest;
	bool				dies;
	struct bpf_insn			*code;
	unsigned int			length;
	u16				starts[SECCOMP_PARTS_MAX + 1];
	bool				overflow;
};

/*
 * States
 */

static struct seccomp_value seccomp_read(const struct seccomp_run *run,
					 const struct seccomp_state *state,
					 unsigned int reg)
{
	return state->number & BIT(reg) ? run->number : state->values[reg];
}

static void seccomp_write(struct seccomp_state *state, unsigned int reg,
			  struct seccomp_value value)
{
	state->number &= ~BIT(reg);
	state->derived &= ~BIT(reg);
	state->values[reg] = value;
}

static void seccomp_copy(struct seccomp_state *state, unsigned int to,
			 unsigned int from)
{
	seccomp_write(state, to, state->values[from]);
	state->number |= state->number & BIT(from) ? BIT(to) : 0;
	state->derived |= state->derived & BIT(from) ? BIT(to) : 0;
}

/* Would it help to know of these registers that the set is smaller? */
static bool seccomp_depends_on_number(const struct seccomp_state *state, u32 regs)
{
	return (state->number | state->derived) & regs;
}

static void seccomp_join_register(const struct seccomp_run *run,
				  struct seccomp_state *to,
				  const struct seccomp_state *from, unsigned int reg)
{
	struct seccomp_value a = seccomp_read(run, to, reg);
	struct seccomp_value b = seccomp_read(run, from, reg);
	bool derived = seccomp_depends_on_number(to, BIT(reg)) ||
		       seccomp_depends_on_number(from, BIT(reg));

	if (to->number & from->number & BIT(reg))
		return;
	a.min = min(a.min, b.min);
	a.max = max(a.max, b.max);
	seccomp_write(to, reg, a);
	to->derived |= derived ? BIT(reg) : 0;
}

static void seccomp_join(const struct seccomp_run *run, struct seccomp_state *to,
			 const struct seccomp_state *from)
{
	u32 differing = (to->number ^ from->number) | (to->derived ^ from->derived);

	for (unsigned int reg = 0; reg < run->registers; reg++)
		if (differing & BIT(reg) ||
		    to->values[reg].min != from->values[reg].min ||
		    to->values[reg].max != from->values[reg].max)
			seccomp_join_register(run, to, from, reg);
}

/*
 * One instruction
 */

/* The word of the data at an offset, into A. */
static void seccomp_load(struct seccomp_run *run, struct seccomp_state *state, u32 offset)
{
	seccomp_write(state, SECCOMP_REG_A, seccomp_anything);
	if (run->whole)
		return;
	if (offset == offsetof(struct seccomp_data, nr))
		state->number |= BIT(SECCOMP_REG_A);
	else if (offset == offsetof(struct seccomp_data, arch))
		state->values[SECCOMP_REG_A] = seccomp_constant(run->range->arch);
}

/* Has the present set this number? */
static bool seccomp_set_has(const struct seccomp_run *run, u32 number)
{
	const struct seccomp_numbers *range = run->range;
	unsigned int slot;

	if (number < run->number.min || number > run->number.max)
		return false;
	if (number - range->first >= range->count)
		return true;
	slot = range->slot + number - range->first;
	return run->analysis->slots[slot] == SECCOMP_SLOT_UNSET;
}

static struct seccomp_value seccomp_operand(const struct seccomp_run *run,
					    const struct seccomp_state *state,
					    const struct sock_filter *insn)
{
	return BPF_SRC(insn->code) == BPF_X ? seccomp_read(run, state, SECCOMP_REG_X) :
					      seccomp_constant(insn->k);
}

static void seccomp_mark_operand(struct seccomp_mark *mark, const struct sock_filter *insn,
				 struct seccomp_value operand)
{
	if (BPF_SRC(insn->code) != BPF_X || !seccomp_value_is_constant(operand))
		return;
	mark->operand = true;
	mark->value = operand.min;
}

/* The registers that decide what an instruction comes to. */
static u32 seccomp_deciders(const struct sock_filter *insn)
{
	if (seccomp_insn_divides(insn))
		return BIT(SECCOMP_REG_X);
	if (BPF_CLASS(insn->code) == BPF_JMP && BPF_SRC(insn->code) == BPF_X)
		return BIT(SECCOMP_REG_A) | BIT(SECCOMP_REG_X);
	return BIT(SECCOMP_REG_A);
}

static void seccomp_step_alu(struct seccomp_run *run, struct seccomp_state *state,
			     const struct sock_filter *insn, struct seccomp_mark *mark)
{
	struct seccomp_value a = seccomp_read(run, state, SECCOMP_REG_A);
	struct seccomp_value b = seccomp_operand(run, state, insn);
	u32 sources = BIT(SECCOMP_REG_A) |
		      (BPF_SRC(insn->code) == BPF_X ? BIT(SECCOMP_REG_X) : 0);
	bool depends = seccomp_depends_on_number(state, sources);

	if (seccomp_insn_divides(insn))
		mark->ways = seccomp_way(b.min, !b.max);
	if (!(mark->ways & SECCOMP_WAY_TRUE))
		return;
	seccomp_write(state, SECCOMP_REG_A,
		      seccomp_calculate(BPF_OP(insn->code), a, b));
	if (depends && !seccomp_value_is_constant(state->values[SECCOMP_REG_A]))
		state->derived |= BIT(SECCOMP_REG_A);
	seccomp_mark_operand(mark, insn, b);
}

static void seccomp_step_jump(struct seccomp_run *run, struct seccomp_state *state,
			      const struct sock_filter *insn, struct seccomp_mark *mark)
{
	struct seccomp_value a = seccomp_read(run, state, SECCOMP_REG_A);
	struct seccomp_value b = seccomp_operand(run, state, insn);
	u16 op = BPF_OP(insn->code);

	if (op == BPF_JA)
		return;
	mark->ways = seccomp_compare(op, a, b);
	seccomp_mark_operand(mark, insn, b);
	if (op != BPF_JEQ || !seccomp_value_is_constant(b))
		return;
	/* What bounds do not tell: the holes in a set. */
	if (state->number & BIT(SECCOMP_REG_A) && !seccomp_set_has(run, b.min))
		mark->ways = SECCOMP_WAY_FALSE;
}

static void seccomp_step_load(struct seccomp_run *run, struct seccomp_state *state,
			      const struct sock_filter *insn, unsigned int reg)
{
	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		seccomp_load(run, state, insn->k);
		break;
	case BPF_LEN:
		seccomp_write(state, reg, seccomp_constant(sizeof(struct seccomp_data)));
		break;
	case BPF_MEM:
		seccomp_copy(state, reg, SECCOMP_REG_MEM + insn->k);
		break;
	default:
		seccomp_write(state, reg, seccomp_constant(insn->k));
		break;
	}
}

/*
 * Changes @state from what is known before the instruction to what is known
 * after it, and marks what it comes to.
 */
static void seccomp_step(struct seccomp_run *run, struct seccomp_state *state,
			 unsigned int pc)
{
	const struct sock_filter *insn = &run->trace.insns[pc];
	struct seccomp_mark *mark = &run->trace.marks[pc];
	unsigned int written = SECCOMP_REG_A;
	struct seccomp_value value;

	*mark = (struct seccomp_mark){ .ways = SECCOMP_WAY_TRUE };
	run->analysis->steps++;
	run->trace.path[run->trace.count++] = pc;

	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		seccomp_step_load(run, state, insn, SECCOMP_REG_A);
		break;
	case BPF_LDX:
		written = SECCOMP_REG_X;
		seccomp_step_load(run, state, insn, SECCOMP_REG_X);
		break;
	case BPF_ST:
		written = SECCOMP_REG_MEM + insn->k;
		seccomp_copy(state, written, SECCOMP_REG_A);
		break;
	case BPF_STX:
		written = SECCOMP_REG_MEM + insn->k;
		seccomp_copy(state, written, SECCOMP_REG_X);
		break;
	case BPF_MISC:
		written = BPF_MISCOP(insn->code) == BPF_TAX ? SECCOMP_REG_X :
							      SECCOMP_REG_A;
		seccomp_copy(state, written, SECCOMP_REG_X - written);
		break;
	case BPF_ALU:
		seccomp_step_alu(run, state, insn, mark);
		break;
	case BPF_JMP:
		seccomp_step_jump(run, state, insn, mark);
		return;
	case BPF_RET:
		mark->ways = 0;
		break;
	}

	value = BPF_CLASS(insn->code) == BPF_RET && BPF_RVAL(insn->code) == BPF_K ?
		seccomp_constant(insn->k) : seccomp_read(run, state, written);
	if (seccomp_value_is_constant(value)) {
		mark->result = true;
		mark->operand = false;
		mark->value = value.min;
	}
}

/* Is it open what the instruction that was marked last comes to? */
static bool seccomp_is_open(const struct seccomp_mark *mark)
{
	return mark->ways == SECCOMP_WAY_BOTH || (!mark->ways && !mark->result);
}

/*
 * Answers
 */

static unsigned int seccomp_answer_index(struct seccomp_analysis *analysis, u32 verdict,
					 u32 part)
{
	struct seccomp_answer *answers = analysis->answers;
	unsigned int index = 0;

	/* The data of ALLOW has no meaning. */
	if (!part && (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW)
		verdict = SECCOMP_RET_ALLOW;
	while (index < analysis->count &&
	       (answers[index].verdict != verdict || answers[index].part != part))
		index++;
	if (index == analysis->count)
		answers[analysis->count++] = (struct seccomp_answer){ verdict, part };

	return index;
}

/* The slot of the first number that is being followed. */
static u16 *seccomp_slots(const struct seccomp_run *run)
{
	return run->analysis->slots + run->range->slot;
}

static void seccomp_answer_set(struct seccomp_run *run, u32 verdict, u32 part)
{
	u16 *slots = seccomp_slots(run);
	unsigned int index;

	if (run->whole)
		return;
	index = seccomp_answer_index(run->analysis, verdict, part);
	for (unsigned int slot = run->low; slot <= run->high; slot++)
		if (slots[slot] == SECCOMP_SLOT_UNSET)
			slots[slot] = index;
}

/* Is it what was written last, behind all parts? */
static bool seccomp_part_is(const struct seccomp_run *run, unsigned int part,
			    unsigned int length)
{
	return run->starts[part + 1] - run->starts[part] == length &&
	       !memcmp(run->code + run->starts[part], run->code + run->length,
		       length * sizeof(*run->code));
}

/* The part for the present path, counted from 1: a new one, or one that is equal. */
static u32 seccomp_part(struct seccomp_run *run)
{
	struct seccomp_analysis *analysis = run->analysis;
	/* More than twice the program is no gain over the program itself. */
	unsigned int room = (run->whole ? 4 : 2) * run->trace.len + 8 - run->length;
	unsigned int length, part;

	if (run->overflow)
		return 1;
	length = seccomp_residual(&run->trace, run->code + run->length, room);
	if (!length || analysis->parts == SECCOMP_PARTS_MAX) {
		run->overflow = true;
		return 1;
	}
	for (part = 0; part < analysis->parts; part++)
		if (seccomp_part_is(run, part, length))
			return part + 1;
	run->length += length;
	run->starts[part + 1] = run->length;
	return ++analysis->parts;
}

/* From the end of the path to its beginning: where is the verdict settled? */
static void seccomp_settle(struct seccomp_trace *trace)
{
	for (unsigned int i = trace->count; i-- > 0;) {
		unsigned int pc = trace->path[i];
		struct seccomp_mark *mark = &trace->marks[pc], *to, *other;

		if (!mark->ways) {
			mark->settled = mark->result;
			mark->verdict = mark->value;
			continue;
		}
		to = &trace->marks[seccomp_mark_target(trace, pc, SECCOMP_WAY_TRUE)];
		other = &trace->marks[seccomp_mark_target(trace, pc, SECCOMP_WAY_FALSE)];
		mark->settled = to->settled && other->settled &&
				to->verdict == other->verdict;
		mark->verdict = to->verdict;
	}
}

static void seccomp_may_answer(struct seccomp_run *run, u32 verdict)
{
	u32 action = verdict & SECCOMP_RET_ACTION_FULL;

	if ((s32)action < (s32)run->strictest)
		run->strictest = action;
}

static void seccomp_answer_path(struct seccomp_run *run)
{
	struct seccomp_trace *trace = &run->trace;
	const struct seccomp_mark *first;

	/* It is gone through once more, the part of it that others have come, too. */
	run->analysis->steps += DIV_ROUND_UP(trace->count, SECCOMP_PASSES_A_STEP);
	if (run->dies) {
		trace->path[trace->count++] = trace->len;
		trace->marks[trace->len] = (struct seccomp_mark){ .result = true };
		seccomp_may_answer(run, SECCOMP_RET_KILL_THREAD);
	}
	seccomp_settle(trace);
	first = &trace->marks[trace->path[0]];
	if (first->settled && !run->whole)
		seccomp_answer_set(run, first->verdict, 0);
	else
		seccomp_answer_set(run, run->strictest, seccomp_part(run));
}

/*
 * Parts
 */

/* The bounds of the part, if the number itself is compared with a constant. */
static bool seccomp_carve_compared(struct seccomp_run *run,
				   const struct seccomp_state *state,
				   const struct sock_filter *insn)
{
	struct seccomp_value k = seccomp_operand(run, state, insn);
	unsigned int above;

	if (BPF_CLASS(insn->code) != BPF_JMP || !seccomp_value_is_constant(k) ||
	    !(state->number & BIT(SECCOMP_REG_A)))
		return false;

	above = k.min - run->range->first;
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		run->part_low = above;
		run->part_high = above;
		return true;
	case BPF_JGT:
		above++;
		break;
	case BPF_JGE:
		break;
	default:
		return false;
	}
	run->part_low = run->low;
	run->part_high = above - 1;
	if (above - run->low > run->high - run->part_high) {
		run->part_low = above;
		run->part_high = run->high;
	}
	return true;
}

/*
 * Would the present set agree on what the instruction comes to, if it was
 * smaller? Then which part of it is to go first?
 */
static bool seccomp_carve(struct seccomp_run *run, const struct seccomp_state *state,
			  unsigned int pc)
{
	const struct sock_filter *insn = &run->trace.insns[pc];

	if (run->low == run->high || run->analysis->steps >= SECCOMP_STEPS_MAX ||
	    !seccomp_depends_on_number(state, seccomp_deciders(insn)))
		return false;
	if (!seccomp_carve_compared(run, state, insn)) {
		run->part_low = run->low;
		run->part_high = run->low + (run->high - run->low) / 2;
	}
	return true;
}

/*
 * Following
 */

/*
 * Where @pc is a row of comparisons with single numbers, to its end. Nothing
 * else is as frequent, so it is done in a few steps: those that the set does not
 * have are passed over. @answer: one that it has gets its answer in passing, if it
 * has come to its end with that, and the set is on no other way. Without that the set
 * flows, and it is SECCOMP_PASSES_MAX at a time.
 */
static unsigned int seccomp_pass(struct seccomp_run *run,
				 const struct seccomp_state *state, unsigned int pc,
				 bool answer)
{
	const struct sock_filter *insn = &run->trace.insns[pc], *end;
	unsigned int passed = 0;

	if (!(state->number & BIT(SECCOMP_REG_A)))
		return pc;
	for (; insn->code == (BPF_JMP | BPF_JEQ | BPF_K); insn += 1 + insn->jf, passed++) {
		if (!answer && passed == SECCOMP_PASSES_MAX)
			break;
		if (seccomp_set_has(run, insn->k)) {
			end = insn + 1 + insn->jt;
			if (!answer || run->low == run->high ||
			    end->code != (BPF_RET | BPF_K))
				break;
			seccomp_slots(run)[insn->k - run->range->first] =
				seccomp_answer_index(run->analysis, end->k, 0);
		}
	}
	run->analysis->steps += DIV_ROUND_UP(passed, SECCOMP_PASSES_A_STEP);
	return insn - run->trace.insns;
}

static void seccomp_put(struct seccomp_run *run, unsigned int pc,
			const struct seccomp_state *state)
{
	u16 *index = &run->state_of[pc];

	if (pc == run->trace.len) {
		run->dies = true;
	} else if (*index == SECCOMP_STATE_NONE) {
		run->pending++;
		*index = run->frees ? run->free[--run->frees] + 1 : SECCOMP_STATE_ANY;
		if (*index != SECCOMP_STATE_ANY)
			run->states[*index - 1] = *state;
	} else if (*index != SECCOMP_STATE_ANY) {
		seccomp_join(run, &run->states[*index - 1], state);
	}
}

/* Nothing is known. */
static void seccomp_state_init(struct seccomp_state *state)
{
	state->number = 0;
	state->derived = 0;
	for (unsigned int reg = 0; reg < SECCOMP_REGS; reg++)
		state->values[reg] = seccomp_anything;
}

static void seccomp_take(struct seccomp_run *run, unsigned int pc,
			 struct seccomp_state *state)
{
	u16 index = run->state_of[pc];

	run->state_of[pc] = SECCOMP_STATE_NONE;
	run->pending--;
	if (index == SECCOMP_STATE_ANY) {
		seccomp_state_init(state);
		return;
	}
	*state = run->states[index - 1];
	run->free[run->frees++] = index - 1;
}

static void seccomp_put_way(struct seccomp_run *run, struct seccomp_state *state,
			    unsigned int pc, unsigned int way)
{
	const struct sock_filter *insn = &run->trace.insns[pc];
	struct seccomp_value a = state->values[SECCOMP_REG_A];
	struct seccomp_value k = seccomp_operand(run, state, insn);

	if (!(run->trace.marks[pc].ways & way))
		return;
	if (BPF_CLASS(insn->code) == BPF_JMP && BPF_OP(insn->code) != BPF_JA &&
	    seccomp_value_is_constant(k))
		state->values[SECCOMP_REG_A] =
			seccomp_narrowed(BPF_OP(insn->code), way, a, k.min);
	seccomp_put(run, seccomp_target(&run->trace, pc, way), state);
	state->values[SECCOMP_REG_A] = a;
}

static void seccomp_put_ways(struct seccomp_run *run, struct seccomp_state *state,
			     unsigned int pc)
{
	const struct seccomp_mark *mark = &run->trace.marks[pc];

	if (!mark->ways)
		seccomp_may_answer(run, mark->result ? mark->value :
						       SECCOMP_RET_KILL_PROCESS);
	seccomp_put_way(run, state, pc, SECCOMP_WAY_TRUE);
	seccomp_put_way(run, state, pc, SECCOMP_WAY_FALSE);
}

/* A row of comparisons has come out in one place. */
static void seccomp_put_past(struct seccomp_run *run, const struct seccomp_state *state,
			     unsigned int pc, unsigned int next)
{
	run->trace.path[run->trace.count++] = pc;
	run->trace.marks[pc] = (struct seccomp_mark){
		.ways = SECCOMP_WAY_FALSE,
		.next = next,
	};
	seccomp_put(run, next, state);
}

/* From an instruction on that arguments decide, or its set beyond the limit. */
static enum seccomp_progress seccomp_flow(struct seccomp_run *run,
					  struct seccomp_state *state, unsigned int pc)
{
	bool carve = false;
	unsigned int next;

	run->dies = false;
	run->strictest = SECCOMP_RET_ALLOW;
	seccomp_put_ways(run, state, pc);
	while (run->pending) {
		if (run->state_of[++pc] == SECCOMP_STATE_NONE)
			continue;
		seccomp_take(run, pc, state);
		if (carve)
			continue;
		next = seccomp_pass(run, state, pc, false);
		if (next != pc) {
			seccomp_put_past(run, state, pc, next);
			continue;
		}
		seccomp_step(run, state, pc);
		run->trace.marks[pc].next = seccomp_target(&run->trace, pc,
							   run->trace.marks[pc].ways);
		carve = seccomp_is_open(&run->trace.marks[pc]) &&
			seccomp_carve(run, state, pc);
		if (!carve)
			seccomp_put_ways(run, state, pc);
	}
	if (carve)
		return SECCOMP_CARVE_START;
	seccomp_answer_path(run);
	return SECCOMP_ANSWERED;
}

static struct seccomp_value seccomp_numbers_between(const struct seccomp_numbers *range,
						    unsigned int low, unsigned int high)
{
	if (low == range->count)
		return (struct seccomp_value){ range->first + low, range->last };
	return (struct seccomp_value){ range->first + low, range->first + high };
}

/*
 * Follow these slots: but for those at the ends that have an answer. Is there
 * anything left?
 */
static bool seccomp_follow(struct seccomp_run *run, unsigned int low, unsigned int high)
{
	const u16 *slots = seccomp_slots(run);

	while (low <= high && slots[low] != SECCOMP_SLOT_UNSET)
		low++;
	while (high > low && slots[high] != SECCOMP_SLOT_UNSET)
		high--;
	run->low = low;
	run->high = high;
	run->number = seccomp_numbers_between(run->range, low, high);
	return low <= high;
}

static enum seccomp_progress seccomp_walk(struct seccomp_run *run,
					  struct seccomp_set *set,
					  struct seccomp_state *state)
{
	struct seccomp_trace *trace = &run->trace;
	unsigned int pc = set->pc, next;
	struct seccomp_mark *mark;

	for (;;) {
		next = seccomp_pass(run, state, pc, true);
		if (next != pc && !seccomp_follow(run, run->low, run->high))
			return SECCOMP_ANSWERED;
		if (trace->count)
			trace->marks[trace->path[trace->count - 1]].next = next;
		pc = next;

		seccomp_step(run, state, pc);
		mark = &trace->marks[pc];
		if (seccomp_is_open(mark))
			break;
		if (!mark->ways) {
			seccomp_answer_set(run, mark->value, 0);
			return SECCOMP_ANSWERED;
		}
		pc = seccomp_target(trace, pc, mark->ways);
		if (pc == trace->len) {
			seccomp_answer_set(run, SECCOMP_RET_KILL_THREAD, 0);
			return SECCOMP_ANSWERED;
		}
		/* Branches that are decided are not put down. */
		if (BPF_CLASS(trace->insns[trace->path[trace->count - 1]].code) == BPF_JMP)
			trace->count--;
	}

	if (!seccomp_carve(run, state, pc))
		return seccomp_flow(run, state, pc);
	/* A division has changed A already, and what is derived is not narrowed. */
	if (state->derived || BPF_CLASS(trace->insns[pc].code) == BPF_ALU)
		return SECCOMP_CARVE_START;
	set->pc = pc;
	set->count = trace->count - 1;
	set->state = *state;
	return SECCOMP_CARVE_HERE;
}

static void seccomp_set_restart(const struct seccomp_run *run, struct seccomp_set *set)
{
	set->pc = 0;
	set->count = 0;
	set->restarts = run->restarts;
	seccomp_state_init(&set->state);
	seccomp_write(&set->state, SECCOMP_REG_A, seccomp_constant(0));
	seccomp_write(&set->state, SECCOMP_REG_X, seccomp_constant(0));
}

/* The slots from @low to @high of the present range. */
static void seccomp_analyse_slots(struct seccomp_run *run, unsigned int low,
				  unsigned int high)
{
	struct seccomp_set *set = run->sets;
	struct seccomp_state state;

	set->low = low;
	set->high = high;
	seccomp_set_restart(run, set);
	while (set >= run->sets) {
		enum seccomp_progress progress;

		if (!seccomp_follow(run, set->low, set->high)) {
			set--;
			continue;
		}
		if (set->restarts != run->restarts)
			seccomp_set_restart(run, set);
		run->trace.count = set->count;
		state = set->state;
		progress = seccomp_walk(run, set, &state);
		cond_resched();
		if (progress == SECCOMP_ANSWERED)
			continue;
		if (progress == SECCOMP_CARVE_START) {
			run->restarts++;
			seccomp_set_restart(run, set);
		}
		set->low = run->low;
		set->high = run->high;
		set[1] = *set;
		set++;
		set->low = run->part_low;
		set->high = run->part_high;
	}
}

/* The whole program is to run, since there was no room for all its parts. */
static void seccomp_analyse_whole(struct seccomp_run *run)
{
	struct seccomp_analysis *analysis = run->analysis;
	struct seccomp_set set;
	struct seccomp_state state;

	run->overflow = false;
	run->whole = true;
	run->low = 0;
	run->high = 0;
	run->length = 0;
	run->trace.count = 0;
	analysis->parts = 0;
	seccomp_set_restart(run, &set);
	state = set.state;
	seccomp_walk(run, &set, &state);
	for (unsigned int i = 0; i < analysis->count; i++)
		if (analysis->answers[i].part)
			analysis->answers[i].part = analysis->parts;
}

static void seccomp_analyse_all(struct seccomp_run *run)
{
	const struct seccomp_map *map = run->map;

	for (unsigned int i = 0; i < map->ranges; i++) {
		run->range = &map->numbers[i];
		if (run->range->count)
			seccomp_analyse_slots(run, 0, run->range->count - 1);
		seccomp_analyse_slots(run, run->range->count, run->range->count);
	}
	if (run->overflow)
		seccomp_analyse_whole(run);
}

static unsigned int seccomp_registers(const struct sock_filter *insns, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		if (BPF_CLASS(insns[i].code) == BPF_ST ||
		    BPF_CLASS(insns[i].code) == BPF_STX)
			return SECCOMP_REGS;
	return SECCOMP_REG_MEM;
}

/* What was found, in arrays no longer than it is, and the code all in one. */
static int seccomp_analysis_finish(struct seccomp_run *run)
{
	struct seccomp_analysis *analysis = run->analysis;
	struct seccomp_answer *answers = analysis->answers;
	unsigned int dispatch;

	analysis->answers = kvmalloc_array(analysis->count, sizeof(*answers),
					   GFP_KERNEL_ACCOUNT);
	if (analysis->answers)
		memcpy(analysis->answers, answers, analysis->count * sizeof(*answers));
	kvfree(answers);
	if (!analysis->answers)
		return -ENOMEM;
	if (!analysis->parts)
		return 0;

	dispatch = seccomp_dispatch(NULL, run->starts, analysis->parts);
	analysis->length = dispatch + run->length;
	analysis->code = kvmalloc_array(analysis->length, sizeof(*analysis->code),
					GFP_KERNEL_ACCOUNT);
	if (!analysis->code)
		return -ENOMEM;
	seccomp_dispatch(analysis->code, run->starts, analysis->parts);
	memcpy(analysis->code + dispatch, run->code, run->length * sizeof(*run->code));
	analysis->memory = run->registers > SECCOMP_REG_MEM;
	return 0;
}

static void seccomp_run_free(struct seccomp_run *run)
{
	if (!run)
		return;
	kvfree(run->trace.marks);
	kvfree(run->trace.path);
	kvfree(run->state_of);
	kvfree(run->code);
	kvfree(run);
}

static struct seccomp_run *seccomp_run_create(const struct sock_filter *insns,
					      unsigned int len,
					      const struct seccomp_map *map,
					      struct seccomp_analysis *analysis)
{
	struct seccomp_run *run = kvzalloc(sizeof(*run), GFP_KERNEL_ACCOUNT);

	if (!run)
		return NULL;
	run->map = map;
	run->analysis = analysis;
	run->registers = seccomp_registers(insns, len);
	run->trace.insns = insns;
	run->trace.len = len;
	run->trace.marks = kvmalloc_array(len + 1, sizeof(*run->trace.marks),
					  GFP_KERNEL_ACCOUNT);
	run->trace.path = kvmalloc_array(len + 1, sizeof(*run->trace.path),
					 GFP_KERNEL_ACCOUNT);
	run->state_of = kvcalloc(len + 1, sizeof(*run->state_of), GFP_KERNEL_ACCOUNT);
	run->code = kvmalloc_array(4 * len + 8, sizeof(*run->code), GFP_KERNEL_ACCOUNT);
	for (unsigned int i = 0; i < SECCOMP_STATES_MAX; i++)
		run->free[run->frees++] = i;

	/* Each set adds one answer at most, and each has one slot at least. */
	analysis->slots = kvmalloc_array(map->slots, sizeof(*analysis->slots),
					 GFP_KERNEL_ACCOUNT);
	analysis->answers = kvmalloc_array(map->slots + 1, sizeof(*analysis->answers),
					   GFP_KERNEL_ACCOUNT);
	if (run->trace.marks && run->trace.path && run->state_of && run->code &&
	    analysis->slots && analysis->answers)
		return run;
	seccomp_run_free(run);
	return NULL;
}

/**
 * seccomp_analyse - find out what a program says of each system call
 * @insns:	a program that the kernel accepts, as it was handed in
 * @len:	its length, 1 to BPF_MAXINSNS
 * @map:	the system calls
 * @analysis:	receives the result; to be freed with seccomp_analysis_free()
 *
 * The work is limited by SECCOMP_STEPS_MAX, whatever the program is.
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENOMEM, and then @analysis is empty.
 */
int seccomp_analyse(const struct sock_filter *insns, unsigned int len,
		    const struct seccomp_map *map,
		    struct seccomp_analysis *analysis)
{
	struct seccomp_run *run;
	int err = -ENOMEM;

	*analysis = (struct seccomp_analysis){ };
	run = seccomp_run_create(insns, len, map, analysis);
	if (run) {
		for (unsigned int i = 0; i < map->slots; i++)
			analysis->slots[i] = SECCOMP_SLOT_UNSET;
		analysis->answers[analysis->count++] =
			(struct seccomp_answer){ .verdict = SECCOMP_RET_ALLOW };
		seccomp_analyse_all(run);
		err = seccomp_analysis_finish(run);
		seccomp_run_free(run);
	}
	if (err)
		seccomp_analysis_free(analysis);
	return err;
}

/**
 * seccomp_analysis_free - give back the arrays of an analysis
 * @analysis:	filled in by seccomp_analyse(); empty afterwards
 *
 * Context: Process context. May sleep.
 */
void seccomp_analysis_free(struct seccomp_analysis *analysis)
{
	kvfree(analysis->slots);
	kvfree(analysis->answers);
	kvfree(analysis->code);
	*analysis = (struct seccomp_analysis){ };
}
