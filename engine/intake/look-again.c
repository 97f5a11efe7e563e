/* Intake, rows in quarantine that name somebody of whom more is known by now than they could know:
 * a party or product told after them, or by a batch that belongs to a later night. They are read
 * again by themselves and enter on the later of the two business dates (docs/semantics.md 2). So
 * are those that contradicted an order which a revision withdrew (withdraw.c).
 *
 * Only rows that name what batches told since they were last looked for, and rows of these batches,
 * are asked for: an index has them by the code that they name. A counter says up to which batch
 * that was done; it moves when it is done, so what a crash left is done with the next batch. */
#include "intake/job.h"

#define COUNTER "looked-again"
/* Rows at a time: a number of each is in memory. */
#define AT_ONCE SETTLE_INTAKE_SLICE

typedef struct {
    int64_t line;
    int32_t batch_id;
    SettleDay enters;
} Row;

typedef struct {
    GArray *rows;                /* Row; those that enter with one batch stand together */
    GHashTable *headers, *kinds; /* by batch: text, SettleFileKind */
} Found;

static void
found_clear(Found *found)
{
    g_clear_pointer(&found->rows, g_array_unref);
    g_clear_pointer(&found->headers, g_hash_table_unref);
    g_clear_pointer(&found->kinds, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

/* Moves the counter by n; 0 says where it is. */
static gboolean
count(SettleStore *store, int64_t n, int64_t *ret_value, GError **error)
{
    if (!settle_store_begin(store, error))
        return FALSE;
    if (settle_store_count(store, COUNTER, n, ret_value, error) &&
        settle_store_commit(store, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}

/* The last batch, and whether something of those after one may have to be looked at. */
static gboolean
last_batch(SettleStore *store, int64_t after, int64_t *ret_batch, gboolean *ret_some,
           GError **error)
{
    g_autoptr(SettleResult) result =
        settle_store_query(store, settle_sql_intake_to_look_at, error, "l", after);

    if (result == NULL)
        return FALSE;
    *ret_batch = settle_result_i64(result, 0, SQL_INTAKE_TO_LOOK_AT_VALUE);
    *ret_some = settle_result_bool(result, 0, SQL_INTAKE_TO_LOOK_AT_SOME);
    return TRUE;
}

static gboolean
find(SettleStore *store, int64_t after, int64_t up_to, gboolean receipts, Found *found,
     GError **error)
{
    g_autoptr(SettleReader) reader = settle_store_read(store, settle_sql_intake_told_later, "lllb",
                                                       after, up_to, (int64_t) AT_ONCE, receipts);

    while (settle_reader_next(reader)) {
        Row row = {
            .line = settle_reader_i64(reader, SQL_INTAKE_TOLD_LATER_LINE),
            .batch_id = settle_reader_i32(reader, SQL_INTAKE_TOLD_LATER_BATCH_ID),
            .enters = settle_reader_day(reader, SQL_INTAKE_TOLD_LATER_ENTERS),
        };
        gpointer key = GINT_TO_POINTER(row.batch_id);
        SettleFileKind kind;
        size_t length;

        g_array_append_val(found->rows, row);
        if (g_hash_table_contains(found->headers, key))
            continue;
        settle_invariant(settle_file_kind_lookup(
            settle_reader_text(reader, SQL_INTAKE_TOLD_LATER_KIND, &length), &kind));
        g_hash_table_insert(found->kinds, key, GINT_TO_POINTER(kind));
        g_hash_table_insert(
            found->headers, key,
            g_strdup(settle_reader_text(reader, SQL_INTAKE_TOLD_LATER_HEADER, &length)));
    }
    return settle_reader_end(reader, error);
}

/* The rows of one batch that enter on one day, as a batch. */
static gboolean
read_again(SettleStore *store, const Found *found, const Row *rows, size_t n,
           const SettleIntakeOptions *options, GPtrArray *reports, GError **error)
{
    gpointer key = GINT_TO_POINTER(rows->batch_id);
    const SettleIntakeOrigin origin = {.released = rows->batch_id};
    const SettleIntakeOptions its = {
        .business_date = rows->enters,
        .memory_bytes = options->memory_bytes,
        .lookback_months = options->lookback_months,
        .progress = options->progress,
        .progress_data = options->progress_data,
    };
    SettleFileKind kind = (SettleFileKind) GPOINTER_TO_INT(g_hash_table_lookup(found->kinds, key));
    g_autofree char *name = g_strdup_printf("batch %d looked at again", rows->batch_id);
    g_autofree int64_t *lines = g_new(int64_t, n);
    SettleIntakeReport *report = NULL;

    for (size_t i = 0; i < n; i++)
        lines[i] = rows[i].line;
    g_autoptr(SettleIntakeJob) job = settle_intake_job_new(store, kind, name, &its, NULL, error);
    if (job == NULL)
        return FALSE;
    g_autoptr(SettleIntakeSource) records = settle_intake_source_lines_kept(
        store, rows->batch_id, g_hash_table_lookup(found->headers, key), lines, n);
    job->source = records;
    if (!settle_intake_run(job, &origin, &report, error))
        return FALSE;
    report->released = report->rows_read;
    g_ptr_array_add(reports, report);
    return TRUE;
}

static gboolean
read_all_again(SettleStore *store, const Found *found, const SettleIntakeOptions *options,
               GPtrArray *reports, GError **error)
{
    const Row *rows = (const Row *) (const void *) found->rows->data;

    for (guint i = 0, n; i < found->rows->len; i += n) {
        for (n = 1; i + n < found->rows->len && rows[i + n].batch_id == rows[i].batch_id &&
                    rows[i + n].enters == rows[i].enters;)
            n++;
        if (!read_again(store, found, rows + i, n, options, reports, error))
            return FALSE;
    }
    return TRUE;
}

#define NOTHING_FOUND                                                                              \
    {                                                                                              \
        g_array_new(FALSE, FALSE, sizeof(Row)), g_hash_table_new_full(NULL, NULL, NULL, g_free),   \
            g_hash_table_new(NULL, NULL),                                                          \
    }

/* Receipts are few, and who takes them in comes rarely: all that are kept are looked for. */
static gboolean
look_at_receipts(SettleStore *store, const SettleIntakeOptions *options, GPtrArray *reports,
                 GError **error)
{
    g_autoptr(SettleResult) kept =
        settle_store_query(store, settle_sql_intake_kept_receipts, error, "");
    g_auto(Found) found = NOTHING_FOUND;
    int64_t up_to;
    gboolean some;

    if (kept == NULL)
        return FALSE;
    return !settle_result_bool(kept, 0, SQL_INTAKE_KEPT_RECEIPTS_SOME) ||
           (last_batch(store, 0, &up_to, &some, error) &&
            (!some || find(store, 0, up_to, TRUE, &found, error)) &&
            read_all_again(store, &found, options, reports, error));
}

/* What is taken in now may be what others wait for, and may itself know too little still. */
static gboolean
look_at_others(SettleStore *store, const SettleIntakeOptions *options, GPtrArray *reports,
               GError **error)
{
    int64_t after, up_to;
    gboolean some;

    for (;;) {
        g_auto(Found) found = NOTHING_FOUND;

        if (!count(store, 0, &after, error) || !last_batch(store, after, &up_to, &some, error) ||
            (some && !find(store, after, up_to, FALSE, &found, error)) ||
            !read_all_again(store, &found, options, reports, error))
            return FALSE;
        /* where not all were found at once the rest is: the same batches are looked at again */
        if (found.rows->len < AT_ONCE && !count(store, up_to - after, &after, error))
            return FALSE;
        if (found.rows->len == 0)
            return TRUE;
    }
}

gboolean
settle_intake_look_again(SettleStore *store, const SettleIntakeOptions *options, GPtrArray *reports,
                         GError **error)
{
    return settle_intake_read_woken(store, reports, error) &&
           (!settle_store_may(store, SETTLE_STORE_AS_RUNNER) ||
            look_at_others(store, options, reports, error)) &&
           (!settle_store_may(store, SETTLE_STORE_AS_TREASURY) ||
            look_at_receipts(store, options, reports, error));
}
