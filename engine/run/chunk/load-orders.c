/* Reads the orders of a chunk that something happened to: new ones, and old ones for each of the
 * reasons why a night looks at them again. */
#include "run/chunk/load.h"

#include "run/plan.h"
#include "store/sql.h"

/* Reads a stream of orders to its end; takes ownership of the reader. */
static gboolean
read_orders(SettleReader *stream, const SettleRunContext *context, const SettleChunk *chunk,
            GArray *orders, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        if (orders->len >= context->how.facts_max)
            return settle_load_too_large(context, chunk, error);
        g_array_set_size(orders, orders->len + 1);
        settle_load_order(reader, &g_array_index(orders, SettleOrder, orders->len - 1));
    }
    return settle_reader_end(reader, error);
}

/* An order that waited for this day and was told again today has rows of both: those of this run
 * are there already. */
static void
leave_out_of_run(const SettleRunContext *context, GArray *orders, guint first)
{
    guint kept = first;

    for (guint i = first; i < orders->len; i++)
        if (settle_run_batch_state(context, g_array_index(orders, SettleOrder, i).batch_id) !=
            SETTLE_BATCH_OF_RUN)
            g_array_index(orders, SettleOrder, kept++) = g_array_index(orders, SettleOrder, i);
    g_array_set_size(orders, kept);
}

gboolean
settle_load_new_orders(SettleStore *store, const SettleRunContext *context,
                       const SettleChunk *chunk, GArray *orders, GError **error)
{
    const int32_t *batches = (const int32_t *) (const void *) context->seen.batches->data;
    gsize n = context->seen.batches->len;
    guint of_batches;

    g_array_set_size(orders, 0);
    if (settle_months_any(context->lies_in.facts) &&
        !read_orders(settle_store_read(store, settle_sql_run_orders_of_batches, "iiIiimmbbb",
                                       batches[0], batches[n - 1], batches, n,
                                       chunk->first_distributor, chunk->last_distributor,
                                       context->lies_in.facts.from, context->lies_in.facts.to,
                                       SETTLE_ASKED_OF_ORDERS(context->known.asks)),
                     context, chunk, orders, error))
        return FALSE;
    of_batches = orders->len;
    if (settle_months_any(context->lies_in.waited_orders) &&
        !read_orders(settle_store_read(
                         store, settle_sql_run_orders_waited, "diiiImm", context->date,
                         chunk->first_distributor, chunk->last_distributor, context->run_id,
                         context->seen.abandoned->data, (gsize) context->seen.abandoned->len,
                         context->lies_in.waited_orders.from, context->lies_in.waited_orders.to),
                     context, chunk, orders, error))
        return FALSE;
    leave_out_of_run(context, orders, of_batches);
    settle_facts_sort(orders, settle_facts_compare_versions);
    return TRUE;
}

/* Keeps what a run before this one settled: the rest is new today, or still to come. */
static void
keep_settled(const SettleRunContext *context, GArray *orders)
{
    guint kept = 0;

    for (guint i = 0; i < orders->len; i++) {
        const SettleOrder *order = &g_array_index(orders, SettleOrder, i);

        if (settle_run_batch_state(context, order->batch_id) != SETTLE_BATCH_BEFORE ||
            order->closing_day > context->date)
            continue;
        g_array_index(orders, SettleOrder, kept) = *order;
        kept++;
    }
    g_array_set_size(orders, kept);
    settle_facts_keep_versions(orders);
}

/* Of a batch before this run, but it waited for this day: it counts for the first time, where its
 * manager is known to belong by now. */
static void
leave_out_new(const SettleRunContext *context, GArray *orders)
{
    guint kept = 0;

    for (guint i = 0; i < orders->len; i++)
        if (!context->due || g_array_index(orders, SettleOrder, i).closing_day != context->date)
            g_array_index(orders, SettleOrder, kept++) = g_array_index(orders, SettleOrder, i);
    g_array_set_size(orders, kept);
}

/* Whose orders of a month are to be read. */
typedef struct {
    GArray *ids[SETTLE_N_DIMS]; /* int32_t: carriers, distributors, managers, products */
    SettleDay from, to;         /* closing days, of all of them */
} Told;

static void
told_init(Told *told)
{
    for (int dim = 0; dim < SETTLE_N_DIMS; dim++)
        told->ids[dim] = g_array_new(FALSE, FALSE, sizeof(int32_t));
}

