/* Rows of whole numbers, whatever the table: compared by their keys, and told in words. */
#pragma once

#include "run/replay/differences.h"

G_BEGIN_DECLS

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

#define SETTLE_REPLAY_COLUMNS_MAX 18
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
