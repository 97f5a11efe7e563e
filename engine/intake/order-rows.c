/* Which rows the orders of one key get: the file's own, and those that take an order from the
 * distributors and contracts that another revision says it is not of. */
#include "intake/order-rows.h"

#include "model/order-id.h"

#include <string.h>

void
settle_order_rows_init(SettleOrderRows *rows)
{
    *rows = (SettleOrderRows){.bytes = g_byte_array_new(),
                              .at = g_array_new(FALSE, FALSE, sizeof(gsize))};
}

void
settle_order_rows_clear(SettleOrderRows *rows)
{
    g_clear_pointer(&rows->bytes, g_byte_array_unref);
    g_clear_pointer(&rows->at, g_array_unref);
}

static SettleIntakeOrder *
nth(const SettleOrderRows *rows, guint i)
{
    return (SettleIntakeOrder *) (void *) (rows->bytes->data + g_array_index(rows->at, gsize, i));
}

static gsize
length_of(const SettleIntakeOrder *row)
{
    return sizeof *row + row->upstream_length + row->line_length + row->contract_length;
}

static SettleIntakeOrder *
append(SettleOrderRows *rows, const SettleIntakeOrder *row, gsize length)
{
    gsize at = (rows->bytes->len + 7) & ~(gsize) 7;

    g_byte_array_set_size(rows->bytes, (guint) (at + length));
    memcpy(rows->bytes->data + at, row, length);
    g_array_append_val(rows->at, at);
    return nth(rows, rows->at->len - 1);
}

gboolean
settle_order_rows_start(SettleOrderRows *rows, int64_t key_id, SettleIntakeCursor *existing,
                        GError **error)
{
    rows->key_id = key_id;
    g_byte_array_set_size(rows->bytes, 0);
    g_array_set_size(rows->at, 0);
    if (!settle_cursor_seek(existing, (uint64_t) key_id, 0, error))
        return FALSE;
    while (existing->there && existing->key.word[0] == (uint64_t) key_id) {
        append(rows, existing->bytes, existing->length);
        if (!settle_cursor_step(existing, error))
            return FALSE;
    }
    rows->in_database = rows->at->len;
    return TRUE;
}

void
settle_order_rows_add(SettleOrderRows *rows, const SettleIntakeOrder *row, gsize length, int turn)
{
    SettleIntakeOrder *added = append(rows, row, length);

    added->revision = settle_order_row_revision(row->revision, turn);
}

/* --- what was told ---------------------------------------------------------------------------- */

static SettleMonth
month_of(const SettleIntakeOrder *row)
{
    return settle_day_month(row->closing_day);
}

/* Of the rows of an order with one revision: that which tells what it is, or NULL if what was told
 * was withdrawn with its batch: then the distributor of its row has both. */
static const SettleIntakeOrder *
told_at(const SettleOrderRows *rows, SettleMonth month, int revision, guint *ret_place)
{
    const SettleIntakeOrder *told = NULL;

    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);

        if (month_of(row) == month && row->revision == revision &&
            (told == NULL || (told->withdrawn && !row->withdrawn))) {
            told = row;
            *ret_place = i;
        }
    }
    for (guint i = 0; told != NULL && !told->withdrawn && i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);

        if (month_of(row) == month && row->revision == revision && row->withdrawn &&
            row->distributor_id == told->distributor_id)
            return NULL;
    }
    return told;
}

const SettleIntakeOrder *
settle_order_rows_told(const SettleOrderRows *rows, const SettleIntakeOrder *row, int *ret_turn,
                       gboolean *ret_in_database)
{
    const SettleIntakeOrder *told;
    int highest = 0;
    guint place = 0;

    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *other = nth(rows, i);

        if (month_of(other) == month_of(row) &&
            settle_order_row_said(other->revision) == row->revision)
            highest = MAX(highest, other->revision);
    }
    *ret_turn = highest == 0 ? 0 : settle_order_row_turn(highest) + 1;
    told = highest == 0 ? NULL : told_at(rows, month_of(row), highest, &place);
    *ret_in_database = place < rows->in_database;
    return told;
}

