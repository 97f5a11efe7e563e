/* Drafting invoices at the end of a carrier's cycle, distributor by distributor
 * (docs/semantics.md 8). */
#pragma once

#include "run/output/output.h"

G_BEGIN_DECLS

typedef struct SettleInvoicing SettleInvoicing;

/* No chunk is loaded yet; the context must live as long. */
SettleInvoicing *settle_invoicing_new(const SettleRunContext *context);
void settle_invoicing_free(SettleInvoicing *invoicing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleInvoicing, settle_invoicing_free)

/* TRUE if some cycle ends with this run. */
gboolean settle_invoicing_wanted(const SettleInvoicing *invoicing);
/* Reads the totals of earlier runs that are on no invoice yet. */
gboolean settle_invoicing_load(SettleInvoicing *invoicing, SettleStore *store,
                               const SettleChunk *chunk, GError **error);
/* Drafts the invoices of a distributor from those and from this run's totals in the output. To be
 * called for every distributor of the chunk, ascending. */
gboolean settle_invoicing_draft(SettleInvoicing *invoicing, int32_t distributor_id,
                                SettleOutput *output, GError **error);

G_END_DECLS
