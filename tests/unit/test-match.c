/* Which rules apply: docs/semantics.md 5; and which policy version. */
#include "calc-fixture.h"

static void
add_code(SettleDirectory *directory, SettleDim dim, int32_t id, const char *code)
{
    settle_directory_add_code(directory, dim, id, code, strlen(code));
}

/* Carriers C (1) and X (2) with a product P1 each; distributors D1..D9; classes, regions, channels.
 */
static SettleDirectory *
make_directory(void)
{
    SettleDirectory *directory = settle_directory_new();

    add_code(directory, SETTLE_DIM_CARRIER, 1, "C");
    add_code(directory, SETTLE_DIM_CARRIER, 2, "X");
    add_code(directory, SETTLE_DIM_PRODUCT, 1, "C\x1fP1");
    add_code(directory, SETTLE_DIM_PRODUCT, 2, "C\x1fP2");
    add_code(directory, SETTLE_DIM_PRODUCT, 3, "X\x1fP1");
    add_code(directory, SETTLE_DIM_CLASS, 1, "sim");
    add_code(directory, SETTLE_DIM_CLASS, 2, "plan");
    add_code(directory, SETTLE_DIM_REGION, 1, "GD");
    add_code(directory, SETTLE_DIM_REGION, 2, "HN");
    add_code(directory, SETTLE_DIM_CHANNEL, 1, "online");
    add_code(directory, SETTLE_DIM_CHANNEL, 2, "shop");
    for (int32_t id = 1; id <= 9; id++) {
        char code[] = {'D', (char) ('0' + id), '\0'};

        add_code(directory, SETTLE_DIM_DISTRIBUTOR, id, code);
    }
    settle_directory_seal(directory);
    return directory;
}

/* What an order says, beside what it is by default: product 1, class 1, region 1, channel 1,
 * distributor 1, paid 100.00, quantity 1, tier 3, not the first. */
typedef struct {
    int32_t product, distributor, quantity;
    int16_t class_id, region, channel, tier;
    int64_t paid;
    gboolean first;
} Attributes;
#define DEFAULTS                                                                                   \
    .product = 1, .distributor = 1, .quantity = 1, .class_id = 1, .region = 1, .channel = 1,       \
    .tier = 3, .paid = 10000

static void
make_order(const Attributes *a, SettleOrder *ret_order, SettleOrderParties *ret_parties)
{
    *ret_order = order_of("2026-03-15", a->paid);
    ret_order->product_id = a->product;
    ret_order->distributor_id = a->distributor;
    ret_order->quantity = a->quantity;
    ret_order->region_id = a->region;
    ret_order->channel_id = a->channel;
    ret_order->flags = a->first ? SETTLE_ORDER_FIRST_OF_SUBSCRIBER : 0;
    *ret_parties = (SettleOrderParties){.carrier_id = 1, .class_id = a->class_id, .tier = a->tier};
}

static char *none[] = {NULL};
static char *p1[] = {(char *) "P1", NULL};
static char *p1_p2[] = {(char *) "P1", (char *) "P2", NULL};
static char *unknown[] = {(char *) "NOBODY-SELLS", NULL};
static char *sim[] = {(char *) "sim", NULL};
static char *gd[] = {(char *) "GD", NULL};
static char *online[] = {(char *) "online", NULL};
static char *d2_d3[] = {(char *) "D2", (char *) "D3", NULL};

#define EVERY                                                                                      \
    .amount = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},                                                 \
    .quantity = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH}, .tier = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},  \
    .first_order = -1
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif

static const struct {
    const char *name;
    SettleSelector selector;
    Attributes order;
    gboolean matches;
} selectors[] = {
    {"no condition", {EVERY}, {DEFAULTS}, TRUE},
    {"product", {EVERY, .products = p1}, {DEFAULTS}, TRUE},
    {"product, another", {EVERY, .products = p1}, {DEFAULTS, .product = 2}, FALSE},
    {"product, the second named", {EVERY, .products = p1_p2}, {DEFAULTS, .product = 2}, TRUE},
    {"product of another carrier, same code",
     {EVERY, .products = p1},
     {DEFAULTS, .product = 3},
     FALSE},
    {"product nobody knows", {EVERY, .products = unknown}, {DEFAULTS}, FALSE},
    {"product younger than the directory",
     {EVERY, .products = p1},
     {DEFAULTS, .product = 99},
     FALSE},
    {"an empty list matches nothing", {EVERY, .products = none}, {DEFAULTS}, FALSE},
    {"class", {EVERY, .classes = sim}, {DEFAULTS}, TRUE},
    {"class, another", {EVERY, .classes = sim}, {DEFAULTS, .class_id = 2}, FALSE},
    {"class, none", {EVERY, .classes = sim}, {DEFAULTS, .class_id = 0}, FALSE},
    {"region", {EVERY, .regions = gd}, {DEFAULTS}, TRUE},
    {"region, another", {EVERY, .regions = gd}, {DEFAULTS, .region = 2}, FALSE},
    {"channel", {EVERY, .channels = online}, {DEFAULTS}, TRUE},
    {"channel, another", {EVERY, .channels = online}, {DEFAULTS, .channel = 2}, FALSE},
    {"distributor", {EVERY, .distributors = d2_d3}, {DEFAULTS, .distributor = 3}, TRUE},
    {"distributor, another", {EVERY, .distributors = d2_d3}, {DEFAULTS}, FALSE},
    {"distributor younger than the directory",
     {EVERY, .distributors = d2_d3},
     {DEFAULTS, .distributor = 99},
     FALSE},
    {"amount, below", {EVERY, .amount = {100, 200}}, {DEFAULTS, .paid = 99}, FALSE},
    {"amount, first", {EVERY, .amount = {100, 200}}, {DEFAULTS, .paid = 100}, TRUE},
    {"amount, last", {EVERY, .amount = {100, 200}}, {DEFAULTS, .paid = 200}, TRUE},
    {"amount, above", {EVERY, .amount = {100, 200}}, {DEFAULTS, .paid = 201}, FALSE},
    {"amount, open above",
     {EVERY, .amount = {100, SETTLE_OPEN_HIGH}},
     {DEFAULTS, .paid = INT64_MAX},
     TRUE},
    {"quantity, below", {EVERY, .quantity = {2, 5}}, {DEFAULTS}, FALSE},
    {"quantity, inside", {EVERY, .quantity = {2, 5}}, {DEFAULTS, .quantity = 5}, TRUE},
    {"quantity, above", {EVERY, .quantity = {2, 5}}, {DEFAULTS, .quantity = 6}, FALSE},
    {"tier", {EVERY, .tier = {3, 4}}, {DEFAULTS}, TRUE},
    {"tier, another", {EVERY, .tier = {3, 4}}, {DEFAULTS, .tier = 2}, FALSE},
    {"tier, none", {EVERY, .tier = {3, 4}}, {DEFAULTS, .tier = 0}, FALSE},
    {"first order wanted", {EVERY, .first_order = 1}, {DEFAULTS}, FALSE},
    {"first order wanted, it is", {EVERY, .first_order = 1}, {DEFAULTS, .first = TRUE}, TRUE},
    {"first order not wanted", {EVERY, .first_order = 0}, {DEFAULTS}, TRUE},
    {"first order not wanted, it is", {EVERY, .first_order = 0}, {DEFAULTS, .first = TRUE}, FALSE},
    {"all of several", {EVERY, .products = p1, .regions = gd, .tier = {3, 3}}, {DEFAULTS}, TRUE},
    {"all but one of several",
     {EVERY, .products = p1, .regions = gd, .tier = {4, 4}},
     {DEFAULTS},
     FALSE},
};

