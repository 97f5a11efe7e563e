/* Control totals: what the sender says a file adds up to (docs/semantics.md 2, 14.1). */
#pragma once

#include "intake/job.h"

G_BEGIN_DECLS

/* USAGE if the control sum is no amount, the kind has none, or there is nothing to accept. */
gboolean settle_intake_check_options(SettleFileKind kind, const SettleIntakeOptions *options,
                                     GError **error);
/* TRUE if what was read agrees, or cannot be proved and was accepted: then job->unproved says why.
 * *ret_reason: why not, or a remark, or ""; the caller frees it. */
gboolean settle_intake_totals_agree(SettleIntakeJob *job, char **ret_reason);
/* Reads a control sum into the scale of the job's sums. */
gboolean settle_intake_parse_control_sum(const char *text, SettleInt128 *ret_scaled);
/* A scaled sum as a decimal with that many places; the caller frees it. */
char *settle_intake_sum_text(SettleInt128 scaled, int places);
/* A scaled sum in minor units of a currency's exponent; the caller frees it. */
char *settle_intake_sum_minor_text(SettleInt128 scaled, int exponent);

G_END_DECLS
