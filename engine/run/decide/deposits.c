/* Decisions about deposits: what to cover, to forfeit, to freeze; carried out by the next run of
 * deposits. */
#include "run/decide/deposits.h"

#include "base/failpoint.h"
#include "money/money.h"
#include "run/beside/deposits.h"
#include "store/sql.h"

#include <string.h>

/* --- decisions -------------------------------------------------------------------------------- */

typedef struct {
    const char *action;
    const SettleDepositParty *party;
    const char *carrier, *reason;
    int64_t amount_minor;
} Decision;

static char *
yuan(int64_t minor, char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_money_format(minor, settle_currency_exponent(SETTLE_DEPOSIT_CURRENCY), text);
}

static gboolean
look_up(SettleStore *store, SettleDim dim, const char *code, int32_t *ret_id, GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_deposit_party, error, "is", (int32_t) dim, code);

    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) == 1) {
        *ret_id = settle_result_i32(row, 0, SQL_DEPOSIT_PARTY_ID);
        return TRUE;
    }
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no %s \"%s\"",
                settle_dim_name(dim), code);
    return FALSE;
}

/* The number that the run after the last published one would have at least. */
static int32_t
next_run(const SettleResult *run_state)
{
    return (int32_t) settle_result_i64(run_state, 0, SQL_RUN_STATE_WATERMARK) + 1;
}

/* What nobody could bring about is refused while the one who decides is there. */
static gboolean
check_possible(SettleStore *store, const Decision *decision, int32_t id, int32_t carrier_id,
               GError **error)
{
    g_auto(SettleDeposits) deposits = {.states = NULL};
    g_autoptr(GArray) movements = g_array_new(FALSE, FALSE, sizeof(SettleDepositMovement));
    g_autoptr(SettleResult) run = settle_store_query(store, settle_sql_run_state, error, "");
    SettleDepositState *state;
    char left[SETTLE_MONEY_TEXT_BYTES], amount[SETTLE_MONEY_TEXT_BYTES];

    if (run == NULL || !settle_deposits_load(store, G_MAXINT64, next_run(run), &deposits, error))
        return FALSE;
    state = settle_deposits_get(&deposits, decision->party->dim, id);
    yuan(settle_deposit_balance(&state->deposit), left);
    if (strcmp(decision->action, "deposit-forfeit") == 0 &&
        decision->amount_minor > settle_deposit_balance(&state->deposit)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "%s cannot be forfeited: the deposit of %s is %s",
                    yuan(decision->amount_minor, amount), decision->party->code, left);
        return FALSE;
    }
    if (strcmp(decision->action, "deposit-cover") == 0) {
        if (!settle_deposit_cover_debts(store, next_run(run), carrier_id, 0, state, movements,
                                        error))
            return FALSE;
        if (movements->len == 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                        "nothing is to be covered: %s owes nothing that is known, or has no "
                        "deposit left (it is %s)",
                        decision->party->code, left);
            settle_error_hint(error, "settle ledger ageing shows debts, settle deposit list "
                                     "deposits");
            return FALSE;
        }
    }
    return TRUE;
}

/* Somebody who did not see the answer asks again: nothing is forfeited twice by that. */
static gboolean
check_new(SettleStore *store, const char *action, const char *subject, const char *detail,
          const char *reason, GError **error)
{
    g_autoptr(SettleResult) waiting = NULL;

    /* two who decide take turns */
    if (!settle_store_count(store, "control", 0, &(int64_t){0}, error))
        return FALSE;
    waiting = settle_store_query(store, settle_sql_deposit_waiting, error, "ssjs", action, subject,
                                 detail, reason);
    if (waiting == NULL)
        return FALSE;
    if (settle_result_is_null(waiting, 0, SQL_DEPOSIT_WAITING_FIRST_POSITION))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "this was decided already, as number %" G_GINT64_FORMAT " of the control log",
                settle_result_i64(waiting, 0, SQL_DEPOSIT_WAITING_FIRST_POSITION));
    settle_error_hint(error, "settle deposit post brings it about; another reason makes it another "
                             "decision");
    return FALSE;
}

static gboolean
write_decision(SettleStore *store, const Decision *decision, GError **error)
{
    g_autofree char *subject =
        g_strdup_printf("%s/%s", settle_dim_name(decision->party->dim), decision->party->code);
    g_autoptr(SettleResult) detail = NULL;
    gboolean has_amount = strcmp(decision->action, "deposit-cover") != 0;
    char amount[SETTLE_MONEY_TEXT_BYTES];
    uint8_t head[SETTLE_DIGEST_BYTES];
    int32_t id, carrier_id = 0;

    if (!look_up(store, decision->party->dim, decision->party->code, &id, error) ||
        (decision->carrier != NULL &&
         !look_up(store, SETTLE_DIM_CARRIER, decision->carrier, &carrier_id, error)) ||
        !check_possible(store, decision, id, carrier_id, error))
        return FALSE;
    detail =
        settle_store_query(store, settle_sql_deposit_detail, error, "isss",
                           (int32_t) decision->party->dim, decision->party->code, decision->carrier,
                           has_amount ? yuan(decision->amount_minor, amount) : NULL);
    return detail != NULL &&
           check_new(store, decision->action, subject,
                     settle_result_text(detail, 0, SQL_DEPOSIT_DETAIL_DETAIL), decision->reason,
                     error) &&
           settle_store_head(store, head, error) &&
           settle_store_control(store, decision->action, subject, head, decision->reason,
                                settle_result_text(detail, 0, SQL_DEPOSIT_DETAIL_DETAIL), NULL,
                                error);
}

