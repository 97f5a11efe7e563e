/* What is known of events, and which order each is of. Read before a file's events are judged
 * (write-events.c), and when orders come whose key events name. */
#include "intake/event-past.h"

#include <string.h>

void
settle_event_past_clear(SettleEventPast *past)
{
    g_clear_pointer(&past->known, g_hash_table_unref);
    g_clear_pointer(&past->events, g_ptr_array_unref);
    g_clear_pointer(&past->arena, settle_arena_free);
    g_clear_pointer(&past->orders, g_hash_table_unref);
    g_clear_pointer(&past->withdrawn, g_hash_table_unref);
}

void
settle_event_past_init(SettleEventPast *past)
{
    past->known = g_hash_table_new(g_int64_hash, g_int64_equal);
    past->events = g_ptr_array_new();
    past->arena = settle_arena_new((size_t) 1 << 20);
    past->orders = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                         (GDestroyNotify) g_ptr_array_unref);
}

SettleKnownEvent *
settle_event_past_find(const SettleEventPast *past, int64_t event_id)
{
    return g_hash_table_lookup(past->known, &event_id);
}

SettleKnownEvent *
settle_event_past_add(SettleEventPast *past, const SettleKnownEvent *event)
{
    SettleKnownEvent *copy = settle_arena_alloc(past->arena, sizeof *event);

    *copy = *event;
    g_hash_table_insert(past->known, &copy->event_id, copy);
    g_ptr_array_add(past->events, copy);
    return copy;
}

/* --- which order ------------------------------------------------------------------------------ */

gboolean
settle_known_event_there(const SettleKnownEvent *event)
{
    return !event->fallen && (event->told || event->stored_order != 0 || event->waits != 0);
}

gboolean
settle_known_event_belongs(const SettleKnownEvent *event, const SettleIntakeContract *order)
{
    return order != NULL && !order->withdrawn && event->day >= order->closing_day &&
           (event->closed_month == 0 ||
            event->closed_month == settle_day_month(order->closing_day)) &&
           (event->currency == 0 || event->currency == order->currency);
}

const GPtrArray *
settle_event_past_orders_of(const SettleEventPast *past, int64_t key_id)
{
    return g_hash_table_lookup(past->orders, &key_id);
}

const SettleIntakeContract *
settle_event_past_contract(const SettleEventPast *past, int64_t key_id, int64_t order_id,
                           int32_t distributor_id)
{
    const GPtrArray *orders = settle_event_past_orders_of(past, key_id);

    for (guint i = 0; orders != NULL && i < orders->len; i++) {
        const SettleIntakeContract *order = g_ptr_array_index(orders, i);

        if (order->order_id == order_id && order->distributor_id == distributor_id)
            return order;
    }
    return NULL;
}

/* What a reinstatement goes with: an event of its key. Another reinstatement is none: it undoes
 * nothing (docs/semantics.md 14.24). */
static const SettleKnownEvent *
undone_by(const SettleEventPast *past, const SettleKnownEvent *event)
{
    const SettleKnownEvent *undone =
        event->reinstates != 0 ? settle_event_past_find(past, event->reinstates) : NULL;

    if (undone == NULL || !settle_known_event_there(undone) || undone->key_id != event->key_id ||
        undone->reinstates != 0)
        return NULL;
    return undone;
}

const SettleIntakeContract *
settle_event_past_order(const SettleEventPast *past, const SettleKnownEvent *event)
{
    const GPtrArray *orders = settle_event_past_orders_of(past, event->key_id);
    const SettleKnownEvent *undone = undone_by(past, event);
    const SettleIntakeContract *found = NULL;
    guint n = 0;

    if (undone != NULL && undone->order == NULL)
        return NULL;
    for (guint i = 0; orders != NULL && i < orders->len; i++) {
        const SettleIntakeContract *order = g_ptr_array_index(orders, i);

        if (!settle_known_event_belongs(event, order))
            continue;
        if (undone != NULL && undone->order->order_id == order->order_id)
            return order;
        found = order;
        n++;
    }
    return n == 1 ? found : NULL;
}

/* --- orders ----------------------------------------------------------------------------------- */

static void
add_order(SettleEventPast *past, const SettleReader *reader)
{
    SettleIntakeContract *order = g_new(SettleIntakeContract, 1);
    GPtrArray *list;

    settle_contract_read(reader, 0, order);
    order->key_id = settle_reader_i64(reader, SQL_INTAKE_ORDERS_OF_EVENTS_KEY_ID);
    order->revision = settle_reader_i16(reader, SQL_INTAKE_ORDERS_OF_EVENTS_REVISION);
    order->withdrawn = settle_reader_bool(reader, SQL_INTAKE_ORDERS_OF_EVENTS_WITHDRAWN) ? 1 : 0;
    list = g_hash_table_lookup(past->orders, &order->key_id);
    if (list == NULL) {
        list = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(past->orders, g_memdup2(&order->key_id, sizeof order->key_id), list);
    }
    g_ptr_array_add(list, order);
}

