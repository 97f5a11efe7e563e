/* What the kinds share. */
#pragma once

#include "calc/calc.h"

G_BEGIN_DECLS

/* Which revision of a month's bill decides. */
typedef enum {
    SETTLE_REVISION_LATEST, /* upfront, revenue share: corrections count */
    SETTLE_REVISION_AT_DUE, /* instalments: the last issued up to the due day, else the first after
                               it */
} SettleRevisionRule;

typedef enum { SETTLE_DECIDED_MET, SETTLE_DECIDED_NOT_MET, SETTLE_DECIDED_PENDING } SettleDecision;

/* The bill of a calendar month that decides, or NULL. bills sorted by (month, revision). */
const SettleBill *settle_bill_of_month(const SettleBill *bills, guint n_bills, SettleMonth month,
                                       SettleRevisionRule rule, SettleDay due_day);
/* An amount of the bill; never negative (docs/semantics.md 13.8). */
gboolean settle_bill_base(const SettleBill *bill, SettleBillBase base, int64_t *ret_minor);
/* What conditions are held against. */
typedef struct {
    const SettleOrder *order;
    const SettleBill *bills; /* by (month, revision) */
    guint n_bills;
    const SettleCalcScope *scope; /* of its months declared complete */
    SettleRevisionRule rule;
    SettleDay due_day;
    int later; /* months that this attempt is after the instalment's first */
} SettleLook;

/* All conditions together; PENDING tells the first missing month. *ret_seen (may be NULL): the
 * latest issue day of the bills that decided, untouched without any. FALSE on overflow. */
gboolean settle_conditions_decide(const SettleCondition *conditions, guint n_conditions,
                                  const SettleLook *look, SettleDecision *ret_decision,
                                  SettleMonth *ret_wait_month, SettleDay *ret_seen);
gboolean settle_conditions_look_at(const SettleCondition *conditions, guint n_conditions, int later,
                                   int contract_month);
/* Of bills by month, revision, turn and withdrawal: whether the i-th holds for its revision, whose
 * last row does; one that withdraws it says that it is not there. */
gboolean settle_bill_in_force(const SettleBill *bills, guint n_bills, guint i);
/* TRUE if the carrier declared that all bills of the month are there. */
gboolean settle_scope_complete(const SettleCalcScope *scope, SettleMonth month);
/* The band that holds the value, or NULL. */
const SettleBand *settle_band_find(const SettleBand *bands, guint n_bands, int64_t value);
static inline gboolean
settle_order_has_bills(const SettleOrder *order)
{
    return (order->flags & (SETTLE_ORDER_FOLLOWS | SETTLE_ORDER_NO_CONTRACT)) == 0;
}
/* TRUE if the day is among those asked for. */
static inline gboolean
settle_scope_holds(const SettleCalcScope *scope, SettleDay day)
{
    return day > scope->due_after && day <= scope->date;
}

/* What events leave of a target that is earned, rounded once more (13.3), and the month of the one
 * that took most. refunded_since: SETTLE_DAY_MIN unless a refund lowered the base already. FALSE on
 * overflow. */
gboolean settle_target_keep(const SettlePolicy *policy, const SettleOrder *order,
                            const SettleCalcScope *scope, SettleDay refunded_since,
                            SettleTarget *target);

/* How version 3 of the arithmetic does that, and settle_standing_of(). */
gboolean settle_events_keep(const SettlePolicy *policy, const SettleOrder *order,
                            const SettleCalcScope *scope, SettleDay refunded_since,
                            SettleTarget *target);
gboolean settle_hold_back(const SettlePolicy *policy, const SettleRule *rule, SettleDay start,
                          int64_t earned_minor, int64_t target_minor, gboolean withheld,
                          SettleDay date, SettleStanding *ret_standing);

G_END_DECLS
