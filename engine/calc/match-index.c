/* Matching, the index: for each attribute and value of an order the set of rules that it leaves,
 * made once a policy. */
#include "calc/match-index.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static void
set_bit(guint64 *bits, guint rule)
{
    bits[rule / 64] |= G_GUINT64_CONSTANT(1) << (rule % 64);
}

static guint64
summary_of(const guint64 *bits, guint n_words)
{
    guint64 summary = 0;

    for (guint w = 0; w < n_words; w++)
        if (bits[w] != 0)
            summary |= G_GUINT64_CONSTANT(1) << w;
    return summary;
}

static SettleMatchDimension *
add_dimension(SettleMatchIndex *index, SettleMatchAttribute attribute, guint n_classes)
{
    SettleMatchDimension *dimension = &index->dimensions[index->n_dimensions++];

    dimension->attribute = attribute;
    dimension->n_classes = n_classes;
    dimension->rows = g_new0(guint64, (gsize) n_classes * index->row);
    return dimension;
}

/* The rules of a class. */
static guint64 *
bits_of(const SettleMatchIndex *index, const SettleMatchDimension *dimension, guint class_no)
{
    return dimension->rows + (gsize) class_no * index->row + 1;
}

static void
summarize(const SettleMatchIndex *index, SettleMatchDimension *dimension)
{
    for (guint c = 0; c < dimension->n_classes; c++)
        dimension->rows[(gsize) c * index->row] =
            summary_of(bits_of(index, dimension, c), index->n_words);
}

/* --- attributes with codes -------------------------------------------------------------------- */

static GStrv
codes_of(const SettleSelector *s, SettleMatchAttribute attribute)
{
    switch (attribute) {
    case SETTLE_MATCH_PRODUCT:
        return s->products;
    case SETTLE_MATCH_CLASS:
        return s->classes;
    case SETTLE_MATCH_REGION:
        return s->regions;
    case SETTLE_MATCH_CHANNEL:
        return s->channels;
    case SETTLE_MATCH_DISTRIBUTOR:
        return s->distributors;
    case SETTLE_MATCH_TIER:
    case SETTLE_MATCH_AMOUNT:
    case SETTLE_MATCH_QUANTITY:
    case SETTLE_MATCH_FIRST:
        break;
    }
    settle_unreachable("an attribute with codes");
}

/* 0 where the directory does not know the code. */
static int32_t
id_of(const SettleDirectory *directory, SettleDim dim, int32_t carrier_id, const char *code)
{
    return dim == SETTLE_DIM_PRODUCT
               ? settle_directory_product(directory, carrier_id, code, strlen(code))
               : settle_directory_id(directory, dim, code, strlen(code));
}

/* Splits the classes of ids by each rule's list: a list takes its ids out of their classes into new
 * ones. In the end ids of one class are in the same lists. The time is that of reading the lists.
 */
static guint
refine(SettleMatchIndex *index, const SettlePolicy *policy, const SettleDirectory *directory,
       SettleMatchAttribute attribute, SettleDim dim, uint32_t *class_of, uint32_t n_values)
{
    g_autofree uint32_t *split = g_new(uint32_t, (gsize) n_values + 1); /* by class: its new one */
    g_autofree guint *split_by = g_new0(guint, (gsize) n_values + 1);   /* the rule that did, + 1 */
    g_autofree uint32_t *members = g_new0(uint32_t, (gsize) n_values + 1);
    g_autofree uint32_t *empty = g_new(uint32_t, (gsize) n_values + 1); /* numbers to use again */
    guint n_classes = 1, n_empty = 0;

    members[0] = G_MAXUINT32; /* of class 0 somebody is always left: what the directory lacks */
    for (guint r = 0; r < index->n_rules; r++) {
        GStrv codes = codes_of(&index->rules[r]->selector, attribute);

        for (guint i = 0; codes != NULL && codes[i] != NULL; i++) {
            int32_t id = id_of(directory, dim, policy->carrier_id, codes[i]);
            uint32_t old;

            if (id <= 0 || (uint32_t) id >= n_values)
                continue;
            old = class_of[id];
            /* named twice in a list, it is in the list's class already */
            if (split_by[old] == r + 1 && split[old] == old)
                continue;
            if (split_by[old] != r + 1) {
                split_by[old] = r + 1;
                if (members[old] == 1) {
                    /* the only one of its class takes it along */
                    split[old] = old;
                    continue;
                }
                split[old] = n_empty > 0 ? empty[--n_empty] : n_classes++;
                split_by[split[old]] = r + 1;
                split[split[old]] = split[old];
            }
            if (--members[old] == 0)
                empty[n_empty++] = old;
            class_of[id] = split[old];
            members[split[old]]++;
        }
    }
    return n_classes;
}

