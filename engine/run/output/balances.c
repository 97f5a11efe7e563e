/* The balances of accounts after a run: the balance before it, looked for backwards over the runs,
 * and what the chunk's totals move. */
#include "run/output/balances.h"

#include "base/checked.h"
#include "ledger/deposit.h"
#include "store/sql.h"

/* Accounts that are touched each night are found among so many runs before; the others in eight
 * times as many each time. */
#define FIRST_RUNS 4
#define MORE_RUNS  8
/* How many rows a total's accounts are looked for among: those of a carrier or two. */
#define NEAR 16

void
settle_balances_account(SettleRole role, SettleRole credit, int32_t distributor_id,
                        int32_t carrier_id, int32_t *ret_distributor_id, int32_t *ret_carrier_id)
{
    gboolean of_carrier = credit == SETTLE_ROLE_CARRIER || distributor_id == 0;

    *ret_distributor_id = role == SETTLE_ROLE_DEPOSIT && of_carrier ? 0 : distributor_id;
    *ret_carrier_id = role == SETTLE_ROLE_DEPOSIT && !of_carrier ? 0 : carrier_id;
}

static int
compare_accounts(gconstpointer a, gconstpointer b)
{
    const SettleBalanceRow *x = a, *y = b;

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    if (x->carrier_id != y->carrier_id)
        return x->carrier_id < y->carrier_id ? -1 : 1;
    if (x->currency != y->currency)
        return x->currency < y->currency ? -1 : 1;
    return (int) x->role - (int) y->role;
}

static gboolean
add(SettleBalanceRow *row, int64_t amount_minor, GError **error)
{
    if (settle_add_i64(row->balance_minor, amount_minor, &row->balance_minor))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                "the account %s of distributor id %d leaves 64 bits",
                settle_role_name((SettleRole) row->role), row->distributor_id);
    return FALSE;
}

/* Puts one in its place, or adds it to what is there. Totals come by distributor and policy, so its
 * place is near the end; where it is not, it is left there, to be sorted. */
static gboolean
put(GArray *rows, const SettleBalanceRow *row, GError **error)
{
    guint at = rows->len, least = at > NEAR ? at - NEAR : 0;

    for (; at > least; at--) {
        SettleBalanceRow *before = &g_array_index(rows, SettleBalanceRow, at - 1);
        int order = compare_accounts(before, row);

        if (order == 0)
            return add(before, row->balance_minor, error);
        if (order < 0)
            break;
    }
    g_array_insert_vals(rows, at, row, 1);
    return TRUE;
}

/* One row an account, in their order. */
static gboolean
merge(GArray *rows, GError **error)
{
    guint kept = 0;
    gboolean sorted = TRUE;

    for (guint i = 1; i < rows->len && sorted; i++)
        sorted = compare_accounts(&g_array_index(rows, SettleBalanceRow, i - 1),
                                  &g_array_index(rows, SettleBalanceRow, i)) < 0;
    if (sorted)
        return TRUE;
    g_array_sort(rows, compare_accounts);
    for (guint i = 0; i < rows->len; i++) {
        SettleBalanceRow row = g_array_index(rows, SettleBalanceRow, i);
        SettleBalanceRow *last = kept > 0 ? &g_array_index(rows, SettleBalanceRow, kept - 1) : NULL;

        if (last == NULL || compare_accounts(last, &row) != 0)
            g_array_index(rows, SettleBalanceRow, kept++) = row;
        else if (!add(last, row.balance_minor, error))
            return FALSE;
    }
    g_array_set_size(rows, kept);
    return TRUE;
}

