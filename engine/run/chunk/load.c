#include "run/chunk/load.h"

#include "store/sql.h"

int
settle_order_key_compare(int32_t distributor_a, int64_t order_a, int32_t distributor_b,
                         int64_t order_b)
{
    if (distributor_a != distributor_b)
        return distributor_a < distributor_b ? -1 : 1;
    return order_a < order_b ? -1 : order_a > order_b;
}

guint
settle_load_rows_of(const GArray *sorted, SettleCompareToOrder compare, const SettleOrder *order,
                    guint *ret_n)
{
    gsize size = g_array_get_element_size((GArray *) (uintptr_t) sorted);
    guint low = 0, high = sorted->len, end;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (compare(sorted->data + middle * size, order) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < sorted->len && compare(sorted->data + end * size, order) == 0; end++)
        ;
    *ret_n = end - low;
    return low;
}

static int
compare_orders(gconstpointer a, gconstpointer b)
{
    const SettleOrder *x = a, *y = b;

    return settle_order_key_compare(x->distributor_id, x->order_id, y->distributor_id, y->order_id);
}

static int
compare_bills(gconstpointer a, gconstpointer b)
{
    const SettleBill *x = a, *y = b;
    int order = compare_orders(&x->order, &y->order);

    if (order != 0)
        return order;
    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    if (x->revision != y->revision)
        return x->revision < y->revision ? -1 : 1;
    if (x->turn != y->turn)
        return x->turn < y->turn ? -1 : 1;
    return (int) x->withdrawn - (int) y->withdrawn;
}

/* Intake stores a batch in this order, so with one batch there is nothing to sort. */
static void
sort_unless_sorted(GArray *array, GCompareFunc compare)
{
    guint size = g_array_get_element_size(array);

    for (guint i = 1; i < array->len; i++) {
        if (compare(array->data + (gsize) (i - 1) * size, array->data + (gsize) i * size) > 0) {
            g_array_sort(array, compare);
            return;
        }
    }
}

void
settle_load_order(const SettleReader *reader, SettleOrder *order)
{
    order->order_id = settle_reader_i64(reader, 0);
    order->paid_minor = settle_reader_i64(reader, 1);
    order->distributor_id = settle_reader_i32(reader, 2);
    order->batch_id = settle_reader_i32(reader, 3);
    order->product_id = settle_reader_i32(reader, 4);
    order->manager_id = settle_reader_i32_if_sent(reader, 5);
    order->quantity = settle_reader_i32(reader, 6);
    order->closing_day = settle_reader_day(reader, 7);
    order->region_id = settle_reader_i16_if_sent(reader, 8);
    order->channel_id = settle_reader_i16_if_sent(reader, 9);
    order->currency = settle_reader_i16(reader, 10);
    order->flags = (uint16_t) settle_reader_i16(reader, 11);
}

static void
read_bill(const SettleReader *reader, SettleBill *bill)
{
    int16_t version;

    settle_load_order(reader, &bill->order);
    bill->billed_minor = settle_reader_i64(reader, 12);
    bill->cash_minor = settle_reader_i64_if_sent(reader, 13);
    bill->arrears_minor = settle_reader_i64_if_sent(reader, 14);
    bill->megabytes = settle_reader_i64_if_sent(reader, 15);
    bill->minutes = settle_reader_i32_if_sent(reader, 16);
    bill->month = settle_reader_month(reader, 17);
    bill->issue_day = settle_reader_day(reader, 18);
    bill->revision = settle_reader_i16(reader, 19);
    version = settle_reader_i16(reader, 20);
    bill->withdrawn = (unsigned) version & 1u;
    bill->turn = ((unsigned) version >> 1) & 0x7fu;
    bill->follows = (uint8_t) settle_reader_bool(reader, 21);
    bill->batch_id = settle_reader_i32(reader, 22);
    bill->source_batch_id = settle_reader_i32_if_sent(reader, 23);
}

/* The last parameters of a query of orders, "bbb", and of one of bills, "bbbbbbb". */
#define ASKED_OF_ORDERS(asks) (asks).manager, (asks).region, (asks).channel
#define ASKED_OF_BILLS(asks)                                                                       \
    ASKED_OF_ORDERS(asks), (asks).cash, (asks).arrears, (asks).megabytes, (asks).minutes

