/* settle status: what the books hold, what is due, missing, put aside or looks wrong, on one
 * screen. */
#include "calc/arithmetic.h"
#include "calc/calc.h"
#include "cli/cli.h"
#include "cli/slips.h"
#include "invoice/invoice.h"
#include "model/outcome.h"
#include "policy/windows.h"
#include "report/reports.h"
#include "run/decide/feeds.h"
#include "run/decide/policies.h"
#include "run/decide/refunds.h"
#include "run/decide/servers.h"
#include "store/sql.h"

#include <string.h>

/* How far "what falls due next" looks. */
#define DAYS_AHEAD 31

static void
heading(const char *text)
{
    printf("\n%s\n", text);
}

static gboolean
section(const SettleCli *cli, SettleResult *rows, const char *title, const SettleCell *cells,
        guint n)
{
    if (rows == NULL)
        return FALSE;
    if (settle_result_rows(rows) > 0) {
        heading(title);
        settle_cli_print(cli, rows, cells, n);
    }
    settle_result_free(rows);
    return TRUE;
}

static gboolean
print_zero(const SettleCli *cli, SettleStore *store, GError **error)
{
    static const SettleColumn columns[] = {{"reason", SETTLE_COLUMN_TEXT},
                                           {"orders", SETTLE_COLUMN_INTEGER},
                                           {"meaning", SETTLE_COLUMN_TEXT}};
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_status_outcomes, error, "");
    SettleTable *table;

    if (rows == NULL)
        return FALSE;
    if (settle_result_rows(rows) == 0)
        return TRUE;
    heading("Orders settled as zero");
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleOutcome outcome =
            (SettleOutcome) settle_result_i32(rows, i, SQL_STATUS_OUTCOMES_OUTCOME);
        char count[24];
        const char *cells[] = {settle_outcome_name(outcome), count, settle_outcome_text(outcome)};

        g_snprintf(count, sizeof count, "%" G_GINT64_FORMAT,
                   settle_result_i64(rows, i, SQL_STATUS_OUTCOMES_ORDERS));
        settle_table_row(table, cells);
    }
    settle_table_end(table);
    return TRUE;
}

static gboolean
print_look_alikes(const SettleCli *cli, SettleStore *store, GError **error)
{
    const SettleReportScope all = {0};
    const SettleReport *report = settle_report_find("look-alikes");
    g_autoptr(SettleSheet) sheet = settle_report_load(store, report, &all, error);

    if (sheet == NULL)
        return FALSE;
    if (sheet->n_rows > 0) {
        heading("Codes that look alike (one of each is a slip of its sender)");
        settle_sheet_print(sheet, cli->format, stdout);
    }
    return TRUE;
}

/* One line a day and reason; the orders are those of the closing month, whatever rule they match.
 */
static gboolean
add_due(SettleStore *store, SettleTable *table, SettleDay day, const SettlePolicy *policy,
        const char *what, SettleMonth closing, GError **error)
{
    char day_text[SETTLE_DAY_TEXT_BYTES], month[SETTLE_DAY_TEXT_BYTES], count[24] = "";
    const char *cells[] = {settle_day_format(day, day_text), policy->carrier, what, count};
    g_autofree char *text = NULL;

    if (closing != 0) {
        g_autoptr(SettleResult) row =
            settle_store_query(store, settle_sql_status_closing_orders, error, "m", closing);

        if (row == NULL)
            return FALSE;
        if (settle_result_i64(row, 0, SQL_STATUS_CLOSING_ORDERS_FACTS) == 0)
            return TRUE;
        g_snprintf(count, sizeof count, "%" G_GINT64_FORMAT,
                   settle_result_i64(row, 0, SQL_STATUS_CLOSING_ORDERS_FACTS));
        text =
            g_strdup_printf("%s, orders closed in %s", what, settle_month_format(closing, month));
        cells[2] = text;
    }
    settle_table_row(table, cells);
    return TRUE;
}