/* The row by which an order is there; NULL: it is not. */
static const SettleIntakeOrder *
holds(const SettleOrderRows *rows, SettleMonth month, int *ret_highest, guint *ret_place)
{
    const SettleIntakeOrder *told;

    *ret_highest = 0;
    for (guint i = 0; i < rows->at->len; i++)
        if (month_of(nth(rows, i)) == month)
            *ret_highest = MAX(*ret_highest, nth(rows, i)->revision);
    told = *ret_highest == 0 ? NULL : told_at(rows, month, *ret_highest, ret_place);
    return told == NULL || told->withdrawn ? NULL : told;
}

const SettleIntakeOrder *
settle_order_rows_near(const SettleOrderRows *rows, const SettleIntakeOrder *row,
                       int lookback_months, gboolean *ret_in_database)
{
    int highest;
    guint place = 0;

    if (rows->at->len == 0 || row->withdrawn ||
        holds(rows, month_of(row), &highest, &place) != NULL ||
        settle_order_row_said(highest) > row->revision)
        return NULL;
    for (guint i = 0; i < rows->at->len; i++) {
        SettleMonth month = month_of(nth(rows, i));
        const SettleIntakeOrder *near;

        if (month == month_of(row) || ABS(month - month_of(row)) > lookback_months)
            continue;
        near = holds(rows, month, &highest, &place);
        *ret_in_database = place < rows->in_database;
        if (near != NULL)
            return near;
    }
    return NULL;
}

/* --- what follows ----------------------------------------------------------------------------- */

static SettleIntakeContract
contract_of(const SettleIntakeJob *job, const SettleIntakeOrder *row)
{
    return (SettleIntakeContract){
        .order_id = row->order_id,
        .contract_id = row->contract_id,
        .paid_minor = row->paid_minor,
        .closing_at = row->closing_at,
        .distributor_id = row->distributor_id,
        .batch_id = job->batch_id,
        .product_id = row->product_id,
        .manager_id = row->manager_id,
        .quantity = row->quantity,
        .closing_day = row->closing_day,
        .region_id = row->region_id,
        .channel_id = row->channel_id,
        .currency = row->currency,
        .flags = row->flags,
        .revision = row->revision,
        .withdrawn = row->withdrawn,
    };
}

static gboolean
put_order(SettleOrderWork *work, const SettleIntakeOrder *row, GError **error)
{
    SettleSpoolKey key = {{settle_intake_month_word(row->distributor_id, month_of(row)),
                           (uint64_t) row->order_id,
                           (uint64_t) row->revision << 1 | row->withdrawn}};
    void *to = settle_spool_add(work->orders, &key, length_of(row), error);

    if (to == NULL)
        return FALSE;
    memcpy(to, row, length_of(row));
    return TRUE;
}

static gboolean
put_contract(SettleOrderWork *work, const SettleIntakeContract *row, GError **error)
{
    SettleSpoolKey key = {{(uint64_t) row->contract_id, settle_instant_word(row->closing_at),
                           (uint64_t) row->order_id}};
    SettleIntakeContract *to = settle_spool_add(work->contracts, &key, sizeof *to, error);

    if (to == NULL)
        return FALSE;
    *to = *row;
    return TRUE;
}

static gboolean
put_revised(SettleOrderWork *work, int32_t distributor_id, const SettleIntakeOrder *row,
            GError **error)
{
    SettleSpoolKey key = {
        {settle_intake_month_word(distributor_id, month_of(row)), (uint64_t) row->order_id, 0}};

    return settle_spool_add(work->revised, &key, 0, error) != NULL;
}

