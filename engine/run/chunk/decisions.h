/* What was decided about the orders of a distributor that are settled jointly. joint.c fills it
 * before the first of them is settled; who settles orders and windows reads it. What ceilings and
 * the carrier's money leave is taken by volume windows afterwards. */
#pragma once

#include "run/chunk/pairs.h"
#include "run/chunk/targets.h"
#include "run/output/output.h"

G_BEGIN_DECLS

/* What is left of a target of a joint order. */
typedef struct {
    int64_t order_id;
    SettleSlot slot;
    gboolean fits; /* its parts are within 64 bits */
    SettleStanding standing;
} SettleDecidedSlot;

typedef struct {
    const SettlePairs *pairs; /* borrowed, like the next: what the decisions are about */
    SettlePaid *paid;
    int32_t distributor_id;
    gboolean failed;       /* an amount left 64 bits: its joint orders stay as they are */
    GArray *slots;         /* SettleDecidedSlot by order and slot: of targets above 0 */
    GHashTable *tolerated; /* ids of the orders whose findings act as none */
    GHashTable *uses;      /* SettleCeilingUse by itself */
    GHashTable *posted;    /* of that what orders of open pairs were posted */
    GArray *cuts;          /* SettleCutRow: what ceilings and findings took */
} SettleDecisions;

/* Nothing decided yet; pairs and paid stay the caller's and must live as long. */
void settle_decisions_init(SettleDecisions *decisions, const SettlePairs *pairs, SettlePaid *paid);
void settle_decisions_clear(SettleDecisions *decisions);
/* Nothing is decided about this distributor yet; of its open pairs what they used is known. */
void settle_decisions_begin(SettleDecisions *decisions, int32_t distributor_id);

/* Whether the findings of an order act. */
SettleFindings settle_decisions_findings(const SettleDecisions *decisions,
                                         const SettleSubject *subject);
/* All slots are there: now they can be looked up. */
void settle_decisions_sort(SettleDecisions *decisions);
/* What is left of the target of a joint order. FALSE: an amount left 64 bits. */
gboolean settle_decisions_standing(const SettleDecisions *decisions, int64_t order_id,
                                   const SettleTarget *target, SettleStanding *ret_standing);
/* What ceilings leave of a target in minor units: the rule's first, then the policy's of what that
 * left, each of what all versions have used so far. Notes what they cut, and what is used now;
 * where that leaves 64 bits the decisions have failed. month: the target's origin; today: the month
 * of the run's date. A month of a window may take less than nothing: that makes room. */
int64_t settle_decisions_cap(SettleDecisions *decisions, const SettlePolicy *policy,
                             const SettleRule *rule, int64_t subject_id, SettleSlot slot,
                             SettleMonth month, SettleMonth today, int64_t target_minor);
/* Notes that so much of earned_minor was cut; 0: nothing was, of what might have been. */
void settle_decisions_note_cut(SettleDecisions *decisions, SettleCutWhat what,
                               const SettlePolicy *policy, int64_t subject_id, SettleSlot slot,
                               SettleMonth month, int64_t earned_minor, int64_t cut_minor);

/* Notes what an order of an open pair was posted: so much more (or less) of the ceilings is used.
 */
void settle_decisions_note_posted(SettleDecisions *decisions, const SettlePolicy *policy,
                                  const GArray *transfers);

/* Adds to the output what ceilings and findings took of the distributor's orders and windows, and
 * what ceilings let through: when all of it is settled. */
void settle_decisions_report(const SettleDecisions *decisions, SettleOutput *output);

G_END_DECLS
