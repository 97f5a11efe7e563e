/* The targets of an order, kind by kind, and which facts need its past. */
#include "calc/arithmetic.h"
#include "calc/internal.h"

#include <stdlib.h>

static int
compare_targets(const void *a, const void *b)
{
    const SettleTarget *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

gboolean
settle_calc_order(const SettlePolicy *policy, const SettleMatch *match, const SettleOrder *order,
                  const SettleBill *bills, guint n_bills, const SettleCalcScope *scope,
                  GArray *targets)
{
    guint before = targets->len;
    gboolean sorted = TRUE;
    gboolean ok = TRUE;

    for (guint i = 0; ok && i < match->n_order_rules; i++) {
        const SettleRule *rule = match->rules[i];
        const SettleOrderKind *kind = settle_order_kind_of(scope->arithmetic, rule);

        if ((kind->earns_on & scope->what) != 0)
            ok = kind->targets(policy, rule, order, bills, n_bills, scope, targets);
    }
    if (!ok) {
        g_array_set_size(targets, before);
        return FALSE;
    }
    /* Rules follow each other by kind: in slot order, unless the document mixes kinds. */
    for (guint i = before + 1; i < targets->len && sorted; i++)
        sorted = g_array_index(targets, SettleTarget, i - 1).slot <
                 g_array_index(targets, SettleTarget, i).slot;
    if (!sorted)
        qsort(&g_array_index(targets, SettleTarget, before), targets->len - before,
              sizeof(SettleTarget), compare_targets);
    return TRUE;
}

gboolean
settle_calc_bill_needs_history(const SettleArithmetic *arithmetic, const SettleMatch *match,
                               const SettleOrder *order, SettleMonth bill_month, SettleDay date,
                               gboolean *ret_touches_upfront_deferred)
{
    int k = bill_month - settle_day_month(order->closing_day);
    guint touches = SETTLE_BILL_ALONE;

    for (guint i = 0; i < match->n_order_rules; i++)
        touches |= settle_order_kind_of(arithmetic, match->rules[i])
                       ->bill_touches(match->rules[i], order, k, date);
    *ret_touches_upfront_deferred = (touches & SETTLE_BILL_DECIDES) != 0;
    return touches != SETTLE_BILL_ALONE;
}

gboolean
settle_calc_due_needs_history(const SettleArithmetic *arithmetic, const SettleMatch *match,
                              const SettleOrder *order, SettleDay date)
{
    for (guint i = 0; i < match->n_rules; i++) {
        const SettleRule *rule = match->rules[i];

        /* a release of what was held back looks at what was posted */
        if ((rule->terms.holdback_ppb > 0 &&
             order->closing_day + rule->terms.holdback_days == date) ||
            (i < match->n_order_rules &&
             settle_order_kind_of(arithmetic, rule)->due_needs_history(rule, order, date)))
            return TRUE;
    }
    return FALSE;
}

SettleItems
settle_rule_items(const SettleArithmetic *arithmetic, const SettleRule *rule)
{
    return settle_kind_is_window((int) rule->kind) ? SETTLE_ITEMS_NONE
                                                   : settle_order_kind_of(arithmetic, rule)->items;
}

guint
settle_rule_item_name(const SettleArithmetic *arithmetic, const SettleRule *rule, guint item)
{
    return settle_rule_items(arithmetic, rule) == SETTLE_ITEMS_COUNTED
               ? settle_item_instalment(item)
               : item;
}

guint
settle_rule_n_dues(const SettleArithmetic *arithmetic, const SettleRule *rule)
{
    const SettleOrderKind *kind = settle_order_kind_of(arithmetic, rule);

    return kind != NULL && kind->schedule != NULL ? kind->schedule->n_items(rule) : 0;
}

SettleDueOn
settle_rule_due_on(const SettleArithmetic *arithmetic, const SettleRule *rule, guint item)
{
    return settle_order_kind_of(arithmetic, rule)->schedule->due_on(rule, item);
}

SettleDay
settle_calc_item_day(const SettleArithmetic *arithmetic, const SettleRule *rule,
                     const SettleOrder *order, guint item)
{
    SettleDueOn on = settle_rule_due_on(arithmetic, rule, item);

    return settle_month_day(settle_day_month(order->closing_day) + on.months, on.day);
}

gboolean
settle_calc_promised(const SettlePolicy *policy, const SettleRule *rule, guint item,
                     const SettleOrder *order, const SettleCalcScope *scope, int64_t *ret_minor,
                     gboolean *ret_known)
{
    return settle_order_kind_of(scope->arithmetic, rule)
        ->schedule->promised(policy, rule, item, order, scope, ret_minor, ret_known);
}

gboolean
settle_target_keep(const SettlePolicy *policy, const SettleOrder *order,
                   const SettleCalcScope *scope, SettleDay refunded_since, SettleTarget *target)
{
    return scope->arithmetic->keep(policy, order, scope, refunded_since, target);
}

gboolean
settle_standing_of(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                   const SettleRule *rule, SettleDay start, int64_t earned_minor,
                   int64_t target_minor, gboolean withheld, SettleDay date,
                   SettleStanding *ret_standing)
{
    return arithmetic->standing(policy, rule, start, earned_minor, target_minor, withheld, date,
                                ret_standing);
}
