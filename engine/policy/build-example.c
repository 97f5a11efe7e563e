/* Building, the examples of a policy: the order, its bills and events, and what is expected of
 * them. */
#include "policy/build-example.h"

#include "base/error.h"
#include "model/facts.h"
#include "policy/build-values.h"
#include "policy/kind.h"
#include "policy/validate-scalars.h"
#include "policy/validate.h"

#include <string.h>

/* Examples, from nodes that hold against the field table. */

static SettlePlace
place_of(const SettleNode *node)
{
    return (SettlePlace){node->line, node->column, node->width};
}

static char *
text_of(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_get(map, key);

    return node != NULL ? g_strdup(node->text) : NULL;
}

static int64_t
integer_of(const SettleNode *map, const char *key, int64_t otherwise)
{
    const SettleNode *node = settle_node_get(map, key);

    return node != NULL ? g_ascii_strtoll(node->text, NULL, 10) : otherwise;
}

static gboolean
day_of(const SettleNode *map, const char *key, SettleDay *ret_day)
{
    const SettleNode *node = settle_node_get(map, key);

    return node != NULL && settle_day_parse(node->text, strlen(node->text), ret_day);
}

static void
read_order(SettleBuild *build, const SettleNode *node, SettleExampleOrder *order)
{
    const SettleNode *closed = settle_node_get(node, "closed");

    order->product = text_of(node, "product");
    order->class = text_of(node, "class");
    order->region = text_of(node, "region");
    order->channel = text_of(node, "channel");
    order->distributor = text_of(node, "distributor");
    order->tier = (int) integer_of(node, "tier", 0);
    order->quantity = (int) integer_of(node, "quantity", 1);
    order->first_order = settle_build_boolean_of(node, "first-order", FALSE);
    settle_build_optional_money(build, node, "paid", &order->paid_minor);
    day_of(node, "closed", &order->closing_day);
    if (settle_node_sound(build->top, "closing") == NULL)
        return;
    if (order->closing_day < build->policy->closing_from ||
        order->closing_day > build->policy->closing_to)
        SETTLE_BUILD_ERROR(build, "P054", closed, NULL,
                           "the policy does not hold for orders that close on %s", closed->text);
}

/* The choices are in the order of SettleEventKind. */
static void
read_events(SettleBuild *build, const SettleNode *list, SettleExample *example)
{
    example->n_events = list->values->len;
    example->events = g_new0(SettleExampleEvent, MAX(example->n_events, 1));
    for (guint i = 0; i < example->n_events; i++) {
        const SettleNode *node = g_ptr_array_index(list->values, i);
        SettleExampleEvent *event = &example->events[i];

        event->kind = settle_build_choice_of(node, "event", "event", 0) + 1;
        settle_invariant(day_of(node, "on", &event->day));
        event->whole = event->kind == SETTLE_EVENT_KIND_REFUND &&
                       !settle_build_optional_money(build, node, "amount", &event->amount_minor);
        if (event->kind == SETTLE_EVENT_KIND_REINSTATE) {
            guint undone = i;

            while (undone > 0 && (example->events[undone - 1].kind == SETTLE_EVENT_KIND_REINSTATE ||
                                  example->events[undone - 1].undoes != 0))
                undone--;
            if (undone == 0) {
                SETTLE_BUILD_ERROR(build, "P063", node, NULL,
                                   "there is nothing before it that could be undone");
                continue;
            }
            event->undoes = undone;
            /* an event that is undone remembers it until all are read */
            example->events[undone - 1].undoes = undone;
        }
    }
    for (guint i = 0; i < example->n_events; i++)
        if (example->events[i].kind != SETTLE_EVENT_KIND_REINSTATE)
            example->events[i].undoes = 0;
}

/* Returns for how many months it is. */
static guint
read_bill(SettleBuild *build, const SettleNode *node, SettleExampleBill *bill)
{
    SettleInterval months = settle_build_interval_of(build, node, "month", FALSE);

    bill->from_month = months.from == SETTLE_OPEN_LOW ? 0 : (int) MIN(months.from, 241);
    bill->to_month = (int) MIN(months.to, 241);
    if (bill->to_month > 240)
        SETTLE_BUILD_ERROR(build, "P016", settle_node_get(node, "month"), NULL,
                           "the months of an example's bills end at 240");
    settle_build_optional_money(build, node, "billed", &bill->billed_minor);
    settle_build_optional_money(build, node, "arrears", &bill->arrears_minor);
    if (!settle_build_optional_money(build, node, "cash", &bill->cash_minor))
        bill->cash_minor = MAX(bill->billed_minor - bill->arrears_minor, 0);
    bill->minutes = (int32_t) integer_of(node, "minutes", 0);
    bill->megabytes = integer_of(node, "megabytes", 0);
    bill->has_issue_day = day_of(node, "issued", &bill->issue_day);
    return (guint) (bill->to_month - bill->from_month + 1);
}

static guint
rule_of(const SettlePolicy *policy, const char *name)
{
    for (guint i = 0; i < policy->n_rules; i++)
        if (g_strcmp0(policy->rules[i].id, name) == 0)
            return i;
    return G_MAXUINT; /* the rule has errors of its own */
}

