/* Which attributes of the facts a policy looks at: calc/asks.h. What it does not look at must not
 * matter, for a run does not read it. */
#include "calc-fixture.h"

#include "calc/arithmetic.h"
#include "calc/asks.h"
#include "policy-fixture.h"

#define HEAD                                                                                       \
    "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\n"                    \
    "contract: 12 months\nrules:\n"
#define UPFRONT  "- upfront: u\n  pay: 1.00\n"
#define DEFERRED "- deferred: d\n  instalments:\n  - {after: 3 months, day: 28, pay: 2.00, if: "

static const struct {
    const char *name;
    const char *rules;
    const char *asks;
} policies[] = {
    {"paid amount only", UPFRONT, ""},
    {"product, class, distributor, quantity, tier, first order",
     "- upfront: u\n  for: {product: [P1], class: [sim], distributor: [D1], quantity: 1..5, tier: "
     "0..4, first-order: false, amount: 1.00..}\n  pay: 2%\n",
     ""},
    {"region", "- upfront: u\n  for: {region: [R1]}\n  pay: 1.00\n", "region"},
    {"channel of the second rule",
     "- upfront: u\n  for: {class: [plan]}\n  pay: 1.00\n"
     "- deferred: d\n  for: {channel: [K1]}\n  instalments:\n"
     "  - {after: 1 month, day: 28, pay: 1.00}\n",
     "channel"},
    {"whether there is a bill", DEFERRED "[{each-month: 1..3}]}\n", ""},
    {"minutes", DEFERRED "[{each-month: 1..3, all: [{minutes: 10..}]}]}\n", "minutes"},
    {"megabytes or what was billed, together",
     DEFERRED "[{months-together: 1..3, any: [{megabytes: 300..}, {bill: 75.00..}]}]}\n",
     "megabytes"},
    {"arrears", DEFERRED "[{each-month: 1..3, all: [{no-arrears: true}]}]}\n", "arrears"},
    {"cash", DEFERRED "[{each-month: 1..3, all: [{bill: 20.00.., base: cash}]}]}\n", "cash"},
    {"an upfront's first bill",
     "- upfront: u\n  pay: 1.00\n  if: [{month: 0, all: [{minutes: 1..}]}]\n", "minutes"},
    {"bands by a bill",
     "- deferred: d\n  instalments:\n  - {after: 3 months, day: 28, by-bill: {month: 2, base: "
     "billed-less-arrears, bands: {0.01..20.00: 1.00, 20.01..: 2.00}}}\n",
     "arrears"},
    {"share of what was billed", "- revenue-share: s\n  base: billed\n  months: 0..3\n  rate: 3%\n",
     ""},
    {"share of cash",
     "- revenue-share: s\n  base: cash\n  months: 0..3\n  by-size: {0.01..20.00: 1%, 20.01..: "
     "2%}\n",
     "cash"},
    {"share without arrears",
     "- revenue-share: s\n  base: billed-less-arrears\n  months: 0..3\n  rate: 3%\n", "arrears"},
    {"a distributor's volume",
     "- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 1.00}\n", ""},
    {"an outlet's volume",
     "- volume-bonus: v\n  window: month\n  scope: outlet\n  mode: whole\n  tiers: {1..: 1.00}\n",
     "manager"},
    {"a manager's volume",
     "- volume-bonus: v\n  window: month\n  scope: manager\n  mode: whole\n  tiers: {1..: 1.00}\n",
     "manager"},
};

static SettlePolicy *
load(const char *rules)
{
    g_autofree char *document = g_strconcat(HEAD, rules, NULL);
    SettlePolicy *policy = policy_of(document, NULL);

    policy->policy_id = 1;
    policy->carrier_id = 1;
    return policy;
}

static char *
names_of(const SettleAsks *asks)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const struct {
        gboolean asked;
        const char *name;
    } all[] = {{asks->manager, "manager"}, {asks->region, "region"},
               {asks->channel, "channel"}, {asks->cash, "cash"},
               {asks->arrears, "arrears"}, {asks->megabytes, "megabytes"},
               {asks->minutes, "minutes"}};

    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i].asked)
            g_ptr_array_add(names, (gpointer) (uintptr_t) all[i].name);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (GStrv) names->pdata);
}

static void
test_asked(gconstpointer data)
{
    g_autoptr(SettlePolicy) policy = load(policies[GPOINTER_TO_UINT(data)].rules);
    SettleAsks asks = {0};
    g_autofree char *names = NULL;

    settle_asks_add(&asks, settle_arithmetic_current(), policy);
    names = names_of(&asks);
    g_assert_cmpstr(names, ==, policies[GPOINTER_TO_UINT(data)].asks);
}

static void
test_all_of_a_set(void)
{
    g_autoptr(SettlePolicySet) set = settle_policy_set_new();
    SettleAsks asks;
    g_autofree char *names = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(policies); i++) {
        SettlePolicy *policy = load(policies[i].rules);

        policy->policy_id = (int32_t) i + 1;
        settle_policy_set_add(set, policy);
    }
    asks = settle_policy_set_asks(settle_arithmetic_current(), set);
    names = names_of(&asks);
    g_assert_cmpstr(names, ==, "manager region channel cash arrears megabytes minutes");
}

