/* Intake, the second step for bills and tallies: fields become a checked bill, or a reason with
 * its column. */
#include "intake/kind.h"
#include "intake/validate.h"

gboolean
settle_validate_bill(SettleIntakeJob *job, const SettleCsvRecord *record,
                     SettleIntakeBill *ret_bill, SettleVerdict *verdict)
{
    SettleIntakeBill *bill = ret_bill;
    SettleCsvField carrier = settle_intake_cell(job, record, BILL_CARRIER);
    SettleCsvField contract = settle_intake_cell(job, record, BILL_CONTRACT);
    SettleCsvField month = settle_intake_cell(job, record, BILL_MONTH);
    SettleCsvField revision = settle_intake_cell(job, record, BILL_REVISION);
    struct {
        int column;
        int64_t *minor;
    } amounts[] = {{BILL_BILLED, &bill->billed_minor},
                   {BILL_TAX, &bill->tax_minor},
                   {BILL_CASH, &bill->cash_minor},
                   {BILL_ARREARS, &bill->arrears_minor}};
    int64_t number = 1, minutes;

    if (!settle_check_code(job, verdict, carrier, BILL_CARRIER, FALSE, carrier) ||
        !settle_check_key(job, verdict, contract, BILL_CONTRACT, FALSE, carrier))
        return FALSE;
    if (month.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, BILL_MONTH,
                                   "must not be empty");
    if (!settle_month_parse(month.text, month.length, &bill->month))
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_MONTH, BILL_MONTH,
                                   "is no month in the form YYYY-MM");
    if (!settle_check_plausible(job, verdict, BILL_MONTH, settle_month_first(bill->month)))
        return FALSE;
    if (revision.length > 0 &&
        !settle_check_number(verdict, revision, BILL_REVISION, 1, G_MAXINT16, &number))
        return FALSE;
    bill->revision = (int16_t) number;
    if (!settle_check_day(verdict, settle_intake_cell(job, record, BILL_ISSUED), BILL_ISSUED,
                          &bill->issue_day) ||
        !settle_check_plausible(job, verdict, BILL_ISSUED, bill->issue_day) ||
        !settle_check_currency(verdict, settle_intake_cell(job, record, BILL_CURRENCY),
                               BILL_CURRENCY, &bill->currency))
        return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(amounts); i++)
        if (!settle_check_amount(verdict, settle_intake_cell(job, record, amounts[i].column),
                                 amounts[i].column, bill->currency, amounts[i].minor))
            return FALSE;
    if (!settle_check_number(verdict, settle_intake_cell(job, record, BILL_MINUTES), BILL_MINUTES,
                             0, G_MAXINT32, &minutes) ||
        !settle_check_number(verdict, settle_intake_cell(job, record, BILL_MEGABYTES),
                             BILL_MEGABYTES, 0, INT64_C(1000000000000), &bill->megabytes))
        return FALSE;
    bill->minutes = (int32_t) minutes;

    bill->carrier_id = settle_check_known(job, SETTLE_DIM_CARRIER, carrier);
    if (bill->carrier_id == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_CARRIER, BILL_CARRIER,
                                   "is no known carrier");
    bill->contract_id =
        settle_keyed_id(settle_intake_key(job, bill->carrier_id), SETTLE_KEYED_CONTRACT,
                        contract.text, contract.length, NULL, 0);
    bill->contract_length = (uint16_t) contract.length;
    return TRUE;
}

void
settle_validate_tally(SettleIntakeJob *job, const SettleCsvRecord *record)
{
    SettleCurrency currency;
    int64_t minor;
    SettleCsvField code, amount;
    gboolean known;
    const SettleIntakeKind *kind = settle_intake_kinds[job->kind];

    if (kind->amount < 0)
        return;
    if (record->n_fields != job->n_header) {
        job->unreadable++;
        return;
    }
    code = settle_intake_cell(job, record, kind->currency);
    amount = settle_intake_cell(job, record, kind->amount);
    if (kind->amount_is_optional && amount.length == 0)
        return; /* most events have none */
    known = settle_currency_lookup(code.text, code.length, &currency);
    if (known && settle_money_parse(amount.text, amount.length, settle_currency_exponent(currency),
                                    &minor) == SETTLE_PARSE_OK) {
        settle_intake_tally(job, minor, settle_currency_exponent(currency));
        return;
    }
    /* The sender added up numbers: one of a currency that nobody knows, or with more decimals than
     * its currency has, is rejected as a row and counts in the sum as it stands there. */
    for (int places = 0; places <= SETTLE_INTAKE_SCALE; places++)
        if (settle_money_parse(amount.text, amount.length, places, &minor) == SETTLE_PARSE_OK) {
            settle_intake_tally(job, minor, places);
            return;
        }
    job->unreadable++;
}