gboolean
settle_load_too_large(const SettleRunContext *context, const SettleChunk *chunk, GError **error)
{
    int32_t last = chunk->last_distributor;

    if (chunk->first_distributor == last) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                    "distributor %s brings more than %" G_GINT64_FORMAT
                    " orders, bills or events at once",
                    settle_run_distributor_code(context->directory, last), context->facts_max);
    } else {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                    "distributors %s to %s bring more than %" G_GINT64_FORMAT
                    " orders, bills or events at once",
                    settle_run_distributor_code(context->directory, chunk->first_distributor),
                    settle_run_distributor_code(context->directory, last), context->facts_max);
    }
    settle_error_hint(error, "--chunk-facts N takes up to N of each, with about 200 MB of memory a "
                             "million");
    return FALSE;
}

/* Reads a stream of orders to its end; takes ownership of the reader. */
static gboolean
read_orders(SettleReader *stream, const SettleRunContext *context, const SettleChunk *chunk,
            GArray *orders, GError **error)
{
    g_autoptr(SettleReader) reader = stream;
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        if (orders->len >= context->facts_max)
            return settle_load_too_large(context, chunk, error);
        g_array_set_size(orders, orders->len + 1);
        settle_load_order(reader, &g_array_index(orders, SettleOrder, orders->len - 1));
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return TRUE;
}

/* Reads a stream of bills; keeps those that `keep` wants (NULL: all, and no more than the chunk may
 * hold, which is needed for that only). */
typedef gboolean (*KeepBill)(const SettleRunContext *context, const SettleBill *bill);

static gboolean
read_bills(SettleReader *stream, const SettleRunContext *context, const SettleChunk *chunk,
           KeepBill keep, GArray *bills, GError **error)
{
    g_autoptr(SettleReader) reader = stream;
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleBill bill;

        read_bill(reader, &bill);
        if (keep != NULL && !keep(context, &bill))
            continue;
        if (keep == NULL && bills->len >= context->facts_max)
            return settle_load_too_large(context, chunk, error);
        g_array_append_val(bills, bill);
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return TRUE;
}

static int
compare_versions(gconstpointer a, gconstpointer b)
{
    const SettleOrder *x = a, *y = b;
    int order = compare_orders(x, y);

    return order != 0 ? order
                      : (x->flags >> SETTLE_ORDER_VERSION_SHIFT) -
                            (y->flags >> SETTLE_ORDER_VERSION_SHIFT);
}

void
settle_load_keep_versions(GArray *orders)
{
    const uint16_t stored = (1 << SETTLE_ORDER_VERSION_SHIFT) - 1;
    gboolean any = FALSE;
    guint kept = 0;

    sort_unless_sorted(orders, compare_orders);
    for (guint i = 0; i < orders->len && !any; i++)
        any = g_array_index(orders, SettleOrder, i).flags > stored;
    if (!any)
        return;
    g_array_sort(orders, compare_versions);
    for (guint i = 0; i < orders->len; i++) {
        SettleOrder order = g_array_index(orders, SettleOrder, i);

        if ((i + 1 < orders->len &&
             compare_orders(&order, &g_array_index(orders, SettleOrder, i + 1)) == 0) ||
            (order.flags & SETTLE_ORDER_WITHDRAWN) != 0)
            continue;
        order.flags &= stored;
        g_array_index(orders, SettleOrder, kept++) = order;
    }
    g_array_set_size(orders, kept);
}