static int
compare_places(gconstpointer a, gconstpointer b)
{
    const SettleIntakeContract *x = *(SettleIntakeContract *const *) a,
                               *y = *(SettleIntakeContract *const *) b;

    if (x->order_id != y->order_id)
        return x->order_id < y->order_id ? -1 : 1;
    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    return settle_contract_compare_versions(x, y);
}

/* Of the rows of an order at a distributor the one that holds; where all fell, one that says that
 * it is not there. */
static void
keep_held(GPtrArray *list)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract));
    guint kept = 0;

    g_ptr_array_sort(list, compare_places);
    for (guint i = 0; i < list->len; i++)
        g_array_append_vals(rows, g_ptr_array_index(list, i), 1);
    for (guint i = 0, end; i < rows->len; i = end) {
        const SettleIntakeContract *of = &g_array_index(rows, SettleIntakeContract, i);
        SettleIntakeContract *holds = g_ptr_array_index(list, kept++);
        guint n;

        for (end = i + 1; end < rows->len && of[end - i].order_id == of->order_id &&
                          of[end - i].distributor_id == of->distributor_id;)
            end++;
        n = settle_contract_count_standing(of, end - i);
        *holds = of[n > 0 ? n - 1 : end - i - 1];
        if (n == 0)
            holds->withdrawn = 1;
    }
    g_ptr_array_set_size(list, (int) kept);
}

/* Each order once a distributor. */
static void
keep_held_of_all(SettleEventPast *past)
{
    GHashTableIter iter;
    gpointer list;

    g_hash_table_iter_init(&iter, past->orders);
    while (g_hash_table_iter_next(&iter, NULL, &list))
        if (((GPtrArray *) list)->len > 1)
            keep_held(list);
}

/* Reads a stream to its end, a row at a time; takes ownership of the reader, which may be NULL
 * (error is set then). */
static gboolean
read_all(SettleReader *stream, SettleIntakeJob *job, SettleEventPast *past,
         void (*add)(SettleIntakeJob *job, SettleEventPast *past, const SettleReader *reader),
         GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader))
        add(job, past, reader);
    return settle_reader_end(reader, error);
}

static void
read_order(G_GNUC_UNUSED SettleIntakeJob *job, SettleEventPast *past, const SettleReader *reader)
{
    add_order(past, reader);
}

/* An event says nothing about when its order closed, and a key may have been used more than once:
 * all months of history are asked, each by its index. */
gboolean
settle_event_past_load_orders(SettleIntakeJob *job, const int64_t *keys, gsize n,
                              SettleEventPast *past, GError **error)
{
    g_autoptr(SettleResult) span =
        settle_store_query(job->store, settle_sql_intake_months_of_facts, error, "");
    SettleMonth first = SETTLE_INTAKE_FIRST_MONTH + SETTLE_INTAKE_N_MONTHS, last = 0;

    if (span == NULL)
        return FALSE;
    if (!settle_result_is_null(span, 0, SQL_INTAKE_MONTHS_OF_FACTS_FIRST_MONTH)) {
        first = settle_result_month(span, 0, SQL_INTAKE_MONTHS_OF_FACTS_FIRST_MONTH);
        last = settle_result_month(span, 0, SQL_INTAKE_MONTHS_OF_FACTS_LAST_MONTH);
    }
    /* Those of this batch are stored already, and counted when it is sealed. */
    if (job->oldest_day <= job->newest_day) {
        first = MIN(first, settle_day_month(job->oldest_day));
        last = MAX(last, settle_day_month(job->newest_day));
    }
    if (first <= last && !read_all(settle_store_read(job->store, settle_sql_intake_orders_of_events,
                                                     "mmL", first, last, keys, n),
                                   job, past, read_order, error))
        return FALSE;
    keep_held_of_all(past);
    return TRUE;
}

/* --- events ----------------------------------------------------------------------------------- */

