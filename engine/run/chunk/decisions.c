/* The decisions about a distributor's joint orders as data: looked up, and taken from. */
#include "run/chunk/decisions.h"

#include "base/checked.h"
#include "calc/terms.h"
#include "run/output/cuts.h"

#include <stdlib.h>

static guint
use_hash(gconstpointer use)
{
    const SettleCeilingUse *u = use;

    return ((guint) u->carrier_id * 2654435761u ^ u->rule) * 2246822519u ^ (guint) u->month;
}

static gboolean
use_equal(gconstpointer a, gconstpointer b)
{
    const SettleCeilingUse *x = a, *y = b;

    return x->carrier_id == y->carrier_id && x->currency == y->currency && x->rule == y->rule &&
           x->month == y->month && x->by_windows == y->by_windows;
}

void
settle_decisions_init(SettleDecisions *decisions, const SettlePairs *pairs, SettlePaid *paid)
{
    decisions->pairs = pairs;
    decisions->paid = paid;
    decisions->distributor_id = 0;
    decisions->failed = FALSE;
    decisions->slots = g_array_new(FALSE, FALSE, sizeof(SettleDecidedSlot));
    decisions->tolerated = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    decisions->uses = g_hash_table_new_full(use_hash, use_equal, g_free, NULL);
    decisions->cuts = g_array_new(FALSE, FALSE, sizeof(SettleCutRow));
}

void
settle_decisions_clear(SettleDecisions *decisions)
{
    g_array_unref(decisions->slots);
    g_hash_table_unref(decisions->tolerated);
    g_hash_table_unref(decisions->uses);
    g_array_unref(decisions->cuts);
}

void
settle_decisions_begin(SettleDecisions *decisions, int32_t distributor_id)
{
    decisions->distributor_id = distributor_id;
    decisions->failed = FALSE;
    g_array_set_size(decisions->slots, 0);
    g_hash_table_remove_all(decisions->tolerated);
    g_hash_table_remove_all(decisions->uses);
    g_array_set_size(decisions->cuts, 0);
}

SettleFindings
settle_decisions_findings(const SettleDecisions *decisions, const SettleSubject *subject)
{
    return subject->is_joint &&
                   g_hash_table_contains(decisions->tolerated, &subject->order->order_id)
               ? SETTLE_FINDINGS_TOLERATED
               : SETTLE_FINDINGS_ACT;
}