gboolean
settle_load_new_orders(SettleStore *store, const SettleRunContext *context,
                       const SettleChunk *chunk, GArray *orders, GError **error)
{
    const int32_t *batches = (const int32_t *) (const void *) context->batches->data;
    gsize n = context->batches->len;

    g_array_set_size(orders, 0);
    if (settle_months_any(context->fact_months) &&
        !read_orders(settle_store_read(store, settle_sql_run_orders_of_batches, error, "iiIiimmbbb",
                                       batches[0], batches[n - 1], batches, n,
                                       chunk->first_distributor, chunk->last_distributor,
                                       context->fact_months.from, context->fact_months.to,
                                       ASKED_OF_ORDERS(context->asks)),
                     context, chunk, orders, error))
        return FALSE;
    if (settle_months_any(context->waited_orders) &&
        !read_orders(settle_store_read(store, settle_sql_run_orders_waited, error, "diiiImm",
                                       context->date, chunk->first_distributor,
                                       chunk->last_distributor, context->run_id,
                                       context->abandoned->data, (gsize) context->abandoned->len,
                                       context->waited_orders.from, context->waited_orders.to),
                     context, chunk, orders, error))
        return FALSE;
    sort_unless_sorted(orders, compare_orders);
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
    settle_load_keep_versions(orders);
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

gboolean
settle_load_moved_orders(SettleStore *store, const SettleRunContext *context,
                         const SettleChunk *chunk, GArray *orders, GError **error)
{
    g_array_set_size(orders, 0);
    if (context->moved_managers->len == 0)
        return TRUE;
    if (!read_orders(settle_store_read(store, settle_sql_run_orders_moved, error, "Imdii",
                                       context->moved_managers->data,
                                       (gsize) context->moved_managers->len,
                                       settle_day_month(context->moved_from), context->moved_from,
                                       chunk->first_distributor, chunk->last_distributor),
                     context, chunk, orders, error))
        return FALSE;
    keep_settled(context, orders);
    leave_out_new(context, orders);
    return TRUE;
}

gboolean
settle_load_woken_orders(SettleStore *store, const SettleRunContext *context,
                         const SettleChunk *chunk, GArray *orders, GError **error)
{
    const GArray *completed = context->completed;
    g_autofree int32_t *carriers = g_new(int32_t, MAX(completed->len, 1));
    g_autofree SettleDay *months = g_new(SettleDay, MAX(completed->len, 1));

    g_array_set_size(orders, 0);
    if (completed->len == 0)
        return TRUE;
    for (guint i = 0; i < completed->len; i++) {
        const SettleCompleteMonth *month = &g_array_index(completed, SettleCompleteMonth, i);

        carriers[i] = month->carrier_id;
        months[i] = settle_month_first(month->month);
    }
    if (!read_orders(settle_store_read(store, settle_sql_run_orders_woken, error, "IDiiiI",
                                       carriers, (gsize) completed->len, months,
                                       (gsize) completed->len, chunk->first_distributor,
                                       chunk->last_distributor, context->run_id,
                                       context->abandoned->data, (gsize) context->abandoned->len),
                     context, chunk, orders, error))
        return FALSE;
    keep_settled(context, orders);
    return TRUE;
}

gboolean
settle_load_due_orders(SettleStore *store, const SettleRunContext *context,
                       const SettleChunk *chunk, GArray *orders, GError **error)
{

    g_array_set_size(orders, 0);
    for (guint i = 0; i < context->due_months->len; i++) {
        const SettleDueMonth *due = &g_array_index(context->due_months, SettleDueMonth, i);

        if (!read_orders(
                settle_store_read(store, settle_sql_run_orders_due, error, "mddIiibbb", due->month,
                                  due->from, due->to, context->due_carriers->data,
                                  (gsize) context->due_carriers->len, chunk->first_distributor,
                                  chunk->last_distributor, ASKED_OF_ORDERS(context->asks)),
                context, chunk, orders, error))
            return FALSE;
    }
    keep_settled(context, orders);
    return TRUE;
}

/* A revision and its withdrawal are two rows of one agenda key: of them the one of this run is
 * there already. */
static void
leave_out_of_run(const SettleRunContext *context, GArray *bills, guint first)
{
    guint kept = first;

    for (guint i = first; i < bills->len; i++)
        if (settle_run_batch_state(context, g_array_index(bills, SettleBill, i).batch_id) ==
            SETTLE_BATCH_BEFORE)
            g_array_index(bills, SettleBill, kept++) = g_array_index(bills, SettleBill, i);
    g_array_set_size(bills, kept);
}

gboolean
settle_load_new_bills(SettleStore *store, const SettleRunContext *context, const SettleChunk *chunk,
                      GArray *bills, GError **error)
{
    const int32_t *batches = (const int32_t *) (const void *) context->batches->data;
    gsize n = context->batches->len;
    guint of_batches;

    g_array_set_size(bills, 0);
    if (settle_months_any(context->fact_months) &&
        !read_bills(settle_store_read(store, settle_sql_run_bills_of_batches, error,
                                      "iiIiimmbbbbbbb", batches[0], batches[n - 1], batches, n,
                                      chunk->first_distributor, chunk->last_distributor,
                                      context->fact_months.from, context->fact_months.to,
                                      ASKED_OF_BILLS(context->asks)),
                    context, chunk, NULL, bills, error))
        return FALSE;
    of_batches = bills->len;
    if (settle_months_any(context->waited_bills) &&
        !read_bills(settle_store_read(store, settle_sql_run_bills_waited, error, "diiiImm",
                                      context->date, chunk->first_distributor,
                                      chunk->last_distributor, context->run_id,
                                      context->abandoned->data, (gsize) context->abandoned->len,
                                      context->waited_bills.from, context->waited_bills.to),
                    context, chunk, NULL, bills, error))
        return FALSE;
    leave_out_of_run(context, bills, of_batches);
    sort_unless_sorted(bills, compare_bills);
    return TRUE;
}

/* --- history ------------------------------------------------------------------------------- */

/* A bill counts once its batch is consumed and its day and its order's day have come. */
static gboolean
keep_history_bill(const SettleRunContext *context, const SettleBill *bill)
{
    return settle_run_fact_seen(context, bill->batch_id, bill->source_batch_id,
                                bill->order.batch_id) &&
           bill->issue_day <= context->date;
}

/* Keys as the queries take them. */
typedef struct {
    GArray *distributors, *orders;
} Keys;

static void
keys_init(Keys *keys)
{
    keys->distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    keys->orders = g_array_new(FALSE, FALSE, sizeof(int64_t));
}

static void
keys_clear(Keys *keys)
{
    g_array_unref(keys->distributors);
    g_array_unref(keys->orders);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Keys, keys_clear)

static void
keys_add(Keys *keys, const SettleOrderKey *key)
{
    g_array_append_val(keys->distributors, key->distributor_id);
    g_array_append_val(keys->orders, key->order_id);
}

/* The parameters "IL". */
#define KEYS(keys)                                                                                 \
    (keys).distributors->data, (gsize) (keys).distributors->len, (keys).orders->data,              \
        (gsize) (keys).orders->len

/* Sets keys to those whose months have this one among them; FALSE if there are none. */
static gboolean
keys_of_month(Keys *keys, const SettleOrderKey *all, guint n, SettleMonth month)
{
    g_array_set_size(keys->distributors, 0);
    g_array_set_size(keys->orders, 0);
    for (guint i = 0; i < n; i++)
        if (all[i].first <= month && month <= all[i].last)
            keys_add(keys, &all[i]);
    return keys->orders->len > 0;
}

static SettleMonths
months_of(const SettleOrderKey *keys, guint n, SettleMonth last)
{
    SettleMonths months = {G_MAXINT32, 0};

    for (guint i = 0; i < n; i++) {
        months.from = MIN(months.from, keys[i].first);
        months.to = MAX(months.to, keys[i].last);
    }
    months.to = MIN(months.to, last);
    return months;
}

/* What the keys lie between: keys that are merged with a month's rows must not read what lies
 * around. */
typedef struct {
    int32_t first_distributor, last_distributor;
    int64_t first_order, last_order; /* of one distributor; of several any */
} Bounds;

static Bounds
bounds_of(const SettleOrderKey *keys, guint n)
{
    Bounds bounds = {0, 0, 0, G_MAXINT64};

    if (n == 0)
        return bounds;
    bounds.first_distributor = keys[0].distributor_id;
    bounds.last_distributor = keys[n - 1].distributor_id;
    if (bounds.first_distributor == bounds.last_distributor) {
        bounds.first_order = keys[0].order_id;
        bounds.last_order = keys[n - 1].order_id;
    }
    return bounds;
}

gboolean
settle_load_history_bills(SettleStore *store, const SettleRunContext *context,
                          const SettleOrderKey *keys, guint n_keys, GArray *bills, GError **error)
{
    SettleMonths months = months_of(keys, n_keys, context->last_month);
    Bounds bounds = bounds_of(keys, n_keys);
    g_auto(Keys) wanted;

    keys_init(&wanted);
    g_array_set_size(bills, 0);
    for (SettleMonth month = months.from; month <= months.to; month++)
        if (keys_of_month(&wanted, keys, n_keys, month) &&
            !read_bills(settle_store_read(
                            store, settle_sql_run_bills_of_orders, error, "mILiibbbbbbbll", month,
                            KEYS(wanted), bounds.first_distributor, bounds.last_distributor,
                            ASKED_OF_BILLS(context->asks), bounds.first_order, bounds.last_order),
                        context, NULL, keep_history_bill, bills, error))
            return FALSE;
    sort_unless_sorted(bills, compare_bills);
    return TRUE;
}

/* Adds to the keys, once more, those that something was posted for behind their span, each with its
 * month. */
static gboolean
add_late(GArray *keys, SettleStore *store, const SettleRunContext *context, GError **error)
{
    g_autoptr(SettleReader) reader = NULL;
    GError *failure = NULL;
    g_auto(Keys) all;

    keys_init(&all);
    for (guint i = 0; i < keys->len; i++)
        keys_add(&all, &g_array_index(keys, SettleOrderKey, i));
    reader = settle_store_read(store, settle_sql_run_late_of_orders, error, "ILi", KEYS(all),
                               context->run_id);
    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleOrderKey key =
            g_array_index(keys, SettleOrderKey, (guint) settle_reader_i32(reader, 0) - 1);
        SettleMonth month = settle_reader_month(reader, 1);

        if (month > key.last) {
            key.first = key.last = month;
            g_array_append_val(keys, key);
        }
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* The keys with all months that something may have been posted for them in. */
static GArray *
posted_keys(SettleStore *store, const SettleRunContext *context, const SettleOrderKey *keys,
            guint n_keys, GError **error)
{
    GArray *all = g_array_sized_new(FALSE, FALSE, sizeof(SettleOrderKey), n_keys);

    g_array_append_vals(all, keys, n_keys);
    if (!add_late(all, store, context, error))
        g_clear_pointer(&all, g_array_unref);
    return all;
}

static int
compare_posted(gconstpointer a, gconstpointer b)
{
    const SettlePosted *x = a, *y = b;
    int order =
        settle_order_key_compare(x->distributor_id, x->order_id, y->distributor_id, y->order_id);

    if (order != 0)
        return order;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->run_id < y->run_id ? -1 : x->run_id > y->run_id;
}

static gboolean
is_abandoned(const SettleRunContext *context, int32_t run_id)
{
    for (guint i = 0; i < context->abandoned->len; i++)
        if (g_array_index(context->abandoned, int32_t, i) == run_id)
            return TRUE;
    return FALSE;
}

static gboolean
read_posted(SettleReader *stream, const SettleRunContext *context, GArray *posted, GError **error)
{
    g_autoptr(SettleReader) reader = stream;
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettlePosted row = {
            .distributor_id = settle_reader_i32(reader, 0),
            .order_id = settle_reader_i64(reader, 1),
            .run_id = settle_reader_i32(reader, 2),
            .slot = settle_reader_i32(reader, 3),
            .target_minor = settle_reader_i64(reader, 4),
        };

        if (!is_abandoned(context, row.run_id))
            g_array_append_val(posted, row);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

gboolean
settle_load_posted(SettleStore *store, const SettleRunContext *context, const SettleOrderKey *keys,
                   guint n_keys, GArray *posted, GError **error)
{
    Bounds bounds = bounds_of(keys, n_keys);
    g_autoptr(GArray) all = NULL;
    const SettleOrderKey *first;
    SettleMonths periods;
    guint kept = 0;
    g_auto(Keys) wanted;

    keys_init(&wanted);
    g_array_set_size(posted, 0);
    if (n_keys == 0)
        return TRUE;
    all = posted_keys(store, context, keys, n_keys, error);
    if (all == NULL)
        return FALSE;
    first = (const SettleOrderKey *) (const void *) all->data;
    periods = months_of(first, all->len, context->last_month);
    for (SettleMonth period = periods.from; period <= periods.to; period++)
        if (keys_of_month(&wanted, first, all->len, period) &&
            !read_posted(settle_store_read(store, settle_sql_run_posted_of_orders, error,
                                           "mILiiill", period, KEYS(wanted),
                                           bounds.first_distributor, bounds.last_distributor,
                                           context->run_id, bounds.first_order, bounds.last_order),
                         context, posted, error))
            return FALSE;
    /* The last run's row of each slot says what the slot stands at. */
    g_array_sort(posted, compare_posted);
    for (guint i = 0; i < posted->len; i++) {
        const SettlePosted *row = &g_array_index(posted, SettlePosted, i);

        if (i + 1 < posted->len) {
            const SettlePosted *next = &g_array_index(posted, SettlePosted, i + 1);

            if (next->distributor_id == row->distributor_id && next->order_id == row->order_id &&
                next->slot == row->slot)
                continue;
        }
        g_array_index(posted, SettlePosted, kept) = *row;
        kept++;
    }
    g_array_set_size(posted, kept);
    return TRUE;
}
