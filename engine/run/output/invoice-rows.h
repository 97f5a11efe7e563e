/* A chunk's invoices as rows: documents, their lines and what they bind. */
#pragma once

#include "run/output/rows.h"
#include "store/store.h"

G_BEGIN_DECLS

/* Sends invoices (SettleInvoiceRow, sorted here) of a chunk of the run, inside the transaction that
 * is open. FALSE and error: DATABASE. */
gboolean settle_invoice_rows_send(SettleStore *store, int32_t run_id, int32_t chunk,
                                  GArray *invoices, GError **error);

G_END_DECLS
