/* Events: repeats and conflicts, to their orders or to the waiting table (docs/semantics.md
 * 2, 13.4). A file's events are in memory: they are few beside orders and bills. */
#include "intake/write-events.h"

#include "base/failpoint.h"
#include "intake/event-past.h"

#include <stdlib.h>
#include <string.h>

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
        /* not said: the order's, as a closing month */
        {EVENT_CURRENCY, a->currency == b->currency || a->currency == 0 || b->currency == 0},
        {EVENT_REINSTATES, a->reinstates == b->reinstates},
        {EVENT_CLOSED_MONTH,
         a->closed_month == b->closed_month || a->closed_month == 0 || b->closed_month == 0},
    };
    int n;
    const SettleIntakeColumn *table = settle_intake_columns(SETTLE_INTAKE_EVENTS, &n);

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
    if (before->batch_id == job->batch_id)
        return settle_check_refuse(verdict, SETTLE_REJECT_CONFLICT, column,
                                   "the same event stands in line %d with another %s", before->line,
                                   names->str);
    return settle_check_refuse(verdict, SETTLE_REJECT_CONFLICT, column,
                               "the same event stands in line %d of batch %d with another %s",
                               before->line, before->batch_id, names->str);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Rows go in the order of their tables' keys (sql/tables.ini). */
static SettleMonth
month(const SettleIntakeEventRow *row)
{
    return settle_day_month(row->order.closing_day);
}

static int
compare_rows(const void *a, const void *b)
{
    const SettleIntakeEventRow *x = a, *y = b;

    if (x->order.distributor_id != y->order.distributor_id)
        return x->order.distributor_id < y->order.distributor_id ? -1 : 1;
    if (month(x) != month(y))
        return month(x) < month(y) ? -1 : 1;
    if (x->order.order_id != y->order.order_id)
        return x->order.order_id < y->order.order_id ? -1 : 1;
    return x->event_id < y->event_id ? -1 : x->event_id > y->event_id;
}

/* 0: none. */
static void
put_month(SettleWriter *writer, SettleMonth month)
{
    if (month == 0)
        settle_writer_null(writer);
    else
        settle_writer_month(writer, month);
}

static void
put_upstream(SettleIntakeJob *job, SettleWriter *writer, const SettleIntakeEventRow *row)
{
    uint8_t salt[SETTLE_SALT_BYTES];

    if (row->upstream == NULL) {
        settle_writer_commitment(writer, NULL);
        settle_writer_null(writer);
        return;
    }
    settle_intake_salt(job, SETTLE_SALT_EVENT, row->carrier_id, row->source_batch_id, row->line,
                       salt);
    settle_writer_commitment(writer, salt);
    settle_writer_text(writer, row->upstream, row->upstream_length);
}

gboolean
settle_events_copy(SettleIntakeJob *job, GArray *rows, GError **error)
{
    enum { FIELDS = 30 };
    g_autoptr(SettleWriter) writer = NULL;

    if (rows->len == 0)
        return TRUE;
    qsort(rows->data, rows->len, sizeof(SettleIntakeEventRow), compare_rows);
    writer = settle_store_copy_in(job->store, settle_sql_copy_event, error);
    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < rows->len; i++) {
        const SettleIntakeEventRow *row = &g_array_index(rows, SettleIntakeEventRow, i);
        const SettleIntakeContract *order = &row->order;

        if (!settle_writer_row(writer, FIELDS, error))
            return FALSE;
        settle_writer_month(writer, month(row));
        settle_writer_i32(writer, order->distributor_id);
        settle_writer_i64(writer, order->order_id);
        settle_writer_i64(writer, row->event_id);
        settle_writer_i32(writer, job->batch_id);
        settle_writer_i32(writer, row->source_batch_id);
        settle_writer_i32(writer, row->line);
        settle_writer_i16(writer, row->kind);
        settle_writer_day(writer, row->day);
        settle_writer_bool(writer, row->whole);
        settle_writer_i64(writer, row->amount_minor);
        settle_writer_i64(writer, row->reinstates);
        settle_writer_instant(writer, row->at);
        settle_writer_i64(writer, order->key_id);
        put_month(writer, row->closed_month);
        settle_writer_i32(writer, order->batch_id);
        settle_writer_day(writer, order->closing_day);
        settle_writer_i32(writer, order->product_id);
        settle_writer_i32(writer, order->manager_id);
        settle_writer_i32(writer, order->quantity);
        settle_writer_i64(writer, order->paid_minor);
        settle_writer_i16(writer, order->region_id);
        settle_writer_i16(writer, order->channel_id);
        settle_writer_i16(writer, order->currency);
        settle_writer_i16(writer, (int16_t) order->flags);
        settle_writer_i16(writer, SETTLE_FIRST_REVISION);
        settle_writer_bool(writer, FALSE);
        put_upstream(job, writer, row);
        settle_intake_slice(job, order->distributor_id, month(row));
        settle_intake_see_month(job, month(row));
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_EVENTS_COPIED, error);
}

