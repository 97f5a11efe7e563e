#include "intake/event-past.h"

void
settle_event_past_clear(SettleEventPast *past)
{
    g_clear_pointer(&past->known, g_hash_table_unref);
    g_clear_pointer(&past->orders, g_hash_table_unref);
}

void
settle_event_past_init(SettleEventPast *past)
{
    past->known = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    past->orders = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
}

void
settle_event_past_add(SettleEventPast *past, const SettleKnownEvent *event)
{
    SettleKnownEvent *copy = g_memdup2(event, sizeof *event);

    g_hash_table_replace(past->known, &copy->event_id, copy);
}

gboolean
settle_known_event_belongs(const SettleKnownEvent *event, const SettleIntakeContract *order)
{
    return order != NULL && event->day >= order->closing_day &&
           (event->currency == 0 || event->currency == order->currency);
}

/* A key that was used again after longer than intake looks back names two orders: it means the
 * later one. */
static gboolean
is_younger_there(const SettleEventPast *past, const SettleIntakeContract *order)
{
    const SettleIntakeContract *there = g_hash_table_lookup(past->orders, &order->order_id);

    return there != NULL && there->closing_at >= order->closing_at;
}

/* Those of some closing months. */
static gboolean
load_orders_of(SettleIntakeJob *job, SettleMonth from, SettleMonth to, const int64_t *ids, gsize n,
               SettleEventPast *past, GError **error)
{
    GError *failure = NULL;
    g_autoptr(SettleReader) reader = settle_store_read(
        job->store, settle_sql_intake_orders_of_events, error, "mmL", from, to, ids, n);

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleIntakeContract *order = g_new(SettleIntakeContract, 1);

        settle_contract_read(reader, 0, order);
        if (is_younger_there(past, order)) {
            g_free(order);
            continue;
        }
        g_hash_table_replace(past->orders, &order->order_id, order);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* An event says nothing about when its order closed. Most orders are young: the last months are
 * looked at first, those before only for orders that are not found yet. */
static gboolean
load_orders(SettleIntakeJob *job, const int64_t *ids, gsize n, SettleEventPast *past,
            GError **error)
{
    g_autoptr(SettleResult) span =
        settle_store_query(job->store, settle_sql_intake_months_of_facts, error, "");
    g_autofree int64_t *left = g_memdup2(ids, n * sizeof *ids);
    SettleMonth first, last;

    if (span == NULL)
        return FALSE;
    if (settle_result_is_null(span, 0, 0))
        return TRUE;
    first = settle_result_month(span, 0, 0);
    last = settle_result_month(span, 0, 1);
    for (int months = 1; last >= first && n > 0; last -= months, months *= 2) {
        gsize kept = 0;

        if (!load_orders_of(job, MAX(first, last - months + 1), last, left, n, past, error))
            return FALSE;
        for (gsize i = 0; i < n; i++)
            if (!g_hash_table_contains(past->orders, &left[i]))
                left[kept++] = left[i];
        n = kept;
    }
    return TRUE;
}

void
settle_known_event_read(const SettleReader *reader, SettleKnownEvent *event)
{
    *event = (SettleKnownEvent){
        .event_id = settle_reader_i64(reader, 0),
        .order_id = settle_reader_i64(reader, 1),
        .kind = (uint8_t) settle_reader_i16(reader, 2),
        .day = settle_reader_day(reader, 3),
        .whole = (uint8_t) settle_reader_bool(reader, 4),
        .amount_minor = settle_reader_i64(reader, 5),
        .reinstates = settle_reader_i64(reader, 6),
        .at = settle_reader_i64(reader, 7),
        .batch_id = settle_reader_i32(reader, 8),
        .line = settle_reader_i32(reader, 9),
        .currency = settle_reader_i16(reader, 10),
    };
}

/* The events of these ids: in settlement, or waiting for their order. */
static gboolean
load_known(SettleIntakeJob *job, const int64_t *events, gsize n, SettleEventPast *past,
           GError **error)
{
    GError *failure = NULL;
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_events_there, error, "L", events, n);

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleKnownEvent event;

        settle_known_event_read(reader, &event);
        event.waits = (uint8_t) settle_reader_bool(reader, 11);
        /* One that waits may be told once more by one that fits its order: that one counts. */
        if (!event.waits || !g_hash_table_contains(past->known, &event.event_id))
            settle_event_past_add(past, &event);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

gboolean
settle_event_past_load(SettleIntakeJob *job, const int64_t *orders, const int64_t *events, gsize n,
                       SettleEventPast *past, GError **error)
{
    return load_orders(job, orders, n, past, error) && load_known(job, events, n, past, error);
}
