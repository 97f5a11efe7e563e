/* The past of the orders that cannot be settled without it: their bills and what stands posted. */
#include "base/failpoint.h"
#include "run/worker-internal.h"

void
settle_history_init(SettleHistory *history)
{
    history->bills = g_array_new(FALSE, FALSE, sizeof(SettleBill));
    history->posted = g_array_new(FALSE, FALSE, sizeof(SettlePosted));
}

void
settle_history_clear(SettleHistory *history)
{
    g_clear_pointer(&history->bills, g_array_unref);
    g_clear_pointer(&history->posted, g_array_unref);
    g_clear_error(&history->failure);
}

void
settle_history_begin(SettleWorker *worker)
{
    SettleHistory *history = &worker->history;

    /* What a chunk with a long past took is given back. */
    settle_history_clear(history);
    settle_history_init(history);
    history->first = history->end = 0;
}

gboolean
settle_history_failed(SettleWorker *worker, GError **error)
{
    if (worker->history.failure == NULL)
        return FALSE;
    g_propagate_error(error, g_steal_pointer(&worker->history.failure));
    return TRUE;
}

/* How many keys from this place on are taken at once: to the end of a distributor if that can be,
 * for orders settled jointly are gone through several times. */
static guint
count_from(const SettleWorker *worker, guint place)
{
    const SettleOrderKey *keys = &g_array_index(worker->keys, SettleOrderKey, place);
    guint left = worker->keys->len - place, most = MIN(left, worker->context->history_orders);
    guint n = most;

    while (n > 0 && n < left && keys[n - 1].distributor_id == keys[n].distributor_id)
        n--;
    return n > 0 ? n : most;
}

/* Reads the past of this key and of those behind it. */
static gboolean
load_from(SettleWorker *worker, guint place)
{
    SettleHistory *history = &worker->history;
    const SettleOrderKey *keys = &g_array_index(worker->keys, SettleOrderKey, place);
    guint n = count_from(worker, place);

    history->first = history->end = place;
    if (!settle_load_history_bills(worker->reader, worker->context, keys, n, history->bills,
                                   &history->failure) ||
        !settle_load_posted(worker->reader, worker->context, keys, n, history->posted,
                            &history->failure) ||
        !settle_failpoint(RUN_HISTORY_READ, &history->failure))
        return FALSE;
    history->end = place + n;
    return TRUE;
}

/* a: of a row, b: of the order. */
static int
compare_keys(int32_t distributor_id, int64_t order_id, const SettleOrder *order)
{
    return settle_order_key_compare(distributor_id, order_id, order->distributor_id,
                                    order->order_id);
}

static void
find_bills(const SettleHistory *history, const SettleOrder *order, const SettleBill **ret_bills,
           guint *ret_n)
{
    const SettleBill *bills = (const SettleBill *) (const void *) history->bills->data;
    guint low = 0, high = history->bills->len, end;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        const SettleOrder *other = &bills[middle].order;

        if (compare_keys(other->distributor_id, other->order_id, order) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < history->bills->len; end++)
        if (compare_keys(bills[end].order.distributor_id, bills[end].order.order_id, order) != 0)
            break;
    *ret_bills = &bills[low];
    *ret_n = end - low;
}

static void
find_posted(const SettleHistory *history, const SettleOrder *order, const SettlePosted **ret_posted,
            guint *ret_n)
{
    const SettlePosted *posted = (const SettlePosted *) (const void *) history->posted->data;
    guint low = 0, high = history->posted->len, end;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (compare_keys(posted[middle].distributor_id, posted[middle].order_id, order) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < history->posted->len; end++)
        if (compare_keys(posted[end].distributor_id, posted[end].order_id, order) != 0)
            break;
    *ret_posted = &posted[low];
    *ret_n = end - low;
}

gboolean
settle_history_of(SettleWorker *worker, const SettleOrder *order, const SettleBill **ret_bills,
                  guint *ret_n_bills, const SettlePosted **ret_posted, guint *ret_n_posted)
{
    SettleHistory *history = &worker->history;
    guint place;

    for (; worker->next.key < worker->keys->len; worker->next.key++) {
        const SettleOrderKey *key = &g_array_index(worker->keys, SettleOrderKey, worker->next.key);
        int c = compare_keys(key->distributor_id, key->order_id, order);

        if (c > 0)
            return FALSE;
        if (c == 0)
            break;
    }
    place = worker->next.key;
    if (place == worker->keys->len || history->failure != NULL)
        return FALSE;
    if ((place < history->first || place >= history->end) && !load_from(worker, place))
        return FALSE;
    find_bills(history, order, ret_bills, ret_n_bills);
    find_posted(history, order, ret_posted, ret_n_posted);
    return TRUE;
}
