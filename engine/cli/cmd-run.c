/* settle run: settles every night up to a date, with workers, and prints what each posted. */
#include "cli/cli-intake.h"
#include "cli/progress.h"
#include "cli/slips.h"
#include "money/money.h"
#include "run/run.h"

#include <string.h>

static void
show_progress(SettleDay date, int64_t done, int64_t total, gpointer user_data)
{
    SettleProgress *progress = user_data;
    char day[SETTLE_DAY_TEXT_BYTES];

    g_snprintf(progress->label, sizeof progress->label, "run %s", settle_day_format(date, day));
    settle_progress_show(progress, done, total);
}

static void
print_reports(const SettleCli *cli, const GArray *reports, gboolean dry_run)
{
    static const SettleColumn columns[] = {
        {"run", SETTLE_COLUMN_INTEGER},         {"date", SETTLE_COLUMN_TEXT},
        {"batches", SETTLE_COLUMN_INTEGER},     {"facts", SETTLE_COLUMN_INTEGER},
        {"settled", SETTLE_COLUMN_INTEGER},     {"zero", SETTLE_COLUMN_INTEGER},
        {"waiting", SETTLE_COLUMN_INTEGER},     {"due", SETTLE_COLUMN_INTEGER},
        {"transfers", SETTLE_COLUMN_INTEGER},   {"amount", SETTLE_COLUMN_MONEY},
        {"invoices", SETTLE_COLUMN_INTEGER},    {"chunks", SETTLE_COLUMN_INTEGER},
        {"chunks_kept", SETTLE_COLUMN_INTEGER}, {"digest", SETTLE_COLUMN_TEXT},
    };
    SettleTable *table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);

    for (guint i = 0; i < reports->len; i++) {
        const SettleRunReport *r = &g_array_index(reports, SettleRunReport, i);
        const gint64 numbers[] = {r->run_id,       r->batches,  r->facts,  r->settled,
                                  r->zero,         r->waiting,  r->due,    r->transfers,
                                  r->amount_minor, r->invoices, r->chunks, r->chunks_kept};
        enum { AMOUNT = 8 }; /* its place among them */
        char texts[G_N_ELEMENTS(numbers)][24], day[SETTLE_DAY_TEXT_BYTES], digest[65],
            amount[SETTLE_MONEY_TEXT_BYTES];
        const char *cells[G_N_ELEMENTS(columns)];
        guint n = 0;

        for (guint j = 0; j < G_N_ELEMENTS(numbers); j++)
            g_snprintf(texts[j], sizeof texts[j], "%" G_GINT64_FORMAT, numbers[j]);
        settle_digest_hex(r->digest, digest);
        if (cli->format == SETTLE_FORMAT_TABLE)
            digest[12] = '\0'; /* enough to compare by eye; the other formats have it whole */
        cells[n++] = texts[0];
        cells[n++] = settle_day_format(r->date, day);
        for (guint j = 1; j < G_N_ELEMENTS(numbers); j++)
            cells[n++] = j == AMOUNT ? settle_cli_control_amount(numbers[j], amount) : texts[j];
        cells[n++] = dry_run ? "" : digest;
        settle_table_row(table, cells);
    }
    settle_table_end(table);
}

/* More nights than this in one go, or one after tomorrow, are mostly a slip in the date. */
#define MANY_NIGHTS 62

/* Without --yes. The same on a terminal and off it: what is published cannot be taken back. */
static gboolean
refuse_far_dates(SettleDay from, SettleDay to, SettleZone *zone, GError **error)
{
    SettleDay tomorrow = settle_zone_today(zone) + 1;
    char first[SETTLE_DAY_TEXT_BYTES], last[SETTLE_DAY_TEXT_BYTES], day[SETTLE_DAY_TEXT_BYTES];
    int nights = to - from + 1;

    settle_day_format(from, first);
    settle_day_format(to, last);
    if (to > tomorrow)
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "%s is after tomorrow, %s: that would settle %d night%s, which cannot be taken "
                    "back",
                    last, settle_day_format(tomorrow, day), nights, nights == 1 ? "" : "s");
    else if (nights > MANY_NIGHTS)
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "that would settle %d nights, %s to %s, which cannot be taken back", nights,
                    first, last);
    else
        return TRUE;
    settle_error_hint(error, "look at the date; if it is meant: settle run --date %s --yes", last);
    return FALSE;
}

