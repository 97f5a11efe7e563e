/* What the files of the replay share. */
#pragma once

#include "run/output/output.h"
#include "run/replay/replay.h"

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

void settle_replay_init(SettleReplay *replay, const SettleRunContext *context, guint limit);
void settle_replay_clear(SettleReplay *replay);

/* Notes a difference; texts are copied, NULL counts as "". Thread-safe. */
void settle_replay_note(SettleReplay *replay, const char *what, const char *distributor,
                        const char *key, const char *field, const char *published,
                        const char *recomputed);

/* Compares one chunk; `first` to `last` are the distributors that it answers for, which is more
 * than it was planned for: what is stored of others has no reason to be there. */
gboolean settle_replay_compare(SettleReplay *replay, SettleStore *store, const SettleOutput *output,
                               int32_t first, int32_t last, GError **error);

/* --- rows.c: rows of whole numbers, whatever the table --------------------------------- */
typedef enum {
    SETTLE_REPLAY_NUMBER,
    SETTLE_REPLAY_MONEY, /* minor units of the row's policy or currency */
    SETTLE_REPLAY_MONTH, /* by its first day */
    SETTLE_REPLAY_DAY,
    SETTLE_REPLAY_ORDER,
    SETTLE_REPLAY_SUBJECT,
    SETTLE_REPLAY_POLICY,
    SETTLE_REPLAY_SLOT,
    SETTLE_REPLAY_CARRIER,
    SETTLE_REPLAY_CLASS,
    SETTLE_REPLAY_KIND,
    SETTLE_REPLAY_ROLE,
    SETTLE_REPLAY_CURRENCY,
} SettleReplayType;

typedef struct {
    const char *name;
    SettleReplayType type;
} SettleReplayColumn;

#define SETTLE_REPLAY_COLUMNS_MAX 17
typedef struct {
    const char *what;
    SettleReplayColumn columns[SETTLE_REPLAY_COLUMNS_MAX]; /* the first is the distributor */
    guint n_columns, n_key;
} SettleReplayTable;

/* Both arrays hold n_columns int64_t a row and are sorted here. `store` looks names up. */
void settle_replay_compare_rows(SettleReplay *replay, SettleStore *store,
                                const SettleReplayTable *table, GArray *published,
                                GArray *recomputed);
/* One row of each, or NULL where a side has none. */
void settle_replay_compare_row(SettleReplay *replay, SettleStore *store,
                               const SettleReplayTable *table, const int64_t *published,
                               const int64_t *recomputed);

G_END_DECLS
