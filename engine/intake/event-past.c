/* Intake, events: what is known already of the events of a file and of the orders that they name,
 * looked up before they are written. */
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
    past->orders = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                         (GDestroyNotify) g_ptr_array_unref);
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
           (event->closed_month == 0 ||
            event->closed_month == settle_day_month(order->closing_day)) &&
           (event->currency == 0 || event->currency == order->currency);
}

const SettleIntakeContract *
settle_event_past_order(const SettleEventPast *past, const SettleKnownEvent *event)
{
    const GPtrArray *orders = g_hash_table_lookup(past->orders, &event->key_id);
    const SettleKnownEvent *undone =
        event->reinstates != 0 ? g_hash_table_lookup(past->known, &event->reinstates) : NULL;
    const SettleIntakeContract *found = NULL;
    guint n = 0;

    if (undone != NULL && undone->order_id == 0 && undone->key_id == event->key_id)
        return NULL;
    for (guint i = 0; orders != NULL && i < orders->len; i++) {
        const SettleIntakeContract *order = g_ptr_array_index(orders, i);

        if (!settle_known_event_belongs(event, order))
            continue;
        if (undone != NULL && undone->order_id == order->order_id)
            return order;
        found = order;
        n++;
    }
    return n == 1 ? found : NULL;
}

/* An event says nothing about when its order closed, and a key may have been used more than once:
 * all months of history are asked, each by its index. */
gboolean
settle_event_past_orders(SettleIntakeJob *job, const int64_t *keys, gsize n, SettleEventPast *past,
                         GError **error)
{
    GError *failure = NULL;
    g_autoptr(SettleResult) span =
        settle_store_query(job->store, settle_sql_intake_months_of_facts, error, "");
    g_autoptr(SettleReader) reader = NULL;
    SettleMonth first = SETTLE_INTAKE_FIRST_MONTH + SETTLE_INTAKE_N_MONTHS, last = 0;

    if (span == NULL)
        return FALSE;
    if (!settle_result_is_null(span, 0, 0)) {
        first = settle_result_month(span, 0, 0);
        last = settle_result_month(span, 0, 1);
    }
    /* Those of this batch are stored already, and counted when it is sealed. */
    if (job->oldest_day <= job->newest_day) {
        first = MIN(first, settle_day_month(job->oldest_day));
        last = MAX(last, settle_day_month(job->newest_day));
    }
    if (first > last)
        return TRUE;
    reader = settle_store_read(job->store, settle_sql_intake_orders_of_events, error, "mmL", first,
                               last, keys, n);
    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleIntakeContract *order = g_new(SettleIntakeContract, 1);
        GPtrArray *list;

        settle_contract_read(reader, 0, order);
        order->key_id = settle_reader_i64(reader, SETTLE_CONTRACT_COLUMNS);
        list = g_hash_table_lookup(past->orders, &order->key_id);
        if (list == NULL) {
            list = g_ptr_array_new_with_free_func(g_free);
            g_hash_table_insert(past->orders, g_memdup2(&order->key_id, sizeof order->key_id),
                                list);
        }
        g_ptr_array_add(list, order);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
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
        .key_id = settle_reader_i64(reader, 11),
        .closed_month = settle_reader_is_null(reader, 12) ? 0 : settle_reader_month(reader, 12),
        .revision = settle_reader_i16(reader, 13),
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
        /* One that waits may be told once more by one that fits its order: that one counts. */
        if (event.order_id != 0 || !g_hash_table_contains(past->known, &event.event_id))
            settle_event_past_add(past, &event);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

gboolean
settle_event_past_load(SettleIntakeJob *job, const int64_t *keys, gsize n_keys,
                       const int64_t *events, gsize n_events, SettleEventPast *past, GError **error)
{
    return settle_event_past_orders(job, keys, n_keys, past, error) &&
           load_known(job, events, n_events, past, error);
}
