/* settle replay: computes published nights again and prints what is not as it was published. */
#include "cli/known.h"
#include "cli/progress.h"
#include "cli/slips.h"
#include "run/replay/replay.h"

#include <string.h>

static const SettleColumn columns[] = {
    {"run", SETTLE_COLUMN_INTEGER},       {"date", SETTLE_COLUMN_TEXT},
    {"kind", SETTLE_COLUMN_TEXT},         {"facts", SETTLE_COLUMN_INTEGER},
    {"transfers", SETTLE_COLUMN_INTEGER}, {"amount", SETTLE_COLUMN_MONEY},
    {"digest", SETTLE_COLUMN_TEXT},       {"differences", SETTLE_COLUMN_INTEGER},
    {"what", SETTLE_COLUMN_TEXT},         {"distributor", SETTLE_COLUMN_TEXT},
    {"key", SETTLE_COLUMN_TEXT},          {"field", SETTLE_COLUMN_TEXT},
    {"published", SETTLE_COLUMN_TEXT},    {"recomputed", SETTLE_COLUMN_TEXT},
};

typedef struct {
    const SettleCli *cli;
    SettleTable *table; /* NULL: lines for people, as the runs are done */
    SettleProgress progress;
    gint64 runs, transfers;
} Replay;

static void
show_progress(SettleDay date, int64_t done, int64_t total, gpointer user_data)
{
    Replay *replay = user_data;
    char day[SETTLE_DAY_TEXT_BYTES];

    g_snprintf(replay->progress.label, sizeof replay->progress.label, "replay %s",
               settle_day_format(date, day));
    settle_progress_show(&replay->progress, done, total);
}

static void
print_lines(const SettleReplayReport *report, const char *day, const char *digest)
{
    printf("run %d  %s  %-7s  %" G_GINT64_FORMAT " transfers  %.12s  ", report->run_id, day,
           report->kind, report->transfers, digest);
    if (report->n_differences == 0) {
        puts("equal");
        return;
    }
    printf("DIFFERS in %" G_GINT64_FORMAT "\n", report->n_differences);
    for (guint i = 0; i < report->differences->len; i++) {
        const SettleReplayDifference *d =
            &g_array_index(report->differences, SettleReplayDifference, i);

        printf("    %s%s%s%s%s: %s published %s, recomputed %s\n", d->what,
               d->distributor[0] != '\0' ? " " : "", d->distributor, d->key[0] != '\0' ? ", " : "",
               d->key, d->field, d->published, d->recomputed);
    }
    if (report->n_differences > report->differences->len)
        printf("    and %" G_GINT64_FORMAT " more (--limit shows more)\n",
               report->n_differences - report->differences->len);
}

static void
print_rows(SettleTable *table, const SettleReplayReport *report, const char *day,
           const char *digest)
{
    const gint64 numbers[] = {report->run_id, report->facts, report->transfers,
                              report->amount_minor, report->n_differences};
    char texts[G_N_ELEMENTS(numbers)][24], amount[SETTLE_MONEY_TEXT_BYTES];

    settle_cli_control_amount(report->amount_minor, amount);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_snprintf(texts[i], sizeof texts[i], "%" G_GINT64_FORMAT, numbers[i]);
    for (guint i = 0; i < MAX(report->differences->len, 1); i++) {
        static const SettleReplayDifference none = {0};
        const SettleReplayDifference *d =
            report->differences->len > 0
                ? &g_array_index(report->differences, SettleReplayDifference, i)
                : &none;
        const char *cells[] = {texts[0], day,      report->kind, texts[1],     texts[2],
                               amount,   digest,   texts[4],     d->what,      d->distributor,
                               d->key,   d->field, d->published, d->recomputed};

        G_STATIC_ASSERT(G_N_ELEMENTS(cells) == G_N_ELEMENTS(columns));
        settle_table_row(table, cells);
    }
}

static gboolean
print_run(const SettleReplayReport *report, gpointer user_data)
{
    Replay *replay = user_data;
    char day[SETTLE_DAY_TEXT_BYTES], digest[SETTLE_DIGEST_BYTES * 2 + 1];

    settle_progress_end(&replay->progress);
    settle_day_format(report->date, day);
    settle_digest_hex(report->digest, digest);
    if (replay->table != NULL)
        print_rows(replay->table, report, day, digest);
    else
        print_lines(report, day, digest);
    replay->runs++;
    replay->transfers += report->transfers;
    settle_progress_start(&replay->progress, "replay");
    return fflush(stdout) == 0;
}

