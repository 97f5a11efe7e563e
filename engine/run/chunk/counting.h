/* What orders count in volume windows, and what changes it (docs/semantics.md 5.4, 13.9). */
#pragma once

#include "run/chunk/decisions.h"
#include "run/chunk/volume.h"

G_BEGIN_DECLS

/* Counts a new order in the windows of its volume rules, or changes what an old one counts by what
 * its new events do to it. Where other orders' findings decide whether its own act, the window is
 * measured anew from all orders. */
void settle_counting_order(SettleVolumes *volumes, SettleTargets *targets,
                           const SettleDecisions *decisions, const SettleSubject *subject);
/* The same of an order that was told anew, of whose parties something was, or whose windows other
 * versions measure now: it counts as it is now, and no longer as it was. */
void settle_counting_again(SettleVolumes *volumes, SettleTargets *targets,
                           const SettleDecisions *decisions, const SettleSubject *subject);

G_END_DECLS
