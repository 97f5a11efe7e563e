/* The run of deposits: freezes, gives back and uses what is due or decided, as transfers of one
 * transaction. */
#include "run/beside/deposit.h"

#include "base/checked.h"
#include "run/beside/deposits.h"
#include "run/beside/posting.h"
#include "store/sql.h"

#include <string.h>

/* --- movements -------------------------------------------------------------------------------- */

static SettleDepositMovement
own_movement(const SettleDepositState *state, guint leg, SettleRole debit, SettleRole credit)
{
    return (SettleDepositMovement){
        .dim = state->dim,
        .distributor_id = state->dim == SETTLE_DIM_DISTRIBUTOR ? state->id : 0,
        .carrier_id = state->dim == SETTLE_DIM_CARRIER ? state->id : 0,
        /* totals are kept by policy: this keeps those of several carriers apart */
        .policy_id = state->dim == SETTLE_DIM_CARRIER ? -state->id : 0,
        .leg = leg,
        .debit = debit,
        .credit = credit,
    };
}

static void
add(SettleDepositMovement movement, int64_t amount_minor, const SettleDepositState *state,
    GArray *movements)
{
    movement.amount_minor = amount_minor;
    movement.balance_minor = settle_deposit_balance(&state->deposit);
    g_array_append_val(movements, movement);
}

/* Money that comes in (above zero) or goes back. */
static void
move_cash(SettleDepositState *state, int64_t in_minor, guint end, GArray *movements)
{
    guint leg = SETTLE_DEPOSIT_CASH | end;

    if (in_minor == 0)
        return;
    state->deposit.frozen_minor += in_minor;
    add(in_minor > 0 ? own_movement(state, leg, SETTLE_ROLE_CASH, SETTLE_ROLE_DEPOSIT)
                     : own_movement(state, leg, SETTLE_ROLE_DEPOSIT, SETTLE_ROLE_CASH),
        ABS(in_minor), state, movements);
}

static void
forfeit(SettleDepositState *state, int64_t amount_minor, GArray *movements)
{
    int64_t amount = MIN(amount_minor, settle_deposit_balance(&state->deposit));

    if (amount <= 0)
        return;
    state->deposit.used_minor += amount;
    add(own_movement(state, SETTLE_DEPOSIT_FORFEIT, SETTLE_ROLE_DEPOSIT, SETTLE_ROLE_FEE), amount,
        state, movements);
}

static gboolean
has_deposit(const SettleDepositState *state)
{
    return state->deposit.frozen_minor != 0 || state->deposit.used_minor != 0;
}

/* What was decided when things stood differently is brought about as far as it still can be. */
static gboolean
all_decided(SettleStore *store, const SettleRunContext *context, SettleDeposits *deposits,
            GArray *movements, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_deposit_decisions, error, "ll",
                           deposits->done_position, context->control_position);

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        const char *action = settle_result_text(rows, i, SQL_DEPOSIT_DECISIONS_ACTION);
        SettleDepositState *state = settle_deposits_get(
            deposits, (SettleDim) settle_result_i32(rows, i, SQL_DEPOSIT_DECISIONS_DIM),
            settle_result_i32(rows, i, SQL_DEPOSIT_DECISIONS_ID));
        int64_t amount;

        if (strcmp(action, "deposit-cover") == 0) {
            if (!settle_deposit_cover_debts(
                    store, context->run_id,
                    settle_result_i32(rows, i, SQL_DEPOSIT_DECISIONS_PARTY_ID), 0, state, movements,
                    error))
                return FALSE;
            continue;
        }
        if (!settle_deposit_parse(settle_result_text(rows, i, SQL_DEPOSIT_DECISIONS_AMOUNT),
                                  &amount, error))
            return FALSE;
        if (strcmp(action, "deposit-forfeit") == 0)
            forfeit(state, amount, movements);
        else if (has_deposit(state))
            move_cash(state, amount - settle_deposit_balance(&state->deposit), 0, movements);
    }
    return TRUE;
}

static void
freeze(const SettleDeposits *deposits, SettleDepositState *state, GArray *movements)
{
    if (!has_deposit(state))
        move_cash(state, state->decided ? state->amount_minor : deposits->default_minor[state->dim],
                  0, movements);
}

/* What is covered is what was owed on the day: a release that was missed comes out as if it had
 * been in time. */
static gboolean
give_back(SettleStore *store, const SettleRunContext *context, SettleDay day,
          SettleDepositState *state, GArray *movements, GError **error)
{
    g_autoptr(SettleResult) later =
        settle_store_query(store, settle_sql_deposit_first_run, error, "di", day, context->run_id);

    if (later == NULL)
        return FALSE;
    if (!settle_deposit_cover_debts(store,
                                    settle_result_is_null(later, 0, SQL_DEPOSIT_FIRST_RUN_RUN_ID)
                                        ? context->run_id
                                        : settle_result_i32(later, 0, SQL_DEPOSIT_FIRST_RUN_RUN_ID),
                                    0, SETTLE_DEPOSIT_END, state, movements, error))
        return FALSE;
    move_cash(state, -settle_deposit_balance(&state->deposit), SETTLE_DEPOSIT_END, movements);
    return TRUE;
}

