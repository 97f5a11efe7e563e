/* Publishing a run in one transaction: receipts against the manifest, the chained digest, invoice
 * numbers, the watermark. */
#include "run/publish.h"

#include "base/failpoint.h"
#include "run/chain.h"
#include "run/seal.h"
#include "store/sql.h"

#include <string.h>

/* --- invoices -------------------------------------------------------------------------------- */

typedef struct {
    const char *code;
    int row;
} InvoiceRow;

static int
compare_invoice_rows(gconstpointer a, gconstpointer b)
{
    const InvoiceRow *x = a, *y = b;
    int c = strcmp(x->code, y->code);

    return c != 0 ? c : x->row - y->row;
}

/* Digest over one carrier's invoices of the run; their totals the database adds up itself. */
static gboolean
insert_invoice_batch(SettleStore *store, const SettleRunContext *context, int32_t carrier_id,
                     const SettleResult *rows, GError **error)
{
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(InvoiceRow));
    g_autoptr(SettleDigest) digest = settle_digest_new();
    uint8_t bytes[SETTLE_DIGEST_BYTES];

    for (int i = 0; i < settle_result_rows(rows); i++) {
        InvoiceRow row = {settle_directory_code(
                              context->known.directory, SETTLE_DIM_DISTRIBUTOR,
                              settle_result_i32(rows, i, SQL_RUN_INVOICES_OF_RUN_DISTRIBUTOR_ID)),
                          i};

        if (settle_result_i32(rows, i, SQL_RUN_INVOICES_OF_RUN_CARRIER_ID) == carrier_id)
            g_array_append_val(order, row);
    }
    g_array_sort(order, compare_invoice_rows);
    settle_digest_update(digest, "settle-invoices-1", 17);
    settle_digest_text(
        digest, settle_directory_code(context->known.directory, SETTLE_DIM_CARRIER, carrier_id));
    settle_digest_u32(digest, (uint32_t) context->date);
    for (guint i = 0; i < order->len; i++) {
        const InvoiceRow *row = &g_array_index(order, InvoiceRow, i);
        gboolean is_carried = settle_result_bool(rows, row->row, SQL_RUN_INVOICES_OF_RUN_CARRIED);

        settle_digest_text(digest, row->code);
        for (int column = 2; column <= 12; column++)
            settle_digest_i64(digest,
                              column == 4 ? is_carried : settle_result_i64(rows, row->row, column));
        /* Mostly there is none; what is there has its name before it. */
        if (settle_result_i64(rows, row->row, SQL_RUN_INVOICES_OF_RUN_BROUGHT_MINOR) != 0 ||
            settle_result_i64(rows, row->row, SQL_RUN_INVOICES_OF_RUN_COVERED_MINOR) != 0 ||
            settle_result_i64(rows, row->row, SQL_RUN_INVOICES_OF_RUN_LEFT_MINOR) != 0) {
            settle_digest_text(digest, "brought, covered, left");
            for (int column = SQL_RUN_INVOICES_OF_RUN_BROUGHT_MINOR;
                 column <= SQL_RUN_INVOICES_OF_RUN_LEFT_MINOR; column++)
                settle_digest_i64(digest, settle_result_i64(rows, row->row, column));
        }
    }
    settle_digest_finish(digest, bytes);
    return settle_store_exec(store, settle_sql_run_draft_invoices, error, "iidy", context->run_id,
                             carrier_id, context->date, bytes, sizeof bytes);
}

