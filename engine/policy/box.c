/* Arithmetic of what rules are for, as boxes over codes and intervals: common parts, differences,
 * covers. */
#include "policy/box.h"

#include "base/arena.h"

#include <string.h>

/* A step is a comparison of two numbers, or of two boxes. */
#define DEPTH_MAX 200

const SettleInterval settle_box_domains[SETTLE_BOX_N_INTERVALS] = {
    {0, INT64_C(1000000000000000)},
    {1, 1000000},
    {0, 99},
};

struct SettleBoxSpace {
    GHashTable *ids;    /* code -> number + 1 */
    GPtrArray *codes;   /* by number */
    SettleArena *given; /* sets of selectors */
    SettleArena *found; /* sets that were computed */
    guint64 steps;      /* left */
};

SettleBoxSpace *
settle_box_space_new(guint64 steps)
{
    SettleBoxSpace *space = g_new0(SettleBoxSpace, 1);

    space->ids = g_hash_table_new(g_str_hash, g_str_equal);
    space->codes = g_ptr_array_new_with_free_func(g_free);
    space->given = settle_arena_new(64 * 1024);
    space->found = settle_arena_new(64 * 1024);
    space->steps = steps;
    return space;
}

void
settle_box_space_free(SettleBoxSpace *space)
{
    g_hash_table_unref(space->ids);
    g_ptr_array_unref(space->codes);
    settle_arena_free(space->given);
    settle_arena_free(space->found);
    g_free(space);
}

void
settle_box_space_reset(SettleBoxSpace *space)
{
    settle_arena_reset(space->found);
}

gboolean
settle_box_space_is_spent(const SettleBoxSpace *space)
{
    return space->steps == 0;
}

static void
spend(SettleBoxSpace *space, guint64 steps)
{
    space->steps -= MIN(space->steps, steps);
}

/* --- sets of codes --------------------------------------------------------------------------- */

static int
compare_ids(gconstpointer a, gconstpointer b)
{
    guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

    return x < y ? -1 : x > y;
}

static SettleCodeSet
set_of(SettleBoxSpace *space, GStrv codes)
{
    g_autoptr(GArray) ids = NULL;
    SettleCodeSet set = {.all_but = codes == NULL};
    guint32 *kept;

    if (codes == NULL)
        return set;
    ids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; codes[i] != NULL; i++) {
        guint32 id = GPOINTER_TO_UINT(g_hash_table_lookup(space->ids, codes[i]));

        if (id == 0) {
            char *code = g_strdup(codes[i]);

            g_ptr_array_add(space->codes, code);
            id = space->codes->len;
            g_hash_table_insert(space->ids, code, GUINT_TO_POINTER(id));
        }
        id--;
        g_array_append_val(ids, id);
    }
    g_array_sort(ids, compare_ids);
    kept = settle_arena_alloc(space->given, MAX(ids->len, 1) * sizeof *kept);
    for (guint i = 0; i < ids->len; i++) {
        guint32 id = g_array_index(ids, guint32, i);

        if (set.n == 0 || kept[set.n - 1] != id)
            kept[set.n++] = id;
    }
    set.ids = kept;
    return set;
}

static gboolean
set_is_empty(const SettleCodeSet *set)
{
    return set->n == 0 && !set->all_but;
}

static SettleCodeSet
set_without(const SettleCodeSet *set)
{
    return (SettleCodeSet){set->ids, set->n, !set->all_but};
}

/* Goes through the numbers of both in order and keeps those in a only, in both, in b only. out
 * NULL: stops at the first. */
static guint
merge(SettleBoxSpace *space, const SettleCodeSet *a, const SettleCodeSet *b, gboolean only_a,
      gboolean both, gboolean only_b, guint32 *out)
{
    guint i = 0, j = 0, n = 0;

    while (i < a->n || j < b->n) {
        guint32 id;
        gboolean keep;

        if (j >= b->n || (i < a->n && a->ids[i] < b->ids[j])) {
            id = a->ids[i++];
            keep = only_a;
        } else if (i >= a->n || b->ids[j] < a->ids[i]) {
            id = b->ids[j++];
            keep = only_b;
        } else {
            id = a->ids[i++];
            j++;
            keep = both;
        }
        if (!keep)
            continue;
        n++;
        if (out == NULL)
            break;
        out[n - 1] = id;
    }
    spend(space, i + j);
    return n;
}