/* One transaction: decide writes, the rest is the same for all. */
static gboolean
commit(SettleStore *store, gboolean written, GError **error)
{
    if (written && settle_failpoint(DEPOSIT_DECIDED, error) && settle_store_commit(store, error) &&
        settle_failpoint(DEPOSIT_COMMITTED, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}

static gboolean
decide(SettleStore *store, const Decision *decision, GError **error)
{
    return settle_store_begin(store, error) &&
           commit(store, write_decision(store, decision, error), error);
}

gboolean
settle_deposit_cover(SettleStore *store, const SettleDepositParty *party, const char *carrier,
                     const char *reason, GError **error)
{
    Decision decision = {"deposit-cover", party, carrier, reason, 0};

    return decide(store, &decision, error);
}

gboolean
settle_deposit_forfeit(SettleStore *store, const SettleDepositParty *party, int64_t amount_minor,
                       const char *reason, GError **error)
{
    Decision decision = {"deposit-forfeit", party, NULL, reason, amount_minor};

    return decide(store, &decision, error);
}

gboolean
settle_deposit_set(SettleStore *store, const SettleDepositParty *party, int64_t amount_minor,
                   const char *reason, GError **error)
{
    Decision decision = {"deposit-amount", party, NULL, reason, amount_minor};

    return decide(store, &decision, error);
}

gboolean
settle_deposit_set_default(SettleStore *store, SettleDim dim, int64_t amount_minor,
                           const char *reason, GError **error)
{
    g_autofree char *subject = g_strdup_printf("deposit-%s", settle_dim_name(dim));
    char amount[SETTLE_MONEY_TEXT_BYTES];
    g_autoptr(SettleResult) detail = settle_store_query(store, settle_sql_deposit_default_detail,
                                                        error, "s", yuan(amount_minor, amount));

    return detail != NULL && settle_store_begin(store, error) &&
           commit(store,
                  settle_store_control(
                      store, "setting", subject, NULL, reason,
                      settle_result_text(detail, 0, SQL_DEPOSIT_DEFAULT_DETAIL_DETAIL), NULL,
                      error),
                  error);
}

/* --- listing -----------------------------------------------------------------------------------
 */

static int
compare_standings(gconstpointer a, gconstpointer b)
{
    const SettleDepositStanding *x = a, *y = b;

    if (x->dim != y->dim)
        return x->dim < y->dim ? -1 : 1;
    return strcmp(x->code, y->code);
}

gboolean
settle_deposit_list(SettleStore *store, SettleDirectory **ret_directory, GArray **ret_standings,
                    GError **error)
{
    g_auto(SettleDeposits) deposits = {.states = NULL};
    g_autoptr(GArray) standings = g_array_new(FALSE, FALSE, sizeof(SettleDepositStanding));
    g_autoptr(SettleDirectory) directory = NULL;
    g_autoptr(SettleResult) state = settle_store_query(store, settle_sql_run_state, error, "");
    SettleDay date;

    if (state == NULL)
        return FALSE;
    date = settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)
               ? SETTLE_DAY_MAX
               : settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT);
    directory = settle_store_directory(store, date, G_MAXINT32, error);
    if (directory == NULL ||
        !settle_deposits_load(store, G_MAXINT64,
                              (int32_t) settle_result_i64(state, 0, SQL_RUN_STATE_WATERMARK) + 1,
                              &deposits, error))
        return FALSE;
    for (int dim = SETTLE_DIM_CARRIER; dim <= SETTLE_DIM_DISTRIBUTOR; dim++) {
        int32_t n = settle_directory_max_id(directory, (SettleDim) dim);

        for (int32_t id = 1; id <= n; id++) {
            SettleDepositStanding standing = {
                .dim = (SettleDim) dim,
                .code = settle_directory_code(directory, (SettleDim) dim, id),
                .deposit = settle_deposits_get(&deposits, (SettleDim) dim, id)->deposit,
            };

            standing.has_status = settle_directory_status_on(directory, standing.dim, id, date,
                                                             &standing.status, &standing.since);
            if (standing.code == NULL ||
                (!standing.has_status && settle_deposit_balance(&standing.deposit) == 0))
                continue;
            if (standing.has_status && standing.status == SETTLE_PARTY_ENDED &&
                settle_deposit_balance(&standing.deposit) > 0)
                standing.release_day = settle_deposit_release_day(standing.since);
            g_array_append_val(standings, standing);
        }
    }
    g_array_sort(standings, compare_standings);
    *ret_directory = g_steal_pointer(&directory);
    *ret_standings = g_steal_pointer(&standings);
    return TRUE;
}
