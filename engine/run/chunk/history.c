/* The past of the orders that cannot be settled without it: their bills and what stands posted. */
#include "base/failpoint.h"
#include "run/chunk/worker-internal.h"

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

static int
compare_bill(gconstpointer row, const SettleOrder *order)
{
    const SettleBill *bill = row;

    return settle_order_key_compare(bill->order.distributor_id, bill->order.order_id,
                                    order->distributor_id, order->order_id);
}

static int
compare_posted(gconstpointer row, const SettleOrder *order)
{
    const SettlePosted *posted = row;

    return settle_order_key_compare(posted->distributor_id, posted->order_id, order->distributor_id,
                                    order->order_id);
}

gboolean
settle_history_of(SettleWorker *worker, const SettleOrder *order, const SettleBill **ret_bills,
                  guint *ret_n_bills, const SettlePosted **ret_posted, guint *ret_n_posted)
{
    SettleHistory *history = &worker->history;
    guint place;

    for (; worker->next.key < worker->keys->len; worker->next.key++) {
        const SettleOrderKey *key = &g_array_index(worker->keys, SettleOrderKey, worker->next.key);
        int c = settle_order_key_compare(key->distributor_id, key->order_id, order->distributor_id,
                                         order->order_id);

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
    place = settle_load_rows_of(history->bills, compare_bill, order, ret_n_bills);
    *ret_bills = &((const SettleBill *) (const void *) history->bills->data)[place];
    place = settle_load_rows_of(history->posted, compare_posted, order, ret_n_posted);
    *ret_posted = &((const SettlePosted *) (const void *) history->posted->data)[place];
    return TRUE;
}
