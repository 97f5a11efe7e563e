/* Verify, the large tables: transfers, totals, leaves and orders walked side by side, distributor
 * by distributor, with one distributor in memory. */
#include "audit/ledger.h"

#include "store/sql.h"

#include <string.h>

/* The large tables are walked side by side in the order of distributors; what is held is one
 * distributor's. */
typedef struct {
    SettleStore *store;
    SettleReader *reader;
    gboolean there;
    int32_t distributor_id;
} Walk;

enum { TRANSFERS, DIGESTS, TOTALS, BALANCES, ORDERS, WALKS };

typedef struct {
    SettleAuditLedger books;
    Walk walks[WALKS];
} Ledger;

static gboolean
walk_step(Walk *walk, GError **error)
{
    walk->there = settle_reader_next(walk->reader);
    if (!walk->there)
        return settle_reader_end(walk->reader, error);
    walk->distributor_id = settle_reader_i32(walk->reader, SQL_VERIFY_WALK_DISTRIBUTOR_ID);
    return TRUE;
}

static gboolean
walk_open(Ledger *ledger, guint which, const char *sql, GError **error)
{
    Walk *walk = &ledger->walks[which];

    walk->store = settle_store_open(ledger->books.audit->options->conninfo, SETTLE_STORE_AS_READER,
                                    "verify", error);
    if (walk->store == NULL ||
        !settle_store_exec(walk->store, settle_sql_verify_session, error, ""))
        return FALSE;
    walk->reader = settle_store_read(walk->store, sql, "");
    return walk_step(walk, error);
}

/* --- reading a distributor -------------------------------------------------------------------- */

static gboolean
is_first(SettleDay day)
{
    return settle_month_first(settle_day_month(day)) == day;
}

static void
read_transfer(const SettleReader *reader, SettleAuditRow *row)
{
    SettleDay period = settle_reader_day(reader, SQL_VERIFY_TRANSFERS_PERIOD),
              origin = settle_reader_day(reader, SQL_VERIFY_TRANSFERS_ORIGIN),
              cause = settle_reader_day(reader, SQL_VERIFY_TRANSFERS_CAUSE);
    int16_t kind = settle_reader_i16(reader, SQL_VERIFY_TRANSFERS_KIND),
            debit = settle_reader_i16(reader, SQL_VERIFY_TRANSFERS_DEBIT),
            credit = settle_reader_i16(reader, SQL_VERIFY_TRANSFERS_CREDIT);

    row->run_id = settle_reader_i32(reader, SQL_VERIFY_TRANSFERS_RUN_ID);
    row->crooked = !is_first(period) || !is_first(origin) || !is_first(cause) || kind < 1 ||
                   kind > 255 || debit < 1 || debit > 255 || credit < 1 || credit > 255;
    row->t = (SettleTransfer){
        .distributor_id = settle_reader_i32(reader, SQL_VERIFY_TRANSFERS_DISTRIBUTOR_ID),
        .subject_id = settle_reader_i64(reader, SQL_VERIFY_TRANSFERS_SUBJECT_ID),
        .amount_minor = settle_reader_i64(reader, SQL_VERIFY_TRANSFERS_AMOUNT_MINOR),
        .target_minor = settle_reader_i64(reader, SQL_VERIFY_TRANSFERS_TARGET_MINOR),
        .policy_id = settle_reader_i32(reader, SQL_VERIFY_TRANSFERS_POLICY_ID),
        .slot = settle_reader_i32(reader, SQL_VERIFY_TRANSFERS_SLOT),
        .period = settle_day_month(period),
        .origin = settle_day_month(origin),
        .cause = settle_day_month(cause),
        .class_id = settle_reader_i16(reader, SQL_VERIFY_TRANSFERS_CLASS_ID),
        .revision = settle_reader_i16(reader, SQL_VERIFY_TRANSFERS_REVISION),
        .kind = (uint8_t) kind,
        .debit = (uint8_t) debit,
        .credit = (uint8_t) credit,
    };
}

static void
read_total(const SettleReader *reader, SettleAuditTotal *total)
{
    *total = (SettleAuditTotal){{
        settle_reader_i32(reader, SQL_VERIFY_TOTALS_RUN_ID),    /* run */
        settle_reader_i32(reader, SQL_VERIFY_TOTALS_POLICY_ID), /* policy */
        settle_reader_i16(reader, SQL_VERIFY_TOTALS_KIND),      /* kind */
        settle_reader_i16(reader, SQL_VERIFY_TOTALS_CLASS_ID),  /* class */
        settle_reader_i16(reader, SQL_VERIFY_TOTALS_DEBIT),
        settle_reader_i16(reader, SQL_VERIFY_TOTALS_CREDIT),
        settle_reader_day(reader, SQL_VERIFY_TOTALS_PERIOD),
        settle_reader_day(reader, SQL_VERIFY_TOTALS_ORIGIN),
        settle_reader_i32(reader, SQL_VERIFY_TOTALS_CARRIER_ID), /* carrier */
        settle_reader_day(reader, SQL_VERIFY_TOTALS_MONTH),      /* month */
        settle_reader_i64(reader, SQL_VERIFY_TOTALS_TRANSFERS),
        settle_reader_i64(reader, SQL_VERIFY_TOTALS_AMOUNT_MINOR),
    }};
}

