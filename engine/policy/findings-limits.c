#include "policy/box.h"
#include "policy/findings-internal.h"

/* Caps and floors that can never make a difference, or always do, and bands that no order of the
 * rule can reach. Only what follows from the rule itself: a limit that depends on bills nobody has
 * seen yet is nobody's mistake. */

/* The least and the most that a rule can earn before its limits; INT64_MAX: without end. */
typedef struct {
    int64_t least, most;
    gboolean by_quantity; /* a fixed amount for each of several quantities is in it */
} Range;

static int64_t
of_rate(const SettlePolicy *policy, int64_t base, SettleRatePpb rate, SettleRatePpb net)
{
    int64_t minor;

    if (rate == 0)
        return 0;
    if (base == INT64_MAX ||
        !settle_money_round(settle_money_rate_net(base, rate, net), policy->rounding, &minor))
        return INT64_MAX;
    return minor;
}

static void
widen(Range *range, int64_t least, int64_t most)
{
    range->least = MIN(range->least, least);
    range->most = MAX(range->most, most);
}

static SettleInterval
common(SettleInterval a, SettleInterval b)
{
    return (SettleInterval){MAX(a.from, b.from), MIN(a.to, b.to)};
}

static void
say_never(const SettleFindings *findings, const SettleNode *map, const char *key, const char *id,
          const char *what, int64_t minor)
{
    char text[SETTLE_MONEY_TEXT_BYTES];

    SETTLE_FINDING_WARNING(findings, "P112", settle_node_get(map, key),
                           "take it out, or correct it",
                           "the %s of \"%s\" makes no difference: %s %s", key, id, what,
                           settle_findings_money(findings, minor, text));
}

static void
say_always(const SettleFindings *findings, const SettleNode *map, const char *key, const char *id,
           const char *what, int64_t minor)
{
    char text[SETTLE_MONEY_TEXT_BYTES];

    SETTLE_FINDING_WARNING(findings, "P113", settle_node_get(map, key),
                           "say it with pay, or correct it", "\"%s\" always pays its %s: %s %s", id,
                           key, what, settle_findings_money(findings, minor, text));
}

/* --- upfront ---------------------------------------------------------------------------------- */

static Range
range_of_pay(const SettlePolicy *policy, const SettlePay *pay, SettleInterval amount,
             SettleInterval quantity)
{
    int64_t most;

    if (pay->is_rate)
        return (Range){of_rate(policy, amount.from, pay->rate_ppb, 0),
                       of_rate(policy, amount.to, pay->rate_ppb, 0), FALSE};
    if (!settle_mul_i64(pay->fixed_minor, quantity.to, &most))
        most = INT64_MAX;
    return (Range){pay->fixed_minor * quantity.from, most, quantity.from < quantity.to};
}

/* What orders that the rule matches can earn; nothing is paid without a band, and a rate of a paid
 * amount of 0.00 is nothing whatever the floor. FALSE: none of them earns anything. */
static gboolean
range_of_upfront(const SettlePolicy *policy, const SettleRule *rule, Range *ret_range)
{
    const SettleUpfront *upfront = &rule->upfront;
    SettleInterval amount = common(rule->selector.amount, settle_box_domains[SETTLE_BOX_AMOUNT]);
    SettleInterval quantity =
        common(rule->selector.quantity, settle_box_domains[SETTLE_BOX_QUANTITY]);
    SettleInterval paid = {1, INT64_MAX};
    Range range = {INT64_MAX, 0, FALSE}, one;
    gboolean any = FALSE;

    if (quantity.from > quantity.to)
        return FALSE;
    for (guint i = 0; i < MAX(upfront->n_bands, 1); i++) {
        const SettlePay *pay = upfront->n_bands > 0 ? &upfront->bands[i].pay : &upfront->pay;
        SettleInterval at =
            upfront->n_bands > 0 ? common(amount, upfront->bands[i].interval) : amount;

        if (pay->is_rate)
            at = common(at, paid);
        if (at.from > at.to)
            continue;
        if (!pay->is_rate && pay->fixed_minor > INT64_MAX / quantity.from)
            return FALSE;
        one = range_of_pay(policy, pay, at, quantity);
        widen(&range, one.least, one.most);
        range.by_quantity = range.by_quantity || one.by_quantity;
        any = TRUE;
    }
    *ret_range = range;
    return any;
}

