/* Reports that need more than a query: where volume windows stand between tiers, and differences
 * between two books. */
#include "report/reports.h"

#include "base/error.h"
#include "calc/arithmetic.h"
#include "calc/calc.h"
#include "money/money.h"
#include "policy/windows.h"
#include "run/decide/policies.h"
#include "statement/statement.h"
#include "store/sql.h"

#include <string.h>

/* --- volume standing ----------------------------------------------------------------------------
 */

/* A measure as people read it: a count, or an amount. */
static char *
measure_text(const SettlePolicy *policy, const SettleRule *rule, int64_t measure)
{
    char text[SETTLE_MONEY_TEXT_BYTES];

    if (rule->window.in_amounts)
        return g_strdup(
            settle_money_format(measure, settle_currency_exponent(policy->currency), text));
    return g_strdup_printf("%" G_GINT64_FORMAT, measure);
}

static const SettleColumn standing_columns[] = {
    {"carrier", SETTLE_COLUMN_TEXT},     {"distributor", SETTLE_COLUMN_TEXT},
    {"scope", SETTLE_COLUMN_TEXT},       {"rule", SETTLE_COLUMN_TEXT},
    {"window_ends", SETTLE_COLUMN_TEXT}, {"over", SETTLE_COLUMN_TEXT},
    {"measure", SETTLE_COLUMN_TEXT},     {"counted", SETTLE_COLUMN_MONEY},
    {"tier", SETTLE_COLUMN_TEXT},        {"currency", SETTLE_COLUMN_TEXT},
    {"bonus", SETTLE_COLUMN_MONEY},      {"next_tier_from", SETTLE_COLUMN_MONEY},
    {"to_go", SETTLE_COLUMN_MONEY},      {"bonus_then", SETTLE_COLUMN_MONEY},
    {"more_by", SETTLE_COLUMN_MONEY},
};

typedef struct {
    const SettlePolicy *policy;
    const SettleRule *rule;
    const char *distributor, *scope;
    SettleMonth end;
    gboolean over; /* its last day is settled */
    int64_t measure;
} Window;

/* FALSE: a bonus leaves 64 bits. */
static gboolean
add_standing(SettleSheet *sheet, const Window *w)
{
    const SettleWindowSteps steps =
        settle_window_steps(settle_arithmetic_current(), w->rule, w->measure);
    int exponent = settle_currency_exponent(w->policy->currency);
    char month[SETTLE_DAY_TEXT_BYTES], tier[16], bonus[SETTLE_MONEY_TEXT_BYTES],
        then[SETTLE_MONEY_TEXT_BYTES] = "", more[SETTLE_MONEY_TEXT_BYTES] = "";
    g_autofree char *counted = measure_text(w->policy, w->rule, w->measure), *from = NULL,
                    *to_go = NULL;
    int64_t now, later;

    g_snprintf(tier, sizeof tier, "%u of %u", steps.reached, steps.n);
    if (!settle_window_earned(settle_arithmetic_current(), w->rule, w->measure, w->policy->rounding,
                              &now))
        return FALSE;
    settle_money_format(now, exponent, bonus);
    if (steps.reached < steps.n && !w->over) {
        int64_t start = steps.next_from;

        /* what a window still lacks nobody can add once it is over */
        if (!settle_window_earned(settle_arithmetic_current(), w->rule, start, w->policy->rounding,
                                  &later))
            return FALSE;
        from = measure_text(w->policy, w->rule, start);
        to_go = measure_text(w->policy, w->rule, start - w->measure);
        settle_money_format(later, exponent, then);
        settle_money_format(later - now, exponent, more);
    }
    settle_sheet_row(sheet, (const char *const[]){w->policy->carrier, w->distributor, w->scope,
                                                  w->rule->id, settle_month_format(w->end, month),
                                                  w->over ? "over" : "open", steps.unit, counted,
                                                  tier, settle_currency_code(w->policy->currency),
                                                  bonus, from, to_go, then, more});
    return TRUE;
}

