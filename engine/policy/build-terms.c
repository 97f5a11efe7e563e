/* Building, the terms that any rule may carry: ceilings, clawback, splits, holdback. */
#include "policy/build-terms.h"

#include "base/error.h"

#include <string.h>

/* Terms that any rule can carry, and those of the whole policy (docs/semantics.md 5.5 to 5.7). */

static void
read_ceiling(SettleBuild *build, const SettleNode *map, SettleCeiling *ceiling)
{
    const SettleNode *node = settle_node_sound(map, "ceiling");

    if (node == NULL)
        return;
    ceiling->window =
        (int) SETTLE_WINDOW_MONTH + settle_build_choice_of(node, "ceiling", "window", 0);
    settle_build_optional_money(build, node, "amount", &ceiling->amount_minor);
}

void
settle_build_policy_terms(SettleBuild *build, SettlePolicyTerms *terms)
{
    const SettleNode *top = build->top;
    const SettleNode *tolerance = settle_node_sound(top, "fraud-tolerance");
    const SettleNode *invoice = settle_node_sound(top, "invoice");

    if (settle_node_sound(top, "pay-when-paid") != NULL)
        terms->pay_when_paid = settle_build_boolean_of(top, "pay-when-paid", FALSE);
    read_ceiling(build, top, &terms->ceiling);
    if (tolerance != NULL) {
        const SettleNode *count = settle_node_get(tolerance, "count");

        terms->tolerance_ppb = settle_build_rate_of(settle_node_get(tolerance, "share"));
        terms->tolerance_count = count != NULL ? settle_build_integer_of(count) : 0;
    }
    terms->on_port_out =
        (SettleConsequence) settle_build_choice_of(top, "policy", "on-port-out", SETTLE_GOES_ON);
    terms->on_number_transfer = (SettleConsequence) settle_build_choice_of(
        top, "policy", "on-number-transfer", SETTLE_GOES_ON);
    terms->after_end = (SettleConsequence) settle_build_choice_of(
        top, "policy", "after-distributor-ended", SETTLE_GOES_ON);
    build->policy->invoice.credit_note =
        invoice != NULL && settle_build_choice_of(invoice, "invoice", "negative", 0) == 1;
    terms->contract_months = settle_build_months_of(top, "contract", 0);
}

/* --- clawback --------------------------------------------------------------------------------- */

static guint
read_events(const SettleNode *node, const SettleField *field)
{
    guint events = 0;

    for (guint i = 0; field->choices[i] != NULL; i++) {
        if (node->kind == SETTLE_NODE_SCALAR)
            events |= (guint) (strcmp(node->text, field->choices[i]) == 0) << i;
        else
            for (guint k = 0; k < node->values->len; k++)
                events |= (guint) (strcmp(((SettleNode *) g_ptr_array_index(node->values, k))->text,
                                          field->choices[i]) == 0)
                          << i;
    }
    return events;
}

static void
read_span(SettleBuild *build, const SettleNode *node, SettleSpan *span)
{
    const SettleNode *within = settle_node_get(node, "within");
    const SettleNode *days = settle_node_get(node, "days");

    *span = (SettleSpan){.from = 0, .to = G_MAXINT};
    if (within != NULL && days != NULL) {
        SETTLE_BUILD_ERROR(build, "P034", node, NULL, "a clawback has only one of within and days");
        return;
    }
    if (within != NULL) {
        span->in_months = strstr(within->text, "month") != NULL;
        span->to = settle_build_integer_of(within);
    }
    if (days != NULL) {
        SettleInterval interval = settle_build_interval_of(build, node, "days", FALSE);

        span->from = (int) CLAMP(interval.from, 0, G_MAXINT);
        span->to = (int) CLAMP(interval.to, 0, G_MAXINT);
    }
}

static void
read_take(SettleBuild *build, const SettleNode *node, const SettleTerms *terms,
          SettleClawback *clawback)
{
    const SettleNode *take = settle_node_get(node, "take");
    const char *text = take != NULL ? take->text : "all";

    clawback->take = SETTLE_TAKE_SHARE;
    clawback->share_ppb = SETTLE_RATE_ONE;
    if (strcmp(text, "pro-rata") == 0) {
        clawback->take = SETTLE_TAKE_PRO_RATA;
        if (terms->contract_months == 0)
            SETTLE_BUILD_ERROR(build, "P050", take, "say it with contract: 12 months",
                               "pro-rata needs to know for how long the subscriber is bound");
    } else if (strcmp(text, "refunded-part") == 0) {
        clawback->take = SETTLE_TAKE_REFUNDED_PART;
        if (clawback->events != 1u << SETTLE_EVENT_REFUND)
            SETTLE_BUILD_ERROR(build, "P051", take, NULL,
                               "refunded-part goes with on: refund only");
    } else if (take != NULL && strcmp(text, "all") != 0) {
        clawback->share_ppb = settle_build_rate_of(take);
        if (clawback->share_ppb > SETTLE_RATE_ONE)
            SETTLE_BUILD_ERROR(build, "P052", take, NULL,
                               "never more is taken back than was posted: at most 100%%");
    }
}

