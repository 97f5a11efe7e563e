/* Events: repeats and conflicts, to their orders or to the waiting table (docs/semantics.md
 * 2, 13.4). A file's events are in memory: they are few beside orders and bills. */
#include "intake/write-events.h"

#include "intake/contract-bills.h"
#include "intake/event-rows.h"
#include "intake/validate.h"

/* --- judging ---------------------------------------------------------------------------------- */

static gboolean
differ(const SettleKnownEvent *a, const SettleKnownEvent *b, GString *names, int *ret_column)
{
    const struct {
        int column;
        gboolean same;
    } columns[] = {
        {EVENT_ORDER_ID, a->key_id == b->key_id},
        {EVENT_EVENT, a->kind == b->kind && a->whole == b->whole},
        {EVENT_AT, a->at == b->at},
        {EVENT_AMOUNT, a->amount_minor == b->amount_minor},
        /* leaving these out is no contradiction */
        {EVENT_CURRENCY, a->currency == b->currency || a->currency == 0 || b->currency == 0},
        {EVENT_REINSTATES, a->reinstates == b->reinstates},
        {EVENT_CLOSED_MONTH,
         a->closed_month == b->closed_month || a->closed_month == 0 || b->closed_month == 0},
    };
    int n;
    const SettleIntakeColumn *table = settle_intake_columns(SETTLE_FILE_EVENTS, &n);

    g_string_truncate(names, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        if (!columns[i].same) {
            if (names->len == 0)
                *ret_column = columns[i].column;
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   table[columns[i].column].name);
        }
    return names->len > 0;
}

/* TRUE: it is told again; FALSE and the verdict: with another content. */
static gboolean
is_repeated(SettleIntakeJob *job, const SettleKnownEvent *event, const SettleKnownEvent *before,
            SettleVerdict *verdict)
{
    g_autoptr(GString) names = g_string_new(NULL);
    int column = EVENT_EVENT_ID;

    if (!differ(event, before, names, &column))
        return TRUE;
    verdict->against = (SettleFactPlace){before->batch_id, before->line};
    if (before->batch_id == job->batch_id)
        return settle_check_refuse(verdict, SETTLE_REJECT_CONFLICT, column,
                                   "the same event stands in line %d with another %s", before->line,
                                   names->str);
    return settle_check_refuse(verdict, SETTLE_REJECT_CONFLICT, column,
                               "the same event stands in line %d of batch %d with another %s",
                               before->line, before->batch_id, names->str);
}

static SettleKnownEvent
known_of_file(const SettleIntakeJob *job, const SettleIntakeEvent *event)
{
    return (SettleKnownEvent){
        .event_id = event->event_id,
        .key_id = event->key_id,
        .amount_minor = event->amount_minor,
        .reinstates = event->reinstates,
        .at = event->at,
        .text = event->text,
        .carrier_id = event->carrier_id,
        .batch_id = job->batch_id,
        .line = event->place.line,
        .day = event->day,
        .closed_month = event->closed_month,
        .currency = event->currency,
        .upstream_length = event->upstream_length,
        .order_length = event->order_length,
        .line_length = event->line_length,
        .kind = event->kind,
        .whole = event->whole,
        .told = TRUE,
    };
}

/* Told anew: also in place of one that contradicts it, or of one that was withdrawn. */
static void
tell(SettleEventPast *past, SettleKnownEvent *before, SettleKnownEvent *event)
{
    event->order = settle_event_past_order(past, event);
    if (before == NULL) {
        settle_event_past_add(past, event);
        return;
    }
    event->last_row = before->last_row;
    event->last_wait = before->last_wait;
    event->version = before->version;
    *before = *event;
}

/* One that waits for an order that may never come keeps the right one out no more. */
static gboolean
supersedes(const SettleEventPast *past, const SettleKnownEvent *event,
           const SettleKnownEvent *before)
{
    const SettleIntakeContract *order;

    if (before->told || before->waits == 0 || before->key_id != event->key_id)
        return FALSE;
    order = settle_event_past_order(past, event);
    return order != NULL && !settle_known_event_belongs(before, order);
}

