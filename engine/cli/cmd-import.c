/* settle import: one file or the staging table becomes a sealed batch; prints what was taken,
 * repeated and put aside. */
#include "cli/cli-intake.h"

#include "base/near.h"
#include "base/printable.h"
#include "base/signature.h"
#include "cli/known.h"
#include "cli/progress.h"
#include "cli/slips.h"
#include "intake/intake.h"
#include "intake/totals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void
show_rows(int64_t rows, gpointer user_data)
{
    settle_progress_show(user_data, rows, 0);
}

/* Accepted rows are what the file is about; what was not accepted is named row by row, up to a
 * point. */
static void
print_batch(const SettleIntakeReport *report)
{
    g_autofree char *source = settle_printable(report->source, -1);
    char day[SETTLE_DAY_TEXT_BYTES];

    settle_day_format(report->business_date, day);
    if (report->batch_id == 0) {
        printf("%s: nothing to take in\n", source);
        return;
    }
    printf("%s: batch %d of %s %s: %" G_GINT64_FORMAT " rows, %" G_GINT64_FORMAT " accepted",
           source, report->batch_id, day, report->sealed ? "sealed" : "refused", report->rows_read,
           report->accepted);
    if (report->repeated > 0)
        printf(", %" G_GINT64_FORMAT " repeated", report->repeated);
    if (report->waiting > 0)
        printf(", %" G_GINT64_FORMAT " waiting for their order", report->waiting);
    if (report->quarantined > 0)
        printf(", %" G_GINT64_FORMAT " quarantined", report->quarantined);
    if (report->sum[0] != '\0')
        printf(", sum %s", report->sum);
    putchar('\n');
    if (report->reason[0] != '\0')
        printf("  %s\n", report->reason); /* our own words and numbers */
    for (guint i = 0; i < report->rejections->len; i++) {
        const SettleIntakeRejection *r = g_ptr_array_index(report->rejections, i);

        g_autofree char *field = settle_printable(r->field, -1);
        g_autofree char *value = settle_printable(r->value, -1);
        g_autofree char *message = settle_printable(r->message, -1);

        printf("  %s:%" G_GINT64_FORMAT ": ", source, r->line);
        if (r->field_no > 0)
            printf("%s \"%s\": ", field, value);
        printf("%s [%s]\n", message, r->reason);
    }
    for (guint i = 0; i < report->look_alikes->len; i++)
        printf("  %s\n", (const char *) g_ptr_array_index(report->look_alikes, i));
    if (report->n_look_alikes > (int64_t) report->look_alikes->len)
        puts("  ... settle report look-alikes shows all");
    if (report->quarantined > (gint64) report->rejections->len && report->rejections->len > 0)
        printf("  ... settle quarantine list --batch %d shows all\n", report->batch_id);
    if (report->same_batch != 0) {
        g_autofree char *name = settle_printable(report->same_file, -1);

        printf("  the same file was taken in before, as batch %d (%s)\n", report->same_batch, name);
    }
}

void
settle_cli_print_intake(const SettleIntakeReport *report)
{
    print_batch(report);
    if (settle_intake_report_is_unusable(report))
        printf(
            "  nothing of it could be used: every row was rejected, and is kept in quarantine\n");
    for (guint i = 0; report->again != NULL && i < report->again->len; i++)
        print_batch(g_ptr_array_index(report->again, i));
}

int
settle_cli_intake_exit(const SettleIntakeReport *report)
{
    if (report->batch_id != 0 && !report->sealed)
        return SETTLE_EXIT_INPUT;
    return settle_intake_report_is_unusable(report) ? SETTLE_EXIT_UNUSABLE : SETTLE_EXIT_DONE;
}

int
settle_cli_intake_worse(int a, int b)
{
    if (a == SETTLE_EXIT_INPUT || b == SETTLE_EXIT_INPUT)
        return SETTLE_EXIT_INPUT;
    return MAX(a, b);
}

static gboolean
import_file(SettleStore *store, SettleFileKind kind, const char *path, const char *source,
            const SettleIntakeOptions *plain, int *ret_exit, GError **error)
{
    SettleIntakeOptions signed_options = *plain, *options = &signed_options;
    g_autofree char *signature = NULL;
    g_autoptr(SettleIntakeReport) report = NULL;
    gboolean standard_input = strcmp(path, "-") == 0;
    int fd = standard_input ? STDIN_FILENO : settle_cli_open_text(path, error);
    gboolean ok;

    if (fd < 0)
        return FALSE;
    if (source == NULL)
        source = standard_input ? "stdin" : path;
    if (!standard_input)
        signature = settle_intake_read_signature(path, &signed_options.signature_length);
    signed_options.signature = signature;
    ok = settle_intake_import(store, kind, source, fd, options, &report, error);
    if (!standard_input)
        close(fd);
    if (!ok)
        return FALSE;
    settle_cli_print_intake(report);
    *ret_exit = settle_cli_intake_exit(report);
    return TRUE;
}

