#include "audit/state.h"

#include "store/sql.h"

#include <string.h>

typedef struct {
    const char *table;
    const char *sql;
    gboolean facts; /* counted as such */
} Table;

/* --- batches ---------------------------------------------------------------------------------- */

static gboolean
sum_batch_table(SettleAudit *audit, SettleStore *store, const Table *table, int64_t *rows,
                GError **error)
{
    g_autoptr(SettleDump) dump = settle_store_dump(store, table->sql, error);
    GError *failure = NULL;

    if (dump == NULL)
        return FALSE;
    while (settle_dump_next(dump, &failure)) {
        int32_t batch_id = settle_dump_i32(dump, 0);
        SettleAuditBatch *batch = batch_id > 0 && (guint) batch_id < audit->batches->len
                                      ? &g_array_index(audit->batches, SettleAuditBatch, batch_id)
                                      : NULL;

        if (batch == NULL || !batch->there)
            settle_audit_note(audit, 0, table->table,
                              "a row belongs to batch %d, which is not there", batch_id);
        else
            settle_dump_sum(dump, 1, table->table, &batch->sum);
        *rows += table->facts;
    }
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean
sum_batches(SettleAudit *audit, SettleStore *store, GError **error)
{
    const Table tables[] = {
        {"closed-order", settle_sql_verify_closed_order, TRUE},
        {"bill", settle_sql_verify_bill, TRUE},
        {"contract", settle_sql_verify_contract, FALSE},
        {"bill-waiting", settle_sql_verify_bill_waiting, FALSE},
        {"bill-found", settle_sql_verify_bill_found, FALSE},
        {"event", settle_sql_verify_event, TRUE},
        {"event-waiting", settle_sql_verify_event_waiting, FALSE},
        {"event-found", settle_sql_verify_event_found, FALSE},
        {"month-complete", settle_sql_verify_month_complete, FALSE},
        {"receipt", settle_sql_verify_receipt, FALSE},
        {"fact-repeat", settle_sql_verify_fact_repeat, FALSE},
        {"quarantine", settle_sql_verify_quarantine, FALSE},
        {"carrier-version", settle_sql_verify_carrier_version, FALSE},
        {"distributor-version", settle_sql_verify_distributor_version, FALSE},
        {"outlet-version", settle_sql_verify_outlet_version, FALSE},
        {"manager-version", settle_sql_verify_manager_version, FALSE},
        {"product-version", settle_sql_verify_product_version, FALSE},
    };
    int64_t facts = 0;
    gboolean summed = FALSE; /* batches of before had no sums; after the first all have */

    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        if (!sum_batch_table(audit, store, &tables[i], &facts, error))
            return FALSE;
    for (guint id = 1; id < audit->batches->len; id++) {
        const SettleAuditBatch *batch = &g_array_index(audit->batches, SettleAuditBatch, id);
        uint8_t sum[SETTLE_ROW_SUM_BYTES];
        g_autofree char *place = g_strdup_printf("batch %u", id);

        if (!batch->there)
            continue;
        settle_row_sum_bytes(&batch->sum, sum);
        if (!batch->has_content && summed)
            settle_audit_note(audit, batch->run_id, place, "has no sum of its rows");
        if (batch->has_content && memcmp(sum, batch->content, sizeof sum) != 0)
            settle_audit_note(audit, batch->run_id, place,
                              "what is stored of it, %" G_GINT64_FORMAT
                              " rows, is not what was taken in",
                              batch->sum.rows);
        summed = summed || batch->has_content;
    }
    audit->found->facts = facts;
    return TRUE;
}

/* --- runs ------------------------------------------------------------------------------------- */

static gboolean
sum_run_table(SettleAudit *audit, SettleStore *store, const Table *table, int64_t *rows,
              GError **error)
{
    g_autoptr(SettleDump) dump = settle_store_dump(store, table->sql, error);
    GError *failure = NULL;

    if (dump == NULL)
        return FALSE;
    while (settle_dump_next(dump, &failure)) {
        int32_t run_id = settle_dump_i32(dump, 0);
        int32_t distributor_id = settle_dump_i32(dump, 1);
        SettleAuditRun *run = settle_audit_run(audit, run_id);
        SettleAuditChunk *chunk = run != NULL ? settle_audit_chunk(run, distributor_id) : NULL;

        if (chunk == NULL)
            settle_audit_note_distributor(audit, run_id, distributor_id,
                                          "a row of %s belongs to no chunk of the run",
                                          table->table);
        else
            settle_dump_sum(dump, 2, table->table, &chunk->sum);
        (*rows)++;
    }
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static void
compare_chunks(SettleAudit *audit, const SettleAuditRun *run)
{
    for (guint c = 0; c < run->chunks->len; c++) {
        const SettleAuditChunk *chunk = &g_array_index(run->chunks, SettleAuditChunk, c);
        uint8_t sum[SETTLE_ROW_SUM_BYTES];
        g_autofree char *place = g_strdup_printf("chunk %d, distributor ids %d to %d", chunk->chunk,
                                                 chunk->first, chunk->last);

        settle_row_sum_bytes(&chunk->sum, sum);
        if (!chunk->has_content) {
            if (run->sealed)
                settle_audit_note(audit, run->run_id, place, "has no sum of its rows");
        } else if (memcmp(sum, chunk->content, sizeof sum) != 0) {
            settle_audit_note(
                audit, run->run_id, place,
                "what is stored beside its transfers (totals, digests, reasons, agenda, "
                "windows, invoices: %" G_GINT64_FORMAT " rows) is not what its receipt says",
                chunk->sum.rows);
        }
    }
}

static gboolean
sum_runs(SettleAudit *audit, SettleStore *store, GError **error)
{
    const Table tables[] = {
        {"ledger-total", settle_sql_verify_ledger_total, FALSE},
        {"account-balance", settle_sql_verify_account_balance, FALSE},
        {"run-distributor", settle_sql_verify_run_distributor, FALSE},
        {"order-outcome", settle_sql_verify_order_outcome, FALSE},
        {"agenda", settle_sql_verify_agenda, FALSE},
        {"window-change", settle_sql_verify_window_change, FALSE},
        {"window-posting", settle_sql_verify_window_posting, FALSE},
        {"invoice", settle_sql_verify_invoice, FALSE},
        {"invoice-line", settle_sql_verify_invoice_line, FALSE},
    };
    int64_t rows = 0;

    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        int64_t before = rows;

        if (!sum_run_table(audit, store, &tables[i], &rows, error))
            return FALSE;
        if (strcmp(tables[i].table, "invoice") == 0)
            audit->found->invoices = rows - before;
    }
    for (guint i = 0; i < audit->runs->len; i++) {
        const SettleAuditRun *run = g_ptr_array_index(audit->runs, i);

        if (run->published)
            compare_chunks(audit, run);
    }
    audit->found->rows_beside = rows;
    return TRUE;
}

/* --- carriers' statements --------------------------------------------------------------------- */

static gboolean
sum_lines(SettleStore *store, GHashTable *sums, GError **error)
{
    g_autoptr(SettleDump) dump = settle_store_dump(store, settle_sql_verify_statement_line, error);
    GError *failure = NULL;

    if (dump == NULL)
        return FALSE;
    while (settle_dump_next(dump, &failure)) {
        gpointer position = GINT_TO_POINTER(settle_dump_i32(dump, 0));
        SettleRowSum *sum = g_hash_table_lookup(sums, position);

        if (sum == NULL) {
            sum = g_new0(SettleRowSum, 1);
            g_hash_table_insert(sums, position, sum);
        }
        settle_dump_sum(dump, 1, "statement-line", sum);
    }
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

/* The lines of each are those that were taken in, and there are no others. */
static gboolean
sum_statements(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(GHashTable) sums = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_autoptr(SettleResult) statements = NULL;
    GHashTableIter iter;
    gpointer position;

    if (!sum_lines(store, sums, error) ||
        (statements = settle_store_query(store, settle_sql_verify_statements, error, "")) == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(statements); i++) {
        static const SettleRowSum nothing;
        const SettleRowSum *sum;
        g_autofree char *place =
            g_strdup_printf("statement %s", settle_result_text(statements, i, 1));
        uint8_t bytes[SETTLE_ROW_SUM_BYTES];
        const uint8_t *kept;
        size_t length;

        position = GINT_TO_POINTER(settle_result_i32(statements, i, 0));
        sum = g_hash_table_lookup(sums, position);
        settle_row_sum_bytes(sum != NULL ? sum : &nothing, bytes);
        kept = settle_result_bytes(statements, i, 2, &length);
        if (length != sizeof bytes || memcmp(kept, bytes, sizeof bytes) != 0)
            settle_audit_note(audit, 0, place,
                              "what is stored of it, %" G_GINT64_FORMAT
                              " lines, is not what was taken in",
                              sum != NULL ? sum->rows : 0);
        g_hash_table_remove(sums, position);
    }
    g_hash_table_iter_init(&iter, sums);
    while (g_hash_table_iter_next(&iter, &position, NULL))
        settle_audit_note(audit, 0, "statement-line",
                          "lines belong to statement %d, which is not there",
                          GPOINTER_TO_INT(position));
    return TRUE;
}

gboolean
settle_audit_content(SettleAudit *audit, SettleStore *store, GError **error)
{
    return sum_batches(audit, store, error) && sum_runs(audit, store, error) &&
           sum_statements(audit, store, error);
}
