/* Row sums: reads each table once in the order of its key and holds what is there of each batch,
 * chunk and statement against what was kept of it when it was written. */
#include "audit/state.h"

#include "store/sql.h"

#include <string.h>

/* A sum that was kept. */
typedef struct {
    const SettleSqlTable *table;
    int32_t id, chunk; /* batch, or run and chunk */
    gboolean looked_at;
    SettleTableSum sum;
} Kept;

static int
compare_kept(gconstpointer a, gconstpointer b)
{
    const Kept *x = a, *y = b;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->chunk < y->chunk ? -1 : x->chunk > y->chunk;
}

static gboolean
load_kept(SettleAudit *audit, SettleStore *store, const char *sql, char of, GArray **ret_kept,
          GError **error)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, TRUE, sizeof(Kept));
    g_autoptr(SettleReader) reader = settle_store_read(store, sql, "");

    while (settle_reader_next(reader)) {
        Kept row = {.id = settle_reader_i32(reader, SQL_VERIFY_KEPT_ID),
                    .chunk = settle_reader_i32(reader, SQL_VERIFY_KEPT_CHUNK)};
        size_t length;
        const char *text = settle_reader_text(reader, SQL_VERIFY_KEPT_TABLE_NAME, &length);

        for (const SettleSqlTable *t = settle_sql_tables; t->name != NULL; t++)
            if (t->of == of && strlen(t->name) == length && memcmp(t->name, text, length) == 0)
                row.table = t;
        if (row.table == NULL) {
            settle_audit_note(audit, of == 'c' ? row.id : 0, "row sums",
                              "there is one of a table that is not known");
            continue;
        }
        row.sum.table = row.table->name;
        row.sum.rows = settle_reader_i64(reader, SQL_VERIFY_KEPT_ROWS);
        text = settle_reader_text(reader, SQL_VERIFY_KEPT_DIGEST, &length);
        if (length == sizeof row.sum.digest)
            memcpy(row.sum.digest, text, length);
        g_array_append_val(kept, row);
    }
    if (!settle_reader_end(reader, error))
        return FALSE;
    g_array_sort(kept, compare_kept);
    *ret_kept = g_steal_pointer(&kept);
    return TRUE;
}

/* What was read of a table for a batch or chunk, against what was kept. The sum is empty
 * afterwards. */
static void
compare(SettleAudit *audit, GArray *kept, const SettleSqlTable *table, int32_t id, int32_t chunk,
        SettleRowSum *sum, int32_t run_id, const char *place)
{
    const Kept key = {.table = table, .id = id, .chunk = chunk};
    SettleTableSum there = {.rows = 0};
    guint at;
    Kept *was = g_array_binary_search(kept, &key, compare_kept, &at)
                    ? &g_array_index(kept, Kept, at)
                    : NULL;

    settle_row_sum_end(sum, table, &there);
    if (was != NULL)
        was->looked_at = TRUE;
    if ((was != NULL ? was->sum.rows : 0) != there.rows)
        settle_audit_note(audit, run_id, place,
                          "%s holds %" G_GINT64_FORMAT " rows of it, %" G_GINT64_FORMAT
                          " were written",
                          table->name, there.rows, was != NULL ? was->sum.rows : 0);
    else if (was != NULL && memcmp(was->sum.digest, there.digest, sizeof there.digest) != 0)
        settle_audit_note(audit, run_id, place,
                          "its %" G_GINT64_FORMAT " rows in %s are not what was written",
                          there.rows, table->name);
}

/* Sums of what is not there at all. */
static void
note_left(SettleAudit *audit, const GArray *kept, const char *what, gboolean is_run)
{
    for (guint i = 0; i < kept->len; i++) {
        const Kept *row = &g_array_index(kept, Kept, i);
        const SettleAuditRun *run = is_run ? settle_audit_run(audit, row->id) : NULL;

        if (!row->looked_at && (run == NULL || run->published))
            settle_audit_note(audit, is_run ? row->id : 0, "row sums",
                              "there is one in %s of %s %d, which is not there", row->table->name,
                              what, is_run ? row->chunk : row->id);
    }
}

/* --- batches ---------------------------------------------------------------------------------- */

