/* Rules nothing is left for, and rules that share orders, held against every order there can be:
 * for a world so small that all of its orders can be gone through. */
#include "policy/load.h"

#include <glib.h>
#include <string.h>

#define RULES 6
/* Codes a, b and any other; quantities 1 to 4 and more; first orders and others. */
#define CODES      3
#define QUANTITIES 5

typedef struct {
    guint classes, regions, channels; /* bits of a and b; 0: no condition */
    int from, to;                     /* 0: open */
    int first;                        /* -1: no condition */
} Selector;

typedef struct {
    guint class, region, channel;
    int quantity, first;
} Order;

static gboolean
holds(guint set, guint code)
{
    return set == 0 || (set >> code & 1) != 0;
}

static gboolean
matches(const Selector *selector, const Order *order)
{
    return holds(selector->classes, order->class) && holds(selector->regions, order->region) &&
           holds(selector->channels, order->channel) &&
           (selector->from == 0 || order->quantity >= selector->from) &&
           (selector->to == 0 || order->quantity <= selector->to) &&
           (selector->first < 0 || selector->first == order->first);
}

static gboolean
next_order(Order *order)
{
    if (++order->class < CODES)
        return TRUE;
    order->class = 0;
    if (++order->region < CODES)
        return TRUE;
    order->region = 0;
    if (++order->channel < CODES)
        return TRUE;
    order->channel = 0;
    if (++order->quantity <= QUANTITIES)
        return TRUE;
    order->quantity = 1;
    return ++order->first < 2;
}

static gboolean
any_before(const Selector *rules, guint n, const Order *order)
{
    for (guint i = 0; i < n; i++)
        if (matches(&rules[i], order))
            return TRUE;
    return FALSE;
}

/* "P101 c" and "P107 c a" as they must be, by going through all orders. */
static char *
expected(const Selector *rules)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < RULES; i++) {
        gboolean shared[RULES] = {FALSE}, outside[RULES] = {FALSE}, reached = FALSE;
        Order order = {.quantity = 1};

        do {
            reached = reached || (matches(&rules[i], &order) && !any_before(rules, i, &order));
            for (guint j = 0; j < i; j++) {
                if (!matches(&rules[j], &order))
                    continue;
                if (!matches(&rules[i], &order))
                    outside[j] = TRUE;
                else if (!any_before(rules, j, &order))
                    shared[j] = TRUE;
            }
        } while (next_order(&order));
        if (!reached)
            g_string_append_printf(out, "P101 %c\n", 'a' + (char) i);
        for (guint j = 0; j < i && reached; j++)
            if (shared[j] && outside[j])
                g_string_append_printf(out, "P107 %c %c\n", 'a' + (char) i, 'a' + (char) j);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
append_codes(GString *document, const char *key, guint set)
{
    static const char *const lists[] = {NULL, "[a]", "[b]", "[b, a]"};

    if (set != 0)
        g_string_append_printf(document, "%s: %s, ", key, lists[set]);
}

static GString *
document_of(const Selector *rules)
{
    GString *document = g_string_new("policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\n"
                                     "currency: CNY\nrules:\n");

    for (guint i = 0; i < RULES; i++) {
        const Selector *rule = &rules[i];

        g_string_append_printf(document, "- {upfront: %c, pay: 1.00, for: {", 'a' + (char) i);
        append_codes(document, "class", rule->classes);
        append_codes(document, "region", rule->regions);
        append_codes(document, "channel", rule->channels);
        if (rule->first >= 0)
            g_string_append_printf(document, "first-order: %s, ", rule->first ? "true" : "false");
        if (rule->from != 0 && rule->to != 0)
            g_string_append_printf(document, "quantity: %d..%d, ", rule->from, rule->to);
        else if (rule->from != 0)
            g_string_append_printf(document, "quantity: %d.., ", rule->from);
        else if (rule->to != 0)
            g_string_append_printf(document, "quantity: ..%d, ", rule->to);
        g_string_append(document, "amount: 0.00..}}\n");
    }
    return document;
}

/* The names in quotes: first the rule itself, last of a P107 who gets the order. */
static char *
found(const SettleDiagnostics *diagnostics)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < diagnostics->items->len; i++) {
        const SettleDiagnostic *item = g_ptr_array_index(diagnostics->items, i);
        const char *last = strrchr(item->message, '"');

        g_string_append_printf(out, "%s %c", item->code, item->message[1]);
        if (g_str_equal(item->code, "P107"))
            g_string_append_printf(out, " %c", last[-1]);
        g_string_append_c(out, '\n');
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static Selector
random_selector(void)
{
    Selector selector = {.first = -1};

    /* mostly little is said, so that rules meet */
    if (g_test_rand_int_range(0, 3) == 0)
        selector.classes = (guint) g_test_rand_int_range(0, 4);
    if (g_test_rand_int_range(0, 3) == 0)
        selector.regions = (guint) g_test_rand_int_range(0, 4);
    if (g_test_rand_int_range(0, 4) == 0)
        selector.channels = (guint) g_test_rand_int_range(0, 4);
    if (g_test_rand_int_range(0, 2) == 0)
        selector.from = g_test_rand_int_range(1, QUANTITIES);
    if (g_test_rand_int_range(0, 2) == 0)
        selector.to = g_test_rand_int_range(MAX(selector.from, 1), QUANTITIES);
    if (g_test_rand_int_range(0, 3) == 0)
        selector.first = g_test_rand_int_range(0, 2);
    return selector;
}

static void
test_all_orders(void)
{
    guint covered = 0, shared = 0, together = 0;

    for (guint round = 0; round < 3000; round++) {
        Selector rules[RULES];
        g_autoptr(GString) document = NULL;
        g_autofree char *wanted = NULL, *got = NULL;
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics = NULL;

        for (guint i = 0; i < RULES; i++)
            rules[i] = random_selector();
        document = document_of(rules);
        wanted = expected(rules);
        diagnostics = settle_policy_load(document->str, document->len, &policy);
        got = found(diagnostics);
        g_assert_cmpstr(got, ==, wanted);
        if (g_strcmp0(got, wanted) != 0) {
            g_test_message("%s", document->str);
            return;
        }
        for (guint i = 0; i < diagnostics->items->len; i++) {
            const SettleDiagnostic *item = g_ptr_array_index(diagnostics->items, i);

            covered += g_str_equal(item->code, "P101");
            shared += g_str_equal(item->code, "P107");
            together += strstr(item->message, "together") != NULL;
        }
    }
    /* what was compared was there */
    g_assert_cmpuint(covered, >, 1000);
    g_assert_cmpuint(shared, >, 1000);
    g_assert_cmpuint(together, >, 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/policy-cover/all-orders", test_all_orders);
    return g_test_run();
}
