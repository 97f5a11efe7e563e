/* Compiled matching against a walk over all rules in document order: the first that takes the
 * order, per kind and group (docs/semantics.md 5). Policies and orders are random; GTest prints the
 * seed. */
#include "calc-fixture.h"

#define N_LISTS 5 /* products, classes, regions, channels, distributors */
#define MOST    300

static const SettleDim dims[N_LISTS] = {SETTLE_DIM_PRODUCT, SETTLE_DIM_CLASS, SETTLE_DIM_REGION,
                                        SETTLE_DIM_CHANNEL, SETTLE_DIM_DISTRIBUTOR};
static const int32_t n_known[N_LISTS] = {MOST, 40, 31, 9, MOST};

/* A policy, and which ids its rules name. */
typedef struct {
    SettlePolicy policy;
    gboolean *named[N_LISTS]; /* by rule * (MOST + 1) + id */
    int32_t among[N_LISTS];   /* codes are drawn from 1..among, so that lists overlap */
    int64_t top;              /* amounts rules speak of are below */
} World;

typedef struct {
    SettleOrder order;
    SettleOrderParties parties;
} Asked;

/* Up to `most` ids from 1 on; codes beyond what is known are unknown ones. */
static SettleDirectory *
make_directory(void)
{
    SettleDirectory *directory = settle_directory_new();

    settle_directory_add_code(directory, SETTLE_DIM_CARRIER, 1, "C", 1);
    for (guint d = 0; d < N_LISTS; d++)
        for (int32_t id = 1; id <= n_known[d]; id++) {
            g_autofree char *code =
                g_strdup_printf("%s%d", dims[d] == SETTLE_DIM_PRODUCT ? "C\x1fK" : "K", id);

            settle_directory_add_code(directory, dims[d], id, code, strlen(code));
        }
    settle_directory_seal(directory);
    return directory;
}

static int32_t
random_below(int32_t n)
{
    return g_test_rand_int_range(0, n);
}

static GStrv
random_codes(World *world, guint rule, guint d)
{
    int32_t n = random_below(4) == 0 ? random_below(world->among[d]) : random_below(4);
    GStrv codes = g_new0(char *, (gsize) n + 1);

    for (int32_t i = 0; i < n; i++) {
        int32_t id = 1 + random_below(world->among[d] + 2);

        codes[i] = g_strdup_printf("K%d", id);
        if (id <= n_known[d])
            world->named[d][rule * (MOST + 1) + (guint) id] = TRUE;
    }
    return codes;
}

static SettleInterval
random_interval(int64_t top)
{
    static const int64_t extremes[] = {SETTLE_OPEN_LOW,  SETTLE_OPEN_LOW + 1,  -1, 0,
                                       SETTLE_OPEN_HIGH, SETTLE_OPEN_HIGH - 1, 1};
    SettleInterval interval = ANY;

    if (random_below(3) != 0)
        interval.from = random_below((int32_t) top);
    if (random_below(3) != 0)
        interval.to = MAX(interval.from, 0) + random_below((int32_t) top);
    if (random_below(20) == 0)
        interval.from = extremes[random_below(G_N_ELEMENTS(extremes))];
    if (random_below(20) == 0)
        interval.to = extremes[random_below(G_N_ELEMENTS(extremes))];
    return interval;
}

static void
world_init(World *world, guint n_rules)
{
    int32_t n_groups = 1 + random_below(random_below(3) == 0 ? 40 : 3);
    guint32 wanted = (guint32) g_test_rand_int() & (guint32) g_test_rand_int();
    int32_t seldom = 1 + random_below(4);

    memset(world, 0, sizeof *world);
    world->policy = (SettlePolicy){
        .rules = g_new0(SettleRule, MAX(n_rules, 1)), .n_rules = n_rules, .carrier_id = 1};
    world->top = random_below(2) == 0 ? 10 : 1000000;
    for (guint d = 0; d < N_LISTS; d++) {
        world->named[d] = g_new0(gboolean, (gsize) n_rules * (MOST + 1) + 1);
        world->among[d] = random_below(2) == 0 ? n_known[d] : MIN(n_known[d], 6);
    }
    for (guint i = 0; i < n_rules; i++) {
        SettleRule *rule = &world->policy.rules[i];
        GStrv *lists[N_LISTS] = {&rule->selector.products, &rule->selector.classes,
                                 &rule->selector.regions, &rule->selector.channels,
                                 &rule->selector.distributors};

#define WANTED(n) ((wanted & 1U << (n)) != 0 && random_below(seldom) == 0)
        *rule =
            (SettleRule){.kind = settle_commission_kinds[random_below(SETTLE_N_COMMISSION_KINDS)],
                         .ordinal = i,
                         .selector = NO_SELECTOR};
        if (n_groups > 1 && random_below(2) == 0)
            rule->group = g_strdup_printf("g%d", random_below(n_groups));
        for (guint d = 0; d < N_LISTS; d++)
            if (WANTED(d))
                *lists[d] = random_codes(world, i, d);
        if (WANTED(5))
            rule->selector.amount = random_interval(world->top);
        if (WANTED(6))
            rule->selector.quantity = random_interval(8);
        if (WANTED(7))
            rule->selector.tier = random_interval(5);
        if (WANTED(8))
            rule->selector.first_order = random_below(2);
#undef WANTED
    }
}