/* An event of this batch that waits. */
typedef struct {
    const SettleIntakeEvent *event;
    int16_t revision;
} Waiting;

/* A batch tells an event once, so its revision is no part of the order. */
static int
compare_waiting(const void *a, const void *b)
{
    const SettleIntakeEvent *x = ((const Waiting *) a)->event, *y = ((const Waiting *) b)->event;

    if (x->key_id != y->key_id)
        return x->key_id < y->key_id ? -1 : 1;
    return x->event_id < y->event_id ? -1 : x->event_id > y->event_id;
}

static int
compare_found(const void *a, const void *b)
{
    const SettleKnownEvent *x = a, *y = b;

    if (x->key_id != y->key_id)
        return x->key_id < y->key_id ? -1 : 1;
    return x->event_id < y->event_id ? -1 : x->event_id > y->event_id;
}

static gboolean
copy_waiting(SettleIntakeJob *job, GArray *waiting, GError **error)
{
    enum { FIELDS = 19 };
    g_autoptr(SettleWriter) writer = NULL;

    if (waiting->len == 0)
        return TRUE;
    qsort(waiting->data, waiting->len, sizeof(Waiting), compare_waiting);
    writer = settle_store_copy_in(job->store, settle_sql_copy_event_waiting, error);
    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < waiting->len; i++) {
        const Waiting *row = &g_array_index(waiting, Waiting, i);
        const SettleIntakeEvent *event = row->event;
        uint8_t salt[SETTLE_SALT_BYTES];

        if (!settle_writer_row(writer, FIELDS, error))
            return FALSE;
        settle_writer_i64(writer, event->key_id);
        settle_writer_i64(writer, event->event_id);
        settle_writer_i16(writer, row->revision);
        settle_writer_i32(writer, job->batch_id);
        settle_writer_i32(writer, event->place.line);
        settle_writer_i16(writer, event->kind);
        settle_writer_day(writer, event->day);
        settle_writer_bool(writer, event->whole);
        settle_writer_i64(writer, event->amount_minor);
        settle_writer_i64(writer, event->reinstates);
        settle_writer_instant(writer, event->at);
        settle_writer_i16(writer, event->currency);
        settle_writer_i32(writer, event->carrier_id);
        put_month(writer, event->closed_month);
        settle_intake_salt(job, SETTLE_SALT_EVENT_WAITING, event->carrier_id, job->batch_id,
                           event->place.line, salt);
        settle_writer_commitment(writer, salt);
        settle_writer_text(writer, event->text, event->upstream_length);
        settle_writer_text(writer, event->text + event->upstream_length, event->order_length);
        settle_writer_text(writer, event->text + event->upstream_length + event->order_length,
                           event->line_length);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_EVENTS_WAITING_COPIED, error);
}

static gboolean
copy_found(SettleIntakeJob *job, GArray *found, GError **error)
{
    g_autoptr(SettleWriter) writer = NULL;

    if (found->len == 0)
        return TRUE;
    qsort(found->data, found->len, sizeof(SettleKnownEvent), compare_found);
    writer = settle_store_copy_in(job->store, settle_sql_copy_event_found, error);
    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const SettleKnownEvent *event = &g_array_index(found, SettleKnownEvent, i);

        if (!settle_writer_row(writer, 4, error))
            return FALSE;
        settle_writer_i64(writer, event->key_id);
        settle_writer_i64(writer, event->event_id);
        settle_writer_i16(writer, event->revision);
        settle_writer_i32(writer, job->batch_id);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_EVENTS_FOUND_COPIED, error);
}

/* What becomes of the events of a batch. */
typedef struct {
    SettleEventPast past;
    GArray *rows;    /* SettleIntakeEventRow */
    GArray *waiting; /* Waiting */
    GArray *found;   /* SettleKnownEvent: they wait no more */
} Outcome;

static void
outcome_init(Outcome *outcome)
{
    settle_event_past_init(&outcome->past);
    outcome->rows = g_array_new(FALSE, FALSE, sizeof(SettleIntakeEventRow));
    outcome->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    outcome->found = g_array_new(FALSE, FALSE, sizeof(SettleKnownEvent));
}

