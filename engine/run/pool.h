/* Threads that work a run's chunks off, beside those of other processes that do the same. */
#pragma once

#include "run/context.h"

G_BEGIN_DECLS

/* All chunks of the context, by as many threads as the options say, and by whoever helps; *report
 * has the sums of those done here. Returns when all have their receipts. */
gboolean settle_run_work_off(const SettleRunContext *context, const SettleRunOptions *options,
                             SettleRunReport *report, GError **error);

G_END_DECLS
