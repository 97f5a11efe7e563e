/* settle worker: helps a run that another process has begun, here or on another host. */
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/slips.h"
#include "run/run.h"

static void
show_progress(SettleDay date, int64_t done, int64_t total, gpointer user_data)
{
    SettleProgress *progress = user_data;
    char day[SETTLE_DAY_TEXT_BYTES];

    g_snprintf(progress->label, sizeof progress->label, "help %s", settle_day_format(date, day));
    settle_progress_show(progress, done, total);
}

int
settle_command_worker(const SettleCli *cli, int argc, char **argv)
{
    gint64 chunk_facts = 0;
    int run = 0, workers = 0, wait = 0, code;
    const GOptionEntry entries[] = {
        {"run", 0, 0, G_OPTION_ARG_INT, &run, "this run (default: the one under way)", "N"},
        {"workers", 0, 0, G_OPTION_ARG_INT, &workers,
         "threads (default: one a processor, 16 at most)", "N"},
        {"chunk-facts", 0, 0, G_OPTION_ARG_INT64, &chunk_facts,
         "facts that one distributor may bring, as said to the run", "N"},
        {"wait", 0, 0, G_OPTION_ARG_INT, &wait, "how long for a run to start", "SECONDS"},
        G_OPTION_ENTRY_NULL};
    SettleRunOptions options = {.conninfo = cli->db, .progress = show_progress};
    SettleRunReport report;
    SettleProgress progress;
    GError *error = NULL;
    gboolean ok;

    if (!settle_cli_parse("worker [--run N]",
                          "Takes chunks of a run that settle run has started, here or on another "
                          "host, until none is\nleft; settle run publishes it. One that dies gives "
                          "its chunk back.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("worker", argv[1], entries);
    if (run < 0 || workers < 0 || workers > 256 || wait < 0 || wait > 86400)
        return settle_cli_usage("--workers is 0 (one a processor) to 256, --wait at most a day",
                                "that is no run, number of workers or time");
    if (!settle_cli_not_negative("--chunk-facts", chunk_facts, &code))
        return code;
    options.workers = workers;
    options.chunk_facts = chunk_facts;
    options.progress_data = &progress;
    settle_progress_start(&progress, "help");
    ok = settle_run_help(&options, run, (guint) wait * 1000, &report, &error);
    settle_progress_end(&progress);
    if (!ok)
        return settle_cli_fail(error);
    printf("run %d: %u of %u chunks were done here, %" G_GINT64_FORMAT " facts, %" G_GINT64_FORMAT
           " transfers\n",
           report.run_id, report.chunks - report.chunks_kept, report.chunks, report.facts,
           report.transfers);
    return SETTLE_EXIT_DONE;
}
