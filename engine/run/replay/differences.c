/* Keeps the differences of a replayed run. */
#include "run/replay/differences.h"

#include <string.h>

static void
clear_difference(gpointer data)
{
    SettleReplayDifference *difference = data;

    g_free(difference->what);
    g_free(difference->distributor);
    g_free(difference->key);
    g_free(difference->field);
    g_free(difference->published);
    g_free(difference->recomputed);
}

void
settle_replay_init(SettleReplay *replay, const SettleRunContext *context, guint limit)
{
    memset(replay, 0, sizeof *replay);
    replay->context = context;
    replay->limit = limit;
    replay->differences = g_array_new(FALSE, FALSE, sizeof(SettleReplayDifference));
    g_array_set_clear_func(replay->differences, clear_difference);
    replay->digests = g_array_new(FALSE, FALSE, sizeof(SettleDistributorDigest));
    g_mutex_init(&replay->mutex);
}

void
settle_replay_clear(SettleReplay *replay)
{
    g_array_unref(replay->differences);
    g_array_unref(replay->digests);
    g_mutex_clear(&replay->mutex);
}

void
settle_replay_note(SettleReplay *replay, const char *what, const char *distributor, const char *key,
                   const char *field, const char *published, const char *recomputed)
{
    g_mutex_lock(&replay->mutex);
    if (replay->differences->len < replay->limit) {
        SettleReplayDifference difference = {
            .what = g_strdup(what),
            .distributor = g_strdup(distributor != NULL ? distributor : ""),
            .key = g_strdup(key != NULL ? key : ""),
            .field = g_strdup(field),
            .published = g_strdup(published),
            .recomputed = g_strdup(recomputed),
        };

        g_array_append_val(replay->differences, difference);
    }
    replay->n_differences++;
    g_mutex_unlock(&replay->mutex);
}
