/* What all commands share: options, the connection, messages with their hints, and how a sheet is
 * printed. */
#include "cli/cli.h"

#include "audit/head.h"
#include "base/near.h"
#include "base/printable.h"
#include "base/text.h"
#include "cli/slips.h"
#include "money/money.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static void
print_message(const char *message)
{
    g_auto(GStrv) lines = g_strsplit(message, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = settle_printable(g_strchug(g_strdelimit(lines[i], "\t", ' ')), -1);

        if (line[0] != '\0')
            fprintf(stderr, "%s%s\n", g_str_has_prefix(line, "hint: ") ? "" : "settle: ", line);
    }
}

int
settle_cli_fail(GError *error)
{
    int code = SETTLE_EXIT_INPUT;

    print_message(error->message);
    if (error->domain == SETTLE_ERROR) {
        switch ((SettleErrorCode) error->code) {
        case SETTLE_ERROR_USAGE:
            code = SETTLE_EXIT_USAGE;
            break;
        case SETTLE_ERROR_DATABASE:
        case SETTLE_ERROR_CONNECTION:
        case SETTLE_ERROR_CONSTRAINT:
        case SETTLE_ERROR_SETTINGS:
            code = SETTLE_EXIT_DATABASE;
            break;
        case SETTLE_ERROR_LOCKED:
            code = SETTLE_EXIT_LOCKED;
            break;
        case SETTLE_ERROR_IO:
            code = SETTLE_EXIT_IO;
            break;
        case SETTLE_ERROR_INPUT:
        case SETTLE_ERROR_OVERFLOW:
        case SETTLE_ERROR_LIMIT:
        case SETTLE_ERROR_STATE:
            code = SETTLE_EXIT_INPUT;
            break;
        }
    }
    g_error_free(error);
    return code;
}

int
settle_cli_usage(const char *hint, const char *format, ...)
{
    va_list arguments;
    g_autofree char *text = NULL, *line = NULL;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    line = settle_printable(text, -1);
    fprintf(stderr, "settle: %s\n", line);
    if (hint != NULL)
        fprintf(stderr, "hint: %s\n", hint);
    return SETTLE_EXIT_USAGE;
}

/* Codes may be copied from our CSV, where an apostrophe keeps a text from being a formula. */
static void
unguard(const GOptionEntry *entries)
{
    static const char *const codes[] = {"CODE", "ID", "NUMBER", "SOURCE", NULL};

    for (; entries != NULL && entries->long_name != NULL; entries++) {
        char **text = entries->arg_data;
        const char *plain;

        if (entries->arg != G_OPTION_ARG_FILENAME || *text == NULL ||
            entries->arg_description == NULL || !g_strv_contains(codes, entries->arg_description))
            continue;
        plain = settle_table_unguard(*text);
        if (plain != *text)
            memmove(*text, plain, strlen(plain) + 1);
    }
}

/* A word with blanks around it means what it means without them: what was pasted brings them along.
 * A file of that very name is one all the same. */
static void
strip_words(const GOptionEntry *entries, int argc, char **argv)
{
    for (; entries != NULL && entries->long_name != NULL; entries++)
        if (entries->arg == G_OPTION_ARG_FILENAME || entries->arg == G_OPTION_ARG_STRING)
            settle_text_strip(*(char **) entries->arg_data);
    for (int i = 1; i < argc; i++)
        if (access(argv[i], F_OK) != 0)
            settle_text_strip(argv[i]);
}

