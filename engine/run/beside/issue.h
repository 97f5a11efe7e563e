/* Issuing an approved invoice batch: a run of its own that posts what the invoices say
 * (docs/semantics.md 7, 8). */
#pragma once

#include "run/output/output.h"
#include "run/run.h"

G_BEGIN_DECLS

/* batch_run_id and carrier code name the batch (RUN/CARRIER). Refuses (STATE) what is not approved,
 * or issued already. Posts, per invoice: distributor -> invoiced, withheld -> carrier and, where
 * policy amounts exclude tax, carrier -> invoiced. business date: that of the last nightly run. */
gboolean settle_run_issue(const char *conninfo, int32_t batch_run_id, const char *carrier,
                          SettleRunReport *ret_report, GError **error);

/* --- for the replay: what such a run posts -----------------------------------------------------
 */

typedef struct {
    int32_t run_id; /* that drafted the batch */
    int32_t carrier_id;
    SettleDay cut_off;
} SettleIssueBatch;
/* The batch's invoices, as settle_issue_post takes them. NULL and error. */
SettleResult *settle_issue_invoices(SettleStore *store, const SettleIssueBatch *batch,
                                    GError **error);
/* Posts what they say, by distributor, to an output that is open. */
gboolean settle_issue_post(const SettleRunContext *context, const SettleIssueBatch *batch,
                           const SettleResult *invoices, SettleOutput *output, GError **error);

G_END_DECLS
