/* Rows of events: those that a batch tells, and those of events that it moves, because an order
 * came that they may be of as well, or because the batch says more of them (event-past.h). */
#include "intake/event-rows.h"

#include "base/failpoint.h"

#include <stdlib.h>

/* A row of settle.event; of event_waiting or event_found, without an order. */
typedef struct {
    const SettleKnownEvent *event;
    const SettleIntakeContract *order;
    int16_t revision;
    gboolean withdrawn;
} Row;

typedef struct {
    GArray *of_orders, *waiting, *found; /* Row */
} Rows;

static void
rows_init(Rows *rows)
{
    rows->of_orders = g_array_new(FALSE, FALSE, sizeof(Row));
    rows->waiting = g_array_new(FALSE, FALSE, sizeof(Row));
    rows->found = g_array_new(FALSE, FALSE, sizeof(Row));
}

static void
rows_clear(Rows *rows)
{
    g_array_unref(rows->of_orders);
    g_array_unref(rows->waiting);
    g_array_unref(rows->found);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rows, rows_clear)

/* --- which rows ------------------------------------------------------------------------------- */

static void
add(GArray *rows, const SettleKnownEvent *event, const SettleIntakeContract *order,
    int16_t revision, gboolean withdrawn)
{
    const Row row = {event, order, revision, withdrawn};

    g_array_append_val(rows, row);
}

/* An earlier night than that of the row in force knows the order. */
static gboolean
is_there_earlier(const SettleIntakeJob *job, const SettleKnownEvent *event)
{
    return settle_intake_night(job, event->order->batch_id) <
           settle_intake_night(job, event->stored_batch);
}

/* Where it was it is withdrawn, and it waits no more; one that stays in force has a row where it is
 * now. */
static void
add_rows(SettleIntakeJob *job, const SettleEventPast *past, const SettleKnownEvent *event,
         Rows *rows)
{
    int64_t order_id = event->order != NULL ? event->order->order_id : 0;
    gboolean stays = order_id == event->stored_order &&
                     (order_id == 0 || event->order->distributor_id == event->stored_distributor);
    gboolean is_as_stored = stays && (order_id == 0 || !is_there_earlier(job, event));
    const SettleIntakeContract *left;

    if (!event->fallen &&
        (!settle_known_event_there(event) || (!event->told && (!event->complete || is_as_stored))))
        return;
    if (event->stored_order != 0 && (event->fallen || !stays)) {
        left = settle_event_past_contract(past, event->key_id, event->stored_order,
                                          event->stored_distributor);
        settle_invariant(left != NULL);
        add(rows->of_orders, event, left, event->last_row, TRUE);
    }
    if (event->waits != 0)
        add(rows->found, event, NULL, event->waits, FALSE);
    if (event->fallen)
        return;
    if (order_id != 0)
        add(rows->of_orders, event, event->order, (int16_t) (event->last_row + 1), FALSE);
    else
        add(rows->waiting, event, NULL, (int16_t) (event->last_wait + 1), FALSE);
    if (event->told)
        *(order_id != 0 ? &job->accepted : &job->waiting) += 1;
}

/* --- writing: in the order of the tables' keys (sql/tables.ini) ------------------------------- */

static SettleMonth
month(const Row *row)
{
    return settle_day_month(row->order->closing_day);
}

static int
compare_of_orders(const void *a, const void *b)
{
    const Row *x = a, *y = b;

    if (x->order->distributor_id != y->order->distributor_id)
        return x->order->distributor_id < y->order->distributor_id ? -1 : 1;
    if (month(x) != month(y))
        return month(x) < month(y) ? -1 : 1;
    if (x->order->order_id != y->order->order_id)
        return x->order->order_id < y->order->order_id ? -1 : 1;
    if (x->event->event_id != y->event->event_id)
        return x->event->event_id < y->event->event_id ? -1 : 1;
    return x->revision < y->revision ? -1 : x->revision > y->revision;
}

