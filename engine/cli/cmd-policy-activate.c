/* settle policy submit, activate and withdraw: a policy's way from a file to what nights settle
 * by, by two people. */
#include "cli/known.h"
#include "cli/policy-file.h"
#include "run/decide/policies.h"
#include "store/sql.h"

#include <string.h>

/* From a document to a version that holds: one submits it, another activates it. */

typedef struct {
    const char *name; /* as it was given */
    char *text;
    gsize length;
    SettlePolicy *policy;
    SettleDiagnostics *diagnostics; /* of a file to be submitted */
} Loaded;

static void
clear_loaded(gpointer data)
{
    Loaded *loaded = data;

    g_free(loaded->text);
    g_clear_pointer(&loaded->policy, settle_policy_free);
    g_clear_pointer(&loaded->diagnostics, settle_diagnostics_free);
}

static GArray *
loaded_new(void)
{
    GArray *loaded = g_array_new(FALSE, FALSE, sizeof(Loaded));

    g_array_set_clear_func(loaded, clear_loaded);
    return loaded;
}

/* All files are read before the first is used. FALSE: what is wrong was printed. */
static gboolean
load_files(char **names, GArray *loaded)
{
    g_autoptr(GArray) findings = g_array_new(FALSE, FALSE, sizeof(SettleCliFindings));
    gboolean all_good = TRUE;

    for (; *names != NULL; names++) {
        Loaded one = {.name = *names};

        if (settle_cli_policy_read(one.name, &one.text, &one.length)) {
            SettleCliFindings found;

            one.diagnostics = settle_policy_load_checked(one.text, one.length, &one.policy);
            found = (SettleCliFindings){one.name, one.text, one.length, one.diagnostics};
            g_array_append_val(findings, found);
        }
        all_good = all_good && one.policy != NULL;
        g_array_append_val(loaded, one);
    }
    settle_cli_findings((const SettleCliFindings *) (void *) findings->data, findings->len);
    settle_cli_findings_summary((const SettleCliFindings *) (void *) findings->data, findings->len);
    return all_good;
}

