/* In which order a chunk's rows are written and summed (sql/tables.ini): GCompareFuncs. */
#pragma once

#include "run/output.h"

G_BEGIN_DECLS

int settle_output_order_totals(gconstpointer a, gconstpointer b);
int settle_output_order_balances(gconstpointer a, gconstpointer b);
int settle_output_order_distributors(gconstpointer a, gconstpointer b);
int settle_output_order_outcomes(gconstpointer a, gconstpointer b);
int settle_output_order_agenda(gconstpointer a, gconstpointer b);
int settle_output_order_cuts(gconstpointer a, gconstpointer b);
int settle_output_order_volumes(gconstpointer a, gconstpointer b); /* deltas and postings */
int settle_output_order_invoices(gconstpointer a, gconstpointer b);

G_END_DECLS