/* "12" or "12..40"; either end may be open. */
static gboolean
parse_runs(const char *text, int32_t *ret_first, int32_t *ret_last)
{
    const char *dots = strstr(text, "..");
    g_autofree char *from = dots != NULL ? g_strndup(text, (gsize) (dots - text)) : g_strdup(text);
    const char *to = dots != NULL ? dots + 2 : text;
    guint64 first = 1, last = G_MAXINT32;

    /* An end may be left open, not the whole: "" is a variable that was not set. */
    if (text[0] == '\0' ||
        (from[0] != '\0' && !g_ascii_string_to_unsigned(from, 10, 1, G_MAXINT32, &first, NULL)) ||
        (to[0] != '\0' && !g_ascii_string_to_unsigned(to, 10, 1, G_MAXINT32, &last, NULL)) ||
        first > last)
        return FALSE;
    *ret_first = (int32_t) first;
    *ret_last = (int32_t) last;
    return TRUE;
}

/* That there is something to replay; of the runs of a month there may be none. */
static gboolean
are_known(const SettleCli *cli, const SettleReplayOptions *options, const char *runs,
          const char *period, GError **error)
{
    g_autoptr(SettleStore) store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "replay", error);

    return store != NULL &&
           (period == NULL || settle_cli_known_period(store, period, FALSE, error)) &&
           (runs == NULL ||
            settle_cli_known_runs(store, options->first_run, options->last_run, runs, error));
}

static int
compute(const SettleReplayOptions *options, Replay *replay)
{
    int64_t differences = 0;
    GError *error = NULL;
    gboolean ok;

    if (replay->cli->format != SETTLE_FORMAT_TABLE)
        replay->table =
            settle_table_new(replay->cli->format, columns, G_N_ELEMENTS(columns), stdout);
    settle_progress_start(&replay->progress, "replay");
    ok = settle_replay(options, &differences, &error);
    settle_progress_end(&replay->progress);
    if (replay->table != NULL)
        settle_table_end(replay->table);
    if (!ok)
        return settle_cli_fail(error);
    if (replay->table == NULL)
        printf("%" G_GINT64_FORMAT " runs, %" G_GINT64_FORMAT " transfers: %s\n", replay->runs,
               replay->transfers, differences == 0 ? "as published" : "NOT as published");
    return differences == 0 ? SETTLE_EXIT_DONE : SETTLE_EXIT_FOUND;
}

int
settle_command_replay(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *runs = NULL, *period = NULL;
    gint64 chunk_facts = 0;
    int workers = 0, limit = 20, code;
    const GOptionEntry entries[] = {
        {"run", 0, 0, G_OPTION_ARG_FILENAME, &runs, "one run, or a range of them: 12, 12..40, 12..",
         "N[..M]"},
        {"period", 0, 0, G_OPTION_ARG_FILENAME, &period, "the runs with business dates of a month",
         "YYYY-MM"},
        {"workers", 0, 0, G_OPTION_ARG_INT, &workers,
         "threads (default: one a processor, 16 at most)", "N"},
        {"chunk-facts", 0, 0, G_OPTION_ARG_INT64, &chunk_facts,
         "facts a chunk (default: as workers share them, 100000 at most); the result does not "
         "depend on it",
         "N"},
        {"limit", 0, 0, G_OPTION_ARG_INT, &limit, "differences shown a run (default 20)", "N"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    SettleReplayOptions options = {.conninfo = cli->db,
                                   .first_run = 1,
                                   .last_run = G_MAXINT32,
                                   .report = print_run,
                                   .progress = show_progress};
    Replay replay = {.cli = cli};
    GError *error = NULL;

    if (!settle_cli_parse("replay --run N[..M] | --period YYYY-MM",
                          "Computes published runs again, each from its own batches, policies and "
                          "decisions, and\ncompares every posting with what was published. Writes "
                          "nothing. Exit code 1 if\nanything differs.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("replay", argv[1], entries);
    if (runs == NULL && period == NULL)
        return settle_cli_usage("settle replay --period 2026-03, or --run 12", "replay which runs");
    if (runs != NULL && !parse_runs(runs, &options.first_run, &options.last_run))
        return settle_cli_usage("--run 12, or 12..40", "\"%s\" is no run and no range of runs",
                                runs);
    if (workers < 0 || workers > 256)
        return settle_cli_usage("leave it out: one a processor",
                                "--workers is 0 (one a processor) to 256");
    if (!settle_cli_not_negative("--chunk-facts", chunk_facts, &code) ||
        !settle_cli_not_negative("--limit", limit, &code))
        return code;
    if (period != NULL && !settle_cli_month("--period", period, &options.period, &error))
        return settle_cli_fail(error);
    if (!are_known(cli, &options, runs, period, &error))
        return settle_cli_fail(error);
    options.by_period = period != NULL;
    options.workers = workers;
    options.chunk_facts = chunk_facts;
    options.limit = (guint) limit;
    options.user_data = &replay;
    return compute(&options, &replay);
}
