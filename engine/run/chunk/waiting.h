/* Facts that cannot be settled yet: they go to the agenda for the day on which they can. */
#pragma once

#include "run/chunk/facts.h"
#include "run/output/output.h"

G_BEGIN_DECLS

/* Takes the facts of this run that are dated after its day, or whose batch or order is still to
 * come, out of new_orders, new_bills and new_events; adds their agenda rows to the output and
 * counts facts and waiting ones in its sums. facts->versions is loaded: of an order with several
 * rows the one that holds is left in new_orders if the order is new, and fills revised and was if
 * the run sees that something else held before. */
void settle_waiting_set_aside(const SettleRunContext *context, SettleFacts *facts,
                              SettleOutput *output);

G_END_DECLS
