/* Intake, the second step for notices: receipts of carriers' money and months declared complete. */
#include "intake/validate.h"

#include <string.h>

static gboolean
check_month(const SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field, int column,
            SettleMonth *ret_month)
{
    if (field.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, column,
                                   "must not be empty");
    if (!settle_month_parse(field.text, field.length, ret_month))
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_MONTH, column,
                                   "is no month in the form YYYY-MM");
    return settle_check_plausible(job, verdict, column, settle_month_first(*ret_month));
}

static gboolean
check_carrier(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field, int column,
              SettleIntakeNotice *notice)
{
    notice->carrier_id = settle_check_known(job, SETTLE_DIM_CARRIER, field);
    return notice->carrier_id > 0 || settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_CARRIER,
                                                         column, "is no known carrier");
}

static gboolean
validate_month(SettleIntakeJob *job, const SettleCsvRecord *record, SettleIntakeNotice *notice,
               SettleVerdict *verdict)
{
    SettleCsvField carrier = settle_intake_cell(job, record, MONTH_CARRIER);

    return settle_check_code(job, verdict, carrier, MONTH_CARRIER, FALSE, carrier) &&
           check_month(job, verdict, settle_intake_cell(job, record, MONTH_MONTH), MONTH_MONTH,
                       &notice->month) &&
           check_carrier(job, verdict, carrier, MONTH_CARRIER, notice);
}

static gboolean
validate_receipt(SettleIntakeJob *job, const SettleCsvRecord *record, SettleIntakeNotice *notice,
                 SettleVerdict *verdict)
{
    SettleCsvField carrier = settle_intake_cell(job, record, RECEIPT_CARRIER);
    SettleCsvField id = settle_intake_cell(job, record, RECEIPT_RECEIPT_ID);
    SettleCsvField distributor = settle_intake_cell(job, record, RECEIPT_DISTRIBUTOR);

    if (!settle_check_code(job, verdict, carrier, RECEIPT_CARRIER, FALSE, carrier) ||
        !settle_check_key(job, verdict, id, RECEIPT_RECEIPT_ID, FALSE, carrier) ||
        !settle_check_code(job, verdict, distributor, RECEIPT_DISTRIBUTOR, FALSE, carrier) ||
        !check_month(job, verdict, settle_intake_cell(job, record, RECEIPT_MONTH), RECEIPT_MONTH,
                     &notice->month) ||
        !settle_check_currency(verdict, settle_intake_cell(job, record, RECEIPT_CURRENCY),
                               RECEIPT_CURRENCY, &notice->currency) ||
        !settle_check_amount(verdict, settle_intake_cell(job, record, RECEIPT_AMOUNT),
                             RECEIPT_AMOUNT, notice->currency, &notice->amount_minor))
        return FALSE;
    if (notice->amount_minor == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_AMOUNT, RECEIPT_AMOUNT,
                                   "a receipt of nothing says nothing");
    if (!check_carrier(job, verdict, carrier, RECEIPT_CARRIER, notice))
        return FALSE;
    notice->distributor_id = settle_check_known(job, SETTLE_DIM_DISTRIBUTOR, distributor);
    if (notice->distributor_id == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_DISTRIBUTOR, RECEIPT_DISTRIBUTOR,
                                   "is no known distributor");
    notice->receipt_id = settle_keyed_id(settle_intake_key(job, notice->carrier_id),
                                         SETTLE_KEYED_RECEIPT, id.text, id.length, NULL, 0);
    notice->upstream_length = (uint16_t) id.length;
    notice->upstream = settle_arena_strndup(job->arena, id.text, id.length);
    return TRUE;
}

gboolean
settle_validate_notice(SettleIntakeJob *job, const SettleCsvRecord *record,
                       SettleIntakeNotice *ret_notice, SettleVerdict *verdict)
{
    *ret_notice = (SettleIntakeNotice){0};
    return job->kind == SETTLE_FILE_MONTHS ? validate_month(job, record, ret_notice, verdict)
                                           : validate_receipt(job, record, ret_notice, verdict);
}
