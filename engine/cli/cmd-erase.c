/* settle erase: what names a person is forgotten, by two people, or when it is old enough; what is
 * counted, paid and sealed stays. */
#include "cli/cli.h"
#include "cli/slips.h"
#include "store/sql.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_NAME 1000

typedef struct {
    char *carrier, *order, *line, *contract, *batch, *reason;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->carrier);
    g_free(options->order);
    g_free(options->line);
    g_free(options->contract);
    g_free(options->batch);
    g_free(options->reason);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

#define SUBJECT_ENTRIES(options)                                                                   \
    {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &(options).carrier, "whose order or contract",        \
     "CODE"},                                                                                      \
        {"order", 0, 0, G_OPTION_ARG_FILENAME, &(options).order,                                   \
         "an order, as the carrier calls it; - reads it from standard input", "ID"},               \
        {"line", 0, 0, G_OPTION_ARG_FILENAME, &(options).line, "its line, if it has one",          \
         "LINE"},                                                                                  \
        {"contract", 0, 0, G_OPTION_ARG_FILENAME, &(options).contract,                             \
         "a contract and all its orders; - reads it from standard input", "NUMBER"},               \
    {                                                                                              \
        "batch", 0, 0, G_OPTION_ARG_FILENAME, &(options).batch, "all that came with a batch", "N"  \
    }

/* "-": a line of standard input. A number on a command line is seen by whoever lists processes. */
static gboolean
read_name(char **name, GError **error)
{
    char line[LONGEST_NAME + 2];

    if (*name == NULL || strcmp(*name, "-") != 0)
        return TRUE;
    if (fgets(line, sizeof line, stdin) == NULL || strchr(line, '\n') == NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    "standard input has no line with what is to be erased");
        settle_error_hint(error, "one line of at most %d characters", LONGEST_NAME);
        return FALSE;
    }
    g_free(*name);
    *name = g_strdup(g_strstrip(line));
    return TRUE;
}

static gboolean
take_subject(Options *options, int *ret_code)
{
    GError *error = NULL;
    int named = (options->order != NULL) + (options->contract != NULL) + (options->batch != NULL);

    if (named != 1 || (options->batch == NULL) != (options->carrier != NULL) ||
        (options->line != NULL && options->order == NULL)) {
        *ret_code = settle_cli_usage("--carrier CODE with --order ID [--line LINE] or --contract "
                                     "NUMBER; or --batch N",
                                     "what is to be erased");
        return FALSE;
    }
    if (options->batch != NULL &&
        !g_ascii_string_to_unsigned(options->batch, 10, 1, G_MAXINT32, NULL, NULL)) {
        *ret_code = settle_cli_usage("settle batch list shows them", "--batch \"%s\" is no batch",
                                     options->batch);
        return FALSE;
    }
    if (!read_name(&options->order, &error) || !read_name(&options->contract, &error)) {
        *ret_code = settle_cli_fail(error);
        return FALSE;
    }
    return TRUE;
}

static gboolean
take_request(const char *command, int argc, char **argv, const GOptionEntry *entries,
             gint64 *ret_request, int *ret_code)
{
    guint64 number;

    if (argc > 2) {
        *ret_code = settle_cli_surplus(command, argv[2], entries);
        return FALSE;
    }
    if (argc < 2 || !g_ascii_string_to_unsigned(argv[1], 10, 1, G_MAXINT64, &number, NULL)) {
        *ret_code = settle_cli_usage("settle erase list shows them", "%s: which request, a number",
                                     command);
        return FALSE;
    }
    *ret_request = (gint64) number;
    return TRUE;
}

