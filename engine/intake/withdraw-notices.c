/* Withdrawn months and receipts: a further row of each that no other batch told. */
#include "intake/job.h"

#include "base/failpoint.h"

static gboolean
read_all(SettleIntakeJob *job, const char *select, const char *copy,
         gboolean (*put)(SettleIntakeJob *job, SettleWriter *writer, const SettleResult *rows,
                         int row, GError **error),
         GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(job->store, select, error, "i", job->withdraws);
    g_autoptr(SettleWriter) writer = NULL;

    if (rows == NULL)
        return FALSE;
    writer = settle_store_copy_in(job->store, copy, error);
    if (writer == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(rows); row++)
        if (!put(job, writer, rows, row, error))
            return FALSE;
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(WITHDRAW_FACTS, error);
}

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
put_receipt(SettleIntakeJob *job, SettleWriter *writer, const SettleResult *rows, int row,
            GError **error)
{
    int32_t distributor_id, carrier_id, line;
    SettleMonth month;
    uint8_t salt[SETTLE_SALT_BYTES];

    if (!falls(job, rows, row))
        return TRUE;
    distributor_id = settle_result_i32(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_DISTRIBUTOR_ID);
    carrier_id = settle_result_i32(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_CARRIER_ID);
    month = settle_result_month(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_MONTH);
    line = settle_result_i32(rows, row, SQL_WITHDRAWN_LINE);
    if (!settle_writer_row(writer, 13, error))
        return FALSE;
    settle_writer_i32(writer, distributor_id);
    settle_writer_i64(writer,
                      settle_result_i64(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_RECEIPT_ID));
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i32(writer, line);
    settle_writer_i32(writer, carrier_id);
    settle_writer_month(writer, month);
    settle_writer_i16(
        writer, (int16_t) settle_result_i32(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_CURRENCY));
    settle_writer_i64(writer,
                      settle_result_i64(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_AMOUNT_MINOR));
    settle_writer_i16(
        writer, (int16_t) settle_result_i32(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_REVISION));
    settle_writer_bool(writer, TRUE);
    settle_intake_slice(job, distributor_id, month);
    settle_intake_see_month(job, month);
    if (settle_result_is_null(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_UPSTREAM_ID)) {
        settle_writer_commitment(writer, NULL);
        settle_writer_null(writer);
    } else {
        const char *text = settle_result_text(rows, row, SQL_INTAKE_WITHDRAWN_RECEIPTS_UPSTREAM_ID);

        settle_intake_salt(job, SETTLE_SALT_RECEIPT, carrier_id,
                           settle_result_i32(rows, row, SQL_WITHDRAWN_BATCH_ID), line, salt);
        settle_writer_commitment(writer, salt);
        settle_writer_text(writer, text, strlen(text));
    }
    return TRUE;
}

gboolean
settle_intake_withdraw_notices(SettleIntakeJob *job, GError **error)
{
    if (job->kind == SETTLE_FILE_MONTHS)
        return read_all(job, settle_sql_intake_withdrawn_months, settle_sql_copy_month_complete,
                        put_month, error);
    return read_all(job, settle_sql_intake_withdrawn_receipts, settle_sql_copy_receipt, put_receipt,
                    error);
}
