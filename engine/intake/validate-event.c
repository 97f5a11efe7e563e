/* Intake, the second step for events: what happened to an order, checked field by field. */
#include "intake/validate.h"

#include <string.h>

static gboolean
check_kind(SettleVerdict *verdict, SettleCsvField field, SettleIntakeEvent *event)
{
    if (field.length == strlen("full-refund") &&
        memcmp(field.text, "full-refund", field.length) == 0) {
        event->kind = SETTLE_EVENT_KIND_REFUND;
        event->whole = 1;
        return TRUE;
    }
    for (int kind = 1; kind < SETTLE_N_EVENT_KINDS; kind++) {
        const char *name = settle_event_kind_name((SettleEventKind) kind);

        if (strlen(name) == field.length && memcmp(name, field.text, field.length) == 0) {
            event->kind = (uint8_t) kind;
            return TRUE;
        }
    }
    return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_EVENT, EVENT_EVENT,
                               "is none of refund, full-refund, cancel, suspend, resume, fraud, "
                               "number-transfer, port-out, reinstate");
}

/* A refund of a part says how much; one of the whole may; nothing else has an amount. */
static gboolean
check_refund(SettleIntakeJob *job, const SettleCsvRecord *record, SettleIntakeEvent *event,
             SettleVerdict *verdict)
{
    SettleCsvField amount = settle_intake_cell(job, record, EVENT_AMOUNT);
    SettleCsvField currency = settle_intake_cell(job, record, EVENT_CURRENCY);

    if (event->kind != SETTLE_EVENT_KIND_REFUND && amount.length > 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNWANTED_VALUE, EVENT_AMOUNT,
                                   "only refunds have an amount");
    if (currency.length > 0 || amount.length > 0) {
        if (!settle_check_currency(verdict, currency, EVENT_CURRENCY, &event->currency))
            return FALSE;
    }
    if (amount.length == 0) {
        if (event->kind != SETTLE_EVENT_KIND_REFUND || event->whole)
            return TRUE;
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, EVENT_AMOUNT,
                                   "must not be empty: how much was refunded");
    }
    if (!settle_check_amount(verdict, amount, EVENT_AMOUNT, event->currency, &event->amount_minor))
        return FALSE;
    if (event->amount_minor < 0 || (event->amount_minor == 0 && !event->whole))
        return settle_check_refuse(verdict, SETTLE_REJECT_NEGATIVE_AMOUNT, EVENT_AMOUNT,
                                   "a refund is more than nothing");
    return TRUE;
}

gboolean
settle_validate_event(SettleIntakeJob *job, const SettleCsvRecord *record,
                      SettleIntakeEvent *ret_event, SettleVerdict *verdict)
{
    SettleIntakeEvent *event = ret_event;
    SettleCsvField carrier = settle_intake_cell(job, record, EVENT_CARRIER);
    SettleCsvField id = settle_intake_cell(job, record, EVENT_EVENT_ID);
    SettleCsvField order = settle_intake_cell(job, record, EVENT_ORDER_ID);
    SettleCsvField line = settle_intake_cell(job, record, EVENT_LINE);
    SettleCsvField closed = settle_intake_cell(job, record, EVENT_CLOSED_MONTH);
    SettleCsvField undone = settle_intake_cell(job, record, EVENT_REINSTATES);
    const SettleKeyed *key;

    *event = (SettleIntakeEvent){0};
    if (!settle_check_code(job, verdict, carrier, EVENT_CARRIER, FALSE, carrier) ||
        !settle_check_key(job, verdict, id, EVENT_EVENT_ID, FALSE, carrier) ||
        !settle_check_key(job, verdict, order, EVENT_ORDER_ID, FALSE, carrier) ||
        !settle_check_code(job, verdict, line, EVENT_LINE, TRUE, carrier) ||
        !check_kind(verdict, settle_intake_cell(job, record, EVENT_EVENT), event) ||
        !settle_check_instant(job, verdict, settle_intake_cell(job, record, EVENT_AT), EVENT_AT,
                              &event->at, &event->day) ||
        !check_refund(job, record, event, verdict) ||
        !settle_check_key(job, verdict, undone, EVENT_REINSTATES, TRUE, carrier))
        return FALSE;
    if (closed.length > 0 && !settle_month_parse(closed.text, closed.length, &event->closed_month))
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_MONTH, EVENT_CLOSED_MONTH,
                                   "is no month in the form YYYY-MM");
    if (closed.length > 0 && event->closed_month > settle_day_month(event->day))
        return settle_check_refuse(verdict, SETTLE_REJECT_BAD_MONTH, EVENT_CLOSED_MONTH,
                                   "is after the event");
    if (event->kind == SETTLE_EVENT_KIND_REINSTATE && undone.length == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_MISSING_VALUE, EVENT_REINSTATES,
                                   "must not be empty: which event is undone");
    if (event->kind != SETTLE_EVENT_KIND_REINSTATE && undone.length > 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNWANTED_VALUE, EVENT_REINSTATES,
                                   "only a reinstatement undoes another event");

    event->carrier_id = settle_check_known(job, SETTLE_DIM_CARRIER, carrier);
    if (event->carrier_id == 0)
        return settle_check_refuse(verdict, SETTLE_REJECT_UNKNOWN_CARRIER, EVENT_CARRIER,
                                   "is no known carrier");
    key = settle_intake_key(job, event->carrier_id);
    event->event_id = settle_keyed_id(key, SETTLE_KEYED_EVENT, id.text, id.length, NULL, 0);
    event->key_id =
        settle_keyed_id(key, SETTLE_KEYED_ORDER, order.text, order.length, line.text, line.length);
    if (undone.length > 0)
        event->reinstates =
            settle_keyed_id(key, SETTLE_KEYED_EVENT, undone.text, undone.length, NULL, 0);
    event->upstream_length = (uint16_t) id.length;
    event->order_length = (uint16_t) order.length;
    event->line_length = (uint16_t) line.length;
    event->text = settle_arena_alloc(job->arena, id.length + order.length + line.length + 1);
    memcpy(event->text, id.text, id.length);
    memcpy(event->text + id.length, order.text, order.length);
    memcpy(event->text + id.length + order.length, line.text, line.length);
    return TRUE;
}
