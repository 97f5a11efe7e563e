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
 * fell with its batch: then the distributor of its row has both. Of rows that all withdraw the
 * order the one of the earliest batch told it: others follow from rows that came later. */
static const SettleIntakeOrder *
told_at(const SettleOrderRows *rows, SettleMonth month, int revision, guint *ret_place)
{
    const SettleIntakeOrder *told = NULL;

    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);

        if (month_of(row) == month && row->revision == revision &&
            (told == NULL ||
             (told->withdrawn &&
              (!row->withdrawn || (i < rows->in_database && row->place.at < told->place.at))))) {
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

/* The row at that place is of a revision that fell, by the first n rows. */
static gboolean
fell(const SettleOrderRows *rows, guint place, guint n)
{
    const SettleIntakeOrder *row = nth(rows, place);

    for (guint i = 0; i < n; i++) {
        const SettleIntakeOrder *other = nth(rows, i);

        if (i != place && month_of(other) == month_of(row) && other->revision == row->revision &&
            other->distributor_id == row->distributor_id)
            return TRUE;
    }
    return FALSE;
}

/* The row that tells the highest revision that stands of the order of a month, by the first n rows;
 * NULL: none does. */
static const SettleIntakeOrder *
highest(const SettleOrderRows *rows, SettleMonth month, guint n, guint *ret_place)
{
    int revision = 0;

    for (guint i = 0; i < n; i++)
        if (month_of(nth(rows, i)) == month && nth(rows, i)->revision > revision &&
            !fell(rows, i, n))
            revision = nth(rows, i)->revision;
    return revision == 0 ? NULL : told_at(rows, month, revision, ret_place);
}

/* The last turn of a revision of the carrier's, as rows have it; 0: there is none. */
static int
last_turn(const SettleOrderRows *rows, SettleMonth month, int said)
{
    int last = 0;

    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);

        if (month_of(row) == month && settle_order_row_said(row->revision) == said)
            last = MAX(last, row->revision);
    }
    return last;
}

const SettleIntakeOrder *
settle_order_rows_told(const SettleOrderRows *rows, const SettleIntakeOrder *row, int *ret_turn,
                       gboolean *ret_in_database)
{
    const SettleIntakeOrder *told;
    int last = last_turn(rows, month_of(row), row->revision);
    guint place = 0;

    *ret_turn = last == 0 ? 0 : settle_order_row_turn(last) + 1;
    told = last == 0 ? NULL : told_at(rows, month_of(row), last, &place);
    *ret_in_database = place < rows->in_database;
    return told;
}

/* The row by which an order is there, by the first n rows; NULL: it is not. */
static const SettleIntakeOrder *
holds(const SettleOrderRows *rows, SettleMonth month, guint n, guint *ret_place)
{
    const SettleIntakeOrder *told = highest(rows, month, n, ret_place);

    return told == NULL || told->withdrawn ? NULL : told;
}

