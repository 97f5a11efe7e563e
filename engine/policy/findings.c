/* Looks for all that is wrong with a policy although each of its values is right. Each file
 * findings-*.c, and cover.c, looks at one thing; load.c asks for it between building the rules and
 * building the examples. */
#include "policy/findings.h"

#include "policy/build.h"
#include "policy/findings-internal.h"

void
settle_findings_look(const SettlePolicy *policy, const SettleNode *top, const guint8 *sound,
                     SettleDiagnostics *diagnostics)
{
    const SettleFindings findings = {.policy = policy,
                                     .top = top,
                                     .rules = settle_node_get(top, "rules"),
                                     .sound = sound,
                                     .diagnostics = diagnostics,
                                     .exponent = settle_policy_exponent(top)};

    settle_findings_cover(&findings);
    settle_findings_windows(&findings);
    settle_findings_minimum(&findings);
    for (guint i = 0; i < policy->n_rules; i++) {
        if (!sound[i])
            continue;
        settle_findings_tiers(&findings, i);
        settle_findings_months(&findings, i);
        settle_findings_limits(&findings, i);
    }
}
