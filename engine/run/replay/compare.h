/* Compares what a chunk computed again with what is stored of it, table by table. */
#pragma once

#include "run/output/output.h"
#include "run/replay/differences.h"

G_BEGIN_DECLS

/* Compares one chunk; `first` to `last` are the distributors that it answers for, which is more
 * than it was planned for: what is stored of others has no reason to be there. */
gboolean settle_replay_compare(SettleReplay *replay, SettleStore *store, const SettleOutput *output,
                               int32_t first, int32_t last, GError **error);

G_END_DECLS
