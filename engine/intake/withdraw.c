/* Withdrawn batches: what one alone told falls. The batch that carries the withdrawal stores a
 * further row of each such fact, and what follows from it; then the kept rows that contradicted it
 * are read again (docs/semantics.md 2). */
#include "intake/intake.h"
#include "intake/job.h"
#include "intake/kind.h"

#include "base/failpoint.h"

gboolean
settle_intake_can_withdraw(SettleFileKind kind)
{
    return settle_intake_kinds[kind]->withdraw != NULL;
}

void
settle_intake_gone(SettleIntakeJob *job, int32_t batch_id, int32_t line)
{
    const SettleFactPlace place = {batch_id, line};

    g_array_append_val(job->gone, place);
}

void
settle_intake_fell(SettleIntakeJob *job, int32_t batch_id, int32_t line)
{
    job->fell++;
    settle_intake_gone(job, batch_id, line);
}

GHashTable *
settle_intake_withdrawn_batches(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(job->store, settle_sql_intake_withdrawn_batches, error, "");
    GHashTable *batches;

    if (rows == NULL)
        return NULL;
    batches = g_hash_table_new(NULL, NULL);
    for (int row = 0; row < settle_result_rows(rows); row++)
        g_hash_table_add(batches, GINT_TO_POINTER(settle_result_i32(
                                      rows, row, SQL_INTAKE_WITHDRAWN_BATCHES_BATCH_ID)));
    return batches;
}

/* --- kept rows -------------------------------------------------------------------------------- */

static gpointer
place_key(int32_t batch_id, int64_t line)
{
    return GSIZE_TO_POINTER((gsize) batch_id << 32 | (gsize) line);
}

gboolean
settle_intake_wake_rows(SettleIntakeJob *job, GError **error)
{
    g_autoptr(GHashTable) gone = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) batches = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(SettleResult) rows = NULL;

    if (job->gone->len == 0)
        return TRUE;
    for (guint i = 0; i < job->gone->len; i++) {
        const SettleFactPlace *place = &g_array_index(job->gone, SettleFactPlace, i);

        g_hash_table_add(gone, place_key(place->batch_id, place->line));
    }
    rows = settle_store_query(job->store, settle_sql_intake_contradicting, error, "s",
                              settle_file_kind_name(job->kind));
    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        int32_t batch_id = settle_result_i32(rows, i, SQL_INTAKE_CONTRADICTING_BATCH_ID);
        int64_t line = settle_result_i64(rows, i, SQL_INTAKE_CONTRADICTING_LINE);

        if (!g_hash_table_contains(
                gone, place_key(settle_result_i32(rows, i, SQL_INTAKE_CONTRADICTING_AGAINST_BATCH),
                                settle_result_i32(rows, i, SQL_INTAKE_CONTRADICTING_AGAINST_LINE))))
            continue;
        g_array_append_val(batches, batch_id);
        g_array_append_val(lines, line);
    }
    return batches->len == 0 ||
           settle_store_exec(job->store, settle_sql_intake_wake_rows, error, "iIL", job->batch_id,
                             batches->data, (size_t) batches->len, lines->data,
                             (size_t) lines->len);
}

/* --- one batch -------------------------------------------------------------------------------- */

/* What is to be withdrawn, as the query has it. */
static gboolean
withdraw(SettleStore *store, const SettleResult *approved, int row, SettleDay night, GArray *done,
         GError **error)
{
    int32_t batch_id = settle_result_i32(approved, row, SQL_INTAKE_APPROVED_BATCH_ID);
    SettleDay own = settle_result_day(approved, row, SQL_INTAKE_APPROVED_BUSINESS_DATE);
    const SettleIntakeOptions options = {
        /* what no night has settled never will be */
        .business_date = settle_result_bool(approved, row, SQL_INTAKE_APPROVED_IS_SETTLED)
                             ? MAX(own, night)
                             : own,
        .lookback_months = -1};
    g_autofree char *name = g_strdup_printf("withdrawal of batch %d", batch_id);
    g_autoptr(SettleIntakeJob) job = NULL;
    SettleIntakeWithdrawal report;
    SettleFileKind kind;

    settle_invariant(settle_file_kind_lookup(
        settle_result_text(approved, row, SQL_INTAKE_APPROVED_KIND), &kind));
    if (!settle_intake_can_withdraw(kind)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "batch %d holds %s: such a batch cannot be withdrawn", batch_id,
                    settle_file_kind_name(kind));
        settle_error_hint(error, "settle batch refuse %d --reason TEXT takes the request back",
                          batch_id);
        return FALSE;
    }
    job = settle_intake_job_new(store, kind, name, &options, NULL, error);
    if (job == NULL)
        return FALSE;
    job->withdraws = batch_id;
    job->header = g_strdup("");
    if (!settle_intake_next_batch(job, error) || !settle_intake_write_withdrawal(job, error))
        return FALSE;
    settle_intake_tidy(job);
    report = (SettleIntakeWithdrawal){
        .batch_id = batch_id,
        .by_batch = job->batch_id,
        .business_date = options.business_date,
        .fell = job->accepted,
        .stayed = job->repeated,
    };
    g_array_append_val(done, report);
    return TRUE;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* Reading rows again may wake others. */
gboolean
settle_intake_read_woken(SettleStore *store, GPtrArray *reports, GError **error)
{
    int64_t n_read;

    do {
        guint before = reports->len;
        g_autoptr(SettleResult) woken =
            settle_store_query(store, settle_sql_intake_woken, error, "");

        if (woken == NULL)
            return FALSE;
        for (int row = 0; row < settle_result_rows(woken); row++) {
            const SettleIntakeSelection selection = {
                .batch_id = settle_result_i32(woken, row, SQL_INTAKE_WOKEN_BATCH_ID),
                .woken = TRUE};
            const SettleIntakeOptions options = {
                .business_date = settle_result_day(woken, row, SQL_INTAKE_WOKEN_BUSINESS_DATE),
                .lookback_months = -1};

            if (!settle_intake_release_locked(store, &selection, &options, reports, error))
                return FALSE;
        }
        n_read = 0;
        for (guint i = before; i < reports->len; i++)
            n_read += ((const SettleIntakeReport *) g_ptr_array_index(reports, i))->released;
    } while (n_read > 0);
    return TRUE;
}

static gboolean
carry_out(SettleStore *store, SettleDay night, GArray *done, GPtrArray *reports, GError **error)
{
    g_autoptr(SettleResult) approved =
        settle_store_query(store, settle_sql_intake_approved, error, "");

    if (approved == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(approved); row++)
        if (!withdraw(store, approved, row, night, done, error))
            return FALSE;
    return settle_intake_read_woken(store, reports, error);
}

gboolean
settle_intake_carry_out(SettleStore *store, SettleDay night, GArray **ret_done,
                        GPtrArray **ret_reports, GError **error)
{
    gboolean ok;

    *ret_done = g_array_new(FALSE, FALSE, sizeof(SettleIntakeWithdrawal));
    *ret_reports = g_ptr_array_new_with_free_func((GDestroyNotify) settle_intake_report_free);
    if (!settle_store_lock(store, "intake", SETTLE_INTAKE_LOCK_WAIT_MS, error))
        return FALSE;
    ok = carry_out(store, night, *ret_done, *ret_reports, error);
    settle_store_unlock(store, "intake");
    return ok;
}