static void
world_clear(World *world)
{
    for (guint i = 0; i < world->policy.n_rules; i++) {
        SettleRule *rule = &world->policy.rules[i];

        g_strfreev(rule->selector.products);
        g_strfreev(rule->selector.classes);
        g_strfreev(rule->selector.regions);
        g_strfreev(rule->selector.channels);
        g_strfreev(rule->selector.distributors);
        g_free(rule->group);
    }
    for (guint d = 0; d < N_LISTS; d++)
        g_free(world->named[d]);
    g_free(world->policy.rules);
}

/* An id that rules may name, seldom none or one that the directory does not know. */
static int32_t
random_id(const World *world, guint d)
{
    int32_t largest = dims[d] == SETTLE_DIM_PRODUCT || dims[d] == SETTLE_DIM_DISTRIBUTOR
                          ? G_MAXINT32
                          : G_MAXINT16;

    switch (random_below(12)) {
    case 0:
        return random_below(n_known[d] + 3);
    case 1:
        return random_below(3) == 0 ? largest : 0;
    default:
        return 1 + random_below(world->among[d]);
    }
}

static void
random_asked(const World *world, Asked *ret_asked)
{
    static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX, INT64_MAX - 1};

    ret_asked->order = (SettleOrder){
        .paid_minor = random_below(20) == 0 ? extremes[random_below(G_N_ELEMENTS(extremes))]
                                            : random_below((int32_t) world->top * 2),
        .product_id = random_id(world, 0),
        .region_id = (int16_t) random_id(world, 2),
        .channel_id = (int16_t) random_id(world, 3),
        .distributor_id = random_id(world, 4),
        .quantity = random_below(20) == 0 ? G_MAXINT32 : random_below(18),
        .flags = (uint16_t) random_below(8),
    };
    ret_asked->parties = (SettleOrderParties){
        .carrier_id = 1,
        .class_id = (int16_t) random_id(world, 1),
        .tier = (int16_t) (random_below(20) == 0 ? G_MAXINT16 : random_below(12)),
    };
}

static gboolean
rule_takes(const World *world, guint rule, const Asked *asked)
{
    const SettleSelector *s = &world->policy.rules[rule].selector;
    const GStrv lists[N_LISTS] = {s->products, s->classes, s->regions, s->channels,
                                  s->distributors};
    const int32_t ids[N_LISTS] = {asked->order.product_id, asked->parties.class_id,
                                  asked->order.region_id, asked->order.channel_id,
                                  asked->order.distributor_id};

    for (guint d = 0; d < N_LISTS; d++)
        if (lists[d] != NULL &&
            (ids[d] > MOST || !world->named[d][rule * (MOST + 1) + (guint) ids[d]]))
            return FALSE;
    return s->amount.from <= asked->order.paid_minor && asked->order.paid_minor <= s->amount.to &&
           s->quantity.from <= asked->order.quantity && asked->order.quantity <= s->quantity.to &&
           s->tier.from <= asked->parties.tier && asked->parties.tier <= s->tier.to &&
           (s->first_order == -1 || s->first_order == (asked->order.flags & 1));
}

