/* One record of the source: to the rows that are valid by themselves, or to quarantine. */
#include "intake/kind.h"
#include "intake/validate.h"
#include "intake/write-parties.h"
#include "intake/write.h"

#include <string.h>

/* What is wrong with the record itself. */
static gboolean
check_record(SettleIntakeJob *job, const SettleCsvRecord *record, SettleVerdict *verdict)
{
    static const struct {
        SettleReject reject;
        const char *message;
    } faults[] = {
        [SETTLE_CSV_STRAY_QUOTE] = {SETTLE_REJECT_STRAY_QUOTE, "quote inside an unquoted field"},
        [SETTLE_CSV_TEXT_AFTER_QUOTE] = {SETTLE_REJECT_TEXT_AFTER_QUOTE,
                                         "text after a closing quote"},
        [SETTLE_CSV_STRAY_CR] = {SETTLE_REJECT_STRAY_CR, "carriage return inside a field"},
        [SETTLE_CSV_NUL] = {SETTLE_REJECT_NUL, "NUL byte"},
        [SETTLE_CSV_UTF8] = {SETTLE_REJECT_UTF8, "not UTF-8"},
    };
    const char *fault = settle_intake_source_fault(job->source);
    verdict->column = -1;
    verdict->field = -1;
    if (record->fault != SETTLE_CSV_OK) {
        verdict->reject = faults[record->fault].reject;
        verdict->field = (int) record->fault_field;
        g_snprintf(verdict->message, sizeof verdict->message, "%s, at byte %zu of the record",
                   faults[record->fault].message, record->fault_column);
        return FALSE;
    }
    if (record->n_fields != job->n_header) {
        verdict->reject = SETTLE_REJECT_FIELD_COUNT;
        g_snprintf(verdict->message, sizeof verdict->message, "has %u fields, the header has %u",
                   record->n_fields, job->n_header);
        return FALSE;
    }
    if (fault != NULL) {
        verdict->reject = SETTLE_REJECT_STAGING_FIELDS;
        g_strlcpy(verdict->message, fault, sizeof verdict->message);
        return FALSE;
    }
    return TRUE;
}

gboolean
settle_intake_take_order(SettleIntakeJob *job, const SettleCsvRecord *record,
                         const SettleIntakePlace *place, gboolean *ret_valid,
                         SettleVerdict *verdict, GError **error)
{
    SettleIntakeOrder order = {0};
    *ret_valid = settle_validate_order(job, record, &order, verdict);
    if (!*ret_valid)
        return TRUE;
    SettleCsvField id = settle_intake_cell(job, record, ORDER_ORDER_ID);
    SettleCsvField line = settle_intake_cell(job, record, ORDER_LINE);
    SettleCsvField contract = settle_intake_cell(job, record, ORDER_CONTRACT);
    SettleSpoolKey key = {{(uint64_t) order.key_id, (uint64_t) place->line, 0}};
    SettleIntakeOrder *to = settle_spool_add(
        job->rows, &key, sizeof order + id.length + line.length + contract.length, error);
    if (to == NULL)
        return FALSE;
    order.place = *place;
    memcpy(to, &order, sizeof order);
    memcpy(to->text, id.text, id.length);
    memcpy(to->text + id.length, line.text, line.length);
    memcpy(to->text + id.length + line.length, contract.text, contract.length);
    settle_intake_see_carrier(job, order.carrier_id);
    settle_intake_see_month(job, settle_day_month(order.closing_day));
    job->oldest_day = MIN(job->oldest_day, order.closing_day);
    job->newest_day = MAX(job->newest_day, order.closing_day);
    return TRUE;
}

gboolean
settle_intake_take_bill(SettleIntakeJob *job, const SettleCsvRecord *record,
                        const SettleIntakePlace *place, gboolean *ret_valid, SettleVerdict *verdict,
                        GError **error)
{
    SettleIntakeBill bill;
    *ret_valid = settle_validate_bill(job, record, &bill, verdict);
    if (!*ret_valid)
        return TRUE;
    SettleCsvField contract = settle_intake_cell(job, record, BILL_CONTRACT);
    SettleSpoolKey key = {{(uint64_t) bill.contract_id,
                           settle_bill_key(bill.currency, bill.month, bill.revision),
                           (uint64_t) place->line}};
    SettleIntakeBill *to = settle_spool_add(job->rows, &key, sizeof bill + contract.length, error);
    if (to == NULL)
        return FALSE;
    bill.place = *place;
    memcpy(to, &bill, sizeof bill);
    memcpy(to->text, contract.text, contract.length);
    settle_intake_see_carrier(job, bill.carrier_id);
    settle_intake_see_month(job, bill.month);
    return TRUE;
}

