#include "calc/internal.h"

#include <stdlib.h>

static int
compare_targets(const void *a, const void *b)
{
    const SettleTarget *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

typedef gboolean (*CalcRule)(const SettlePolicy *policy, const SettleRule *rule,
                             const SettleOrder *order, const SettleBill *bills, guint n_bills,
                             const SettleCalcScope *scope, GArray *targets);

static gboolean
calc_kind(const SettlePolicy *policy, const SettleMatch *match, SettleKind kind, CalcRule calc_rule,
          const SettleOrder *order, const SettleBill *bills, guint n_bills,
          const SettleCalcScope *scope, GArray *targets)
{
    for (guint i = match->first[kind]; i < match->first[kind + 1]; i++)
        if (!calc_rule(policy, match->rules[i], order, bills, n_bills, scope, targets))
            return FALSE;
    return TRUE;
}

gboolean
settle_calc_order(const SettlePolicy *policy, const SettleMatch *match, const SettleOrder *order,
                  const SettleBill *bills, guint n_bills, const SettleCalcScope *scope,
                  GArray *targets)
{
    guint before = targets->len;
    gboolean sorted = TRUE;
    gboolean ok =
        (!scope->upfront || calc_kind(policy, match, SETTLE_KIND_UPFRONT, settle_calc_upfront,
                                      order, bills, n_bills, scope, targets)) &&
        (!scope->deferred || calc_kind(policy, match, SETTLE_KIND_DEFERRED, settle_calc_deferred,
                                       order, bills, n_bills, scope, targets)) &&
        (!scope->share || calc_kind(policy, match, SETTLE_KIND_REVENUE_SHARE, settle_calc_share,
                                    order, bills, n_bills, scope, targets));

    if (!ok) {
        g_array_set_size(targets, before);
        return FALSE;
    }
    /* Kinds follow each other in slot order unless the document mixes them. */
    for (guint i = before + 1; i < targets->len && sorted; i++)
        sorted = g_array_index(targets, SettleTarget, i - 1).slot <
                 g_array_index(targets, SettleTarget, i).slot;
    if (!sorted)
        qsort(&g_array_index(targets, SettleTarget, before), targets->len - before,
              sizeof(SettleTarget), compare_targets);
    return TRUE;
}

/* Some attempt that is due looks at the bill of contract month k. */
static gboolean
instalment_looks_at(const SettleInstalment *instalment, const SettleOrder *order, int k,
                    SettleDay date)
{
    for (int i = 0; i < settle_instalment_attempts(instalment); i++) {
        if (settle_calc_attempt_day(order, instalment, i) > date)
            return FALSE;
        if ((instalment->n_bands > 0 && instalment->band_month == k) ||
            settle_conditions_look_at(instalment->conditions, instalment->n_conditions, i, k))
            return TRUE;
    }
    return FALSE;
}

gboolean
settle_calc_bill_needs_history(const SettleMatch *match, const SettleOrder *order,
                               SettleMonth bill_month, SettleDay date,
                               gboolean *ret_touches_upfront_deferred)
{
    int k = bill_month - settle_day_month(order->closing_day);
    gboolean capped = FALSE;

    *ret_touches_upfront_deferred = FALSE;
    for (guint i = 0; i < match->n_rules; i++) {
        const SettleRule *rule = match->rules[i];

        switch (rule->kind) {
        case SETTLE_KIND_UPFRONT:
            if (settle_calc_upfront_day(order, &rule->upfront) <= date &&
                settle_conditions_look_at(rule->upfront.conditions, rule->upfront.n_conditions, 0,
                                          k))
                *ret_touches_upfront_deferred = TRUE;
            break;
        case SETTLE_KIND_DEFERRED:
            for (guint j = 0; j < rule->deferred.n_instalments; j++)
                if (instalment_looks_at(&rule->deferred.instalments[j], order, k, date))
                    *ret_touches_upfront_deferred = TRUE;
            break;
        case SETTLE_KIND_REVENUE_SHARE:
            if (rule->share.has_life_cap && k >= rule->share.from_month &&
                k <= rule->share.to_month)
                capped = TRUE;
            break;
        case SETTLE_KIND_VOLUME_BONUS:
        case SETTLE_KIND_INVOICE:
        case SETTLE_KIND_DEPOSIT:
            break;
        }
    }
    return capped || *ret_touches_upfront_deferred;
}
