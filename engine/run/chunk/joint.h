/* Deciding over all orders of a distributor that depend on each other: which findings are
 * tolerated, what ceilings leave, what the carrier's payments free, in this order
 * (docs/semantics.md 5.5, 5.6, 13.10, 13.11, 14.34 to 14.36). */
#pragma once

#include "run/chunk/decisions.h"
#include "run/chunk/history.h"

G_BEGIN_DECLS

/* Fills in the decisions about their distributor. subjects: SettleSubject, all of the
 * distributor's, matched; only the joint ones are looked at. If an amount leaves 64 bits the
 * decisions have failed. */
void settle_joint_decide(SettleDecisions *decisions, const GArray *subjects, SettleHistory *history,
                         SettleTargets *targets);

G_END_DECLS
