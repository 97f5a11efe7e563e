/* Bills find the order that holds them, or move to it. Called where orders come (write-orders.c)
 * and where events do (write-events.c, withdraw-events.c), once their rows are stored. */
#include "intake/contract-bills.h"

#include <stdlib.h>
#include <string.h>

void
settle_contract_bills_init(SettleContractBills *bills, const SettleIntakeJob *job)
{
    *bills = (SettleContractBills){
        .bills = settle_spool_new(job->memory),
        .found = settle_spool_new(job->memory),
        .unplaced = settle_spool_new(job->memory),
        .old = g_hash_table_new(NULL, NULL),
        .texts = g_hash_table_new(g_int64_hash, g_int64_equal),
        .placed = g_array_new(FALSE, FALSE, sizeof(SettleIntakeBillRow)),
    };
}

void
settle_contract_bills_clear(SettleContractBills *bills)
{
    g_clear_pointer(&bills->bills, settle_spool_free);
    g_clear_pointer(&bills->found, settle_spool_free);
    g_clear_pointer(&bills->unplaced, settle_spool_free);
    g_clear_pointer(&bills->old, g_hash_table_unref);
    g_clear_pointer(&bills->texts, g_hash_table_unref);
    g_clear_pointer(&bills->placed, g_array_unref);
}

/* --- to an order, or to waiting --------------------------------------------------------------- */

/* A bill goes to an order. One that nothing was told of before has no bills yet; of another it is
 * asked first how often the bill came to it. */
static gboolean
place(SettleIntakeJob *job, SettleContractBills *bills, SettleIntakeBillRow *row,
      const SettleContractHolder *holder, GError **error)
{
    row->order = holder->order;
    row->order.flags &= (uint16_t) ~SETTLE_ORDER_FOLLOWS;
    row->withdrawn = FALSE;
    if (row->order.batch_id != job->batch_id ||
        g_hash_table_contains(bills->old, GSIZE_TO_POINTER((gsize) row->order.order_id))) {
        g_array_append_vals(bills->placed, row, 1);
        return TRUE;
    }
    row->turn = 0;
    return settle_bill_add(bills->bills, row, error);
}

/* A bill whose contract has no order any more: it waits as if it had never had one. */
static gboolean
wait_again(SettleContractBills *bills, const SettleIntakeBillRow *row, GError **error)
{
    const SettleContractText *text = g_hash_table_lookup(bills->texts, &row->order.contract_id);
    uint16_t length = text != NULL ? text->length : 0;
    SettleSpoolKey key = {{(uint64_t) row->order.contract_id,
                           settle_bill_key(row->order.currency, row->month, row->revision), 0}};
    SettleIntakeBillRow *to = settle_spool_add(bills->unplaced, &key, sizeof *row + length, error);

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

gboolean
settle_contract_bills_find(SettleIntakeJob *job, SettleContractBills *bills,
                           SettleIntakeCursor *waiting, uint64_t contract, const GArray *holders,
                           GError **error)
{
    uint64_t last = 0; /* with its currency */

    if (!settle_cursor_seek(waiting, contract, 0, error))
        return FALSE;
    while (waiting->there && waiting->key.word[0] == contract) {
        SettleIntakeBillRow row = *(const SettleIntakeBillRow *) waiting->bytes;
        const SettleContractHolder *holder =
            settle_contract_holder(holders, row.currency, row.month);

        if (holder != NULL) {
            SettleSpoolKey key = waiting->key;

            row.follows = key.word[1] >> 16 == last;
            last = key.word[1] >> 16;
            if (!place(job, bills, &row, holder, error) ||
                settle_spool_add(bills->found, &key, 0, error) == NULL)
                return FALSE;
        }
        if (!settle_cursor_step(waiting, error))
            return FALSE;
    }
    return TRUE;
}

/* --- contracts by what is stored -------------------------------------------------------------- */

/* Whose bills are looked for. */
typedef struct {
    int64_t order_id;
    int32_t distributor_id;
} Whose;

/* Some contracts at a time. */
typedef struct {
    SettleSpool *orders, *waiting;
    GHashTable *ends;
    GHashTable *holders; /* contract id as pointer -> GArray, where bills are looked for */
    GArray *whose;       /* Whose, several times perhaps */
} Slice;

static void
slice_clear(Slice *slice)
{
    settle_spool_free(slice->orders);
    settle_spool_free(slice->waiting);
    g_hash_table_unref(slice->ends);
    g_hash_table_unref(slice->holders);
    g_array_unref(slice->whose);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Slice, slice_clear)

static gboolean
has_ended(const GArray *rows, const Slice *slice)
{
    for (guint i = 0; i < rows->len; i++)
        if (g_hash_table_contains(
                slice->ends,
                GSIZE_TO_POINTER((gsize) g_array_index(rows, SettleIntakeContract, i).order_id)))
            return TRUE;
    return FALSE;
}

/* Wherever an order of the contract ever was. */
static void
look_for_bills(Slice *slice, const GArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        const SettleIntakeContract *row = &g_array_index(rows, SettleIntakeContract, i);
        const Whose whose = {row->order_id, row->distributor_id};

        g_array_append_val(slice->whose, whose);
    }
}

