#include "calc/match.h"

#include "base/arena.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* A set of small ids; NULL bits: no condition. */
typedef struct {
    guint64 *bits;
    int32_t n; /* ids below n are represented */
} IdSet;

typedef struct {
    const SettleRule *rule;
    IdSet products, classes, regions, channels, distributors;
} BoundRule;

/* What rules of this policy can tell orders apart by. Attributes that no rule asks about stay 0, so
 * that the table of answers stays small. */
typedef struct {
    int32_t product_id;
    int16_t region_id, channel_id;
    int16_t tier;
    uint16_t distributor_class;
    uint16_t amount_bucket, quantity_bucket;
    int16_t class_id;
    uint16_t first_order;
    uint16_t unused[2];
} MatchKey;

typedef struct {
    MatchKey key;
    const SettleMatch *match; /* NULL: free place */
} Answer;

struct SettleMatcher {
    const SettlePolicy *policy;
    BoundRule *rules;
    guint n_rules;
    gboolean by_product, by_class, by_region, by_channel, by_tier, by_first;
    int64_t *amount_breaks, *quantity_breaks; /* a bucket starts at each */
    guint n_amount_breaks, n_quantity_breaks;
    uint16_t *distributor_classes; /* by id: distributors that the same rules name */
    int32_t n_distributors;
    Answer *answers; /* open addressing */
    guint n_answers, n_used;
    SettleArena *arena; /* owns the matches */
};

/* --- binding -------------------------------------------------------------------------------- */

static void
id_set_add(IdSet *set, int32_t id)
{
    if (id > 0 && id < set->n)
        set->bits[id / 64] |= G_GUINT64_CONSTANT(1) << (id % 64);
}

static gboolean
id_set_holds(const IdSet *set, int32_t id)
{
    return set->bits == NULL ||
           (id > 0 && id < set->n && (set->bits[id / 64] >> (id % 64) & 1) != 0);
}

static IdSet
bind_codes(const SettleDirectory *directory, SettleDim dim, int32_t carrier_id, GStrv codes)
{
    IdSet set = {NULL, 0};

    if (codes == NULL)
        return set;
    set.n = settle_directory_max_id(directory, dim) + 1;
    set.bits = g_new0(guint64, (gsize) set.n / 64 + 1);
    for (guint i = 0; codes[i] != NULL; i++)
        id_set_add(&set,
                   dim == SETTLE_DIM_PRODUCT
                       ? settle_directory_product(directory, carrier_id, codes[i], strlen(codes[i]))
                       : settle_directory_id(directory, dim, codes[i], strlen(codes[i])));
    return set;
}

static int
compare_i64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

    return x < y ? -1 : x > y;
}

static void
add_breaks(GArray *breaks, SettleInterval interval)
{
    if (interval.from != SETTLE_OPEN_LOW)
        g_array_append_val(breaks, interval.from);
    if (interval.to != SETTLE_OPEN_HIGH) {
        int64_t behind = interval.to + 1;

        g_array_append_val(breaks, behind);
    }
}

static int64_t *
take_breaks(GArray *breaks, guint *ret_n)
{
    guint n = 0;

    if (breaks->len > 0)
        qsort(breaks->data, breaks->len, sizeof(int64_t), compare_i64);
    for (guint i = 0; i < breaks->len; i++) {
        int64_t value = g_array_index(breaks, int64_t, i);

        if (n == 0 || g_array_index(breaks, int64_t, n - 1) != value)
            g_array_index(breaks, int64_t, n++) = value;
    }
    settle_invariant(n < G_MAXUINT16);
    *ret_n = n;
    return (int64_t *) (void *) g_array_free(breaks, FALSE);
}

