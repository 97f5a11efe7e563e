/* settle policy check and explain-code: all diagnostics of policy files at once, beside each other
 * and beside the database. */
#include "base/printable.h"
#include "cli/policy-file.h"
#include "policy/check.h"
#include "policy/fields.h"
#include "run/decide/policies.h"

#include <string.h>

/* `settle policy check` and `settle policy explain-code`. */

typedef struct {
    char *path, *text;
    gsize length;
    SettlePolicy *policy; /* NULL: it has errors */
    SettleDiagnostics *diagnostics;
    SettlePolicyPlaces *places;
} File;

static void
file_clear(gpointer data)
{
    File *file = data;

    g_free(file->path);
    g_free(file->text);
    g_clear_pointer(&file->policy, settle_policy_free);
    g_clear_pointer(&file->diagnostics, settle_diagnostics_free);
    g_clear_pointer(&file->places, settle_policy_places_free);
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The policies right in a folder, by name. FALSE after a message. */
static gboolean
add_folder(const char *folder, GPtrArray *paths)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    g_autofree char *shown = NULL;
    const char *name;

    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL)
        if (g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml"))
            g_ptr_array_add(found, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(found, compare_paths);
    for (guint i = 0; i < found->len; i++)
        g_ptr_array_add(paths, g_ptr_array_index(found, i));
    if (found->len > 0)
        return TRUE;
    shown = settle_printable(folder, -1);
    fprintf(stderr,
            entries == NULL ? "settle: cannot read \"%s\"\n"
                            : "settle: there is no .yaml or .yml file in \"%s\"\n"
                              "hint: name the files, or the folder that they are right in\n",
            shown);
    return FALSE;
}

/* Reads and compiles all there are; FALSE if one could not be read. */
static gboolean
load_files(int n, char **arguments, GArray *files)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    gboolean all_read = TRUE;

    for (int i = 0; i < n; i++) {
        if (g_file_test(arguments[i], G_FILE_TEST_IS_DIR))
            all_read = add_folder(arguments[i], paths) && all_read;
        else
            g_ptr_array_add(paths, g_strdup(arguments[i]));
    }
    for (guint i = 0; i < paths->len; i++) {
        File file = {.path = g_strdup(g_ptr_array_index(paths, i))};

        if (!settle_cli_policy_read(file.path, &file.text, &file.length)) {
            all_read = FALSE;
            file_clear(&file);
            continue;
        }
        file.diagnostics = settle_policy_load_checked(file.text, file.length, &file.policy);
        if (file.policy != NULL)
            file.places = settle_policy_places(file.text, file.length);
        g_array_append_val(files, file);
    }
    return all_read;
}

/* Versions side by side: those of the files, and those of the database if there is a set. */
static void
compare_versions(GArray *files, const SettlePolicySet *active)
{
    g_autoptr(GArray) versions = g_array_new(FALSE, TRUE, sizeof(SettlePolicyVersion));
    g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < files->len; i++) {
        const File *file = &g_array_index(files, File, i);
        SettlePolicyVersion version = {file->path, file->policy, file->places, file->diagnostics};

        g_array_append_val(versions, version);
    }
    for (guint i = 0; active != NULL && i < settle_policy_set_size(active); i++) {
        const SettlePolicy *policy = settle_policy_set_nth(active, i);
        char *label = g_strdup_printf("policy %d in the database", policy->policy_id);
        SettlePolicyVersion version = {.label = label, .policy = policy};

        g_ptr_array_add(labels, label);
        g_array_append_val(versions, version);
    }
    settle_policy_check_versions((const SettlePolicyVersion *) (void *) versions->data,
                                 versions->len);
}

static gboolean
compare_with_database(const SettleCli *cli, GArray *files, GError **error)
{
    g_autoptr(SettleStore) store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "policy", error);
    g_autoptr(SettlePolicySet) active = NULL;
    g_autoptr(SettleDirectory) directory = NULL;

    if (store == NULL)
        return FALSE;
    active = settle_policies_load(store, G_MAXINT64, error);
    if (active == NULL)
        return FALSE;
    directory = settle_store_directory(store, SETTLE_DAY_MAX, 0, error);
    if (directory == NULL)
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        const File *file = &g_array_index(files, File, i);

        if (file->policy != NULL)
            settle_policy_check_known(file->policy, file->places, directory, file->diagnostics);
    }
    compare_versions(files, active);
    return TRUE;
}

