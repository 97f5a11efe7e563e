/* A progress line on a terminal's stderr; nothing in a pipe. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean terminal;
    gint64 started, shown; /* monotonic */
    char label[64];
} SettleProgress;

/* Begins a line; the label is copied and cut. */
void settle_progress_start(SettleProgress *progress, const char *label);
/* total 0: unknown. Shows at most five times a second, and nothing in the first second. */
void settle_progress_show(SettleProgress *progress, gint64 done, gint64 total);
void settle_progress_end(SettleProgress *progress);

G_END_DECLS