static uint16_t
bucket(const int64_t *breaks, guint n, int64_t value)
{
    guint low = 0, high = n;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (breaks[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint16_t) low;
}

/* Distributors are told apart only by which rules name them. */
static void
classify_distributors(SettleMatcher *matcher, const SettleDirectory *directory)
{
    g_autoptr(GHashTable) classes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) named = g_string_new(NULL);
    guint n_classes = 0;
    gboolean any = FALSE;

    for (guint i = 0; i < matcher->n_rules; i++)
        any = any || matcher->rules[i].distributors.bits != NULL;
    if (!any)
        return;
    matcher->n_distributors = settle_directory_max_id(directory, SETTLE_DIM_DISTRIBUTOR) + 1;
    matcher->distributor_classes = g_new0(uint16_t, (gsize) matcher->n_distributors);
    for (int32_t id = 1; id < matcher->n_distributors; id++) {
        gpointer place;

        g_string_truncate(named, 0);
        for (guint i = 0; i < matcher->n_rules; i++)
            if (matcher->rules[i].distributors.bits != NULL &&
                id_set_holds(&matcher->rules[i].distributors, id))
                g_string_append_printf(named, "%u ", i);
        if (named->len == 0)
            continue;
        place = g_hash_table_lookup(classes, named->str);
        if (place == NULL) {
            settle_invariant(n_classes < G_MAXUINT16);
            place = GUINT_TO_POINTER(++n_classes);
            g_hash_table_insert(classes, g_strdup(named->str), place);
        }
        matcher->distributor_classes[id] = (uint16_t) GPOINTER_TO_UINT(place);
    }
}

SettleMatcher *
settle_matcher_new(const SettlePolicy *policy, const SettleDirectory *directory)
{
    SettleMatcher *matcher = g_new0(SettleMatcher, 1);
    GArray *amounts = g_array_new(FALSE, FALSE, sizeof(int64_t));
    GArray *quantities = g_array_new(FALSE, FALSE, sizeof(int64_t));

    matcher->policy = policy;
    matcher->n_rules = policy->n_rules;
    matcher->rules = g_new0(BoundRule, MAX(policy->n_rules, 1));
    for (guint i = 0; i < policy->n_rules; i++) {
        const SettleSelector *s = &policy->rules[i].selector;
        BoundRule *bound = &matcher->rules[i];

        bound->rule = &policy->rules[i];
        bound->products =
            bind_codes(directory, SETTLE_DIM_PRODUCT, policy->carrier_id, s->products);
        bound->classes = bind_codes(directory, SETTLE_DIM_CLASS, 0, s->classes);
        bound->regions = bind_codes(directory, SETTLE_DIM_REGION, 0, s->regions);
        bound->channels = bind_codes(directory, SETTLE_DIM_CHANNEL, 0, s->channels);
        bound->distributors = bind_codes(directory, SETTLE_DIM_DISTRIBUTOR, 0, s->distributors);
        matcher->by_product = matcher->by_product || s->products != NULL;
        matcher->by_class = matcher->by_class || s->classes != NULL;
        matcher->by_region = matcher->by_region || s->regions != NULL;
        matcher->by_channel = matcher->by_channel || s->channels != NULL;
        matcher->by_tier =
            matcher->by_tier || s->tier.from != SETTLE_OPEN_LOW || s->tier.to != SETTLE_OPEN_HIGH;
        matcher->by_first = matcher->by_first || s->first_order >= 0;
        add_breaks(amounts, s->amount);
        add_breaks(quantities, s->quantity);
    }
    matcher->amount_breaks = take_breaks(amounts, &matcher->n_amount_breaks);
    matcher->quantity_breaks = take_breaks(quantities, &matcher->n_quantity_breaks);
    classify_distributors(matcher, directory);
    matcher->n_answers = 256;
    matcher->answers = g_new0(Answer, matcher->n_answers);
    matcher->arena = settle_arena_new(16384);
    return matcher;
}

void
settle_matcher_free(SettleMatcher *matcher)
{
    for (guint i = 0; i < matcher->n_rules; i++) {
        g_free(matcher->rules[i].products.bits);
        g_free(matcher->rules[i].classes.bits);
        g_free(matcher->rules[i].regions.bits);
        g_free(matcher->rules[i].channels.bits);
        g_free(matcher->rules[i].distributors.bits);
    }
    g_free(matcher->rules);
    g_free(matcher->amount_breaks);
    g_free(matcher->quantity_breaks);
    g_free(matcher->distributor_classes);
    g_free(matcher->answers);
    settle_arena_free(matcher->arena);
    g_free(matcher);
}

/* --- finding -------------------------------------------------------------------------------- */

static gboolean
rule_matches(const BoundRule *bound, const SettleOrder *order, const SettleOrderParties *parties)
{
    const SettleSelector *s = &bound->rule->selector;
    int first = (order->flags & SETTLE_ORDER_FIRST_OF_SUBSCRIBER) != 0;

    return id_set_holds(&bound->products, order->product_id) &&
           id_set_holds(&bound->classes, parties->class_id) &&
           id_set_holds(&bound->regions, order->region_id) &&
           id_set_holds(&bound->channels, order->channel_id) &&
           id_set_holds(&bound->distributors, order->distributor_id) &&
           settle_interval_holds(s->amount, order->paid_minor) &&
           settle_interval_holds(s->quantity, order->quantity) &&
           settle_interval_holds(s->tier, parties->tier) &&
           (s->first_order < 0 || s->first_order == first);
}

