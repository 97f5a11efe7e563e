/* What is kept of a file beside its rows: name, size and SHA-256, and whose it is. */
#include "intake/job.h"

#include <string.h>

gboolean
settle_intake_take_file(SettleIntakeJob *job, GError **error)
{
    const char *carrier = job->options.carrier;

    if (!settle_intake_source_file_sum(job->source, job->sha256, &job->file_bytes))
        return TRUE;
    job->is_file = TRUE;
    job->file_name = job->options.file_name != NULL ? g_strdup(job->options.file_name)
                                                    : g_path_get_basename(job->name);
    if (carrier != NULL) {
        g_autoptr(SettleResult) row =
            settle_store_query(job->store, settle_sql_deposit_party, error, "is",
                               (int32_t) SETTLE_DIM_CARRIER, carrier);

        if (row == NULL)
            return FALSE;
        if (settle_result_rows(row) == 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"",
                        carrier);
            return FALSE;
        }
        settle_intake_see_carrier(job, settle_result_i32(row, 0, SQL_DEPOSIT_PARTY_ID));
    }
    return TRUE;
}

gboolean
settle_intake_find_same_file(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) row = NULL;

    if (!job->is_file)
        return TRUE;
    row = settle_store_query(job->store, settle_sql_intake_same_file, error, "ysi", job->sha256,
                             sizeof job->sha256, settle_file_kind_name(job->kind), job->batch_id);
    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) > 0) {
        job->same_batch = settle_result_i32(row, 0, SQL_INTAKE_SAME_FILE_BATCH_ID);
        job->same_file = g_strdup(settle_result_text(row, 0, SQL_INTAKE_SAME_FILE_FILE_NAME));
    }
    return TRUE;
}

void
settle_intake_see_carrier(SettleIntakeJob *job, int32_t carrier_id)
{
    guint at = 0;

    if (carrier_id == job->last_carrier)
        return;
    job->last_carrier = carrier_id;
    while (at < job->carriers->len && g_array_index(job->carriers, int32_t, at) < carrier_id)
        at++;
    if (at == job->carriers->len || g_array_index(job->carriers, int32_t, at) != carrier_id)
        g_array_insert_val(job->carriers, at, carrier_id);
}
