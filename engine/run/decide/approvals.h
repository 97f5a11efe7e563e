/* Approving invoice batches: somebody else than who drafted one lets it be issued
 * (docs/semantics.md 8). */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* Approves the batch that a run drafted of a carrier (code), and keeps the digest of its invoices
 * with the decision. The batch is known to be there. store: opened as approver. STATE: it is
 * approved already, or the login drafted it itself. */
gboolean settle_invoice_batch_approve(SettleStore *store, int32_t run_id, const char *carrier,
                                      GError **error);

G_END_DECLS
