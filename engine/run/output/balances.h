/* The balances of accounts after a run (docs/semantics.md 7): a row for each that it touched. */
#pragma once

#include "run/context.h"
#include "run/output/rows.h"

G_BEGIN_DECLS

/* The accounts of the totals, what they stood at before the run and what the totals move: appends
 * SettleBalanceRow, by distributor, carrier, currency and role. totals: SettleTotal of one chunk;
 * reader: a connection without an open COPY. The cost is that of the accounts touched, whatever
 * history holds. FALSE and error: DATABASE; OVERFLOW: a balance leaves 64 bits. */
gboolean settle_balances_add(const SettleRunContext *context, SettleStore *reader,
                             const GArray *totals, GArray *balances, GError **error);

/* Whose account a side of a posting is (architecture.md "Balances"): a deposit belongs to one
 * party, whoever's claim is covered from it. */
void settle_balances_account(SettleRole role, SettleRole credit, int32_t distributor_id,
                             int32_t carrier_id, int32_t *ret_distributor_id,
                             int32_t *ret_carrier_id);

G_END_DECLS
