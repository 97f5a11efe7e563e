/* settle scope: which login sees one distributor, an outlet and all below it, or a manager's
 * orders; and what the commands ask that such a login may use. */
#include "cli/cli-scope.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "store/sql.h"

#include <string.h>

/* --- what a scoped login may ask ----------------------------------------------------------------
 */

gboolean
settle_cli_one_part(const char *outlet, const char *manager, int *ret_code)
{
    if (outlet == NULL || manager == NULL)
        return TRUE;
    *ret_code = settle_cli_usage("one of them: a manager is of an outlet",
                                 "--outlet and --manager do not go together");
    return FALSE;
}

gboolean
settle_cli_in_scope(SettleStore *store, const char *distributor, gboolean whole, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_scope_distributors, error, "s", distributor);

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++)
        if (!whole || settle_result_bool(rows, i, SQL_SCOPE_DISTRIBUTORS_WHOLE))
            return TRUE;
    if (settle_result_rows(rows) > 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                    "invoices are the distributor's: this login sees an outlet or a manager's "
                    "orders");
        settle_error_hint(error, "settle activity gives those; who needs the invoices asks finance "
                                 "for the distributor whole (settle scope grant)");
    } else if (distributor != NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    "this login sees no distributor \"%s\"", distributor);
        settle_error_hint(error, "settle scope list says what it sees");
    } else {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                    "this login was granted nothing, or no longer");
        settle_error_hint(error, "ask finance for a scope (settle scope grant)");
    }
    return FALSE;
}

gboolean
settle_cli_scope_night(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_scope_night, error, "");

    if (row == NULL)
        return FALSE;
    if (!settle_result_is_null(row, 0, SQL_SCOPE_NIGHT_SETTLED_TO))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no night has been settled yet");
    return FALSE;
}

/* --- the commands ------------------------------------------------------------------------------
 */

typedef struct {
    char *distributor, *outlet, *manager, *reason;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->distributor);
    g_free(options->outlet);
    g_free(options->manager);
    g_free(options->reason);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* "distributor D1, outlet O2" */
static char *
scope_text(const Options *options)
{
    if (options->distributor == NULL)
        return g_strdup("anything");
    if (options->outlet != NULL)
        return g_strdup_printf("outlet %s of distributor %s and all below it", options->outlet,
                               options->distributor);
    if (options->manager != NULL)
        return g_strdup_printf("the orders of manager %s of distributor %s", options->manager,
                               options->distributor);
    return g_strdup_printf("distributor %s", options->distributor);
}

static gboolean
grant_scope(SettleStore *store, const char *login, const Options *options, GError **error)
{
    const SettleNamed named = {.distributor = options->distributor,
                               .outlet = options->outlet,
                               .manager = options->manager};
    g_autoptr(SettleResult) row = NULL;
    g_autofree char *text = scope_text(options);

    if (!settle_cli_known(store, &named, error))
        return FALSE;
    row = settle_store_query(store, settle_sql_scope_grant, error, "sssss", login,
                             options->distributor, options->outlet, options->manager,
                             options->reason);
    if (row == NULL)
        return FALSE;
    printf("%s sees %s from now on\n", login, text);
    return TRUE;
}

static gboolean
revoke_scope(SettleStore *store, const char *login, const Options *options, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_scope_revoke, error, "sssss",
                                                     login, options->distributor, options->outlet,
                                                     options->manager, options->reason);
    g_autofree char *text = scope_text(options);

    if (row == NULL)
        return FALSE;
    printf("%s no longer sees %s\n", login, text);
    return TRUE;
}

static int
decide(const SettleCli *cli, int argc, char **argv, gboolean granting)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &options.distributor, "of this distributor",
         "CODE"},
        {"outlet", 0, 0, G_OPTION_ARG_FILENAME, &options.outlet,
         "only this outlet and all below it", "CODE"},
        {"manager", 0, 0, G_OPTION_ARG_FILENAME, &options.manager, "only this manager's orders",
         "CODE"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, "why; kept in the control log",
         "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    const char *command = granting ? "scope grant" : "scope revoke";
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            granting ? "scope grant LOGIN --distributor CODE [--outlet CODE | --manager CODE] "
                       "--reason TEXT"
                     : "scope revoke LOGIN [--distributor CODE [--outlet CODE | --manager CODE]] "
                       "--reason TEXT",
            granting ? "Lets a login of settle_scoped see a distributor whole, an outlet of it "
                       "and all below, or a manager's orders:\nsummary and list, of the "
                       "distributor its invoices, too. Several add up."
                     : "Takes a scope away as it was granted, without --distributor all that the "
                       "login has. It holds at once.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 2)
        return settle_cli_surplus(command, argv[2], entries);
    if (argc < 2)
        return settle_cli_usage("settle scope list shows those that see something",
                                "%s: whose login", command);
    if (options.distributor == NULL &&
        (granting || options.outlet != NULL || options.manager != NULL))
        return settle_cli_usage("--distributor CODE", "of which distributor: --distributor is "
                                                      "missing");
    if (!settle_cli_one_part(options.outlet, options.manager, &code))
        return code;
    if (options.reason == NULL || *options.reason == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "scope", &error);
    if (store == NULL || !(granting ? grant_scope(store, argv[1], &options, &error)
                                    : revoke_scope(store, argv[1], &options, &error)))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

static int
scope_grant(const SettleCli *cli, int argc, char **argv)
{
    return decide(cli, argc, argv, TRUE);
}

static int
scope_revoke(const SettleCli *cli, int argc, char **argv)
{
    return decide(cli, argc, argv, FALSE);
}

static int
scope_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"login", SETTLE_CELL_TEXT, 0},  {"distributor", SETTLE_CELL_TEXT, 0},
        {"outlet", SETTLE_CELL_TEXT, 0}, {"manager", SETTLE_CELL_TEXT, 0},
        {"by", SETTLE_CELL_TEXT, 0},     {"at", SETTLE_CELL_TEXT, 0},
        {"reason", SETTLE_CELL_TEXT, 0},
    };
    static const SettleCell own[] = {
        {"distributor", SETTLE_CELL_TEXT, 0},
        {"outlet", SETTLE_CELL_TEXT, 0},
        {"manager", SETTLE_CELL_TEXT, 0},
        {"at", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    gboolean scoped;
    int code;

    if (!settle_cli_parse("scope list [LOGIN]",
                          "Who sees what, and who said so and why. Of a login that sees what it "
                          "was granted: its own.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 2)
        return settle_cli_surplus("scope list", argv[2], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_VIEWER, "scope", &error);
    if (store == NULL)
        return settle_cli_fail(error);
    scoped = settle_store_is_scoped(store);
    rows = scoped ? settle_store_query(store, settle_sql_scope_own, &error, "")
                  : settle_store_query(store, settle_sql_scope_list, &error, "s",
                                       argc == 2 ? argv[1] : NULL);
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, scoped ? own : cells,
                     scoped ? G_N_ELEMENTS(own) : G_N_ELEMENTS(cells));
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "scopes", &(SettleNamed){.other = argc == 2 ? argv[1] : NULL});
    return SETTLE_EXIT_DONE;
}

int
settle_command_scope(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"grant", "LOGIN", "let a login see something", NULL, scope_grant},
        {"revoke", "LOGIN", "take it away", NULL, scope_revoke},
        {"list", "[LOGIN]", "who sees what", NULL, scope_list},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("scope", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
