/* Finds out which row of an order holds, where it has several: it was revised, withdrawn, or went
 * to another distributor and left a row that says so. */
#include "run/chunk/versions.h"

#include "run/chunk/load.h"
#include "store/sql.h"

#include <string.h>

/* --- reading ---------------------------------------------------------------------------------- */

/* An order with several rows. */
typedef struct {
    int64_t order_id;
    int32_t distributor_id;
    SettleMonth month;
} Key;

static gboolean
is_named(GArray *const *arrays, guint n_arrays, const Key *key)
{
    const SettleOrder order = {.distributor_id = key->distributor_id, .order_id = key->order_id};
    guint n = 0;

    for (guint i = 0; i < n_arrays && n == 0; i++)
        settle_facts_rows_of_order(arrays[i], &order, &n);
    return n > 0 || n_arrays == 0;
}

/* The orders of the months with several rows, by month. */
static gboolean
read_keys(SettleStore *store, const SettleChunk *chunk, SettleMonths months, GArray *const *arrays,
          guint n_arrays, GArray *keys, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(store, settle_sql_run_orders_revised, "iimm", chunk->first_distributor,
                          chunk->last_distributor, months.from, months.to);

    while (settle_reader_next(reader)) {
        Key key = {
            .order_id = settle_reader_i64(reader, SQL_RUN_ORDERS_REVISED_ORDER_ID),
            .distributor_id = settle_reader_i32(reader, SQL_RUN_ORDERS_REVISED_DISTRIBUTOR_ID),
            .month = settle_reader_month(reader, SQL_RUN_ORDERS_REVISED_CLOSING_MONTH),
        };

        if (is_named(arrays, n_arrays, &key))
            g_array_append_val(keys, key);
    }
    return settle_reader_end(reader, error);
}

/* The rows of one month's keys that the run sees. */
static gboolean
read_rows(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
          const Key *keys, guint n, GArray *versions, GError **error)
{
    g_autofree int32_t *distributors = g_new(int32_t, n);
    g_autofree int64_t *orders = g_new(int64_t, n);
    g_autoptr(SettleReader) reader = NULL;

    for (guint i = 0; i < n; i++) {
        distributors[i] = keys[i].distributor_id;
        orders[i] = keys[i].order_id;
    }
    reader = settle_store_read(store, settle_sql_run_orders_of_keys, "mILii", keys->month,
                               distributors, (gsize) n, orders, (gsize) n, chunk->first_distributor,
                               chunk->last_distributor);
    while (settle_reader_next(reader)) {
        SettleOrder order;

        settle_load_order(reader, &order);
        if (settle_run_batch_state(context, order.batch_id) == SETTLE_BATCH_UNSEEN)
            continue;
        if (versions->len >= context->how.facts_max)
            return settle_load_too_large(context, chunk, error);
        g_array_append_val(versions, order);
    }
    return settle_reader_end(reader, error);
}

gboolean
settle_versions_load(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                     SettleMonths months, GArray *const *arrays, guint n_arrays, SettleFacts *facts,
                     GError **error)
{
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(Key));

    if (!settle_months_any(months))
        return TRUE;
    if (!read_keys(store, chunk, months, arrays, n_arrays, keys, error))
        return FALSE;
    for (guint i = 0, end; i < keys->len; i = end) {
        const Key *first = &g_array_index(keys, Key, i);

        for (end = i + 1; end < keys->len && g_array_index(keys, Key, end).month == first->month;)
            end++;
        if (!read_rows(store, context, chunk, first, end - i, facts->versions, error))
            return FALSE;
    }
    if (keys->len > 0) /* joint orders are asked for after the others */
        settle_facts_leave_out_repeats(facts->versions);
    return TRUE;
}

/* --- weighing --------------------------------------------------------------------------------- */

/* Runs before this one may have settled the order by this row: it was no withdrawal, and had
 * closed. What closes on the day of a run that is due was not there before it. */
static gboolean
was_settled(const SettleRunContext *context, const SettleOrder *row)
{
    return (row->flags & SETTLE_ORDER_WITHDRAWN) == 0 &&
           row->closing_day < context->date + (context->due ? 0 : 1);
}

static gboolean
is_seen(const SettleRunContext *context, const SettleOrder *row, gboolean also_of_run)
{
    SettleBatchState state = settle_run_batch_state(context, row->batch_id);

    return state == SETTLE_BATCH_BEFORE || (also_of_run && state == SETTLE_BATCH_OF_RUN);
}

