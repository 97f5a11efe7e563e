/* Intake, the second step for orders: fields, parties and products, checked against the directory
 * of the closing day. */
#include "intake/validate.h"

#include "model/order-id.h"

#include <string.h>

#define MAX_QUANTITY 1000000

static gboolean
parse_flag(SettleVerdict *verdict, SettleCsvField field, int column, gboolean *ret_value)
{
    static const struct {
        const char *text;
        gboolean value;
    } words[] = {{"true", TRUE}, {"false", FALSE}, {"1", TRUE},
                 {"0", FALSE},   {"yes", TRUE},    {"no", FALSE}};
    *ret_value = FALSE;
    if (field.length == 0)
        return TRUE;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i].text) == field.length &&
            memcmp(words[i].text, field.text, field.length) == 0) {
            *ret_value = words[i].value;
            return TRUE;
        }
    return settle_check_refuse(verdict, SETTLE_REJECT_BAD_FLAG, column,
                               "is none of true, false, yes, no, 1, 0");
}

/* The values by themselves, in the order of the columns. */
static gboolean
check_values(SettleIntakeJob *job, const SettleCsvRecord *record, SettleIntakeOrder *order,
             SettleVerdict *verdict)
{
    static const struct {
        int column;
        gboolean is_key, may_be_empty;
    } texts[] = {
        {ORDER_CARRIER, FALSE, FALSE},     {ORDER_ORDER_ID, TRUE, FALSE},
        {ORDER_DISTRIBUTOR, FALSE, FALSE}, {ORDER_MANAGER, FALSE, TRUE},
        {ORDER_PRODUCT, FALSE, FALSE},     {ORDER_REGION, FALSE, FALSE},
        {ORDER_CHANNEL, FALSE, FALSE},     {ORDER_CONTRACT, TRUE, TRUE},
        {ORDER_LINE, FALSE, TRUE},
    };
    SettleCsvField carrier = settle_intake_cell(job, record, ORDER_CARRIER);
    SettleCsvField revision = settle_intake_cell(job, record, ORDER_REVISION);
    int64_t quantity, said = 1;
    gboolean first, withdrawn;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (!(texts[i].is_key ? settle_check_key : settle_check_code)(
                job, verdict, settle_intake_cell(job, record, texts[i].column), texts[i].column,
                texts[i].may_be_empty, carrier))
            return FALSE;
    if (!parse_flag(verdict, settle_intake_cell(job, record, ORDER_FIRST_ORDER), ORDER_FIRST_ORDER,
                    &first) ||
        !parse_flag(verdict, settle_intake_cell(job, record, ORDER_WITHDRAWN), ORDER_WITHDRAWN,
                    &withdrawn) ||
        (revision.length > 0 && !settle_check_number(verdict, revision, ORDER_REVISION, 1,
                                                     SETTLE_ORDER_REVISIONS, &said)) ||
        !settle_check_instant(job, verdict, settle_intake_cell(job, record, ORDER_CLOSED_AT),
                              ORDER_CLOSED_AT, &order->closing_at, &order->closing_day) ||
        !settle_check_number(verdict, settle_intake_cell(job, record, ORDER_QUANTITY),
                             ORDER_QUANTITY, 1, MAX_QUANTITY, &quantity) ||
        !settle_check_currency(verdict, settle_intake_cell(job, record, ORDER_CURRENCY),
                               ORDER_CURRENCY, &order->currency) ||
        !settle_check_amount(verdict, settle_intake_cell(job, record, ORDER_PAID), ORDER_PAID,
                             order->currency, &order->paid_minor))
        return FALSE;
    order->flags = first ? SETTLE_ORDER_FIRST_OF_SUBSCRIBER : 0;
    order->revision = (int16_t) said;
    order->withdrawn = withdrawn ? 1 : 0;
    order->quantity = (int32_t) quantity;
    if (order->paid_minor < 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_NEGATIVE_AMOUNT, ORDER_PAID,
                                   "must not be negative");
    return TRUE;
}

static gboolean
holds(const SettleIntakeJob *job, SettleVerdict *verdict, SettleDim dim, int32_t id, SettleDay day,
      int column)
{
    char closing[SETTLE_DAY_TEXT_BYTES], from[SETTLE_DAY_TEXT_BYTES], date[SETTLE_DAY_TEXT_BYTES];
    if (settle_directory_holds(job->directory, dim, id, day))
        return TRUE;
    settle_day_format(day, closing);
    SettleDay first = settle_directory_valid_from(job->directory, dim, id);
    if (first == SETTLE_DAY_MAX) /* whatever valid_from says: that night could not know it */
        return settle_check_refuse(verdict, SETTLE_REJECT_NOT_YET_VALID, column,
                                   "is told only by batches dated after this one's %s",
                                   settle_day_format(job->options.business_date, date));
    return settle_check_refuse(verdict, SETTLE_REJECT_NOT_YET_VALID, column,
                               "holds from %s, after the closing day %s",
                               settle_day_format(first, from), closing);
}

