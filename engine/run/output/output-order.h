/* What output.c is made of: in which order a chunk's rows are written and summed (sql/tables.ini),
 * as GCompareFuncs, and its invoices. */
#pragma once

#include "run/output/output.h"

G_BEGIN_DECLS

int settle_output_order_totals(gconstpointer a, gconstpointer b);
int settle_output_order_balances(gconstpointer a, gconstpointer b);
int settle_output_order_distributors(gconstpointer a, gconstpointer b);
int settle_output_order_outcomes(gconstpointer a, gconstpointer b);
int settle_output_order_agenda(gconstpointer a, gconstpointer b);
int settle_output_order_cuts(gconstpointer a, gconstpointer b);
int settle_output_order_volumes(gconstpointer a, gconstpointer b); /* deltas and postings */
int settle_output_order_invoices(gconstpointer a, gconstpointer b);

/* Sends them with their lines and what they bind, inside the chunk's transaction; sorts them. */
gboolean settle_output_send_invoices(SettleOutput *output, int32_t chunk, GError **error);

G_END_DECLS
