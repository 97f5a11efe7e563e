/* What orders count in volume windows, and what changes it (docs/semantics.md 5.4, 13.9). */
#pragma once

#include "run/chunk/decisions.h"
#include "run/chunk/volume.h"

G_BEGIN_DECLS

/* Counts a new order in the windows of its volume rules, or changes what an old one counts by what
 * its new events do to it. Where other orders' findings decide whether its own act, the window is
 * measured anew from all orders. FALSE: a measure left 64 bits. */
gboolean settle_counting_order(SettleVolumes *volumes, SettleTargets *targets,
                               const SettleDecisions *decisions, const SettleSubject *subject);
/* The same of an order that was told anew: it counts as it is now, and no longer as it was.
 * directory_before: what runs before this one knew, where managers moved; else NULL. */
gboolean settle_counting_revised(SettleVolumes *volumes, SettleTargets *targets,
                                 const SettleDecisions *decisions, const SettleSubject *subject,
                                 const SettleDirectory *directory_before);
/* Counts an old order for the outlet that its manager is now known to have belonged to, and no
 * longer for the one that runs before thought of. subject: matched, with its events;
 * directory_before: what those runs knew. FALSE: a
 * measure left 64 bits. */
gboolean settle_counting_move(SettleVolumes *volumes, SettleTargets *targets,
                              const SettleDecisions *decisions, const SettleSubject *subject,
                              const SettleDirectory *directory_before);

G_END_DECLS