static gboolean
check_manager(SettleIntakeJob *job, const SettleCsvRecord *record, SettleIntakeOrder *order,
              SettleVerdict *verdict)
{
    SettleCsvField field = settle_intake_cell(job, record, ORDER_MANAGER);
    order->manager_id = 0;
    if (field.length == 0)
        return TRUE;
    order->manager_id = settle_check_known(job, SETTLE_DIM_MANAGER, field);
    if (order->manager_id == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_MANAGER, ORDER_MANAGER,
                                   "is no known manager");
    if (!holds(job, verdict, SETTLE_DIM_MANAGER, order->manager_id, order->closing_day,
               ORDER_MANAGER))
        return FALSE;
    int32_t outlet =
        settle_directory_manager_outlet(job->directory, order->manager_id, order->closing_day);
    int32_t distributor =
        settle_directory_outlet_distributor(job->directory, outlet, order->closing_day);
    const char *other = settle_directory_code(job->directory, SETTLE_DIM_DISTRIBUTOR, distributor);
    if (distributor == order->distributor_id)
        return TRUE;
    return settle_check_refuse(verdict, SETTLE_REJECT_OTHER_DISTRIBUTOR, ORDER_MANAGER,
                               "belongs to %s%s on the closing day",
                               other == NULL ? "no distributor" : "distributor ",
                               other == NULL ? "" : other);
}

/* Against the master data: who is who. Whether parties were active and the product sold on the
 * closing day is asked when the order is settled (docs/semantics.md 13.13). */
static gboolean
check_parties(SettleIntakeJob *job, const SettleCsvRecord *record, SettleIntakeOrder *order,
              SettleVerdict *verdict)
{
    SettleCsvField product = settle_intake_cell(job, record, ORDER_PRODUCT);
    SettleDay day = order->closing_day;
    order->carrier_id =
        settle_check_known(job, SETTLE_DIM_CARRIER, settle_intake_cell(job, record, ORDER_CARRIER));
    if (order->carrier_id == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_CARRIER, ORDER_CARRIER,
                                   "is no known carrier");
    if (!holds(job, verdict, SETTLE_DIM_CARRIER, order->carrier_id, day, ORDER_CARRIER))
        return FALSE;
    order->distributor_id = settle_check_known(job, SETTLE_DIM_DISTRIBUTOR,
                                               settle_intake_cell(job, record, ORDER_DISTRIBUTOR));
    if (order->distributor_id == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_DISTRIBUTOR, ORDER_DISTRIBUTOR,
                                   "is no known distributor");
    if (!holds(job, verdict, SETTLE_DIM_DISTRIBUTOR, order->distributor_id, day,
               ORDER_DISTRIBUTOR) ||
        !check_manager(job, record, order, verdict))
        return FALSE;
    order->product_id =
        settle_directory_product(job->directory, order->carrier_id, product.text, product.length);
    if (order->product_id == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_PRODUCT, ORDER_PRODUCT,
                                   "is no known product of the carrier");
    return holds(job, verdict, SETTLE_DIM_PRODUCT, order->product_id, day, ORDER_PRODUCT);
}

gboolean
settle_validate_order(SettleIntakeJob *job, const SettleCsvRecord *record,
                      SettleIntakeOrder *ret_order, SettleVerdict *verdict)
{
    SettleIntakeOrder *order = ret_order;
    SettleCsvField id = settle_intake_cell(job, record, ORDER_ORDER_ID);
    SettleCsvField line = settle_intake_cell(job, record, ORDER_LINE);
    SettleCsvField contract = settle_intake_cell(job, record, ORDER_CONTRACT);
    /* The open vocabularies last: a row that fails must not add codes. */
    if (!check_values(job, record, order, verdict) || !check_parties(job, record, order, verdict) ||
        !settle_check_open(job, verdict, SETTLE_DIM_REGION,
                           settle_intake_cell(job, record, ORDER_REGION), ORDER_REGION,
                           &order->region_id) ||
        !settle_check_open(job, verdict, SETTLE_DIM_CHANNEL,
                           settle_intake_cell(job, record, ORDER_CHANNEL), ORDER_CHANNEL,
                           &order->channel_id))
        return FALSE;
    const SettleKeyed *key = settle_intake_key(job, order->carrier_id);
    order->key_id =
        settle_keyed_id(key, SETTLE_KEYED_ORDER, id.text, id.length, line.text, line.length);
    order->order_id = settle_order_id(order->key_id, settle_day_month(order->closing_day));
    order->contract_id =
        contract.length == 0
            ? 0
            : settle_keyed_id(key, SETTLE_KEYED_CONTRACT, contract.text, contract.length, NULL, 0);
    order->upstream_length = (uint16_t) id.length;
    order->line_length = (uint16_t) line.length;
    order->contract_length = (uint16_t) contract.length;
    if (contract.length == 0)
        order->flags |= SETTLE_ORDER_NO_CONTRACT;
    return TRUE;
}