static gboolean
accept(SettleIntakeJob *job, SettleOrderWork *work, const SettleIntakeOrder *row, GError **error)
{
    const SettleIntakeContract contract = contract_of(job, row);

    job->accepted++;
    return put_order(work, row, error) &&
           (row->contract_id == 0 || put_contract(work, &contract, error));
}

/* The rows of one order of the key: pointers into SettleOrderRows, which does not change now. */
typedef struct {
    GPtrArray *all; /* SettleIntakeOrder by revision, withdrawn; the database's and the file's */
    GHashTable *new_ones;
    GHashTable *gone; /* text keys of the rows that were added: each once */
} Order;

static int
compare_rows(gconstpointer a, gconstpointer b)
{
    const SettleIntakeOrder *x = *(SettleIntakeOrder *const *) a,
                            *y = *(SettleIntakeOrder *const *) b;

    return x->revision != y->revision ? x->revision - y->revision : x->withdrawn - y->withdrawn;
}

static const SettleIntakeOrder *
order_nth(const Order *order, guint i)
{
    return g_ptr_array_index(order->all, i);
}

/* Is there a row of the distributor with a revision from `from` to `to`? */
static gboolean
has_row(const Order *order, int32_t distributor_id, int from, int to)
{
    for (guint i = 0; i < order->all->len; i++) {
        const SettleIntakeOrder *row = order_nth(order, i);

        if (row->distributor_id == distributor_id && from <= row->revision && row->revision <= to)
            return TRUE;
    }
    return FALSE;
}

/* As of the revision of `by` the order is not at that distributor: this follows from a row `from`
 * of the batch. */
static gboolean
leave_distributor(SettleOrderWork *work, Order *order, int32_t distributor_id,
                  const SettleIntakeOrder *by, const SettleIntakeOrder *from, GError **error)
{
    g_autofree char *key = g_strdup_printf("d%d %d", distributor_id, by->revision);
    g_autofree SettleIntakeOrder *row = g_memdup2(by, length_of(by));

    if (!g_hash_table_add(order->gone, g_steal_pointer(&key)))
        return TRUE;
    row->distributor_id = distributor_id;
    row->withdrawn = 1;
    row->place = from->place;
    return put_order(work, row, error) && put_revised(work, distributor_id, by, error);
}

/* As of the revision of `by` the order is not of that contract. */
static gboolean
leave_contract(SettleIntakeJob *job, SettleOrderWork *work, Order *order, int64_t contract_id,
               const SettleIntakeOrder *by, GError **error)
{
    g_autofree char *key = g_strdup_printf("c%" G_GINT64_FORMAT " %d", contract_id, by->revision);
    SettleIntakeContract row = contract_of(job, by);

    if (!g_hash_table_add(order->gone, g_steal_pointer(&key)))
        return TRUE;
    row.contract_id = contract_id;
    row.withdrawn = 1;
    return put_contract(work, &row, error);
}

/* A row of the file against those below it: it takes the order away from where they put it. */
static gboolean
take_from_lower(SettleIntakeJob *job, SettleOrderWork *work, Order *order,
                const SettleIntakeOrder *row, GError **error)
{
    for (guint i = 0; i < order->all->len; i++) {
        const SettleIntakeOrder *lower = order_nth(order, i);

        if (lower->revision >= row->revision)
            break;
        if (lower->distributor_id != row->distributor_id &&
            !has_row(order, lower->distributor_id, row->revision, row->revision) &&
            !leave_distributor(work, order, lower->distributor_id, row, row, error))
            return FALSE;
        if (lower->contract_id != 0 && lower->contract_id != row->contract_id &&
            !leave_contract(job, work, order, lower->contract_id, row, error))
            return FALSE;
    }
    return TRUE;
}

/* A row of the file that comes after a higher one: that one has taken the order away already, but
 * not from a distributor or contract that only this one names. */