/* A batch has one row of an event there, so its revision is no part of the order. */
static int
compare_by_key(const void *a, const void *b)
{
    const SettleKnownEvent *x = ((const Row *) a)->event, *y = ((const Row *) b)->event;

    if (x->key_id != y->key_id)
        return x->key_id < y->key_id ? -1 : 1;
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

/* The salt is that of the batch and line that told the event, in whichever row it stands. */
static void
put_commitment(SettleIntakeJob *job, SettleWriter *writer, SettleSaltOf of,
               const SettleKnownEvent *event)
{
    uint8_t salt[SETTLE_SALT_BYTES];

    settle_intake_salt(job, of, event->carrier_id, event->batch_id, event->line, salt);
    settle_writer_commitment(writer, salt);
}

static void
put_event(SettleWriter *writer, const SettleKnownEvent *event)
{
    settle_writer_i16(writer, event->kind);
    settle_writer_day(writer, event->day);
    settle_writer_bool(writer, event->whole);
    settle_writer_i64(writer, event->amount_minor);
    settle_writer_i64(writer, event->reinstates);
    settle_writer_instant(writer, event->at);
}

/* The row, counted in its slice and month. */
static void
put_of_order(SettleWriter *writer, SettleIntakeJob *job, const Row *row)
{
    const SettleKnownEvent *event = row->event;
    const SettleIntakeContract *order = row->order;

    settle_intake_slice(job, order->distributor_id, month(row));
    settle_intake_see_month(job, month(row));
    settle_writer_month(writer, month(row));
    settle_writer_i32(writer, order->distributor_id);
    settle_writer_i64(writer, order->order_id);
    settle_writer_i64(writer, event->event_id);
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i32(writer, event->batch_id);
    settle_writer_i32(writer, event->line);
    put_event(writer, event);
    settle_writer_i64(writer, event->key_id);
    put_month(writer, event->closed_month);
    settle_contract_put(writer, order);
    settle_writer_i16(writer, row->revision);
    settle_writer_bool(writer, row->withdrawn);
    settle_writer_i16(writer, event->currency);
    if (event->text != NULL) {
        put_commitment(job, writer, SETTLE_SALT_EVENT, event);
        settle_writer_text(writer, event->text, event->upstream_length);
    } else {
        settle_writer_commitment(writer, NULL);
        settle_writer_null(writer);
    }
}

static void
put_waiting(SettleWriter *writer, SettleIntakeJob *job, const Row *row)
{
    const SettleKnownEvent *event = row->event;
    const char *order;

    settle_writer_i64(writer, event->key_id);
    settle_writer_i64(writer, event->event_id);
    settle_writer_i16(writer, row->revision);
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i32(writer, event->line);
    put_event(writer, event);
    settle_writer_i16(writer, event->currency);
    settle_writer_i32(writer, event->carrier_id);
    put_month(writer, event->closed_month);
    settle_writer_i32(writer, event->batch_id);
    if (event->text != NULL && !event->order_erased) {
        order = event->text + event->upstream_length;
        put_commitment(job, writer, SETTLE_SALT_EVENT_WAITING, event);
        settle_writer_text(writer, event->text, event->upstream_length);
        settle_writer_text(writer, order, event->order_length);
        settle_writer_text(writer, order + event->order_length, event->line_length);
        return;
    }
    settle_writer_commitment(writer, NULL);
    for (int i = 0; i < 3; i++)
        settle_writer_null(writer);
}

static void
put_found(SettleWriter *writer, SettleIntakeJob *job, const Row *row)
{
    settle_writer_i64(writer, row->event->key_id);
    settle_writer_i64(writer, row->event->event_id);
    settle_writer_i16(writer, row->revision);
    settle_writer_i32(writer, job->batch_id);
}

/* --- into a table ----------------------------------------------------------------------------- */

typedef struct {
    const char *sql; /* its COPY */
    int n_fields;
    int (*compare)(const void *a, const void *b); /* the order of its key */
    void (*put)(SettleWriter *writer, SettleIntakeJob *job, const Row *row);
} Table;

static gboolean
copy(SettleIntakeJob *job, const Table *table, GArray *rows, GError **error)
{
    g_autoptr(SettleWriter) writer = settle_store_copy_in(job->store, table->sql, error);

    if (writer == NULL)
        return FALSE;
    qsort(rows->data, rows->len, sizeof(Row), table->compare);
    for (guint i = 0; i < rows->len; i++) {
        if (!settle_writer_row(writer, table->n_fields, error))
            return FALSE;
        table->put(writer, job, &g_array_index(rows, Row, i));
    }
    return settle_writer_finish(g_steal_pointer(&writer), error);
}

static gboolean
write_rows(SettleIntakeJob *job, const Rows *rows, GError **error)
{
    const Table of_orders = {settle_sql_copy_event, 31, compare_of_orders, put_of_order};
    const Table waiting = {settle_sql_copy_event_waiting, 20, compare_by_key, put_waiting};
    const Table found = {settle_sql_copy_event_found, 4, compare_by_key, put_found};

    return (rows->of_orders->len == 0 || (copy(job, &of_orders, rows->of_orders, error) &&
                                          settle_failpoint(INTAKE_EVENTS_COPIED, error))) &&
           (rows->waiting->len == 0 || (copy(job, &waiting, rows->waiting, error) &&
                                        settle_failpoint(INTAKE_EVENTS_WAITING_COPIED, error))) &&
           (rows->found->len == 0 || (copy(job, &found, rows->found, error) &&
                                      settle_failpoint(INTAKE_EVENTS_FOUND_COPIED, error)));
}

/* Whose bills may be another order's now. */
static void
note_contracts(const Rows *rows, GHashTable *contracts)
{
    for (guint i = 0; i < rows->of_orders->len; i++) {
        const Row *row = &g_array_index(rows->of_orders, Row, i);
        uint8_t kind = row->event->kind;

        if (row->order->contract_id != 0 &&
            (kind == SETTLE_EVENT_KIND_CANCEL || kind == SETTLE_EVENT_KIND_PORT_OUT ||
             kind == SETTLE_EVENT_KIND_REINSTATE))
            g_hash_table_add(contracts, GSIZE_TO_POINTER((gsize) row->order->contract_id));
    }
}

gboolean
settle_event_rows_write(SettleIntakeJob *job, const SettleEventPast *past, GHashTable *contracts,
                        GError **error)
{
    g_auto(Rows) rows = {0};

    rows_init(&rows);
    for (guint i = 0; i < past->events->len; i++)
        add_rows(job, past, g_ptr_array_index(past->events, i), &rows);
    note_contracts(&rows, contracts);
    return write_rows(job, &rows, error);
}
