/* Targets: what an order's rules should have earned in all, given the facts known up to a day
 * (docs/semantics.md 6). Pure. What each commission kind does is in calc/kind.h. */
#pragma once

#include "calc/match.h"

G_BEGIN_DECLS

/* A version of the arithmetic: what the calculation does with each kind (calc/arithmetic.h). Who
 * calculates says which: a run the one that it was begun with, everybody else the current one. */
typedef struct SettleArithmetic SettleArithmetic;

typedef enum {
    SETTLE_TARGET_EARNED = 1, /* target_minor holds, may be 0 */
    SETTLE_TARGET_NOT_MET,    /* decided: conditions not met, target 0 (forfeited) */
    SETTLE_TARGET_PENDING,    /* a fact that decides is missing (wait_month); target 0 so far */
    SETTLE_TARGET_NOT_DUE,    /* falls due on wait_day, after the run's date; target 0 so far */
} SettleTargetState;

typedef struct {
    int64_t target_minor; /* >= 0 */
    int64_t earned_minor; /* >= target_minor: before events took anything back (5.6, 13.10) */
    int64_t cut_minor;    /* what a lifetime cap took before that */
    const SettleRule *rule;
    SettleSlot slot;
    SettleMonth origin;     /* 13.2 */
    SettleMonth taken;      /* of the event that takes something back; 0: of no event */
    SettleDay wait_day;     /* NOT_DUE: when; else the day that decided: due day, day earned */
    SettleMonth wait_month; /* PENDING: the bill month that is missing */
    int16_t revision;       /* revenue share: of the bill */
    uint8_t state;          /* SettleTargetState */
    uint8_t credit;         /* SETTLE_ROLE_DISTRIBUTOR or SETTLE_ROLE_WITHHELD */
} SettleTarget;

/* What a kind of rules earns on (calc/kind.h). */
enum {
    SETTLE_CALC_DUE = 1 << 0,   /* closing, or days that follow from it */
    SETTLE_CALC_BILLS = 1 << 1, /* each bill of the order */
    SETTLE_CALC_ALL = SETTLE_CALC_DUE | SETTLE_CALC_BILLS,
};

/* Which targets are asked for: only slots that the facts at hand can have changed. */
typedef struct {
    const SettleArithmetic *arithmetic; /* never NULL */
    const SettleMonth *share_months;    /* NULL: all bills given; else only these contract months'
                                         * bills' slots (ascending calendar months) */
    const SettleEvent *events;   /* of the order, in force on the date (settle_events_in_force) */
    const SettleMonth *complete; /* months whose bills the order's carrier has all delivered */
    guint n_events, n_complete;
    gboolean has_ended; /* the cooperation with the distributor, from ended_from on */
    SettleDay ended_from;
    guint n_share_months;
    SettleDay due_after; /* what falls due: only in (due_after, date]; SETTLE_DAY_MIN: all up to
                          * date */
    SettleDay date;      /* the run's business date: facts and due days up to it count */
    guint what;          /* SETTLE_CALC_DUE, SETTLE_CALC_BILLS: by what rules earn on */
} SettleCalcScope;

/* Appends the targets of an order to `targets` (a GArray of SettleTarget), ascending by slot.
 * bills: all revisions known of the contract's months with issue_day <= scope->date, sorted by
 * (month, revision); for rules with a lifetime cap and conditions they must be complete, otherwise
 * those of the slots asked for suffice. Withdrawn revisions count as "no bill".
 * Returns FALSE on overflow of an amount; targets are then as before. */
gboolean settle_calc_order(const SettlePolicy *policy, const SettleMatch *match,
                           const SettleOrder *order, const SettleBill *bills, guint n_bills,
                           const SettleCalcScope *scope, GArray *targets);

/* TRUE if settling a bill of that month for these rules needs the order's other bills and postings:
 * a lifetime cap, or a condition or band of an upfront or instalment (due by `date`) that looks at
 * this month. *ret_decides tells whether the latter is so. */
gboolean settle_calc_bill_needs_history(const SettleArithmetic *arithmetic,
                                        const SettleMatch *match, const SettleOrder *order,
                                        SettleMonth bill_month, SettleDay date,
                                        gboolean *ret_decides);
/* TRUE if what falls due on the date for these rules, released holdbacks included, needs the
 * order's bills and postings. */
gboolean settle_calc_due_needs_history(const SettleArithmetic *arithmetic, const SettleMatch *match,
                                       const SettleOrder *order, SettleDay date);