static gboolean
publish_invoices(SettleStore *store, const SettleRunContext *context, GError **error)
{
    g_autoptr(SettleResult) rows = NULL;
    int year, month, day;

    if (context->falls_due.cycle_ends->len == 0)
        return TRUE;
    settle_day_to_ymd(context->date, &year, &month, &day);
    if (!settle_store_exec(store, settle_sql_run_number_invoices, error, "ii", context->run_id,
                           (int32_t) year) ||
        !settle_failpoint(RUN_PUBLISH_NUMBERED, error))
        return FALSE;
    rows = settle_store_query(store, settle_sql_run_invoices_of_run, error, "i", context->run_id);
    if (rows == NULL)
        return FALSE;
    /* A cycle without an invoice has a batch, too: the next one starts after it. */
    for (guint i = 0; i < context->falls_due.cycle_ends->len; i++)
        if (!insert_invoice_batch(
                store, context,
                g_array_index(context->falls_due.cycle_ends, SettleCycleEnd, i).carrier_id, rows,
                error))
            return FALSE;
    return settle_failpoint(RUN_PUBLISH_BATCHES, error);
}

/* --- publishing ------------------------------------------------------------------------------ */

static gboolean
check_receipts(SettleStore *store, const SettleRunContext *context, SettleRunReport *report,
               char amount[48], GError **error)
{
    g_autoptr(SettleResult) sums =
        settle_store_query(store, settle_sql_run_receipt_sums, error, "i", context->run_id);
    g_autoptr(SettleResult) expected = NULL;
    int64_t expected_facts;

    if (sums == NULL)
        return FALSE;
    expected =
        settle_store_query(store, settle_sql_run_expected_facts, error, "i", context->run_id);
    if (expected == NULL)
        return FALSE;
    expected_facts = settle_result_i64(expected, 0, SQL_RUN_EXPECTED_FACTS_FACTS);
    if (settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_CHUNKS) !=
            settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_RECEIPTS) ||
        settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_FACTS) != expected_facts) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "run %d does not add up: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                    " chunks, %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                    " facts; nothing was published",
                    context->run_id, settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_RECEIPTS),
                    settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_CHUNKS),
                    settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_FACTS), expected_facts);
        return FALSE;
    }
    report->facts = settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_FACTS);
    report->settled = settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_SETTLED);
    report->zero = settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_ZERO);
    report->waiting = settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_WAITING);
    report->due = settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_DUE);
    report->transfers = settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_TRANSFERS);
    g_strlcpy(amount, settle_result_text(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_AMOUNT), 48);
    report->amount_minor = g_ascii_strtoll(amount, NULL, 10);
    report->invoices = settle_result_i64(sums, 0, SQL_RUN_RECEIPT_SUMS_SUM_INVOICES);
    return TRUE;
}

gboolean
settle_run_publish_within(SettleStore *store, const SettleRunContext *context, const char *kind,
                          SettleRunReport *report, GError **error)
{
    uint8_t previous[SETTLE_DIGEST_BYTES];
    int64_t epoch;
    char amount[48];

    /* The epoch is locked against a newer runner until the end of the transaction. */
    if (!settle_store_count(store, "epoch", 0, &epoch, error))
        return FALSE;
    if (epoch != context->how.epoch) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LOCKED,
                    "another runner has taken over run %d", context->run_id);
        return FALSE;
    }
    return check_receipts(store, context, report, amount, error) &&
           settle_failpoint(RUN_PUBLISH_CHECKED, error) &&
           settle_run_last_digest(store, previous, error) &&
           settle_run_chain_digest(store, context->run_id, kind, context->date,
                                   context->known.directory, previous, report->digest, error) &&
           publish_invoices(store, context, error) &&
           settle_store_exec(store, settle_sql_run_publish, error, "ilyy", context->run_id,
                             context->how.epoch, report->digest, sizeof report->digest, previous,
                             sizeof previous) &&
           settle_failpoint(RUN_PUBLISH_INSERTED, error) &&
           settle_seal_write(store, context->run_id, report->digest, error) &&
           settle_failpoint(RUN_PUBLISH_SEALED, error);
}

gboolean
settle_run_publish(SettleStore *store, const SettleRunContext *context, SettleRunReport *report,
                   GError **error)
{
    if (!settle_store_begin(store, error))
        return FALSE;
    if (settle_run_publish_within(store, context, "nightly", report, error) &&
        settle_store_commit(store, error) && settle_failpoint(RUN_PUBLISH_COMMITTED, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}
