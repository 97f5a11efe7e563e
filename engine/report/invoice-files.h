/* A batch's invoices as tables, one row a line with the header repeated: what a tax portal takes.
 * What an invoice as a whole pays out, withholds, brings forward and has covered by a deposit
 * stands on its first line only: the columns add up. */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* Writes invoices-RUN-CARRIER.csv, .xlsx and .sha256 (what sha256sum -c takes) into the folder,
 * which is made if it is not there. A carrier whose code is no plain word (letters, digits, - and
 * _) is named by its number, as carrier.NUMBER. *ret_paths: what was written; the caller frees.
 * FALSE and error: INPUT (no such batch, or it has no invoices), DATABASE. */
gboolean settle_invoice_files_write(SettleStore *store, int32_t run_id, const char *carrier,
                                    const char *folder, char ***ret_paths, GError **error);

G_END_DECLS
