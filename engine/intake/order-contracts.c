/* Which orders of a file follow another one of their contract, and of which contracts the bills are
 * to be placed anew. Called by write-orders.c: once between accepting and COPY, and once when
 * orders and events are stored, for what the events of these orders say of the contract. */
#include "intake/order-contracts.h"

static gboolean
query_contracts(SettleIntakeJob *job, const int64_t *ids, size_t n, gpointer user_data,
                GError **error)
{
    SettleOrderWork *work = user_data;

    return settle_contracts_find(job, ids, n, 0, work->known, error) &&
           settle_bills_waiting(job, ids, n, work->waiting, error);
}

/* What is known of a contract before this batch and with it; used again for each. */
typedef struct {
    GArray *rows;         /* SettleIntakeContract: the database's, then the file's too */
    GArray *before, *now; /* SettleContractHolder */
    GArray *told;         /* SettleIntakeContract: the file's */
    GHashTable *ends;     /* of orders of the database */
} Contract;

static void
contract_clear(Contract *contract)
{
    g_array_unref(contract->rows);
    g_array_unref(contract->before);
    g_array_unref(contract->now);
    g_array_unref(contract->told);
    g_hash_table_unref(contract->ends);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Contract, contract_clear)

static gboolean
same_holder(const SettleIntakeJob *job, const SettleContractHolder *a,
            const SettleContractHolder *b)
{
    return settle_intake_night(job, a->order.batch_id) <=
               settle_intake_night(job, b->order.batch_id) &&
           a->order.order_id == b->order.order_id &&
           a->order.distributor_id == b->order.distributor_id &&
           a->order.currency == b->order.currency && a->from == b->from && a->to == b->to;
}

/* Some order of the contract was known, and has other bills than before, or is there from an
 * earlier night on. */
static gboolean
has_changed(const SettleIntakeJob *job, const Contract *contract)
{
    if (contract->before->len == 0)
        return FALSE;
    if (contract->before->len != contract->now->len)
        return TRUE;
    for (guint i = 0; i < contract->now->len; i++)
        if (!same_holder(job, &g_array_index(contract->before, SettleContractHolder, i),
                         &g_array_index(contract->now, SettleContractHolder, i)))
            return TRUE;
    return FALSE;
}

static void
find_following(SettleOrderWork *work, const Contract *contract)
{
    for (guint i = 0; i < contract->told->len; i++) {
        const SettleIntakeContract *row = &g_array_index(contract->told, SettleIntakeContract, i);

        if (!row->withdrawn && !settle_contract_holds(contract->now, row->order_id))
            g_hash_table_add(work->follows, GSIZE_TO_POINTER((gsize) row->order_id));
    }
}

char *
settle_contract_row_key(const SettleIntakeContract *row)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %d", row->contract_id,
                           row->order_id, row->revision, row->withdrawn);
}

static gboolean
is_known(const Contract *contract, const SettleIntakeContract *row)
{
    for (guint i = 0; i < contract->rows->len; i++) {
        const SettleIntakeContract *known = &g_array_index(contract->rows, SettleIntakeContract, i);

        if (known->order_id == row->order_id && known->revision == row->revision &&
            known->withdrawn == row->withdrawn)
            return TRUE;
    }
    return FALSE;
}

/* That a revision took an order from the contract an earlier batch may have said already, because
 * of another of the order's rows. */
static void
leave_out_known(SettleOrderWork *work, Contract *contract)
{
    guint kept = 0;

    for (guint i = 0; i < contract->told->len; i++) {
        SettleIntakeContract row = g_array_index(contract->told, SettleIntakeContract, i);

        if (row.withdrawn && is_known(contract, &row))
            g_hash_table_add(work->known_rows, settle_contract_row_key(&row));
        else
            g_array_index(contract->told, SettleIntakeContract, kept++) = row;
    }
    g_array_set_size(contract->told, kept);
}

static gboolean
resolve_contract(SettleIntakeJob *job, SettleOrderWork *work, Contract *contract,
                 SettleIntakeCursor *told, SettleIntakeCursor *known, SettleIntakeCursor *waiting,
                 GError **error)
{
    uint64_t id = told->key.word[0];
    int64_t contract_id = (int64_t) id;
    gboolean alone;

    g_array_set_size(contract->rows, 0);
    g_array_set_size(contract->told, 0);
    if (!settle_contract_rows_read(contract->told, told, id, error) ||
        !settle_contract_rows_read(contract->rows, known, id, error))
        return FALSE;
    alone = contract->rows->len == 0 && contract->told->len == 1;
    g_array_set_size(contract->before, 0);
    if (contract->rows->len > 0) {
        leave_out_known(work, contract);
        g_autoptr(GArray) held = g_array_copy(contract->rows);

        settle_contract_holders_of(contract->before, held, contract->ends);
    }
    g_array_append_vals(contract->rows, contract->told->data, contract->told->len);
    settle_contract_holders_of(contract->now, contract->rows, contract->ends);
    find_following(work, contract);
    if (alone)
        return settle_contract_bills_find(job, &work->to, waiting, id, contract->now, error);
    g_array_append_val(work->shared, contract_id);
    if (has_changed(job, contract))
        g_hash_table_add(work->changed, GSIZE_TO_POINTER((gsize) contract_id));
    return TRUE;
}

gboolean
settle_order_contracts_resolve(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    SettleIntakeCursor told, known, waiting;
    g_auto(Contract) contract = {
        .rows = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract)),
        .before = g_array_new(FALSE, FALSE, sizeof(SettleContractHolder)),
        .now = g_array_new(FALSE, FALSE, sizeof(SettleContractHolder)),
        .told = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract)),
        .ends = g_hash_table_new(NULL, NULL),
    };

    if (!settle_intake_each_slice(job, work->contracts, query_contracts, work, error) ||
        !settle_contract_ends_load(job, work->known, TRUE, contract.ends, error) ||
        !settle_cursor_start(&told, work->contracts, error) ||
        !settle_cursor_start(&known, work->known, error) ||
        !settle_cursor_start(&waiting, work->waiting, error))
        return FALSE;
    while (told.there)
        if (!resolve_contract(job, work, &contract, &told, &known, &waiting, error))
            return FALSE;
    return TRUE;
}

gboolean
settle_order_contracts_write(SettleIntakeJob *job, SettleOrderWork *work, GError **error)
{
    return settle_contract_bills_settle(job, &work->to, work->shared, work->changed, error) &&
           settle_contract_bills_copy(job, &work->to, error);
}