/* Of two terms for one event on one day the one that leaves least counts: mostly a slip. */
static void
warn_of_overlaps(SettleBuild *build, const SettleNode *list, const SettleTerms *terms)
{
    for (guint i = 1; i < terms->n_clawbacks; i++) {
        for (guint j = 0; j < i; j++) {
            const SettleClawback *a = &terms->clawbacks[j], *b = &terms->clawbacks[i];

            if ((a->events & b->events) == 0 || a->span.in_months != b->span.in_months ||
                a->span.to < b->span.from || b->span.to < a->span.from)
                continue;
            SETTLE_BUILD_WARNING(
                build, "P106", g_ptr_array_index(list->values, i),
                "make their days follow each other, like days: 91..180",
                "it is for days that the term of line %u is for, too: the one that "
                "leaves least counts",
                a->line);
            break;
        }
    }
}

static void
read_clawbacks(SettleBuild *build, const SettleNode *list, SettleTerms *terms)
{
    const SettleField *on = settle_field_find("clawback", "on");

    terms->n_clawbacks = list->values->len;
    terms->clawbacks = g_new0(SettleClawback, MAX(list->values->len, 1));
    for (guint i = 0; i < list->values->len; i++) {
        const SettleNode *node = g_ptr_array_index(list->values, i);
        SettleClawback *clawback = &terms->clawbacks[i];

        clawback->line = node->line;
        clawback->events = read_events(settle_node_get(node, "on"), on);
        clawback->without_suspended = settle_node_get(node, "not-counted") != NULL;
        read_span(build, node, &clawback->span);
        read_take(build, node, terms, clawback);
    }
    warn_of_overlaps(build, list, terms);
}

/* --- the rest --------------------------------------------------------------------------------- */

static void
read_split(SettleBuild *build, const SettleNode *node, SettleTerms *terms)
{
    static const char *const parts[] = {"distributor", "outlet", "manager"};
    int64_t sum = 0;

    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        const SettleNode *part = settle_node_get(node, parts[i]);

        terms->split_parts[i] = part != NULL ? settle_build_integer_of(part) : 0;
        sum += terms->split_parts[i];
    }
    if (sum == 0)
        SETTLE_BUILD_ERROR(build, "P053", node, "like {distributor: 70, outlet: 20, manager: 10}",
                           "a split has no parts");
}

void
settle_build_rule_terms(SettleBuild *build, const SettleNode *node, SettleTerms *terms)
{
    const SettleNode *holdback = settle_node_get(node, "holdback");
    const SettleNode *split = settle_node_get(node, "split");
    const SettleNode *clawbacks = settle_node_get(node, "clawback");
    const SettleNode *payee = settle_node_get(node, "payee");
    const SettleNode *not_counted = settle_node_get(node, "not-counted");

    terms->contract_months =
        settle_build_months_of(node, "contract", build->policy->terms.contract_months);
    terms->pay_when_paid =
        settle_build_boolean_of(node, "pay-when-paid", build->policy->terms.pay_when_paid);
    if (holdback != NULL) {
        terms->holdback_ppb = settle_build_rate_of(settle_node_get(holdback, "share"));
        terms->holdback_days = settle_build_integer_of(settle_node_get(holdback, "days"));
        if (terms->holdback_ppb > SETTLE_RATE_ONE)
            SETTLE_BUILD_ERROR(build, "P052", settle_node_get(holdback, "share"), NULL,
                               "at most the whole can be kept back");
    }
    read_ceiling(build, node, &terms->ceiling);
    if (split != NULL)
        read_split(build, split, terms);
    if (payee != NULL)
        terms->payee = settle_build_choice_of(node, "upfront", "payee", 0);
    if (not_counted != NULL)
        terms->not_counted = read_events(not_counted, settle_field_find("clawback", "on"));
    if (clawbacks != NULL)
        read_clawbacks(build, clawbacks, terms);
}
