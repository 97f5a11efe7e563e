/* Manifests: what a run is about, written when it starts, and the context that follows from it:
 * the same for a new run, one that is taken up again and one that is replayed (docs/architecture.md
 * "A run"). */
#pragma once

#include "run/context.h"

G_BEGIN_DECLS

/* Begins a run of a kind for the context's date, in the transaction that is open: its number, its
 * position in the control log (which stays locked), what is due, its policies and its batches. */
gboolean settle_run_begin(SettleStore *store, SettleRunContext *context, const char *kind,
                          GError **error);
/* Starts a run for the date (or finds nothing to do: *ret_context NULL) / takes one up again. */
gboolean settle_run_context_start(SettleStore *store, const SettleRunOptions *options,
                                  SettleDay date, gboolean due, int64_t epoch,
                                  SettleRunContext **ret_context, GError **error);
SettleRunContext *settle_run_context_resume(SettleStore *store, const SettleRunOptions *options,
                                            int32_t run_id, int64_t epoch, GError **error);
/* The context of a run as it was when it started, without its chunks: from its manifest alone. */
SettleRunContext *settle_run_context_of(SettleStore *store, const SettleRunOptions *options,
                                        int32_t run_id, int64_t epoch, GError **error);
/* Loads what follows from the run's id, date and control position: master data, policies, what
 * batches runs before it consumed, what falls due. */
gboolean settle_run_context_load(SettleStore *store, SettleRunContext *context, GError **error);

G_END_DECLS
