/* What verify holds of one distributor while it goes through the ledger: ledger.c fills it from the
 * tables, ledger-check.c holds the parts against each other. */
#pragma once

#include "audit/state.h"
#include "ledger/ledger.h"

G_BEGIN_DECLS

typedef struct {
    int32_t run_id;
    gboolean crooked; /* a column holds what the program never writes */
    SettleTransfer t;
} SettleAuditRow;

typedef struct {
    int32_t run_id, carrier_id;
    gboolean fits;
    int64_t transfers;
    uint8_t digest[SETTLE_DIGEST_BYTES];
} SettleAuditLeaf;

#define SETTLE_TOTAL_KEY    8 /* run, policy, kind, class, debit, credit, period, origin */
#define SETTLE_TOTAL_VALUES 4 /* carrier, month, transfers, amount */
typedef struct {
    int64_t v[SETTLE_TOTAL_KEY + SETTLE_TOTAL_VALUES];
} SettleAuditTotal;

typedef struct {
    SettleAudit *audit;
    GArray *rows, *recorded, *stored_totals, *totals, *orders;
    SettleLedgerDigest *digest;
    SettleAuditBalances *balances;
    int64_t n_totals;
} SettleAuditLedger;

/* Of the distributor that was read: transfers against leaves, orders, totals and balances. Sorts
 * what was read. */
void settle_audit_check_distributor(SettleAuditLedger *ledger, int32_t id);
/* After the last one: chunks and publications against what was seen of them. */
void settle_audit_check_receipts(SettleAudit *audit);

G_END_DECLS