static int
erase_ask(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        SUBJECT_ENTRIES(options),
        {"reason", 0, 0, G_OPTION_ARG_STRING, &options.reason,
         "why; kept in the control log for good, so it names nobody", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) row = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("erase ask --carrier CODE (--order ID [--line LINE] | --contract NUMBER) "
                          "--reason TEXT\n       settle erase ask --batch N --reason TEXT",
                          "Asks that what names a person be erased: ids of orders, contracts, "
                          "events, rows that were not accepted,\nlines of statements, staged rows. "
                          "Another login that may approve carries it out.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("erase ask", argv[1], entries);
    if (options.reason == NULL || *g_strstrip(options.reason) == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    if (!take_subject(&options, &code))
        return code;
    store = settle_cli_open_either(cli, "erase", &error);
    if (store == NULL || (row = settle_store_query(store, settle_sql_erase_ask, &error, "ssssss",
                                                   options.reason, options.carrier, options.order,
                                                   options.line, options.contract,
                                                   options.batch)) == NULL)
        return settle_cli_fail(error);
    printf("erasure %" G_GINT64_FORMAT " is asked for: settle erase approve %" G_GINT64_FORMAT
           ", with the same names, by another login\n",
           settle_result_i64(row, 0, SQL_ERASE_ASK_REQUEST),
           settle_result_i64(row, 0, SQL_ERASE_ASK_REQUEST));
    return SETTLE_EXIT_DONE;
}

static int
erase_approve(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {{"rows_of", SETTLE_CELL_TEXT, 0},
                                       {"erased", SETTLE_CELL_INTEGER, 0}};
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {SUBJECT_ENTRIES(options), G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    gint64 request;
    int code;

    if (!settle_cli_parse("erase approve N, and what it is as who asked named it",
                          "Erases what another login asked for. It cannot be undone. The request "
                          "holds no names, so name it again.",
                          entries, &argc, &argv, &code) ||
        !take_request("erase approve", argc, argv, entries, &request, &code) ||
        !take_subject(&options, &code))
        return code;
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "erase", &error);
    if (store == NULL || (rows = settle_store_query(store, settle_sql_erase_approve, &error,
                                                    "lsssss", request, options.carrier,
                                                    options.order, options.line, options.contract,
                                                    options.batch)) == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    if (settle_result_rows(rows) == 0)
        fputs("settle: nothing is known of it, or nothing any more\n", stderr);
    return SETTLE_EXIT_DONE;
}

static int
erase_refuse(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why it stays", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    gint64 request;
    int code;

    if (!settle_cli_parse("erase refuse N --reason TEXT",
                          "Turns a request down, or takes one's own back.", entries, &argc, &argv,
                          &code) ||
        !take_request("erase refuse", argc, argv, entries, &request, &code))
        return code;
    if (reason == NULL || *g_strstrip(reason) == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "why does it stay");
    store = settle_cli_open_either(cli, "erase", &error);
    if (store == NULL ||
        !settle_store_exec(store, settle_sql_erase_refuse, &error, "ls", request, reason))
        return settle_cli_fail(error);
    printf("erasure %" G_GINT64_FORMAT " is refused\n", request);
    return SETTLE_EXIT_DONE;
}

static int
erase_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"request", SETTLE_CELL_INTEGER, 0}, {"state", SETTLE_CELL_TEXT, 0},
        {"what", SETTLE_CELL_TEXT, 0},       {"asked_by", SETTLE_CELL_TEXT, 0},
        {"asked_at", SETTLE_CELL_TEXT, 0},   {"reason", SETTLE_CELL_TEXT, 0},
        {"decided_by", SETTLE_CELL_TEXT, 0}, {"decided_at", SETTLE_CELL_TEXT, 0},
        {"refused_because", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("erase list",
                          "What was asked to be erased, and what became of it. An order or "
                          "contract is named by its key: nothing else is left of it.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("erase list", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "erase", &error);
    if (store == NULL ||
        (rows = settle_store_query(store, settle_sql_erase_list, &error, "")) == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

static int
erase_expired(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {{"kept", SETTLE_CELL_TEXT, 0},
                                       {"rows_of", SETTLE_CELL_TEXT, 0},
                                       {"erased", SETTLE_CELL_INTEGER, 0}};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("erase expired",
                          "Erases what is older than an approver has said that it is kept "
                          "(settle setting set retention-quarantine 24,\nretention-staging, "
                          "retention-texts; without one, for good). For a timer. Rows that were "
                          "not accepted stay\nuntil they were released, dismissed or withdrawn.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("erase expired", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_RUNNER, "erase", &error);
    if (store == NULL ||
        (rows = settle_store_query(store, settle_sql_erase_expired, &error, "")) == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

int
settle_command_erase(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"ask", "--reason TEXT", "ask that what names a person be erased", NULL, erase_ask},
        {"approve", "N", "erase what another login asked for", NULL, erase_approve},
        {"refuse", "N", "turn it down", NULL, erase_refuse},
        {"list", "", "what was asked for, and what became of it", NULL, erase_list},
        {"expired", "", "erase what is older than it is kept", NULL, erase_expired},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("erase", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
