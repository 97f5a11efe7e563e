/* Findings about rules that never get an order, because earlier ones of their kind take all of it.
 */
#include "policy/box.h"
#include "policy/findings-internal.h"

/* Rules of one kind and group take orders from each other: the first that matches gets them
 * (docs/semantics.md 14.11). Finds rules for which nothing is left, and orders that two rules could
 * both be meant for. Products and classes are taken for independent here, as which product is of
 * which class is not known without the master data. */

/* Enough for any policy that people write, and an end, within a second, for those that programs do:
 * then nothing more is said. */
#define STEPS_MAX 30000000
#define NAMES_MAX 20

typedef struct {
    const SettleFindings *findings;
    SettleBoxSpace *space;
    SettleBox *boxes; /* by rule */
    GPtrArray *near;  /* boxes of earlier rules of the same kind and group that share orders */
    GArray *near_rules;
} Search;

static const SettleRule *
near_rule(const Search *search, guint i)
{
    return &search->findings->policy->rules[g_array_index(search->near_rules, guint, i)];
}

static void
report_covered(const Search *search, const SettleRule *rule, const gboolean *used)
{
    g_autoptr(GString) names = g_string_new(NULL);
    guint n = 0, n_used = 0;

    for (guint i = 0; i < search->near->len; i++)
        n_used += used[i] != FALSE;
    for (guint i = 0; i < search->near->len && n < NAMES_MAX; i++)
        if (used[i]) {
            g_string_append_printf(names, "%s\"%s\"",
                                   n == 0            ? ""
                                   : n + 1 == n_used ? " and "
                                                     : ", ",
                                   near_rule(search, i)->id);
            n++;
        }
    if (n < n_used)
        g_string_append_printf(names, " and %u more", n_used - n);
    SETTLE_FINDING_WARNING(
        search->findings, "P101", settle_findings_node(search->findings, rule->ordinal),
        "put the narrower rule first, or give one of them a group",
        n_used == 1 ? "\"%s\" never applies: %s before it takes all of its orders"
                    : "\"%s\" never applies: %s before it together take all of its "
                      "orders",
        rule->id, names->str);
}

/* TRUE if nothing is left for the rule. */
static gboolean
is_covered(Search *search, const SettleRule *rule, const SettleBox *box)
{
    g_autofree gboolean *used = g_new0(gboolean, MAX(search->near->len, 1));
    SettleBox rest;

    /* one that takes everything says more than all who take a part */
    for (guint i = 0; i < search->near->len; i++)
        if (settle_box_contains(search->space, g_ptr_array_index(search->near, i), box)) {
            used[i] = TRUE;
            report_covered(search, rule, used);
            return TRUE;
        }
    if (search->near->len < 2 ||
        settle_box_cover(search->space, box, (const SettleBox *const *) search->near->pdata,
                         search->near->len, used, &rest) != SETTLE_COVER_YES)
        return FALSE;
    report_covered(search, rule, used);
    return TRUE;
}

/* The usual pattern: first the special case, then the rest. Named products have a class, and named
 * distributors a tier, which the later rule's may well be. */
static gboolean
is_special_case(Search *search, const SettleBox *early, const SettleBox *late)
{
    SettleBox wide = *late;

    if (!early->texts[SETTLE_BOX_PRODUCT].all_but)
        wide.texts[SETTLE_BOX_CLASS] = early->texts[SETTLE_BOX_CLASS];
    if (!early->texts[SETTLE_BOX_DISTRIBUTOR].all_but)
        wide.intervals[SETTLE_BOX_TIER] = early->intervals[SETTLE_BOX_TIER];
    return settle_box_contains(search->space, &wide, early);
}

static gboolean
names_class(const SettleBox *box)
{
    return box->texts[SETTLE_BOX_CLASS].n > 0;
}

static gboolean
names_product(const SettleBox *box)
{
    return box->texts[SETTLE_BOX_PRODUCT].n > 0;
}

static gboolean
names_tier(const SettleBox *box)
{
    SettleInterval tier = box->intervals[SETTLE_BOX_TIER],
                   all = settle_box_domains[SETTLE_BOX_TIER];

    return tier.from != all.from || tier.to != all.to;
}

static gboolean
names_distributor(const SettleBox *box)
{
    return box->texts[SETTLE_BOX_DISTRIBUTOR].n > 0;
}

/* One names products and the other classes: whether they share orders only the master data knows.
 */