/* Told again. What it says and did not say before is news, told or untold its order; and so is that
 * an earlier night knows it. */
static gboolean
tell_again(SettleIntakeJob *job, SettleEventPast *past, const SettleKnownEvent *event,
           SettleKnownEvent *before, GError **error)
{
    gboolean news = (before->closed_month == 0 && event->closed_month != 0) ||
                    (before->currency == 0 && event->currency != 0) ||
                    settle_intake_is_later(job, before->batch_id);

    if (!news || before->told)
        job->repeated++;
    if (!news)
        return before->batch_id == job->batch_id ||
               settle_intake_repeat(job, before->event_id, 0, 0, 0, error);
    before->closed_month = MAX(before->closed_month, event->closed_month);
    before->currency = MAX(before->currency, event->currency);
    before->batch_id = event->batch_id;
    before->line = event->line;
    before->text = event->text;
    before->carrier_id = event->carrier_id;
    before->upstream_length = event->upstream_length;
    before->order_length = event->order_length;
    before->line_length = event->line_length;
    before->order_erased = FALSE;
    before->told = TRUE;
    before->order = settle_event_past_order(past, before);
    return TRUE;
}

static gboolean
sort_out_one(SettleIntakeJob *job, SettleEventPast *past, const SettleIntakeEvent *row,
             GError **error)
{
    SettleKnownEvent *before = settle_event_past_find(past, row->event_id);
    SettleKnownEvent event = known_of_file(job, row);
    SettleVerdict verdict = {.field = -1, .column = -1};

    if (before == NULL || !settle_known_event_there(before))
        tell(past, before, &event);
    else if (is_repeated(job, &event, before, &verdict))
        return tell_again(job, past, &event, before, error);
    else if (supersedes(past, &event, before))
        tell(past, before, &event);
    else
        return settle_intake_quarantine_kept(job, &verdict, &row->place, error);
    return TRUE;
}

/* Reinstatements last: each is of the order of the event that it undoes, wherever in the file that
 * stands. */
static gboolean
sort_out(SettleIntakeJob *job, SettleEventPast *past, GError **error)
{
    for (int last = 0; last < 2; last++)
        for (guint i = 0; i < job->events->len; i++) {
            const SettleIntakeEvent *event = &g_array_index(job->events, SettleIntakeEvent, i);

            if ((event->reinstates != 0) == (last != 0) && !sort_out_one(job, past, event, error))
                return FALSE;
        }
    return TRUE;
}

/* --- what depends on it ----------------------------------------------------------------------- */

void
settle_events_ask_anew(const SettleEventPast *past)
{
    for (int last = 0; last < 2; last++)
        for (guint i = 0; i < past->events->len; i++) {
            SettleKnownEvent *event = g_ptr_array_index(past->events, i);

            if (event->complete && !event->fallen && (event->reinstates != 0) == (last != 0))
                event->order = settle_event_past_order(past, event);
        }
}

/* The keys, each once, of the events that want it. */
static GArray *
keys_of(const SettleEventPast *past,
        gboolean (*wants)(const SettleEventPast *past, const SettleKnownEvent *event))
{
    GArray *keys = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < past->events->len; i++) {
        const SettleKnownEvent *event = g_ptr_array_index(past->events, i);

        if (wants(past, event) && g_hash_table_add(seen, GSIZE_TO_POINTER((gsize) event->key_id)))
            g_array_append_val(keys, event->key_id);
    }
    return keys;
}

/* A reinstatement may wait for it. */
static gboolean
may_be_awaited(const SettleEventPast *past, const SettleKnownEvent *event)
{
    return event->told && event->reinstates == 0 &&
           settle_event_past_orders_of(past, event->key_id) != NULL;
}

/* A reinstatement of it that came before may be of another order than it: there is another one, or
 * it has none. Or it was found to have waited for it. */