gboolean
settle_cli_parse(const char *usage, const char *description, const GOptionEntry *entries, int *argc,
                 char ***argv, int *ret_exit)
{
    static const GOptionEntry none[] = {{NULL, 0, 0, 0, NULL, NULL, NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries != NULL ? entries : none, NULL);
    g_option_context_set_help_enabled(context, FALSE);
    for (int i = 1; i < *argc && strcmp((*argv)[i], "--") != 0; i++) {
        if (strcmp((*argv)[i], "--help") == 0 || strcmp((*argv)[i], "-h") == 0) {
            g_autofree char *help = NULL;
            const char *options;

            g_set_prgname("settle");
            help = g_option_context_get_help(context, TRUE, NULL);
            /* the usage line is our own */
            options = strstr(help, "\nOptions:");
            if (options == NULL)
                options = strchr(help, '\n');

            printf("Usage: settle %s\n", usage);
            if (description != NULL)
                printf("\n%s\n", description);
            if (options != NULL && entries != NULL)
                fputs(options, stdout);
            *ret_exit = SETTLE_EXIT_DONE;
            return FALSE;
        }
    }
    if (!settle_cli_scan(usage, entries, *argc, *argv, ret_exit))
        return FALSE;
    if (g_option_context_parse(context, argc, argv, &error)) {
        unguard(entries);
        /* "--" itself is left in by GOption when operands follow it */
        if (*argc > 1 && strcmp((*argv)[1], "--") == 0) {
            memmove(&(*argv)[1], &(*argv)[2], sizeof(char *) * (size_t) (*argc - 1));
            (*argc)--;
        }
        strip_words(entries, *argc, *argv);
        return TRUE;
    }
    *ret_exit = settle_cli_usage(NULL, "%s", error->message);
    return FALSE;
}

const SettleCommand *
settle_cli_subcommand(const char *command, const SettleCommand *table, int argc, char **argv,
                      int *ret_exit)
{
    g_autoptr(GString) list = g_string_new(NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *hint = NULL;
    const char *meant;

    for (guint i = 0; table[i].name != NULL; i++) {
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", table[i].name);
        g_ptr_array_add(names, (gpointer) table[i].name);
    }
    g_ptr_array_add(names, NULL);
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                     strcmp(argv[1], "help") == 0)) {
        printf("Usage: settle %s ...\n\n", command);
        for (guint i = 0; table[i].name != NULL; i++)
            printf("  %-10s %-14s %s\n", table[i].name, table[i].arguments, table[i].summary);
        *ret_exit = SETTLE_EXIT_DONE;
        return NULL;
    }
    *ret_exit = SETTLE_EXIT_USAGE;
    if (argc < 2 || argv[1][0] == '-') {
        hint = g_strdup_printf("settle %s --help says what they do", command);
        settle_cli_usage(hint, "%s what: %s", command, list->str);
        return NULL;
    }
    for (guint i = 0; table[i].name != NULL; i++)
        if (strcmp(table[i].name, argv[1]) == 0)
            return &table[i];
    meant = settle_did_you_mean(argv[1], (const char *const *) names->pdata);
    hint = meant != NULL ? g_strdup_printf("did you mean \"%s\"?", meant)
                         : g_strdup_printf("there are %s", list->str);
    settle_cli_usage(hint, "%s has no \"%s\"", command, argv[1]);
    return NULL;
}

SettleStore *
settle_cli_open(const SettleCli *cli, SettleStoreRole role, const char *purpose, GError **error)
{
    g_autoptr(SettleStore) store = settle_store_open(cli->db, role, purpose, error);

    if (store == NULL || !settle_store_check_schema(store, error))
        return NULL;
    return g_steal_pointer(&store);
}

SettleStore *
settle_cli_open_any(const SettleCli *cli, const SettleStoreRole *roles, guint n,
                    const char *purpose, GError **error)
{
    GError *failure = NULL;
    SettleStore *store = settle_cli_open(cli, roles[0], purpose, &failure);

    for (guint i = 1; store == NULL && i < n; i++)
        store = settle_cli_open(cli, roles[i], purpose, NULL);
    if (store != NULL)
        g_clear_error(&failure);
    else
        g_propagate_error(error, failure);
    return store;
}

SettleStore *
settle_cli_open_either(const SettleCli *cli, const char *purpose, GError **error)
{
    static const SettleStoreRole roles[] = {SETTLE_STORE_AS_RUNNER, SETTLE_STORE_AS_APPROVER};

    return settle_cli_open_any(cli, roles, G_N_ELEMENTS(roles), purpose, error);
}

gboolean
settle_cli_expect(const SettleCli *cli, const char *path, GError **error)
{
    g_autoptr(SettleStore) store = NULL;
    g_autofree char *text = NULL;
    const char *line;
    GError *failure = NULL;

    if (path == NULL)
        return TRUE;
    if (!g_file_get_contents(path, &text, NULL, &failure)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "--expect: %s", failure->message);
        g_error_free(failure);
        return FALSE;
    }
    g_strchomp(text);
    line = strrchr(text, '\n');
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "expect", error);
    return store != NULL && settle_head_check(store, line != NULL ? line + 1 : text, error);
}

/* GOption takes any number. */
gboolean
settle_cli_not_negative(const char *option, gint64 value, int *ret_exit)
{
    if (value >= 0)
        return TRUE;
    *ret_exit = settle_cli_usage(NULL, "%s is 0 or more", option);
    return FALSE;
}

const char *
settle_cli_control_amount(int64_t minor, char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_money_format(minor, settle_currency_exponent((SettleCurrency) 156), text);
}

void
settle_cli_cut(gint64 limit)
{
    fprintf(stderr,
            "settle: there are more: only the first %" G_GINT64_FORMAT
            " rows are shown\nhint: --limit 0 shows all\n",
            limit);
}

void
settle_cli_print(const SettleCli *cli, const SettleResult *result, const SettleCell *cells, guint n)
{
    g_autoptr(SettleSheet) sheet = settle_sheet_from_result("", NULL, NULL, result, cells, n);

    settle_sheet_print(sheet, cli->format, stdout);
}
