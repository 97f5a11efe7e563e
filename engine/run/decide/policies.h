/* Policies in the database: loading what was activated, activating a new version. */
#pragma once

#include "calc/match.h"
#include "store/store.h"

G_BEGIN_DECLS

/* All versions activated up to a position of the control log, compiled, with their ids. STATE if a
 * stored document no longer loads, or is not the one that was activated. The caller owns the set.
 */
SettlePolicySet *settle_policies_load(SettleStore *store, int64_t control_position, GError **error);

/* Keeps a document as submitted, for somebody else to activate. policy: the compiled document.
 * *ret_submission: its number; *ret_known: the same login submitted this very text before, and it
 * waits under that number; *ret_active_id: the policy that this very text is already, which is not
 * submitted (the other two are not set then), else 0. INPUT or STATE: an unknown carrier, or a
 * version or closing days that an active version has. store: opened as author. */
gboolean settle_policy_submit(SettleStore *store, const char *text, size_t length,
                              const SettlePolicy *policy, int64_t *ret_submission,
                              gboolean *ret_known, int32_t *ret_active_id, GError **error);
/* The document that waits under a number, a name or CARRIER/VERSION: NULL if there is none, INPUT
 * if there are several. The caller frees the text. */
gboolean settle_policy_waiting(SettleStore *store, const char *name, char **ret_text,
                               gsize *ret_length, GError **error);
/* Takes a submission back: its author, or an approver. reason: kept. STATE if it does not wait any
 * more. */
gboolean settle_policy_withdraw(SettleStore *store, int64_t submission, const char *reason,
                                GError **error);

/* Activates a version (docs/semantics.md 5). policy: the compiled document. Refuses (INPUT or
 * STATE) terms that are not settled yet, a document that nobody else submitted, an unknown carrier,
 * a version text used before, closing days that another version of the carrier covers or that were
 * settled already. The very same document again is no error: *ret_known is TRUE then. store: opened
 * as approver. */
gboolean settle_policy_activate(SettleStore *store, const SettlePolicy *policy,
                                int32_t *ret_policy_id, gboolean *ret_known, GError **error);

G_END_DECLS