static void
test_selectors(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(SettleDirectory) directory = make_directory();
    SettleRule rule = {.kind = SETTLE_KIND_UPFRONT, .selector = selectors[i].selector};
    SettlePolicy policy = {.rules = &rule, .n_rules = 1, .carrier_id = 1};
    g_autoptr(SettleMatcher) matcher = settle_matcher_new(&policy, directory);
    SettleOrder order;
    SettleOrderParties parties;
    g_auto(SettleMatch) found = {0};

    make_order(&selectors[i].order, &order, &parties);
    g_assert_cmpuint(settle_matcher_find(matcher, &order, &parties, &found)->n_rules, ==,
                     selectors[i].matches ? 1 : 0);
}

/* The first match of each kind and group, by kind, then document order. */
static void
test_first_match(void)
{
    static const struct {
        SettleKind kind;
        const char *group;
        GStrv products;
        gboolean taken;
    } document[] = {
        {SETTLE_KIND_VOLUME_BONUS, NULL, NULL, TRUE},
        {SETTLE_KIND_UPFRONT, NULL, unknown, FALSE},
        {SETTLE_KIND_UPFRONT, NULL, p1, TRUE},
        {SETTLE_KIND_UPFRONT, NULL, NULL, FALSE}, /* a second one of its kind */
        {SETTLE_KIND_UPFRONT, "g1", NULL, TRUE},  /* another group */
        {SETTLE_KIND_DEFERRED, "g1", NULL, TRUE}, /* groups are per kind */
        {SETTLE_KIND_UPFRONT, "g1", p1, FALSE},
        {SETTLE_KIND_UPFRONT, "g2", p1, TRUE},
        {SETTLE_KIND_REVENUE_SHARE, NULL, unknown, FALSE},
    };
    static const guint expected[] = {2, 4, 7, 5, 0};
    g_autoptr(SettleDirectory) directory = make_directory();
    SettleRule rules[G_N_ELEMENTS(document)];
    SettlePolicy policy = {.rules = rules, .n_rules = G_N_ELEMENTS(document), .carrier_id = 1};
    Attributes attributes = {DEFAULTS};
    g_auto(SettleMatch) found = {0};
    const SettleMatch *match;
    SettleOrder order;
    SettleOrderParties parties;

    for (guint i = 0; i < G_N_ELEMENTS(document); i++) {
        rules[i] = (SettleRule){.kind = document[i].kind,
                                .ordinal = i,
                                .group = (char *) document[i].group,
                                .selector = NO_SELECTOR};
        rules[i].selector.products = document[i].products;
    }
    make_order(&attributes, &order, &parties);
    {
        g_autoptr(SettleMatcher) matcher = settle_matcher_new(&policy, directory);

        match = settle_matcher_find(matcher, &order, &parties, &found);
        g_assert_cmpuint(match->n_rules, ==, G_N_ELEMENTS(expected));
        for (guint i = 0; i < G_N_ELEMENTS(expected) && i < match->n_rules; i++)
            g_assert_cmpuint(match->rules[i]->ordinal, ==, expected[i]);
        g_assert_cmpuint(match->n_order_rules, ==, 4); /* the last one is a volume bonus */
        /* document[].taken says the same */
        for (guint i = 0; i < G_N_ELEMENTS(document); i++) {
            gboolean is_found = FALSE;

            for (guint j = 0; j < match->n_rules; j++)
                is_found = is_found || match->rules[j] == &rules[i];
            g_assert_cmpint(is_found, ==, document[i].taken);
        }
    }
}

static void
test_no_rules(void)
{
    g_autoptr(SettleDirectory) directory = make_directory();
    SettlePolicy policy = {.carrier_id = 1};
    g_autoptr(SettleMatcher) matcher = settle_matcher_new(&policy, directory);
    Attributes attributes = {DEFAULTS};
    SettleOrder order;
    SettleOrderParties parties;
    g_auto(SettleMatch) found = {0};

    make_order(&attributes, &order, &parties);
    g_assert_cmpuint(settle_matcher_find(matcher, &order, &parties, &found)->n_rules, ==, 0);
}

/* --- against the rule read out loud ---------------------------------------------------------- */

