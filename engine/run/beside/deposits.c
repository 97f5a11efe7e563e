/* What deposits hold and which debts they must cover, loaded before a run of deposits or a
 * decision. */
#include "run/beside/deposits.h"

#include "money/money.h"
#include "store/sql.h"

#include <string.h>

void
settle_deposits_clear(SettleDeposits *deposits)
{
    g_clear_pointer(&deposits->states, g_hash_table_unref);
}

SettleDepositState *
settle_deposits_get(SettleDeposits *deposits, SettleDim dim, int32_t id)
{
    gint64 key = (gint64) dim << 32 | id;
    SettleDepositState *state = g_hash_table_lookup(deposits->states, &key);

    if (state == NULL) {
        state = g_new0(SettleDepositState, 1);
        state->dim = dim;
        state->id = id;
        g_hash_table_insert(deposits->states, g_memdup2(&key, sizeof key), state);
    }
    return state;
}

gboolean
settle_deposit_parse(const char *text, int64_t *ret_minor, GError **error)
{
    if (settle_money_parse(text, strlen(text), settle_currency_exponent(SETTLE_DEPOSIT_CURRENCY),
                           ret_minor) == SETTLE_PARSE_OK &&
        *ret_minor >= 0)
        return TRUE;
    /* The program checked it before it was written. */
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "the control log holds \"%s\" where the amount of a deposit should be", text);
    return FALSE;
}

static gboolean
load_terms(SettleStore *store, int64_t position, int32_t run_id, SettleDeposits *deposits,
           GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_deposit_terms, error, "li", position, run_id);

    if (row == NULL)
        return FALSE;
    deposits->default_minor[SETTLE_DIM_CARRIER] = SETTLE_DEPOSIT_OF_CARRIER_MINOR;
    deposits->default_minor[SETTLE_DIM_DISTRIBUTOR] = SETTLE_DEPOSIT_OF_DISTRIBUTOR_MINOR;
    for (int dim = SETTLE_DIM_CARRIER; dim <= SETTLE_DIM_DISTRIBUTOR; dim++)
        if (!settle_result_is_null(row, 0, dim - SETTLE_DIM_CARRIER) &&
            !settle_deposit_parse(settle_result_text(row, 0, dim - SETTLE_DIM_CARRIER),
                                  &deposits->default_minor[dim], error))
            return FALSE;
    deposits->done_position = settle_result_i64(row, 0, SQL_DEPOSIT_TERMS_DONE_POSITION);
    deposits->first_day = settle_result_is_null(row, 0, SQL_DEPOSIT_TERMS_FIRST_DAY)
                              ? 0
                              : settle_result_day(row, 0, SQL_DEPOSIT_TERMS_FIRST_DAY);
    return TRUE;
}

static gboolean
load_movements(SettleStore *store, int32_t run_id, SettleDeposits *deposits, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(store, settle_sql_deposit_movements, "i", run_id);

    while (settle_reader_next(reader)) {
        SettleDepositState *state = settle_deposits_get(
            deposits, (SettleDim) settle_reader_i32(reader, SQL_DEPOSIT_MOVEMENTS_DIM),
            settle_reader_i32(reader, SQL_DEPOSIT_MOVEMENTS_ID));

        if (!settle_deposit_take(&state->deposit,
                                 (guint) settle_reader_i32(reader, SQL_DEPOSIT_MOVEMENTS_LEG),
                                 settle_reader_bool(reader, SQL_DEPOSIT_MOVEMENTS_FREEZES),
                                 settle_reader_i64(reader, SQL_DEPOSIT_MOVEMENTS_AMOUNT_MINOR))) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                        "run %d moved a deposit as no deposit moves",
                        settle_reader_i32(reader, SQL_DEPOSIT_MOVEMENTS_RUN_ID));
            settle_error_hint(error, "settle verify tells what is wrong");
            return FALSE;
        }
    }
    return settle_reader_end(reader, error);
}

