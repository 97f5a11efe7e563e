#include "cli/policy-file.h"
#include "run/policies.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    char *text;
    gsize length;
    SettlePolicy *policy;
} Loaded;

static void
clear_loaded(gpointer data)
{
    Loaded *loaded = data;

    g_free(loaded->text);
    g_clear_pointer(&loaded->policy, settle_policy_free);
}

static int
policy_activate(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(GArray) loaded = g_array_new(FALSE, FALSE, sizeof(Loaded));
    g_autoptr(SettleStore) store = NULL;
    gboolean all_good = TRUE;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            "policy activate FILE...",
            "Makes policies hold. An activated version is never edited; its text is kept "
            "in the database.",
            NULL, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return settle_cli_usage(NULL, "activate which files");
    g_array_set_clear_func(loaded, clear_loaded);
    /* All of them are read before the first is activated. */
    for (int i = 1; i < argc; i++) {
        Loaded one = {0};

        all_good =
            settle_cli_policy_load(argv[i], &one.text, &one.length, &one.policy, NULL) && all_good;
        g_array_append_val(loaded, one);
    }
    if (!all_good)
        return SETTLE_EXIT_INPUT;
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "activate", &error);
    if (store == NULL)
        return settle_cli_fail(error);
    for (int i = 1; i < argc; i++) {
        const Loaded *one = &g_array_index(loaded, Loaded, i - 1);
        int32_t policy_id;
        gboolean known;

        if (!settle_policy_activate(store, one->text, one->length, one->policy, &policy_id, &known,
                                    &error)) {
            g_prefix_error(&error, "%s: ", argv[i]);
            return settle_cli_fail(error);
        }
        printf("%s: %s version %s of %s %s as policy %d\n", argv[i], one->policy->name,
               one->policy->version, one->policy->carrier,
               known ? "is active already" : "activated", policy_id);
    }
    return SETTLE_EXIT_DONE;
}

static int
policy_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"policy", SETTLE_CELL_INTEGER, 0}, {"carrier", SETTLE_CELL_TEXT, 0},
        {"name", SETTLE_CELL_TEXT, 0},      {"version", SETTLE_CELL_TEXT, 0},
        {"from", SETTLE_CELL_TEXT, 0},      {"to", SETTLE_CELL_TEXT, 0},
        {"rules", SETTLE_CELL_INTEGER, 0},  {"activated_by", SETTLE_CELL_TEXT, 0},
        {"at", SETTLE_CELL_TEXT, 0},        {"hash", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("policy list", "Activated versions.", NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_usage(NULL, "policy list takes no \"%s\"", argv[1]);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "policy", &error);
    rows = store != NULL ? settle_store_query(store, settle_sql_policy_list, &error, "") : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

static int
policy_show(const SettleCli *cli, int argc, char **argv)
{
    gboolean document = FALSE;
    const GOptionEntry entries[] = {
        {"document", 0, 0, G_OPTION_ARG_NONE, &document, "the text alone, byte for byte", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("policy show NAME", "NAME: a policy's number, name, or CARRIER/VERSION.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return settle_cli_usage(NULL, "show which policy");
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "policy", &error);
    rows = store != NULL ? settle_store_query(store, settle_sql_policy_show, &error, "s", argv[1])
                         : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    if (settle_result_rows(rows) == 0)
        return settle_cli_fail(g_error_new(SETTLE_ERROR, SETTLE_ERROR_INPUT,
                                           "there is no policy \"%s\"\nhint: settle policy list "
                                           "shows them",
                                           argv[1]));
    for (int i = 0; i < settle_result_rows(rows); i++) {
        size_t length;
        const uint8_t *bytes = settle_result_bytes(rows, i, 7, &length);

        if (!document)
            printf("# policy %d of %s: %s version %s, closing days %s to %s\n# sha256 %s\n",
                   settle_result_i32(rows, i, 0), settle_result_text(rows, i, 1),
                   settle_result_text(rows, i, 2), settle_result_text(rows, i, 3),
                   settle_result_text(rows, i, 4), settle_result_text(rows, i, 5),
                   settle_result_text(rows, i, 6));
        fwrite(bytes, 1, length, stdout);
    }
    return SETTLE_EXIT_DONE;
}

static int
policy_schema(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *text = NULL;
    int code;

    (void) cli;
    if (!settle_cli_parse("policy schema", "Prints the JSON Schema of policies, for editors.", NULL,
                          &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_usage(NULL, "policy schema takes no \"%s\"", argv[1]);
    text = settle_policy_schema();
    fputs(text, stdout);
    return SETTLE_EXIT_DONE;
}

static int
policy_reference(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *text = NULL;
    int code;

    (void) cli;
    if (!settle_cli_parse("policy reference", "Prints the reference page of the policy language.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_usage(NULL, "policy reference takes no \"%s\"", argv[1]);
    text = settle_policy_reference();
    fputs(text, stdout);
    return SETTLE_EXIT_DONE;
}

int
settle_command_policy(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"check", "FILE|DIR...", "report errors, warnings and notes", NULL,
         settle_command_policy_check},
        {"activate", "FILE...", "make policies hold", NULL, policy_activate},
        {"test", "FILE...", "hold its examples against what it pays", NULL,
         settle_command_policy_test},
        {"try", "FILE --order ORDER", "what one imagined order would earn, and why", NULL,
         settle_command_policy_try},
        {"list", "", "activated versions", NULL, policy_list},
        {"show", "NAME", "one of them", NULL, policy_show},
        {"schema", "", "the JSON Schema", NULL, policy_schema},
        {"reference", "", "the reference page", NULL, policy_reference},
        {"explain-code", "[CODE]", "what a message means, and what to do about it", NULL,
         settle_command_policy_explain_code},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("policy", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
