/* Matching against the plainest way to do it, on many made-up policies up to the largest allowed.
 */
#include "calc-fixture.h"

static void
add_code(SettleDirectory *directory, SettleDim dim, int32_t id, const char *code)
{
    settle_directory_add_code(directory, dim, id, code, strlen(code));
}

#define N_IDS 70

/* Attributes are few, so that lists overlap; ids up to N_IDS are known, a few beyond are not. */
static GStrv
random_codes(GRand *rand, char letter)
{
    guint n = (guint) g_rand_int_range(rand, 0, 5);
    GStrv codes = g_new0(char *, n + 1);

    for (guint i = 0; i < n; i++)
        codes[i] = g_strdup_printf("%c%d", letter, g_rand_int_range(rand, 1, N_IDS + 4));
    return codes;
}

static SettleInterval
random_interval(GRand *rand, int64_t top)
{
    SettleInterval interval = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};

    if (g_rand_boolean(rand))
        interval.from = g_rand_int_range(rand, 0, (int32_t) top);
    if (g_rand_boolean(rand))
        interval.to = MAX(interval.from, 0) + g_rand_int_range(rand, 0, (int32_t) top);
    return interval;
}

static SettlePolicy *
random_policy(GRand *rand, guint n_rules, int narrow)
{
    static const char letters[] = "PCRHD";
    SettlePolicy *policy = g_new0(SettlePolicy, 1);

    policy->carrier_id = 1;
    policy->n_rules = n_rules;
    policy->rules = g_new0(SettleRule, MAX(n_rules, 1));
    for (guint i = 0; i < n_rules; i++) {
        SettleRule *rule = &policy->rules[i];
        GStrv *lists[] = {&rule->selector.products, &rule->selector.classes,
                          &rule->selector.regions, &rule->selector.channels,
                          &rule->selector.distributors};

        rule->kind = (SettleKind) g_rand_int_range(rand, 1, SETTLE_N_COMMISSION_KINDS + 1);
        rule->ordinal = i;
        rule->selector = (SettleSelector){.amount = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},
                                          .quantity = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},
                                          .tier = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH},
                                          .first_order = -1};
        if (g_rand_int_range(rand, 0, 3) == 0)
            rule->group = g_strdup_printf("g%d", g_rand_int_range(rand, 0, 4));
        for (guint d = 0; d < G_N_ELEMENTS(lists); d++)
            if (g_rand_int_range(rand, 0, narrow) == 0)
                *lists[d] = random_codes(rand, letters[d]);
        if (g_rand_int_range(rand, 0, narrow) == 0)
            rule->selector.amount = random_interval(rand, 1000);
        if (g_rand_int_range(rand, 0, narrow) == 0)
            rule->selector.quantity = random_interval(rand, 5);
        if (g_rand_int_range(rand, 0, narrow) == 0)
            rule->selector.tier = random_interval(rand, 4);
        if (g_rand_int_range(rand, 0, narrow) == 0)
            rule->selector.first_order = g_rand_boolean(rand);
    }
    return policy;
}

static gboolean
list_holds(GStrv codes, char letter, int32_t id)
{
    g_autofree char *code = g_strdup_printf("%c%d", letter, id);

    return codes == NULL ||
           (id >= 1 && id <= N_IDS && g_strv_contains((const char *const *) codes, code));
}

static gboolean
rule_takes(const SettleRule *rule, const SettleOrder *order, const SettleOrderParties *parties)
{
    const SettleSelector *s = &rule->selector;

    return list_holds(s->products, 'P', order->product_id) &&
           list_holds(s->classes, 'C', parties->class_id) &&
           list_holds(s->regions, 'R', order->region_id) &&
           list_holds(s->channels, 'H', order->channel_id) &&
           list_holds(s->distributors, 'D', order->distributor_id) &&
           settle_interval_holds(s->amount, order->paid_minor) &&
           settle_interval_holds(s->quantity, order->quantity) &&
           settle_interval_holds(s->tier, parties->tier) &&
           (s->first_order < 0 ||
            s->first_order == ((order->flags & SETTLE_ORDER_FIRST_OF_SUBSCRIBER) != 0));
}

/* The rules of a kind: the first that takes the order in each group. */
static GPtrArray *
plain_match(const SettlePolicy *policy, SettleKind kind, const SettleOrder *order,
            const SettleOrderParties *parties)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; i < policy->n_rules; i++) {
        gboolean taken =
            policy->rules[i].kind != kind || !rule_takes(&policy->rules[i], order, parties);

        for (guint j = 0; j < found->len && !taken; j++)
            taken = g_strcmp0(((SettleRule *) g_ptr_array_index(found, j))->group,
                              policy->rules[i].group) == 0;
        if (!taken)
            g_ptr_array_add(found, &policy->rules[i]);
    }
    return found;
}