static SettleCodeSet
set_common(SettleBoxSpace *space, const SettleCodeSet *a, const SettleCodeSet *b)
{
    SettleCodeSet set = {.all_but = a->all_but && b->all_but};
    guint32 *ids;

    if (a->n == 0)
        return a->all_but ? *b : *a;
    if (b->n == 0)
        return b->all_but ? *a : *b;
    ids = settle_arena_alloc(space->found, ((gsize) a->n + b->n) * sizeof *ids);
    if (set.all_but) /* what either leaves out */
        set.n = merge(space, a, b, TRUE, TRUE, TRUE, ids);
    else
        set.n = merge(space, a, b, b->all_but, !a->all_but && !b->all_but, a->all_but, ids);
    set.ids = ids;
    return set;
}

static gboolean
set_meets(SettleBoxSpace *space, const SettleCodeSet *a, const SettleCodeSet *b)
{
    if (a->all_but && b->all_but)
        return TRUE; /* there is always another code */
    return merge(space, a, b, !a->all_but && b->all_but, !a->all_but && !b->all_but,
                 a->all_but && !b->all_but, NULL) > 0;
}

/* --- boxes ------------------------------------------------------------------------------------ */

static SettleInterval
interval_common(SettleInterval a, SettleInterval b)
{
    return (SettleInterval){MAX(a.from, b.from), MIN(a.to, b.to)};
}

SettleBox
settle_box_of(SettleBoxSpace *space, const SettleSelector *selector)
{
    return (SettleBox){
        .texts = {set_of(space, selector->products), set_of(space, selector->classes),
                  set_of(space, selector->regions), set_of(space, selector->channels),
                  set_of(space, selector->distributors)},
        .intervals = {interval_common(selector->amount, settle_box_domains[SETTLE_BOX_AMOUNT]),
                      interval_common(selector->quantity, settle_box_domains[SETTLE_BOX_QUANTITY]),
                      interval_common(selector->tier, settle_box_domains[SETTLE_BOX_TIER])},
        .first = selector->first_order < 0 ? 3 : 1u << selector->first_order,
    };
}

gboolean
settle_box_is_empty(const SettleBox *box)
{
    for (guint d = 0; d < SETTLE_BOX_N_TEXTS; d++)
        if (set_is_empty(&box->texts[d]))
            return TRUE;
    for (guint d = 0; d < SETTLE_BOX_N_INTERVALS; d++)
        if (box->intervals[d].from > box->intervals[d].to)
            return TRUE;
    return box->first == 0;
}

gboolean
settle_box_meets(SettleBoxSpace *space, const SettleBox *a, const SettleBox *b)
{
    spend(space, 1);
    if ((a->first & b->first) == 0)
        return FALSE;
    for (guint d = 0; d < SETTLE_BOX_N_INTERVALS; d++) {
        SettleInterval common = interval_common(a->intervals[d], b->intervals[d]);

        if (common.from > common.to)
            return FALSE;
    }
    for (guint d = 0; d < SETTLE_BOX_N_TEXTS; d++)
        if (!set_meets(space, &a->texts[d], &b->texts[d]))
            return FALSE;
    return TRUE;
}

gboolean
settle_box_contains(SettleBoxSpace *space, const SettleBox *wide, const SettleBox *narrow)
{
    if ((narrow->first & ~wide->first) != 0)
        return FALSE;
    for (guint d = 0; d < SETTLE_BOX_N_INTERVALS; d++)
        if (narrow->intervals[d].from < wide->intervals[d].from ||
            narrow->intervals[d].to > wide->intervals[d].to)
            return FALSE;
    for (guint d = 0; d < SETTLE_BOX_N_TEXTS; d++) {
        SettleCodeSet outside = set_without(&wide->texts[d]);

        if (!set_is_empty(&outside) && set_meets(space, &narrow->texts[d], &outside))
            return FALSE;
    }
    return TRUE;
}

SettleBox
settle_box_common(SettleBoxSpace *space, const SettleBox *a, const SettleBox *b)
{
    SettleBox box = {.first = a->first & b->first};

    for (guint d = 0; d < SETTLE_BOX_N_INTERVALS; d++)
        box.intervals[d] = interval_common(a->intervals[d], b->intervals[d]);
    for (guint d = 0; d < SETTLE_BOX_N_TEXTS; d++)
        box.texts[d] = set_common(space, &a->texts[d], &b->texts[d]);
    return box;
}

/* --- taking boxes out of a box ---------------------------------------------------------------- */

#define PIECES_MAX (SETTLE_BOX_N_TEXTS + 2 * SETTLE_BOX_N_INTERVALS + 1)

