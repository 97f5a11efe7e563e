/* settle quarantine: lists the rows that were not accepted, dismisses them, and releases them to be
 * looked at again. */
#include "cli/cli-intake.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "intake/reject.h"
#include "run/decide/dismissals.h"
#include "store/sql.h"

/* Whether there is such a reason and such a batch. */
static gboolean
are_known(SettleStore *store, const char *reason, const SettleNamed *named, GError **error)
{
    const char *reasons[SETTLE_N_REJECTS] = {NULL};

    for (int i = SETTLE_REJECT_NONE + 1; i < SETTLE_N_REJECTS; i++)
        reasons[i - 1] = settle_reject_code((SettleReject) i);
    return settle_cli_known(store, named, error) &&
           (reason == NULL || settle_cli_known_word("reason", reason, reasons, error));
}

static int
quarantine_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"batch", SETTLE_CELL_INTEGER, 0}, {"kind", SETTLE_CELL_TEXT, 0},
        {"source", SETTLE_CELL_TEXT, 0},   {"date", SETTLE_CELL_TEXT, 0},
        {"line", SETTLE_CELL_INTEGER, 0},  {"column", SETTLE_CELL_TEXT, 0},
        {"value", SETTLE_CELL_TEXT, 0},    {"reason", SETTLE_CELL_TEXT, 0},
        {"message", SETTLE_CELL_TEXT, 0},  {"times", SETTLE_CELL_INTEGER, 0},
    };
    static const SettleCell dismissed_cells[] = {
        {"batch", SETTLE_CELL_INTEGER, 0},     {"kind", SETTLE_CELL_TEXT, 0},
        {"source", SETTLE_CELL_TEXT, 0},       {"date", SETTLE_CELL_TEXT, 0},
        {"line", SETTLE_CELL_INTEGER, 0},      {"column", SETTLE_CELL_TEXT, 0},
        {"value", SETTLE_CELL_TEXT, 0},        {"reason", SETTLE_CELL_TEXT, 0},
        {"message", SETTLE_CELL_TEXT, 0},      {"dismissed_by", SETTLE_CELL_TEXT, 0},
        {"dismissed_at", SETTLE_CELL_TEXT, 0}, {"because", SETTLE_CELL_TEXT, 0},
    };
    g_autofree char *reason = NULL, *until = NULL, *other = NULL;
    int batch = 0, limit = 1000;
    gboolean dismissed = FALSE;
    const GOptionEntry entries[] = {
        {"batch", 0, 0, G_OPTION_ARG_INT, &batch, "only of this batch", "N"},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "only with this reason", "R"},
        {"until", 0, 0, G_OPTION_ARG_FILENAME, &until, "only of batches dated up to this day",
         "DAY"},
        {"dismissed", 0, 0, G_OPTION_ARG_NONE, &dismissed,
         "those that were dismissed instead, by whom, when and why", NULL},
        {"limit", 0, 0, G_OPTION_ARG_INT, &limit, "at most so many rows (default 1000, 0: all)",
         "N"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    SettleNamed named;
    GError *error = NULL;
    SettleDay day;
    int code;

    if (!settle_cli_parse(
            "quarantine list",
            "Rows that were not accepted, and neither released nor dismissed since. A "
            "row that came several times, word\nfor word, is shown once, where it "
            "came first, with how often; of one --batch all are shown.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("quarantine list", argv[1], entries);
    if (!settle_cli_not_negative("--batch", batch, &code) ||
        !settle_cli_not_negative("--limit", limit, &code))
        return code;
    if (until != NULL && !settle_cli_day("--until", until, &day, &error))
        return settle_cli_fail(error);
    if (until != NULL)
        other = g_strdup_printf("%s%sup to %s", reason != NULL ? reason : "",
                                reason != NULL ? ", " : "", until);
    named = (SettleNamed){.batch = batch, .other = other != NULL ? other : reason};
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "quarantine", &error);
    if (store == NULL || !are_known(store, reason, &named, &error))
        return settle_cli_fail(error);
    if (!settle_cli_print_cut(
            cli,
            settle_store_query(
                store, dismissed ? settle_sql_quarantine_dismissed : settle_sql_quarantine_list,
                &error, "isis", batch, reason, settle_cli_one_more(limit), until),
            dismissed ? dismissed_cells : cells,
            dismissed ? G_N_ELEMENTS(dismissed_cells) : G_N_ELEMENTS(cells), limit,
            dismissed ? "dismissed rows" : "rows in quarantine", &named))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

static const char release_help[] =
    "Reads kept rows again, after what they lacked was mended: they become new batches.\nRows that "
    "fail again go to quarantine again. Receipts are released by settle_treasury, all others by "
    "settle_runner.";

/* Who takes rows in. */
static const SettleStoreRole takers[] = {SETTLE_STORE_AS_RUNNER, SETTLE_STORE_AS_TREASURY};

static int
quarantine_release(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL, *date = NULL;
    gint64 line = 0;
    int batch = 0, code;
    gboolean all = FALSE, dismissed = FALSE, sealed = TRUE;
    const GOptionEntry entries[] = {
        {"batch", 0, 0, G_OPTION_ARG_INT, &batch, "rows of this batch", "N"},
        {"line", 0, 0, G_OPTION_ARG_INT64, &line, "only this line of it", "N"},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "rows with this reason", "R"},
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "all of them", NULL},
        {"dismissed", 0, 0, G_OPTION_ARG_NONE, &dismissed,
         "also those that were dismissed (a --line is released anyway)", NULL},
        {"date", 0, 0, G_OPTION_ARG_FILENAME, &date,
         "business date of the new batches (default: today in the settlement zone)", "DAY"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    SettleIntakeOptions options = {.lookback_months = -1};
    SettleIntakeSelection selection;
    g_autoptr(GPtrArray) reports = NULL;
    g_autoptr(SettleStore) store = NULL;
    g_autofree char *zone_name = NULL;
    g_autoptr(SettleZone) zone = NULL;
    GError *error = NULL;

    if (!settle_cli_parse("quarantine release", release_help, entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("quarantine release", argv[1], entries);
    if (!settle_cli_not_negative("--batch", batch, &code) ||
        !settle_cli_not_negative("--line", line, &code))
        return code;
    if (batch == 0 && reason == NULL && !all)
        return settle_cli_usage("name --batch, --reason or --all", "release which rows");
    if (all && (batch != 0 || reason != NULL))
        return settle_cli_usage("leave --all out, or the others", "--all is not with %s",
                                batch != 0 ? "--batch" : "--reason");
    if (line != 0 && batch == 0)
        return settle_cli_usage("--batch N --line N: settle quarantine list shows both",
                                "--line needs its --batch");
    if (date != NULL && !settle_cli_day("--date", date, &options.business_date, &error))
        return settle_cli_fail(error);
    store = settle_cli_open_any(cli, takers, G_N_ELEMENTS(takers), "release", &error);
    if (store == NULL || !are_known(store, reason, &(SettleNamed){.batch = batch}, &error))
        return settle_cli_fail(error);
    if (date == NULL) {
        zone_name = settle_store_zone(store, &error);
        zone = zone_name != NULL ? settle_zone_new(zone_name, &error) : NULL;
        if (zone == NULL)
            return settle_cli_fail(error);
        options.business_date = settle_zone_today(zone);
    }
    selection = (SettleIntakeSelection){
        .batch_id = batch, .line = line, .reason = reason, .dismissed = dismissed};
    if (!settle_intake_release(store, &selection, &options, &reports, &error))
        return settle_cli_fail(error);
    if (reports->len == 0)
        puts("no row to release");
    for (guint i = 0; i < reports->len; i++) {
        const SettleIntakeReport *report = g_ptr_array_index(reports, i);

        settle_cli_print_intake(report);
        sealed = sealed && report->sealed;
    }
    return sealed ? SETTLE_EXIT_DONE : SETTLE_EXIT_INPUT;
}

static int
quarantine_dismiss(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *rejected = NULL, *reason = NULL;
    gint64 line = 0, rows, batches;
    int batch = 0, code;
    const GOptionEntry entries[] = {
        {"batch", 0, 0, G_OPTION_ARG_INT, &batch, "rows of this batch", "N"},
        {"line", 0, 0, G_OPTION_ARG_INT64, &line, "only this line of it", "N"},
        {"rejected", 0, 0, G_OPTION_ARG_FILENAME, &rejected, "rows rejected for this reason",
         "CODE"},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "why they need nothing more", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;

    if (!settle_cli_parse(
            "quarantine dismiss",
            "Decides that kept rows need nothing more: they stay, are no longer counted as open, "
            "and neither are rows that\nequal them word for word. settle quarantine list "
            "--dismissed shows them, settle quarantine release undoes it.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("quarantine dismiss", argv[1], entries);
    if (!settle_cli_not_negative("--batch", batch, &code) ||
        !settle_cli_not_negative("--line", line, &code))
        return code;
    if (batch == 0 && rejected == NULL)
        return settle_cli_usage("name --batch, --rejected or both", "dismiss which rows");
    if (line != 0 && batch == 0)
        return settle_cli_usage("--batch N --line N: settle quarantine list shows both",
                                "--line needs its --batch");
    if (reason == NULL || reason[0] == '\0')
        return settle_cli_usage("--reason TEXT", "why do they need nothing more");
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "quarantine", &error);
    if (store == NULL || !are_known(store, rejected, &(SettleNamed){.batch = batch}, &error) ||
        !settle_rows_dismiss(
            store, &(SettleDismissal){.batch_id = batch, .line = line, .rejected = rejected},
            reason, &rows, &batches, &error))
        return settle_cli_fail(error);
    if (rows == 0)
        puts("no open row to dismiss");
    else
        printf("%" G_GINT64_FORMAT " rows of %" G_GINT64_FORMAT " batches dismissed\n", rows,
               batches);
    return SETTLE_EXIT_DONE;
}

int
settle_command_quarantine(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"list", "", "rows that were not accepted", NULL, quarantine_list},
        {"release", "", "read kept rows again", NULL, quarantine_release},
        {"dismiss", "--batch N | --rejected CODE", "they need nothing more", NULL,
         quarantine_dismiss},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("quarantine", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
