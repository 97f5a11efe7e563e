/* Deposits of carriers and distributors: frozen on entry, given back after the end, used for debts
 * (docs/semantics.md 1, 13.13, 14.44). All of it is transfers of runs of the kind "deposit". */
#pragma once

#include "run/output/output.h"
#include "run/run.h"
#include "store/store.h"

G_BEGIN_DECLS

/* Brings about what was decided since the last run of deposits, in the order of the decisions, then
 * freezes and gives back what is due on the day of the last nightly run. *ret_report: run_id 0 if
 * nothing was. */
gboolean settle_deposit_post(const char *conninfo, SettleRunReport *ret_report, GError **error);

/* Opens the output and writes the transfers of a deposit run; if there are none the output is left
 * as it is. */
gboolean settle_deposit_run(SettleStore *store, const SettleRunContext *context,
                            SettleOutput *output, GError **error);

G_END_DECLS
