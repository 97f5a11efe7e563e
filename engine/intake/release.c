/* Intake, releases: rows in quarantine are read again, in one new batch for each batch that they
 * came in with. The way of such a batch is that of a file (intake.c). */
#include "intake/job.h"

/* Who names a line means it, whatever was said of it. */
static gboolean
takes_dismissed(const SettleIntakeSelection *selection)
{
    return selection->dismissed || selection->line != 0;
}

static gboolean
release_batch(SettleStore *store, int32_t batch_id, const char *kind_name, const char *header,
              const SettleIntakeSelection *selection, const SettleIntakeOptions *options,
              GPtrArray *reports, GError **error)
{
    const SettleIntakeOrigin origin = {.released = batch_id};
    g_autofree char *name = g_strdup_printf("release of batch %d", batch_id);
    SettleIntakeReport *report = NULL;
    SettleFileKind kind;
    settle_invariant(settle_file_kind_lookup(kind_name, &kind));
    g_autoptr(SettleIntakeJob) job = settle_intake_job_new(store, kind, name, options, NULL, error);
    if (job == NULL)
        return FALSE;
    g_autoptr(SettleIntakeSource) records =
        settle_intake_source_kept(store, batch_id, header, selection->line, selection->reason,
                                  takes_dismissed(selection), selection->woken);
    job->source = records;
    if (!settle_intake_run(job, &origin, &report, error))
        return FALSE;
    report->released = report->rows_read;
    g_ptr_array_add(reports, report);
    return TRUE;
}

gboolean
settle_intake_release_locked(SettleStore *store, const SettleIntakeSelection *selection,
                             const SettleIntakeOptions *options, GPtrArray *reports, GError **error)
{
    g_autoptr(SettleResult) batches = settle_store_query(
        store, settle_sql_intake_kept_batches, error, "ilsbb", selection->batch_id, selection->line,
        selection->reason == NULL ? "" : selection->reason, takes_dismissed(selection),
        selection->woken);
    if (batches == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(batches); row++) {
        SettleIntakeOptions later = *options;
        const char *kind_name = settle_result_text(batches, row, SQL_INTAKE_KEPT_BATCHES_KIND);
        SettleFileKind kind;

        /* without being named, what others take in is left to them */
        settle_invariant(settle_file_kind_lookup(kind_name, &kind));
        if (selection->batch_id == 0 || selection->woken) {
            if (!settle_store_may(store, settle_intake_role(kind)))
                continue;
        } else if (!settle_intake_check_role(store, kind, error)) {
            return FALSE;
        }

        /* what waited enters on the later of the two dates */
        later.business_date =
            MAX(options->business_date,
                settle_result_day(batches, row, SQL_INTAKE_KEPT_BATCHES_BUSINESS_DATE));
        if (!release_batch(store, settle_result_i32(batches, row, SQL_INTAKE_KEPT_BATCHES_BATCH_ID),
                           kind_name,
                           settle_result_text(batches, row, SQL_INTAKE_KEPT_BATCHES_HEADER),
                           selection, &later, reports, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_intake_release(SettleStore *store, const SettleIntakeSelection *selection,
                      const SettleIntakeOptions *options, GPtrArray **ret_reports, GError **error)
{
    SettleIntakeOptions plain = *options;
    g_autoptr(GPtrArray) reports =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_intake_report_free);
    gboolean done;
    if (selection->line != 0 && selection->batch_id == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "a line can only be chosen together with its batch");
        return FALSE;
    }
    plain.has_control_count = FALSE;
    plain.control_sum = NULL;
    if (!settle_store_lock(store, "intake", SETTLE_INTAKE_LOCK_WAIT_MS, error))
        return FALSE;
    done = settle_intake_release_locked(store, selection, &plain, reports, error) &&
           settle_intake_look_again(store, &plain, reports, error);
    settle_store_unlock(store, "intake");
    if (done)
        *ret_reports = g_steal_pointer(&reports);
    return done;
}