/* Goes through the days since deposits were last looked at on which something may be due. */
static gboolean
walk_party(SettleStore *store, const SettleRunContext *context, SettleDeposits *deposits,
           SettleDim dim, int32_t id, gboolean only_freeze, GArray *movements, GError **error)
{
    SettleDay day = MIN(deposits->first_day, context->date), next;
    SettleDepositState *state = NULL;

    for (; day <= context->date; day = next) {
        SettlePartyStatus status;
        SettleDay since, release = SETTLE_DAY_MAX;

        next = settle_directory_next_version(context->known.directory, dim, id, day);
        if (!settle_directory_status_on(context->known.directory, dim, id, day, &status, &since))
            continue;
        if (state == NULL)
            state = settle_deposits_get(deposits, dim, id);
        if (status == SETTLE_PARTY_ACTIVE)
            freeze(deposits, state, movements);
        if (status != SETTLE_PARTY_ENDED || only_freeze)
            continue;
        release = settle_deposit_release_day(since);
        if (day < release)
            next = MIN(next, release);
        else if (settle_deposit_balance(&state->deposit) > 0 &&
                 !give_back(store, context, day, state, movements, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
walk_all(SettleStore *store, const SettleRunContext *context, SettleDeposits *deposits,
         gboolean only_freeze, GArray *movements, GError **error)
{
    for (int dim = SETTLE_DIM_CARRIER; dim <= SETTLE_DIM_DISTRIBUTOR; dim++) {
        int32_t n = settle_directory_max_id(context->known.directory, (SettleDim) dim);

        for (int32_t id = 1; id <= n; id++)
            if (!walk_party(store, context, deposits, (SettleDim) dim, id, only_freeze, movements,
                            error))
                return FALSE;
    }
    return TRUE;
}

/* --- posting ---------------------------------------------------------------------------------- */

static int64_t
subject_of(const SettleDepositMovement *movement)
{
    return settle_subject_deposit(movement->dim == SETTLE_DIM_CARRIER, movement->carrier_id);
}

static int
compare_movements(gconstpointer a, gconstpointer b)
{
    const SettleDepositMovement *x = a, *y = b;
    int64_t subject_x = subject_of(x), subject_y = subject_of(y);

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    if (subject_x != subject_y)
        return subject_x < subject_y ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static gboolean
write_movements(const SettleRunContext *context, GArray *movements, SettleOutput *output,
                GError **error)
{
    SettleMonth month = settle_day_month(context->date);
    int32_t current = -1;
    int64_t subject = 0;
    unsigned item = 0;

    for (guint i = 0; i < movements->len; i++) {
        const SettleDepositMovement *movement = &g_array_index(movements, SettleDepositMovement, i);
        SettleTransfer transfer = {
            .subject_id = subject_of(movement),
            .amount_minor = movement->amount_minor,
            .target_minor = movement->balance_minor,
            .distributor_id = movement->distributor_id,
            .policy_id = movement->policy_id,
            .period = settle_periods_posting(&context->known.periods, month),
            .origin = month,
            .cause = month,
            .kind = SETTLE_KIND_DEPOSIT,
            .debit = (uint8_t) movement->debit,
            .credit = (uint8_t) movement->credit,
        };

        if (transfer.distributor_id != current) {
            if (current != -1)
                settle_output_distributor_end(output);
            current = transfer.distributor_id;
            settle_output_distributor(output, current);
            subject = 0;
        }
        if (transfer.subject_id != subject) {
            subject = transfer.subject_id;
            item = 0;
        }
        settle_invariant(item < 4096);
        transfer.slot = settle_slot(0, item++, movement->leg);
        if (!settle_output_transfer(output, &transfer, error))
            return FALSE;
    }
    settle_output_distributor_end(output);
    return TRUE;
}

gboolean
settle_deposit_run(SettleStore *store, const SettleRunContext *context, SettleOutput *output,
                   GError **error)
{
    g_auto(SettleDeposits) deposits = {.states = NULL};
    g_autoptr(GArray) movements = g_array_new(FALSE, FALSE, sizeof(SettleDepositMovement));

    /* Everything is read before the first transfer is sent: one COPY at a time on a connection.
     * What was decided can draw on deposits that are frozen in the same run, and comes before they
     * are given back. */
    if (!settle_deposits_load(store, context->control_position, context->run_id, &deposits,
                              error) ||
        !walk_all(store, context, &deposits, TRUE, movements, error) ||
        !all_decided(store, context, &deposits, movements, error) ||
        !walk_all(store, context, &deposits, FALSE, movements, error))
        return FALSE;
    if (movements->len == 0)
        return TRUE;
    for (guint i = 0; i < movements->len; i++)
        g_array_index(movements, SettleDepositMovement, i).sequence = i;
    g_array_sort(movements, compare_movements);
    return settle_output_open(output, error) && write_movements(context, movements, output, error);
}

static gboolean
post(SettleStore *store, const SettleRunContext *context, SettleOutput *output, gpointer data,
     GError **error)
{
    (void) data;
    return settle_deposit_run(store, context, output, error);
}

gboolean
settle_deposit_post(const char *conninfo, SettleRunReport *ret_report, GError **error)
{
    static const SettlePosting posting = {"deposit", TRUE, NULL, post};

    return settle_run_post(conninfo, &posting, NULL, ret_report, error);
}
