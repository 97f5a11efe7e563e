/* Periods: which are closed, and closing one (docs/semantics.md 3). */
#pragma once

#include "ledger/ledger.h"
#include "store/store.h"

G_BEGIN_DECLS

/* The periods closed up to a position of the control log. */
gboolean settle_periods_load(SettleStore *store, int64_t control_position,
                             SettlePeriods *ret_periods, GError **error);

/* Closes a period. Refuses (STATE) one that is closed, or not over yet by the last settled night,
 * or before which an earlier one is open; while a run is unfinished; and while sealed batches dated
 * in or before it wait to be settled. store: opened as approver. */
gboolean settle_period_close(SettleStore *store, SettleMonth period, GError **error);

G_END_DECLS
