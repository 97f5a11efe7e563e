/* The conditions of rules and instalments as values: freed, and the months that they speak of. */
#include "policy/policy.h"

void
settle_conditions_free(SettleCondition *conditions, guint n)
{
    for (guint i = 0; i < n; i++)
        g_free(conditions[i].tests);
    g_free(conditions);
}

int
settle_conditions_span(const SettleCondition *conditions, guint n, int later)
{
    int span = 0;

    for (guint i = 0; i < n; i++)
        span = MAX(span, conditions[i].to_month + later);
    return span;
}
