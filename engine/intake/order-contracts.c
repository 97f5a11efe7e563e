/* Which order of a contract and currency is the first, whose bills it gets: waiting bills find it,
 * and bills move where another one is the first now, because it closed earlier and came later, or
 * because an order was told again. Called by write-orders.c between accepting and COPY. */
#include "intake/order-contracts.h"

#include <string.h>

static gboolean
query_contracts(SettleIntakeJob *job, const int64_t *ids, size_t n, gpointer user_data,
                GError **error)
{
    SettleOrderWork *work = user_data;

    return settle_contracts_find(job, ids, n, 0, work->known, error) &&
           settle_bills_waiting(job, ids, n, work->waiting, error);
}

/* A bill goes to an order. One that nothing was told of before has no bills yet; of another it is
 * asked first how often the bill came to it. */
static gboolean
place(SettleIntakeJob *job, SettleOrderWork *work, SettleIntakeBillRow *row, GError **error)
{
    if (row->order.batch_id != job->batch_id || row->order.revision != SETTLE_FIRST_REVISION) {
        g_array_append_vals(work->placed, row, 1);
        return TRUE;
    }
    row->turn = 0;
    return settle_bill_add(work->bills, row, error);
}

/* The waiting bills of a contract go to its first order of their currency. */
static gboolean
find_bills(SettleIntakeJob *job, SettleOrderWork *work, SettleIntakeCursor *waiting,
           uint64_t contract, const GArray *firsts, GError **error)
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
            row.order.flags &= (uint16_t) ~SETTLE_ORDER_FOLLOWS;
            row.follows = row.month == first->month;
            first->month = row.month;
            if (!place(job, work, &row, error) ||
                settle_spool_add(work->found, &key, 0, error) == NULL)
                return FALSE;
        }
        if (!settle_cursor_step(waiting, error))
            return FALSE;
    }
    return TRUE;
}

/* What is known of a contract before this batch and with it; used again for each. */
typedef struct {
    GArray *rows;         /* SettleIntakeContract: the database's, then the file's too */
    GArray *before, *now; /* SettleIntakeFirst */
    GArray *told;         /* SettleIntakeContract: the file's */
} Contract;

static void
contract_clear(Contract *contract)
{
    g_array_unref(contract->rows);
    g_array_unref(contract->before);
    g_array_unref(contract->now);
    g_array_unref(contract->told);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Contract, contract_clear)

static gboolean
same_order(const SettleIntakeContract *a, const SettleIntakeContract *b)
{
    return a->order_id == b->order_id && a->distributor_id == b->distributor_id;
}

/* Each currency's bills go from the order that was the first to the one that is. */
static void
find_moves(SettleOrderWork *work, const Contract *contract)
{
    for (guint i = 0; i < contract->before->len; i++) {
        const SettleIntakeFirst *was = &g_array_index(contract->before, SettleIntakeFirst, i);
        const SettleIntakeFirst *is = settle_firsts_find(contract->now, was->order.currency);
        SettleOrderMove move = {.from = was->order};

        if (is != NULL && same_order(&was->order, &is->order))
            continue;
        if (is != NULL)
            move.to = is->order;
        g_array_append_val(work->moves, move);
    }
}

static gboolean
resolve_contract(SettleIntakeJob *job, SettleOrderWork *work, Contract *contract,
                 SettleIntakeCursor *told, SettleIntakeCursor *known, SettleIntakeCursor *waiting,
                 GError **error)
{
    uint64_t id = told->key.word[0];

    g_array_set_size(contract->rows, 0);
    g_array_set_size(contract->told, 0);
    if (!settle_contract_rows_read(contract->told, told, id, error) ||
        !settle_contract_rows_read(contract->rows, known, id, error))
        return FALSE;
    g_array_set_size(contract->before, 0);
    if (contract->rows->len > 0) {
        g_autoptr(GArray) held = g_array_copy(contract->rows);

        settle_contract_rows_hold(held);
        settle_firsts_of(contract->before, held);
    }
    g_array_append_vals(contract->rows, contract->told->data, contract->told->len);
    settle_contract_rows_hold(contract->rows);
    settle_firsts_of(contract->now, contract->rows);
    for (guint i = 0; i < contract->told->len; i++) {
        const SettleIntakeContract *row = &g_array_index(contract->told, SettleIntakeContract, i);
        const SettleIntakeFirst *first = settle_firsts_find(contract->now, row->currency);

        if (!row->withdrawn && first != NULL && first->order.order_id != row->order_id)
            g_hash_table_add(work->follows, GSIZE_TO_POINTER((gsize) row->order_id));
    }
    find_moves(work, contract);
    return find_bills(job, work, waiting, id, contract->now, error);
}

static gboolean
resolve_contracts(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    SettleIntakeCursor told, known, waiting;
    g_auto(Contract) contract = {
        .rows = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract)),
        .before = g_array_new(FALSE, FALSE, sizeof(SettleIntakeFirst)),
        .now = g_array_new(FALSE, FALSE, sizeof(SettleIntakeFirst)),
        .told = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract)),
    };

    if (!settle_cursor_start(&told, work->contracts, error) ||
        !settle_cursor_start(&known, work->known, error) ||
        !settle_cursor_start(&waiting, work->waiting, error))
        return FALSE;
    while (told.there)
        if (!resolve_contract(job, work, &contract, &told, &known, &waiting, error))
            return FALSE;
    return TRUE;
}

/* --- bills that move -------------------------------------------------------------------------- */

