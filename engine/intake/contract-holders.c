/* Which orders of a contract hold its bills, and of which months. */
#include "intake/contract-holders.h"

gboolean
settle_contract_rows_read(GArray *rows, SettleIntakeCursor *orders, uint64_t contract,
                          GError **error)
{
    if (!settle_cursor_seek(orders, contract, 0, error))
        return FALSE;
    while (orders->there && orders->key.word[0] == contract) {
        g_array_append_vals(rows, orders->bytes, 1);
        if (!settle_cursor_step(orders, error))
            return FALSE;
    }
    return TRUE;
}

/* --- which orders there are ------------------------------------------------------------------- */

static int
compare_rows(gconstpointer a, gconstpointer b)
{
    const SettleIntakeContract *x = a, *y = b;

    if (x->order_id != y->order_id)
        return x->order_id < y->order_id ? -1 : 1;
    return settle_contract_compare_versions(x, y);
}

static int
compare_closings(gconstpointer a, gconstpointer b)
{
    const SettleIntakeContract *x = a, *y = b;

    if (x->closing_at != y->closing_at)
        return x->closing_at < y->closing_at ? -1 : 1;
    return x->order_id < y->order_id ? -1 : x->order_id > y->order_id;
}

/* Leaves, of each order, the row that holds, if the order is there. */
static void
keep_in_force(GArray *rows)
{
    guint kept = 0;

    if (rows->len > 1)
        g_array_sort(rows, compare_rows);
    for (guint i = 0, end; i < rows->len; i = end) {
        const SettleIntakeContract *of = &g_array_index(rows, SettleIntakeContract, i);
        guint n;

        for (end = i + 1; end < rows->len && of[end - i].order_id == of->order_id;)
            end++;
        n = settle_contract_count_standing(of, end - i);
        if (n > 0 && !of[n - 1].withdrawn)
            g_array_index(rows, SettleIntakeContract, kept++) = of[n - 1];
    }
    g_array_set_size(rows, kept);
    if (kept > 1)
        g_array_sort(rows, compare_closings);
}

/* --- when they ended -------------------------------------------------------------------------- */

/* Orders that are asked for. */
typedef struct {
    GArray *distributors, *months, *orders; /* int32_t, SettleDay, int64_t */
    SettleDay from, to;                     /* of the months */
} Asked;

static void
asked_clear(Asked *asked)
{
    g_array_unref(asked->distributors);
    g_array_unref(asked->months);
    g_array_unref(asked->orders);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asked, asked_clear)

static void
ask(Asked *asked, const SettleIntakeContract *order)
{
    SettleDay month = settle_month_first(settle_day_month(order->closing_day));

    asked->from = asked->orders->len == 0 ? month : MIN(asked->from, month);
    asked->to = asked->orders->len == 0 ? month : MAX(asked->to, month);
    g_array_append_val(asked->distributors, order->distributor_id);
    g_array_append_val(asked->months, month);
    g_array_append_val(asked->orders, order->order_id);
}

static gboolean
answer(SettleIntakeJob *job, Asked *asked, GHashTable *ends, GError **error)
{
    g_autoptr(SettleReader) reader = NULL;

    if (asked->orders->len == 0)
        return TRUE;
    reader = settle_store_read(job->store, settle_sql_intake_contract_ends, "IDLdd",
                               asked->distributors->data, (gsize) asked->distributors->len,
                               asked->months->data, (gsize) asked->months->len, asked->orders->data,
                               (gsize) asked->orders->len, asked->from, asked->to);
    while (settle_reader_next(reader))
        g_hash_table_insert(
            ends,
            GSIZE_TO_POINTER((gsize) settle_reader_i64(reader, SQL_INTAKE_CONTRACT_ENDS_ORDER_ID)),
            GINT_TO_POINTER(settle_reader_day(reader, SQL_INTAKE_CONTRACT_ENDS_ENDED_ON)));
    g_array_set_size(asked->distributors, 0);
    g_array_set_size(asked->months, 0);
    g_array_set_size(asked->orders, 0);
    return settle_reader_end(reader, error);
}

/* Asks for the rows of a contract up to here once it is known to have several orders: an order that
 * was told again has a row for each distributor, and its events lie at one of them. */
