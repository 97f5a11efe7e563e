/* The differences that a replay finds, noted by several workers at once. */
#pragma once

#include "run/chain.h"
#include "run/context.h"
#include "run/replay/difference.h"

G_BEGIN_DECLS

/* Takes chunks as they were computed again and holds them against what is stored. */
typedef struct {
    SettleRunSink sink; /* first: the workers know only this */
    const SettleRunContext *context;
    GMutex mutex;
    guint limit;
    /* below: under the mutex */
    int64_t n_differences;
    GArray *differences; /* SettleReplayDifference, the first `limit` found */
    GArray *digests; /* SettleDistributorDigest of all distributors that something was posted for */
} SettleReplay;

/* No differences yet; at most limit of them are kept, all are counted. */
void settle_replay_init(SettleReplay *replay, const SettleRunContext *context, guint limit);
void settle_replay_clear(SettleReplay *replay);

/* Notes a difference; texts are copied, NULL counts as "". Thread-safe. */
void settle_replay_note(SettleReplay *replay, const char *what, const char *distributor,
                        const char *key, const char *field, const char *published,
                        const char *recomputed);

G_END_DECLS
