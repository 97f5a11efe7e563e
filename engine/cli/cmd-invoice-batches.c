/* Invoice batches: listed with their sums, approved and issued, one or many in one command. Each is
 * a decision of its own; one that fails does not stop the others. */
#include "cli/cli-invoice.h"

#include "cli/known.h"
#include "cli/slips.h"
#include "run/beside/issue.h"
#include "run/decide/approvals.h"
#include "store/sql.h"

#include <string.h>
#include <unistd.h>

/* Columns of invoice-batches.sql */
static const SettleCell cells[] = {
    {"batch", SETTLE_CELL_TEXT, 0},       {"cut_off", SETTLE_CELL_TEXT, 0},
    {"carrier", SETTLE_CELL_TEXT, 0},     {"status", SETTLE_CELL_TEXT, 0},
    {"invoices", SETTLE_CELL_INTEGER, 0}, {"currency", SETTLE_CELL_CURRENCY, 0},
    {"net", SETTLE_CELL_MONEY, 5},        {"tax", SETTLE_CELL_MONEY, 5},
    {"gross", SETTLE_CELL_MONEY, 5},      {"payable", SETTLE_CELL_MONEY, 5},
    {"withheld", SETTLE_CELL_MONEY, 5},   {"brought_forward", SETTLE_CELL_MONEY, 5},
    {"covered", SETTLE_CELL_MONEY, 5},    {"debt_left", SETTLE_CELL_MONEY, 5},
    {"drafted_by", SETTLE_CELL_TEXT, 0},  {"approved_by", SETTLE_CELL_TEXT, 0},
    {"issued_by_run", SETTLE_CELL_ORDINAL, 0},
};

static SettleResult *
query(SettleStore *store, const char *carrier, const char *status, const char *until,
      const char *const *batches, size_t n, GError **error)
{
    return settle_store_query(store, settle_sql_invoice_batches, error, "sssS", carrier, status,
                              until, batches, n);
}

/* The batches, and for a person below them what they add up to. */
static gboolean
print(const SettleCli *cli, const SettleResult *rows, GError **error)
{
    g_autoptr(SettleSheet) sheet =
        settle_sheet_from_result("", NULL, NULL, rows, cells, G_N_ELEMENTS(cells));

    settle_sheet_print(sheet, cli->format, stdout);
    if (cli->format != SETTLE_FORMAT_TABLE)
        return TRUE;
    if (!settle_sheet_add_totals(sheet)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW, "a sum leaves 64 bits");
        return FALSE;
    }
    if (sheet->n_totals > 0)
        putchar('\n');
    for (guint i = 0; i < sheet->n_totals; i++)
        printf(
            "%s: %s invoices, gross %s, withheld %s, brought forward %s, covered by deposits %s, "
            "debt left %s, payable %s\n",
            settle_sheet_total(sheet, i, 5), settle_sheet_total(sheet, i, 4),
            settle_sheet_total(sheet, i, 8), settle_sheet_total(sheet, i, 10),
            settle_sheet_total(sheet, i, 11), settle_sheet_total(sheet, i, 12),
            settle_sheet_total(sheet, i, 13), settle_sheet_total(sheet, i, 9));
    return TRUE;
}

gboolean
settle_invoice_known_status(const char *status, gboolean more, GError **error)
{
    static const char *const words[] = {"draft", "approved", "issued", "carried", NULL};
    static const char *const of_batches[] = {"draft", "approved", "issued", "open", NULL};

    return status == NULL ||
           settle_cli_known_word("status", status, more ? words : of_batches, error);
}

