/* What the calculation does with each commission kind, one descriptor a kind in a file of its own
 * (upfront.c, deferred.c, share.c, volume.c). How its rules are read is in policy/kind.h. Both
 * tables are made of the lists in model/kind.h (arithmetic.h): whatever loops over kinds loops over
 * these.
 *
 * A kind earns either for each order by itself (SettleOrderKind) or for what the orders of a window
 * measure together (SettleWindowKind). Descriptors list all members in this order: one that is left
 * out is a compiler's warning, and so an error. */
#pragma once

#include "calc/asks.h"
#include "calc/calc.h"

G_BEGIN_DECLS

/* What keeps a bill from being settled by itself. */
typedef enum {
    SETTLE_BILL_ALONE = 0,   /* it can */
    SETTLE_BILL_OTHERS = 1,  /* other months decide what it earns */
    SETTLE_BILL_DECIDES = 2, /* something that is due already looks at it */
} SettleBillTouches;

/* Closing days of orders, both ends included. */
typedef struct {
    SettleDay from, to;
} SettleClosingDays;

/* Of a kind whose rules have items that fall due one after the other. item: from 1, the first
 * attempt. */
typedef struct {
    guint (*n_items)(const SettleRule *rule);
    /* When the item falls due for the first time. */
    SettleDueOn (*due_on)(const SettleRule *rule, guint item);
    /* TRUE if bills decide what the item pays: one that cannot be decided yet waits for them. */
    gboolean (*looks_at_bills)(const SettleRule *rule, guint item);
    /* As settle_calc_promised() says. */
    gboolean (*promised)(const SettlePolicy *policy, const SettleRule *rule, guint item,
                         const SettleOrder *order, const SettleCalcScope *scope, int64_t *ret_minor,
                         gboolean *ret_known);
} SettleKindSchedule;

typedef struct {
    /* SETTLE_CALC_DUE: earns at closing, or on days that follow from it; SETTLE_CALC_BILLS: earns
     * with each bill of the order, in a slot of the bill's contract month. */
    guint earns_on;
    SettleItems items;
    const SettleKindSchedule *schedule; /* NULL: it has no such items */
    gboolean refund_takes_all;   /* a refund of everything does, where no term is on refunds */
    gboolean refund_lowers_base; /* up to the due day, whatever the terms on refunds (13.7) */
    /* What the rule looks at of orders and bills: what nobody asks for is not read, and is 0. */
    void (*ask)(const SettleRule *rule, SettleAsks *asks);
    /* Appends the SettleClosingDays of orders for which something of the rule falls due, or is
     * tried again, on the date; not what is due at closing itself. */
    void (*due)(const SettleRule *rule, SettleDay date, GArray *closings);
    /* TRUE if what falls due on the date cannot be settled without the order's past: its bills, or
     * what was posted for it. */
    gboolean (*due_needs_history)(const SettleRule *rule, const SettleOrder *order, SettleDay date);
    /* The same of a bill of that contract month: something due by the date looks at the month, or
     * other months decide what it earns. */
    SettleBillTouches (*bill_touches)(const SettleRule *rule, const SettleOrder *order,
                                      int contract_month, SettleDay date);
    /* TRUE if a cap goes over all that the rule earns in an order's life. */
    gboolean (*is_capped)(const SettleRule *rule);
    /* Appends the rule's targets, as settle_calc_order() says. FALSE on overflow. */
    gboolean (*targets)(const SettlePolicy *policy, const SettleRule *rule,
                        const SettleOrder *order, const SettleBill *bills, guint n_bills,
                        const SettleCalcScope *scope, GArray *targets);
    /* Sets origin and credit of an item that something was posted to and that the rule does not ask
     * for any more. */
    void (*nothing)(const SettleRule *rule, const SettleOrder *order, guint item,
                    SettleTarget *target);
    /* Appends why a target is what it is, before what events took. bills as for targets. */
    void (*explain)(GString *out, const SettlePolicy *policy, const SettleTarget *target,
                    const SettleOrder *order, const SettleBill *bills, guint n_bills);
    /* The day that a person dates what an imagined order earns by. */
    SettleDay (*step_day)(const SettleTarget *target, const SettleOrder *order,
                          const SettleBill *bills, guint n_bills);
} SettleOrderKind;

typedef struct {
    /* As for orders; who counts where (the rule's scope) is asked for already. */
    void (*ask)(const SettleRule *rule, SettleAsks *asks);
    /* What an order adds to the measure of its window, events in force or not. */
    int64_t (*measure)(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
                       const SettleEvent *events, guint n_events);
    /* What a window of that measure earns, rounded once. FALSE on overflow. */
    gboolean (*earned)(const SettleRule *rule, int64_t measure, SettleRounding rounding,
                       int64_t *ret_minor);
    /* Appends why. */
    void (*explain)(GString *out, const SettlePolicy *policy, const SettleRule *rule,
                    int64_t measure, int64_t minor);
    SettleWindowSteps (*steps)(const SettleRule *rule, int64_t measure);
} SettleWindowKind;

#define SETTLE_ORDER_KIND_DECLARE(number, SYMBOL, member, name, column)                            \
    extern const SettleOrderKind settle_order_kind_##member;
#define SETTLE_WINDOW_KIND_DECLARE(number, SYMBOL, member, name, column)                           \
    extern const SettleWindowKind settle_window_kind_##member;
SETTLE_ORDER_KINDS(SETTLE_ORDER_KIND_DECLARE)
SETTLE_WINDOW_KINDS(SETTLE_WINDOW_KIND_DECLARE)

/* Parts of kinds that do not have the thing. */
gboolean settle_kind_never_capped(const SettleRule *rule);
void settle_kind_never_due(const SettleRule *rule, SettleDay date, GArray *closings);
gboolean settle_kind_needs_no_history(const SettleRule *rule, const SettleOrder *order,
                                      SettleDay date);

G_END_DECLS
