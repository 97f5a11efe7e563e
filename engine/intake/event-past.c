#include "intake/event-past.h"

void
settle_event_past_clear(SettleEventPast *past)
{
    g_clear_pointer(&past->known, g_hash_table_unref);
    g_clear_pointer(&past->of, g_hash_table_unref);
    g_clear_pointer(&past->orders, g_hash_table_unref);
    g_clear_pointer(&past->undone, g_hash_table_unref);
}

static guint
undone_hash(gconstpointer undone)
{
    const SettleUndone *u = undone;

    /* ids are hashes themselves */
    return (guint) (u->order_id ^ (u->event_id >> 16));
}

static gboolean
undone_equal(gconstpointer a, gconstpointer b)
{
    const SettleUndone *x = a, *y = b;

    return x->order_id == y->order_id && x->event_id == y->event_id;
}

void
settle_event_past_init(SettleEventPast *past)
{
    past->known = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    past->of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                     (GDestroyNotify) g_ptr_array_unref);
    past->orders = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    past->undone = g_hash_table_new_full(undone_hash, undone_equal, g_free, NULL);
}

void
settle_event_past_add(SettleEventPast *past, const SettleKnownEvent *event)
{
    SettleKnownEvent *copy = g_memdup2(event, sizeof *event);
    GPtrArray *list = g_hash_table_lookup(past->of, &event->order_id);

    if (list == NULL) {
        list = g_ptr_array_new();
        g_hash_table_insert(past->of, g_memdup2(&event->order_id, sizeof event->order_id), list);
    }
    g_ptr_array_add(list, copy);
    g_hash_table_insert(past->known, &copy->event_id, copy);
    if (event->kind == SETTLE_EVENT_KIND_REINSTATE) {
        const SettleUndone undone = {event->order_id, event->reinstates};

        g_hash_table_add(past->undone, g_memdup2(&undone, sizeof undone));
    }
}

gboolean
settle_event_past_undone(const SettleEventPast *past, const SettleKnownEvent *event)
{
    const SettleUndone undone = {event->order_id, event->event_id};

    return g_hash_table_contains(past->undone, &undone);
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

/* Takes ownership of the reader. An event may come twice: by its order, and by its own id. */
static gboolean
take_known(SettleReader *stream, SettleEventPast *past, GError **error)
{
    g_autoptr(SettleReader) reader = stream;
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleKnownEvent event;

        settle_known_event_read(reader, &event);
        if (!g_hash_table_contains(past->known, &event.event_id))
            settle_event_past_add(past, &event);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

static int
compare_closing(gconstpointer a, gconstpointer b)
{
    const SettleIntakeContract *const *x = a, *const *y = b;

    if ((*x)->closing_day != (*y)->closing_day)
        return (*x)->closing_day < (*y)->closing_day ? -1 : 1;
    return (*x)->order_id < (*y)->order_id ? -1 : (*x)->order_id > (*y)->order_id;
}

/* The events of the orders that were found, closing month by closing month: one query a month looks
 * at that month alone. */
static gboolean
load_events_of_orders(SettleIntakeJob *job, SettleEventPast *past, GError **error)
{
    guint n = g_hash_table_size(past->orders);
    g_autoptr(GPtrArray) orders = g_ptr_array_sized_new(n);
    g_autofree int32_t *distributors = g_new(int32_t, n);
    g_autofree int64_t *ids = g_new(int64_t, n);
    GHashTableIter iter;
    gpointer found;
    guint first = 0;

    g_hash_table_iter_init(&iter, past->orders);
    while (g_hash_table_iter_next(&iter, NULL, &found))
        g_ptr_array_add(orders, found);
    g_ptr_array_sort(orders, compare_closing);
    for (guint i = 0; i < orders->len; i++) {
        const SettleIntakeContract *order = g_ptr_array_index(orders, i);
        SettleMonth month = settle_day_month(order->closing_day);

        distributors[i] = order->distributor_id;
        ids[i] = order->order_id;
        if (i + 1 < orders->len) {
            const SettleIntakeContract *next = g_ptr_array_index(orders, i + 1);

            if (settle_day_month(next->closing_day) == month)
                continue;
        }
        if (!take_known(settle_store_read(job->store, settle_sql_intake_events_of_orders, error,
                                          "mIL", month, distributors + first,
                                          (gsize) (i + 1 - first), ids + first,
                                          (gsize) (i + 1 - first)),
                        past, error))
            return FALSE;
        first = i + 1;
    }
    return TRUE;
}

gboolean
settle_event_past_load(SettleIntakeJob *job, const int64_t *orders, gsize n_orders,
                       const int64_t *events, gsize n_events, SettleEventPast *past, GError **error)
{
    return load_orders(job, orders, n_orders, past, error) &&
           load_events_of_orders(job, past, error) &&
           take_known(settle_store_read(job->store, settle_sql_intake_events_there, error, "LL",
                                        events, n_events, orders, n_orders),
                      past, error);
}
