/* Intake, the second step for master data: carriers, distributors, outlets, managers and products.
 */
#include "intake/validate.h"

#include <string.h>

static const char *
copy(SettleIntakeJob *job, SettleCsvField field)
{
    return settle_arena_strndup(job->arena, field.text, field.length);
}

/* A code of the row. Products and their classes are a carrier's, the others nobody's. */
static gboolean
take_code(SettleIntakeJob *job, const SettleCsvRecord *record, SettleVerdict *verdict, int column,
          gboolean may_be_empty, const char **ret_text)
{
    SettleCsvField field = settle_intake_cell(job, record, column), carrier = {"", 0};
    if (job->kind == SETTLE_FILE_PRODUCTS)
        carrier = settle_intake_cell(job, record, PRODUCT_CARRIER);
    if (!settle_check_code(job, verdict, field, column, may_be_empty, carrier))
        return FALSE;
    *ret_text = copy(job, field);
    return TRUE;
}

static gboolean
take_name(SettleIntakeJob *job, const SettleCsvRecord *record, SettleVerdict *verdict, int column,
          SettleIntakeParty *party)
{
    SettleCsvField field = settle_intake_cell(job, record, column);
    if (!settle_check_name(verdict, field, column))
        return FALSE;
    party->name = copy(job, field);
    return TRUE;
}

static gboolean
take_status(SettleIntakeJob *job, const SettleCsvRecord *record, SettleVerdict *verdict, int column,
            SettleIntakeParty *party)
{
    SettleCsvField field = settle_intake_cell(job, record, column);

    party->status = SETTLE_PARTY_ACTIVE;
    if (field.length == 0)
        return TRUE;
    for (int status = 0; status < SETTLE_N_PARTY_STATUS; status++) {
        const char *name = settle_party_status_name((SettlePartyStatus) status);

        if (strlen(name) == field.length && memcmp(name, field.text, field.length) == 0) {
            party->status = (SettlePartyStatus) status;
            return TRUE;
        }
    }
    return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_STATUS, column,
                               "is none of applied, active, ended");
}

static gboolean
take_sales(SettleIntakeJob *job, const SettleCsvRecord *record, SettleVerdict *verdict,
           SettleIntakeParty *party)
{
    SettleCsvField from = settle_intake_cell(job, record, PRODUCT_SALES_FROM);
    SettleCsvField to = settle_intake_cell(job, record, PRODUCT_SALES_TO);

    party->sales_from = SETTLE_DAY_MIN;
    party->sales_to = SETTLE_DAY_MAX;
    if ((from.length > 0 &&
         !settle_check_day(verdict, from, PRODUCT_SALES_FROM, &party->sales_from)) ||
        (to.length > 0 && !settle_check_day(verdict, to, PRODUCT_SALES_TO, &party->sales_to)))
        return FALSE;
    return party->sales_from <= party->sales_to ||
           settle_check_refuse(verdict, SETTLE_REJECT_OUT_OF_RANGE, PRODUCT_SALES_TO,
                               "is before the first day of sale");
}

#define CODE(column, to) take_code(job, record, verdict, column, FALSE, to)
#define NAME(column)     take_name(job, record, verdict, column, party)
#define DAY(column)                                                                                \
    settle_check_day(verdict, settle_intake_cell(job, record, column), column, &party->valid_from)

gboolean
settle_validate_carrier(SettleIntakeJob *job, const SettleCsvRecord *record,
                        SettleIntakeParty *party, SettleVerdict *verdict)
{
    return CODE(CARRIER_CARRIER, &party->code) && NAME(CARRIER_NAME) && DAY(CARRIER_VALID_FROM) &&
           take_status(job, record, verdict, CARRIER_STATUS, party);
}

gboolean
settle_validate_distributor(SettleIntakeJob *job, const SettleCsvRecord *record,
                            SettleIntakeParty *party, SettleVerdict *verdict)
{
    SettleCsvField tier = settle_intake_cell(job, record, DISTRIBUTOR_TIER);
    int64_t number = 0;

    if (!CODE(DISTRIBUTOR_DISTRIBUTOR, &party->code) || !NAME(DISTRIBUTOR_NAME) ||
        (tier.length > 0 && !settle_check_number(verdict, tier, DISTRIBUTOR_TIER, 0, 99, &number)))
        return FALSE;
    party->tier = (int16_t) number;
    return DAY(DISTRIBUTOR_VALID_FROM) &&
           take_status(job, record, verdict, DISTRIBUTOR_STATUS, party);
}

gboolean
settle_validate_outlet(SettleIntakeJob *job, const SettleCsvRecord *record,
                       SettleIntakeParty *party, SettleVerdict *verdict)
{
    return CODE(OUTLET_OUTLET, &party->code) && NAME(OUTLET_NAME) &&
           CODE(OUTLET_DISTRIBUTOR, &party->distributor) &&
           take_code(job, record, verdict, OUTLET_PARENT, TRUE, &party->parent) &&
           DAY(OUTLET_VALID_FROM);
}

gboolean
settle_validate_manager(SettleIntakeJob *job, const SettleCsvRecord *record,
                        SettleIntakeParty *party, SettleVerdict *verdict)
{
    return CODE(MANAGER_MANAGER, &party->code) && NAME(MANAGER_NAME) &&
           CODE(MANAGER_OUTLET, &party->outlet) && DAY(MANAGER_VALID_FROM);
}

gboolean
settle_validate_product(SettleIntakeJob *job, const SettleCsvRecord *record,
                        SettleIntakeParty *party, SettleVerdict *verdict)
{
    return CODE(PRODUCT_CARRIER, &party->carrier) && CODE(PRODUCT_PRODUCT, &party->code) &&
           NAME(PRODUCT_NAME) && CODE(PRODUCT_CLASS, &party->class) && DAY(PRODUCT_VALID_FROM) &&
           take_sales(job, record, verdict, party);
}
