/* Which nights are still to come for what is known already: a fact that is told again for an
 * earlier one belongs to that (docs/semantics.md 2). */
#include "intake/job.h"

gboolean
settle_intake_load_nights(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(job->store, settle_sql_intake_later_batches,
                                                      error, "d", job->options.business_date);

    for (int row = 0; rows != NULL && row < settle_result_rows(rows); row++)
        g_hash_table_insert(job->later,
                            GINT_TO_POINTER(settle_result_i32(
                                rows, row, SQL_INTAKE_LATER_BATCHES_BATCH_ID)),
                            GINT_TO_POINTER(settle_result_day(
                                rows, row, SQL_INTAKE_LATER_BATCHES_BUSINESS_DATE)));
    return rows != NULL;
}

SettleDay
settle_intake_night(const SettleIntakeJob *job, int32_t batch_id)
{
    gpointer day;

    return g_hash_table_lookup_extended(job->later, GINT_TO_POINTER(batch_id), NULL, &day)
               ? (SettleDay) GPOINTER_TO_INT(day)
               : job->options.business_date;
}