static void
told_clear(Told *told)
{
    for (int dim = 0; dim < SETTLE_N_DIMS; dim++)
        g_array_unref(told->ids[dim]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

/* The changes that concern orders of the chunk that closed in the month. */
static void
told_of_month(Told *told, const SettleRunContext *context, const SettleChunk *chunk,
              SettleMonth month)
{
    told->from = settle_month_last(month);
    told->to = settle_month_first(month);
    for (int dim = 0; dim < SETTLE_N_DIMS; dim++)
        g_array_set_size(told->ids[dim], 0);
    for (guint i = 0; i < context->late.changes->len; i++) {
        const SettleLateChange *change =
            &g_array_index(context->late.changes, SettleLateChange, i);

        if (change->to < settle_month_first(month) || change->from > settle_month_last(month) ||
            (change->dim == SETTLE_DIM_DISTRIBUTOR && (change->id < chunk->first_distributor ||
                                                       change->id > chunk->last_distributor)))
            continue;
        told->from = MIN(told->from, MAX(change->from, settle_month_first(month)));
        told->to = MAX(told->to, MIN(change->to, settle_month_last(month)));
        g_array_append_val(told->ids[change->dim], change->id);
    }
}

static gboolean
read_of_distributors(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                     const Told *told, SettleMonth month, GArray *orders, GError **error)
{
    const GArray *distributors = told->ids[SETTLE_DIM_DISTRIBUTOR];
    const int32_t *ids = (const int32_t *) (const void *) distributors->data;
    guint n = distributors->len;

    /* changes ascend by id */
    return n == 0 ||
           read_orders(settle_store_read(store, settle_sql_run_orders_of_distributors, "mddIiibbb",
                                         month, told->from, told->to, ids, (gsize) n, ids[0],
                                         ids[n - 1], SETTLE_ASKED_OF_ORDERS(context->known.asks)),
                       context, chunk, orders, error);
}

static gboolean
read_of_parties(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                const Told *told, SettleMonth month, GArray *orders, GError **error)
{
    const GArray *carriers = told->ids[SETTLE_DIM_CARRIER];
    const GArray *managers = told->ids[SETTLE_DIM_MANAGER];
    const GArray *products = told->ids[SETTLE_DIM_PRODUCT];

    return carriers->len + managers->len + products->len == 0 ||
           read_orders(settle_store_read(store, settle_sql_run_orders_of_parties, "mddIIIiibbb",
                                         month, told->from, told->to, carriers->data,
                                         (gsize) carriers->len, managers->data,
                                         (gsize) managers->len, products->data,
                                         (gsize) products->len, chunk->first_distributor,
                                         chunk->last_distributor,
                                         SETTLE_ASKED_OF_ORDERS(context->known.asks)),
                       context, chunk, orders, error);
}

gboolean
settle_load_told_orders(SettleStore *store, const SettleRunContext *context,
                        const SettleChunk *chunk, GArray *orders, GError **error)
{
    g_auto(Told) told;

    told_init(&told);
    g_array_set_size(orders, 0);
    if (context->late.changes->len == 0)
        return TRUE;
    for (SettleMonth month = settle_day_month(context->late.from);
         month <= settle_day_month(context->late.to); month++) {
        told_of_month(&told, context, chunk, month);
        if (!read_of_distributors(store, context, chunk, &told, month, orders, error) ||
            !read_of_parties(store, context, chunk, &told, month, orders, error))
            return FALSE;
    }
    keep_settled(context, orders);
    leave_out_new(context, orders);
    return TRUE;
}

/* What was decided because a month was complete is decided anew: nobody kept what that was. */
static gboolean
read_reopened(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
              GArray *orders, GError **error)
{
    for (guint i = 0; i < context->falls_due.reopened->len; i++) {
        const SettleCompleteMonth *month =
            &g_array_index(context->falls_due.reopened, SettleCompleteMonth, i);

        if (!read_orders(settle_store_read(store, settle_sql_run_orders_reopened, "immii",
                                           month->carrier_id,
                                           settle_run_first_looking(context, month), month->month,
                                           chunk->first_distributor, chunk->last_distributor),
                         context, chunk, orders, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_completed(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
               GArray *orders, GError **error)
{
    const GArray *completed = context->falls_due.completed;
    g_autofree int32_t *carriers = g_new(int32_t, MAX(completed->len, 1));
    g_autofree SettleDay *months = g_new(SettleDay, MAX(completed->len, 1));

    if (completed->len == 0)
        return TRUE;
    for (guint i = 0; i < completed->len; i++) {
        const SettleCompleteMonth *month = &g_array_index(completed, SettleCompleteMonth, i);

        carriers[i] = month->carrier_id;
        months[i] = settle_month_first(month->month);
    }
    return read_orders(settle_store_read(store, settle_sql_run_orders_woken, "IDiiiI", carriers,
                                         (gsize) completed->len, months, (gsize) completed->len,
                                         chunk->first_distributor, chunk->last_distributor,
                                         context->run_id, context->seen.abandoned->data,
                                         (gsize) context->seen.abandoned->len),
                       context, chunk, orders, error);
}

gboolean
settle_load_woken_orders(SettleStore *store, const SettleRunContext *context,
                         const SettleChunk *chunk, GArray *orders, GError **error)
{
    g_array_set_size(orders, 0);
    if (!read_completed(store, context, chunk, orders, error) ||
        !read_reopened(store, context, chunk, orders, error))
        return FALSE;
    keep_settled(context, orders);
    return TRUE;
}

gboolean
settle_load_due_orders(SettleStore *store, const SettleRunContext *context,
                       const SettleChunk *chunk, GArray *orders, GError **error)
{

    g_array_set_size(orders, 0);
    for (guint i = 0; i < context->falls_due.months->len; i++) {
        const SettleDueMonth *due = &g_array_index(context->falls_due.months, SettleDueMonth, i);

        if (!read_orders(settle_store_read(
                             store, settle_sql_run_orders_due, "mddIiibbb", due->month, due->from,
                             due->to, context->falls_due.carriers->data,
                             (gsize) context->falls_due.carriers->len, chunk->first_distributor,
                             chunk->last_distributor, SETTLE_ASKED_OF_ORDERS(context->known.asks)),
                         context, chunk, orders, error))
            return FALSE;
    }
    keep_settled(context, orders);
    return TRUE;
}