static gboolean
see_contracts(SettleIntakeJob *job, SettleContractBills *bills, Slice *slice, const int64_t *ids,
              gsize n, GHashTable *changed, GError **error)
{
    SettleIntakeCursor orders, waiting;
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract));
    g_autoptr(GArray) held = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract));

    if (!settle_cursor_start(&orders, slice->orders, error) ||
        !settle_cursor_start(&waiting, slice->waiting, error))
        return FALSE;
    for (gsize i = 0; i < n; i++) {
        g_autoptr(GArray) holders = g_array_new(FALSE, FALSE, sizeof(SettleContractHolder));

        g_array_set_size(rows, 0);
        g_array_set_size(held, 0);
        if (!settle_contract_rows_read(rows, &orders, (uint64_t) ids[i], error))
            return FALSE;
        g_array_append_vals(held, rows->data, rows->len);
        if (rows->len < 2)
            continue;
        settle_contract_holders_of(holders, held, slice->ends);
        if (!settle_contract_bills_find(job, bills, &waiting, (uint64_t) ids[i], holders, error))
            return FALSE;
        if (!g_hash_table_contains(changed, GSIZE_TO_POINTER((gsize) ids[i])) &&
            !has_ended(rows, slice))
            continue;
        look_for_bills(slice, rows);
        g_hash_table_insert(slice->holders, GSIZE_TO_POINTER((gsize) ids[i]),
                            g_steal_pointer(&holders));
    }
    return TRUE;
}

static gboolean
is_held_by(const SettleIntakeBillRow *row, const SettleContractHolder *holder)
{
    return holder != NULL && holder->order.order_id == row->order.order_id &&
           holder->order.distributor_id == row->order.distributor_id;
}

/* follows: another revision of its month moved before it. Of the same order it is told anew. */
static gboolean
move(SettleIntakeJob *job, SettleContractBills *bills, SettleIntakeBillRow *row,
     const SettleContractHolder *holder, gboolean follows, GError **error)
{
    row->withdrawn = TRUE;
    row->follows = TRUE;
    if (!is_held_by(row, holder) && !settle_bill_add(bills->bills, row, error))
        return FALSE;
    if (holder == NULL)
        return wait_again(bills, row, error);
    row->follows = follows ? 1 : 0;
    return place(job, bills, row, holder, error);
}

static int
compare_whose(gconstpointer a, gconstpointer b)
{
    const Whose *x = a, *y = b;

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    return x->order_id < y->order_id ? -1 : x->order_id > y->order_id;
}

/* Each order once: also one that went from one contract to another. */
static SettleReader *
read_bills(SettleIntakeJob *job, const Slice *slice)
{
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) orders = g_array_new(FALSE, FALSE, sizeof(int64_t));

    g_array_sort(slice->whose, compare_whose);
    for (guint i = 0; i < slice->whose->len; i++) {
        const Whose *whose = &g_array_index(slice->whose, Whose, i);

        if (i > 0 && compare_whose(whose - 1, whose) == 0)
            continue;
        g_array_append_val(distributors, whose->distributor_id);
        g_array_append_val(orders, whose->order_id);
    }
    return settle_store_read(job->store, settle_sql_intake_bills_to_move, "IL", distributors->data,
                             (gsize) distributors->len, orders->data, (gsize) orders->len);
}