static void
index_codes(SettleMatchIndex *index, const SettlePolicy *policy, const SettleDirectory *directory,
            SettleMatchAttribute attribute, SettleDim dim)
{
    uint32_t n_values = (uint32_t) settle_directory_max_id(directory, dim) + 1;
    g_autofree uint32_t *class_of = NULL;
    g_autofree guint64 *everywhere = g_new0(guint64, index->n_words);
    SettleMatchDimension *dimension;
    gboolean asked = FALSE;

    for (guint r = 0; r < index->n_rules; r++) {
        if (codes_of(&index->rules[r]->selector, attribute) != NULL)
            asked = TRUE;
        else
            set_bit(everywhere, r);
    }
    if (!asked)
        return;
    class_of = g_new0(uint32_t, n_values);
    dimension = add_dimension(index, attribute,
                              refine(index, policy, directory, attribute, dim, class_of, n_values));
    for (guint c = 0; c < dimension->n_classes; c++)
        memcpy(bits_of(index, dimension, c), everywhere, sizeof(guint64) * index->n_words);
    for (guint r = 0; r < index->n_rules; r++) {
        GStrv codes = codes_of(&index->rules[r]->selector, attribute);

        for (guint i = 0; codes != NULL && codes[i] != NULL; i++) {
            int32_t id = id_of(directory, dim, policy->carrier_id, codes[i]);

            if (id > 0 && (uint32_t) id < n_values)
                set_bit(bits_of(index, dimension, class_of[id]), r);
        }
    }
    summarize(index, dimension);
    for (uint32_t id = 0; id < n_values; id++)
        class_of[id] *= index->row;
    dimension->row_of = g_steal_pointer(&class_of);
    dimension->n_values = n_values;
}

/* --- intervals ---------------------------------------------------------------------------------
 */

static SettleInterval
interval_of(const SettleSelector *s, SettleMatchAttribute attribute)
{
    if (attribute == SETTLE_MATCH_TIER)
        return s->tier;
    if (attribute == SETTLE_MATCH_AMOUNT)
        return s->amount;
    settle_invariant(attribute == SETTLE_MATCH_QUANTITY);
    return s->quantity;
}

typedef struct {
    int64_t at; /* from here on */
    guint rule; /* it accepts, or does not any more */
} Turn;