int
settle_command_policy_submit(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(GArray) loaded = loaded_new();
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("policy submit FILE...",
                          "Keeps policies for somebody else to activate, as they are. What could "
                          "not be activated is refused:\nan unknown carrier, a version's name or "
                          "closing days that an active version has.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return settle_cli_usage("settle policy submit FILE...", "submit which files");
    if (!load_files(argv + 1, loaded))
        return SETTLE_EXIT_INPUT;
    store = settle_cli_open(cli, SETTLE_STORE_AS_AUTHOR, "submit", &error);
    if (store == NULL)
        return settle_cli_fail(error);
    for (guint i = 0; i < loaded->len; i++) {
        const Loaded *one = &g_array_index(loaded, Loaded, i);
        const SettlePolicy *policy = one->policy;
        int64_t submission;
        int32_t active_id;
        gboolean known;

        if (!settle_policy_submit(store, one->text, one->length, policy, &submission, &known,
                                  &active_id, &error)) {
            g_prefix_error(&error, "%s: ", one->name);
            return settle_cli_fail(error);
        }
        if (active_id != 0) {
            printf("%s: %s version %s of %s is active already as policy %d\n", one->name,
                   policy->name, policy->version, policy->carrier, active_id);
            continue;
        }
        printf("%s: %s version %s of %s %s as number %" G_GINT64_FORMAT "\n", one->name,
               policy->name, policy->version, policy->carrier,
               known ? "waits already" : "is submitted", submission);
        for (guint j = 0; j < policy->unsupported->len; j++)
            printf("%s%s%s", j == 0 ? "    cannot be activated yet: " : ", ",
                   (const char *) g_ptr_array_index(policy->unsupported, j),
                   j + 1 == policy->unsupported->len ? "\n" : "");
    }
    return SETTLE_EXIT_DONE;
}

/* What is no file is a number, a name or CARRIER/VERSION of what waits. */
static gboolean
load_waiting(SettleStore *store, char **names, GArray *loaded, gboolean *ret_all_good,
             GError **error)
{
    *ret_all_good = TRUE;
    for (; *names != NULL; names++) {
        Loaded one = {.name = *names};

        if (g_file_test(one.name, G_FILE_TEST_EXISTS)) {
            if (!settle_cli_policy_read(one.name, &one.text, &one.length))
                *ret_all_good = FALSE;
        } else if (!settle_policy_waiting(store, one.name, &one.text, &one.length, error)) {
            return FALSE;
        } else if (one.text == NULL) {
            settle_cli_no_policy(store, one.name, TRUE, error);
            return FALSE;
        }
        g_array_append_val(loaded, one);
    }
    for (guint i = 0; *ret_all_good && i < loaded->len; i++) {
        Loaded *one = &g_array_index(loaded, Loaded, i);

        one->policy = settle_cli_policy_compile(one->name, one->text, one->length, NULL);
        *ret_all_good = one->policy != NULL;
    }
    return TRUE;
}

int
settle_command_policy_activate(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(GArray) loaded = loaded_new();
    g_autoptr(SettleStore) store = NULL;
    gboolean all_good;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            "policy activate FILE|NAME...",
            "Makes policies hold that somebody else has submitted, by file or by number, name or "
            "CARRIER/VERSION of what waits. An activated version is never edited; its text is kept "
            "in the database.",
            NULL, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return settle_cli_usage("settle policy activate FILE, or what settle policy list names",
                                "activate which files");
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "activate", &error);
    if (store == NULL || !load_waiting(store, argv + 1, loaded, &all_good, &error))
        return settle_cli_fail(error);
    if (!all_good)
        return SETTLE_EXIT_INPUT;
    for (guint i = 0; i < loaded->len; i++) {
        const Loaded *one = &g_array_index(loaded, Loaded, i);
        int32_t policy_id;
        gboolean known;

        if (!settle_policy_activate(store, one->policy, &policy_id, &known, &error)) {
            g_prefix_error(&error, "%s: ", one->name);
            return settle_cli_fail(error);
        }
        printf("%s: %s version %s of %s %s as policy %d\n", one->name, one->policy->name,
               one->policy->version, one->policy->carrier,
               known ? "is active already" : "activated", policy_id);
    }
    return SETTLE_EXIT_DONE;
}

static gboolean
is_submitted(SettleStore *store, int64_t submission, GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_known_submission, error, "l", submission);

    if (row == NULL || settle_result_bool(row, 0, SQL_KNOWN_SUBMISSION_IS_KNOWN))
        return row != NULL;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no submission %" G_GINT64_FORMAT,
                submission);
    settle_error_hint(error, "settle policy list shows the numbers of those that wait");
    return FALSE;
}

int
settle_command_policy_withdraw(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "why; kept", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    gint64 submission;
    int code;

    if (!settle_cli_parse(
            "policy withdraw NUMBER --reason TEXT",
            "Takes back what waits to be activated: who submitted it, or an approver.", entries,
            &argc, &argv, &code))
        return code;
    if (argc != 2 || !g_ascii_string_to_signed(argv[1], 10, 1, G_MAXINT64, &submission, NULL))
        return settle_cli_usage("settle policy list shows the numbers", "withdraw which number");
    if (reason == NULL || reason[0] == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "withdraw why");
    /* as the login: the function asks who that is */
    store = settle_cli_open(cli, SETTLE_STORE_AS_LOGIN, "withdraw", &error);
    if (store == NULL || !is_submitted(store, submission, &error) ||
        !settle_policy_withdraw(store, submission, reason, &error))
        return settle_cli_fail(error);
    printf("submission %" G_GINT64_FORMAT " is withdrawn\n", submission);
    return SETTLE_EXIT_DONE;
}