gboolean
settle_intake_take_party(SettleIntakeJob *job, const SettleCsvRecord *record,
                         const SettleIntakePlace *place, gboolean *ret_valid,
                         SettleVerdict *verdict, GError **error)
{
    SettleIntakeParty *party;
    if (job->parties->len == SETTLE_INTAKE_MAX_PARTIES) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                    "%s: more than %d rows of master data in one file", job->name,
                    SETTLE_INTAKE_MAX_PARTIES);
        return FALSE;
    }
    party = settle_arena_alloc(job->arena, sizeof *party);
    *party = (SettleIntakeParty){0};
    *ret_valid = settle_party_kinds[job->kind]->validate(job, record, party, verdict);
    if (*ret_valid) {
        party->place = *place;
        if (settle_file_kind(job->kind)->of_carrier)
            settle_intake_see_carrier(job, party->carrier_id);
        g_ptr_array_add(job->parties, party);
    }
    return TRUE;
}

gboolean
settle_intake_take_event(SettleIntakeJob *job, const SettleCsvRecord *record,
                         const SettleIntakePlace *place, gboolean *ret_valid,
                         SettleVerdict *verdict, GError **error)
{
    SettleIntakeEvent event;
    if (job->events->len == SETTLE_INTAKE_MAX_PARTIES) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT, "%s: more than %d events in one file",
                    job->name, SETTLE_INTAKE_MAX_PARTIES);
        return FALSE;
    }
    *ret_valid = settle_validate_event(job, record, &event, verdict);
    if (*ret_valid) {
        event.place = *place;
        settle_intake_see_carrier(job, event.carrier_id);
        g_array_append_val(job->events, event);
    }
    return TRUE;
}

gboolean
settle_intake_take_notice(SettleIntakeJob *job, const SettleCsvRecord *record,
                          const SettleIntakePlace *place, gboolean *ret_valid,
                          SettleVerdict *verdict, GError **error)
{
    SettleIntakeNotice notice;
    if (job->notices->len == SETTLE_INTAKE_MAX_PARTIES) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT, "%s: more than %d rows in one file",
                    job->name, SETTLE_INTAKE_MAX_PARTIES);
        return FALSE;
    }
    *ret_valid = settle_validate_notice(job, record, &notice, verdict);
    if (*ret_valid) {
        notice.place = *place;
        settle_intake_see_carrier(job, notice.carrier_id);
        g_array_append_val(job->notices, notice);
    }
    return TRUE;
}

/* A row that is kept names its carrier as well, whose file it then is: it may be read again. */
static void
see_named(SettleIntakeJob *job, const SettleCsvRecord *record)
{
    const SettleIntakeKind *kind = settle_intake_kinds[job->kind];
    int32_t carrier_id;

    if (settle_file_kind(job->kind)->sort == SETTLE_SORT_MASTER)
        return;
    for (int i = 0; i < kind->n_columns; i++)
        if (strcmp(kind->columns[i].name, "carrier") == 0) {
            carrier_id = settle_check_known(job, SETTLE_DIM_CARRIER,
                                            settle_intake_cell(job, record, i));
            if (carrier_id > 0)
                settle_intake_see_carrier(job, carrier_id);
        }
}

gboolean
settle_intake_take_record(SettleIntakeJob *job, const SettleCsvRecord *record, GError **error)
{
    SettleVerdict verdict;
    gboolean valid = FALSE;
    SettleIntakePlace place = {.line = (int32_t) record->line,
                               .length = (uint32_t) record->raw_length};
    if (record->line > G_MAXINT32) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                    "%s: line %" G_GINT64_FORMAT " is beyond the limit of %d", job->name,
                    record->line, G_MAXINT32);
        return FALSE;
    }
    if (!settle_keep_add(job->keep, record->raw, record->raw_length, &place.at, error))
        return FALSE;
    job->rows_read++;
    settle_validate_tally(job, record);
    if (!check_record(job, record, &verdict))
        return settle_intake_quarantine(job, &verdict, &place, record, error);
    gboolean ok =
        settle_intake_kinds[job->kind]->take(job, record, &place, &valid, &verdict, error);
    if (!ok)
        return FALSE;
    if (valid)
        return TRUE;
    see_named(job, record);
    return settle_intake_quarantine(job, &verdict, &place, record, error);
}