SettleSheet *
settle_report_volume_standing(SettleStore *store, const SettleReportScope *scope, const char *name,
                              const char *title, GError **error)
{
    g_autoptr(SettlePolicySet) policies = settle_policies_load(store, G_MAXINT64, error);
    g_autoptr(SettleResult) rows = NULL, state = NULL;
    char first[SETTLE_DAY_TEXT_BYTES];
    SettleDay today;
    SettleMonth month;
    g_autoptr(SettleSheet) sheet =
        settle_sheet_new(name, title,
                         "What each volume window counts by now, what that is worth, and, while it "
                         "is not over, what "
                         "the first unit of the next tier would be; before ceilings.",
                         standing_columns, G_N_ELEMENTS(standing_columns));

    if (policies == NULL ||
        (state = settle_store_query(store, settle_sql_run_state, error, "")) == NULL)
        return NULL;
    if (settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)) /* no night yet */
        return g_steal_pointer(&sheet);
    today = settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT);
    month = settle_day_month(today);
    if (scope->period != NULL)
        settle_invariant(settle_month_parse(scope->period, strlen(scope->period), &month));
    settle_month_format(month, first);
    rows = settle_store_query(store, settle_sql_report_volume_measures, error, "sss",
                              strcat(first, "-01"), scope->carrier, scope->distributor);
    if (rows == NULL)
        return NULL;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleMonth end = settle_result_month(rows, i, SQL_REPORT_VOLUME_MEASURES_WINDOW_END);
        const SettlePolicy *policy = settle_policy_set_terms(
            policies, settle_result_i32(rows, i, SQL_REPORT_VOLUME_MEASURES_CARRIER_ID),
            settle_month_last(end));
        guint number = (guint) settle_result_i32(rows, i, SQL_REPORT_VOLUME_MEASURES_RULE);
        Window window = {.policy = policy,
                         .end = end,
                         .distributor =
                             settle_result_text(rows, i, SQL_REPORT_VOLUME_MEASURES_CODE),
                         .measure = settle_result_i64(rows, i, SQL_REPORT_VOLUME_MEASURES_MEASURE)};

        window.rule = policy != NULL ? settle_policy_rule(policy, number) : NULL;
        /* until its orders are counted anew, a window of a rule that was given up */
        if (window.rule == NULL || window.rule->window.length == 0)
            continue;
        window.over = settle_month_last(window.end) <= today;
        /* without a period those that are not over, else those that it is part of */
        if (scope->period == NULL
                ? window.over
                : settle_day_month(settle_window_first(window.rule->window.length,
                                                       settle_month_last(window.end))) > month)
            continue;
        window.scope = window.rule->window.scope == SETTLE_SCOPE_OUTLET
                           ? settle_result_text(rows, i, SQL_REPORT_VOLUME_MEASURES_OUTLET)
                       : window.rule->window.scope == SETTLE_SCOPE_MANAGER
                           ? settle_result_text(rows, i, SQL_REPORT_VOLUME_MEASURES_MANAGER)
                           : "";
        if (!add_standing(sheet, &window)) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                        "the bonus of rule %s for %s leaves 64 bits", window.rule->id,
                        window.distributor);
            return NULL;
        }
    }
    return g_steal_pointer(&sheet);
}

/* --- differences with the carriers' statements ---------------------------------------------------
 */

static const SettleColumn difference_columns[] = {
    {"carrier", SETTLE_COLUMN_TEXT},     {"period", SETTLE_COLUMN_TEXT},
    {"match", SETTLE_COLUMN_TEXT},       {"age_days", SETTLE_COLUMN_ORDINAL},
    {"open", SETTLE_COLUMN_INTEGER},     {"of_that_disputed", SETTLE_COLUMN_INTEGER},
    {"accepted", SETTLE_COLUMN_INTEGER}, {"theirs", SETTLE_COLUMN_MONEY},
    {"ours", SETTLE_COLUMN_MONEY},       {"ours_less_theirs", SETTLE_COLUMN_MONEY},
};

