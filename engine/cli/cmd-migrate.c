/* settle migrate: makes the schema or brings it up to date, and hands its tables to Citus where
 * that is asked for. */
#include "cli/cli.h"
#include "cli/slips.h"

static void
print_applied(guint applied)
{
    if (applied == 0)
        puts("the schema is up to date");
    else
        printf("applied %u migration%s\n", applied, applied == 1 ? "" : "s");
}

static int
distribute(SettleStore *store)
{
    SettleDistribution done;
    GError *error = NULL;

    if (!settle_store_distribute(store, &done, &error))
        return settle_cli_fail(error);
    print_applied(done.applied);
    if (done.spread + done.copied == 0) {
        puts("all tables are distributed");
        return SETTLE_EXIT_DONE;
    }
    printf("distributed %u table%s, %u more %s whole on each node\n", done.spread,
           done.spread == 1 ? "" : "s", done.copied, done.copied == 1 ? "is" : "are");
    puts("the nodes call each other as the group roles, which can log in now: pg_hba.conf must "
         "admit them from the nodes only");
    return SETTLE_EXIT_DONE;
}

int
settle_command_migrate(const SettleCli *cli, int argc, char **argv)
{
    gboolean spread = FALSE;
    const GOptionEntry entries[] = {{"distribute", 0, 0, G_OPTION_ARG_NONE, &spread,
                                     "On Citus: then distribute the large tables by distributor, "
                                     "and copy the small ones to each node",
                                     NULL},
                                    G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    guint applied;
    int code;

    if (!settle_cli_parse("migrate [--distribute]",
                          "Creates the schema, or brings it up to this program's version. The "
                          "login must be able to create roles the first time.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("migrate", argv[1], entries);
    store = settle_store_open(cli->db, SETTLE_STORE_AS_LOGIN, "migrate", &error);
    if (store == NULL)
        return settle_cli_fail(error);
    if (spread)
        return distribute(store);
    if (!settle_store_migrate(store, &applied, &error))
        return settle_cli_fail(error);
    print_applied(applied);
    return SETTLE_EXIT_DONE;
}
