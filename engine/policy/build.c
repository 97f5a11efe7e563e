/* Building a policy from its tree: values are held against the field table, then rules and
 * examples are made of them. */
#include "policy/build.h"

#include "base/error.h"
#include "policy/build-terms.h"
#include "policy/kind.h"
#include "policy/validate.h"

#include <string.h>

/* Builds the policy from a tree that holds against the field table, and checks what hangs together.
 */

/* --- rules ----------------------------------------------------------------------------------- */

static void
add_group(SettleBuild *build, GPtrArray *codes, const SettleNode *name)
{
    const SettleNode *groups = settle_node_get(build->top, "groups");
    const SettleNode *members;

    /* what is no map was told already */
    if (groups != NULL && (groups->faulty || groups->kind != SETTLE_NODE_MAP))
        return;
    members = groups != NULL ? settle_node_get(groups, name->text) : NULL;
    if (members == NULL)
        SETTLE_BUILD_ERROR(build, "P040", name, "name it under groups", "there is no group \"%s\"",
                           name->text);
    else
        settle_build_add_texts(codes, members);
}

/* distributor and distributor-group are two conditions: where both are given a distributor must be
 * in both. None in both is an empty list, which nobody matches. */
static void
read_distributors(SettleBuild *build, const SettleNode *node, SettleSelector *selector)
{
    const SettleNode *named = settle_node_get(node, "distributor-group");
    g_auto(GStrv) listed = settle_build_texts_of(node, "distributor");
    g_auto(GStrv) grouped = NULL;
    GPtrArray *codes = g_ptr_array_new();

    if (named == NULL) {
        g_ptr_array_free(codes, TRUE);
        selector->distributors = g_steal_pointer(&listed);
        return;
    }
    if (named->kind == SETTLE_NODE_SCALAR)
        add_group(build, codes, named);
    else
        for (guint i = 0; i < named->values->len; i++)
            add_group(build, codes, g_ptr_array_index(named->values, i));
    grouped = settle_build_take_texts(codes);
    if (listed == NULL) {
        selector->distributors = g_steal_pointer(&grouped);
        return;
    }
    codes = g_ptr_array_new();
    for (guint i = 0; listed[i] != NULL; i++)
        if (g_strv_contains((const char *const *) grouped, listed[i]))
            g_ptr_array_add(codes, g_strdup(listed[i]));
    if (codes->len == 0)
        SETTLE_BUILD_WARNING(build, "P105", named, NULL,
                             "no distributor is in both distributor and distributor-group");
    selector->distributors = settle_build_take_texts(codes);
}

