/* The order in which a chunk's rows are written and summed (sql/tables.ini): that of their tables'
 * keys. Each is a GCompareFunc over two rows of rows.h. */
#pragma once

#include "run/output/rows.h"

G_BEGIN_DECLS

/* The order of the key of each table (sql/tables.ini), in which rows are hashed and stored; for
 * g_array_sort. */
int settle_row_order_totals(gconstpointer a, gconstpointer b);
int settle_row_order_balances(gconstpointer a, gconstpointer b);
int settle_row_order_distributors(gconstpointer a, gconstpointer b);
int settle_row_order_outcomes(gconstpointer a, gconstpointer b);
int settle_row_order_agenda(gconstpointer a, gconstpointer b);
int settle_row_order_cuts(gconstpointer a, gconstpointer b);
int settle_row_order_volumes(gconstpointer a, gconstpointer b); /* deltas and postings */
int settle_row_order_invoices(gconstpointer a, gconstpointer b);

G_END_DECLS