static void
look_at_upfront(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleUpfront *upfront = &rule->upfront;
    Range range;

    if ((!upfront->has_cap && !upfront->has_floor) ||
        !range_of_upfront(findings->policy, rule, &range))
        return;
    if (upfront->has_cap && range.most <= upfront->cap_minor)
        say_never(findings, node, "cap", rule->id, "without it an order earns at most", range.most);
    else if (upfront->has_cap &&
             /* pay: 5.00 with cap: 5.00 is how an order earns the same whatever its quantity */
             (range.least > upfront->cap_minor ||
              (range.least == upfront->cap_minor && !range.by_quantity)))
        say_always(findings, node, "cap", rule->id, "without it an order earns at least",
                   range.least);
    if (upfront->has_floor && range.least >= upfront->floor_minor)
        say_never(findings, node, "floor", rule->id, "without it an order earns at least",
                  range.least);
    else if (upfront->has_floor && range.most <= upfront->floor_minor)
        say_always(findings, node, "floor", rule->id, "without it an order earns at most",
                   range.most);
}

/* --- bands by the paid amount ----------------------------------------------------------------- */

static void
report_uncovered(const SettleFindings *findings, const SettleRule *rule, const SettleNode *bands,
                 int64_t from, int64_t to)
{
    char a[SETTLE_MONEY_TEXT_BYTES], b[SETTLE_MONEY_TEXT_BYTES] = "";

    settle_money_format(from, findings->exponent, a);
    if (from < to && to < settle_box_domains[SETTLE_BOX_AMOUNT].to)
        settle_money_format(to, findings->exponent, b);
    SETTLE_FINDING_WARNING(findings, "P117", bands, "give these amounts a band, or take them out",
                           "\"%s\" is for amounts of %s%s%s, too, but pays nothing for them",
                           rule->id, a, from < to ? ".." : "", b);
}

/* The last band ends, and is no single value of a table: what is larger earns nothing, although
 * what is smaller does. */