static gboolean
add_rule_due(SettleStore *store, SettleTable *table, SettleDay day, const SettlePolicy *policy,
             const SettleRule *rule, GError **error)
{
    SettleMonth month = settle_day_month(day);

    for (guint item = 1; item <= settle_rule_n_dues(settle_arithmetic_current(), rule); item++) {
        SettleDueOn on = settle_rule_due_on(settle_arithmetic_current(), rule, item);
        g_autofree char *what = g_strdup_printf("%s T+%d", rule->id, on.months);
        SettleMonth closing = month - on.months;

        if (settle_month_day(month, on.day) == day &&
            settle_month_last(closing) >= policy->closing_from &&
            settle_month_first(closing) <= policy->closing_to &&
            !add_due(store, table, day, policy, what, closing, error))
            return FALSE;
    }
    if (settle_kind_is_window((int) rule->kind) && !rule->window.progressive) {
        SettleMonth end = settle_window_end(rule->window.length, day);
        g_autofree char *what = g_strdup_printf("%s, end of window", rule->id);

        if (settle_month_last(end) == day && policy->closing_from <= day &&
            policy->closing_to >= settle_month_first(end) &&
            !add_due(store, table, day, policy, what, 0, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
print_due(const SettleCli *cli, SettleStore *store, SettleDay last, GError **error)
{
    static const SettleColumn columns[] = {{"day", SETTLE_COLUMN_TEXT},
                                           {"carrier", SETTLE_COLUMN_TEXT},
                                           {"what", SETTLE_COLUMN_TEXT},
                                           {"orders_of_all_carriers", SETTLE_COLUMN_INTEGER}};
    g_autoptr(SettlePolicySet) policies = settle_policies_load(store, G_MAXINT64, error);
    SettleTable *table;
    gboolean ok = TRUE;

    if (policies == NULL)
        return FALSE;
    heading("What falls due next (conditions not looked at)");
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    for (SettleDay day = last + 1; ok && day <= last + DAYS_AHEAD; day++) {
        for (guint i = 0; ok && i < settle_policy_set_size(policies); i++) {
            const SettlePolicy *policy = settle_policy_set_nth(policies, i);

            for (guint r = 0; ok && r < policy->n_rules; r++)
                ok = add_rule_due(store, table, day, policy, &policy->rules[r], error);
            if (ok && settle_policy_set_terms(policies, policy->carrier_id, day) == policy &&
                policy->invoice.cycle != SETTLE_CYCLE_DAILY &&
                settle_invoice_cycle_ends(&policy->invoice, day))
                ok = add_due(store, table, day, policy, "invoices are drafted", 0, error);
        }
    }
    settle_table_end(table);
    return ok;
}

/* What should be there by yesterday, and is not. */
static gboolean
print_missing(const SettleCli *cli, SettleStore *store, GError **error)
{
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},
        {"kind", SETTLE_CELL_TEXT, 0},
        {"day", SETTLE_CELL_TEXT, 0},
        {"deadline", SETTLE_CELL_TEXT, 0},
    };
    g_autofree char *name = settle_store_zone(store, error);
    g_autoptr(SettleZone) zone = name != NULL ? settle_zone_new(name, error) : NULL;

    return zone != NULL &&
           section(cli, settle_feed_missing(store, settle_zone_today(zone) - 1, error),
                   "Expected, and not there (settle feed)", cells, G_N_ELEMENTS(cells));
}

static gboolean
print_nothing(const SettleCli *cli, SettleStore *store, GError **error)
{
    static const SettleColumn columns[] = {{"carrier", SETTLE_COLUMN_TEXT},
                                           {"events", SETTLE_COLUMN_INTEGER}};
    g_auto(SettleNothingList) list = {NULL, NULL};
    SettleTable *table;
    guint n = 0;

    if (!settle_nothing_list(store, &list, error))
        return FALSE;
    if (list.rows->len == 0)
        return TRUE;
    heading("Events that count for nothing, not seen yet (settle facts list)");
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    for (guint i = 0; i < list.rows->len; i++) {
        const SettleNothing *row = &g_array_index(list.rows, SettleNothing, i);
        char count[24];
        const char *cells[] = {row->carrier, count};

        n++;
        if (i + 1 < list.rows->len && strcmp(row[1].carrier, row->carrier) == 0)
            continue;
        g_snprintf(count, sizeof count, "%u", n);
        settle_table_row(table, cells);
        n = 0;
    }
    settle_table_end(table);
    return TRUE;
}

/* Nothing of a socket on this host. */
static void
print_channel(const SettleStore *store)
{
    const char *encryption = settle_store_encryption(store);

    if (encryption == NULL)
        puts("The connection is not encrypted: sslmode=verify-full in --db, or PGSSLMODE, asks for "
             "it");
    else if (encryption[0] != '\0')
        printf("The connection is encrypted (%s)\n", encryption);
}

/* That no run would begin here is nothing that keeps the rest from being shown. */
static gboolean
print_server(SettleStore *store, GError **error)
{
    GError *failure = NULL;

    if (settle_server_check(store, &failure))
        return TRUE;
    if (!g_error_matches(failure, SETTLE_ERROR, SETTLE_ERROR_STATE)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    printf("No run begins here (settle server show): %.*s\n",
           (int) strcspn(failure->message, "\n"), failure->message);
    g_error_free(failure);
    return TRUE;
}

/* ret_last: until when nights are settled, if one was. FALSE: error is set. */
static gboolean
print_head(SettleStore *store, gboolean *ret_settled, SettleDay *ret_last, GError **error)
{
    g_autoptr(SettleResult) head = settle_store_query(store, settle_sql_status_head, error, "");

    if (head == NULL)
        return FALSE;
    *ret_last = 0;
    *ret_settled = !settle_result_is_null(head, 0, SQL_STATUS_HEAD_SETTLED_TO);
    if (*ret_settled) {
        const char *text = settle_result_text(head, 0, SQL_STATUS_HEAD_SETTLED_TO);

        settle_invariant(settle_day_parse(text, strlen(text), ret_last));
        printf("Settled up to %s\n", text);
    } else {
        puts("No night has been settled yet");
    }
    if (!settle_result_is_null(head, 0, SQL_STATUS_HEAD_UNFINISHED_RUN))
        printf("Run %d is unfinished: settle run continues it\n",
               settle_result_i32(head, 0, SQL_STATUS_HEAD_UNFINISHED_RUN));
    print_channel(store);
    return print_server(store, error);
}

/* What somebody wants withdrawn, and another one has not agreed to or no night has carried out. */
static gboolean
print_withdrawals(const SettleCli *cli, SettleStore *store, GError **error)
{
    static const SettleCell batches[] = {
        {"batch", SETTLE_CELL_INTEGER, 0},   {"kind", SETTLE_CELL_TEXT, 0},
        {"source", SETTLE_CELL_TEXT, 0},     {"date", SETTLE_CELL_TEXT, 0},
        {"withdrawal", SETTLE_CELL_TEXT, 0}, {"asked_by", SETTLE_CELL_TEXT, 0},
        {"reason", SETTLE_CELL_TEXT, 0},
    };
    static const SettleCell statements[] = {
        {"carrier", SETTLE_CELL_TEXT, 0}, {"period", SETTLE_CELL_TEXT, 0},
        {"file", SETTLE_CELL_TEXT, 0},    {"asked_by", SETTLE_CELL_TEXT, 0},
        {"reason", SETTLE_CELL_TEXT, 0},
    };

    return section(cli, settle_store_query(store, settle_sql_status_withdrawals, error, ""),
                   "Batches to be withdrawn (settle batch approve, settle run)", batches,
                   G_N_ELEMENTS(batches)) &&
           section(cli, settle_store_query(store, settle_sql_status_statements, error, ""),
                   "Statements to be withdrawn (settle reconcile withdraw --approve)", statements,
                   G_N_ELEMENTS(statements));
}

/* What the database holds to whatever groups a login has; an administrator should know. */
static gboolean
print_logins(const SettleCli *cli, SettleStore *store, GError **error)
{
    static const SettleCell logins[] = {{"login", SETTLE_CELL_TEXT, 0},
                                        {"finding", SETTLE_CELL_TEXT, 0},
                                        {"means", SETTLE_CELL_TEXT, 0}};

    return section(cli, settle_store_query(store, settle_sql_status_logins, error, ""),
                   "Logins (docs/operations.md, Setting up)", logins, G_N_ELEMENTS(logins));
}

static gboolean
print_status(const SettleCli *cli, SettleStore *store, GError **error)
{
    static const SettleCell runs[] = {
        {"run", SETTLE_CELL_INTEGER, 0},       {"kind", SETTLE_CELL_TEXT, 0},
        {"date", SETTLE_CELL_TEXT, 0},         {"facts", SETTLE_CELL_INTEGER, 0},
        {"settled", SETTLE_CELL_INTEGER, 0},   {"zero", SETTLE_CELL_INTEGER, 0},
        {"waiting", SETTLE_CELL_INTEGER, 0},   {"due", SETTLE_CELL_INTEGER, 0},
        {"transfers", SETTLE_CELL_INTEGER, 0}, {"invoices", SETTLE_CELL_INTEGER, 0},
        {"digest", SETTLE_CELL_TEXT, 0},
    };
    static const SettleCell batches[] = {
        {"batch", SETTLE_CELL_INTEGER, 0},       {"kind", SETTLE_CELL_TEXT, 0},
        {"source", SETTLE_CELL_TEXT, 0},         {"date", SETTLE_CELL_TEXT, 0},
        {"state", SETTLE_CELL_TEXT, 0},          {"rows", SETTLE_CELL_INTEGER, 0},
        {"quarantined", SETTLE_CELL_INTEGER, 0}, {"reason", SETTLE_CELL_TEXT, 0},
    };
    static const SettleCell quarantine[] = {
        {"reason", SETTLE_CELL_TEXT, 0},
        {"rows", SETTLE_CELL_INTEGER, 0},
        {"first_batch", SETTLE_CELL_INTEGER, 0},
        {"last_batch", SETTLE_CELL_INTEGER, 0},
    };
    static const SettleCell pending[] = {
        {"what", SETTLE_CELL_TEXT, 0},
        {"carrier", SETTLE_CELL_TEXT, 0},
        {"count", SETTLE_CELL_INTEGER, 0},
        {"since_or_until", SETTLE_CELL_TEXT, 0},
    };
    static const SettleCell debts[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},
        {"currency", SETTLE_CELL_CURRENCY, 0},
        {"distributors", SETTLE_CELL_INTEGER, 0},
        {"owe", SETTLE_CELL_MONEY, 1},
    };
    SettleDay last;
    gboolean settled;

    if (!print_head(store, &settled, &last, error))
        return FALSE;
    return section(cli, settle_store_query(store, settle_sql_period_list, error, ""), "Periods",
                   settle_period_cells, SETTLE_PERIOD_CELLS) &&
           section(cli, settle_store_query(store, settle_sql_status_runs, error, "i", 10),
                   "Last runs", runs, G_N_ELEMENTS(runs)) &&
           section(cli, settle_store_query(store, settle_sql_status_batches, error, ""),
                   "Batches not settled", batches, G_N_ELEMENTS(batches)) &&
           print_withdrawals(cli, store, error) &&
           section(cli, settle_store_query(store, settle_sql_status_quarantine, error, ""),
                   "Quarantine (settle quarantine list)", quarantine, G_N_ELEMENTS(quarantine)) &&
           print_look_alikes(cli, store, error) && print_zero(cli, store, error) &&
           print_nothing(cli, store, error) &&
           section(cli, settle_store_query(store, settle_sql_status_debts, error, ""),
                   "Distributors that owe (settle ledger ageing)", debts, G_N_ELEMENTS(debts)) &&
           section(cli, settle_store_query(store, settle_sql_status_pending, error, ""),
                   "Waiting (settle facts waiting)", pending, G_N_ELEMENTS(pending)) &&
           print_missing(cli, store, error) && print_logins(cli, store, error) &&
           (!settled || print_due(cli, store, last, error));
}

int
settle_command_status(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("status",
                          "Where things stand: periods, last runs, batches, quarantine, what "
                          "waits, what falls due next.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("status", argv[1], NULL);
    if (cli->format != SETTLE_FORMAT_TABLE)
        return settle_cli_usage(
            "the parts have commands of their own: period list, ledger, invoice list, "
            "quarantine list",
            "status is a page for people: it has no other format");
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "status", &error);
    if (store == NULL || !print_status(cli, store, &error))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}