static SettleKnownEvent
known_of_row(const SettleReader *reader)
{
    return (SettleKnownEvent){
        .event_id = settle_reader_i64(reader, SQL_INTAKE_EVENT_EVENT_ID),
        .kind = (uint8_t) settle_reader_i16(reader, SQL_INTAKE_EVENT_KIND),
        .day = settle_reader_day(reader, SQL_INTAKE_EVENT_DAY),
        .whole = (uint8_t) settle_reader_bool(reader, SQL_INTAKE_EVENT_WHOLE),
        .amount_minor = settle_reader_i64(reader, SQL_INTAKE_EVENT_AMOUNT_MINOR),
        .reinstates = settle_reader_i64(reader, SQL_INTAKE_EVENT_REINSTATES),
        .at = settle_reader_i64(reader, SQL_INTAKE_EVENT_HAPPENED_AT),
        .batch_id = settle_reader_i32(reader, SQL_INTAKE_EVENT_SOURCE_BATCH_ID),
        .line = settle_reader_i32(reader, SQL_INTAKE_EVENT_LINE),
        .currency = settle_reader_i16(reader, SQL_INTAKE_EVENT_SAID_CURRENCY),
        .key_id = settle_reader_i64(reader, SQL_INTAKE_EVENT_KEY_ID),
        .closed_month = settle_reader_is_null(reader, SQL_INTAKE_EVENT_CLOSED_MONTH)
                            ? 0
                            : settle_reader_month(reader, SQL_INTAKE_EVENT_CLOSED_MONTH),
    };
}

/* What is said of the event is what this row says. */
static void
take_content(SettleKnownEvent *event, const SettleReader *reader)
{
    SettleKnownEvent said = known_of_row(reader);

    said.order = event->order;
    said.stored_order = event->stored_order;
    said.stored_distributor = event->stored_distributor;
    said.stored_batch = event->stored_batch;
    said.text = event->text;
    said.carrier_id = event->carrier_id;
    said.upstream_length = event->upstream_length;
    said.order_length = event->order_length;
    said.line_length = event->line_length;
    said.order_erased = event->order_erased;
    said.waits = event->waits;
    said.last_row = event->last_row;
    said.last_wait = event->last_wait;
    said.version = event->version;
    said.complete = event->complete;
    said.standing = event->standing;
    *event = said;
}

static SettleKnownEvent *
event_of_row(SettleEventPast *past, const SettleReader *reader)
{
    SettleKnownEvent *event =
        settle_event_past_find(past, settle_reader_i64(reader, SQL_INTAKE_EVENT_EVENT_ID));
    SettleKnownEvent said;

    if (event != NULL)
        return event;
    said = known_of_row(reader);
    return settle_event_past_add(past, &said);
}

/* Of the rows whose batches stand the one that was told last. */
static void
take_standing(SettleEventPast *past, SettleKnownEvent *event, const SettleReader *reader)
{
    SettleKnownEvent said;

    if (past->withdrawn == NULL)
        return;
    said = known_of_row(reader);
    if (g_hash_table_contains(past->withdrawn, GINT_TO_POINTER(said.batch_id)) ||
        (event->standing != NULL && event->standing->batch_id >= said.batch_id))
        return;
    if (event->standing == NULL)
        event->standing = settle_arena_alloc(past->arena, sizeof said);
    *event->standing = said;
}

/* The columns after the others: carrier, the event's id, the order's, its line. */
static void
take_texts(SettleIntakeJob *job, SettleKnownEvent *event, const SettleReader *reader)
{
    size_t length[3];
    const char *text[3];
    char *to;

    event->complete = TRUE;
    if (event->text != NULL)
        return;
    for (int i = 0; i < 3; i++)
        text[i] = settle_reader_text(reader, SQL_INTAKE_EVENT_TEXTS_EVENT_TEXT + i, &length[i]);
    event->carrier_id = settle_reader_i32(reader, SQL_INTAKE_EVENT_TEXTS_CARRIER_ID);
    event->order_erased = settle_reader_is_null(reader, SQL_INTAKE_EVENT_TEXTS_ORDER_TEXT) ? 1 : 0;
    if (settle_reader_is_null(reader, SQL_INTAKE_EVENT_TEXTS_EVENT_TEXT))
        return;
    event->upstream_length = (uint16_t) length[0];
    event->order_length = (uint16_t) length[1];
    event->line_length = (uint16_t) length[2];
    to = event->text = settle_arena_alloc(job->arena, length[0] + length[1] + length[2] + 1);
    for (int i = 0; i < 3; to += length[i], i++)
        memcpy(to, text[i], length[i]);
}

/* A row of settle.event: of an event's rows, whatever order they are of, the last holds. Of one
 * that this batch told all were read before. */
