/* Orders that were told again (docs/semantics.md 2, 14.64): which of an order's rows held before a
 * run, and which holds from it on. Few orders have more than one row; of all others nothing is
 * asked. */
#pragma once

#include "run/chunk/facts.h"

G_BEGIN_DECLS

/* Of one order, by a run's date; NULL: it was not there, or is not. The rows have their version in
 * their flags. */
typedef struct {
    const SettleOrder *before; /* that the runs before this one settled it by */
    const SettleOrder *now;
    gboolean was_settled;  /* some run before this one may have settled it, by whatever row */
    SettleDay waits_until; /* it will be there on that day; SETTLE_DAY_MIN: it does not wait */
} SettleVersions;

/* Adds to facts->versions the rows that the run sees of the chunk's orders with more rows than
 * one, of these closing months, that some of the arrays (sorted by distributor and order) name;
 * n_arrays 0: of all. Leaves it sorted, each row once. */
gboolean settle_versions_load(SettleStore *store, const SettleRunContext *context,
                              const SettleChunk *chunk, SettleMonths months, GArray *const *arrays,
                              guint n_arrays, SettleFacts *facts, GError **error);

/* FALSE: the order has one row. Else what its rows say. */
gboolean settle_versions_of(const SettleRunContext *context, const SettleFacts *facts,
                            const SettleOrder *order, SettleVersions *ret_versions);
/* The same of rows that are in hand, ascending by version. */
void settle_versions_weigh(const SettleRunContext *context, const SettleOrder *rows, guint n,
                           SettleVersions *ret_versions);
/* The row without its version: as the calculation takes it. */
SettleOrder settle_versions_strip(const SettleOrder *row);

/* Old orders (SettleOrder) become what they were before the run; those that were not there go. */
void settle_versions_put_before(const SettleRunContext *context, const SettleFacts *facts,
                                GArray *orders);
/* The orders in bills or events become what they are now, or were before if they are gone; of those
 * that were never there the rows go. */
void settle_versions_put_now(const SettleRunContext *context, const SettleFacts *facts,
                             GArray *rows);
/* Leaves out of old orders those that the run finds revised. */
void settle_versions_leave_out_revised(const SettleFacts *facts, GArray *orders);

G_END_DECLS
