/* settle reconcile orders and ledger: what became of each order, and where all that was earned
 * stands. */
#include "cli/cli-reconcile.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    char *period, *carrier, *distributor;
    gboolean by_distributor;
} Options;

static void
clear_options(Options *options)
{
    g_free(options->period);
    g_free(options->carrier);
    g_free(options->distributor);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear_options)

/* "2026-03" as its first day; NULL: an error was printed, *ret_exit says it. */
static char *
first_day(const char *period, int *ret_exit)
{
    GError *error = NULL;
    SettleMonth month;

    if (settle_cli_month("--period", period, &month, &error))
        return g_strdup_printf("%s-01", period);
    *ret_exit = settle_cli_fail(error);
    return NULL;
}

/* Every sealed order of the month is settled, zero with a reason, waits with one, or its row was
 * rejected (docs/semantics.md 10). */
static int
reconcile_orders(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},   {"currency", SETTLE_CELL_CURRENCY, 0},
        {"state", SETTLE_CELL_TEXT, 0},     {"because", SETTLE_CELL_TEXT, 0},
        {"orders", SETTLE_CELL_INTEGER, 0}, {"paid", SETTLE_CELL_MONEY, 1},
    };
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &options.period, "orders that closed in it",
         "YYYY-MM"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &options.carrier, "only of this carrier", "CODE"},
        G_OPTION_ENTRY_NULL};
    g_autofree char *first = NULL;
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL, sealed = NULL;
    GError *error = NULL;
    int64_t orders = 0, misstated = 0;
    int code;

    if (!settle_cli_parse("reconcile orders --period YYYY-MM",
                          "What became of every sealed order that closed in a month; exits with 1 "
                          "if some are unaccounted for.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("reconcile orders", argv[1], entries);
    if (options.period == NULL)
        return settle_cli_usage("--period 2026-03", "orders of which period");
    first = first_day(options.period, &code);
    if (first == NULL)
        return code;
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "reconcile", &error);
    if (store == NULL ||
        !settle_cli_known(
            store, &(SettleNamed){.carrier = options.carrier, .period = options.period}, &error) ||
        (rows = settle_store_query(store, settle_sql_reconcile_orders, &error, "sss", first,
                                   options.carrier, NULL)) == NULL ||
        (sealed = settle_store_query(store, settle_sql_reconcile_orders_sealed, &error, "s",
                                     first)) == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    for (int i = 0; i < settle_result_rows(rows); i++) {
        orders += settle_result_i64(rows, i, SQL_RECONCILE_ORDERS_ORDERS);
        misstated += settle_result_i64(rows, i, SQL_RECONCILE_ORDERS_SUM_PAID) !=
                     settle_result_i64(rows, i, SQL_RECONCILE_ORDERS_SUM_STATED);
    }
    if (cli->format == SETTLE_FORMAT_TABLE)
        printf("%" G_GINT64_FORMAT " orders of %s; besides, %" G_GINT64_FORMAT
               " rows of the month's files were rejected\n",
               orders, options.period,
               settle_result_i64(sealed, 0, SQL_RECONCILE_ORDERS_SEALED_QUARANTINED));
    if ((options.carrier == NULL &&
         orders != settle_result_i64(sealed, 0, SQL_RECONCILE_ORDERS_SEALED_ORDERS)) ||
        misstated > 0 ||
        settle_result_i64(sealed, 0, SQL_RECONCILE_ORDERS_SEALED_BATCHES_OFF) > 0) {
        fprintf(stderr,
                "settle: orders of %s do not add up: %" G_GINT64_FORMAT
                " are accounted for, %" G_GINT64_FORMAT " are stored; %" G_GINT64_FORMAT
                " groups state another amount, %" G_GINT64_FORMAT
                " batches hold not what they took in\nhint: settle verify names the rows\n",
                options.period, orders,
                settle_result_i64(sealed, 0, SQL_RECONCILE_ORDERS_SEALED_ORDERS), misstated,
                settle_result_i64(sealed, 0, SQL_RECONCILE_ORDERS_SEALED_BATCHES_OFF));
        return SETTLE_EXIT_FOUND;
    }
    return SETTLE_EXIT_DONE;
}

/* Earned less taken back = invoiced + withheld on invoices + carried forward + held + not yet
 * drawn (docs/semantics.md 10). */
static int
reconcile_ledger(const SettleCli *cli, int argc, char **argv)
{
    SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},      {"distributors", SETTLE_CELL_TEXT, 0},
        {"currency", SETTLE_CELL_CURRENCY, 0}, {"earned", SETTLE_CELL_MONEY, 2},
        {"taken_back", SETTLE_CELL_MONEY, 2},  {"on_drafts", SETTLE_CELL_MONEY, 2},
        {"on_approved", SETTLE_CELL_MONEY, 2}, {"on_issued", SETTLE_CELL_MONEY, 2},
        {"withheld", SETTLE_CELL_MONEY, 2},    {"carried_forward", SETTLE_CELL_MONEY, 2},
        {"held", SETTLE_CELL_MONEY, 2},        {"not_drawn", SETTLE_CELL_MONEY, 2},
        {"difference", SETTLE_CELL_MONEY, 2},  {"tax_on_top", SETTLE_CELL_MONEY, 2},
        {"documents_differ", SETTLE_CELL_MONEY, 2},
    };
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &options.period, "only postings of this period",
         "YYYY-MM"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &options.carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &options.distributor,
         "only of this distributor", "CODE"},
        {"by-distributor", 0, 0, G_OPTION_ARG_NONE, &options.by_distributor,
         "a row for each distributor", NULL},
        G_OPTION_ENTRY_NULL};
    g_autofree char *first = NULL;
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    SettleNamed named;
    int64_t differ = 0;
    int code;

    if (!settle_cli_parse("reconcile ledger [--period YYYY-MM]",
                          "Where everything that was earned stands: on drafts, approved and issued "
                          "invoices, carried forward,\nheld, or not drawn yet; withheld is of "
                          "invoices of any of these. Before tax where amounts exclude it:\n"
                          "beside it is what the documents concerned put on top, and by how much "
                          "they say\notherwise than the ledger (lines, tax, totals, what is to be "
                          "paid) or than their issues posted.\nExits with 1 if it does not add up.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("reconcile ledger", argv[1], entries);
    if (options.period != NULL && (first = first_day(options.period, &code)) == NULL)
        return code;
    if (options.by_distributor)
        cells[1].name = "distributor";
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "reconcile", &error);
    named = (SettleNamed){
        .carrier = options.carrier, .distributor = options.distributor, .period = options.period};
    rows = store != NULL && settle_cli_known(store, &named, &error)
               ? settle_store_query(store, settle_sql_reconcile_ledger, &error, "sssb", first,
                                    options.carrier, options.distributor, options.by_distributor)
               : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "postings", &named);
    for (int i = 0; i < settle_result_rows(rows); i++)
        differ += settle_result_i64(rows, i, SQL_RECONCILE_LEDGER_DIFFERING);
    if (differ == 0)
        return SETTLE_EXIT_DONE;
    fprintf(stderr,
            "settle: what was earned of %" G_GINT64_FORMAT
            " distributors is not where it should be, or their documents say otherwise\nhint: "
            "settle reconcile ledger --by-distributor names them, settle verify the rows\n",
            differ);
    return SETTLE_EXIT_FOUND;
}

int
settle_command_reconcile(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"orders", "--period YYYY-MM", "what became of every order", NULL, reconcile_orders},
        {"ledger", "[--period YYYY-MM]", "where all that was earned stands", NULL,
         reconcile_ledger},
        {"statement", "[FILE.csv] --carrier CODE --period YYYY-MM",
         "a carrier's statement against ours", NULL, settle_reconcile_statement},
        {"statements", "", "which statements were taken in", NULL, settle_reconcile_statements},
        {"accept", "[DIFFERENCE...] --carrier CODE --period YYYY-MM --reason TEXT",
         "differences that are no longer open", NULL, settle_reconcile_accept},
        {"dispute", "[DIFFERENCE...] --carrier CODE --period YYYY-MM --reason TEXT",
         "differences that the carrier was told of", NULL, settle_reconcile_dispute},
        {"withdraw", "--carrier CODE --period YYYY-MM (--reason TEXT | --approve)",
         "a statement that was told wrongly", NULL, settle_reconcile_withdraw},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("reconcile", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
