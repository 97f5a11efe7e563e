/* A worker settles chunks, one after another, on its own thread and its own connections. */
#pragma once

#include "run/context.h"
#include "run/output/output.h"

G_BEGIN_DECLS

typedef struct SettleWorker SettleWorker;

/* Takes its connections from the run's store. The context outlives it. */
SettleWorker *settle_worker_new(const SettleRunContext *context, GError **error);
void settle_worker_free(SettleWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleWorker, settle_worker_free)
/* Computes a chunk and commits its rows and receipt, whose sums are *ret_sums. If its receipt is
 * there already, or another worker is at it, *ret_claim says so and *ret_sums is untouched. */
gboolean settle_worker_chunk(SettleWorker *worker, const SettleChunk *chunk,
                             SettleChunkSums *ret_sums, SettleClaim *ret_claim, GError **error);

G_END_DECLS
