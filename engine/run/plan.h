/* Plans a run: what falls due on its date, and the chunks that its work is cut into. */
#pragma once

#include "run/context.h"

G_BEGIN_DECLS

/* Fills due_months, due_carriers, cycle_ends and window_ends from date and policies. */
void settle_run_plan_due(SettleRunContext *context);
/* How many threads work the chunks off. */
guint settle_run_workers(const SettleRunOptions *options);
/* Cuts the distributors into chunks by their work: of options workers and chunk_facts count. */
gboolean settle_run_plan_chunks(SettleStore *store, SettleRunContext *context,
                                const SettleRunOptions *options, GError **error);
/* Brings chunks into the order in which workers take them: those twice as large as the average
 * first (of one distributor that is too large for a chunk), the largest at the head, so that none
 * is the last to finish; the others by distributor, so that one of the workers always adds at the
 * right end of the ledger's index, which PostgreSQL does without looking for the place. */
void settle_run_order_chunks(GArray *chunks);

/* The first closing month of orders whose policies may look at the carrier's bills of a month. */
SettleMonth settle_run_first_looking(const SettleRunContext *context,
                                     const SettleCompleteMonth *month);

G_END_DECLS
