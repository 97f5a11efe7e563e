/* Replay: a published run computed again from its own manifest (batches, stored policies, position
 * of the control log) and compared with what was published. Writes nothing (docs/semantics.md 9;
 * architecture.md "Replay"). */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "calendar/calendar.h"
#include "run/replay/difference.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    int32_t run_id;
    SettleDay date;
    const char *kind;                   /* "nightly", "issue"; valid during the call */
    int64_t facts, transfers, invoices; /* as recomputed */
    int64_t amount_minor;
    uint8_t digest[SETTLE_DIGEST_BYTES]; /* as recomputed */
    int64_t n_differences;
    const GArray
        *differences; /* SettleReplayDifference: the first of them; valid during the call */
} SettleReplayReport;

typedef struct {
    const char *conninfo;
    int32_t first_run, last_run; /* both included */
    gboolean by_period;
    SettleMonth period;  /* runs with a business date of this month only */
    int workers;         /* 0: as for a run */
    int64_t chunk_facts; /* 0: the default; the outcome does not depend on it */
    guint limit;         /* differences kept a run */
    /* Called for every run in their order. FALSE stops. */
    gboolean (*report)(const SettleReplayReport *report, gpointer user_data);
    void (*progress)(SettleDay date, int64_t done, int64_t total, gpointer user_data);
    gpointer user_data;
} SettleReplayOptions;

/* Replays the published runs of the range, oldest first. A difference is no error; a run that this
 * program cannot compute is (STATE: another calculation version; INPUT: no published run in the
 * range). *ret_differences: over all runs. Memory is bounded by the chunk, whatever the run's size.
 */
gboolean settle_replay(const SettleReplayOptions *options, int64_t *ret_differences,
                       GError **error);

G_END_DECLS