static int
compare_slots(gconstpointer a, gconstpointer b)
{
    const SettleDecidedSlot *x = a, *y = b;

    if (x->order_id != y->order_id)
        return x->order_id < y->order_id ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

void
settle_decisions_sort(SettleDecisions *decisions)
{
    g_array_sort(decisions->slots, compare_slots);
}

gboolean
settle_decisions_standing(const SettleDecisions *decisions, int64_t order_id,
                          const SettleTarget *target, SettleStanding *ret_standing)
{
    const SettleDecidedSlot key = {.order_id = order_id, .slot = target->slot};
    const SettleDecidedSlot *slot = decisions->slots->len > 0
                                        ? bsearch(&key, decisions->slots->data,
                                                  decisions->slots->len, sizeof key, compare_slots)
                                        : NULL;

    if (slot == NULL) {
        *ret_standing = (SettleStanding){0, 0, 0};
        return target->target_minor == 0;
    }
    if (!slot->fits)
        return FALSE;
    *ret_standing = slot->standing;
    return TRUE;
}

/* --- ceilings -------------------------------------------------------------------------------- */

/* What is used of the ceiling in the window that the month lies in. */
static int64_t
used_in(SettleDecisions *decisions, SettleCeilingUse use, SettleWindow window)
{
    SettleMonth end = settle_window_end(window, settle_month_first(use.month));
    int64_t sum = 0;

    for (use.month = end - settle_window_months(window) + 1; use.month <= end; use.month++) {
        for (int by = FALSE; by <= TRUE; by++) {
            const SettleCeilingUse *found;

            use.by_windows = by;
            found = g_hash_table_lookup(decisions->uses, &use);
            if (found != NULL && !settle_add_i64(sum, found->used_minor, &sum))
                decisions->failed = TRUE;
        }
    }
    return sum;
}

static void
add_use(SettleDecisions *decisions, const SettleCeilingUse *use)
{
    SettleCeilingUse *known = g_hash_table_lookup(decisions->uses, use);

    if (known == NULL)
        g_hash_table_add(decisions->uses, g_memdup2(use, sizeof *use));
    else if (!settle_add_i64(known->used_minor, use->used_minor, &known->used_minor))
        decisions->failed = TRUE;
}

/* What the ceiling leaves of the target. rule: its number; 0: the ceiling is the policy's. */
static int64_t
fill(SettleDecisions *decisions, const SettlePolicy *policy, guint rule,
     const SettleCeiling *ceiling, SettleMonth month, gboolean by_windows, int64_t target_minor)
{
    const SettlePolicySet *policies = decisions->pairs->context->known.policies;
    SettleCeilingUse use = {.carrier_id = policy->carrier_id,
                            .currency = policy->currency,
                            .rule = rule,
                            .month = month};

    if (!settle_carrier_has_ceiling(policies, policy->carrier_id, rule))
        return target_minor;
    /* less than nothing makes room */
    if (ceiling->window != 0 && target_minor > 0) {
        int64_t left =
            ceiling->amount_minor - used_in(decisions, use, (SettleWindow) ceiling->window);

        target_minor = MIN(MAX(left, 0), target_minor);
    }
    use.by_windows = by_windows;
    use.used_minor = target_minor;
    add_use(decisions, &use);
    return target_minor;
}

void
settle_decisions_note_cut(SettleDecisions *decisions, SettleCutWhat what,
                          const SettlePolicy *policy, int64_t subject_id, SettleSlot slot,
                          SettleMonth month, int64_t earned_minor, int64_t cut_minor)
{
    SettleCutRow row = {.distributor_id = decisions->distributor_id,
                        .policy_id = policy->policy_id,
                        .subject_id = subject_id,
                        .earned_minor = earned_minor,
                        .cut_minor = cut_minor,
                        .slot = slot,
                        .month = month,
                        .what = (uint8_t) what};

    g_array_append_val(decisions->cuts, row);
}

int64_t
settle_decisions_cap(SettleDecisions *decisions, const SettlePolicy *policy, const SettleRule *rule,
                     int64_t subject_id, SettleSlot slot, SettleMonth month, SettleMonth today,
                     int64_t target_minor)
{
    /* a bill may be of a month to come */
    SettleMonth paid = MIN(month, today);
    gboolean by_windows = settle_kind_is_window((int) rule->kind);
    int64_t by_rule = fill(decisions, policy, rule->number, &rule->terms.ceiling, month, by_windows,
                           target_minor);
    int64_t left = fill(decisions, policy, 0, &policy->terms.ceiling, month, by_windows, by_rule);

    if (by_rule < target_minor)
        settle_decisions_note_cut(decisions, SETTLE_CUT_RULE_CEILING, policy, subject_id, slot,
                                  paid, target_minor, target_minor - by_rule);
    if (left < by_rule)
        settle_decisions_note_cut(decisions, SETTLE_CUT_POLICY_CEILING, policy, subject_id, slot,
                                  paid, by_rule, by_rule - left);
    return left;
}

/* --- what is told of them --------------------------------------------------------------------- */

void
settle_decisions_report(const SettleDecisions *decisions, SettleOutput *output)
{
    const SettlePairs *pairs = decisions->pairs;
    GHashTableIter iter;
    gpointer key;

    if (pairs->all->len == 0 || decisions->failed)
        return;
    for (guint i = 0; i < pairs->all->len; i++) {
        const SettlePair *pair = &g_array_index(pairs->all, SettlePair, i);
        const SettleTies *ties = settle_pairs_ties(pairs, pair->carrier_id);
        SettleCutScope scope = {.distributor_id = pair->distributor_id,
                                .carrier_id = pair->carrier_id,
                                .first = settle_day_month(ties->from)};

        if (pair->distributor_id == decisions->distributor_id)
            g_array_append_val(output->cut_scopes, scope);
    }
    g_array_append_vals(output->cuts, decisions->cuts->data, decisions->cuts->len);
    g_hash_table_iter_init(&iter, decisions->uses);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const SettleCeilingUse *u = key;
        SettleVolumeRow use = {.distributor_id = decisions->distributor_id,
                               .carrier_id = u->carrier_id,
                               .rule = (int32_t) u->rule,
                               .scope_kind = u->by_windows ? 1 : 0,
                               .scope_id = u->currency,
                               .what = SETTLE_CHANGE_CEILING,
                               .window_end = u->month,
                               .month = u->month,
                               .value = u->used_minor};

        g_array_append_val(output->uses, use);
    }
}