static gboolean
read_distributor(Ledger *ledger, int32_t id, GError **error)
{
    Walk *w = ledger->walks;

    g_array_set_size(ledger->books.rows, 0);
    g_array_set_size(ledger->books.recorded, 0);
    g_array_set_size(ledger->books.stored_totals, 0);
    g_array_set_size(ledger->books.orders, 0);
    while (w[TRANSFERS].there && w[TRANSFERS].distributor_id == id) {
        SettleAuditRow row;

        read_transfer(w[TRANSFERS].reader, &row);
        g_array_append_val(ledger->books.rows, row);
        if (!walk_step(&w[TRANSFERS], error))
            return FALSE;
    }
    while (w[DIGESTS].there && w[DIGESTS].distributor_id == id) {
        SettleAuditLeaf recorded = {
            .run_id = settle_reader_i32(w[DIGESTS].reader, SQL_VERIFY_DISTRIBUTORS_RUN_ID),
            .carrier_id = settle_reader_i32(w[DIGESTS].reader, SQL_VERIFY_DISTRIBUTORS_CARRIER_ID),
            .transfers = settle_reader_i64(w[DIGESTS].reader, SQL_VERIFY_DISTRIBUTORS_TRANSFERS)};
        size_t length;
        const char *bytes =
            settle_reader_text(w[DIGESTS].reader, SQL_VERIFY_DISTRIBUTORS_DIGEST, &length);

        recorded.fits = length == sizeof recorded.digest;
        if (recorded.fits)
            memcpy(recorded.digest, bytes, length);
        g_array_append_val(ledger->books.recorded, recorded);
        if (!walk_step(&w[DIGESTS], error))
            return FALSE;
    }
    while (w[TOTALS].there && w[TOTALS].distributor_id == id) {
        SettleAuditTotal total;

        read_total(w[TOTALS].reader, &total);
        g_array_append_val(ledger->books.stored_totals, total);
        if (!walk_step(&w[TOTALS], error))
            return FALSE;
    }
    while (w[BALANCES].there && w[BALANCES].distributor_id == id) {
        settle_audit_balances_read(ledger->books.balances, w[BALANCES].reader);
        if (!walk_step(&w[BALANCES], error))
            return FALSE;
    }
    while (w[ORDERS].there && w[ORDERS].distributor_id == id) {
        int64_t order_id = settle_reader_i64(w[ORDERS].reader, SQL_VERIFY_ORDERS_ORDER_ID);

        g_array_append_val(ledger->books.orders, order_id);
        if (!walk_step(&w[ORDERS], error))
            return FALSE;
    }
    return TRUE;
}

/* --- all of them ------------------------------------------------------------------------------ */

static gboolean
walk_all(Ledger *ledger, GError **error)
{
    SettleAudit *audit = ledger->books.audit;

    if (!walk_open(ledger, TRANSFERS, settle_sql_verify_transfers, error) ||
        !walk_open(ledger, DIGESTS, settle_sql_verify_distributors, error) ||
        !walk_open(ledger, TOTALS, settle_sql_verify_totals, error) ||
        !walk_open(ledger, BALANCES, settle_sql_verify_balances, error) ||
        !walk_open(ledger, ORDERS, settle_sql_verify_orders, error))
        return FALSE;
    for (;;) {
        int32_t id = G_MAXINT32;
        gboolean any = FALSE;

        for (guint i = 0; i < WALKS; i++)
            if (ledger->walks[i].there) {
                id = MIN(id, ledger->walks[i].distributor_id);
                any = TRUE;
            }
        if (!any)
            break;
        if (!read_distributor(ledger, id, error))
            return FALSE;
        settle_audit_check_distributor(&ledger->books, id);
        g_mutex_lock(&audit->mutex);
        audit->done_transfers += ledger->books.rows->len;
        g_mutex_unlock(&audit->mutex);
    }
    settle_audit_balances_finish(ledger->books.balances);
    settle_audit_check_receipts(audit);
    audit->found->transfers = audit->done_transfers;
    audit->found->totals = ledger->books.n_totals;
    return TRUE;
}

gboolean
settle_audit_ledger(SettleAudit *audit, GError **error)
{
    Ledger ledger = {.books.audit = audit};
    gboolean good;

    ledger.books.rows = g_array_new(FALSE, FALSE, sizeof(SettleAuditRow));
    ledger.books.recorded = g_array_new(FALSE, FALSE, sizeof(SettleAuditLeaf));
    ledger.books.stored_totals = g_array_new(FALSE, FALSE, sizeof(SettleAuditTotal));
    ledger.books.totals = g_array_new(FALSE, FALSE, sizeof(SettleAuditTotal));
    ledger.books.orders = g_array_new(FALSE, FALSE, sizeof(int64_t));
    ledger.books.digest = settle_ledger_digest_new();
    ledger.books.balances = settle_audit_balances_new(audit);
    good = walk_all(&ledger, error);
    for (guint i = 0; i < WALKS; i++) {
        g_clear_pointer(&ledger.walks[i].reader, settle_reader_free);
        g_clear_pointer(&ledger.walks[i].store, settle_store_close);
    }
    settle_ledger_digest_free(ledger.books.digest);
    settle_audit_balances_free(ledger.books.balances);
    g_array_unref(ledger.books.rows);
    g_array_unref(ledger.books.recorded);
    g_array_unref(ledger.books.stored_totals);
    g_array_unref(ledger.books.totals);
    g_array_unref(ledger.books.orders);
    return good;
}
