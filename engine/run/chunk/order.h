/* Settling one order: its targets less what is posted of it. */
#pragma once

#include "run/chunk/counting.h"
#include "run/chunk/history.h"

G_BEGIN_DECLS

/* What orders are settled with; all but `transfers` is borrowed from the worker. */
typedef struct {
    const SettleRunContext *context;
    SettleHistory *history;
    SettleTargets *targets;
    SettleDecisions *decisions; /* about the distributor of the order */
    SettleVolumes *volumes;
    SettleOutput *output;
    GArray *transfers; /* SettleTransfer of the order in hand */
} SettleSettling;

/* Writes the transfers, outcome, agenda and measures of an order to the output. subject: matched.
 * An amount that leaves 64 bits is an outcome of this order; FALSE and error: it could not be
 * written. */
gboolean settle_order_settle(SettleSettling *settling, const SettleSubject *subject,
                             GError **error);

G_END_DECLS