/* What is left of the box without the other, which it meets: boxes that share nothing. */
static guint
split(SettleBoxSpace *space, SettleBox box, const SettleBox *other, SettleBox pieces[PIECES_MAX])
{
    guint n = 0;

    if ((box.first & ~other->first) != 0) {
        pieces[n] = box;
        pieces[n++].first = box.first & ~other->first;
        box.first &= other->first;
    }
    for (guint d = 0; d < SETTLE_BOX_N_INTERVALS; d++) {
        if (box.intervals[d].from < other->intervals[d].from) {
            pieces[n] = box;
            pieces[n++].intervals[d].to = other->intervals[d].from - 1;
        }
        if (box.intervals[d].to > other->intervals[d].to) {
            pieces[n] = box;
            pieces[n++].intervals[d].from = other->intervals[d].to + 1;
        }
        box.intervals[d] = interval_common(box.intervals[d], other->intervals[d]);
    }
    for (guint d = 0; d < SETTLE_BOX_N_TEXTS; d++) {
        SettleCodeSet outside = set_without(&other->texts[d]);
        SettleCodeSet rest = set_common(space, &box.texts[d], &outside);

        if (!set_is_empty(&rest)) {
            pieces[n] = box;
            pieces[n++].texts[d] = rest;
        }
        box.texts[d] = set_common(space, &box.texts[d], &other->texts[d]);
    }
    return n;
}

static SettleCover
cover(SettleBoxSpace *space, SettleBox box, const SettleBox *const *boxes, guint from, guint n,
      gboolean *used, guint depth, SettleBox *ret_rest)
{
    for (guint i = from; i < n; i++) {
        SettleBox pieces[PIECES_MAX];
        guint n_pieces;

        if (space->steps == 0 || depth > DEPTH_MAX)
            return SETTLE_COVER_UNKNOWN;
        if (!settle_box_meets(space, &box, boxes[i]))
            continue;
        if (used != NULL)
            used[i] = TRUE;
        n_pieces = split(space, box, boxes[i], pieces);
        if (n_pieces == 0)
            return SETTLE_COVER_YES;
        for (guint k = 0; k + 1 < n_pieces; k++) {
            SettleCover answer =
                cover(space, pieces[k], boxes, i + 1, n, used, depth + 1, ret_rest);

            if (answer != SETTLE_COVER_YES)
                return answer;
        }
        box = pieces[n_pieces - 1];
    }
    if (space->steps == 0)
        return SETTLE_COVER_UNKNOWN;
    *ret_rest = box;
    return SETTLE_COVER_NO;
}

SettleCover
settle_box_cover(SettleBoxSpace *space, const SettleBox *box, const SettleBox *const *boxes,
                 guint n, gboolean *used, SettleBox *ret_rest)
{
    return cover(space, *box, boxes, 0, n, used, 0, ret_rest);
}

/* --- in words --------------------------------------------------------------------------------- */

static void
describe_set(const SettleBoxSpace *space, const SettleCodeSet *set, const char *name, GString *out)
{
    if (set->n == 0)
        return;
    g_string_append_printf(out, "%s%s%s ", out->len > 0 ? ", " : "", set->all_but ? "another " : "",
                           name);
    if (!set->all_but) { /* one of them is example enough */
        g_string_append(out, g_ptr_array_index(space->codes, set->ids[0]));
        return;
    }
    for (guint i = 0; i < set->n && i < 4; i++)
        g_string_append_printf(out, "%s%s", i == 0 ? "than " : ", ",
                               i == 3 ? "..."
                                      : (char *) g_ptr_array_index(space->codes, set->ids[i]));
}

static void
describe_interval(SettleInterval interval, guint d, int exponent, GString *out)
{
    static const char *const names[] = {"amount", "quantity", "tier"};
    SettleInterval all = settle_box_domains[d];
    char from[SETTLE_MONEY_TEXT_BYTES], to[SETTLE_MONEY_TEXT_BYTES];

    if (interval.from == all.from && interval.to == all.to)
        return;
    settle_money_format(interval.from, d == SETTLE_BOX_AMOUNT ? exponent : 0, from);
    settle_money_format(interval.to, d == SETTLE_BOX_AMOUNT ? exponent : 0, to);
    g_string_append_printf(out, "%s%s ", out->len > 0 ? ", " : "", names[d]);
    if (interval.from == interval.to)
        g_string_append(out, from);
    else
        g_string_append_printf(out, "%s..%s", interval.from == all.from ? "" : from,
                               interval.to == all.to ? "" : to);
}

char *
settle_box_describe(const SettleBoxSpace *space, const SettleBox *box, int exponent)
{
    static const char *const names[] = {"product", "class", "region", "channel", "distributor"};
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint d = 0; d < SETTLE_BOX_N_TEXTS; d++)
        describe_set(space, &box->texts[d], names[d], out);
    for (guint d = 0; d < SETTLE_BOX_N_INTERVALS; d++)
        describe_interval(box->intervals[d], d, exponent, out);
    if (box->first != 3)
        g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "",
                               box->first == 2 ? "a first order" : "not a first order");
    if (out->len == 0)
        g_string_append(out, "any at all");
    return g_string_free(g_steal_pointer(&out), FALSE);
}
