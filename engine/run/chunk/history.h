/* The past of the orders that cannot be settled without it: their bills and what stands posted.
 * Which orders these are is known before the first is settled; their past is read some at a time,
 * when it is first asked for. */
#pragma once

#include "run/chunk/load.h"

G_BEGIN_DECLS

typedef struct SettleHistory SettleHistory;

/* reader: its connection; borrowed. */
SettleHistory *settle_history_new(const SettleRunContext *context, SettleStore *reader);
void settle_history_free(SettleHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleHistory, settle_history_free)

/* Forgets all orders, and gives back what their past took. */
void settle_history_begin(SettleHistory *history);
/* An order whose past is needed. They are added ascending by distributor and order. */
void settle_history_need(SettleHistory *history, const SettleOrderKey *key);

/* What is known of an order beside the facts of this run. */
typedef struct {
    const SettleBill *bills; /* all of them, those of this run too */
    guint n_bills;
    const SettlePosted *posted; /* the latest posting of each slot */
    guint n_posted;
} SettlePast;

/* The order's past, valid until the next call. Cheapest when orders ascend. FALSE if it was not
 * needed, or could not be read: who settles a chunk asks settle_history_failed before anything that
 * came of it is committed. */
gboolean settle_history_of(SettleHistory *history, const SettleOrder *order, SettlePast *ret_past);
/* TRUE and the error if something could not be read since the chunk began. */
gboolean settle_history_failed(SettleHistory *history, GError **error);

G_END_DECLS
