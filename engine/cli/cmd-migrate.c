#include "cli/cli.h"

int
settle_command_migrate(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    guint applied;
    int code;

    if (!settle_cli_parse("migrate",
                          "Creates the schema, or brings it up to this program's version. The "
                          "login must be able to create roles the first time.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_usage(NULL, "migrate takes no arguments");
    store = settle_store_open(cli->db, SETTLE_STORE_AS_LOGIN, "migrate", &error);
    if (store == NULL || !settle_store_migrate(store, &applied, &error))
        return settle_cli_fail(error);
    if (applied == 0)
        puts("the schema is up to date");
    else
        printf("applied %u migration%s\n", applied, applied == 1 ? "" : "s");
    return SETTLE_EXIT_DONE;
}
