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
 * in or before it wait to be settled. What is left open beside that (rejected rows, invoices not
 * issued, instalments and facts that wait, events that count for nothing) needs `accept`, a reason
 * that is kept with the list. *ret_closed: whether it is closed now; FALSE if something is left
 * open and accept is NULL. *ret_left_open: the list (what, how many, where to look), empty if
 * nothing is left open. store: opened as approver. */
gboolean settle_period_close(SettleStore *store, SettleMonth period, const char *accept,
                             gboolean *ret_closed, SettleResult **ret_left_open, GError **error);
/* Opens a closed period and all after it again (docs/semantics.md 14.22). STATE if it is not
 * closed. store: opened as approver. */
gboolean settle_period_reopen(SettleStore *store, SettleMonth period, const char *reason,
                              GError **error);

G_END_DECLS
