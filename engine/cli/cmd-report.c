#include "cli/cli.h"
#include "store/sql.h"

#include <string.h>

#define MAX_CELLS 12

typedef struct {
    const char *name, *about;
    const char *sql;
    gboolean needs_period, takes_parties;
    guint n;
    SettleCell cells[MAX_CELLS];
} Report;

#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, SETTLE_CELL_TEXT, 0                                                                  \
    }
#define NUMBER(name)                                                                               \
    {                                                                                              \
        name, SETTLE_CELL_INTEGER, 0                                                               \
    }
#define MONEY(name, currency)                                                                      \
    {                                                                                              \
        name, SETTLE_CELL_MONEY, currency                                                          \
    }
#define CURRENCY(name)                                                                             \
    {                                                                                              \
        name, SETTLE_CELL_CURRENCY, 0                                                              \
    }

/* The report of that name; without a name lists them all. Figures come from the totals, which
 * verify proves against the transfers. FALSE: there is no such report. */
static gboolean
find_report(const char *name, Report *ret_report)
{
    const Report reports[] = {
        {"settlement-summary",
         "what was earned, by carrier and kind",
         settle_sql_report_settlement_summary,
         FALSE,
         TRUE,
         8,
         {TEXT("carrier"), CURRENCY("currency"), TEXT("kind"), NUMBER("transfers"),
          MONEY("earned", 1), MONEY("taken_back", 1), MONEY("net", 1), MONEY("of_that_held", 1)}},
        {"distributor-summary",
         "what was earned, by carrier and distributor",
         settle_sql_report_distributor_summary,
         FALSE,
         TRUE,
         9,
         {TEXT("carrier"), TEXT("distributor"), CURRENCY("currency"), NUMBER("transfers"),
          MONEY("earned", 2), MONEY("taken_back", 2), MONEY("net", 2), MONEY("of_that_held", 2),
          MONEY("kept_at_source", 2)}},
        {"trial-balance",
         "debits, credits and balance of each account up to the period",
         settle_sql_report_trial_balance,
         FALSE,
         TRUE,
         5,
         {TEXT("account"), CURRENCY("currency"), MONEY("debit", 1), MONEY("credit", 1),
          MONEY("balance", 1)}},
        {"roll-forward",
         "each account from opening to closing of the period, by kind",
         settle_sql_report_roll_forward,
         TRUE,
         TRUE,
         10,
         {TEXT("account"), CURRENCY("currency"), MONEY("opening", 1), MONEY("upfront", 1),
          MONEY("deferred", 1), MONEY("revenue_share", 1), MONEY("volume_bonus", 1),
          MONEY("invoice", 1), MONEY("deposit", 1), MONEY("closing", 1)}},
        {"run-history",
         "the published runs with their digests",
         settle_sql_report_run_history,
         FALSE,
         FALSE,
         12,
         {NUMBER("run"), TEXT("kind"), TEXT("date"), NUMBER("facts"), NUMBER("settled"),
          NUMBER("zero"), NUMBER("waiting"), NUMBER("transfers"), NUMBER("invoices"), TEXT("actor"),
          TEXT("published_at"), TEXT("digest")}},
        {"quarantine",
         "rejected rows that were not released, by kind and reason",
         settle_sql_report_quarantine,
         FALSE,
         FALSE,
         8,
         {TEXT("kind"), TEXT("reason"), TEXT("column"), NUMBER("rows"), NUMBER("batches"),
          TEXT("from"), TEXT("to"), TEXT("for_example")}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(reports); i++) {
        if (name == NULL) {
            printf("%-20s %s\n", reports[i].name, reports[i].about);
        } else if (strcmp(reports[i].name, name) == 0) {
            *ret_report = reports[i];
            return TRUE;
        }
    }
    return FALSE;
}

int
settle_command_report(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *period = NULL, *carrier = NULL, *distributor = NULL;
    gboolean list = FALSE;
    const GOptionEntry entries[] = {
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &period, "of this period (trial-balance: up to it)",
         "YYYY-MM"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &distributor, "only of this distributor",
         "CODE"},
        {"list", 0, 0, G_OPTION_ARG_NONE, &list, "which reports there are", NULL},
        G_OPTION_ENTRY_NULL};
    g_autofree char *first = NULL;
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    Report report;
    GError *error = NULL;
    SettleMonth month;
    int code;

    if (!settle_cli_parse("report NAME", "A report from the published books.", entries, &argc,
                          &argv, &code))
        return code;
    if (list) {
        find_report(NULL, &report);
        return SETTLE_EXIT_DONE;
    }
    if (argc != 2)
        return settle_cli_usage("settle report --list names them", "which report");
    if (!find_report(argv[1], &report))
        return settle_cli_usage("settle report --list names them", "there is no report \"%s\"",
                                argv[1]);
    if (report.needs_period && period == NULL)
        return settle_cli_usage("--period 2026-03", "%s of which period", report.name);
    if (!report.takes_parties && (carrier != NULL || distributor != NULL))
        return settle_cli_usage(NULL, "%s is of all carriers and distributors", report.name);
    if (period != NULL) {
        if (!settle_cli_month("--period", period, &month, &error))
            return settle_cli_fail(error);
        first = g_strdup_printf("%s-01", period);
    }
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "report", &error);
    rows = store != NULL
               ? settle_store_query(store, report.sql, &error, "sss", first, carrier, distributor)
               : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, report.cells, report.n);
    return SETTLE_EXIT_DONE;
}