/* --- what is not asked for does not matter ---------------------------------------------------- */

#define N_BILLS 4
#define ROUNDS  200

static SettleDirectory *
make_directory(void)
{
    static const struct {
        SettleDim dim;
        const char *code;
    } codes[] = {{SETTLE_DIM_CARRIER, "C"},  {SETTLE_DIM_PRODUCT, "C\x1fP1"},
                 {SETTLE_DIM_CLASS, "sim"},  {SETTLE_DIM_REGION, "R1"},
                 {SETTLE_DIM_CHANNEL, "K1"}, {SETTLE_DIM_DISTRIBUTOR, "D1"}};
    SettleDirectory *directory = settle_directory_new();

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        settle_directory_add_code(directory, codes[i].dim, 1, codes[i].code, strlen(codes[i].code));
    settle_directory_seal(directory);
    return directory;
}

static void
make_facts(SettleOrder *order, SettleBill bills[N_BILLS])
{
    *order = order_of("2026-01-15", g_test_rand_int_range(0, 20000));
    order->manager_id = g_test_rand_int_range(0, 3);
    order->region_id = (int16_t) g_test_rand_int_range(0, 3);
    order->channel_id = (int16_t) g_test_rand_int_range(0, 3);
    for (int k = 0; k < N_BILLS; k++) {
        bills[k] = bill_of(order, "2026-01", 1, "2026-02-05", g_test_rand_int_range(0, 5000));
        bills[k].month += k;
        bills[k].issue_day = settle_day_add_months(bills[k].issue_day, k);
        bills[k].cash_minor = g_test_rand_int_range(0, 5000);
        bills[k].arrears_minor = g_test_rand_int_range(0, 2) * 500;
        bills[k].megabytes = g_test_rand_int_range(0, 200);
        bills[k].minutes = g_test_rand_int_range(0, 20);
    }
}

/* As a run reads it. */
static void
leave_out(const SettleAsks *asks, SettleOrder *order, SettleBill bills[N_BILLS])
{
    order->manager_id = asks->manager ? order->manager_id : 0;
    order->region_id = asks->region ? order->region_id : 0;
    order->channel_id = asks->channel ? order->channel_id : 0;
    for (int k = 0; k < N_BILLS; k++) {
        bills[k].order = *order;
        bills[k].cash_minor = asks->cash ? bills[k].cash_minor : 0;
        bills[k].arrears_minor = asks->arrears ? bills[k].arrears_minor : 0;
        bills[k].megabytes = asks->megabytes ? bills[k].megabytes : 0;
        bills[k].minutes = asks->minutes ? bills[k].minutes : 0;
    }
}

/* Everything that a policy makes of an order and its bills, as text. */
static char *
outcome(const SettlePolicy *policy, SettleMatcher *matcher, const SettleOrder *order,
        const SettleBill *bills)
{
    /* each manager has an outlet, as the directory would say */
    SettleOrderParties parties = {.carrier_id = 1, .class_id = 1, .outlet_id = order->manager_id};
    SettleCalcScope scope = scope_until(day_of("2026-12-31"));
    g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    g_auto(SettleMatch) found = {0};
    const SettleMatch *match = settle_matcher_find(matcher, order, &parties, &found);
    GString *text = g_string_new(NULL);

    g_assert_true(settle_calc_order(policy, match, order, bills, N_BILLS, &scope, targets));
    for (guint i = 0; i < targets->len; i++) {
        const SettleTarget *target = &g_array_index(targets, SettleTarget, i);

        g_string_append_printf(text, "%d: %d %" G_GINT64_FORMAT "\n", target->slot, target->state,
                               target->target_minor);
    }
    for (guint r = match->n_order_rules; r < match->n_rules; r++)
        g_string_append_printf(text, "window of %d\n",
                               settle_window_scope_id(match->rules[r], order, &parties));
    return g_string_free(text, FALSE);
}

static void
test_not_asked(gconstpointer data)
{
    g_autoptr(SettleDirectory) directory = make_directory();
    g_autoptr(SettlePolicy) policy = load(policies[GPOINTER_TO_UINT(data)].rules);
    g_autoptr(SettleMatcher) matcher = settle_matcher_new(policy, directory);
    SettleAsks asks = {0};
    g_autoptr(GHashTable) outcomes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    settle_asks_add(&asks, settle_arithmetic_current(), policy);
    for (int round = 0; round < ROUNDS; round++) {
        SettleOrder order;
        SettleBill bills[N_BILLS];
        g_autofree char *whole = NULL, *left = NULL;

        make_facts(&order, bills);
        whole = outcome(policy, matcher, &order, bills);
        leave_out(&asks, &order, bills);
        left = outcome(policy, matcher, &order, bills);
        g_assert_cmpstr(whole, ==, left);
        g_hash_table_add(outcomes, g_steal_pointer(&whole));
    }
    /* what it does look at makes a difference, or the comparison would say nothing */
    if (*policies[GPOINTER_TO_UINT(data)].asks != '\0')
        g_assert_cmpuint(g_hash_table_size(outcomes), >, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_TABLE("/asks/asked/", policies, test_asked);
    g_test_add_func("/asks/all of a set", test_all_of_a_set);
    ADD_TABLE("/asks/not asked/", policies, test_not_asked);
    return g_test_run();
}
