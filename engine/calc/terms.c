/* Questions about a policy's terms that whoever settles several orders together asks. */
#include "calc/terms.h"

gboolean
settle_policy_tolerates_findings(const SettlePolicy *policy)
{
    return policy->terms.tolerance_ppb > 0 || policy->terms.tolerance_count > 0;
}

gboolean
settle_policy_has_ceiling(const SettlePolicy *policy)
{
    for (guint r = 0; r < policy->n_rules; r++)
        if (policy->rules[r].terms.ceiling.window != 0)
            return TRUE;
    return policy->terms.ceiling.window != 0;
}

gboolean
settle_policy_awaits_payment(const SettlePolicy *policy)
{
    for (guint r = 0; r < policy->n_rules; r++)
        if (policy->rules[r].terms.pay_when_paid)
            return TRUE;
    return FALSE;
}

gboolean
settle_window_is_evaluated(const SettleRule *rule, SettleMonth window_end, SettleDay date)
{
    return rule->window.progressive || settle_month_last(window_end) <= date;
}