static SettleKnownEvent *
take_row(SettleEventPast *past, const SettleReader *reader)
{
    SettleKnownEvent *event = event_of_row(past, reader);
    int16_t revision = settle_reader_i16(reader, SQL_INTAKE_EVENT_REVISION);
    gboolean withdrawn = settle_reader_bool(reader, SQL_INTAKE_EVENT_IS_OVER);
    uint16_t version = (uint16_t) (revision * 2 + withdrawn);

    take_standing(past, event, reader);
    if (event->told || version <= event->version)
        return event;
    event->version = version;
    event->last_row = revision;
    event->stored_order = withdrawn ? 0 : settle_reader_i64(reader, SQL_INTAKE_EVENT_ORDER_ID);
    event->stored_distributor = settle_reader_i32(reader, SQL_INTAKE_EVENT_DISTRIBUTOR_ID);
    event->stored_batch = settle_reader_i32(reader, SQL_INTAKE_EVENT_ORDER_BATCH_ID);
    take_content(event, reader);
    event->order = settle_event_past_contract(past, event->key_id, event->stored_order,
                                              event->stored_distributor);
    return event;
}

/* A row of settle.event_waiting. One that waits may be told once more by one that fits its order:
 * that one counts. */
static SettleKnownEvent *
take_waiting_row(SettleEventPast *past, const SettleReader *reader)
{
    SettleKnownEvent *event = event_of_row(past, reader);
    int16_t revision = settle_reader_i16(reader, SQL_INTAKE_EVENT_REVISION);

    take_standing(past, event, reader);
    event->last_wait = MAX(event->last_wait, revision);
    if (event->told || event->stored_order != 0 ||
        settle_reader_bool(reader, SQL_INTAKE_EVENT_IS_OVER) || revision <= event->waits)
        return event;
    event->waits = revision;
    take_content(event, reader);
    return event;
}

static void
read_row(G_GNUC_UNUSED SettleIntakeJob *job, SettleEventPast *past, const SettleReader *reader)
{
    take_row(past, reader);
}

static void
read_waiting_row(G_GNUC_UNUSED SettleIntakeJob *job, SettleEventPast *past,
                 const SettleReader *reader)
{
    take_waiting_row(past, reader);
}

static void
read_row_of_key(SettleIntakeJob *job, SettleEventPast *past, const SettleReader *reader)
{
    take_texts(job, take_row(past, reader), reader);
}

static void
read_waiting_row_of_key(SettleIntakeJob *job, SettleEventPast *past, const SettleReader *reader)
{
    take_texts(job, take_waiting_row(past, reader), reader);
}

gboolean
settle_event_past_load_events(SettleIntakeJob *job, const int64_t *events, gsize n,
                              SettleEventPast *past, GError **error)
{
    return read_all(settle_store_read(job->store, settle_sql_intake_events_there, "L", events, n),
                    job, past, read_row, error) &&
           read_all(settle_store_read(job->store, settle_sql_intake_waiting_there, "L", events, n),
                    job, past, read_waiting_row, error);
}

gboolean
settle_event_past_load_waiting(SettleIntakeJob *job, const int64_t *keys, gsize n,
                               SettleEventPast *past, GError **error)
{
    return n == 0 ||
           read_all(settle_store_read(job->store, settle_sql_intake_waiting_events, "L", keys, n),
                    job, past, read_waiting_row_of_key, error);
}

/* The events of the orders of these keys, by their key in the table. */
static gboolean
load_of_orders(SettleIntakeJob *job, const int64_t *keys, gsize n, SettleEventPast *past,
               GError **error)
{
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) months = g_array_new(FALSE, FALSE, sizeof(SettleDay));
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    SettleDay from = SETTLE_DAY_MAX, to = SETTLE_DAY_MIN;

    for (gsize i = 0; i < n; i++) {
        const GPtrArray *orders = settle_event_past_orders_of(past, keys[i]);

        for (guint k = 0; orders != NULL && k < orders->len; k++) {
            const SettleIntakeContract *order = g_ptr_array_index(orders, k);
            SettleDay month = settle_month_first(settle_day_month(order->closing_day));

            g_array_append_val(distributors, order->distributor_id);
            g_array_append_val(months, month);
            g_array_append_val(ids, order->order_id);
            from = MIN(from, month);
            to = MAX(to, month);
        }
    }
    return ids->len == 0 ||
           read_all(settle_store_read(job->store, settle_sql_intake_events_of_orders, "IDLdd",
                                      distributors->data, (gsize) distributors->len, months->data,
                                      (gsize) months->len, ids->data, (gsize) ids->len, from, to),
                    job, past, read_row_of_key, error);
}

gboolean
settle_event_past_load_keys(SettleIntakeJob *job, const int64_t *keys, gsize n,
                            SettleEventPast *past, GError **error)
{
    return n == 0 || (load_of_orders(job, keys, n, past, error) &&
                      settle_event_past_load_waiting(job, keys, n, past, error));
}