static void
outcome_clear(Outcome *outcome)
{
    settle_event_past_clear(&outcome->past);
    g_array_unref(outcome->rows);
    g_array_unref(outcome->waiting);
    g_array_unref(outcome->found);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static gboolean
write_outcome(SettleIntakeJob *job, Outcome *outcome, GError **error)
{
    return settle_events_copy(job, outcome->rows, error) &&
           copy_waiting(job, outcome->waiting, error) && copy_found(job, outcome->found, error);
}

/* An event goes to its order. */
static void
take(Outcome *outcome, const SettleKnownEvent *event, const SettleIntakeContract *order,
     int32_t carrier_id, char *upstream, uint16_t upstream_length)
{
    SettleKnownEvent known = *event;
    SettleIntakeEventRow row = {
        .order = *order,
        .event_id = event->event_id,
        .amount_minor = event->amount_minor,
        .reinstates = event->reinstates,
        .at = event->at,
        .source_batch_id = event->batch_id,
        .line = event->line,
        .day = event->day,
        .closed_month = event->closed_month,
        .kind = event->kind,
        .whole = event->whole,
        .carrier_id = carrier_id,
        .upstream = upstream,
        .upstream_length = upstream_length,
    };

    known.order_id = order->order_id;
    known.closed_month = settle_day_month(order->closing_day); /* said by that */
    settle_event_past_add(&outcome->past, &known);
    g_array_append_val(outcome->rows, row);
}

/* One that is known already. Where it waits, and now says when its order closed, that is news. */
static gboolean
is_news(const SettleKnownEvent *event, const SettleKnownEvent *before)
{
    return before->order_id == 0 && before->revision > 0 && before->closed_month == 0 &&
           event->closed_month != 0;
}

static gboolean
sort_out_one(SettleIntakeJob *job, Outcome *outcome, const SettleIntakeEvent *event, GError **error)
{
    SettleEventPast *past = &outcome->past;
    const SettleKnownEvent *before = g_hash_table_lookup(past->known, &event->event_id);
    const SettleIntakeContract *order;
    SettleVerdict verdict = {.field = -1, .column = -1};
    SettleKnownEvent known = {
        .event_id = event->event_id,
        .key_id = event->key_id,
        .amount_minor = event->amount_minor,
        .reinstates = event->reinstates,
        .at = event->at,
        .batch_id = job->batch_id,
        .line = event->place.line,
        .day = event->day,
        .closed_month = event->closed_month,
        .currency = event->currency,
        .kind = event->kind,
        .whole = event->whole,
    };

    order = settle_event_past_order(past, &known);
    /* One that waits for an order that may never come keeps the right one out no more. */
    if (before != NULL && before->order_id == 0 && order != NULL &&
        before->key_id == known.key_id && before->revision > 0 && !is_news(&known, before) &&
        !settle_known_event_belongs(before, order))
        before = NULL;
    if (before != NULL && !is_repeated(job, &known, before, &verdict))
        return settle_intake_quarantine_kept(job, &verdict, &event->place, error);
    if (before != NULL && !is_news(&known, before)) {
        job->repeated++;
        return before->batch_id == job->batch_id ||
               settle_intake_repeat(job, SETTLE_FACT_EVENT, before->event_id, 0, 0, 0, error);
    }
    if (before != NULL)
        g_array_append_val(outcome->found, *before);
    if (order == NULL) {
        const Waiting row = {event, (int16_t) (before != NULL ? before->revision + 1 : 1)};

        settle_event_past_add(past, &known);
        g_array_append_val(outcome->waiting, row);
        job->waiting++;
    } else {
        take(outcome, &known, order, event->carrier_id, event->text, event->upstream_length);
        job->accepted++;
    }
    return TRUE;
}

/* Reinstatements last: each is of the order of the event that it undoes, wherever in the file that
 * stands. */
static gboolean
sort_out(SettleIntakeJob *job, Outcome *outcome, GError **error)
{
    for (int last = 0; last < 2; last++)
        for (guint i = 0; i < job->events->len; i++) {
            const SettleIntakeEvent *event = &g_array_index(job->events, SettleIntakeEvent, i);

            if ((event->reinstates != 0) == (last != 0) &&
                !sort_out_one(job, outcome, event, error))
                return FALSE;
        }
    return TRUE;
}

/* --- what waited ------------------------------------------------------------------------------ */

typedef struct {
    SettleKnownEvent event;
    char *upstream; /* of the job's arena; NULL: erased */
    int32_t carrier_id;
    uint16_t upstream_length;
} Waited;

static gboolean
read_waited(SettleIntakeJob *job, const int64_t *keys, gsize n, GArray *waited, GError **error)
{
    GError *failure = NULL;
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_waiting_events, error, "L", keys, n);

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        size_t length;
        const char *upstream = settle_reader_text(reader, 14, &length);
        Waited row = {.carrier_id = settle_reader_i32(reader, 15),
                      .upstream_length = (uint16_t) length};

        settle_known_event_read(reader, &row.event);
        if (!settle_reader_is_null(reader, 14)) {
            row.upstream = settle_arena_alloc(job->arena, length + 1);
            memcpy(row.upstream, upstream, length);
        }
        g_array_append_val(waited, row);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* Those that waited go to the orders that they fit now; one that fits none, or two, goes on
 * waiting, and is shown. */
static void
find_orders(SettleIntakeJob *job, Outcome *outcome, const GArray *waited, gboolean reinstatements)
{
    for (guint i = 0; i < waited->len; i++) {
        const Waited *row = &g_array_index(waited, Waited, i);
        const SettleKnownEvent *known =
            g_hash_table_lookup(outcome->past.known, &row->event.event_id);
        const SettleIntakeContract *order;

        /* told once more by one that fits, or by this batch: that one counts */
        if ((row->event.reinstates != 0) != reinstatements ||
            (known != NULL && (known->order_id != 0 || known->batch_id == job->batch_id)))
            continue;
        order = settle_event_past_order(&outcome->past, &row->event);
        if (order == NULL)
            continue;
        take(outcome, &row->event, order, row->carrier_id, row->upstream, row->upstream_length);
        g_array_append_val(outcome->found, row->event);
    }
}

/* A reinstatement that came before the event that it undoes waited for it. */
static gboolean
find_reinstatements(SettleIntakeJob *job, Outcome *outcome, GError **error)
{
    g_autoptr(GArray) waited = g_array_new(FALSE, FALSE, sizeof(Waited));
    g_autofree int64_t *keys = g_new(int64_t, MAX(outcome->rows->len, 1));

    if (outcome->rows->len == 0)
        return TRUE;
    for (guint i = 0; i < outcome->rows->len; i++)
        keys[i] = g_array_index(outcome->rows, SettleIntakeEventRow, i).order.key_id;
    if (!read_waited(job, keys, outcome->rows->len, waited, error))
        return FALSE;
    find_orders(job, outcome, waited, TRUE);
    return TRUE;
}

gboolean
settle_intake_write_events(SettleIntakeJob *job, GError **error)
{
    gsize n = job->events->len;
    g_auto(Outcome) outcome = {0};
    g_autofree int64_t *keys = g_new(int64_t, MAX(n, 1));
    g_autofree int64_t *events = g_new(int64_t, 2 * MAX(n, 1));
    gsize n_events = 0;

    outcome_init(&outcome);
    for (gsize i = 0; i < n; i++) {
        const SettleIntakeEvent *event = &g_array_index(job->events, SettleIntakeEvent, i);

        keys[i] = event->key_id;
        events[n_events++] = event->event_id;
        if (event->reinstates != 0)
            events[n_events++] = event->reinstates;
    }
    return settle_event_past_load(job, keys, n, events, n_events, &outcome.past, error) &&
           sort_out(job, &outcome, error) && find_reinstatements(job, &outcome, error) &&
           write_outcome(job, &outcome, error);
}

/* --- when the order comes ----------------------------------------------------------------------
 */

gboolean
settle_events_find(SettleIntakeJob *job, const int64_t *keys, gsize n, GError **error)
{
    g_auto(Outcome) outcome = {0};
    g_autoptr(GArray) waited = g_array_new(FALSE, FALSE, sizeof(Waited));
    g_autofree int64_t *events = NULL;
    gsize n_events = 0;

    outcome_init(&outcome);
    if (n == 0)
        return TRUE;
    if (!read_waited(job, keys, n, waited, error))
        return FALSE;
    events = g_new(int64_t, 2 * MAX(waited->len, 1));
    for (guint i = 0; i < waited->len; i++) {
        const SettleKnownEvent *event = &g_array_index(waited, Waited, i).event;

        events[n_events++] = event->event_id;
        if (event->reinstates != 0)
            events[n_events++] = event->reinstates;
    }
    if (!settle_event_past_load(job, keys, n, events, n_events, &outcome.past, error))
        return FALSE;
    find_orders(job, &outcome, waited, FALSE);
    find_orders(job, &outcome, waited, TRUE);
    return write_outcome(job, &outcome, error);
}