static gboolean
today(SettleStore *store, SettleDay *ret_day, GError **error)
{
    g_autofree char *name = settle_store_zone(store, error);
    g_autoptr(SettleZone) zone = name != NULL ? settle_zone_new(name, error) : NULL;

    if (zone == NULL)
        return FALSE;
    *ret_day = settle_zone_today(zone);
    return TRUE;
}

/* The help, with what a file of each kind holds. */
static char *
describe(void)
{
    g_autofree char *kinds = settle_file_kind_words();
    GString *text = g_string_new("Takes facts and master data in. KIND is one of\n");

    g_string_append_printf(text, "%s.\n", kinds);
    g_string_append(text, "FILE: CSV, UTF-8, with a header; - is standard input. Each file "
                          "becomes a batch, sealed when "
                          "it\nagrees with the control totals given. Rows that cannot be "
                          "accepted go to quarantine.\n\n"
                          "Columns, in any order; those in brackets may be left out:\n");

    for (int kind = 0; kind < SETTLE_N_FILE_KINDS; kind++) {
        int n;
        const SettleIntakeColumn *columns = settle_intake_columns((SettleFileKind) kind, &n);

        g_string_append_printf(text, "  %s\n", settle_file_kind_name((SettleFileKind) kind));
        for (int i = 0; i < n; i++) {
            g_autofree char *name =
                g_strdup_printf(columns[i].required ? "%s" : "[%s]", columns[i].name);

            g_string_append_printf(text, "    %-15s %s\n", name, columns[i].help);
        }
    }
    g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

/* next: the argument after it, or NULL */
static int
unknown_kind(const char *word, const char *next)
{
    const char *names[SETTLE_N_FILE_KINDS + 1] = {NULL}, *meant = NULL;
    g_autofree char *base = g_path_get_basename(word), *hint = NULL, *list = NULL;
    gboolean is_file = g_file_test(word, G_FILE_TEST_EXISTS) || strchr(word, '.') != NULL;

    for (int kind = 0; kind < SETTLE_N_FILE_KINDS; kind++) {
        names[kind] = settle_file_kind_name((SettleFileKind) kind);
        /* files are mostly called after what they hold; or the two changed places */
        if (is_file && (g_strcmp0(next, names[kind]) == 0 ||
                        (meant == NULL && g_str_has_prefix(base, names[kind]))))
            meant = names[kind];
    }
    list = g_strjoinv(", ", (char **) names);
    if (is_file)
        hint = g_strdup_printf("settle import %s %s%s%s", meant != NULL ? meant : "KIND", word,
                               meant == NULL ? "; KIND is one of " : "", meant == NULL ? list : "");
    else if ((meant = settle_did_you_mean(word, names)) != NULL)
        hint = g_strdup_printf("did you mean \"%s\"?", meant);
    else
        hint = g_strdup_printf("there are %s", list);
    return settle_cli_usage(hint, "there is no kind of fact \"%s\"", word);
}

static int
import_staging(SettleStore *store, SettleFileKind kind, const char *staging,
               SettleIntakeOptions *options)
{
    g_autoptr(SettleIntakeReport) report = NULL;
    SettleProgress progress;
    GError *error = NULL;
    gboolean taken;

    options->progress_data = &progress;
    settle_progress_start(&progress, "import");
    taken = settle_intake_staging(store, kind, staging, options, &report, &error);
    settle_progress_end(&progress);
    if (!taken)
        return settle_cli_fail(error);
    settle_cli_print_intake(report);
    return settle_cli_intake_exit(report);
}

/* files: up to a NULL. */
static int
import_files(SettleStore *store, SettleFileKind kind, char **files, const char *source,
             SettleIntakeOptions *options)
{
    SettleProgress progress;
    GError *error = NULL;
    int code, worst = SETTLE_EXIT_DONE;

    options->progress_data = &progress;
    settle_progress_start(&progress, "import");
    for (; *files != NULL; files++) {
        if (!import_file(store, kind, *files, source, options, &code, &error)) {
            settle_progress_end(&progress);
            return settle_cli_fail(error);
        }
        worst = settle_cli_intake_worse(worst, code);
    }
    settle_progress_end(&progress);
    return worst;
}

#define NO_COUNT G_MININT64 /* --count was not given */

/* FALSE and the code of the complaint: the arguments make no sense together. */
static gboolean
is_usable(int argc, char **argv, const char *staging, const char *carrier, gint64 count,
          const char *sum, SettleFileKind *ret_kind, int *ret_code)
{
    g_autofree char *meant = NULL;

    *ret_code = SETTLE_EXIT_USAGE;
    if (argc < 2) {
        settle_cli_usage("settle import --help", "import what, and from which file");
    } else if (!settle_file_kind_lookup(argv[1], ret_kind)) {
        unknown_kind(argv[1], argv[2]);
    } else if (staging != NULL && settle_intake_role(*ret_kind) != SETTLE_STORE_AS_RUNNER) {
        settle_cli_usage("settle import receipts FILE",
                         "%s come in as files, and from no staging table", argv[1]);
    } else if (staging != NULL && argc > 2) {
        settle_cli_usage("settle import KIND --staging SOURCE", "--staging takes no files");
    } else if (staging == NULL && argc < 3) {
        g_autofree char *hint = g_strdup_printf("settle import %s FILE", argv[1]);

        settle_cli_usage(hint, "import %s from which file", argv[1]);
    } else if (staging != NULL && carrier != NULL) {
        settle_cli_usage("a staging row has a column for it",
                         "--carrier says whose a file is: it is not with --staging");
    } else if (count != NO_COUNT && count < 0) {
        settle_cli_usage("--count N: how many rows the sender says the file has",
                         "--count is 0 or more");
    } else if ((count >= 0 || sum != NULL) && argc > 3) {
        settle_cli_usage("import the files one by one",
                         "control totals are those of a single file");
    } else if (sum != NULL && (meant = settle_cli_amount_meant(sum)) != NULL) {
        g_autofree char *hint = g_strdup_printf("did you mean --sum %s?", meant);

        settle_cli_usage(hint, "the control sum \"%s\" is no amount like 199900.00", sum);
    } else {
        return TRUE;
    }
    return FALSE;
}

int
settle_command_import(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *date = NULL, *sum = NULL, *source = NULL, *staging = NULL, *unproved = NULL;
    g_autofree char *carrier = NULL;
    g_autofree char *help = describe();
    gint64 count = NO_COUNT;
    const GOptionEntry entries[] = {
        {"date", 0, 0, G_OPTION_ARG_FILENAME, &date,
         "business date: the night it belongs to (default: today in the settlement zone)", "DAY"},
        {"count", 0, 0, G_OPTION_ARG_INT64, &count, "control count: rows of the file", "N"},
        {"sum", 0, 0, G_OPTION_ARG_FILENAME, &sum,
         "control sum: of paid (orders), billed (bills) or amount (events)", "AMOUNT"},
        {"accept-unproved", 0, 0, G_OPTION_ARG_FILENAME, &unproved,
         "seal it though amounts that cannot be read leave the control sum unproved; kept with the "
         "batch",
         "REASON"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier,
         "whose file it is: what is expected of it has come, also without rows", "CODE"},
        {"source", 0, 0, G_OPTION_ARG_FILENAME, &source,
         "what to call the source (default: the file)", "NAME"},
        {"staging", 0, 0, G_OPTION_ARG_FILENAME, &staging,
         "take in settle.staging's rows of this source instead of files", "SOURCE"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    SettleIntakeOptions options = {.lookback_months = -1};
    g_autoptr(SettleStore) store = NULL;
    SettleFileKind kind;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("import KIND FILE...", help, entries, &argc, &argv, &code))
        return code;
    if (!is_usable(argc, argv, staging, carrier, count, sum, &kind, &code))
        return code;

    options.carrier = carrier;
    options.has_control_count = count >= 0;
    options.control_count = count;
    options.control_sum = sum;
    options.accept_unproved = unproved;
    if ((date != NULL && !settle_cli_day("--date", date, &options.business_date, &error)) ||
        !settle_intake_check_options(kind, &options, &error))
        return settle_cli_fail(error);

    store = settle_cli_open(cli, settle_intake_role(kind), "import", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.carrier = carrier}, &error) ||
        (date == NULL && !today(store, &options.business_date, &error)))
        return settle_cli_fail(error);
    options.progress = show_rows;
    return staging != NULL ? import_staging(store, kind, staging, &options)
                           : import_files(store, kind, argv + 2, source, &options);
}
