/* Runs beside the nightly one that post in a single transaction: issuing invoices, moving deposits.
 * Published whole or never was (docs/architecture.md "A run"). */
#pragma once

#include "run/context.h"
#include "run/output/output.h"

G_BEGIN_DECLS

typedef struct {
    const char *kind;     /* as in settle.run: "issue", "deposit" */
    gboolean may_be_none; /* a run that would post nothing is not kept */
    /* All inside the transaction; data is the caller's. decide: before the run has a number, checks
     * what it is about. post: opens the output when it has read what it needs, and writes the
     * transfers, by distributor, and what it leaves beside them. decide may be NULL. */
    gboolean (*decide)(SettleStore *store, gpointer data, GError **error);
    gboolean (*post)(SettleStore *store, const SettleRunContext *context, SettleOutput *output,
                     gpointer data, GError **error);
} SettlePosting;

/* Takes the runner's lock and posts at the business date of the last nightly run. *ret_report has
 * run_id 0 if nothing was kept, and date 0 if there was no night yet. Errors: LOCKED; STATE (a run
 * is unfinished, no night was settled yet); those of the callbacks. */
gboolean settle_run_post(const char *conninfo, const SettlePosting *posting, gpointer data,
                         SettleRunReport *ret_report, GError **error);

G_END_DECLS
