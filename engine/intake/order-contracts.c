/* Which order of a contract and currency is the first, whose bills it gets: waiting bills find it,
 * and bills move to one that closed earlier and came later. Called by write-orders.c between
 * accepting and COPY. */
#include "intake/order-contracts.h"

static gboolean
query_contracts(SettleIntakeJob *job, const int64_t *ids, size_t n, gpointer user_data,
                GError **error)
{
    SettleOrderWork *work = user_data;

    return settle_contracts_find(job, ids, n, 0, work->known, error) &&
           settle_bills_waiting(job, ids, n, work->waiting, error);
}

/* The waiting bills of a contract go to its first order of their currency. */
static gboolean
find_bills(SettleOrderWork *work, SettleIntakeCursor *waiting, uint64_t contract,
           const GArray *firsts, GError **error)
{
    if (!settle_cursor_seek(waiting, contract, 0, error))
        return FALSE;
    while (waiting->there && waiting->key.word[0] == contract) {
        SettleIntakeBillRow row = *(const SettleIntakeBillRow *) waiting->bytes;
        SettleIntakeFirst *first = settle_firsts_find(firsts, row.currency);
        /* In another currency it goes on waiting, and is on the list of what waits. */
        if (first != NULL) {
            SettleSpoolKey key = waiting->key;
            row.order = first->order;
            row.turn = 0;
            row.order.flags &= (uint16_t) ~SETTLE_ORDER_FOLLOWS;
            row.follows = row.month == first->month;
            first->month = row.month;
            if (!settle_bill_add(work->bills, &row, error) ||
                settle_spool_add(work->found, &key, 0, error) == NULL)
                return FALSE;
        }
        if (!settle_cursor_step(waiting, error))
            return FALSE;
    }
    return TRUE;
}

/* TRUE if the order, the next of its contract by closing, follows another one of its currency;
 * else the contract's bills of that currency are its own. */
static gboolean
take_place(SettleOrderWork *work, GArray *firsts, const SettleIntakeContract *order)
{
    SettleIntakeFirst *first = settle_firsts_find(firsts, order->currency);
    if (first == NULL) {
        SettleIntakeFirst alone = {.order = *order};
        g_array_append_val(firsts, alone);
        return FALSE;
    }
    if (first->order.closing_at < order->closing_at ||
        (first->order.closing_at == order->closing_at && first->order.order_id < order->order_id))
        return TRUE;
    SettleOrderMove move = {first->order, *order};
    g_array_append_val(work->moves, move);
    first->order = *order;
    return FALSE;
}

/* Which order of each contract and currency is the first: the others follow. */
static gboolean
resolve_contracts(SettleOrderWork *work, GError **error)
{
    SettleIntakeCursor contracts, known, waiting;
    uint64_t contract = 0;
    g_autoptr(GArray) firsts = g_array_new(FALSE, FALSE, sizeof(SettleIntakeFirst));
    if (!settle_cursor_start(&contracts, work->contracts, error) ||
        !settle_cursor_start(&known, work->known, error) ||
        !settle_cursor_start(&waiting, work->waiting, error))
        return FALSE;
    while (contracts.there) {
        const SettleIntakeContract *row = contracts.bytes;
        if (contracts.key.word[0] != contract) {
            if (contract != 0 && !find_bills(work, &waiting, contract, firsts, error))
                return FALSE;
            contract = contracts.key.word[0];
            if (!settle_firsts_read(firsts, &known, contract, error))
                return FALSE;
        }
        if (take_place(work, firsts, row))
            g_hash_table_add(work->follows, GSIZE_TO_POINTER((gsize) row->order_id));
        if (!settle_cursor_step(&contracts, error))
            return FALSE;
    }
    return contract == 0 || find_bills(work, &waiting, contract, firsts, error);
}

static gboolean
move_bills(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    guint n = work->moves->len;
    if (n == 0)
        return TRUE;
    g_autofree int32_t *distributors = g_new(int32_t, n);
    g_autofree int64_t *orders = g_new(int64_t, n);
    g_autoptr(GHashTable) by_order = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < n; i++) {
        SettleOrderMove *move = &g_array_index(work->moves, SettleOrderMove, i);
        distributors[i] = move->from.distributor_id;
        orders[i] = move->from.order_id;
        g_hash_table_insert(by_order, GSIZE_TO_POINTER((gsize) move->from.order_id), move);
    }
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_bills_to_move, "IL", distributors,
                          (size_t) n, orders, (size_t) n);
    int64_t last_order = 0;
    SettleMonth last_month = 0;
    while (settle_reader_next(reader)) {
        SettleIntakeBillRow row = {0};
        settle_contract_read(reader, SETTLE_BILL_COLUMNS, &row.order);
        settle_bill_read(reader, 0, &row);
        const SettleOrderMove *move =
            g_hash_table_lookup(by_order, GSIZE_TO_POINTER((gsize) row.order.order_id));
        settle_invariant(move != NULL);
        row.withdrawn = TRUE;
        row.follows = TRUE;
        if (!settle_bill_add(work->bills, &row, error))
            return FALSE;
        row.withdrawn = FALSE;
        row.follows = row.order.order_id == last_order && row.month == last_month;
        last_order = row.order.order_id;
        last_month = row.month;
        row.order = move->to;
        row.turn = 0;
        if (!settle_bill_add(work->bills, &row, error))
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

gboolean
settle_order_contracts_resolve(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    return settle_intake_each_slice(job, work->contracts, query_contracts, work, error) &&
           resolve_contracts(work, error) && move_bills(job, work, error);
}
