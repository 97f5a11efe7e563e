/* settle setting: lists the settings that hold, decides on one. Deposits have commands of their
 * own. */
#include "cli/known.h"
#include "cli/slips.h"
#include "run/decide/settings.h"
#include "store/sql.h"

#include <string.h>

static int
no_setting(const char *name)
{
    guint n;
    const SettleSetting *settings = settle_settings(&n);
    g_autofree const char **names = g_new0(const char *, n + 1);
    GError *error = NULL;

    for (guint i = 0; i < n; i++)
        names[i] = settings[i].name;
    if (!settle_cli_known_word("setting", name, names, &error))
        return settle_cli_fail(error);
    settle_unreachable("a setting that is found");
}

/* --- the commands --------------------------------------------------------------------------- */

static int
setting_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {{"setting", SETTLE_CELL_TEXT, 0},
                                       {"value", SETTLE_CELL_TEXT, 0},
                                       {"by", SETTLE_CELL_TEXT, 0},
                                       {"at", SETTLE_CELL_TEXT, 0},
                                       {"reason", SETTLE_CELL_TEXT, 0}};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("setting list",
                          "The settings that hold; what is not listed is as it is "
                          "by itself.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("setting list", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "setting", &error);
    if (store != NULL)
        rows = settle_store_query(store, settle_sql_setting_list, &error, "");
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "settings but those that hold by themselves", &(SettleNamed){0});
    return SETTLE_EXIT_DONE;
}

/* The carrier that a setting is of. */
static gboolean
is_known(SettleStore *store, const char *name, GError **error)
{
    const char *carrier = strchr(name, ':');

    return carrier == NULL ||
           settle_cli_known(store, &(SettleNamed){.carrier = carrier + 1}, error);
}

static int
setting_set(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why; kept in the control log", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    guint n;
    const SettleSetting *settings = settle_settings(&n);
    g_autoptr(GString) help = g_string_new("Decides how facts are read from now on. NAME is\n");
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    for (guint i = 0; i < n; i++)
        g_string_append_printf(help, "  %-24s %s\n", settings[i].name, settings[i].about);
    g_string_truncate(help, help->len - 1);
    if (!settle_cli_parse("setting set NAME VALUE --reason TEXT", help->str, entries, &argc, &argv,
                          &code))
        return code;
    if (argc != 3)
        return settle_cli_usage("settle setting set --help", "which setting, and to what");
    if (settle_setting_find(argv[1]) == NULL)
        return no_setting(argv[1]);
    if (reason == NULL || *reason == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "setting", &error);
    if (store == NULL || !is_known(store, argv[1], &error) ||
        !settle_setting_decide(store, argv[1], argv[2], reason, &error))
        return settle_cli_fail(error);
    printf("%s is %s from now on\n", argv[1], argv[2]);
    return SETTLE_EXIT_DONE;
}

int
settle_command_setting(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"list", "", "the settings that hold", NULL, setting_list},
        {"set", "NAME VALUE", "decide on one", NULL, setting_set},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("setting", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