static gboolean
load_amounts(SettleStore *store, int64_t position, SettleDeposits *deposits, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_deposit_amounts, error, "l", position);

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleDepositState *state = settle_deposits_get(
            deposits, (SettleDim) settle_result_i32(rows, i, SQL_DEPOSIT_AMOUNTS_DIM),
            settle_result_i32(rows, i, SQL_DEPOSIT_AMOUNTS_ID));

        state->decided = TRUE;
        if (!settle_deposit_parse(settle_result_text(rows, i, SQL_DEPOSIT_AMOUNTS_AMOUNT),
                                  &state->amount_minor, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_deposits_load(SettleStore *store, int64_t position, int32_t run_id,
                     SettleDeposits *ret_deposits, GError **error)
{
    g_auto(SettleDeposits)
        deposits = {.states = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free)};

    if (!load_terms(store, position, run_id, &deposits, error) ||
        !load_movements(store, run_id, &deposits, error) ||
        !load_amounts(store, position, &deposits, error))
        return FALSE;
    *ret_deposits = deposits;
    deposits.states = NULL;
    return TRUE;
}

/* --- debts ----------------------------------------------------------------------------------- */

/* What the first movements of the same run cover of the same debt already. */
static int64_t
covered_by(const GArray *movements, guint before, const SettleDepositMovement *wanted)
{
    int64_t covered = 0;

    for (guint i = 0; i < before; i++) {
        const SettleDepositMovement *m = &g_array_index(movements, SettleDepositMovement, i);

        if (m->distributor_id == wanted->distributor_id && m->policy_id == wanted->policy_id &&
            m->credit == wanted->credit && m->credit != SETTLE_ROLE_CASH)
            covered += m->amount_minor;
    }
    return covered;
}

/* Takes as much of what is owed as the deposit has. */
static void
take(SettleDepositMovement movement, int64_t owes_minor, guint before, SettleDeposit *deposit,
     GArray *movements)
{
    movement.amount_minor =
        MIN(owes_minor - covered_by(movements, before, &movement), settle_deposit_balance(deposit));
    if (movement.amount_minor <= 0)
        return;
    deposit->used_minor += movement.amount_minor;
    movement.balance_minor = settle_deposit_balance(deposit);
    g_array_append_val(movements, movement);
}

/* A distributor owes where an account as a whole is in debit; it is covered under the tax rates
 * that the debt is of, so that it comes off their invoices. */
static gboolean
cover_distributor(SettleStore *store, int32_t run_id, int32_t carrier_id, guint end,
                  SettleDepositState *state, GArray *movements, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_deposit_owed_by_distributors, error, "Iii", &state->id,
                           (gsize) 1, run_id, (int32_t) SETTLE_DEPOSIT_CURRENCY);
    guint before = movements->len;
    int n;

    if (rows == NULL)
        return FALSE;
    n = settle_result_rows(rows);
    for (int first = 0, next; first < n; first = next) {
        int32_t carrier =
                    settle_result_i32(rows, first, SQL_DEPOSIT_OWED_BY_DISTRIBUTORS_CARRIER_ID),
                role = settle_result_i32(rows, first, SQL_DEPOSIT_OWED_BY_DISTRIBUTORS_ROLE);
        int64_t owes = 0;

        for (next = first;
             next < n &&
             settle_result_i32(rows, next, SQL_DEPOSIT_OWED_BY_DISTRIBUTORS_CARRIER_ID) ==
                 carrier &&
             settle_result_i32(rows, next, SQL_DEPOSIT_OWED_BY_DISTRIBUTORS_ROLE) == role;
             next++)
            owes += settle_result_i64(rows, next, SQL_DEPOSIT_OWED_BY_DISTRIBUTORS_OWED_MINOR);
        if (carrier_id != 0 && carrier != carrier_id)
            continue;
        for (int i = first; i < next; i++) {
            int64_t part =
                MIN(settle_result_i64(rows, i, SQL_DEPOSIT_OWED_BY_DISTRIBUTORS_OWED_MINOR), owes);
            gboolean invoiced = role == SETTLE_ROLE_INVOICED;
            SettleDepositMovement movement = {
                .dim = SETTLE_DIM_DISTRIBUTOR,
                .distributor_id = state->id,
                .carrier_id = carrier,
                .policy_id =
                    settle_result_i32(rows, i, SQL_DEPOSIT_OWED_BY_DISTRIBUTORS_LAST_POLICY_ID),
                .leg = (guint) (invoiced ? SETTLE_DEPOSIT_INVOICED : SETTLE_DEPOSIT_COVER) | end,
                .debit = SETTLE_ROLE_DEPOSIT,
                .credit = (SettleRole) role,
            };

            if (part <= 0)
                continue;
            owes -= part;
            take(movement, part, before, &state->deposit, movements);
        }
    }
    return TRUE;
}

static gboolean
cover_carrier(SettleStore *store, int32_t run_id, guint end, SettleDepositState *state,
              GArray *movements, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_deposit_owed_by_carrier, error, "iii", state->id,
                           run_id, (int32_t) SETTLE_DEPOSIT_CURRENCY);
    guint before = movements->len;

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleDepositMovement movement = {
            .dim = SETTLE_DIM_CARRIER,
            .distributor_id =
                settle_result_i32(rows, i, SQL_DEPOSIT_OWED_BY_CARRIER_DISTRIBUTOR_ID),
            .carrier_id = state->id,
            .policy_id = settle_result_i32(rows, i, SQL_DEPOSIT_OWED_BY_CARRIER_POLICY_ID),
            .leg = SETTLE_DEPOSIT_COVER | end,
            .debit = SETTLE_ROLE_DEPOSIT,
            .credit = SETTLE_ROLE_CARRIER,
        };

        take(movement, settle_result_i64(rows, i, SQL_DEPOSIT_OWED_BY_CARRIER_OWED_MINOR), before,
             &state->deposit, movements);
    }
    return TRUE;
}

gboolean
settle_deposit_cover_debts(SettleStore *store, int32_t run_id, int32_t carrier_id, guint end,
                           SettleDepositState *state, GArray *movements, GError **error)
{
    return state->dim == SETTLE_DIM_CARRIER
               ? cover_carrier(store, run_id, end, state, movements, error)
               : cover_distributor(store, run_id, carrier_id, end, state, movements, error);
}
