/* The legs of a target: how much is kept at source, payable now, or held until a day or until the
 * carrier has paid (docs/semantics.md 13.10). Pure. */
#include "calc/internal.h"

gboolean
settle_hold_back(const SettlePolicy *policy, const SettleRule *rule, SettleDay start,
                 int64_t earned_minor, int64_t target_minor, gboolean withheld, SettleDay date,
                 SettleStanding *ret_standing)
{
    const SettleTerms *terms = &rule->terms;
    int64_t held = 0, rest;
    SettleStanding standing = {0, 0, 0};

    if (terms->holdback_ppb > 0) {
        if (!settle_money_round(settle_money_rate(earned_minor, terms->holdback_ppb),
                                policy->rounding, &held))
            return FALSE;
        held = MAX(held - (earned_minor - target_minor), 0);
    }
    rest = target_minor - held;
    if (withheld)
        standing.withheld_minor = rest;
    else
        standing.payable_minor = rest;
    if (date - start < terms->holdback_days)
        standing.held_minor = held;
    else
        standing.payable_minor += held;
    *ret_standing = standing;
    return TRUE;
}

void
settle_standing_await(SettleStanding *standing, int64_t freed_minor)
{
    /* less than nothing goes from the distributor at once: a month with which a lower tier came */
    int64_t freed = MIN(MAX(freed_minor, 0), standing->payable_minor);

    standing->held_minor += standing->payable_minor - freed;
    standing->payable_minor = freed;
}