static void
read_selector(SettleBuild *build, const SettleNode *rule_node, SettleSelector *selector)
{
    const SettleNode *node = settle_node_get(rule_node, "for");

    selector->amount = selector->quantity = selector->tier =
        (SettleInterval){SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};
    selector->first_order = -1;
    if (node == NULL)
        return;
    selector->products = settle_build_texts_of(node, "product");
    selector->classes = settle_build_texts_of(node, "class");
    selector->regions = settle_build_texts_of(node, "region");
    selector->channels = settle_build_texts_of(node, "channel");
    selector->amount = settle_build_interval_of(build, node, "amount", TRUE);
    selector->quantity = settle_build_interval_of(build, node, "quantity", FALSE);
    selector->tier = settle_build_interval_of(build, node, "tier", FALSE);
    if (settle_node_get(node, "first-order") != NULL)
        selector->first_order = settle_build_boolean_of(node, "first-order", TRUE);

    read_distributors(build, node, selector);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
read_rule(SettleBuild *build, const SettleNode *node, guint ordinal, SettleRule *rule)
{
    const SettleNode *group = settle_node_get(node, "group");
    guint unsettled = build->policy->unsupported->len;
    const SettleNode *name;
    guint kind = 0;

    while (settle_node_get(node, settle_commission_kind_names[kind]) == NULL)
        kind++;
    name = settle_node_get(node, settle_commission_kind_names[kind]);
    rule->id = g_strdup(name->text);
    rule->kind = settle_commission_kinds[kind];
    rule->ordinal = ordinal;
    settle_rule_name_hash(rule->kind, rule->id, rule->name_hash);
    rule->group = group != NULL ? g_strdup(group->text) : NULL;
    read_selector(build, node, &rule->selector);
    settle_build_rule_terms(build, node, &rule->terms);
    settle_build_note_later(build, settle_kind_name(rule->kind), node);
    settle_policy_kind(rule->kind)->read(build, node, rule);
    settle_invariant((rule->window.length != 0) == settle_kind_is_window(rule->kind));
    rule->terms.n_unsettled = build->policy->unsupported->len - unsettled;
    for (guint i = 0; i < ordinal; i++)
        if (g_strcmp0(build->policy->rules[i].id, rule->id) == 0)
            SETTLE_BUILD_ERROR(build, "P032", name, NULL, "there is a rule \"%s\" already",
                               rule->id);
}

static void
read_days(const SettleNode *node, SettlePolicy *policy)
{
    const char *dots = strstr(node->text, "..");

    policy->closing_from = SETTLE_DAY_MIN;
    policy->closing_to = SETTLE_DAY_MAX;
    if (dots == NULL) {
        settle_day_parse(node->text, strlen(node->text), &policy->closing_from);
        policy->closing_to = policy->closing_from;
        return;
    }
    if (dots > node->text)
        settle_day_parse(node->text, (size_t) (dots - node->text), &policy->closing_from);
    if (dots[2] != '\0')
        settle_day_parse(dots + 2, strlen(dots + 2), &policy->closing_to);
}

static void
read_terms(SettleBuild *build, SettlePolicy *policy)
{
    const SettleNode *tax = settle_node_sound(build->top, "tax");
    const SettleNode *invoice = settle_node_sound(build->top, "invoice");
    const SettleNode *day = NULL;

    policy->tax_included = TRUE;
    if (tax != NULL) {
        policy->tax_ppb = settle_build_rate_of(settle_node_get(tax, "rate"));
        policy->tax_included = settle_build_boolean_of(tax, "included", TRUE);
    }
    policy->invoice.cycle = SETTLE_CYCLE_MONTHLY;
    policy->invoice.cut_off_day = 31;
    if (invoice == NULL)
        return;
    switch (settle_build_choice_of(invoice, "invoice", "cycle", 0)) {
    case 0:
        policy->invoice.cycle = SETTLE_CYCLE_MONTHLY;
        break;
    case 1:
        policy->invoice.cycle = SETTLE_CYCLE_WEEKLY;
        policy->invoice.cut_off_day = 7;
        break;
    case 2:
        policy->invoice.cycle = SETTLE_CYCLE_DAILY;
        break;
    default:
        policy->invoice.cycle = SETTLE_CYCLE_NONE;
        break;
    }
    day = settle_node_get(invoice, "cut-off-day");
    if (day != NULL) {
        policy->invoice.cut_off_day = settle_build_integer_of(day);
        if (policy->invoice.cycle == SETTLE_CYCLE_WEEKLY && policy->invoice.cut_off_day > 7)
            SETTLE_BUILD_ERROR(build, "P016", day, NULL,
                               "a week's cut-off day is 1 (Monday) to 7 (Sunday)");
        if (policy->invoice.cycle == SETTLE_CYCLE_DAILY ||
            policy->invoice.cycle == SETTLE_CYCLE_NONE)
            SETTLE_BUILD_ERROR(build, "P045", day, NULL,
                               "cut-off-day goes with monthly and weekly cycles");
    }
    settle_build_optional_money(build, invoice, "minimum", &policy->invoice.minimum_minor);
    settle_build_note_later(build, "invoice", invoice);
}

static char *
text_of(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_sound(map, key);

    return node != NULL ? g_strdup(node->text) : NULL;
}

/* A faulty rule keeps its place, without a kind and an id. By rule: 1 if it has no errors. */
static guint8 *
read_rules(SettleBuild *build, const SettleNode *rules)
{
    guint8 *sound = g_new0(guint8, MAX(rules->values->len, 1));

    build->policy->rules = g_new0(SettleRule, rules->values->len);
    for (guint i = 0; i < rules->values->len; i++) {
        const SettleNode *rule = g_ptr_array_index(rules->values, i);
        guint before = build->diagnostics->n_errors;

        if (!rule->faulty) {
            read_rule(build, rule, i, &build->policy->rules[i]);
            sound[i] = build->diagnostics->n_errors == before;
        }
        build->policy->n_rules = i + 1;
    }
    return sound;
}

/* A faulty rule has no kind. */
static int
span_of(const SettleRule *rule)
{
    return rule->kind != 0 ? settle_policy_kind(rule->kind)->span(rule) : 0;
}

SettlePolicy *
settle_policy_build(const SettleNode *top, SettleDiagnostics *diagnostics, guint8 **ret_sound)
{
    SettlePolicy *policy = g_new0(SettlePolicy, 1);
    SettleBuild build = {.diagnostics = diagnostics,
                         .policy = policy,
                         .top = top,
                         .exponent = settle_policy_exponent(top)};
    const SettleNode *rules = settle_node_get(top, "rules");
    const SettleNode *currency = settle_node_sound(top, "currency");
    const SettleNode *closing = settle_node_sound(top, "closing");

    policy->unsupported = g_ptr_array_new_with_free_func(g_free);
    policy->name = text_of(top, "policy");
    policy->carrier = text_of(top, "carrier");
    policy->version = text_of(top, "version");
    if (currency != NULL)
        settle_invariant(
            settle_currency_lookup(currency->text, strlen(currency->text), &policy->currency));
    policy->rounding =
        (SettleRounding) settle_build_choice_of(top, "policy", "rounding", SETTLE_ROUND_HALF_AWAY);
    if (closing != NULL)
        read_days(closing, policy);
    read_terms(&build, policy);
    settle_build_policy_terms(&build, &policy->terms);
    settle_build_note_later(&build, "policy", top);
    policy->n_unsettled = policy->unsupported->len;

    *ret_sound = NULL;
    if (rules != NULL && rules->kind == SETTLE_NODE_LIST &&
        rules->values->len <= SETTLE_POLICY_RULES_MAX)
        *ret_sound = read_rules(&build, rules);
    for (guint i = 0; i < policy->n_rules; i++)
        policy->span_months = MAX(policy->span_months, span_of(&policy->rules[i]));
    settle_policy_number_rules(policy, NULL);
    return policy;
}