static gboolean
named(GStrv codes, const char *code)
{
    return codes == NULL || g_strv_contains((const char *const *) codes, code);
}

static gboolean
plainly_matches(const SettleSelector *s, const Attributes *a)
{
    static const char *const products[] = {"", "P1", "P2", "of another carrier"};
    static const char *const classes[] = {"", "sim", "plan"};
    static const char *const regions[] = {"", "GD", "HN"};
    static const char *const channels[] = {"", "online", "shop"};
    char distributor[] = {'D', (char) ('0' + a->distributor), '\0'};

    return named(s->products, products[a->product]) && named(s->classes, classes[a->class_id]) &&
           named(s->regions, regions[a->region]) && named(s->channels, channels[a->channel]) &&
           named(s->distributors, distributor) && s->amount.from <= a->paid &&
           a->paid <= s->amount.to && s->quantity.from <= a->quantity &&
           a->quantity <= s->quantity.to && s->tier.from <= a->tier && a->tier <= s->tier.to &&
           (s->first_order == -1 || s->first_order == (a->first ? 1 : 0));
}

static SettleInterval
random_interval(GRand *rand, int high)
{
    int from = g_rand_int_range(rand, 0, high), to = g_rand_int_range(rand, from, high);

    return BETWEEN(g_rand_boolean(rand) ? SETTLE_OPEN_LOW : from,
                   g_rand_boolean(rand) ? SETTLE_OPEN_HIGH : to);
}

static GStrv
random_codes(GRand *rand, GStrv one, GStrv other)
{
    switch (g_rand_int_range(rand, 0, 5)) {
    case 0:
        return one;
    case 1:
        return other;
    default:
        return NULL;
    }
}

static void
test_random(void)
{
    static char *hn[] = {(char *) "HN", NULL}, *plan[] = {(char *) "plan", NULL};
    static char *shop[] = {(char *) "shop", NULL}, *d1[] = {(char *) "D1", NULL};
    static const char *const groups[] = {NULL, "a", "b"};
    g_autoptr(GRand) rand = g_rand_new_with_seed(20260315);
    g_autoptr(SettleDirectory) directory = make_directory();

    for (int document = 0; document < 60; document++) {
        SettleRule rules[12];
        SettlePolicy policy = {
            .rules = rules, .n_rules = (guint) g_rand_int_range(rand, 1, 13), .carrier_id = 1};

        for (guint i = 0; i < policy.n_rules; i++) {
            rules[i] = (SettleRule){.kind = (SettleKind) g_rand_int_range(rand, 1, 5),
                                    .ordinal = i,
                                    .group = (char *) groups[g_rand_int_range(rand, 0, 3)],
                                    .selector = {.products = random_codes(rand, p1, p1_p2),
                                                 .classes = random_codes(rand, sim, plan),
                                                 .regions = random_codes(rand, gd, hn),
                                                 .channels = random_codes(rand, online, shop),
                                                 .distributors = random_codes(rand, d1, d2_d3),
                                                 .amount = random_interval(rand, 12),
                                                 .quantity = random_interval(rand, 6),
                                                 .tier = random_interval(rand, 5),
                                                 .first_order = g_rand_int_range(rand, -1, 2)}};
        }
        {
            g_autoptr(SettleMatcher) matcher = settle_matcher_new(&policy, directory);

            for (int n = 0; n < 3000; n++) {
                Attributes a = {
                    .product = g_rand_int_range(rand, 1, 4),
                    .distributor = g_rand_int_range(rand, 1, 10),
                    .quantity = g_rand_int_range(rand, 0, 7),
                    .class_id = (int16_t) g_rand_int_range(rand, 0, 3),
                    .region = (int16_t) g_rand_int_range(rand, 0, 3),
                    .channel = (int16_t) g_rand_int_range(rand, 0, 3),
                    .tier = (int16_t) g_rand_int_range(rand, 0, 6),
                    .paid = g_rand_int_range(rand, 0, 14),
                    .first = g_rand_boolean(rand),
                };
                gboolean expected[12] = {FALSE};
                guint n_expected = 0, n_found = 0;
                g_auto(SettleMatch) found = {0};
                const SettleMatch *match;
                SettleOrder order;
                SettleOrderParties parties;

                for (guint i = 0; i < policy.n_rules; i++) {
                    gboolean first = plainly_matches(&rules[i].selector, &a);

                    for (guint j = 0; j < i && first; j++)
                        first = !(expected[j] && rules[j].kind == rules[i].kind &&
                                  rules[j].group == rules[i].group);
                    expected[i] = first;
                    n_expected += first ? 1 : 0;
                }
                make_order(&a, &order, &parties);
                match = settle_matcher_find(matcher, &order, &parties, &found);
                for (guint i = 0; i < match->n_rules; i++)
                    n_found += expected[match->rules[i]->ordinal] ? 1 : 0;
                if (match->n_rules != n_expected || n_found != n_expected) {
                    g_test_message("document %d, order %d", document, n);
                    g_test_fail();
                    return;
                }
            }
        }
    }
}