static void
look_at_end(const SettleFindings *findings, const SettleNode *bands, const SettleBand *list,
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

static void
look_at_bands(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleUpfront *upfront = &rule->upfront;
    const SettleNode *selector = settle_node_get(node, "for");
    const SettleNode *bands = settle_node_get(node, "by-amount");
    SettleInterval amount = common(rule->selector.amount, settle_box_domains[SETTLE_BOX_AMOUNT]);
    SettleInterval first, last;

    if (selector == NULL || settle_node_get(selector, "amount") == NULL) {
        look_at_end(findings, bands, upfront->bands, upfront->n_bands, "orders");
        return;
    }
    if (upfront->n_bands == 0 || amount.from > amount.to)
        return;
    for (guint i = 0; i < upfront->n_bands; i++) {
        SettleInterval at = common(upfront->bands[i].interval, amount);

        if (at.from > at.to)
            SETTLE_FINDING_WARNING(
                findings, "P116", g_ptr_array_index(bands->keys, i), NULL,
                "no order of \"%s\" is in this band: the rule is for amounts of %s", rule->id,
                settle_node_get(selector, "amount")->text);
    }
    /* what lies beside a table of single values, like plan fees, does not exist */
    first = upfront->bands[0].interval;
    last = upfront->bands[upfront->n_bands - 1].interval;
    if (first.from > amount.from && first.from <= amount.to && first.from != first.to)
        report_uncovered(findings, rule, bands, amount.from, first.from - 1);
    if (last.to < amount.to && last.to >= amount.from && last.from != last.to)
        report_uncovered(findings, rule, bands, last.to + 1, amount.to);
}

/* --- revenue share ---------------------------------------------------------------------------- */

/* What a bill that has a rate earns, and a bill without one earns nothing. */
static Range
range_of_share(const SettlePolicy *policy, const SettleRevenueShare *share)
{
    Range range = {INT64_MAX, 0, FALSE};

    for (guint i = 0; i < share->n_size_bands; i++) {
        const SettleBand *band = &share->size_bands[i];
        int64_t from = MAX(band->interval.from, 0);

        widen(&range, of_rate(policy, from, band->pay.rate_ppb, share->net_of_tax_ppb),
              of_rate(policy, band->interval.to, band->pay.rate_ppb, share->net_of_tax_ppb));
    }
    for (guint i = 0; i < share->n_month_bands; i++)
        widen(&range, 0, share->month_bands[i].pay.rate_ppb > 0 ? INT64_MAX : 0);
    if (share->n_size_bands == 0 && share->n_month_bands == 0)
        range = (Range){0, share->rate_ppb > 0 ? INT64_MAX : 0, FALSE};
    return range;
}

static void
look_at_share(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleRevenueShare *share = &rule->share;
    Range range = range_of_share(findings->policy, share);
    int64_t months = share->to_month - share->from_month + 1, life;

    look_at_end(findings, settle_node_get(node, "by-size"), share->size_bands, share->n_size_bands,
                "bills");
    if (share->has_bill_cap && range.most <= share->bill_cap_minor)
        say_never(findings, node, "cap", rule->id, "without it a bill earns at most", range.most);
    else if (share->has_bill_cap && share->has_life_cap &&
             share->life_cap_minor <= share->bill_cap_minor)
        say_never(findings, node, "cap", rule->id, "the life-cap is not above it, at",
                  share->life_cap_minor);
    else if (share->has_bill_cap && range.least >= share->bill_cap_minor)
        say_always(findings, node, "cap", rule->id, "without it a bill earns at least",
                   range.least);
    if (share->has_bill_cap)
        range.most = MIN(range.most, share->bill_cap_minor);
    if (share->has_life_cap && share->to_month < 4095 && range.most < INT64_MAX &&
        settle_mul_i64(range.most, months, &life) && life <= share->life_cap_minor)
        say_never(findings, node, "life-cap", rule->id, "its months earn at most", life);
}

/* --- deferred --------------------------------------------------------------------------------- */

static void
look_at_instalments(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleNode *list = settle_node_get(node, "instalments");

    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];
        const SettleNode *by_bill = settle_node_get(g_ptr_array_index(list->values, i), "by-bill");

        if (by_bill != NULL)
            look_at_end(findings, settle_node_get(by_bill, "bands"), instalment->bands,
                        instalment->n_bands, "bills");
    }
}

/* --- the rest --------------------------------------------------------------------------------- */

/* A rule's ceiling over a window that lies inside the policy's window, and not below its amount. */
static void
look_at_ceiling(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleCeiling *all = &findings->policy->terms.ceiling, *own = &rule->terms.ceiling;

    if (own->window != 0 && all->window >= own->window && all->amount_minor <= own->amount_minor)
        say_never(findings, node, "ceiling", rule->id, "the whole policy's is not above it, at",
                  all->amount_minor);
}

void
settle_findings_limits(const SettleFindings *findings, guint rule)
{
    const SettleRule *self = &findings->policy->rules[rule];
    const SettleNode *node = settle_findings_node(findings, rule);

    look_at_ceiling(findings, self, node);
    if (self->kind == SETTLE_KIND_UPFRONT) {
        look_at_upfront(findings, self, node);
        look_at_bands(findings, self, node);
    } else if (self->kind == SETTLE_KIND_REVENUE_SHARE) {
        look_at_share(findings, self, node);
    } else if (self->kind == SETTLE_KIND_DEFERRED) {
        look_at_instalments(findings, self, node);
    }
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