/* A bill whose contract has no order any more: it waits as if it had never had one. */
static gboolean
wait_again(SettleOrderWork *work, SettleIntakeBillRow *row, GError **error)
{
    const SettleContractText *text = g_hash_table_lookup(work->texts, &row->order.contract_id);
    uint16_t length = text != NULL ? text->length : 0;
    SettleSpoolKey key = {{(uint64_t) row->order.contract_id,
                           settle_bill_key(row->order.currency, row->month, row->revision), 0}};
    SettleIntakeBillRow *to = settle_spool_add(work->unplaced, &key, sizeof *row + length, error);

    if (to == NULL)
        return FALSE;
    *to = *row;
    to->currency = row->order.currency;
    to->carrier_id = text != NULL ? text->carrier_id : 0;
    to->withdrawn = FALSE;
    to->contract_length = length;
    if (text != NULL)
        memcpy(to->text, text->text, length);
    return TRUE;
}

/* The move of an order's bills of a contract and currency: an order has one of each. */
static const SettleOrderMove *
move_of(GHashTable *by_order, const SettleIntakeBillRow *row)
{
    const SettleOrderMove *move =
        g_hash_table_lookup(by_order, GSIZE_TO_POINTER((gsize) row->order.order_id));

    settle_invariant(move != NULL);
    return move->from.contract_id == row->order.contract_id &&
                   move->from.currency == row->order.currency
               ? move
               : NULL;
}

static gboolean
move_bill(SettleIntakeJob *job, SettleOrderWork *work, SettleIntakeBillRow *row,
          const SettleOrderMove *move, gboolean follows, GError **error)
{
    row->withdrawn = TRUE;
    row->follows = TRUE;
    if (!settle_bill_add(work->bills, row, error))
        return FALSE;
    row->withdrawn = FALSE;
    if (move->to.order_id == 0)
        return wait_again(work, row, error);
    row->follows = follows ? 1 : 0;
    row->order = move->to;
    row->order.flags &= (uint16_t) ~SETTLE_ORDER_FOLLOWS;
    return place(job, work, row, error);
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
        const SettleOrderMove *move = move_of(by_order, &row);
        gboolean follows = row.order.order_id == last_order && row.month == last_month;
        last_order = row.order.order_id;
        last_month = row.month;
        if (move != NULL && !move_bill(job, work, &row, move, follows, error))
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

/* --- bills that come back --------------------------------------------------------------------- */

/* A bill of an order. */
typedef struct {
    int64_t order_id;
    int64_t within; /* the distributor, the month, the revision */
} Place;

static guint
place_hash(gconstpointer place)
{
    const Place *p = place;

    return (guint) (p->order_id ^ p->order_id >> 32) * 2654435761u ^
           (guint) (p->within ^ p->within >> 32);
}

static gboolean
place_equal(gconstpointer a, gconstpointer b)
{
    const Place *x = a, *y = b;

    return x->order_id == y->order_id && x->within == y->within;
}

static Place
place_of(int32_t distributor_id, int64_t order_id, SettleMonth month, int16_t revision)
{
    return (Place){order_id, (int64_t) distributor_id << 32 | (int64_t) month << 16 | revision};
}

/* The last turns of the bills that the orders of placed ones have or had, by Place. */
static gboolean
read_turns(SettleIntakeJob *job, const SettleOrderWork *work, GHashTable *turns, GError **error)
{
    g_autoptr(GHashTable) asked = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) orders = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(SettleReader) reader = NULL;

    for (guint i = 0; i < work->placed->len; i++) {
        const SettleIntakeContract *order =
            &g_array_index(work->placed, SettleIntakeBillRow, i).order;

        if (!g_hash_table_add(asked, GSIZE_TO_POINTER((gsize) order->order_id)))
            continue;
        g_array_append_val(distributors, order->distributor_id);
        g_array_append_val(orders, order->order_id);
    }
    reader = settle_store_read(job->store, settle_sql_intake_bill_turns, "IL", distributors->data,
                               (gsize) distributors->len, orders->data, (gsize) orders->len);
    while (settle_reader_next(reader)) {
        Place place = place_of(settle_reader_i32(reader, SQL_INTAKE_BILL_TURNS_DISTRIBUTOR_ID),
                               settle_reader_i64(reader, SQL_INTAKE_BILL_TURNS_ORDER_ID),
                               settle_reader_month(reader, SQL_INTAKE_BILL_TURNS_MONTH),
                               settle_reader_i16(reader, SQL_INTAKE_BILL_TURNS_REVISION));

        g_hash_table_insert(
            turns, g_memdup2(&place, sizeof place),
            GINT_TO_POINTER((int) settle_reader_i16(reader, SQL_INTAKE_BILL_TURNS_LAST_TURN)));
    }
    return settle_reader_end(reader, error);
}

static gboolean
put_placed(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    g_autoptr(GHashTable) turns = g_hash_table_new_full(place_hash, place_equal, g_free, NULL);

    if (work->placed->len == 0)
        return TRUE;
    if (!read_turns(job, work, turns, error))
        return FALSE;
    for (guint i = 0; i < work->placed->len; i++) {
        SettleIntakeBillRow *row = &g_array_index(work->placed, SettleIntakeBillRow, i);
        const Place place = place_of(row->order.distributor_id, row->order.order_id, row->month,
                                     row->revision);
        gpointer turn;

        row->turn = 0;
        if (g_hash_table_lookup_extended(turns, &place, NULL, &turn)) {
            row->turn = (int16_t) (GPOINTER_TO_INT(turn) + 1);
            row->follows = TRUE;
        }
        if (!settle_bill_add(work->bills, row, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_order_contracts_resolve(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    return settle_intake_each_slice(job, work->contracts, query_contracts, work, error) &&
           resolve_contracts(job, work, error) && move_bills(job, work, error) &&
           put_placed(job, work, error);
}