const SettleIntakeOrder *
settle_order_rows_near(const SettleOrderRows *rows, const SettleIntakeOrder *row,
                       int lookback_months, gboolean *ret_in_database)
{
    guint place = 0, n = rows->at->len;
    const SettleIntakeOrder *own = n > 0 ? highest(rows, month_of(row), n, &place) : NULL;

    /* a withdrawn one that is higher goes on to hold */
    if (row->withdrawn ||
        (own != NULL && (!own->withdrawn || settle_order_row_said(own->revision) > row->revision)))
        return NULL;
    for (guint i = 0; i < n; i++) {
        SettleMonth month = month_of(nth(rows, i));
        const SettleIntakeOrder *near;

        if (month == month_of(row) || ABS(month - month_of(row)) > lookback_months)
            continue;
        near = holds(rows, month, n, &place);
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
           (row->contract_id == 0 || settle_contract_add(work->contracts, &contract, error));
}

/* The rows of one order of the key: pointers into SettleOrderRows, which does not change now. */
typedef struct {
    /* SettleIntakeOrder by revision, withdrawn, without what fell; the database's and the file's */
    GPtrArray *all;
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
    row->stored = from->stored;
    return put_order(work, row, error) && put_revised(work, distributor_id, by, error);
}

/* As of the revision of `by` the order is not of that contract. Where an earlier batch said so,
 * too, the row is dropped later (order-contracts.c). */
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
    return settle_contract_add(work->contracts, &row, error);
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
    return row->contract_id == 0 || top->contract_id == row->contract_id ||
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

/* The order was there and is not any more: what was put aside because of it is read again. */
static void
note_gone(SettleIntakeJob *job, const SettleOrderRows *rows, SettleMonth month)
{
    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);

        if (month_of(row) == month)
            settle_intake_gone(job, row->stored ? (int32_t) row->place.at : job->batch_id,
                               row->place.line);
    }
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
    Order order = {all, gone};
    guint n = rows->at->len, place = 0;
    const SettleIntakeOrder *was;

    for (guint i = 0; i < n; i++) {
        if (month_of(nth(rows, i)) != month)
            continue;
        if (i < rows->in_database)
            g_hash_table_add(work->to.old, GSIZE_TO_POINTER((gsize) nth(rows, i)->order_id));
        if (fell(rows, i, n))
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
    was = highest(rows, month, rows->in_database, &place);
    if ((was == NULL || !was->withdrawn) && holds(rows, month, n, &place) == NULL)
        note_gone(job, rows, month);
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

/* --- what falls ------------------------------------------------------------------------------- */

const SettleIntakeOrder *
settle_order_rows_last(const SettleOrderRows *rows, SettleMonth month, int said)
{
    int last = last_turn(rows, month, said);
    guint place = 0;

    return last == 0 ? NULL : told_at(rows, month, last, &place);
}

/* The order's contracts: where rows of the revision put it, or say that it is not. */
static gboolean
note_contracts(SettleIntakeJob *job, const SettleOrderRows *rows, SettleMonth month, int revision,
               SettleOrderWork *work, SettleSpool *falls, GError **error)
{
    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);
        const SettleSpoolKey key = {
            {(uint64_t) row->contract_id, (uint64_t) row->order_id, (uint64_t) revision}};

        if (month_of(row) != month || row->contract_id == 0)
            continue;
        note_contract(job, work, row);
        if (settle_spool_add(falls, &key, 0, error) == NULL)
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_order_rows_fall(SettleIntakeJob *job, SettleOrderRows *rows, SettleMonth month, int revision,
                       SettleOrderWork *work, SettleSpool *falls, GError **error)
{
    guint n = rows->at->len;

    if (!note_contracts(job, rows, month, revision, work, falls, error))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        const SettleIntakeOrder *row = nth(rows, i);
        g_autofree SettleIntakeOrder *other = NULL;

        if (month_of(row) != month || row->revision != revision)
            continue;
        other = g_memdup2(row, length_of(row));
        other->withdrawn = !row->withdrawn;
        if (!put_order(work, other, error) ||
            !put_revised(work, other->distributor_id, other, error))
            return FALSE;
        append(rows, other, length_of(other));
    }
    return TRUE;
}

/* Whether the row is the highest one that stands at its distributor. */
static gboolean
is_last(const SettleOrderRows *rows, guint place)
{
    const SettleIntakeOrder *row = nth(rows, place);

    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *other = nth(rows, i);

        if (month_of(other) == month_of(row) && other->distributor_id == row->distributor_id &&
            other->revision > row->revision && !fell(rows, i, rows->at->len))
            return FALSE;
    }
    return TRUE;
}

/* The row `top` holds again: it takes the order away from where others put it that came after what
 * fell, and found it taken by that. */
static gboolean
hold_again(SettleIntakeJob *job, const SettleOrderRows *rows, const SettleIntakeOrder *top,
           SettleOrderWork *work, GError **error)
{
    g_autoptr(GHashTable) gone = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Order order = {NULL, gone};

    for (guint i = 0; i < rows->at->len; i++) {
        const SettleIntakeOrder *row = nth(rows, i);

        if (month_of(row) != month_of(top) || row->withdrawn || row->revision >= top->revision ||
            fell(rows, i, rows->at->len))
            continue;
        if (row->distributor_id != top->distributor_id && is_last(rows, i) &&
            !leave_distributor(work, &order, row->distributor_id, top, top, error))
            return FALSE;
        if (row->contract_id != 0 && row->contract_id != top->contract_id &&
            !leave_contract(job, work, &order, row->contract_id, top, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_order_rows_fallen(SettleIntakeJob *job, SettleOrderRows *rows, SettleMonth month,
                         SettleOrderWork *work, GError **error)
{
    guint place = 0;
    const SettleIntakeOrder *top = highest(rows, month, rows->at->len, &place);

    g_array_append_val(work->told_again, rows->key_id);
    if ((top == NULL || top->withdrawn) && holds(rows, month, rows->in_database, &place) != NULL)
        note_gone(job, rows, month);
    return top == NULL || hold_again(job, rows, top, work, error);
}