/* Rules that apply, by kind, then document order. */
static void
walk(const World *world, const Asked *asked, GPtrArray *ret_rules)
{
    g_ptr_array_set_size(ret_rules, 0);
    for (guint k = 0; k < SETTLE_N_COMMISSION_KINDS; k++) {
        guint first = ret_rules->len;

        for (guint i = 0; i < world->policy.n_rules; i++) {
            const SettleRule *rule = &world->policy.rules[i];
            gboolean applies =
                rule->kind == settle_commission_kinds[k] && rule_takes(world, i, asked);

            for (guint j = first; j < ret_rules->len && applies; j++) {
                const SettleRule *before = g_ptr_array_index(ret_rules, j);

                applies = g_strcmp0(before->group, rule->group) != 0;
            }
            if (applies)
                g_ptr_array_add(ret_rules, (gpointer) rule);
        }
    }
}

static gboolean
is_same(const SettleMatch *match, const GPtrArray *rules)
{
    gboolean same = match->n_rules == rules->len;

    for (guint i = 0; i < rules->len && same; i++)
        same = match->rules[i] == g_ptr_array_index(rules, i) &&
               (i >= match->n_order_rules) == settle_kind_is_window((int) match->rules[i]->kind);
    return same;
}

/* FALSE, with a message, if an answer differs. Orders are asked again while others came between. */
static gboolean
try_policy(const SettleDirectory *directory, guint n_rules, guint n_orders, guint *n_taken)
{
    World world;
    g_auto(SettleMatch) found = {0};
    g_autofree Asked *asked = g_new(Asked, n_orders);
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    gboolean same = TRUE;

    world_init(&world, n_rules);
    {
        g_autoptr(SettleMatcher) matcher = settle_matcher_new(&world.policy, directory);

        for (guint n = 0; n < n_orders * 2 && same; n++) {
            guint k = n < n_orders ? n : (guint) random_below((int32_t) n_orders);

            if (n < n_orders)
                random_asked(&world, &asked[n]);
            walk(&world, &asked[k], rules);
            *n_taken += rules->len > 0;
            same = is_same(settle_matcher_find(matcher, &asked[k].order, &asked[k].parties, &found),
                           rules);
            if (!same)
                g_test_message("%u rules, asked %u: not what the walk says", n_rules, n);
        }
    }
    world_clear(&world);
    return same;
}

static const struct {
    const char *name;
    int32_t from, to; /* rules of a policy */
    guint n_policies, n_orders;
} sizes[] = {
    {"none", 0, 0, 20, 20},
    {"one", 1, 1, 400, 60},
    {"a few", 2, 20, 3000, 60},
    {"around a word", 62, 66, 400, 100},
    {"around two words", 126, 130, 60, 100},
    {"hundreds", 200, 700, 100, 200},
    {"a thousand and more", 1000, 1300, 40, 300},
    {"as many as there may be", 4032, 4096, 10, 200},
};

static void
test_size(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(SettleDirectory) directory = make_directory();
    guint n_taken = 0;

    for (guint n = 0; n < sizes[i].n_policies; n++) {
        guint n_rules = (guint) g_test_rand_int_range(sizes[i].from, sizes[i].to + 1);

        if (!try_policy(directory, n_rules, sizes[i].n_orders, &n_taken)) {
            g_test_message("policy %u", n);
            g_test_fail();
            break;
        }
    }
    /* the test would be empty if hardly any order had a rule */
    if (sizes[i].to > 0)
        g_assert_cmpuint(n_taken, >, sizes[i].n_policies * sizes[i].n_orders / 10);
}

/* Lists that cut the same ids again and again: the classes stay as many as there are ids. */
static void
test_same_lists(void)
{
    SettleDirectory *directory = make_directory();
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
                g_strdup_printf("K%u", i % 2 == 0 ? 1 + k : 1 + (i + k * 7) % MOST);
    }
    {
        g_autoptr(SettleMatcher) matcher = settle_matcher_new(policy, directory);
        SettleOrderParties parties = {.carrier_id = 1};
        SettleOrder order = order_of("2026-03-15", 3998);
        g_auto(SettleMatch) found = {0};

        order.distributor_id = 2;
        g_assert_cmpuint(settle_matcher_find(matcher, &order, &parties, &found)->rules[0]->ordinal,
                         ==, 0);
        order.distributor_id = MOST + 1;
        g_assert_cmpuint(settle_matcher_find(matcher, &order, &parties, &found)->n_rules, ==, 0);
    }
    settle_policy_free(policy);
    settle_directory_free(directory);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    ADD_TABLE("/match/as a walk/", sizes, test_size)
    g_test_add_func("/match/same lists", test_same_lists);
    return g_test_run();
}
