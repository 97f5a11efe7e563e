/* What is written down of an order beside its transfers: why it earns nothing, what it waits for,
 * where to look for its postings, what was cut of it. */
#pragma once

#include "run/chunk/targets.h"
#include "run/output/output.h"

G_BEGIN_DECLS

/* Why nothing is earned for the order; NONE: something is, where it was said otherwise. */
void settle_note_outcome(SettleOutput *output, const SettleSubject *subject, SettleOutcome outcome);
/* Of a target that falls due as an item of its rule: an instalment that is due and waits for a
 * bill, or no longer does. Upfronts wait for their first bill as a matter of course; of an
 * instalment that is an exception worth a row. date: the run's; has_history: the order's past is
 * known; months_changed: the run learns that some month is complete, or is not after all. */
void settle_note_pending(SettleOutput *output, const SettleArithmetic *arithmetic, SettleDay date,
                         const SettleSubject *subject, const SettleTarget *target,
                         gboolean has_history, gboolean months_changed);
/* Of a target of what an order was before it was told anew: if it waited for a bill, it does not
 * any more. What the order waits for now is noted after it. */
void settle_note_waited(SettleOutput *output, const SettleArithmetic *arithmetic, SettleDay date,
                        const SettleSubject *was, const SettleTarget *target);
/* The months that something is posted for beside those that the policy speaks of: where to look for
 * it. transfers: SettleTransfer of the order. */
void settle_note_late(SettleOutput *output, const SettleSubject *subject, const GArray *transfers);
/* How many of the order's events count for nothing, if it is otherwise than before this run: they
 * are on a list until a person has seen them. */
void settle_note_nothing(SettleOutput *output, SettleTargets *targets, const SettleSubject *subject,
                         SettleFindings findings);
/* What lifetime caps take of the targets that were computed last, all of the order's. What they
 * took before and no longer do is found out when the chunk is through. */
void settle_note_life_caps(SettleOutput *output, const SettleTargets *targets,
                           const SettleSubject *subject);
/* The same of an order that was told anew, whatever rules its targets were of before. */
void settle_note_life_caps_revised(SettleOutput *output, const SettleTargets *targets,
                                   const SettleSubject *subject);

G_END_DECLS