static gboolean
move_bills(SettleIntakeJob *job, SettleContractBills *bills, const Slice *slice, GError **error)
{
    g_autoptr(SettleReader) reader = NULL;
    SettleIntakeBillRow last = {0};

    if (slice->whose->len == 0)
        return TRUE;
    reader = read_bills(job, slice);
    while (settle_reader_next(reader)) {
        SettleIntakeBillRow row = {0};
        const SettleContractHolder *holder;
        const GArray *holders;
        gboolean follows;

        settle_contract_read(reader, SETTLE_BILL_COLUMNS, &row.order);
        settle_bill_read(reader, 0, &row);
        holders =
            g_hash_table_lookup(slice->holders, GSIZE_TO_POINTER((gsize) row.order.contract_id));
        if (holders == NULL)
            continue; /* of another contract that the order was of */
        holder = settle_contract_holder(holders, row.order.currency, row.month);
        if (is_held_by(&row, holder) && settle_intake_night(job, row.order.batch_id) <=
                                            settle_intake_night(job, holder->order.batch_id))
            continue;
        follows = row.order.order_id == last.order.order_id && row.month == last.month &&
                  row.order.contract_id == last.order.contract_id &&
                  row.order.currency == last.order.currency;
        last = row;
        if (!move(job, bills, &row, holder, follows, error))
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

static gboolean
settle_slice(SettleIntakeJob *job, SettleContractBills *bills, const int64_t *ids, gsize n,
             GHashTable *changed, GError **error)
{
    g_auto(Slice) slice = {
        .orders = settle_spool_new(job->memory),
        .waiting = settle_spool_new(job->memory),
        .ends = g_hash_table_new(NULL, NULL),
        .holders = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify) g_array_unref),
        .whose = g_array_new(FALSE, FALSE, sizeof(Whose)),
    };

    return settle_contracts_find(job, ids, n, SETTLE_ORDER_FOLLOWS, slice.orders, error) &&
           settle_bills_waiting(job, ids, n, slice.waiting, error) &&
           settle_contract_ends_load(job, slice.orders, FALSE, slice.ends, error) &&
           see_contracts(job, bills, &slice, ids, n, changed, error) &&
           move_bills(job, bills, &slice, error);
}

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* The ids of the set beside those of the array, ascending, each once. */
static GArray *
ids_of(GHashTable *set, const GArray *others)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    guint kept = 0;
    GHashTableIter iter;
    gpointer id;

    if (others != NULL)
        g_array_append_vals(ids, others->data, others->len);
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        int64_t contract_id = (int64_t) GPOINTER_TO_SIZE(id);

        g_array_append_val(ids, contract_id);
    }
    g_array_sort(ids, compare_ids);
    for (guint i = 0; i < ids->len; i++)
        if (kept == 0 || g_array_index(ids, int64_t, kept - 1) != g_array_index(ids, int64_t, i))
            g_array_index(ids, int64_t, kept++) = g_array_index(ids, int64_t, i);
    g_array_set_size(ids, kept);
    return g_steal_pointer(&ids);
}

gboolean
settle_contract_bills_settle(SettleIntakeJob *job, SettleContractBills *bills,
                             const GArray *contracts, GHashTable *changed, GError **error)
{
    g_autoptr(GArray) all = ids_of(changed, contracts);
    const int64_t *ids = (const int64_t *) (const void *) all->data;

    for (gsize i = 0; i < all->len; i += SETTLE_INTAKE_SLICE)
        if (!settle_slice(job, bills, ids + i, MIN(all->len - i, SETTLE_INTAKE_SLICE), changed,
                          error))
            return FALSE;
    return TRUE;
}

gboolean
settle_contract_bills_of_events(SettleIntakeJob *job, GHashTable *contracts, GError **error)
{
    g_auto(SettleContractBills) bills = {0};

    if (g_hash_table_size(contracts) == 0)
        return TRUE;
    settle_contract_bills_init(&bills, job);
    return settle_contract_bills_settle(job, &bills, NULL, contracts, error) &&
           settle_contract_bills_copy(job, &bills, error);
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
read_turns(SettleIntakeJob *job, const SettleContractBills *bills, GHashTable *turns,
           GError **error)
{
    g_autoptr(GHashTable) asked = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) orders = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(SettleReader) reader = NULL;

    for (guint i = 0; i < bills->placed->len; i++) {
        const SettleIntakeContract *order =
            &g_array_index(bills->placed, SettleIntakeBillRow, i).order;

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
put_placed(SettleIntakeJob *job, SettleContractBills *bills, GError **error)
{
    g_autoptr(GHashTable) turns = g_hash_table_new_full(place_hash, place_equal, g_free, NULL);

    if (bills->placed->len == 0)
        return TRUE;
    if (!read_turns(job, bills, turns, error))
        return FALSE;
    for (guint i = 0; i < bills->placed->len; i++) {
        SettleIntakeBillRow *row = &g_array_index(bills->placed, SettleIntakeBillRow, i);
        const Place place =
            place_of(row->order.distributor_id, row->order.order_id, row->month, row->revision);
        gpointer turn;

        row->turn = 0;
        if (g_hash_table_lookup_extended(turns, &place, NULL, &turn)) {
            row->turn = (int16_t) (GPOINTER_TO_INT(turn) + 1);
            row->follows = TRUE;
        }
        if (!settle_bill_add(bills->bills, row, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_contract_bills_copy(SettleIntakeJob *job, SettleContractBills *bills, GError **error)
{
    return put_placed(job, bills, error) && settle_bills_copy(job, bills->bills, error) &&
           settle_bills_copy_found(job, bills->found, error) &&
           settle_bills_copy_waiting(job, bills->unplaced, TRUE, error);
}
