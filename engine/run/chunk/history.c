/* Reads the past of a chunk's orders in blocks, so that memory does not grow with the chunk. */
#include "run/chunk/history.h"

#include "base/failpoint.h"
#include "base/search.h"

struct SettleHistory {
    const SettleRunContext *context;
    SettleStore *reader;
    GArray *keys;     /* SettleOrderKey: orders whose past is needed, ascending */
    guint place;      /* of the last order asked for among them, or where it would be */
    guint first, end; /* the places of the keys whose past is in hand */
    GArray *bills;    /* SettleBill */
    GArray *posted;   /* SettlePosted */
    GError *failure;  /* it could not be read */
};

SettleHistory *
settle_history_new(const SettleRunContext *context, SettleStore *reader)
{
    SettleHistory *history = g_new0(SettleHistory, 1);

    history->context = context;
    history->reader = reader;
    history->keys = g_array_new(FALSE, FALSE, sizeof(SettleOrderKey));
    history->bills = g_array_new(FALSE, FALSE, sizeof(SettleBill));
    history->posted = g_array_new(FALSE, FALSE, sizeof(SettlePosted));
    return history;
}

void
settle_history_free(SettleHistory *history)
{
    g_array_unref(history->keys);
    g_array_unref(history->bills);
    g_array_unref(history->posted);
    g_clear_error(&history->failure);
    g_free(history);
}

void
settle_history_begin(SettleHistory *history)
{
    g_array_set_size(history->keys, 0);
    history->place = history->first = history->end = 0;
    g_array_unref(history->bills);
    g_array_unref(history->posted);
    history->bills = g_array_new(FALSE, FALSE, sizeof(SettleBill));
    history->posted = g_array_new(FALSE, FALSE, sizeof(SettlePosted));
    g_clear_error(&history->failure);
}

void
settle_history_need(SettleHistory *history, const SettleOrderKey *key)
{
    g_array_append_vals(history->keys, key, 1);
}

gboolean
settle_history_failed(SettleHistory *history, GError **error)
{
    if (history->failure == NULL)
        return FALSE;
    g_propagate_error(error, g_steal_pointer(&history->failure));
    return TRUE;
}

static const SettleOrderKey *
key_at(const SettleHistory *history, guint place)
{
    return &g_array_index(history->keys, SettleOrderKey, place);
}

static int
compare_key(const SettleHistory *history, guint place, const SettleOrder *order)
{
    const SettleOrderKey *key = key_at(history, place);

    return settle_order_key_compare(key->distributor_id, key->order_id, order->distributor_id,
                                    order->order_id);
}

/* How many keys from this place on are taken at once: to the end of a distributor if that can be,
 * for of orders settled jointly the past is asked for several times. */
static guint
count_from(const SettleHistory *history, guint place)
{
    const SettleOrderKey *keys = key_at(history, place);
    guint left = history->keys->len - place, most = MIN(left, history->context->how.history_orders);
    guint n = most;

    while (n > 0 && n < left && keys[n - 1].distributor_id == keys[n].distributor_id)
        n--;
    return n > 0 ? n : most;
}

/* Reads the past of this key and of those after it. */
static gboolean
load_from(SettleHistory *history, guint place)
{
    const SettleOrderKey *keys = key_at(history, place);
    guint n = count_from(history, place);

    history->first = history->end = place;
    if (!settle_load_history_bills(history->reader, history->context, keys, n, history->bills,
                                   &history->failure) ||
        !settle_load_posted(history->reader, history->context, keys, n, history->posted,
                            &history->failure) ||
        !settle_failpoint(RUN_HISTORY_READ, &history->failure))
        return FALSE;
    history->end = place + n;
    return TRUE;
}

static gboolean
comes_before(gconstpointer history, guint at, gconstpointer order)
{
    return compare_key(history, at, order) < 0;
}

/* Finds the order's key, from the last one on: orders come ascending, but for those settled
 * jointly. FALSE: it has none. */
static gboolean
find_key(SettleHistory *history, const SettleOrder *order)
{
    if (history->place > 0 && compare_key(history, history->place - 1, order) >= 0)
        history->place = settle_lower_bound(history, 0, history->keys->len, order, comes_before);
    for (; history->place < history->keys->len; history->place++) {
        int c = compare_key(history, history->place, order);

        if (c >= 0)
            return c == 0;
    }
    return FALSE;
}

static int
compare_bill(gconstpointer row, const SettleOrder *order)
{
    return settle_facts_compare_orders(row, order);
}

static int
compare_posted(gconstpointer row, const SettleOrder *order)
{
    const SettlePosted *posted = row;

    return settle_order_key_compare(posted->distributor_id, posted->order_id, order->distributor_id,
                                    order->order_id);
}

gboolean
settle_history_of(SettleHistory *history, const SettleOrder *order, SettlePast *ret_past)
{
    guint place;

    if (!find_key(history, order) || history->failure != NULL)
        return FALSE;
    place = history->place;
    if ((place < history->first || place >= history->end) && !load_from(history, place))
        return FALSE;
    place = settle_facts_rows_of(history->bills, compare_bill, order, &ret_past->n_bills);
    ret_past->bills = &((const SettleBill *) (const void *) history->bills->data)[place];
    place = settle_facts_rows_of(history->posted, compare_posted, order, &ret_past->n_posted);
    ret_past->posted = &((const SettlePosted *) (const void *) history->posted->data)[place];
    return TRUE;
}