static SettleDirectory *
many_codes(void)
{
    static const struct {
        SettleDim dim;
        const char *prefix;
    } dims[] = {{SETTLE_DIM_PRODUCT, "C\x1fP"},
                {SETTLE_DIM_CLASS, "C"},
                {SETTLE_DIM_REGION, "R"},
                {SETTLE_DIM_CHANNEL, "H"},
                {SETTLE_DIM_DISTRIBUTOR, "D"}};
    SettleDirectory *directory = settle_directory_new();

    add_code(directory, SETTLE_DIM_CARRIER, 1, "C");
    for (guint d = 0; d < G_N_ELEMENTS(dims); d++)
        for (int32_t id = 1; id <= N_IDS; id++) {
            g_autofree char *code = g_strdup_printf("%s%d", dims[d].prefix, id);

            add_code(directory, dims[d].dim, id, code);
        }
    settle_directory_seal(directory);
    return directory;
}

static void
test_like_a_plain_loop(void)
{
    static const guint sizes[] = {0, 1, 2, 63, 64, 65, 200, 1000, 4095};
    guint32 seed = g_test_rand_int_range(1, G_MAXINT32);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    SettleDirectory *directory = many_codes();

    g_test_message("seed %u", seed);
    for (guint round = 0; round < 120; round++) {
        guint n_rules = sizes[round % G_N_ELEMENTS(sizes)];
        SettlePolicy *policy = random_policy(rand, n_rules, 2 + (int) (round % 5));
        g_autoptr(SettleMatcher) matcher = settle_matcher_new(policy, directory);

        for (guint k = 0; k < (n_rules > 500 ? 20 : 100); k++) {
            SettleOrder order = order_of("2026-03-15", g_rand_int_range(rand, 0, 2500));
            SettleOrderParties parties = {
                .carrier_id = 1,
                .class_id = (int16_t) g_rand_int_range(rand, 0, N_IDS + 6),
                .tier = (int16_t) g_rand_int_range(rand, 0, 7),
            };
            const SettleMatch *match;
            guint n = 0;

            order.product_id = g_rand_int_range(rand, 0, N_IDS + 6);
            order.distributor_id = g_rand_int_range(rand, 1, N_IDS + 6);
            order.quantity = g_rand_int_range(rand, 1, 8);
            order.region_id = (int16_t) g_rand_int_range(rand, 0, N_IDS + 6);
            order.channel_id = (int16_t) g_rand_int_range(rand, 0, N_IDS + 6);
            order.flags = g_rand_boolean(rand) ? SETTLE_ORDER_FIRST_OF_SUBSCRIBER : 0;
            match = settle_matcher_find(matcher, &order, &parties);
            for (guint kind = 1; kind <= SETTLE_N_COMMISSION_KINDS; kind++) {
                g_autoptr(GPtrArray) plain =
                    plain_match(policy, (SettleKind) kind, &order, &parties);

                g_assert_cmpuint(match->first[kind], ==, n);
                g_assert_cmpuint(match->first[kind + 1] - match->first[kind], ==, plain->len);
                for (guint i = 0; i < plain->len; i++)
                    g_assert_true(match->rules[n + i] == g_ptr_array_index(plain, i));
                n += plain->len;
            }
            g_assert_cmpuint(match->n_rules, ==, n);
        }
        settle_policy_free(policy);
    }
    settle_directory_free(directory);
}

/* Lists that cut the same ids again and again: the classes stay as many as there are ids. */
static void
test_same_lists(void)
{
    SettleDirectory *directory = many_codes();
    SettlePolicy *policy = g_new0(SettlePolicy, 1);

    policy->carrier_id = 1;
    policy->n_rules = 4000;
    policy->rules = g_new0(SettleRule, policy->n_rules);
    for (guint i = 0; i < policy->n_rules; i++) {
        SettleRule *rule = &policy->rules[i];

        rule->kind = SETTLE_KIND_UPFRONT;
        rule->ordinal = i;
        rule->selector.amount = (SettleInterval){(int64_t) i, SETTLE_OPEN_HIGH};
        rule->selector.quantity = rule->selector.tier =
            (SettleInterval){SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};
        rule->selector.first_order = -1;
        rule->selector.distributors = g_new0(char *, 4);
        for (guint k = 0; k < 3; k++)
            rule->selector.distributors[k] =
                g_strdup_printf("D%u", i % 2 == 0 ? 1 + k : 1 + (i + k * 7) % N_IDS);
    }
    {
        g_autoptr(SettleMatcher) matcher = settle_matcher_new(policy, directory);
        SettleOrderParties parties = {.carrier_id = 1};
        SettleOrder order = order_of("2026-03-15", 3998);

        order.distributor_id = 2;
        g_assert_cmpuint(settle_matcher_find(matcher, &order, &parties)->rules[0]->ordinal, ==, 0);
        order.distributor_id = N_IDS + 1;
        g_assert_cmpuint(settle_matcher_find(matcher, &order, &parties)->n_rules, ==, 0);
    }
    settle_policy_free(policy);
    settle_directory_free(directory);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/match/like a plain loop", test_like_a_plain_loop);
    g_test_add_func("/match/same lists", test_same_lists);
    return g_test_run();
}
