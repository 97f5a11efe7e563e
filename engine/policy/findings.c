#include "policy/findings.h"

const SettleNode *
settle_findings_node(const SettleFindings *findings, guint rule)
{
    return g_ptr_array_index(findings->rules->values, rule);
}

char *
settle_findings_money(const SettleFindings *findings, int64_t minor,
                      char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_money_format_grouped(minor, findings->exponent, text);
}

void
settle_findings_look(const SettleFindings *findings)
{
    settle_findings_cover(findings);
    settle_findings_windows(findings);
    settle_findings_minimum(findings);
    for (guint i = 0; i < findings->policy->n_rules; i++) {
        if (!findings->sound[i])
            continue;
        settle_findings_tiers(findings, i);
        settle_findings_months(findings, i);
        settle_findings_limits(findings, i);
    }
}