static gboolean
may_be_apart(const SettleBox *a, const SettleBox *b)
{
    return (names_product(a) && !names_class(a) && names_class(b) && !names_product(b)) ||
           (names_product(b) && !names_class(b) && names_class(a) && !names_product(a)) ||
           (names_distributor(a) && !names_tier(a) && names_tier(b) && !names_distributor(b)) ||
           (names_distributor(b) && !names_tier(b) && names_tier(a) && !names_distributor(a));
}

static void
look_for_shared(Search *search, const SettleRule *rule, const SettleBox *box)
{
    const SettleFindings *findings = search->findings;

    for (guint i = 0; i < search->near->len; i++) {
        const SettleBox *early = g_ptr_array_index(search->near, i);
        SettleBox common, rest;
        g_autofree char *order = NULL;

        /* room is left for what is worse */
        if (findings->diagnostics->n_warnings >= SETTLE_DIAGNOSTICS_SHOWN_MAX / 2)
            return;
        if (is_special_case(search, early, box) || may_be_apart(early, box))
            continue;
        common = settle_box_common(search->space, early, box);
        /* what a rule before both takes is no question between them */
        if (settle_box_cover(search->space, &common, (const SettleBox *const *) search->near->pdata,
                             i, NULL, &rest) != SETTLE_COVER_NO)
            continue;
        order = settle_box_describe(search->space, &rest, findings->exponent);
        SETTLE_FINDING_WARNING(
            findings, "P107", settle_findings_node(findings, rule->ordinal),
            "let the special case come first, or give them groups if both are to be paid",
            "\"%s\" and \"%s\" before it are both for some orders, like one of %s: \"%s\" gets it",
            rule->id, near_rule(search, i)->id, order, near_rule(search, i)->id);
    }
}

static void
look_at(Search *search, guint rule, const GArray *earlier)
{
    const SettleFindings *findings = search->findings;
    const SettleRule *self = &findings->policy->rules[rule];

    if (settle_box_is_empty(&search->boxes[rule])) {
        /* that no distributor is in both lists is told already */
        if (self->selector.distributors == NULL || self->selector.distributors[0] != NULL)
            SETTLE_FINDING_WARNING(findings, "P108",
                                   settle_node_get(settle_findings_node(findings, rule), "for"),
                                   "quantities are 1 or more, tiers 0 to 99",
                                   "\"%s\" never applies: there are no such orders", self->id);
        return;
    }
    settle_box_space_reset(search->space);
    g_ptr_array_set_size(search->near, 0);
    g_array_set_size(search->near_rules, 0);
    for (guint i = 0; i < earlier->len; i++) {
        guint other = g_array_index(earlier, guint, i);

        if (settle_box_meets(search->space, &search->boxes[rule], &search->boxes[other])) {
            g_ptr_array_add(search->near, &search->boxes[other]);
            g_array_append_val(search->near_rules, other);
            /* nothing is left, and the rest is no news */
            if (settle_box_contains(search->space, &search->boxes[other], &search->boxes[rule]))
                break;
        }
        if (settle_box_space_is_spent(search->space))
            return;
    }
    if (!is_covered(search, self, &search->boxes[rule]))
        look_for_shared(search, self, &search->boxes[rule]);
}

void
settle_findings_cover(const SettleFindings *findings)
{
    const SettlePolicy *policy = findings->policy;
    g_autoptr(SettleBoxSpace) space = settle_box_space_new(STEPS_MAX);
    g_autoptr(GPtrArray) near = g_ptr_array_new();
    g_autoptr(GArray) near_rules = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GHashTable) groups =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
    g_autofree SettleBox *boxes = g_new0(SettleBox, MAX(policy->n_rules, 1));
    Search search = {findings, space, boxes, near, near_rules};

    for (guint i = 0; i < policy->n_rules && !settle_box_space_is_spent(space); i++) {
        const SettleRule *rule = &policy->rules[i];
        GArray *earlier;
        char *key;

        if (!findings->sound[i])
            continue;
        boxes[i] = settle_box_of(space, &rule->selector);
        key = g_strdup_printf("%d%c%s", (int) rule->kind, rule->group != NULL ? '=' : '-',
                              rule->group != NULL ? rule->group : "");
        earlier = g_hash_table_lookup(groups, key);
        if (earlier == NULL) {
            earlier = g_array_new(FALSE, FALSE, sizeof(guint));
            g_hash_table_insert(groups, key, earlier);
        } else {
            g_free(key);
        }
        look_at(&search, i, earlier);
        g_array_append_val(earlier, i);
    }
}
