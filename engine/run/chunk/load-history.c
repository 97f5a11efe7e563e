/* Reads what stands posted of the orders that cannot be settled without their past, and their
 * bills, a query a month. */
#include "run/chunk/load.h"

#include "store/sql.h"

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
    SettleMonths months = months_of(keys, n_keys, context->lies_in.last);
    Bounds bounds = bounds_of(keys, n_keys);
    g_auto(Keys) wanted;

    keys_init(&wanted);
    g_array_set_size(bills, 0);
    for (SettleMonth month = months.from; month <= months.to; month++)
        if (keys_of_month(&wanted, keys, n_keys, month) &&
            !settle_load_bills(settle_store_read(store, settle_sql_run_bills_of_orders,
                                                 "mILiibbbbbbbll", month, KEYS(wanted),
                                                 bounds.first_distributor, bounds.last_distributor,
                                                 SETTLE_ASKED_OF_BILLS(context->known.asks),
                                                 bounds.first_order, bounds.last_order),
                               context, NULL, keep_history_bill, bills, error))
            return FALSE;
    settle_facts_sort(bills, settle_load_compare_bills);
    return TRUE;
}

/* Adds to the keys, once more, those that something was posted for after their span, each with its
 * month. */
static gboolean
add_late(GArray *keys, SettleStore *store, const SettleRunContext *context, GError **error)
{
    g_autoptr(SettleReader) reader = NULL;
    g_auto(Keys) all;

    keys_init(&all);
    for (guint i = 0; i < keys->len; i++)
        keys_add(&all, &g_array_index(keys, SettleOrderKey, i));
    reader =
        settle_store_read(store, settle_sql_run_late_of_orders, "ILi", KEYS(all), context->run_id);
    while (settle_reader_next(reader)) {
        SettleOrderKey key =
            g_array_index(keys, SettleOrderKey,
                          (guint) settle_reader_i32(reader, SQL_RUN_LATE_OF_ORDERS_PLACE) - 1);
        SettleMonth month = settle_reader_month(reader, SQL_RUN_LATE_OF_ORDERS_LOOK_DAY);

        if (month > key.last) {
            key.first = key.last = month;
            g_array_append_val(keys, key);
        }
    }
    return settle_reader_end(reader, error);
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
    for (guint i = 0; i < context->seen.abandoned->len; i++)
        if (g_array_index(context->seen.abandoned, int32_t, i) == run_id)
            return TRUE;
    return FALSE;
}

static gboolean
read_posted(SettleReader *stream, const SettleRunContext *context, GArray *posted, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        SettlePosted row = {
            .distributor_id = settle_reader_i32(reader, SQL_RUN_POSTED_OF_ORDERS_DISTRIBUTOR_ID),
            .order_id = settle_reader_i64(reader, SQL_RUN_POSTED_OF_ORDERS_SUBJECT_ID),
            .run_id = settle_reader_i32(reader, SQL_RUN_POSTED_OF_ORDERS_RUN_ID),
            .slot = settle_reader_i32(reader, SQL_RUN_POSTED_OF_ORDERS_SLOT),
            .target_minor = settle_reader_i64(reader, SQL_RUN_POSTED_OF_ORDERS_TARGET_MINOR),
            .class_id = settle_reader_i16(reader, SQL_RUN_POSTED_OF_ORDERS_CLASS_ID),
        };

        if (!is_abandoned(context, row.run_id))
            g_array_append_val(posted, row);
    }
    return settle_reader_end(reader, error);
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
    periods = months_of(first, all->len, context->lies_in.last);
    for (SettleMonth period = periods.from; period <= periods.to; period++)
        if (keys_of_month(&wanted, first, all->len, period) &&
            !read_posted(settle_store_read(store, settle_sql_run_posted_of_orders, "mILiiill",
                                           period, KEYS(wanted), bounds.first_distributor,
                                           bounds.last_distributor, context->run_id,
                                           bounds.first_order, bounds.last_order),
                         context, posted, error))
            return FALSE;
    /* The last run's row of each slot says how much was posted to the slot. */
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