static int
compare_turns(gconstpointer a, gconstpointer b)
{
    const Turn *x = a, *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

/* The classes are the stretches between the ends of all intervals; each is the one below it with
 * the rules turned that begin or end there. */
static void
index_intervals(SettleMatchIndex *index, SettleMatchAttribute attribute)
{
    g_autoptr(GArray) turns = g_array_new(FALSE, FALSE, sizeof(Turn));
    g_autofree guint64 *now = g_new0(guint64, index->n_words);
    SettleMatchDimension *dimension;
    guint n = 0;

    for (guint r = 0; r < index->n_rules; r++) {
        SettleInterval interval = interval_of(&index->rules[r]->selector, attribute);
        Turn turn = {interval.from, r};

        /* empty: never accepts */
        if (interval.from > interval.to)
            continue;
        if (interval.from == SETTLE_OPEN_LOW)
            set_bit(now, r);
        else
            g_array_append_val(turns, turn);
        if (interval.to != SETTLE_OPEN_HIGH) {
            turn.at = interval.to + 1;
            g_array_append_val(turns, turn);
        }
    }
    if (turns->len == 0 && summary_of(now, index->n_words) == index->all_summary &&
        memcmp(now, index->all, sizeof(guint64) * index->n_words) == 0)
        return;
    if (turns->len > 0)
        qsort(turns->data, turns->len, sizeof(Turn), compare_turns);
    for (guint i = 0; i < turns->len; i++)
        n += i == 0 || g_array_index(turns, Turn, i - 1).at != g_array_index(turns, Turn, i).at;

    dimension = add_dimension(index, attribute, n + 1);
    dimension->breaks = g_new(int64_t, MAX(n, 1));
    memcpy(bits_of(index, dimension, 0), now, sizeof(guint64) * index->n_words);
    for (guint i = 0; i < turns->len;) {
        int64_t at = g_array_index(turns, Turn, i).at;

        dimension->breaks[dimension->n_breaks++] = at;
        for (; i < turns->len && g_array_index(turns, Turn, i).at == at; i++) {
            guint rule = g_array_index(turns, Turn, i).rule;

            now[rule / 64] ^= G_GUINT64_CONSTANT(1) << (rule % 64);
        }
        memcpy(bits_of(index, dimension, dimension->n_breaks), now,
               sizeof(guint64) * index->n_words);
    }
    summarize(index, dimension);
}

static void
index_first_order(SettleMatchIndex *index)
{
    SettleMatchDimension *dimension;
    gboolean asked = FALSE;

    for (guint r = 0; r < index->n_rules; r++)
        asked = asked || index->rules[r]->selector.first_order >= 0;
    if (!asked)
        return;
    dimension = add_dimension(index, SETTLE_MATCH_FIRST, 2);
    for (guint r = 0; r < index->n_rules; r++)
        for (int first = 0; first < 2; first++)
            if (index->rules[r]->selector.first_order < 0 ||
                index->rules[r]->selector.first_order == first)
                set_bit(bits_of(index, dimension, (guint) first), r);
    summarize(index, dimension);
}

/* --- rules and groups ---------------------------------------------------------------------------
 */

static void
number_rules(SettleMatchIndex *index, const SettlePolicy *policy)
{
    guint n = 0;

    index->n_rules = policy->n_rules;
    index->n_words = MAX(1, (policy->n_rules + 63) / 64);
    settle_invariant(index->n_words <= SETTLE_MATCH_WORDS_MAX);
    index->row = index->n_words + 1;
    index->rules = g_new0(const SettleRule *, MAX(policy->n_rules, 1));
    for (guint k = 0; k < SETTLE_N_COMMISSION_KINDS; k++)
        for (guint i = 0; i < policy->n_rules; i++)
            if (policy->rules[i].kind == settle_commission_kinds[k])
                index->rules[n++] = &policy->rules[i];
    settle_invariant(n == policy->n_rules);
    while (index->n_order_rules < n &&
           !settle_kind_is_window((int) index->rules[index->n_order_rules]->kind))
        index->n_order_rules++;
    for (guint r = 0; r < n; r++)
        set_bit(index->all, r);
    index->all_summary = summary_of(index->all, index->n_words);
}

static void
number_groups(SettleMatchIndex *index)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    index->group_of = g_new0(guint32, MAX(index->n_rules, 1));
    for (guint r = 0; r < index->n_rules; r++) {
        const SettleRule *rule = index->rules[r];
        g_autofree char *name =
            g_strdup_printf("%d%c%s", (int) rule->kind, rule->group != NULL ? ':' : '-',
                            rule->group != NULL ? rule->group : "");
        gpointer number = g_hash_table_lookup(names, name);

        if (number == NULL) {
            number = GUINT_TO_POINTER(++index->n_groups);
            g_hash_table_insert(names, g_steal_pointer(&name), number);
        }
        index->group_of[r] = GPOINTER_TO_UINT(number) - 1;
    }
    index->groups = g_new0(guint64, (gsize) MAX(index->n_groups, 1) * index->n_words);
    index->whole = g_new0(guint64, MAX(index->n_groups, 1));
    for (guint r = 0; r < index->n_rules; r++)
        set_bit(index->groups + (gsize) index->group_of[r] * index->n_words, r);
    for (guint g = 0; g < index->n_groups; g++)
        for (guint w = 0; w < index->n_words; w++)
            if (index->groups[(gsize) g * index->n_words + w] == index->all[w])
                index->whole[g] |= G_GUINT64_CONSTANT(1) << w;
}

void
settle_match_index_init(SettleMatchIndex *index, const SettlePolicy *policy,
                        const SettleDirectory *directory)
{
    memset(index, 0, sizeof *index);
    number_rules(index, policy);
    number_groups(index);
    index_codes(index, policy, directory, SETTLE_MATCH_PRODUCT, SETTLE_DIM_PRODUCT);
    index_codes(index, policy, directory, SETTLE_MATCH_CLASS, SETTLE_DIM_CLASS);
    index_codes(index, policy, directory, SETTLE_MATCH_REGION, SETTLE_DIM_REGION);
    index_codes(index, policy, directory, SETTLE_MATCH_CHANNEL, SETTLE_DIM_CHANNEL);
    index_codes(index, policy, directory, SETTLE_MATCH_DISTRIBUTOR, SETTLE_DIM_DISTRIBUTOR);
    index_intervals(index, SETTLE_MATCH_TIER);
    index_intervals(index, SETTLE_MATCH_AMOUNT);
    index_intervals(index, SETTLE_MATCH_QUANTITY);
    index_first_order(index);
}

void
settle_match_index_clear(SettleMatchIndex *index)
{
    for (guint i = 0; i < index->n_dimensions; i++) {
        g_free(index->dimensions[i].row_of);
        g_free(index->dimensions[i].breaks);
        g_free(index->dimensions[i].rows);
    }
    g_free(index->rules);
    g_free(index->group_of);
    g_free(index->groups);
    g_free(index->whole);
}