/* --- versions ------------------------------------------------------------------------------- */

static void
add_version(SettlePolicySet *set, int32_t id, int32_t carrier_id, const char *from, const char *to)
{
    SettlePolicy *policy = g_new0(SettlePolicy, 1);

    policy->policy_id = id;
    policy->carrier_id = carrier_id;
    policy->closing_from = from != NULL ? day_of(from) : SETTLE_DAY_MIN;
    policy->closing_to = to != NULL ? day_of(to) : SETTLE_DAY_MAX;
    settle_policy_set_add(set, policy);
}

static const struct {
    const char *name;
    int32_t carrier;
    const char *day;
    int32_t holds, terms; /* policy ids; 0: none */
} versions[] = {
    {"before all", 1, "2025-12-31", 0, 0},
    {"first day", 1, "2026-01-01", 7, 7},
    {"last day", 1, "2026-06-30", 7, 7},
    {"next version", 1, "2026-07-01", 5, 5},
    {"in a gap: terms of the one before", 1, "2026-10-01", 0, 5},
    {"open end", 1, "2099-01-01", 9, 9},
    {"open start", 2, "1990-01-01", 8, 8},
    {"after the end", 2, "2026-04-01", 0, 8},
    {"another carrier", 3, "2026-04-01", 0, 0},
};

static void
test_versions(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(SettlePolicySet) set = settle_policy_set_new();
    const SettlePolicy *holds, *terms;

    /* added in no particular order */
    add_version(set, 9, 1, "2026-11-01", NULL);
    add_version(set, 7, 1, "2026-01-01", "2026-06-30");
    add_version(set, 8, 2, NULL, "2026-03-31");
    add_version(set, 5, 1, "2026-07-01", "2026-09-30");
    holds = settle_policy_set_find(set, versions[i].carrier, day_of(versions[i].day));
    terms = settle_policy_set_terms(set, versions[i].carrier, day_of(versions[i].day));
    g_assert_cmpint(holds != NULL ? holds->policy_id : 0, ==, versions[i].holds);
    g_assert_cmpint(terms != NULL ? terms->policy_id : 0, ==, versions[i].terms);

    g_assert_cmpuint(settle_policy_set_size(set), ==, 4);
    g_assert_cmpint(settle_policy_set_nth(set, 0)->policy_id, ==, 5);
    g_assert_cmpint(settle_policy_set_nth(set, 3)->policy_id, ==, 9);
    g_assert_true(settle_policy_set_get(set, 8) == settle_policy_set_nth(set, 2));
    g_assert_null(settle_policy_set_get(set, 6));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    ADD_TABLE("/match/selector/", selectors, test_selectors)
    ADD_TABLE("/match/version/", versions, test_versions)
    g_test_add_func("/match/first", test_first_match);
    g_test_add_func("/match/no rules", test_no_rules);
    g_test_add_func("/match/random", test_random);
    return g_test_run();
}
