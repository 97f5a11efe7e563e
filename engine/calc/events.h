/* What events leave of an order's targets (docs/semantics.md 5.5, 13.4 to 13.9). Pure. */
#pragma once

#include "calc/calc.h"

G_BEGIN_DECLS

/* What refunds of an order may come to in all. */
typedef struct {
    int64_t paid_minor;
    int64_t slack_minor; /* so much beyond what is left passes as the rest; 0 or more */
} SettleRefundLimit;

/* Leaves the events that count on the day, by (day, instant, kind, event_id): of each the last
 * version unless it withdraws the event, dated up to it, not undone by a reinstatement that is, and
 * of refunds those that fit into what is left of what was paid (docs/semantics.md 2). events:
 * GArray of SettleEvent of one order, any order. Returns how many count for nothing: refunds that
 * do not fit, and reinstatements that undo no event of the list; ret_nothing: NULL, or a GArray of
 * SettleEvent that they are appended to. */
guint settle_events_in_force(GArray *events, SettleDay date, const SettleRefundLimit *limit,
                             GArray *ret_nothing);

/* What is kept of an amount, as a fraction, and since when less than all. */
typedef struct {
    int64_t numerator, denominator;
    SettleDay since; /* day of the event that leaves least; SETTLE_DAY_MIN: everything is kept */
} SettleKept;
/* What share of the rule's earning the events of the scope leave to the order, and since when
 * (docs/semantics.md 5). */
SettleKept settle_events_kept(const SettlePolicy *policy, const SettleRule *rule,
                              const SettleOrder *order, const SettleCalcScope *scope);

/* By how much refunds lower the base of the rule's rate. due: for an instalment its due day, else
 * SETTLE_DAY_MAX. *ret_since: day of the last of them, untouched if there is none. */
int64_t settle_events_refunded(const SettleRule *rule, const SettleOrder *order,
                               const SettleCalcScope *scope, SettleDay due, SettleDay *ret_since);

/* What refunds dated up to the day sum up to; of a rate's base at most the whole. */
int64_t settle_events_refunded_until(const SettleOrder *order, const SettleCalcScope *scope,
                                     SettleDay day);

/* Neither cancelled nor suspended nor ported out on the day. */
gboolean settle_events_active(const SettlePolicy *policy, const SettleCalcScope *scope,
                              SettleDay day);
/* Some refund is dated up to the day. */
gboolean settle_events_any_refund(const SettleCalcScope *scope, SettleDay day);
/* The policy stops what falls due after the number went elsewhere, and it did so before that day.
 */
gboolean settle_events_stopped(const SettlePolicy *policy, const SettleCalcScope *scope,
                               SettleDay day);
/* What is left of the paid amount for a volume window; -1: the order does not count (13.9). */
int64_t settle_events_counted(const SettlePolicy *policy, const SettleRule *rule,
                              const SettleOrder *order, const SettleEvent *events, guint n_events);
/* The day on which all that was paid is refunded; FALSE: never. */
gboolean settle_events_fully_refunded(const SettleOrder *order, const SettleEvent *events,
                                      guint n_events, SettleDay *ret_day);

G_END_DECLS
