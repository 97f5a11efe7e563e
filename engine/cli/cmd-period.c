#include "cli/cli.h"
#include "run/periods.h"
#include "store/sql.h"

static int
period_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"period", SETTLE_CELL_TEXT, 0},       {"state", SETTLE_CELL_TEXT, 0},
        {"closed_by", SETTLE_CELL_TEXT, 0},    {"at", SETTLE_CELL_TEXT, 0},
        {"transfers", SETTLE_CELL_INTEGER, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("period list", "Periods with postings.", NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_usage(NULL, "period list takes no \"%s\"", argv[1]);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "period", &error);
    rows = store != NULL ? settle_store_query(store, settle_sql_period_list, &error, "") : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

static int
period_close(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    SettleMonth period;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            "period close YYYY-MM",
            "Closes a period: from now on what concerns it is posted to the oldest open "
            "one after it.",
            NULL, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return settle_cli_usage(NULL, "close which period");
    if (!settle_cli_month("period", argv[1], &period, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "period", &error);
    if (store == NULL || !settle_period_close(store, period, &error))
        return settle_cli_fail(error);
    printf("period %s is closed\n", argv[1]);
    return SETTLE_EXIT_DONE;
}

int
settle_command_period(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"list", "", "periods with postings", NULL, period_list},
        {"close", "YYYY-MM", "take no postings any more", NULL, period_close},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("period", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