/* What a policy without errors is. */
static void
print_file(const File *file)
{
    const SettlePolicy *policy = file->policy;

    if (policy == NULL || file->diagnostics->n_errors > 0)
        return;
    printf("%s: %s version %s of %s: %u rule%s", file->path, policy->name, policy->version,
           policy->carrier, policy->n_rules, policy->n_rules == 1 ? "" : "s");
    for (guint j = 0; j < policy->unsupported->len; j++)
        printf("%s%s", j == 0 ? "; not settled yet: " : ", ",
               (const char *) g_ptr_array_index(policy->unsupported, j));
    putchar('\n');
}

int
settle_command_policy_check(const SettleCli *cli, int argc, char **argv)
{
    gboolean connect = FALSE, strict = FALSE, all_good;
    const GOptionEntry entries[] = {
        {"connect", 0, 0, G_OPTION_ARG_NONE, &connect,
         "hold them against the database, too: its master data and active versions", NULL},
        {"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "warnings fail, too", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(File));
    g_autoptr(GArray) findings = g_array_new(FALSE, FALSE, sizeof(SettleCliFindings));
    json_t *json = NULL;
    GError *error = NULL;
    int code;

    g_array_set_clear_func(files, file_clear);
    if (!settle_cli_parse("policy check FILE|DIR...",
                          "Reads policies, each by itself and side by side, and reports errors, "
                          "warnings and notes. Needs no database unless asked to connect.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return settle_cli_usage("settle policy check FILE... or a folder", "check which files");
    all_good = load_files(argc - 1, argv + 1, files);
    if (!connect)
        compare_versions(files, NULL);
    else if (!compare_with_database(cli, files, &error))
        return settle_cli_fail(error);
    if (cli->format == SETTLE_FORMAT_JSON)
        json = json_array();
    for (guint i = 0; i < files->len; i++) {
        const File *file = &g_array_index(files, File, i);
        const SettleCliFindings one = {file->path, file->text, file->length, file->diagnostics};

        settle_diagnostics_sort(file->diagnostics);
        if (json != NULL)
            settle_cli_diagnostics(file->diagnostics, file->path, file->text, file->length, json);
        g_array_append_val(findings, one);
        all_good = all_good && file->diagnostics->n_errors == 0 &&
                   !(strict && file->diagnostics->n_warnings > 0);
    }
    if (json == NULL) {
        settle_cli_findings((const SettleCliFindings *) (void *) findings->data, findings->len);
        for (guint i = 0; i < files->len; i++)
            print_file(&g_array_index(files, File, i));
        settle_cli_findings_summary((const SettleCliFindings *) (void *) findings->data,
                                    findings->len);
    } else {
        json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
        putchar('\n');
        json_decref(json);
    }
    return all_good ? SETTLE_EXIT_DONE : SETTLE_EXIT_INPUT;
}

/* --- codes -------------------------------------------------------------------------------------
 */

/* Lines of at most 80 columns. */
static void
print_wrapped(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 0);
    size_t column = 0;

    for (guint i = 0; words[i] != NULL; i++) {
        if (column > 0 && column + 1 + strlen(words[i]) > 80) {
            putchar('\n');
            column = 0;
        }
        printf("%s%s", column > 0 ? " " : "", words[i]);
        column += strlen(words[i]) + (column > 0);
    }
    putchar('\n');
}

static void
print_lines(const char *title, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

    printf("\n%s:\n", title);
    for (guint i = 0; lines[i] != NULL; i++)
        printf("    %s\n", lines[i]);
}

int
settle_command_policy_explain_code(const SettleCli *cli, int argc, char **argv)
{
    const SettlePolicyCode *one;
    g_autofree char *name = NULL;
    int code;

    (void) cli;
    if (!settle_cli_parse("policy explain-code [CODE]",
                          "What a message means for the money, and what to do about it; without a "
                          "code, all of them.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 2)
        return settle_cli_usage("settle policy explain-code lists them all",
                                "explain one code, not \"%s\", too", argv[2]);
    if (argc < 2) {
        for (one = settle_policy_codes; one->code != NULL; one++)
            printf("%s  %s\n", one->code, one->about);
        return SETTLE_EXIT_DONE;
    }
    name = g_ascii_strup(argv[1], -1);
    one = settle_policy_code_find(name);
    if (one == NULL)
        return settle_cli_usage("settle policy explain-code lists them", "there is no code \"%s\"",
                                argv[1]);
    printf("%s: %s (%s)\n\n", one->code, one->about,
           settle_severity_name(one->code[1] == '0'   ? SETTLE_SEVERITY_ERROR
                                : one->code[1] == '1' ? SETTLE_SEVERITY_WARNING
                                                      : SETTLE_SEVERITY_NOTE));
    print_wrapped(one->explain);
    if (one->bad != NULL) {
        print_lines("draws it", one->bad);
        print_lines("does not", one->good);
    }
    return SETTLE_EXIT_DONE;
}
