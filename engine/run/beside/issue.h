/* Issuing an approved invoice batch: a run of its own that posts what the invoices say
 * (docs/semantics.md 7, 8). */
#pragma once

#include "run/run.h"

G_BEGIN_DECLS

/* batch_run_id and carrier code name the batch (RUN/CARRIER). Refuses (STATE) what is not approved,
 * or issued already. Posts, per invoice: distributor -> invoiced, withheld -> carrier and, where
 * policy amounts exclude tax, carrier -> invoiced. business date: that of the last nightly run. */
gboolean settle_run_issue(const char *conninfo, int32_t batch_run_id, const char *carrier,
                          SettleRunReport *ret_report, GError **error);

G_END_DECLS
