/* Looks for all that is wrong with a policy although each of its values is right. Each file
 * findings-*.c, and cover.c, looks at one thing, the kinds at their own (policy/kind.h); load.c
 * asks for it between building the rules and building the examples. */
#include "policy/findings.h"

#include "policy/findings-internal.h"
#include "policy/kind.h"
#include "policy/validate.h"

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
        const SettleRule *rule = &policy->rules[i];
        const SettleNode *node = settle_findings_node(&findings, i);

        if (!sound[i])
            continue;
        settle_findings_ceiling(&findings, rule, node);
        settle_policy_kind(rule->kind)->find(&findings, rule, node);
    }
}
