/* Withdrawn months and receipts: a further row of each that no other batch told. */
#include "intake/job.h"

#include "base/failpoint.h"

/* The columns that both queries begin with. FALSE: it stays, as another batch told it. */
static gboolean
falls(SettleIntakeJob *job, const SettleResult *rows, int row)
{
    if (settle_result_bool(rows, row, SQL_WITHDRAWN_IS_SUPPORTED)) {
        job->stayed++;
        return FALSE;
    }
    settle_intake_fell(job, settle_result_i32(rows, row, SQL_WITHDRAWN_BATCH_ID),
                       settle_result_i32(rows, row, SQL_WITHDRAWN_LINE));
    return TRUE;
}

static gboolean
put_month(SettleIntakeJob *job, SettleWriter *writer, const SettleResult *rows, int row,
          GError **error)
{
    if (!falls(job, rows, row))
        return TRUE;
    if (!settle_writer_row(writer, 6, error))
        return FALSE;
    settle_writer_i32(writer, settle_result_i32(rows, row, SQL_INTAKE_WITHDRAWN_MONTHS_CARRIER_ID));
    settle_writer_month(writer, settle_result_month(rows, row, SQL_INTAKE_WITHDRAWN_MONTHS_MONTH));
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i32(writer, settle_result_i32(rows, row, SQL_WITHDRAWN_LINE));
    settle_writer_i16(writer,
                      (int16_t) settle_result_i32(rows, row, SQL_INTAKE_WITHDRAWN_MONTHS_REVISION));
    settle_writer_bool(writer, TRUE);
    return TRUE;
}

static gboolean
withdraw_months(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(
        job->store, settle_sql_intake_withdrawn_months, error, "i", job->withdraws);
    g_autoptr(SettleWriter) writer = NULL;

    if (rows == NULL)
        return FALSE;
    writer = settle_store_copy_in(job->store, settle_sql_copy_month_complete, error);
    if (writer == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(rows); row++)
        if (!put_month(job, writer, rows, row, error))
            return FALSE;
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(WITHDRAW_FACTS, error);
}

/* Receipts are nothing that a runner adds: a function of the owner's does, of those that fall. */
static gboolean
withdraw_receipts(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(
        job->store, settle_sql_intake_withdrawn_receipts, error, "i", job->withdraws);

    if (rows == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(rows); row++) {
        SettleMonth month = settle_result_month(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_MONTH);

        if (!falls(job, rows, row))
            continue;
        settle_intake_slice(
            job, settle_result_i32(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_DISTRIBUTOR_ID), month);
        settle_intake_see_month(job, month);
    }
    return settle_store_exec(job->store, settle_sql_intake_withdraw_receipts, error, "i",
                             job->batch_id) &&
           settle_store_sum_stored(job->store, settle_sql_copy_receipt, job->batch_id, error) &&
           settle_failpoint(WITHDRAW_FACTS, error);
}

gboolean
settle_intake_withdraw_notices(SettleIntakeJob *job, GError **error)
{
    return job->kind == SETTLE_FILE_MONTHS ? withdraw_months(job, error)
                                           : withdraw_receipts(job, error);
}