/* What the items of a rule's slots are, for who names one. */
typedef enum {
    SETTLE_ITEMS_NONE = 1, /* a rule has one slot an order */
    SETTLE_ITEMS_COUNTED,  /* counted from 1 in the order of the document, attempt by attempt */
    SETTLE_ITEMS_MONTHS,   /* contract months */
} SettleItems;

/* What the items of the rule's slots number: nothing, instalments, or contract months. */
SettleItems settle_rule_items(const SettleArithmetic *arithmetic, const SettleRule *rule);
/* What the document calls the item: of an attempt its instalment's number, else the item. */
guint settle_rule_item_name(const SettleArithmetic *arithmetic, const SettleRule *rule, guint item);

/* A day so many months after closing. */
typedef struct {
    int months;
    int day; /* 1..31 */
} SettleDueOn;
/* How many items of the rule fall due one after the other on such days; 0: none. And when one of
 * them, counted from 1, does so for the first time. */
guint settle_rule_n_dues(const SettleArithmetic *arithmetic, const SettleRule *rule);
SettleDueOn settle_rule_due_on(const SettleArithmetic *arithmetic, const SettleRule *rule,
                               guint item);
/* The same day for an order (13.7, section 3). */
SettleDay settle_calc_item_day(const SettleArithmetic *arithmetic, const SettleRule *rule,
                               const SettleOrder *order, guint item);
/* And of an instalment. */
SettleDay settle_calc_due_day(const SettleOrder *order, const SettleInstalment *instalment);
/* What such an item, not due yet, pays if the bills to come meet its
 * conditions, by the events known on scope->date; 0 if they forfeit it. *ret_known FALSE: a bill
 * will say how much. Before ceilings. FALSE on overflow. */
gboolean settle_calc_promised(const SettlePolicy *policy, const SettleRule *rule, guint item,
                              const SettleOrder *order, const SettleCalcScope *scope,
                              int64_t *ret_minor, gboolean *ret_known);
/* The due day of an attempt, 0 the first. */
SettleDay settle_calc_attempt_day(const SettleOrder *order, const SettleInstalment *instalment,
                                  int attempt);
/* The day an upfront is earned at the earliest: closing day + active_days. */
SettleDay settle_calc_upfront_day(const SettleOrder *order, const SettleUpfront *upfront);

/* --- holding back (5.6, 13.10) -----------------------------------------------------------------
 */
/* How a target is divided among accounts: the parts add up to it. */
typedef struct {
    int64_t withheld_minor; /* kept at source */
    int64_t payable_minor;  /* owed to the distributor */
    int64_t held_minor;     /* earned, but held back or awaiting the carrier's payment */
} SettleStanding;
/* Divides what is left of `earned_minor` by a rule with a holdback that counts from `start`; what
 * was taken back goes off the held part first. FALSE on overflow. */
gboolean settle_standing_of(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                            const SettleRule *rule, SettleDay start, int64_t earned_minor,
                            int64_t target_minor, gboolean withheld, SettleDay date,
                            SettleStanding *ret_standing);
/* The carrier has paid so much of what is payable: the rest is held. */
void settle_standing_await(SettleStanding *standing, int64_t freed_minor);

/* --- windows (5.4, 13.9): of rules whose kind has them ------------------------------------------
 */
/* What the order adds to the measure of the rule, events in force or not: nothing if it is
 * fraudulent, fully refunded, or if an event is one that the rule does not count. */
int64_t settle_window_measure(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                              const SettleRule *rule, const SettleOrder *order,
                              const SettleEvent *events, guint n_events);
/* 0, the outlet or the manager; -1 if the order counts in no scope (13.9: no manager). */
int32_t settle_window_scope_id(const SettleRule *rule, const SettleOrder *order,
                               const SettleOrderParties *parties);
/* What a window of that measure earns. FALSE on overflow. */
gboolean settle_window_earned(const SettleArithmetic *arithmetic, const SettleRule *rule,
                              int64_t measure, SettleRounding rounding, int64_t *ret_minor);
/* The steps in which a window earns more. */
typedef struct {
    const char *unit;  /* "orders", "units", "amount" */
    guint n, reached;  /* steps there are, and reached so far */
    int64_t next_from; /* where the next one starts; 0 if there is none */
} SettleWindowSteps;
/* How many tiers the rule has, how many of them the measure has reached, and where the next one
 * starts. */
SettleWindowSteps settle_window_steps(const SettleArithmetic *arithmetic, const SettleRule *rule,
                                      int64_t measure);

G_END_DECLS
