/* settle policy list, show, schema and reference: policies as stored, and their language. */
#include "cli/known.h"
#include "cli/policy-file.h"
#include "cli/slips.h"
#include "store/sql.h"

static int
policy_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"policy", SETTLE_CELL_INTEGER, 0},    {"submission", SETTLE_CELL_INTEGER, 0},
        {"state", SETTLE_CELL_TEXT, 0},        {"carrier", SETTLE_CELL_TEXT, 0},
        {"name", SETTLE_CELL_TEXT, 0},         {"version", SETTLE_CELL_TEXT, 0},
        {"from", SETTLE_CELL_TEXT, 0},         {"to", SETTLE_CELL_TEXT, 0},
        {"rules", SETTLE_CELL_INTEGER, 0},     {"submitted_by", SETTLE_CELL_TEXT, 0},
        {"activated_by", SETTLE_CELL_TEXT, 0}, {"at", SETTLE_CELL_TEXT, 0},
        {"hash", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("policy list", "Active versions, and what waits to be activated.", NULL,
                          &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("policy list", argv[1], NULL);
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
        return settle_cli_usage("settle policy list names them", "show which policy");
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "policy", &error);
    rows = store != NULL ? settle_store_query(store, settle_sql_policy_show, &error, "s",
                                              settle_table_unguard(argv[1]))
                         : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    if (settle_result_rows(rows) == 0) {
        settle_cli_no_policy(store, argv[1], FALSE, &error);
        return settle_cli_fail(error);
    }
    for (int i = 0; i < settle_result_rows(rows); i++) {
        size_t length;
        const uint8_t *bytes = settle_result_bytes(rows, i, SQL_POLICY_SHOW_DOCUMENT, &length);

        g_autofree char *number =
            settle_result_is_null(rows, i, SQL_POLICY_SHOW_POLICY_ID)
                ? g_strdup("waiting policy")
                : g_strdup_printf("policy %d",
                                  settle_result_i32(rows, i, SQL_POLICY_SHOW_POLICY_ID));

        if (!document)
            printf("# %s of %s: %s version %s, closing days %s to %s\n# sha256 %s\n", number,
                   settle_result_text(rows, i, SQL_POLICY_SHOW_CODE),
                   settle_result_text(rows, i, SQL_POLICY_SHOW_NAME),
                   settle_result_text(rows, i, SQL_POLICY_SHOW_VERSION),
                   settle_result_text(rows, i, SQL_POLICY_SHOW_CLOSING_FROM),
                   settle_result_text(rows, i, SQL_POLICY_SHOW_CLOSING_TO),
                   settle_result_text(rows, i, SQL_POLICY_SHOW_HASH_HEX));
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
        return settle_cli_surplus("policy schema", argv[1], NULL);
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
        return settle_cli_surplus("policy reference", argv[1], NULL);
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
        {"submit", "FILE...", "keep policies for somebody else to activate", NULL,
         settle_command_policy_submit},
        {"activate", "FILE|NAME...", "make policies hold that somebody else submitted", NULL,
         settle_command_policy_activate},
        {"withdraw", "NUMBER", "take back what waits", NULL, settle_command_policy_withdraw},
        {"test", "FILE...", "hold its examples against what it pays", NULL,
         settle_command_policy_test},
        {"try", "FILE --order ORDER", "what one imagined order would earn, and why", NULL,
         settle_command_policy_try},
        {"list", "", "active versions, and what waits", NULL, policy_list},
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
