#include "run/load.h"

#include "store/sql.h"

#include <stdlib.h>

static int
compare_events(const void *a, const void *b)
{
    const SettleEvent *x = a, *y = b;
    int order = settle_order_key_compare(x->order.distributor_id, x->order.order_id,
                                         y->order.distributor_id, y->order.order_id);

    if (order != 0)
        return order;
    return x->event_id < y->event_id ? -1 : x->event_id > y->event_id;
}

/* Reads a stream to its end; takes ownership of the reader. */
static gboolean
read_events(SettleReader *stream, const SettleChunk *chunk, GArray *events, GError **error)
{
    g_autoptr(SettleReader) reader = stream;
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleEvent event = {
            .event_id = settle_reader_i64(reader, 12),
            .amount_minor = settle_reader_i64(reader, 13),
            .reinstates = settle_reader_i64(reader, 14),
            .batch_id = settle_reader_i32(reader, 15),
            .day = settle_reader_day(reader, 16),
            .kind = (uint8_t) settle_reader_i16(reader, 17),
            .whole = (uint8_t) settle_reader_bool(reader, 18),
            .at = settle_reader_i64(reader, 19),
        };

        settle_load_order(reader, &event.order);
        if (events->len >= SETTLE_CHUNK_FACTS_MAX)
            return settle_load_too_large(chunk, error);
        g_array_append_val(events, event);
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return TRUE;
}

/* Sorted and each once: an order with two events that waited for this day is named twice. */
static void
sort_events(GArray *events)
{
    guint kept = 0;

    if (events->len < 2)
        return;
    qsort(events->data, events->len, sizeof(SettleEvent), compare_events);
    for (guint i = 0; i < events->len; i++)
        if (kept == 0 || compare_events(&g_array_index(events, SettleEvent, kept - 1),
                                        &g_array_index(events, SettleEvent, i)) != 0) {
            g_array_index(events, SettleEvent, kept) = g_array_index(events, SettleEvent, i);
            kept++;
        }
    g_array_set_size(events, kept);
}

/* Of an order whose event waited, the events of that day: the others count already or wait longer.
 */
static void
keep_of_today(const SettleRunContext *context, GArray *events, guint first)
{
    guint kept = first;

    for (guint i = first; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);
        SettleBatchState state = settle_run_batch_state(context, event->batch_id);

        if (state == SETTLE_BATCH_BEFORE && event->day == context->date) {
            g_array_index(events, SettleEvent, kept) = *event;
            kept++;
        }
    }
    g_array_set_size(events, kept);
}

gboolean
settle_load_new_events(SettleStore *store, const SettleRunContext *context,
                       const SettleChunk *chunk, GArray *events, GError **error)
{
    const int32_t *batches = (const int32_t *) (const void *) context->batches->data;
    gsize n = context->batches->len;
    guint of_batches;

    g_array_set_size(events, 0);
    if (context->fact_months.from <= context->fact_months.to &&
        !read_events(settle_store_read(store, settle_sql_run_events_of_batches, error, "iiIiimm",
                                       batches[0], batches[n - 1], batches, n,
                                       chunk->first_distributor, chunk->last_distributor,
                                       context->fact_months.from, context->fact_months.to),
                     chunk, events, error))
        return FALSE;
    of_batches = events->len;
    if (context->waited_events.from <= context->waited_events.to &&
        !read_events(settle_store_read(store, settle_sql_run_events_waited, error, "diiiImm",
                                       context->date, chunk->first_distributor,
                                       chunk->last_distributor, context->run_id,
                                       context->abandoned->data, (gsize) context->abandoned->len,
                                       context->waited_events.from, context->waited_events.to),
                     chunk, events, error))
        return FALSE;
    keep_of_today(context, events, of_batches);
    sort_events(events);
    return TRUE;
}

gboolean
settle_load_events(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                   SettleMonth first_month, GArray *events, GError **error)
{
    guint kept = 0;

    g_array_set_size(events, 0);
    if (!read_events(settle_store_read(store, settle_sql_run_events_of_range, error, "iim",
                                       chunk->first_distributor, chunk->last_distributor,
                                       first_month),
                     chunk, events, error))
        return FALSE;
    for (guint i = 0; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);

        if (event->day > context->date ||
            settle_run_batch_state(context, event->batch_id) == SETTLE_BATCH_UNSEEN ||
            settle_run_batch_state(context, event->order.batch_id) == SETTLE_BATCH_UNSEEN)
            continue;
        g_array_index(events, SettleEvent, kept) = *event;
        kept++;
    }
    g_array_set_size(events, kept);
    sort_events(events);
    return TRUE;
}