/* First match per kind and group, in document order (docs/semantics.md 5). */
static const SettleMatch *
evaluate(SettleMatcher *matcher, const SettleOrder *order, const SettleOrderParties *parties)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    SettleMatch *match = settle_arena_alloc(matcher->arena, sizeof *match);

    for (guint kind = 1; kind <= SETTLE_N_COMMISSION_KINDS; kind++) {
        match->first[kind] = found->len;
        for (guint i = 0; i < matcher->n_rules; i++) {
            const SettleRule *rule = matcher->rules[i].rule;
            gboolean taken = FALSE;

            if ((guint) rule->kind != kind || !rule_matches(&matcher->rules[i], order, parties))
                continue;
            for (guint j = match->first[kind]; j < found->len && !taken; j++)
                taken = g_strcmp0(((const SettleRule *) g_ptr_array_index(found, j))->group,
                                  rule->group) == 0;
            if (!taken)
                g_ptr_array_add(found, (gpointer) rule);
        }
    }
    match->first[SETTLE_N_COMMISSION_KINDS + 1] = found->len;
    match->n_rules = found->len;
    match->rules = settle_arena_alloc(matcher->arena, sizeof(SettleRule *) * MAX(found->len, 1));
    if (found->len > 0)
        memcpy(match->rules, found->pdata, sizeof(SettleRule *) * found->len);
    return match;
}

static guint
hash_key(const MatchKey *key)
{
    guint64 words[3];
    guint64 h;

    G_STATIC_ASSERT(sizeof words == sizeof *key);
    memcpy(words, key, sizeof words);
    h = words[0] * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    h = (h ^ h >> 32 ^ words[1]) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    h = (h ^ h >> 32 ^ words[2]) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return (guint) (h >> 32);
}

static Answer *
find_answer(Answer *answers, guint n, const MatchKey *key)
{
    guint place = hash_key(key) & (n - 1);

    while (answers[place].match != NULL && memcmp(&answers[place].key, key, sizeof *key) != 0)
        place = (place + 1) & (n - 1);
    return &answers[place];
}

static void
grow(SettleMatcher *matcher)
{
    Answer *old = matcher->answers;
    guint n = matcher->n_answers;

    matcher->n_answers = n * 2;
    matcher->answers = g_new0(Answer, matcher->n_answers);
    for (guint i = 0; i < n; i++)
        if (old[i].match != NULL)
            *find_answer(matcher->answers, matcher->n_answers, &old[i].key) = old[i];
    g_free(old);
}

const SettleMatch *
settle_matcher_find(SettleMatcher *matcher, const SettleOrder *order,
                    const SettleOrderParties *parties)
{
    MatchKey key = {
        .product_id = matcher->by_product ? order->product_id : 0,
        .class_id = matcher->by_class ? parties->class_id : (int16_t) 0,
        .region_id = matcher->by_region ? order->region_id : (int16_t) 0,
        .channel_id = matcher->by_channel ? order->channel_id : (int16_t) 0,
        .tier = matcher->by_tier ? parties->tier : (int16_t) 0,
        .amount_bucket =
            bucket(matcher->amount_breaks, matcher->n_amount_breaks, order->paid_minor),
        .quantity_bucket =
            bucket(matcher->quantity_breaks, matcher->n_quantity_breaks, order->quantity),
        .first_order = matcher->by_first
                           ? (uint16_t) (order->flags & SETTLE_ORDER_FIRST_OF_SUBSCRIBER)
                           : (uint16_t) 0,
    };
    Answer *answer;

    if (order->distributor_id < matcher->n_distributors)
        key.distributor_class = matcher->distributor_classes[order->distributor_id];
    answer = find_answer(matcher->answers, matcher->n_answers, &key);
    if (answer->match != NULL)
        return answer->match;

    if (matcher->n_used * 2 >= matcher->n_answers) {
        grow(matcher);
        answer = find_answer(matcher->answers, matcher->n_answers, &key);
    }
    answer->key = key;
    answer->match = evaluate(matcher, order, parties);
    matcher->n_used++;
    return answer->match;
}
