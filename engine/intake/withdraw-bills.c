/* Withdrawn bills: those with an order get a further row that withdraws them, those that wait wait
 * no more; the revision before holds again by itself. */
#include "intake/write.h"

#include "base/failpoint.h"

/* Notes the bill that falls, or that it stays. FALSE: it stays. */
static gboolean
falls(SettleIntakeJob *job, gboolean supported, int32_t batch_id, int32_t line)
{
    if (supported)
        job->stayed++;
    else
        settle_intake_fell(job, batch_id, line);
    return !supported;
}

static gboolean
find_of_orders(SettleIntakeJob *job, SettleSpool *bills, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_withdrawn_bills, "i", job->withdraws);

    while (settle_reader_next(reader)) {
        SettleIntakeBillRow row = {.withdrawn = TRUE, .follows = TRUE};

        settle_bill_read(reader, 0, &row);
        settle_contract_read(reader, SETTLE_BILL_COLUMNS, &row.order);
        if (falls(job, settle_reader_bool(reader, SQL_INTAKE_WITHDRAWN_BILLS_IS_SUPPORTED),
                  row.source_batch_id, row.line) &&
            !settle_bill_add(bills, &row, error))
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

static gboolean
find_waiting(SettleIntakeJob *job, SettleSpool *found, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_withdrawn_waiting, "i", job->withdraws);

    while (settle_reader_next(reader)) {
        const SettleSpoolKey key = {
            {(uint64_t) settle_reader_i64(reader, SQL_INTAKE_WITHDRAWN_WAITING_CONTRACT_ID),
             settle_bill_key(settle_reader_i16(reader, SQL_INTAKE_WITHDRAWN_WAITING_CURRENCY),
                             settle_reader_month(reader, SQL_INTAKE_WITHDRAWN_WAITING_MONTH),
                             settle_reader_i16(reader, SQL_INTAKE_WITHDRAWN_WAITING_REVISION)),
             (uint64_t) settle_reader_i16(reader, SQL_INTAKE_WITHDRAWN_WAITING_TURN)}};

        if (falls(job, settle_reader_bool(reader, SQL_INTAKE_WITHDRAWN_WAITING_IS_SUPPORTED),
                  settle_reader_i32(reader, SQL_INTAKE_WITHDRAWN_WAITING_SOURCE_BATCH_ID),
                  settle_reader_i32(reader, SQL_INTAKE_WITHDRAWN_WAITING_LINE)) &&
            settle_spool_add(found, &key, 0, error) == NULL)
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

gboolean
settle_intake_withdraw_bills(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleSpool) bills = settle_spool_new(job->memory);
    g_autoptr(SettleSpool) found = settle_spool_new(job->memory);

    return find_of_orders(job, bills, error) && find_waiting(job, found, error) &&
           settle_bills_copy(job, bills, error) && settle_bills_copy_found(job, found, error) &&
           settle_failpoint(WITHDRAW_FACTS, error);
}