int
settle_invoice_batches(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *carrier = NULL, *status = NULL, *until = NULL;
    const GOptionEntry entries[] = {
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "only of this carrier", "CODE"},
        {"status", 0, 0, G_OPTION_ARG_FILENAME, &status,
         "only draft, approved or issued ones; open: not issued", "STATUS"},
        {"until", 0, 0, G_OPTION_ARG_FILENAME, &until, "cut off up to this day", "DAY"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    g_autofree char *other = NULL;
    SettleNamed named;
    GError *error = NULL;
    SettleDay day;
    int code;

    if (!settle_cli_parse("invoice batches",
                          "Invoice batches, one a carrier and cycle, with their sums, where they "
                          "stand and who brought them there.\npayable = gross - withheld + "
                          "brought_forward + covered - debt_left: settle invoice list --help.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("invoice batches", argv[1], entries);
    if (!settle_invoice_known_status(status, FALSE, &error) ||
        (until != NULL && !settle_cli_day("--until", until, &day, &error)))
        return settle_cli_fail(error);
    named = (SettleNamed){.carrier = carrier, .other = status};
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "invoice", &error);
    if (store == NULL || !settle_cli_known(store, &named, &error) ||
        (rows = query(store, carrier, status, until, NULL, 0, &error)) == NULL ||
        !print(cli, rows, &error))
        return settle_cli_fail(error);
    if (until != NULL)
        named.other = other = g_strdup_printf("%s%sup to %s", status != NULL ? status : "",
                                              status != NULL ? ", " : "", until);
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "invoice batches", &named);
    return SETTLE_EXIT_DONE;
}

/* --- one decision ------------------------------------------------------------------------------
 */

static gboolean
approve(SettleStore *store, const char *batch, int32_t run, const char *carrier, GError **error)
{
    if (!settle_invoice_batch_approve(store, run, carrier, error))
        return FALSE;
    printf("invoice batch %s is approved\n", batch);
    return TRUE;
}

static gboolean
issue(const SettleCli *cli, const char *batch, int32_t run, const char *carrier, GError **error)
{
    SettleRunReport report;
    char digest[65];

    if (!settle_run_issue(cli->db, run, carrier, &report, error))
        return FALSE;
    settle_digest_hex(report.digest, digest);
    printf("invoice batch %s is issued by run %d: %" G_GINT64_FORMAT " transfers, digest %s\n",
           batch, report.run_id, report.transfers, digest);
    return TRUE;
}

/* --- many --------------------------------------------------------------------------------------
 */

typedef struct {
    const char *what; /* "approve" */
    const char *done; /* "approved" */
    const char *from; /* the status that it starts from */
    SettleStoreRole role;
} Step;

static const Step approving = {"approve", "approved", "draft", SETTLE_STORE_AS_APPROVER};
static const Step issuing = {"issue", "issued", "approved", SETTLE_STORE_AS_RUNNER};

/* Those that are named all have to be there; without names all of a status, cut off up to a day. */
static GPtrArray *
pick(const SettleCli *cli, const Step *step, SettleStore *store, char **names, const char *carrier,
     const char *until, int *ret_exit)
{
    g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;

    for (; *names != NULL; names++) {
        const char *of;
        int32_t run;

        if (!settle_cli_batch(cli, *names, step->what, &run, &of, ret_exit))
            return NULL;
        if (!settle_cli_known_invoice_batch(store, run, of, &error)) {
            *ret_exit = settle_cli_fail(error);
            return NULL;
        }
        g_ptr_array_add(batches, g_strdup_printf("%d/%s", run, of));
    }
    if (until == NULL)
        return g_steal_pointer(&batches);
    if (!settle_cli_known(store, &(SettleNamed){.carrier = carrier}, &error) ||
        (rows = query(store, carrier, step->from, until, NULL, 0, &error)) == NULL) {
        *ret_exit = settle_cli_fail(error);
        return NULL;
    }
    for (int i = 0; i < settle_result_rows(rows); i++) {
        const char *batch = settle_result_text(rows, i, SQL_INVOICE_BATCHES_BATCH);

        if (batches->len == 0 || strcmp(g_ptr_array_index(batches, batches->len - 1), batch) != 0)
            g_ptr_array_add(batches, g_strdup(batch)); /* of several currencies once */
    }
    return g_steal_pointer(&batches);
}

/* Several are shown with their sums before anything is done; a person is asked, who is none says
 * --yes. */
static gboolean
are_meant(const SettleCli *cli, const Step *step, SettleStore *store, const GPtrArray *batches,
          gboolean yes, int *ret_exit)
{
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    char answer[8] = "";

    if (cli->format == SETTLE_FORMAT_TABLE) {
        rows = query(store, NULL, NULL, NULL, (const char *const *) batches->pdata, batches->len,
                     &error);
        if (rows == NULL || !print(cli, rows, &error)) {
            *ret_exit = settle_cli_fail(error);
            return FALSE;
        }
        putchar('\n');
        fflush(stdout);
    }
    if (yes)
        return TRUE;
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
        fprintf(stderr, "%c%s these %u batches? [y/N] ", g_ascii_toupper(step->what[0]),
                step->what + 1, batches->len);
        if (fgets(answer, sizeof answer, stdin) != NULL &&
            (strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0))
            return TRUE;
        fprintf(stderr, "settle: nothing is %s\n", step->done);
        *ret_exit = SETTLE_EXIT_INPUT;
        return FALSE;
    }
    *ret_exit = settle_cli_usage("look at the sums, then say --yes",
                                 "%s these %u batches: nothing "
                                 "is %s without --yes",
                                 step->what, batches->len, step->done);
    return FALSE;
}

