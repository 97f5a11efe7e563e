/* The decisions about a distributor's joint orders as data: looked up, and taken from. */
#include "run/chunk/decisions.h"

#include "base/error.h"
#include "calc/terms.h"
#include "run/output/cuts.h"

#include <stdlib.h>

void
settle_decisions_init(SettleDecisions *decisions, const SettlePairs *pairs, SettlePaid *paid)
{
    decisions->pairs = pairs;
    decisions->paid = paid;
    decisions->distributor_id = 0;
    decisions->failed = FALSE;
    decisions->slots = g_array_new(FALSE, FALSE, sizeof(SettleDecidedSlot));
    decisions->tolerated = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    decisions->uses = settle_ceilings_new();
    decisions->posted = settle_ceilings_new();
    decisions->cuts = g_array_new(FALSE, FALSE, sizeof(SettleCutRow));
}

void
settle_decisions_clear(SettleDecisions *decisions)
{
    g_array_unref(decisions->slots);
    g_hash_table_unref(decisions->tolerated);
    g_hash_table_unref(decisions->uses);
    g_hash_table_unref(decisions->posted);
    g_array_unref(decisions->cuts);
}

static void
take_uses(SettleDecisions *decisions, GHashTable *uses)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, uses);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!settle_ceilings_add(decisions->uses, key))
            decisions->failed = TRUE;
}

void
settle_decisions_begin(SettleDecisions *decisions, int32_t distributor_id)
{
    const GArray *ties = decisions->pairs->ties;

    decisions->distributor_id = distributor_id;
    decisions->failed = FALSE;
    g_array_set_size(decisions->slots, 0);
    g_hash_table_remove_all(decisions->tolerated);
    g_hash_table_remove_all(decisions->uses);
    g_hash_table_remove_all(decisions->posted);
    g_array_set_size(decisions->cuts, 0);
    for (guint i = 0; i < ties->len; i++) {
        const SettleOpenPair *open = settle_pairs_open(
            decisions->pairs, distributor_id, g_array_index(ties, SettleTies, i).carrier_id);

        if (open != NULL)
            take_uses(decisions, open->before);
    }
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
        int64_t used;

        if (!settle_ceilings_used(decisions->uses, use, (SettleWindow) ceiling->window, &used)) {
            decisions->failed = TRUE;
            return 0;
        }
        target_minor = MIN(MAX(ceiling->amount_minor - used, 0), target_minor);
    }
    use.by_windows = by_windows;
    use.used_minor = target_minor;
    if (!settle_ceilings_add(decisions->uses, &use))
        decisions->failed = TRUE;
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

void
settle_decisions_note_posted(SettleDecisions *decisions, const SettlePolicy *policy,
                             const GArray *transfers)
{
    const SettlePolicySet *policies = decisions->pairs->context->known.policies;

    for (guint i = 0; i < transfers->len; i++) {
        const SettleTransfer *t = &g_array_index(transfers, SettleTransfer, i);
        const SettleRule *rule = settle_policy_rule(policy, settle_slot_rule(t->slot));
        int64_t minor = t->debit == SETTLE_ROLE_CARRIER    ? t->amount_minor
                        : t->credit == SETTLE_ROLE_CARRIER ? -t->amount_minor
                                                           : 0;

        settle_invariant(rule != NULL);
        /* room.c has added up more than this */
        if (minor != 0)
            settle_invariant(settle_ceilings_add_amount(decisions->posted, policies, policy, rule,
                                                        t->origin, minor) &&
                             settle_ceilings_add_amount(decisions->uses, policies, policy, rule,
                                                        t->origin, minor));
    }
}

/* --- what is told of them --------------------------------------------------------------------- */

/* All that a joint pair used is told again: what differs from before is written. */
static void
report_pair(const SettleDecisions *decisions, const SettlePair *pair, SettleOutput *output)
{
    const SettlePairs *pairs = decisions->pairs;
    const SettleTies *ties = settle_pairs_ties(pairs, pair->carrier_id);
    SettleCutScope scope = {.distributor_id = pair->distributor_id,
                            .carrier_id = pair->carrier_id,
                            .first = settle_day_month(ties->from),
                            .last = G_MAXINT32};
    SettleVolumeRow since = {
        .distributor_id = pair->distributor_id,
        .carrier_id = pair->carrier_id,
        .policy_id =
            settle_carrier_ceilings_since(pairs->context->known.policies, pair->carrier_id),
        .what = SETTLE_CHANGE_CEILING,
        .window_end = SETTLE_CEILINGS_KNOWN,
        .month = SETTLE_CEILINGS_KNOWN,
    };

    g_array_append_val(output->cut_scopes, scope);
    if (ties->capped && !settle_pairs_are_known(pairs, pair->distributor_id, pair->carrier_id))
        g_array_append_val(output->deltas, since);
}

/* Of an open pair only windows are cut, in the months that may change. */
static void
report_open(const SettleOpenPair *open, SettleOutput *output)
{
    SettleCutScope scope = {.ceilings_only = TRUE};

    if (open == NULL || !settle_months_any(open->months))
        return;
    scope.distributor_id = open->distributor_id;
    scope.carrier_id = open->carrier_id;
    scope.first = open->months.from;
    scope.last = open->months.to;
    g_array_append_val(output->cut_scopes, scope);
}

static void
report_uses(const SettleDecisions *decisions, GHashTable *uses, gboolean of_joint, GArray *rows)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, uses);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const SettleCeilingUse *u = key;
        SettleVolumeRow use = {.distributor_id = decisions->distributor_id,
                               .carrier_id = u->carrier_id,
                               .rule = (int32_t) u->rule,
                               .scope_id = u->currency,
                               .what = SETTLE_CHANGE_CEILING,
                               .window_end = u->month,
                               .month = u->month,
                               .value = u->used_minor};

        /* of windows the postings say it */
        if (!u->by_windows && u->used_minor != 0 &&
            settle_pairs_contain(decisions->pairs, decisions->distributor_id, u->carrier_id) ==
                of_joint)
            g_array_append_val(rows, use);
    }
}

void
settle_decisions_report(const SettleDecisions *decisions, SettleOutput *output)
{
    const SettlePairs *pairs = decisions->pairs;

    if (decisions->failed)
        return;
    for (guint i = 0; i < pairs->ties->len; i++) {
        const SettlePair pair = {decisions->distributor_id,
                                 g_array_index(pairs->ties, SettleTies, i).carrier_id};

        if (settle_pairs_contain(pairs, pair.distributor_id, pair.carrier_id))
            report_pair(decisions, &pair, output);
        else
            report_open(settle_pairs_open(pairs, pair.distributor_id, pair.carrier_id), output);
    }
    g_array_append_vals(output->cuts, decisions->cuts->data, decisions->cuts->len);
    report_uses(decisions, decisions->uses, TRUE, output->uses);
    report_uses(decisions, decisions->posted, FALSE, output->deltas);
}
