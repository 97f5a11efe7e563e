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
        {EVENT_ORDER_ID, a->order_id == b->order_id},
        {EVENT_EVENT, a->kind == b->kind && a->whole == b->whole},
        {EVENT_AT, a->at == b->at},
        {EVENT_AMOUNT, a->amount_minor == b->amount_minor},
        /* not said: the order's */
        {EVENT_CURRENCY, a->currency == b->currency || a->currency == 0 || b->currency == 0},
        {EVENT_REINSTATES, a->reinstates == b->reinstates},
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

static int
compare_found(const void *a, const void *b)
{
    const SettleIntakeEventRow *x = a, *y = b;

    if (x->order.order_id != y->order.order_id)
        return x->order.order_id < y->order.order_id ? -1 : 1;
    return x->event_id < y->event_id ? -1 : x->event_id > y->event_id;
}

static int
compare_waiting(const void *a, const void *b)
{
    const SettleIntakeEvent *const *x = a, *const *y = b;

    if ((*x)->order_id != (*y)->order_id)
        return (*x)->order_id < (*y)->order_id ? -1 : 1;
    return (*x)->event_id < (*y)->event_id ? -1 : (*x)->event_id > (*y)->event_id;
}

gboolean
settle_events_copy(SettleIntakeJob *job, GArray *rows, GError **error)
{
    enum { FIELDS = 26 };
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
        settle_writer_text(writer, row->upstream, row->upstream_length);
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
        settle_intake_slice(job, order->distributor_id, month(row));
        settle_intake_see_month(job, month(row));
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_EVENTS_COPIED, error);
}

static gboolean
copy_waiting(SettleIntakeJob *job, GArray *waiting, GError **error)
{
    enum { FIELDS = 14 };
    g_autoptr(SettleWriter) writer = NULL;

    if (waiting->len == 0)
        return TRUE;
    qsort(waiting->data, waiting->len, sizeof(SettleIntakeEvent *), compare_waiting);
    writer = settle_store_copy_in(job->store, settle_sql_copy_event_waiting, error);
    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < waiting->len; i++) {
        const SettleIntakeEvent *event = g_array_index(waiting, const SettleIntakeEvent *, i);

        if (!settle_writer_row(writer, FIELDS, error))
            return FALSE;
        settle_writer_i64(writer, event->order_id);
        settle_writer_i64(writer, event->event_id);
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
        settle_writer_text(writer, event->text, event->upstream_length);
        settle_writer_text(writer, event->text + event->upstream_length, event->order_length);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_EVENTS_WAITING_COPIED, error);
}

static gboolean
sort_out(SettleIntakeJob *job, SettleEventPast *past, GArray *rows, GArray *waiting, GError **error)
{
    for (guint i = 0; i < job->events->len; i++) {
        const SettleIntakeEvent *event = &g_array_index(job->events, SettleIntakeEvent, i);
        const SettleIntakeContract *order = g_hash_table_lookup(past->orders, &event->order_id);
        const SettleKnownEvent *before = g_hash_table_lookup(past->known, &event->event_id);
        SettleVerdict verdict = {.field = -1, .column = -1};
        SettleKnownEvent known = {
            .event_id = event->event_id,
            .order_id = event->order_id,
            .amount_minor = event->amount_minor,
            .reinstates = event->reinstates,
            .at = event->at,
            .batch_id = job->batch_id,
            .line = event->place.line,
            .day = event->day,
            .currency = event->currency,
            .kind = event->kind,
            .whole = event->whole,
        };

        if (!settle_known_event_belongs(&known, order))
            order = NULL;
        /* One that waits for an order that may never come keeps the right one out no more. */
        if (before != NULL &&
            !(before->waits && order != NULL && !settle_known_event_belongs(before, order))) {
            if (is_repeated(job, &known, before, &verdict)) {
                job->repeated++;
                if (before->batch_id != job->batch_id &&
                    !settle_intake_repeat(job, SETTLE_FACT_EVENT, before->event_id, 0, 0, 0, error))
                    return FALSE;
            } else if (!settle_intake_quarantine_kept(job, &verdict, &event->place, error))
                return FALSE;
            continue;
        }
        settle_event_past_add(past, &known);
        if (order == NULL) {
            g_array_append_val(waiting, event);
            job->waiting++;
        } else {
            SettleIntakeEventRow row = {
                .order = *order,
                .event_id = event->event_id,
                .amount_minor = event->amount_minor,
                .reinstates = event->reinstates,
                .at = event->at,
                .source_batch_id = job->batch_id,
                .line = event->place.line,
                .day = event->day,
                .kind = event->kind,
                .whole = event->whole,
                .upstream = event->text,
                .upstream_length = event->upstream_length,
            };

            g_array_append_val(rows, row);
            job->accepted++;
        }
    }
    return TRUE;
}