/* Of the rows of an order the one that holds, by the batches that all runs before this one saw, or
 * by those that this one sees; NULL: none. Two rows of one revision are one that fell with its
 * batch: the rows stand together. A withdrawal tells no order: what it has against a row of a batch
 * that is still to come says nothing yet. */
static const SettleOrder *
last_that_stands(const SettleRunContext *context, const SettleOrder *rows, guint n,
                 gboolean also_of_run)
{
    for (guint i = n; i-- > 0;) {
        if (!is_seen(context, &rows[i], also_of_run))
            continue;
        if (i > 0 && settle_facts_same_revision(&rows[i - 1], &rows[i]) &&
            is_seen(context, &rows[i - 1], also_of_run))
            i--;
        else if ((rows[i].flags & SETTLE_ORDER_WITHDRAWN) != 0 ||
                 !settle_run_batch_withdraws(context, rows[i].batch_id))
            return &rows[i];
    }
    return NULL;
}

void
settle_versions_weigh(const SettleRunContext *context, const SettleOrder *rows, guint n,
                      SettleVersions *ret_versions)
{
    SettleVersions of = {.waits_until = SETTLE_DAY_MIN,
                         .before = last_that_stands(context, rows, n, FALSE),
                         .now = last_that_stands(context, rows, n, TRUE)};

    for (guint i = 0; i < n; i++)
        of.was_settled =
            of.was_settled || (is_seen(context, &rows[i], FALSE) && was_settled(context, &rows[i]));
    if (of.before != NULL && !was_settled(context, of.before))
        of.before = NULL;
    if (of.now != NULL && (of.now->flags & SETTLE_ORDER_WITHDRAWN) != 0)
        of.now = NULL;
    if (of.now != NULL && of.now->closing_day > context->date) {
        of.waits_until = of.now->closing_day;
        of.now = NULL;
    }
    *ret_versions = of;
}

gboolean
settle_versions_of(const SettleRunContext *context, const SettleFacts *facts,
                   const SettleOrder *order, SettleVersions *ret_versions)
{
    guint n, first;

    if (facts->versions->len == 0)
        return FALSE;
    first = settle_facts_rows_of_order(facts->versions, order, &n);
    if (n == 0)
        return FALSE;
    settle_versions_weigh(context, &g_array_index(facts->versions, SettleOrder, first), n,
                          ret_versions);
    return TRUE;
}

SettleOrder
settle_versions_strip(const SettleOrder *row)
{
    SettleOrder order = *row;

    order.flags &= (1 << SETTLE_ORDER_VERSION_SHIFT) - 1;
    return order;
}

/* --- putting them into facts ------------------------------------------------------------------ */

void
settle_versions_put_before(const SettleRunContext *context, const SettleFacts *facts,
                           GArray *orders)
{
    guint kept = 0;

    if (facts->versions->len == 0)
        return;
    for (guint i = 0; i < orders->len; i++) {
        SettleOrder order = g_array_index(orders, SettleOrder, i);
        SettleVersions of;

        if (settle_versions_of(context, facts, &order, &of)) {
            if (of.before == NULL)
                continue;
            order = settle_versions_strip(of.before);
        }
        g_array_index(orders, SettleOrder, kept++) = order;
    }
    g_array_set_size(orders, kept);
}

void
settle_versions_put_now(const SettleRunContext *context, const SettleFacts *facts, GArray *rows)
{
    gsize size = g_array_get_element_size(rows);
    guint kept = 0;

    if (facts->versions->len == 0)
        return;
    for (guint i = 0; i < rows->len; i++) {
        char *row = rows->data + i * size;
        SettleOrder *order = (SettleOrder *) (void *) row;
        SettleVersions of;

        if (settle_versions_of(context, facts, order, &of)) {
            const SettleOrder *holds = of.now != NULL ? of.now : of.before;

            if (holds == NULL)
                continue;
            *order = settle_versions_strip(holds);
        }
        memmove(rows->data + kept++ * size, row, size);
    }
    g_array_set_size(rows, kept);
}

void
settle_versions_leave_out_revised(const SettleFacts *facts, GArray *orders)
{
    guint kept = 0, n;

    if (facts->revised->len == 0)
        return;
    for (guint i = 0; i < orders->len; i++) {
        SettleOrder order = g_array_index(orders, SettleOrder, i);

        settle_facts_rows_of_order(facts->revised, &order, &n);
        if (n == 0)
            g_array_index(orders, SettleOrder, kept++) = order;
    }
    g_array_set_size(orders, kept);
}
