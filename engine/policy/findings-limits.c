/* Caps and floors that can never make a difference, or always do, and bands that no order of the
 * rule can reach. Only what follows from the rule itself: a limit that depends on bills nobody has
 * seen yet is nobody's mistake. Shared by the kinds. */
#include "policy/findings-internal.h"

int64_t
settle_findings_of_rate(const SettlePolicy *policy, int64_t base, SettleRatePpb rate,
                        SettleRatePpb net)
{
    int64_t minor;

    if (rate == 0)
        return 0;
    if (base == INT64_MAX ||
        !settle_money_round(settle_money_rate_net(base, rate, net), policy->rounding, &minor))
        return INT64_MAX;
    return minor;
}

void
settle_findings_widen(SettleRange *range, int64_t least, int64_t most)
{
    range->least = MIN(range->least, least);
    range->most = MAX(range->most, most);
}

SettleInterval
settle_findings_common(SettleInterval a, SettleInterval b)
{
    return (SettleInterval){MAX(a.from, b.from), MIN(a.to, b.to)};
}

void
settle_findings_never(const SettleFindings *findings, const SettleNode *map, const char *key,
                      const char *id, const char *what, int64_t minor)
{
    char text[SETTLE_MONEY_TEXT_BYTES];

    SETTLE_FINDING_WARNING(findings, "P112", settle_node_get(map, key),
                           "take it out, or correct it",
                           "the %s of \"%s\" makes no difference: %s %s", key, id, what,
                           settle_findings_money(findings, minor, text));
}

void
settle_findings_always(const SettleFindings *findings, const SettleNode *map, const char *key,
                       const char *id, const char *what, int64_t minor)
{
    char text[SETTLE_MONEY_TEXT_BYTES];

    SETTLE_FINDING_WARNING(findings, "P113", settle_node_get(map, key),
                           "say it with pay, or correct it", "\"%s\" always pays its %s: %s %s", id,
                           key, what, settle_findings_money(findings, minor, text));
}

/* The last band ends, and is no single value of a table: what is larger earns nothing, although
 * what is smaller does. */
void
settle_findings_end(const SettleFindings *findings, const SettleNode *bands, const SettleBand *list,
                    guint n, const char *what)
{
    SettleInterval last;
    char text[SETTLE_MONEY_TEXT_BYTES];

    if (n == 0)
        return;
    last = list[n - 1].interval;
    if (last.to == SETTLE_OPEN_HIGH || last.from == last.to)
        return;
    settle_money_format(last.to, findings->exponent, text);
    SETTLE_FINDING_WARNING(
        findings, "P119", g_ptr_array_index(bands->keys, n - 1),
        "leave the end of the last band open, or say with a band that nothing is "
        "paid above it",
        "%s of more than %s earn nothing", what, text);
}

/* A rule's ceiling over a window that lies inside the policy's window, and not below its amount. */
void
settle_findings_ceiling(const SettleFindings *findings, const SettleRule *rule,
                        const SettleNode *node)
{
    const SettleCeiling *all = &findings->policy->terms.ceiling, *own = &rule->terms.ceiling;

    if (own->window != 0 && all->window >= own->window && all->amount_minor <= own->amount_minor)
        settle_findings_never(findings, node, "ceiling", rule->id,
                              "the whole policy's is not above it, at", all->amount_minor);
}

void
settle_findings_minimum(const SettleFindings *findings)
{
    const SettleNode *invoice = settle_node_sound(findings->top, "invoice");
    const SettleNode *minimum = invoice != NULL ? settle_node_get(invoice, "minimum") : NULL;

    if (minimum != NULL && findings->policy->invoice.cycle == SETTLE_CYCLE_NONE)
        SETTLE_FINDING_WARNING(findings, "P112", minimum, "take it out, or name a cycle",
                               "the minimum makes no difference: there are no invoices");
}
