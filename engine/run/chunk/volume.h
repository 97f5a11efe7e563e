/* Volume windows of one distributor at a time: what this run adds to their measures, and the bonus
 * that follows (docs/semantics.md 5.4, 13.9). */
#pragma once

#include "run/chunk/decisions.h"
#include "run/output/output.h"

G_BEGIN_DECLS

typedef struct SettleVolumes SettleVolumes;

/* No windows are loaded yet; the context must live as long. */
SettleVolumes *settle_volumes_new(const SettleRunContext *context);
void settle_volumes_free(SettleVolumes *volumes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleVolumes, settle_volumes_free)

/* Reads what earlier runs measured and posted of the windows that this chunk will evaluate: those
 * that end today, and those that its facts touch and that are over, paid progressively or measured
 * anew, and those that may change with what ceilings leave of open pairs. facts: arrays whose rows
 * begin with a SettleOrder. */
gboolean settle_volumes_load(SettleVolumes *volumes, SettleStore *store, const SettleChunk *chunk,
                             GArray *const *facts, guint n_facts, const SettlePairs *pairs,
                             GError **error);
/* Changes what an order of the current distributor adds to a matched volume rule's window, by its
 * measure if it is new; anew: `change` is all that it counts (0 of one that has left), and so do
 * all orders of the window; cause: the month of what changes it, 0: of nothing. */
void settle_volumes_count(SettleVolumes *volumes, const SettlePolicy *policy,
                          const SettleRule *rule, const SettleOrder *order,
                          const SettleOrderParties *parties, int64_t change, gboolean anew,
                          SettleMonth cause);
/* Evaluates the windows of the distributor that the decisions are about, after its orders were
 * settled: what ceilings and the carrier's money still leave is theirs. Writes deltas, postings and
 * transfers, and starts afresh. FALSE and error: they could not be written. */
gboolean settle_volumes_close(SettleVolumes *volumes, SettleDecisions *decisions,
                              SettleOutput *output, GError **error);

G_END_DECLS