static gboolean
sum_batch_table(SettleAudit *audit, SettleStore *store, const SettleSqlTable *table,
                SettleAuditTexts *texts, int64_t *rows, GError **error)
{
    g_autoptr(SettleDump) dump = settle_store_dump(store, table->verify);

    while (settle_dump_next(dump)) {
        int32_t batch_id = settle_dump_i32(dump, 0);
        SettleAuditBatch *batch = batch_id > 0 && (guint) batch_id < audit->batches->len
                                      ? &g_array_index(audit->batches, SettleAuditBatch, batch_id)
                                      : NULL;

        if (batch == NULL || !batch->there)
            settle_audit_note(audit, 0, table->name,
                              "a row belongs to batch %d, which is not there", batch_id);
        else
            texts[batch_id].of[settle_dump_sum(dump, 1, table, &batch->sum)]++;
        (*rows)++;
    }
    return settle_dump_end(dump, error);
}

/* Counted as facts. */
static gboolean
holds_facts(const SettleSqlTable *table)
{
    static const char *const names[] = {"closed_order", "bill", "event"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(table->name, names[i]) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
sum_batches(SettleAudit *audit, SettleStore *store, SettleAuditErasures *erasures, GError **error)
{
    g_autoptr(GArray) kept = NULL;
    g_autofree SettleAuditTexts *texts = g_new0(SettleAuditTexts, MAX(audit->batches->len, 1));

    if (!load_kept(audit, store, settle_sql_verify_batch_rows, 'b', &kept, error))
        return FALSE;
    for (const SettleSqlTable *table = settle_sql_tables; table->name != NULL; table++) {
        int64_t rows = 0;

        if (table->of != 'b')
            continue;
        if (!sum_batch_table(audit, store, table, texts, &rows, error))
            return FALSE;
        if (holds_facts(table))
            audit->found->facts += rows;
        for (guint id = 1; id < audit->batches->len; id++) {
            SettleAuditBatch *batch = &g_array_index(audit->batches, SettleAuditBatch, id);
            g_autofree char *place = g_strdup_printf("batch %u", id);

            if (!batch->there)
                continue;
            compare(audit, kept, table, (int32_t) id, 0, &batch->sum, batch->run_id, place);
            settle_audit_erasures_see(erasures, audit, table, batch->run_id, place, &texts[id]);
        }
    }
    note_left(audit, kept, "batch", FALSE);
    return TRUE;
}

/* --- runs ------------------------------------------------------------------------------------- */

static gboolean
sum_run_table(SettleAudit *audit, SettleStore *store, const SettleSqlTable *table, int64_t *rows,
              GError **error)
{
    g_autoptr(SettleDump) dump = settle_store_dump(store, table->verify);

    while (settle_dump_next(dump)) {
        int32_t run_id = settle_dump_i32(dump, 0);
        int32_t distributor_id = settle_dump_i32(dump, 1);
        SettleAuditRun *run = settle_audit_run(audit, run_id);
        SettleAuditChunk *chunk = run != NULL ? settle_audit_chunk(run, distributor_id) : NULL;

        if (chunk == NULL)
            settle_audit_note_distributor(audit, run_id, distributor_id,
                                          "a row of %s belongs to no chunk of the run",
                                          table->name);
        else
            settle_dump_sum(dump, 2, table, &chunk->sum);
        (*rows)++;
    }
    return settle_dump_end(dump, error);
}

static void
compare_chunks(SettleAudit *audit, GArray *kept, const SettleSqlTable *table,
               const SettleAuditRun *run)
{
    for (guint c = 0; c < run->chunks->len; c++) {
        SettleAuditChunk *chunk = &g_array_index(run->chunks, SettleAuditChunk, c);
        g_autofree char *place = NULL;

        /* what nobody published is nobody's books */
        if (!run->published) {
            settle_row_sum_clear(&chunk->sum);
            continue;
        }
        place = g_strdup_printf("chunk %d, distributor ids %d to %d", chunk->chunk, chunk->first,
                                chunk->last);
        compare(audit, kept, table, run->run_id, chunk->chunk, &chunk->sum, run->run_id, place);
    }
}

static gboolean
sum_runs(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(GArray) kept = NULL;

    if (!load_kept(audit, store, settle_sql_verify_chunk_rows, 'c', &kept, error))
        return FALSE;
    for (const SettleSqlTable *table = settle_sql_tables; table->name != NULL; table++) {
        int64_t rows = 0;

        if (table->of != 'c')
            continue;
        if (!sum_run_table(audit, store, table, &rows, error))
            return FALSE;
        if (strcmp(table->name, "invoice") == 0)
            audit->found->invoices = rows;
        audit->found->rows_beside += rows;
        for (guint i = 0; i < audit->runs->len; i++)
            compare_chunks(audit, kept, table, g_ptr_array_index(audit->runs, i));
    }
    note_left(audit, kept, "chunk", TRUE);
    return TRUE;
}

/* --- carriers' statements --------------------------------------------------------------------- */

static const SettleSqlTable *
statement_table(void)
{
    const SettleSqlTable *table = settle_sql_tables;

    while (table->of != 's') {
        settle_invariant(table->name != NULL);
        table++;
    }
    return table;
}

static void
free_sum(gpointer data)
{
    settle_row_sum_clear(data);
    g_free(data);
}

static gboolean
sum_lines(SettleStore *store, const SettleSqlTable *table, GHashTable *sums,
          SettleAuditTexts *texts, GError **error)
{
    g_autoptr(SettleDump) dump = settle_store_dump(store, table->verify);

    while (settle_dump_next(dump)) {
        gpointer position = GINT_TO_POINTER(settle_dump_i32(dump, 0));
        SettleRowSum *sum = g_hash_table_lookup(sums, position);

        if (sum == NULL) {
            sum = g_new0(SettleRowSum, 1);
            g_hash_table_insert(sums, position, sum);
        }
        texts->of[settle_dump_sum(dump, 1, table, sum)]++;
    }
    return settle_dump_end(dump, error);
}

/* The lines of each are those that were taken in, and there are no others. */
static gboolean
sum_statements(SettleAudit *audit, SettleStore *store, SettleAuditErasures *erasures,
               GError **error)
{
    SettleAuditTexts texts = {{0}};
    const SettleSqlTable *table = statement_table();
    g_autoptr(GHashTable) sums = g_hash_table_new_full(NULL, NULL, NULL, free_sum);
    g_autoptr(SettleResult) statements = NULL;
    GHashTableIter iter;
    gpointer position;

    if (!sum_lines(store, table, sums, &texts, error) ||
        (statements = settle_store_query(store, settle_sql_verify_statements, error, "")) == NULL)
        return FALSE;
    settle_audit_erasures_see(erasures, audit, table, 0, "statements", &texts);
    for (int i = 0; i < settle_result_rows(statements); i++) {
        SettleRowSum *sum;
        SettleTableSum there = {.rows = 0};
        g_autofree char *place = g_strdup_printf(
            "statement %s", settle_result_text(statements, i, SQL_VERIFY_STATEMENTS_SUBJECT));
        const uint8_t *kept;
        size_t length;

        position =
            GINT_TO_POINTER(settle_result_i32(statements, i, SQL_VERIFY_STATEMENTS_POSITION));
        sum = g_hash_table_lookup(sums, position);
        if (sum != NULL)
            settle_row_sum_end(sum, table, &there);
        kept = settle_result_bytes(statements, i, SQL_VERIFY_STATEMENTS_ROWS_DIGEST, &length);
        if (length != sizeof there.digest || memcmp(kept, there.digest, sizeof there.digest) != 0)
            settle_audit_note(audit, 0, place,
                              "what is stored of it, %" G_GINT64_FORMAT
                              " lines, is not what was taken in",
                              there.rows);
        g_hash_table_remove(sums, position);
    }
    g_hash_table_iter_init(&iter, sums);
    while (g_hash_table_iter_next(&iter, &position, NULL))
        settle_audit_note(audit, 0, table->name, "lines belong to statement %d, which is not there",
                          GPOINTER_TO_INT(position));
    return TRUE;
}

gboolean
settle_audit_content(SettleAudit *audit, GError **error)
{
    g_auto(SettleAuditErasures) erasures = {0};
    g_autoptr(SettleStore) store =
        settle_store_open(audit->options->conninfo, SETTLE_STORE_AS_READER, "verify", error);

    return store != NULL && settle_store_exec(store, settle_sql_verify_session, error, "") &&
           settle_audit_erasures_begin(&erasures, store, error) &&
           sum_batches(audit, store, &erasures, error) && sum_runs(audit, store, error) &&
           sum_statements(audit, store, &erasures, error) &&
           settle_audit_erasures_end(&erasures, audit, store, error);
}
