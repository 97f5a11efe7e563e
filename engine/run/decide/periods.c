/* Decisions about periods: closing one with the list of what is left open, and opening it again. */
#include "run/decide/periods.h"

#include "base/failpoint.h"
#include "run/decide/refunds.h"
#include "store/sql.h"

#include <string.h>

gboolean
settle_periods_load(SettleStore *store, int64_t control_position, SettlePeriods *ret_periods,
                    GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_period_closed, error, "l", control_position);
    SettlePeriods periods = {FALSE, 0};

    if (rows == NULL)
        return FALSE;
    if (!settle_result_is_null(rows, 0, SQL_PERIOD_CLOSED_CLOSED_TO)) {
        const char *text = settle_result_text(rows, 0, SQL_PERIOD_CLOSED_CLOSED_TO);

        periods.any_closed = TRUE;
        settle_invariant(settle_month_parse(text, strlen(text), &periods.closed_to));
    }
    *ret_periods = periods;
    return TRUE;
}

static gboolean
check_period(SettleStore *store, SettleMonth period, const char *text, GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_period_checks, error, "m", period);
    char other[SETTLE_DAY_TEXT_BYTES];

    if (row == NULL)
        return FALSE;
    if (settle_result_bool(row, 0, SQL_PERIOD_CHECKS_IS_CLOSED)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "period %s is closed already", text);
    } else if (settle_result_is_null(row, 0, SQL_PERIOD_CHECKS_LAST_NIGHT) ||
               settle_result_day(row, 0, SQL_PERIOD_CHECKS_LAST_NIGHT) <
                   settle_month_last(period)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "period %s is not over: its last night is not settled", text);
        settle_error_hint(error, "settle run --date %s first",
                          settle_day_format(settle_month_last(period), other));
    } else if (!settle_result_is_null(row, 0, SQL_PERIOD_CHECKS_UNFINISHED_RUN)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "run %d is unfinished",
                    settle_result_i32(row, 0, SQL_PERIOD_CHECKS_UNFINISHED_RUN));
        settle_error_hint(error, "settle run continues it");
    } else if (!settle_result_is_null(row, 0, SQL_PERIOD_CHECKS_OPEN_MONTH)) {
        g_set_error(
            error, SETTLE_ERROR, SETTLE_ERROR_STATE, "the earlier period %s is still open",
            settle_month_format(settle_result_month(row, 0, SQL_PERIOD_CHECKS_OPEN_MONTH), other));
        settle_error_hint(error, "periods are closed in their order");
    } else if (settle_result_i64(row, 0, SQL_PERIOD_CHECKS_BATCHES_LEFT) > 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "%" G_GINT64_FORMAT " sealed batches dated in or before %s are not settled yet",
                    settle_result_i64(row, 0, SQL_PERIOD_CHECKS_BATCHES_LEFT), text);
        settle_error_hint(error, "settle run settles them");
    } else {
        return TRUE;
    }
    return FALSE;
}

/* What is left open, as a text for the log. */
static char *
left_open(const SettleResult *rows)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (int i = 0; i < settle_result_rows(rows); i++)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT " %s", i > 0 ? ", " : "",
                               settle_result_i64(rows, i, SQL_PERIOD_LEFT_OPEN_HOW_MANY),
                               settle_result_text(rows, i, SQL_PERIOD_LEFT_OPEN_WHAT));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean
log_decision(SettleStore *store, const char *action, const char *period, const char *reason,
             const char *open, GError **error)
{
    g_autoptr(SettleResult) detail =
        settle_store_query(store, settle_sql_period_detail, error, "s", open);
    uint8_t head[SETTLE_DIGEST_BYTES];

    return detail != NULL && settle_store_head(store, head, error) &&
           settle_store_control(store, action, period, head, reason,
                                settle_result_text(detail, 0, SQL_PERIOD_DETAIL_DETAIL), NULL,
                                error);
}

/* How many events up to the period's end count for nothing and have been seen by nobody. */
static gboolean
count_nothing(SettleStore *store, SettleMonth period, int64_t *ret_n, GError **error)
{
    g_auto(SettleNothingList) list = {NULL, NULL};

    if (!settle_nothing_list(store, &list, error))
        return FALSE;
    *ret_n = 0;
    for (guint i = 0; i < list.rows->len; i++)
        *ret_n += g_array_index(list.rows, SettleNothing, i).day <= settle_month_last(period);
    return TRUE;
}

gboolean
settle_period_close(SettleStore *store, SettleMonth period, const char *accept,
                    gboolean *ret_closed, SettleResult **ret_left_open, GError **error)
{
    char text[SETTLE_DAY_TEXT_BYTES];
    g_autoptr(SettleResult) rows = NULL;
    g_autofree char *open = NULL;
    int64_t nothing;

    settle_month_format(period, text);
    if (!settle_store_begin(store, error))
        return FALSE;
    if (!settle_store_count(store, "control", 0, &(int64_t){0}, error) ||
        !check_period(store, period, text, error) ||
        !count_nothing(store, period, &nothing, error) ||
        (rows = settle_store_query(store, settle_sql_period_left_open, error, "ml", period,
                                   nothing)) == NULL) {
        settle_store_rollback(store);
        return FALSE;
    }
    open = left_open(rows);
    if (*open != '\0' && accept == NULL) {
        settle_store_rollback(store);
        *ret_closed = FALSE;
        *ret_left_open = g_steal_pointer(&rows);
        return TRUE;
    }
    if (log_decision(store, "period-close", text, accept, open, error) &&
        settle_failpoint(PERIOD_BEFORE_COMMIT, error) && settle_store_commit(store, error) &&
        settle_failpoint(PERIOD_COMMITTED, error)) {
        *ret_closed = TRUE;
        *ret_left_open = g_steal_pointer(&rows);
        return TRUE;
    }
    settle_store_rollback(store);
    return FALSE;
}

gboolean
settle_period_reopen(SettleStore *store, SettleMonth period, const char *reason, GError **error)
{
    char text[SETTLE_DAY_TEXT_BYTES];
    SettlePeriods periods;

    settle_month_format(period, text);
    if (!settle_store_begin(store, error))
        return FALSE;
    if (settle_store_count(store, "control", 0, &(int64_t){0}, error) &&
        settle_periods_load(store, G_MAXINT64, &periods, error)) {
        if (!periods.any_closed || period > periods.closed_to)
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "period %s is not closed", text);
        else if (log_decision(store, "period-reopen", text, reason, "", error) &&
                 settle_failpoint(REOPEN_BEFORE_COMMIT, error) &&
                 settle_store_commit(store, error) && settle_failpoint(REOPEN_COMMITTED, error))
            return TRUE;
    }
    settle_store_rollback(store);
    return FALSE;
}