static gboolean
yield_to_higher(SettleIntakeJob *job, SettleOrderWork *work, Order *order,
                const SettleIntakeOrder *row, GError **error)
{
    const SettleIntakeOrder *top = order_nth(order, order->all->len - 1);
    gboolean left = row->contract_id == 0;

    /* what tells the highest revision, not what it withdraws elsewhere */
    for (guint i = order->all->len; i-- > 0 && order_nth(order, i)->revision == top->revision;)
        if (!order_nth(order, i)->withdrawn)
            top = order_nth(order, i);
    if (top->revision <= row->revision)
        return TRUE;
    if (top->distributor_id != row->distributor_id &&
        !has_row(order, row->distributor_id, row->revision + 1, G_MAXINT) &&
        !leave_distributor(work, order, row->distributor_id, top, row, error))
        return FALSE;
    for (guint i = 0; i < order->all->len; i++) {
        const SettleIntakeOrder *other = order_nth(order, i);

        /* an earlier batch did it for another row of the contract */
        left = left ||
               (other != row && other->contract_id == row->contract_id &&
                other->revision < top->revision && !g_hash_table_contains(order->new_ones, other) &&
                !g_hash_table_contains(order->new_ones, top));
    }
    return left || top->contract_id == row->contract_id ||
           leave_contract(job, work, order, row->contract_id, top, error);
}

/* Where bills of a contract go back to waiting, its text and carrier are asked for. */
static void
note_contract(SettleIntakeJob *job, SettleOrderWork *work, const SettleIntakeOrder *row)
{
    SettleContractText *text;

    if (row->contract_id == 0 || row->erased ||
        g_hash_table_contains(work->to.texts, &row->contract_id))
        return;
    text = settle_arena_alloc(job->arena, sizeof *text + row->contract_length);
    text->contract_id = row->contract_id;
    text->carrier_id = row->carrier_id;
    text->length = row->contract_length;
    memcpy(text->text, row->text + row->upstream_length + row->line_length, row->contract_length);
    g_hash_table_insert(work->to.texts, &text->contract_id, text);
}

/* All rows of one order, of which the file has some that others were there beside or that are not
 * its first. */
static gboolean
finish_order(SettleIntakeJob *job, const SettleOrderRows *rows, SettleMonth month,
             SettleOrderWork *work, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_autoptr(GHashTable) new_ones = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Order order = {all, new_ones, gone};

    for (guint i = 0; i < rows->at->len; i++) {
        if (month_of(nth(rows, i)) != month)
            continue;
        g_ptr_array_add(all, nth(rows, i));
        if (i >= rows->in_database)
            g_hash_table_add(new_ones, nth(rows, i));
    }
    g_ptr_array_sort(all, compare_rows);
    for (guint i = 0; i < all->len; i++) {
        const SettleIntakeOrder *row = order_nth(&order, i);

        note_contract(job, work, row);
        if (!g_hash_table_contains(new_ones, row))
            continue;
        if (!accept(job, work, row, error) || !put_revised(work, row->distributor_id, row, error) ||
            !take_from_lower(job, work, &order, row, error) ||
            !yield_to_higher(job, work, &order, row, error))
            return FALSE;
        g_array_append_val(work->told_again, row->key_id);
    }
    return TRUE;
}

/* How many rows of the month there are from that place up to another. */
static guint
count_of(const SettleOrderRows *rows, SettleMonth month, guint from, guint to)
{
    guint n = 0;

    for (guint i = from; i < to; i++)
        n += month_of(nth(rows, i)) == month;
    return n;
}

gboolean
settle_order_rows_finish(SettleIntakeJob *job, SettleOrderRows *rows, SettleOrderWork *work,
                         GError **error)
{
    for (guint i = rows->in_database; i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);
        SettleMonth month = month_of(row);

        if (count_of(rows, month, 0, rows->at->len) == 1 && !row->withdrawn &&
            row->revision == SETTLE_FIRST_REVISION) {
            if (!accept(job, work, row, error))
                return FALSE;
        } else if (count_of(rows, month, rows->in_database, i) == 0 &&
                   !finish_order(job, rows, month, work, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