static void
ask_all(Asked *asked, GArray *rows)
{
    for (guint i = 0; i < rows->len; i++)
        ask(asked, &g_array_index(rows, SettleIntakeContract, i));
    g_array_set_size(rows, 0);
}

gboolean
settle_contract_ends_load(SettleIntakeJob *job, SettleSpool *orders, gboolean all, GHashTable *ends,
                          GError **error)
{
    SettleIntakeCursor cursor;
    SettleIntakeContract last = {0};
    gboolean several = FALSE;
    g_autoptr(GArray) alone = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract));
    g_auto(Asked) asked = {
        .distributors = g_array_new(FALSE, FALSE, sizeof(int32_t)),
        .months = g_array_new(FALSE, FALSE, sizeof(SettleDay)),
        .orders = g_array_new(FALSE, FALSE, sizeof(int64_t)),
    };

    if (!settle_cursor_start(&cursor, orders, error))
        return FALSE;
    while (cursor.there) {
        const SettleIntakeContract *row = cursor.bytes;

        if (row->contract_id != last.contract_id) {
            g_array_set_size(alone, 0);
            several = FALSE;
        } else {
            several = several || row->order_id != last.order_id;
        }
        g_array_append_vals(alone, row, 1);
        if (all || several)
            ask_all(&asked, alone);
        last = *row;
        if ((asked.orders->len >= SETTLE_INTAKE_SLICE && !answer(job, &asked, ends, error)) ||
            !settle_cursor_step(&cursor, error))
            return FALSE;
    }
    return answer(job, &asked, ends, error);
}

/* --- whose the bills are ---------------------------------------------------------------------- */

/* The order closed on a day after the other one was cancelled or ported out. */
static gboolean
begins_anew(const SettleIntakeContract *order, const SettleIntakeContract *after, GHashTable *ends)
{
    gpointer day;

    return g_hash_table_lookup_extended(ends, GSIZE_TO_POINTER((gsize) after->order_id), NULL,
                                        &day) &&
           GPOINTER_TO_INT(day) < order->closing_day;
}

/* The last of a currency so far, or NULL. */
static SettleContractHolder *
last_of(const GArray *holders, int16_t currency)
{
    for (guint i = holders->len; i-- > 0;)
        if (g_array_index(holders, SettleContractHolder, i).order.currency == currency)
            return &g_array_index(holders, SettleContractHolder, i);
    return NULL;
}

void
settle_contract_holders_of(GArray *holders, GArray *rows, GHashTable *ends)
{
    keep_in_force(rows);
    g_array_set_size(holders, 0);
    for (guint i = 0; i < rows->len; i++) {
        SettleContractHolder next = {.order = g_array_index(rows, SettleIntakeContract, i),
                                     .from = G_MININT32,
                                     .to = G_MAXINT32};
        SettleContractHolder *last = last_of(holders, next.order.currency);

        if (last != NULL) {
            if (!begins_anew(&next.order, &last->order, ends))
                continue;
            next.from = settle_day_month(next.order.closing_day);
            last->to = next.from - 1;
        }
        g_array_append_val(holders, next);
    }
}

gboolean
settle_contract_holders_read(GArray *holders, GArray *rows, SettleIntakeCursor *orders,
                             uint64_t contract, GHashTable *ends, GError **error)
{
    g_array_set_size(rows, 0);
    if (!settle_contract_rows_read(rows, orders, contract, error))
        return FALSE;
    settle_contract_holders_of(holders, rows, ends);
    return TRUE;
}

const SettleContractHolder *
settle_contract_holder(const GArray *holders, int16_t currency, SettleMonth month)
{
    for (guint i = 0; i < holders->len; i++) {
        const SettleContractHolder *holder = &g_array_index(holders, SettleContractHolder, i);

        if (holder->order.currency == currency && holder->from <= month && month <= holder->to)
            return holder;
    }
    return NULL;
}

gboolean
settle_contract_holds(const GArray *holders, int64_t order_id)
{
    for (guint i = 0; i < holders->len; i++) {
        const SettleContractHolder *holder = &g_array_index(holders, SettleContractHolder, i);

        if (holder->order.order_id == order_id)
            return holder->from <= holder->to;
    }
    return FALSE;
}
