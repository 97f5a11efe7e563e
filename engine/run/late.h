/* Master data told late: what a run knows otherwise than the one before it of days gone by, and
 * whose orders it has to look at again for that (docs/semantics.md 13.13, 14.17). */
#pragma once

#include "run/context.h"

G_BEGIN_DECLS

/* Fills context->late: compares what the run before knew with what this one knows, if the run takes
 * master data in. What no policy asks for wakes nobody. To be called when directory, policies and
 * partitions are known. FALSE and error: DATABASE. */
gboolean settle_run_late_load(SettleStore *store, SettleRunContext *context, GError **error);

/* Adds how many orders closed in the months concerned to the work by distributor, up to id n. */
gboolean settle_run_late_work(SettleStore *store, const SettleRunContext *context, int64_t *work,
                              int32_t n, GError **error);

G_END_DECLS
