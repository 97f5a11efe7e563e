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
    GError *failure = NULL;

    walk->there = settle_reader_next(walk->reader, &failure);
    if (walk->there)
        walk->distributor_id = settle_reader_i32(walk->reader, 0);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
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
    walk->reader = settle_store_read(walk->store, sql, error, "");
    return walk->reader != NULL && walk_step(walk, error);
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
    SettleDay period = settle_reader_day(reader, 7), origin = settle_reader_day(reader, 8),
              cause = settle_reader_day(reader, 14);
    int16_t kind = settle_reader_i16(reader, 11), debit = settle_reader_i16(reader, 12),
            credit = settle_reader_i16(reader, 13);

    row->run_id = settle_reader_i32(reader, 4);
    row->crooked = !is_first(period) || !is_first(origin) || !is_first(cause) || kind < 1 ||
                   kind > 255 || debit < 1 || debit > 255 || credit < 1 || credit > 255;
    row->t = (SettleTransfer){
        .distributor_id = settle_reader_i32(reader, 0),
        .subject_id = settle_reader_i64(reader, 1),
        .amount_minor = settle_reader_i64(reader, 2),
        .target_minor = settle_reader_i64(reader, 3),
        .policy_id = settle_reader_i32(reader, 5),
        .slot = settle_reader_i32(reader, 6),
        .period = settle_day_month(period),
        .origin = settle_day_month(origin),
        .cause = settle_day_month(cause),
        .class_id = settle_reader_i16(reader, 9),
        .revision = settle_reader_i16(reader, 10),
        .kind = (uint8_t) kind,
        .debit = (uint8_t) debit,
        .credit = (uint8_t) credit,
    };
}

static void
read_total(const SettleReader *reader, SettleAuditTotal *total)
{
    *total = (SettleAuditTotal){{
        settle_reader_i32(reader, 1), /* run */
        settle_reader_i32(reader, 2), /* policy */
        settle_reader_i16(reader, 4), /* kind */
        settle_reader_i16(reader, 5), /* class */
        settle_reader_i16(reader, 6),
        settle_reader_i16(reader, 7),
        settle_reader_day(reader, 9),
        settle_reader_day(reader, 10),
        settle_reader_i32(reader, 3), /* carrier */
        settle_reader_day(reader, 8), /* month */
        settle_reader_i64(reader, 11),
        settle_reader_i64(reader, 12),
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
        SettleAuditLeaf recorded = {.run_id = settle_reader_i32(w[DIGESTS].reader, 1),
                                    .carrier_id = settle_reader_i32(w[DIGESTS].reader, 2),
                                    .transfers = settle_reader_i64(w[DIGESTS].reader, 3)};
        size_t length;
        const char *bytes = settle_reader_text(w[DIGESTS].reader, 4, &length);

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
        int64_t order_id = settle_reader_i64(w[ORDERS].reader, 1);

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
