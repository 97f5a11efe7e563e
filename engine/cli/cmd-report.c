#include "cli/cli.h"
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
        return settle_cli_usage(NULL, "--period is missing: a pack of which period");
    if (scope->distributor != NULL)
        return settle_cli_usage("--carrier is possible", "a pack is of all distributors");
    if (folder == NULL)
        return settle_cli_usage(NULL, "--output is missing: into which folder");
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "report", &error);
    if (store == NULL || !settle_pack_write(store, scope, folder, &paths, &error))
        return settle_cli_fail(error);
    for (guint i = 0; paths[i] != NULL; i++)
        puts(paths[i]);
    return SETTLE_EXIT_DONE;
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
    if (argc != 2)
        return settle_cli_usage("settle report --list names them", "which report");
    if (period != NULL && !settle_cli_month("--period", period, &month, &error))
        return settle_cli_fail(error);
    scope = (SettleReportScope){period, carrier, distributor};
    if (strcmp(argv[1], "pack") == 0)
        return write_pack(cli, &scope, output);
    report = settle_report_find(argv[1]);
    if (report == NULL)
        return settle_cli_usage("settle report --list names them", "there is no report \"%s\"",
                                argv[1]);
    wrong = settle_report_refuses(report, &scope);
    if (wrong != NULL)
        return settle_cli_usage(NULL, "%s: %s", argv[1], wrong);
    if (output != NULL && !settle_files_can_write(output))
        return settle_cli_usage(".xlsx, .html, .csv or .json",
                                "what \"%s\" should be cannot be told", output);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "report", &error);
    if (store == NULL || (sheet = settle_report_load(store, report, &scope, &error)) == NULL)
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
