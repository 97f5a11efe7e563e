/* Private to intake: whose the bills of a contract are, month by month (docs/semantics.md 13.8).
 * For each currency the first-closed order holds them, until an order that closed on a day after
 * the holder was cancelled or ported out begins the contract anew: it holds those from its own
 * closing month on. This is the one place where that is decided. */
#pragma once

#include "intake/write.h"

G_BEGIN_DECLS

/* An order of a contract, and the months whose bills of its currency are its own. */
typedef struct {
    SettleIntakeContract order;
    SettleMonth from, to; /* of a holder that was followed in its own month, none: from > to */
} SettleContractHolder;

/* Adds the rows (SettleIntakeContract) of a contract; orders: by contract, read on to its end. */
gboolean settle_contract_rows_read(GArray *rows, SettleIntakeCursor *orders, uint64_t contract,
                                   GError **error);
/* The day on which each order was first cancelled or ported out, of those that were, as the
 * database knows it by now: order id -> SettleDay, both as pointers. orders: rows of contracts, by
 * contract. Where a contract has one order nothing depends on it: it is not asked, unless `all`
 * is. */
gboolean settle_contract_ends_load(SettleIntakeJob *job, SettleSpool *orders, gboolean all,
                                   GHashTable *ends, GError **error);
/* Makes holders (GArray of SettleContractHolder) those of all rows of all orders of a contract;
 * sorts rows, and leaves of each order the row that holds, by closing, then id. */
void settle_contract_holders_of(GArray *holders, GArray *rows, GHashTable *ends);
/* The same of the rows of a contract; orders: SettleIntakeContract by (contract, closing, order
 * id), read on to the end of the contract. rows: the caller's, for one contract after the other. */
gboolean settle_contract_holders_read(GArray *holders, GArray *rows, SettleIntakeCursor *orders,
                                      uint64_t contract, GHashTable *ends, GError **error);
/* Whose a bill is; NULL: the contract has no order in this currency. */
const SettleContractHolder *settle_contract_holder(const GArray *holders, int16_t currency,
                                                   SettleMonth month);
/* TRUE if some month's bills are the order's, now or once they come. */
gboolean settle_contract_holds(const GArray *holders, int64_t order_id);

G_END_DECLS