static gboolean
may_be_elsewhere(const SettleEventPast *past, const SettleKnownEvent *event)
{
    const SettleKnownEvent *undone;

    if (event->reinstates != 0) {
        undone = settle_event_past_find(past, event->reinstates);
        return event->complete && undone != NULL && undone->told;
    }
    return may_be_awaited(past, event) &&
           (event->order == NULL || event->version != 0 || event->last_wait != 0 ||
            settle_event_past_orders_of(past, event->key_id)->len > 1);
}

/* A reinstatement that came before the event that it undoes goes with it now. */
static gboolean
move_reinstatements(SettleIntakeJob *job, SettleEventPast *past, GError **error)
{
    g_autoptr(GArray) awaited = keys_of(past, may_be_awaited);
    g_autoptr(GArray) elsewhere = NULL;

    if (!settle_event_past_load_waiting(job, (const int64_t *) (const void *) awaited->data,
                                        awaited->len, past, error))
        return FALSE;
    elsewhere = keys_of(past, may_be_elsewhere);
    if (!settle_event_past_load_keys(job, (const int64_t *) (const void *) elsewhere->data,
                                     elsewhere->len, past, error))
        return FALSE;
    settle_events_ask_anew(past);
    return TRUE;
}

gboolean
settle_intake_write_events(SettleIntakeJob *job, GError **error)
{
    gsize n = job->events->len;
    g_auto(SettleEventPast) past = {0};
    g_autofree int64_t *keys = g_new(int64_t, MAX(n, 1));
    g_autofree int64_t *events = g_new(int64_t, 2 * MAX(n, 1));
    g_autoptr(GHashTable) contracts = g_hash_table_new(NULL, NULL);
    gsize n_events = 0;

    settle_event_past_init(&past);
    for (gsize i = 0; i < n; i++) {
        const SettleIntakeEvent *event = &g_array_index(job->events, SettleIntakeEvent, i);

        keys[i] = event->key_id;
        events[n_events++] = event->event_id;
        if (event->reinstates != 0)
            events[n_events++] = event->reinstates;
    }
    return settle_event_past_load_orders(job, keys, n, &past, error) &&
           settle_event_past_load_events(job, events, n_events, &past, error) &&
           sort_out(job, &past, error) && move_reinstatements(job, &past, error) &&
           settle_event_rows_write(job, &past, contracts, error) &&
           settle_contract_bills_of_events(job, contracts, error);
}

/* --- when orders come ------------------------------------------------------------------------- */

gboolean
settle_events_find(SettleIntakeJob *job, const int64_t *keys, gsize n, GHashTable *contracts,
                   GError **error)
{
    g_auto(SettleEventPast) past = {0};

    if (n == 0)
        return TRUE;
    settle_event_past_init(&past);
    if (!settle_event_past_load_orders(job, keys, n, &past, error) ||
        !settle_event_past_load_keys(job, keys, n, &past, error))
        return FALSE;
    settle_events_ask_anew(&past);
    return settle_event_rows_write(job, &past, contracts, error);
}

gboolean
settle_events_unsure(SettleIntakeJob *job, SettleSpool *keys, GError **error)
{
    int months = job->options.lookback_months;
    g_autoptr(SettleReader) reader = NULL;

    if (job->oldest_day > job->newest_day)
        return TRUE;
    reader = settle_store_read(job->store, settle_sql_intake_unsure_events, "dmm", job->oldest_day,
                               settle_day_month(job->newest_day) - months,
                               settle_day_month(job->oldest_day) + months);
    while (settle_reader_next(reader)) {
        const SettleSpoolKey key = {
            {(uint64_t) settle_reader_i64(reader, SQL_INTAKE_UNSURE_EVENTS_KEY_ID), 0, 0}};

        if (settle_spool_add(keys, &key, 0, error) == NULL)
            return FALSE;
    }
    return settle_reader_end(reader, error);
}