static void
add_expectation(SettleBuild *build, GArray *earns, guint rule, const SettleNode *key,
                const SettleNode *value)
{
    SettleExpectation one = {.rule = rule, .in_all = key == NULL, .place = place_of(value)};
    int exponent = build->exponent;

    if (key != NULL) {
        SettleInterval items = {0, 0};

        settle_invariant(settle_interval_read(key->text, FALSE, 0, &items));
        one.from_item = items.from == SETTLE_OPEN_LOW ? 0 : (int) MIN(items.from, 4095);
        one.to_item = (int) MIN(items.to, 4095);
    }
    settle_invariant(settle_money_parse(value->text, strlen(value->text), exponent, &one.minor) ==
                     SETTLE_PARSE_OK);
    g_array_append_val(earns, one);
}

static void
read_earns(SettleBuild *build, const SettleNode *node, SettleExample *example)
{
    GArray *earns = g_array_new(FALSE, TRUE, sizeof(SettleExpectation));

    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *value = g_ptr_array_index(node->values, i);
        guint rule =
            rule_of(build->policy, ((const SettleNode *) g_ptr_array_index(node->keys, i))->text);

        if (rule == G_MAXUINT)
            continue;
        if (value->kind == SETTLE_NODE_SCALAR)
            add_expectation(build, earns, rule, NULL, value);
        else
            for (guint k = 0; k < value->keys->len; k++)
                add_expectation(build, earns, rule, g_ptr_array_index(value->keys, k),
                                g_ptr_array_index(value->values, k));
    }
    example->n_earns = earns->len;
    example->earns = (SettleExpectation *) (void *) g_array_free(earns, FALSE);
}

static void
read_windows(SettleBuild *build, const SettleNode *node, SettleExample *example)
{
    example->windows = g_new0(SettleExampleWindow, MAX(node->keys->len, 1));
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *value = g_ptr_array_index(node->values, i);
        guint rule =
            rule_of(build->policy, ((const SettleNode *) g_ptr_array_index(node->keys, i))->text);
        SettleExampleWindow *window = &example->windows[example->n_windows];
        gboolean amounts;

        if (rule == G_MAXUINT || build->policy->rules[rule].window.length == 0)
            continue;
        amounts = build->policy->rules[rule].window.in_amounts;
        window->rule = rule;
        settle_invariant(settle_money_parse(value->text, strlen(value->text),
                                            amounts ? build->exponent : 0,
                                            &window->measure) == SETTLE_PARSE_OK);
        example->n_windows++;
    }
}

static void
read_example(SettleBuild *build, const SettleNode *node, SettleExample *example)
{
    const SettleNode *name = settle_node_get(node, "example");
    const SettleNode *bills = settle_node_get(node, "bills");
    const SettleNode *events = settle_node_get(node, "events");
    const SettleNode *windows = settle_node_get(node, "window");

    example->name = g_strdup(name->text);
    example->place = place_of(name);
    example->as_of = SETTLE_DAY_MAX;
    day_of(node, "as-of", &example->as_of);
    read_order(build, settle_node_get(node, "order"), &example->order);
    if (bills != NULL) {
        guint n = 0;

        example->n_bills = bills->values->len;
        example->bills = g_new0(SettleExampleBill, MAX(bills->values->len, 1));
        for (guint i = 0; i < bills->values->len; i++)
            n += read_bill(build, g_ptr_array_index(bills->values, i), &example->bills[i]);
        if (n > SETTLE_EXAMPLE_BILLS_MAX)
            SETTLE_BUILD_ERROR(build, "P055", bills, NULL, "an example has at most %d bills",
                               SETTLE_EXAMPLE_BILLS_MAX);
    }
    if (events != NULL)
        read_events(build, events, example);
    if (windows != NULL)
        read_windows(build, windows, example);
    read_earns(build, settle_node_get(node, "earns"), example);
}

static SettleBuild
build_for(const SettleNode *document, SettlePolicy *policy, SettleDiagnostics *diagnostics)
{
    return (SettleBuild){.diagnostics = diagnostics,
                         .policy = policy,
                         .top = document,
                         .exponent = settle_policy_exponent(document)};
}

void
settle_policy_build_examples(const SettleNode *top, SettlePolicy *policy,
                             SettleDiagnostics *diagnostics)
{
    SettleBuild build = build_for(top, policy, diagnostics);
    const SettleNode *list = settle_node_sound(top, "examples");

    if (list == NULL || list->kind != SETTLE_NODE_LIST)
        return;
    if (list->values->len > SETTLE_EXAMPLES_MAX) {
        SETTLE_BUILD_ERROR(&build, "P055", list, NULL, "a policy has at most %d examples",
                           SETTLE_EXAMPLES_MAX);
        return;
    }
    policy->n_examples = list->values->len;
    policy->examples = g_new0(SettleExample, MAX(list->values->len, 1));
    for (guint i = 0; i < list->values->len; i++)
        read_example(&build, g_ptr_array_index(list->values, i), &policy->examples[i]);
}

void
settle_example_build(const SettleNode *node, const SettleNode *document, SettlePolicy *policy,
                     SettleDiagnostics *diagnostics, SettleExample *example)
{
    SettleBuild build = build_for(document, policy, diagnostics);

    read_example(&build, node, example);
}
