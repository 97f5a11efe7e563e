/* settle report: one report by name, or all of a period as a pack of a workbook and a page. */
#include "cli/known.h"
#include "cli/slips.h"
#include "report/files.h"
#include "report/pack.h"
#include "report/reports.h"

#include <string.h>

static void
list(void)
{
    const SettleReport *report;

    for (guint i = 0; (report = settle_report_nth(i)) != NULL; i++)
        printf("%-22s %s\n", settle_report_name(report), settle_report_about(report));
    printf("%-22s %s\n", "pack", "all of a period, as one workbook and one page, into a folder");
}

static int
write_pack(const SettleCli *cli, const SettleReportScope *scope, const char *folder)
{
    g_autoptr(SettleStore) store = NULL;
    g_auto(GStrv) paths = NULL;
    GError *error = NULL;

    if (scope->period == NULL)
        return settle_cli_usage("settle report pack --period 2026-03 --output FOLDER",
                                "--period is missing: a pack of which period");
    if (scope->distributor != NULL)
        return settle_cli_usage("--carrier is possible", "a pack is of all distributors");
    if (folder == NULL)
        return settle_cli_usage("--output FOLDER: it is made if it is not there",
                                "--output is missing: into which folder");
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "report", &error);
    if (store == NULL ||
        !settle_cli_known(store, &(SettleNamed){.carrier = scope->carrier, .period = scope->period},
                          &error) ||
        !settle_pack_write(store, scope, folder, &paths, &error))
        return settle_cli_fail(error);
    for (guint i = 0; paths[i] != NULL; i++)
        puts(paths[i]);
    return SETTLE_EXIT_DONE;
}

static const SettleReport *
find(const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const SettleReport *report = settle_report_find(name);

    if (report != NULL)
        return report;
    for (guint i = 0; (report = settle_report_nth(i)) != NULL; i++)
        g_ptr_array_add(names, (gpointer) settle_report_name(report));
    g_ptr_array_add(names, (gpointer) "pack");
    g_ptr_array_add(names, NULL);
    settle_cli_known_word("report", name, (const char *const *) names->pdata, error);
    return NULL;
}

/* What is to come has months after the last settled one. */
static gboolean
is_known(SettleStore *store, const SettleReport *report, const SettleReportScope *scope,
         GError **error)
{
    const SettleNamed named = {.carrier = scope->carrier, .distributor = scope->distributor};
    const char *name = settle_report_name(report);
    gboolean or_later = strcmp(name, "schedule") == 0 || strcmp(name, "volume-standing") == 0;

    return settle_cli_known(store, &named, error) &&
           (scope->period == NULL ||
            settle_cli_known_period(store, scope->period, or_later, error));
}

static gboolean
can_write(const char *output, int *ret_exit)
{
    const char *hint = "--output FILE.xlsx, FILE.html, FILE.csv or FILE.json";

    if (g_file_test(output, G_FILE_TEST_IS_DIR)) {
        *ret_exit = settle_cli_usage("name a file in it; report pack writes all reports into a "
                                     "folder",
                                     "\"%s\" is a folder", output);
        return FALSE;
    }
    if (settle_files_can_write(output))
        return TRUE;
    if (g_str_has_suffix(output, ".pdf"))
        hint = "--output FILE.html is made for printing, also into a PDF";
    *ret_exit = settle_cli_usage(hint, "a report cannot be written as \"%s\"", output);
    return FALSE;
}

int
settle_command_report(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *period = NULL, *carrier = NULL, *distributor = NULL, *output = NULL;
    gboolean all = FALSE;
    const GOptionEntry entries[] = {
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &period,
         "of this period; what that means to a report its first line says", "YYYY-MM"},
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &distributor, "only of this distributor",
         "CODE"},
        {"output", 0, 0, G_OPTION_ARG_FILENAME, &output,
         "into this file: .xlsx, .html, .csv or .json; of a pack the folder", "FILE"},
        {"list", 0, 0, G_OPTION_ARG_NONE, &all, "which reports there are", NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleSheet) sheet = NULL;
    const SettleReport *report;
    const char *wrong;
    SettleReportScope scope;
    GError *error = NULL;
    SettleMonth month;
    SettleDay as_of;
    int code;

    if (!settle_cli_parse("report NAME",
                          "A report from the published books, on the screen or into a file. report "
                          "pack writes all of a period.",
                          entries, &argc, &argv, &code))
        return code;
    if (all) {
        list();
        return SETTLE_EXIT_DONE;
    }
    if (argc < 2)
        return settle_cli_usage("settle report --list names them", "which report");
    if (argc > 2)
        return settle_cli_surplus("report", argv[2], entries);
    if (period != NULL && !settle_cli_month("--period", period, &month, &error))
        return settle_cli_fail(error);
    scope = (SettleReportScope){period, carrier, distributor};
    if (strcmp(argv[1], "pack") == 0)
        return write_pack(cli, &scope, output);
    report = find(argv[1], &error);
    if (report == NULL)
        return settle_cli_fail(error);
    wrong = settle_report_refuses(report, &scope);
    if (wrong != NULL)
        return settle_cli_usage(strstr(wrong, "--period") != NULL        ? "--period 2026-03"
                                : strstr(wrong, "--distributor") != NULL ? "--distributor CODE"
                                : scope.period != NULL && scope.carrier == NULL &&
                                        scope.distributor == NULL
                                    ? "leave --period out"
                                    : "leave the party out",
                                "%s: %s", argv[1], wrong);
    if (output != NULL && !can_write(output, &code))
        return code;
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "report", &error);
    if (store == NULL || !is_known(store, report, &scope, &error) ||
        (sheet = settle_report_load(store, report, &scope, &error)) == NULL)
        return settle_cli_fail(error);
    if (output == NULL && cli->format == SETTLE_FORMAT_TABLE)
        printf("%s: %s\n%s\n\n", sheet->title, sheet->of, sheet->note);
    if (output == NULL)
        settle_sheet_print(sheet, cli->format, stdout);
    else if (!settle_files_as_of(store, &as_of, &error) ||
             !settle_files_write(output, sheet, settle_report_bars(report), as_of, &error))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}