static void
add_differences(SettleSheet *sheet, const SettleStatement *statement, SettleDay today)
{
    int exponent = settle_statement_exponent();
    char month[SETTLE_DAY_TEXT_BYTES], age[16];

    settle_month_format(statement->period, month);
    g_snprintf(age, sizeof age, "%d", MAX(0, today - settle_month_last(statement->period)));
    for (int state = SETTLE_MATCHED + 1; state < SETTLE_N_MATCHES; state++) {
        int64_t n[3] = {0};
        char counts[3][24], amounts[3][SETTLE_MONEY_TEXT_BYTES];

        if (statement->n[state] == 0)
            continue;
        for (guint i = 0; i < statement->items->len; i++) {
            const SettleStatementItem *item =
                &g_array_index(statement->items, SettleStatementItem, i);

            n[item->decided] += (int) item->state == state;
        }
        g_snprintf(counts[0], 24, "%" G_GINT64_FORMAT,
                   n[SETTLE_DIFFERENCE_OPEN] + n[SETTLE_DIFFERENCE_DISPUTED]);
        g_snprintf(counts[1], 24, "%" G_GINT64_FORMAT, n[SETTLE_DIFFERENCE_DISPUTED]);
        g_snprintf(counts[2], 24, "%" G_GINT64_FORMAT, n[SETTLE_DIFFERENCE_ACCEPTED]);
        settle_money_format(statement->theirs_minor[state], exponent, amounts[0]);
        settle_money_format(statement->ours_minor[state], exponent, amounts[1]);
        settle_money_format(statement->ours_minor[state] - statement->theirs_minor[state], exponent,
                            amounts[2]);
        settle_sheet_row(sheet, (const char *const[]){statement->carrier, month,
                                                      settle_match_name((SettleMatchState) state),
                                                      age, counts[0], counts[1], counts[2],
                                                      amounts[0], amounts[1], amounts[2]});
    }
}

SettleSheet *
settle_report_differences(SettleStore *store, const SettleReportScope *scope, const char *name,
                          const char *title, GError **error)
{
    g_autoptr(SettleResult) statements =
        settle_store_query(store, settle_sql_statement_list, error, "");
    g_autoptr(SettleResult) state = NULL;
    g_autoptr(SettleSheet) sheet = settle_sheet_new(
        name, title,
        "What the carriers' own statements say otherwise: how many are open (those "
        "disputed with them) and accepted, and the amounts of all of them, in "
        "yuan; settle reconcile statement has each line.",
        difference_columns, G_N_ELEMENTS(difference_columns));

    if (statements == NULL ||
        (state = settle_store_query(store, settle_sql_run_state, error, "")) == NULL)
        return NULL;
    for (int i = 0; i < settle_result_rows(statements); i++) {
        const char *carrier = settle_result_text(statements, i, SQL_STATEMENT_LIST_CARRIER),
                   *period = settle_result_text(statements, i, SQL_STATEMENT_LIST_PERIOD);
        g_auto(SettleStatement) statement = {0};
        SettleMonth month;

        if (strcmp(settle_result_text(statements, i, SQL_STATEMENT_LIST_STATE), "holds") != 0 ||
            (scope->carrier != NULL && strcmp(scope->carrier, carrier) != 0) ||
            (scope->period != NULL && strcmp(scope->period, period) != 0) ||
            !settle_month_parse(period, strlen(period), &month))
            continue;
        if (!settle_statement_load(store, carrier, month, &statement, error) ||
            !settle_statement_match(store, &statement, error))
            return NULL;
        add_differences(sheet, &statement,
                        settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)
                            ? settle_month_last(month)
                            : settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT));
    }
    return g_steal_pointer(&sheet);
}