/* Each by itself; the summary comes last. The exit code is that of the first that failed. */
static int
do_all(const SettleCli *cli, const Step *step, SettleStore *store, const GPtrArray *batches)
{
    g_autoptr(GString) failed = g_string_new(NULL);
    guint done = 0;
    int code = SETTLE_EXIT_DONE;
    gboolean lost = FALSE;

    for (guint i = 0; i < batches->len; i++) {
        const char *batch = g_ptr_array_index(batches, i), *carrier = strchr(batch, '/') + 1;
        int32_t run = (int32_t) g_ascii_strtoll(batch, NULL, 10);
        GError *error = NULL;
        int failure;

        if (!lost && (step == &approving ? approve(store, batch, run, carrier, &error)
                                         : issue(cli, batch, run, carrier, &error))) {
            done++;
            fflush(stdout);
            continue;
        }
        g_string_append_printf(failed, "%s%s", failed->len > 0 ? ", " : "", batch);
        if (lost)
            continue;
        /* what follows a lost connection or a lock would fail in the same way */
        lost = g_error_matches(error, SETTLE_ERROR, SETTLE_ERROR_CONNECTION) ||
               g_error_matches(error, SETTLE_ERROR, SETTLE_ERROR_LOCKED);
        failure = settle_cli_fail(error);
        if (code == SETTLE_EXIT_DONE)
            code = failure;
    }
    if (batches->len > 1 && failed->len == 0)
        printf("%u invoice batches are %s\n", done, step->done);
    else if (batches->len > 1)
        fprintf(stderr, "settle: %u of %u invoice batches are %s, not: %s\n", done, batches->len,
                step->done, failed->str);
    return code;
}

static int
decide(const SettleCli *cli, const Step *step, int argc, char **argv)
{
    g_autofree char *carrier = NULL, *until = NULL, *expect = NULL;
    gboolean all = FALSE, yes = FALSE;
    const char *all_option = step == &approving ? "all-drafted" : "all-approved";
    g_autofree char *usage =
        g_strdup_printf("invoice %s RUN/CARRIER... | --%s --until DAY", step->what, all_option);
    g_autofree char *command = g_strdup_printf("invoice %s", step->what);
    const GOptionEntry entries[] = {
        {all_option, 0, 0, G_OPTION_ARG_NONE, &all, "every batch of that status", NULL},
        {"until", 0, 0, G_OPTION_ARG_FILENAME, &until, "of these: cut off up to this day", "DAY"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "of these: only of this carrier",
         "CODE"},
        {"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "several at once without being asked", NULL},
        {step == &issuing ? "expect" : NULL, 0, 0, G_OPTION_ARG_FILENAME, &expect,
         "refuse a database that has not the head in the last line of this file", "HEAD-FILE"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(GPtrArray) batches = NULL;
    GError *error = NULL;
    SettleDay day;
    int code;

    if (!settle_cli_parse(usage,
                          step == &approving
                              ? "Approves drafted batches, each a decision of its own; who drafted "
                                "one cannot. Several are\nshown with their sums first."
                              : "Issues approved batches: for each a run that posts what its "
                                "invoices say. Several are\nshown with their sums first.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc < 2 && !all)
        return settle_cli_usage("settle invoice batches lists them: name them like 31/CMCC-GD",
                                "%s which batch", step->what);
    if (argc > 1 && all)
        return settle_cli_surplus(command, argv[1], NULL);
    if (all && until == NULL)
        return settle_cli_usage("--until DAY: only batches that were cut off up to it",
                                "--until is missing");
    if (!all && (until != NULL || carrier != NULL))
        return settle_cli_usage(NULL, "--%s needs its --%s", until != NULL ? "until" : "carrier",
                                all_option);
    if (until != NULL && !settle_cli_day("--until", until, &day, &error))
        return settle_cli_fail(error);
    /* what is no batch is said before a database is asked */
    for (int i = 1; i < argc; i++) {
        const char *of;
        int32_t run;

        if (!settle_cli_batch(cli, argv[i], step->what, &run, &of, &code))
            return code;
    }
    if (step == &issuing && !settle_cli_expect(cli, expect, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, step->role, step->what, &error);
    if (store == NULL)
        return settle_cli_fail(error);
    batches = pick(cli, step, store, argv + 1, carrier, until, &code);
    if (batches == NULL)
        return code;
    if (batches->len == 0) {
        printf("no batch that was cut off up to %s is to be %s\n", until, step->done);
        return SETTLE_EXIT_DONE;
    }
    if ((batches->len > 1 || all) && !are_meant(cli, step, store, batches, yes, &code))
        return code;
    return do_all(cli, step, store, batches);
}

int
settle_invoice_approve(const SettleCli *cli, int argc, char **argv)
{
    return decide(cli, &approving, argc, argv);
}

int
settle_invoice_issue(const SettleCli *cli, int argc, char **argv)
{
    return decide(cli, &issuing, argc, argv);
}
