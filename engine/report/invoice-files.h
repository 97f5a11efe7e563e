/* A batch's invoices as tables, one row a line with the header repeated: what a tax portal takes.
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* Writes invoices-RUN-CARRIER.csv, .xlsx and .sha256 (what sha256sum -c takes) into the folder,
 * which is made if it is not there; CARRIER is its number: names of files come from no data.
 * *ret_paths: what was written; the caller frees. FALSE and error: INPUT (no such batch, or it has
 * no invoices), DATABASE. */
gboolean settle_invoice_files_write(SettleStore *store, int32_t run_id, const char *carrier,
                                    const char *folder, char ***ret_paths, GError **error);

G_END_DECLS