static int
abandon_run(const SettleCli *cli, const char *reason)
{
    GError *error = NULL;
    int32_t run_id;

    if (reason == NULL || reason[0] == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "abandon why");
    if (!settle_run_abandon(cli->db, reason, &run_id, &error))
        return settle_cli_fail(error);
    printf("run %d is abandoned: nothing of it will be seen\n", run_id);
    return SETTLE_EXIT_DONE;
}

/* What was told wrongly is taken back by the nights that follow. */
static gboolean
carry_out(const SettleCli *cli, GError **error)
{
    g_autoptr(SettleStore) store = settle_cli_open(cli, SETTLE_STORE_AS_RUNNER, "run", error);

    return store != NULL && settle_cli_carry_out(store, error);
}

/* date: as it was typed, for the message. */
static int
settle_nights(const SettleCli *cli, SettleRunOptions *options, const char *date)
{
    SettleProgress progress;
    g_autoptr(GArray) reports = NULL;
    GError *error = NULL;

    if (!options->dry_run && !carry_out(cli, &error))
        return settle_cli_fail(error);
    options->progress = show_progress;
    options->progress_data = &progress;
    settle_progress_start(&progress, "run");
    settle_run_nightly(options, &reports, &error);
    settle_progress_end(&progress);
    /* of several nights those before the one that failed are published */
    if (reports->len > 0 || (error == NULL && cli->format != SETTLE_FORMAT_TABLE))
        print_reports(cli, reports, options->dry_run);
    if (error != NULL)
        return settle_cli_fail(error);
    if (reports->len == 0 && cli->format == SETTLE_FORMAT_TABLE)
        printf("nothing to do: %s is settled\n", date);
    return SETTLE_EXIT_DONE;
}

int
settle_command_run(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *date = NULL, *reason = NULL, *expect = NULL;
    gint64 chunk_facts = 0;
    gboolean dry_run = FALSE, abandon = FALSE, yes = FALSE;
    int workers = 0, code;
    const GOptionEntry entries[] = {
        {"date", 0, 0, G_OPTION_ARG_FILENAME, &date, "settle every night up to this day", "DAY"},
        {"workers", 0, 0, G_OPTION_ARG_INT, &workers,
         "threads (default: one a processor, 16 at most)", "N"},
        {"chunk-facts", 0, 0, G_OPTION_ARG_INT64, &chunk_facts,
         "facts a chunk (default: as workers share them, 100000 at most); the result does not "
         "depend on it",
         "N"},
        {"yes", 0, 0, G_OPTION_ARG_NONE, &yes,
         "also a date after tomorrow, or more than " G_STRINGIFY(MANY_NIGHTS) " nights in one go",
         NULL},
        {"expect", 0, 0, G_OPTION_ARG_FILENAME, &expect,
         "refuse a database that has not the head in the last line of this file", "HEAD-FILE"},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "compute the next night and write nothing",
         NULL},
        {"abandon", 0, 0, G_OPTION_ARG_NONE, &abandon, "give the unfinished run up", NULL},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "why it is given up", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    SettleRunOptions options = {.conninfo = cli->db};
    GError *error = NULL;

    if (!settle_cli_parse(
            "run --date DAY | run --abandon --reason TEXT",
            "Settles what is sealed and what falls due, night by night, each published "
            "whole.\nA run that was killed is continued; a date that was settled takes "
            "only what was sealed since.\namount: all that its transfers move, with the decimals "
            "of "
            "yuan; across currencies a control total only.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("run", argv[1], entries);
    if (abandon && (date != NULL || dry_run))
        return settle_cli_usage("settle run --abandon --reason TEXT", "--abandon is not with %s",
                                date != NULL ? "--date" : "--dry-run");
    if (!abandon && reason != NULL)
        return settle_cli_usage("settle run --abandon --reason TEXT",
                                "--reason needs its --abandon");
    if (abandon)
        return abandon_run(cli, reason);
    if (date == NULL)
        return settle_cli_usage("settle run --date 2026-03-31", "run up to which day");
    if (workers < 0 || workers > 256)
        return settle_cli_usage("leave it out: one a processor",
                                "--workers is 0 (one a processor) to 256");
    if (!settle_cli_not_negative("--chunk-facts", chunk_facts, &code))
        return code;
    if (!settle_cli_day("--date", date, &options.date, &error) ||
        !settle_cli_expect(cli, expect, &error))
        return settle_cli_fail(error);
    options.workers = workers;
    options.chunk_facts = chunk_facts;
    options.dry_run = dry_run;
    options.confirm = yes ? NULL : refuse_far_dates;
    return settle_nights(cli, &options, date);
}
