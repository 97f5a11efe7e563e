/* Settings: decisions of an approver about how facts are read. Each is a line of the control log,
 * and the last one of a name holds. Deposits have commands of their own. */
#include "base/failpoint.h"
#include "calendar/calendar.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "store/sql.h"

#include <stdarg.h>
#include <string.h>

#define ROUNDED_IDS "rounded-ids"

/* --- what there is -------------------------------------------------------------------------- */

static gboolean G_GNUC_PRINTF(3, 4)
    refuse(GError **error, const char *hint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (error != NULL)
        *error = g_error_new_valist(SETTLE_ERROR, SETTLE_ERROR_INPUT, format, arguments);
    va_end(arguments);
    settle_error_hint(error, "%s", hint);
    return FALSE;
}

/* Days are local: what was taken in under one zone is not to be read under another. */
static gboolean
check_zone(SettleStore *store, const char *name, const char *value, GError **error)
{
    g_autoptr(SettleZone) zone = settle_zone_new(value, error);
    g_autoptr(SettleResult) batches = NULL;

    (void) name;
    if (zone == NULL)
        return FALSE;
    batches = settle_store_query(store, settle_sql_setting_batches, error, "");
    if (batches == NULL)
        return FALSE;
    return settle_result_rows(batches) == 0 ||
           refuse(error, "a database of its own can have another one",
                  "facts were taken in already: the zone cannot become %s", value);
}

static gboolean
check_months(SettleStore *store, const char *name, const char *value, GError **error)
{
    (void) store;
    return g_ascii_string_to_unsigned(value, 10, 0, 1200, NULL, NULL) ||
           refuse(error, "0 to 1200", "%s is a number of months", name);
}

static gboolean
check_rounded_ids(SettleStore *store, const char *name, const char *value, GError **error)
{
    const char *carrier = strchr(name, ':');

    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return refuse(error, "yes: such ids are meant; no: they are rejected", "%s is yes or no",
                      name);
    return carrier == NULL ||
           settle_cli_known(store, &(SettleNamed){.carrier = carrier + 1}, error);
}

static const struct {
    const char *name, *about;
    gboolean of_carrier; /* may be followed by :CARRIER */
    gboolean (*check)(SettleStore *store, const char *name, const char *value, GError **error);
} settings[] = {
    {"zone", "the settlement zone (Asia/Shanghai); before anything is taken in", FALSE, check_zone},
    {"intake-lookback-months", "how far back the key of an order is looked for (3)", FALSE,
     check_months},
    {ROUNDED_IDS,
     "yes: ids like 1.38E+10 are meant; with :CARRIER those of a carrier, else codes of parties",
     TRUE, check_rounded_ids},
};

/* The place of a setting, or -1. */
static int
find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        size_t length = strlen(settings[i].name);

        if (strcmp(settings[i].name, name) == 0 ||
            (settings[i].of_carrier && strncmp(settings[i].name, name, length) == 0 &&
             name[length] == ':' && name[length + 1] != '\0'))
            return (int) i;
    }
    return -1;
}

static int
no_setting(const char *name)
{
    const char *names[G_N_ELEMENTS(settings) + 1] = {NULL};
    GError *error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
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

static gboolean
decide(SettleStore *store, const char *name, const char *value, const char *reason, GError **error)
{
    g_autoptr(SettleResult) detail = NULL;

    if (!settings[find(name)].check(store, name, value, error) || !settle_store_begin(store, error))
        return FALSE;
    detail = settle_store_query(store, settle_sql_setting_detail, error, "s", value);
    if (detail != NULL &&
        settle_store_control(store, "setting", name, NULL, reason,
                             settle_result_text(detail, 0, SQL_SETTING_DETAIL_DETAIL), NULL,
                             error) &&
        settle_failpoint(SETTING_DECIDED, error) && settle_store_commit(store, error) &&
        settle_failpoint(SETTING_COMMITTED, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}

static int
setting_set(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why; kept in the control log", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GString) help = g_string_new("Decides how facts are read from now on. NAME is\n");
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        g_string_append_printf(help, "  %-24s %s\n", settings[i].name, settings[i].about);
    g_string_truncate(help, help->len - 1);
    if (!settle_cli_parse("setting set NAME VALUE --reason TEXT", help->str, entries, &argc, &argv,
                          &code))
        return code;
    if (argc != 3)
        return settle_cli_usage("settle setting set --help", "which setting, and to what");
    if (find(argv[1]) < 0)
        return no_setting(argv[1]);
    if (reason == NULL || *reason == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "setting", &error);
    if (store == NULL || !decide(store, argv[1], argv[2], reason, &error))
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
