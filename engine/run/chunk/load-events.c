/* Reads the events of a chunk: those that came with a run, and all that count of some orders. */
#include "run/chunk/load.h"

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
    if (x->event_id != y->event_id)
        return x->event_id < y->event_id ? -1 : 1;
    return (int) x->version - (int) y->version;
}

/* Reads a stream to its end; takes ownership of the reader. */
static gboolean
read_events(SettleReader *stream, const SettleRunContext *context, const SettleChunk *chunk,
            GArray *events, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        SettleEvent event = {
            .event_id = settle_reader_i64(reader, SQL_RUN_EVENT_EVENT_ID),
            .amount_minor = settle_reader_i64(reader, SQL_RUN_EVENT_AMOUNT_MINOR),
            .reinstates = settle_reader_i64(reader, SQL_RUN_EVENT_REINSTATES),
            .batch_id = settle_reader_i32(reader, SQL_RUN_EVENT_BATCH_ID),
            .day = settle_reader_day(reader, SQL_RUN_EVENT_DAY),
            .kind = (uint8_t) settle_reader_i16(reader, SQL_RUN_EVENT_KIND),
            .whole = (uint8_t) settle_reader_bool(reader, SQL_RUN_EVENT_WHOLE),
            .at = settle_reader_i64(reader, SQL_RUN_EVENT_HAPPENED_AT),
            .source_batch_id = settle_reader_i32_if_sent(reader, SQL_RUN_EVENT_SOURCE_BATCH_ID),
            .version = (uint16_t) settle_reader_i16(reader, SQL_RUN_EVENT_VERSION),
        };

        settle_load_order(reader, &event.order);
        if (events->len >= context->how.facts_max)
            return settle_load_too_large(context, chunk, error);
        g_array_append_val(events, event);
    }
    return settle_reader_end(reader, error);
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

/* Of an order whose event waited, the events of that day, and those that a batch of that day
 * brought, or their order: the others count already or wait longer. */
static void
keep_of_today(const SettleRunContext *context, GArray *events, guint first)
{
    guint kept = first;

    for (guint i = first; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);
        SettleBatchState state = settle_run_batch_state(context, event->batch_id);

        gboolean of_today =
            event->day == context->date ||
            (event->day < context->date &&
             (settle_run_batch_state(context, event->source_batch_id) == SETTLE_BATCH_OF_RUN ||
              settle_run_batch_state(context, event->order.batch_id) == SETTLE_BATCH_OF_RUN));

        if (state == SETTLE_BATCH_BEFORE && of_today) {
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
    const int32_t *batches = (const int32_t *) (const void *) context->seen.batches->data;
    gsize n = context->seen.batches->len;
    guint of_batches;

    g_array_set_size(events, 0);
    if (settle_months_any(context->lies_in.facts) &&
        !read_events(settle_store_read(store, settle_sql_run_events_of_batches, "iiIiimm",
                                       batches[0], batches[n - 1], batches, n,
                                       chunk->first_distributor, chunk->last_distributor,
                                       context->lies_in.facts.from, context->lies_in.facts.to),
                     context, chunk, events, error))
        return FALSE;
    of_batches = events->len;
    if (settle_months_any(context->lies_in.waited_events) &&
        !read_events(settle_store_read(
                         store, settle_sql_run_events_waited, "diiiImm", context->date,
                         chunk->first_distributor, chunk->last_distributor, context->run_id,
                         context->seen.abandoned->data, (gsize) context->seen.abandoned->len,
                         context->lies_in.waited_events.from, context->lies_in.waited_events.to),
                     context, chunk, events, error))
        return FALSE;
    keep_of_today(context, events, of_batches);
    sort_events(events);
    return TRUE;
}

/* --- what counts already --------------------------------------------------------------------- */

/* Orders by closing month, as often as facts name them. */
typedef struct {
    SettleMonths months;
    guint *n;     /* by month - months.from */
    guint *first; /* likewise: where the month's keys begin; none are kept of more than
                     SETTLE_LOAD_KEYS_MAX */
    int32_t *distributors;
    int64_t *orders;
} ByMonth;

static void
by_month_clear(ByMonth *by_month)
{
    g_free(by_month->n);
    g_free(by_month->first);
    g_free(by_month->distributors);
    g_free(by_month->orders);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ByMonth, by_month_clear)

static void
sort_into_months(ByMonth *by_month, GArray *const *facts, guint n_facts)
{
    SettleMonths months;
    guint *n = settle_facts_count_months(facts, n_facts, &months);
    gsize n_months = settle_months_count(months);
    g_autofree guint *next = g_new0(guint, n_months);
    guint n_keys = 0;

    *by_month = (ByMonth){.months = months, .n = n, .first = g_new0(guint, n_months)};
    for (gsize m = 0; m < n_months; m++) {
        by_month->first[m] = next[m] = n_keys;
        if (by_month->n[m] <= SETTLE_LOAD_KEYS_MAX)
            n_keys += by_month->n[m];
    }
    by_month->distributors = g_new(int32_t, n_keys);
    by_month->orders = g_new(int64_t, n_keys);
    for (guint f = 0; f < n_facts; f++) {
        for (guint i = 0; i < facts[f]->len; i++) {
            const SettleOrder *order = settle_facts_nth_order(facts[f], i);
            SettleMonth month = settle_day_month(order->closing_day) - months.from;

            if (by_month->n[month] > SETTLE_LOAD_KEYS_MAX)
                continue;
            by_month->distributors[next[month]] = order->distributor_id;
            by_month->orders[next[month]++] = order->order_id;
        }
    }
}

static gboolean
read_events_of_months(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                      SettleMonths months, GArray *events, GError **error)
{
    return !settle_months_any(months) ||
           read_events(settle_store_read(store, settle_sql_run_events_of_months, "iimm",
                                         chunk->first_distributor, chunk->last_distributor,
                                         months.from, months.to),
                       context, chunk, events, error);
}

/* Drops what does not count yet, from `first` on. */
static void
keep_counted(const SettleRunContext *context, GArray *events, guint first)
{
    guint kept = first;

    for (guint i = first; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);

        if (event->day > context->date ||
            !settle_run_fact_seen(context, event->batch_id, event->source_batch_id,
                                  event->order.batch_id))
            continue;
        g_array_index(events, SettleEvent, kept) = *event;
        kept++;
    }
    g_array_set_size(events, kept);
}

gboolean
settle_load_events(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                   GArray *const *facts, guint n_facts, SettleMonths whole, GArray *events,
                   GError **error)
{
    guint before = events->len;
    g_auto(ByMonth) by_month;

    sort_into_months(&by_month, facts, n_facts);
    if (!read_events_of_months(store, context, chunk, whole, events, error))
        return FALSE;
    for (SettleMonth month = by_month.months.from; month <= by_month.months.to; month++) {
        guint n = by_month.n[month - by_month.months.from];
        guint first = by_month.first[month - by_month.months.from];

        if (n == 0 || (whole.from <= month && month <= whole.to))
            continue;
        if (n > SETTLE_LOAD_KEYS_MAX) {
            if (!read_events_of_months(store, context, chunk, (SettleMonths){month, month}, events,
                                       error))
                return FALSE;
        } else if (!read_events(settle_store_read(store, settle_sql_run_events_of_orders, "mILii",
                                                  month, by_month.distributors + first, (gsize) n,
                                                  by_month.orders + first, (gsize) n,
                                                  chunk->first_distributor,
                                                  chunk->last_distributor),
                                context, chunk, events, error))
            return FALSE;
    }
    keep_counted(context, events, before);
    sort_events(events);
    return TRUE;
}