gboolean
settle_intake_write_events(SettleIntakeJob *job, GError **error)
{
    gsize n = job->events->len;
    g_auto(SettleEventPast) past = {0};
    g_autofree int64_t *orders = g_new(int64_t, MAX(n, 1));
    g_autofree int64_t *events = g_new(int64_t, MAX(n, 1));
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SettleIntakeEventRow));
    g_autoptr(GArray) waiting = g_array_new(FALSE, FALSE, sizeof(SettleIntakeEvent *));

    settle_event_past_init(&past);
    for (gsize i = 0; i < n; i++) {
        const SettleIntakeEvent *event = &g_array_index(job->events, SettleIntakeEvent, i);

        orders[i] = event->order_id;
        events[i] = event->event_id;
    }
    return settle_event_past_load(job, orders, events, n, &past, error) &&
           sort_out(job, &past, rows, waiting, error) && settle_events_copy(job, rows, error) &&
           copy_waiting(job, waiting, error);
}

/* --- when the order comes ----------------------------------------------------------------------
 */

static gboolean
copy_found(SettleIntakeJob *job, GArray *rows, GError **error)
{
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_sql_copy_event_found, error);

    qsort(rows->data, rows->len, sizeof(SettleIntakeEventRow), compare_found);
    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < rows->len; i++) {
        const SettleIntakeEventRow *row = &g_array_index(rows, SettleIntakeEventRow, i);

        if (!settle_writer_row(writer, 3, error))
            return FALSE;
        settle_writer_i64(writer, row->order.order_id);
        settle_writer_i64(writer, row->event_id);
        settle_writer_i32(writer, job->batch_id);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_EVENTS_FOUND_COPIED, error);
}

gboolean
settle_events_find(SettleIntakeJob *job, const GArray *orders, GError **error)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SettleIntakeEventRow));
    g_autofree int64_t *ids = NULL;
    g_auto(SettleEventPast) past = {0};
    g_autoptr(SettleReader) reader = NULL;
    GError *failure = NULL;

    if (orders->len == 0)
        return TRUE;
    settle_event_past_init(&past);
    ids = g_new(int64_t, orders->len);
    for (guint i = 0; i < orders->len; i++) {
        SettleIntakeContract *order = g_memdup2(&g_array_index(orders, SettleIntakeContract, i),
                                                sizeof(SettleIntakeContract));

        ids[i] = order->order_id;
        g_hash_table_replace(past.orders, &order->order_id, order);
    }
    reader = settle_store_read(job->store, settle_sql_intake_waiting_events, error, "L", ids,
                               (gsize) orders->len);
    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleKnownEvent event;
        size_t length;
        const char *upstream = settle_reader_text(reader, 11, &length);
        const SettleIntakeContract *order;

        settle_known_event_read(reader, &event);
        order = g_hash_table_lookup(past.orders, &event.order_id);
        /* One that turns out not to be this order's goes on waiting, and is shown. */
        if (!settle_known_event_belongs(&event, order))
            continue;

        SettleIntakeEventRow row = {
            .order = *order,
            .event_id = event.event_id,
            .amount_minor = event.amount_minor,
            .reinstates = event.reinstates,
            .at = event.at,
            .source_batch_id = event.batch_id,
            .line = event.line,
            .day = event.day,
            .kind = event.kind,
            .whole = event.whole,
            .upstream = settle_arena_alloc(job->arena, length + 1),
            .upstream_length = (uint16_t) length,
        };

        memcpy(row.upstream, upstream, length);
        g_array_append_val(rows, row);
    }
    g_clear_pointer(&reader, settle_reader_free);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return rows->len == 0 || (settle_events_copy(job, rows, error) && copy_found(job, rows, error));
}
