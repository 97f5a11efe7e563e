/* Matching: the rules of a policy that apply to an order, by intersecting the sets of the index;
 * nothing is allocated per order. */
#include "calc/match.h"

#include "base/error.h"
#include "calc/match-index.h"

struct SettleMatcher {
    SettleMatchIndex index;
    guint32 *taken; /* groups that have their rule, of the order in hand */
};

SettleMatcher *
settle_matcher_new(const SettlePolicy *policy, const SettleDirectory *directory)
{
    SettleMatcher *matcher = g_new0(SettleMatcher, 1);

    settle_match_index_init(&matcher->index, policy, directory);
    matcher->taken = g_new0(guint32, MAX(matcher->index.n_groups, 1));
    return matcher;
}

void
settle_matcher_free(SettleMatcher *matcher)
{
    settle_match_index_clear(&matcher->index);
    g_free(matcher->taken);
    g_free(matcher);
}

void
settle_match_clear(SettleMatch *match)
{
    g_free(match->rules);
    *match = (SettleMatch){0};
}

SettleMatch
settle_match_copy(const SettleMatch *match, SettleArena *arena)
{
    SettleMatch copy = *match;

    copy.n_allocated = 0;
    copy.rules = settle_arena_alloc(arena, match->n_rules * sizeof *match->rules);
    for (guint i = 0; i < match->n_rules; i++)
        copy.rules[i] = match->rules[i];
    return copy;
}

/* Room for a rule of each group of the policy, which is as many as an order can match. */
static void
make_room(SettleMatch *match, guint n_groups)
{
    match->n_allocated = MAX(n_groups, 16);
    match->rules = g_renew(const SettleRule *, match->rules, match->n_allocated);
}

void
settle_match_add_window(SettleMatch *match, const SettleRule *rule)
{
    if (match->n_rules == match->n_allocated)
        make_room(match, 2 * match->n_allocated);
    match->rules[match->n_rules++] = rule;
}

static inline const guint64 *
row_by_id(const SettleMatchDimension *dimension, int32_t id)
{
    return dimension->rows + ((uint32_t) id < dimension->n_values ? dimension->row_of[id] : 0);
}

/* The row of as many breaks as are not above the value; without a jump that depends on the data. */
static inline const guint64 *
row_by_breaks(const SettleMatchIndex *index, const SettleMatchDimension *dimension, int64_t value)
{
    const int64_t *base = dimension->breaks;
    guint n = dimension->n_breaks, below;

    if (n == 0)
        return dimension->rows;
    while (n > 1) {
        guint half = n / 2;

        base += base[half - 1] <= value ? half : 0;
        n -= half;
    }
    below = (guint) (base - dimension->breaks) + (*base <= value);
    return dimension->rows + (gsize) below * index->row;
}

static inline const guint64 *
row_of(const SettleMatchIndex *index, const SettleMatchDimension *dimension,
       const SettleOrder *order, const SettleOrderParties *parties)
{
    switch (dimension->attribute) {
    case SETTLE_MATCH_PRODUCT:
        return row_by_id(dimension, order->product_id);
    case SETTLE_MATCH_CLASS:
        return row_by_id(dimension, parties->class_id);
    case SETTLE_MATCH_REGION:
        return row_by_id(dimension, order->region_id);
    case SETTLE_MATCH_CHANNEL:
        return row_by_id(dimension, order->channel_id);
    case SETTLE_MATCH_DISTRIBUTOR:
        return row_by_id(dimension, order->distributor_id);
    case SETTLE_MATCH_TIER:
        return row_by_breaks(index, dimension, parties->tier);
    case SETTLE_MATCH_AMOUNT:
        return row_by_breaks(index, dimension, order->paid_minor);
    case SETTLE_MATCH_QUANTITY:
        return row_by_breaks(index, dimension, order->quantity);
    case SETTLE_MATCH_FIRST:
        return dimension->rows +
               ((order->flags & SETTLE_ORDER_FIRST_OF_SUBSCRIBER) != 0 ? index->row : 0);
    }
    settle_unreachable("a known attribute");
}

/* First match per kind and group, in document order (docs/semantics.md 5). What is left of the
 * rules after all attributes is looked at word by word, and only words where something can be left:
 * each attribute's summary says where. A group that has its rule takes the others of it away. */
const SettleMatch *
settle_matcher_find(SettleMatcher *matcher, const SettleOrder *order,
                    const SettleOrderParties *parties, SettleMatch *match)
{
    const SettleMatchIndex *index = &matcher->index;
    const guint64 *rows[SETTLE_MATCH_ATTRIBUTES];
    guint64 words = index->all_summary;
    guint n_taken = 0, n_order_rules = 0;

    if (match->n_allocated < index->n_groups || match->n_allocated == 0)
        make_room(match, index->n_groups);
    match->n_rules = 0;
    for (guint d = 0; d < index->n_dimensions; d++) {
        rows[d] = row_of(index, &index->dimensions[d], order, parties);
        words &= rows[d][0];
    }
    while (words != 0) {
        guint w = (guint) __builtin_ctzll(words);
        guint64 left = index->all[w];

        words &= words - 1;
        for (guint d = 0; d < index->n_dimensions && left != 0; d++)
            left &= rows[d][w + 1];
        for (guint t = 0; t < n_taken && left != 0; t++)
            left &= ~index->groups[(gsize) matcher->taken[t] * index->n_words + w];
        while (left != 0) {
            guint rule = w * 64 + (guint) __builtin_ctzll(left);
            guint32 group = index->group_of[rule];

            left &= ~index->groups[(gsize) group * index->n_words + w];
            words &= ~index->whole[group];
            matcher->taken[n_taken++] = group;
            n_order_rules += rule < index->n_order_rules;
            match->rules[match->n_rules++] = index->rules[rule];
        }
    }
    match->n_order_rules = n_order_rules;
    return match;
}
