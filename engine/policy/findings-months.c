/* Contract months, counted from the closing month 0: a contract of 12 months ends in month 12. What
 * a rule says of months after that is mostly a slip, as is a bill that an instalment needs although
 * it comes after it falls due (docs/semantics.md 13.7). Shared by the kinds. */
#include "policy/findings-internal.h"

void
settle_findings_beyond(const SettleFindings *findings, const SettleRule *rule,
                       const SettleNode *node, const char *what, int month)
{
    SETTLE_FINDING_WARNING(findings, "P110", node,
                           "a rule may have a contract of its own, like contract: 24 months",
                           "%s of \"%s\" is in month %d, but the contract ends with month %d", what,
                           rule->id, month, rule->terms.contract_months);
}

void
settle_findings_conditions(const SettleFindings *findings, const SettleRule *rule,
                           const SettleNode *list, const SettleCondition *conditions, int months)
{
    int contract = rule->terms.contract_months;
    guint n = 0;

    for (guint i = 0; list != NULL && i < list->values->len; i++) {
        static const char *const keys[] = {"month", "each-month", "months-together"};
        const SettleNode *node = g_ptr_array_index(list->values, i), *place = NULL;
        const SettleCondition *condition;

        if (node->kind != SETTLE_NODE_MAP)
            continue;
        condition = &conditions[n++];
        for (guint k = 0; k < G_N_ELEMENTS(keys) && place == NULL; k++)
            place = settle_node_get(node, keys[k]);
        if (months >= 0 && condition->to_month > months)
            SETTLE_FINDING_WARNING(findings, "P111", place,
                                   "look at earlier months, or let it fall due later",
                                   "it waits for the bill of month %d, but falls due in month %d",
                                   condition->to_month, months);
        else if (contract > 0 && condition->to_month > contract)
            settle_findings_beyond(findings, rule, place, "a condition", condition->to_month);
    }
}
