/* A progress line on a terminal's stderr; nothing in a pipe. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#define BAR 30

void
settle_progress_start(SettleProgress *progress, const char *label)
{
    progress->terminal = isatty(STDERR_FILENO) != 0;
    progress->started = g_get_monotonic_time();
    progress->shown = 0;
    g_strlcpy(progress->label, label, sizeof progress->label);
}

void
settle_progress_show(SettleProgress *progress, gint64 done, gint64 total)
{
    gint64 now = g_get_monotonic_time();
    char bar[BAR + 1];
    int filled;

    if (!progress->terminal || now - progress->started < G_USEC_PER_SEC ||
        now - progress->shown < G_USEC_PER_SEC / 5)
        return;
    progress->shown = now;
    if (total <= 0) {
        fprintf(stderr, "\r%s  %" G_GINT64_FORMAT "\033[K", progress->label, done);
        return;
    }
    filled = (int) (MIN(done, total) * BAR / total);
    for (int i = 0; i < BAR; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(stderr, "\r%s  [%s] %3d%%  %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "\033[K",
            progress->label, bar, (int) (MIN(done, total) * 100 / total), done, total);
}

void
settle_progress_end(SettleProgress *progress)
{
    if (progress->terminal && progress->shown != 0)
        fputs("\r\033[K", stderr);
}
