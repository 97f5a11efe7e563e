/* Targets of an order: what its facts say that it should have earned, and what it counts in volume
 * windows (docs/semantics.md 5, 6). Settling one order, deciding jointly over many and computing a
 * run again ask the same questions here. Nothing is compared with the ledger. */
#pragma once

#include "calc/calc.h"
#include "run/chunk/subject.h"

G_BEGIN_DECLS

/* The targets of one order at a time, and the memory that they are computed in. */
typedef struct {
    const SettleRunKnown *known; /* borrowed */
    SettleDay date;              /* up to which facts count */
    GArray *all;                 /* SettleTarget by slot: the last answer */
    GArray *in_force;            /* SettleEvent: those of the last question that count */
    GArray *months;              /* SettleMonth: scratch */
} SettleTargets;

/* Room for the targets of one order at a time; known must live as long. */
void settle_targets_init(SettleTargets *targets, const SettleRunKnown *known, SettleDay date);
void settle_targets_clear(SettleTargets *targets);

/* Whether fraud findings act on the order. */
typedef enum {
    SETTLE_FINDINGS_ACT,
    SETTLE_FINDINGS_TOLERATED, /* as if nothing had been found */
} SettleFindings;

/* All of the order's targets up to the date. bills: all that are known of it. The subject is
 * matched. FALSE: an amount left 64 bits, or is so large that a sum of such ones would. So with the
 * next two. */
gboolean settle_targets_whole(SettleTargets *targets, const SettleSubject *subject,
                              const SettleBill *bills, guint n_bills, SettleFindings findings);
/* Those that fall due on the date for the first time; nothing can be posted in their slots.
 * Events are not looked at. */
gboolean settle_targets_due(SettleTargets *targets, const SettleSubject *subject);
/* Those of months that the subject's new bills are the first of. Events are not looked at. */
gboolean settle_targets_billed(SettleTargets *targets, const SettleSubject *subject);

/* Fills in_force with the order's events that count; returns how many count for nothing. */
guint settle_targets_events(SettleTargets *targets, const SettleSubject *subject,
                            SettleFindings findings);
/* The same of those known before this run. */
guint settle_targets_events_before(SettleTargets *targets, const SettleSubject *subject,
                                   SettleFindings findings);
/* Some fraud finding of the order is in force. */
gboolean settle_targets_is_found(SettleTargets *targets, const SettleSubject *subject);

/* What the order counts in the window of a volume rule; before: by the events known before this
 * run. */
int64_t settle_targets_measure(SettleTargets *targets, const SettleSubject *subject,
                               const SettleRule *rule, SettleFindings findings);
int64_t settle_targets_measure_before(SettleTargets *targets, const SettleSubject *subject,
                                      const SettleRule *rule, SettleFindings findings);

G_END_DECLS
