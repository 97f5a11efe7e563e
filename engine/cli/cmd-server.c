/* settle server: where the database lies and where its runs were made; and that it was moved there
 * on purpose. */
#include "cli/cli.h"
#include "cli/slips.h"
#include "run/decide/servers.h"
#include "store/sql.h"

static int
server_show(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"system_identifier", SETTLE_CELL_TEXT, 0}, {"timeline", SETTLE_CELL_TEXT, 0},
        {"database_number", SETTLE_CELL_TEXT, 0},   {"port", SETTLE_CELL_TEXT, 0},
        {"first_run", SETTLE_CELL_INTEGER, 0},      {"last_run", SETTLE_CELL_INTEGER, 0},
        {"accepted_by", SETTLE_CELL_TEXT, 0},       {"accepted_at", SETTLE_CELL_TEXT, 0},
        {"reason", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    g_autofree char *here = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("server show",
                          "Where the runs were made, and who said that the database was moved "
                          "there.\nExits with 3 if no run would begin where it lies now.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("server show", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "server", &error);
    if (store == NULL ||
        (rows = settle_store_query(store, settle_sql_server_list, &error, "")) == NULL ||
        (here = settle_server_here(store, &error)) == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    fprintf(stderr, "the database lies on: %s\n", here);
    return settle_server_check(store, &error) ? SETTLE_EXIT_DONE : settle_cli_fail(error);
}

static int
server_accept(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL, *here = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why; kept in the control log", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("server accept --reason TEXT",
                          "Says that the database was moved on purpose: it is the one to go on "
                          "with, and no other copy\nof it is in use. Who runs nights may, and who "
                          "approves.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("server accept", argv[1], entries);
    if (reason == NULL || *g_strstrip(reason) == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    store = settle_cli_open_either(cli, "server", &error);
    if (store == NULL || !settle_server_accept(store, reason, &error) ||
        (here = settle_server_here(store, &error)) == NULL)
        return settle_cli_fail(error);
    printf("the next run may begin here: %s\n", here);
    return SETTLE_EXIT_DONE;
}

int
settle_command_server(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"show", "", "where the database lies, and where its runs were made", NULL, server_show},
        {"accept", "--reason TEXT", "go on where it lies now", NULL, server_accept},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("server", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