/* What the totals move, a row an account. */
static gboolean
moves(const SettleRunContext *context, const GArray *totals, GArray *rows, GError **error)
{
    for (guint i = 0; i < totals->len; i++) {
        const SettleTotal *t = &g_array_index(totals, SettleTotal, i);
        const SettlePolicy *policy =
            t->policy_id > 0 ? settle_policy_set_get(context->known.policies, t->policy_id) : NULL;

        for (int side = 0; side < 2; side++) {
            SettleBalanceRow row = {
                .currency = policy != NULL ? policy->currency : SETTLE_DEPOSIT_CURRENCY,
                .role = side == 0 ? t->debit : t->credit,
                .balance_minor = side == 0 ? t->amount_minor : -t->amount_minor,
            };

            settle_balances_account((SettleRole) row.role, (SettleRole) t->credit,
                                    t->distributor_id, t->carrier_id, &row.distributor_id,
                                    &row.carrier_id);
            if (!put(rows, &row, error))
                return FALSE;
        }
    }
    return merge(rows, error);
}

/* Adds what those of the accounts that the runs [from, to) touched stood at after the last of them;
 * missing: places in rows, of which those that are found are dropped. */
static gboolean
find_among(const SettleRunContext *context, SettleStore *reader, int32_t from, int32_t to,
           GArray *rows, GArray *missing, GError **error)
{
    const int32_t *abandoned = (const int32_t *) (const void *) context->seen.abandoned->data;
    gsize n = missing->len;
    g_autofree int32_t *distributors = g_new(int32_t, n), *carriers = g_new(int32_t, n);
    g_autofree int32_t *currencies = g_new(int32_t, n), *roles = g_new(int32_t, n);
    g_autofree uint8_t *found = g_new0(uint8_t, n);
    g_autoptr(SettleResult) months = NULL;
    g_autoptr(SettleReader) stream = NULL;
    guint kept = 0;

    months = settle_store_query(reader, settle_sql_run_months_of_runs, error, "ii", from, to);
    if (months == NULL)
        return FALSE;
    if (settle_result_is_null(months, 0, SQL_RUN_MONTHS_OF_RUNS_FIRST_MONTH))
        return TRUE;
    for (gsize i = 0; i < n; i++) {
        const SettleBalanceRow *row =
            &g_array_index(rows, SettleBalanceRow, g_array_index(missing, guint, i));

        distributors[i] = row->distributor_id;
        carriers[i] = row->carrier_id;
        currencies[i] = row->currency;
        roles[i] = row->role;
    }
    stream =
        settle_store_read(reader, settle_sql_run_balances, "IIIIiimmiiI", distributors, n, carriers,
                          n, currencies, n, roles, n, distributors[0], distributors[n - 1],
                          settle_result_month(months, 0, SQL_RUN_MONTHS_OF_RUNS_FIRST_MONTH),
                          settle_result_month(months, 0, SQL_RUN_MONTHS_OF_RUNS_LAST_MONTH), from,
                          to, abandoned, (gsize) context->seen.abandoned->len);
    while (settle_reader_next(stream)) {
        guint i = (guint) settle_reader_i32(stream, SQL_RUN_BALANCES_PLACE) - 1;

        found[i] = 1;
        if (!add(&g_array_index(rows, SettleBalanceRow, g_array_index(missing, guint, i)),
                 settle_reader_i64(stream, SQL_RUN_BALANCES_BALANCE_MINOR), error))
            return FALSE;
    }
    if (!settle_reader_end(stream, error))
        return FALSE;
    for (guint i = 0; i < n; i++)
        if (!found[i])
            g_array_index(missing, guint, kept++) = g_array_index(missing, guint, i);
    g_array_set_size(missing, kept);
    return TRUE;
}

gboolean
settle_balances_add(const SettleRunContext *context, SettleStore *reader, const GArray *totals,
                    GArray *balances, GError **error)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SettleBalanceRow));
    g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(guint));
    int32_t to = context->run_id;

    if (!moves(context, totals, rows, error))
        return FALSE;
    for (guint i = 0; i < rows->len; i++)
        g_array_append_val(missing, i);
    for (int64_t runs = FIRST_RUNS; to > 1 && missing->len > 0; runs *= MORE_RUNS) {
        int32_t from = (int32_t) MAX(to - runs, 1);

        if (!find_among(context, reader, from, to, rows, missing, error))
            return FALSE;
        to = from;
    }
    g_array_append_vals(balances, rows->data, rows->len);
    return TRUE;
}
