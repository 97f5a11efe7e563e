/* The decisions about a distributor's joint orders as data: looked up, and taken from. */
#include "run/chunk/decisions.h"

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
    decisions->rooms = g_array_new(FALSE, FALSE, sizeof(SettleCeilingRoom));
    decisions->cuts = g_array_new(FALSE, FALSE, sizeof(SettleCutRow));
}

void
settle_decisions_clear(SettleDecisions *decisions)
{
    g_array_unref(decisions->slots);
    g_hash_table_unref(decisions->tolerated);
    g_array_unref(decisions->rooms);
    g_array_unref(decisions->cuts);
}

void
settle_decisions_begin(SettleDecisions *decisions, int32_t distributor_id)
{
    decisions->distributor_id = distributor_id;
    decisions->failed = FALSE;
    g_array_set_size(decisions->slots, 0);
    g_hash_table_remove_all(decisions->tolerated);
    g_array_set_size(decisions->rooms, 0);
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

static SettleCeilingRoom *
room_of(SettleDecisions *decisions, const SettlePolicy *policy, const SettleRule *rule,
        const SettleCeiling *ceiling, SettleMonth month)
{
    GArray *rooms = decisions->rooms;
    SettleCeilingRoom room = {
        .policy = policy,
        .rule = rule,
        .window_end = settle_window_end((SettleWindow) ceiling->window, settle_month_first(month)),
        .left_minor = ceiling->amount_minor,
    };

    for (guint i = rooms->len; i-- > 0;) {
        SettleCeilingRoom *known = &g_array_index(rooms, SettleCeilingRoom, i);

        if (known->policy == policy && known->rule == rule && known->window_end == room.window_end)
            return known;
    }
    g_array_append_val(rooms, room);
    return &g_array_index(rooms, SettleCeilingRoom, rooms->len - 1);
}

/* What the ceiling leaves of the target; it fills the window's room. */
static int64_t
fill(SettleDecisions *decisions, const SettlePolicy *policy, const SettleRule *rule,
     const SettleCeiling *ceiling, SettleMonth month, int64_t target_minor)
{
    SettleCeilingRoom *room;

    if (ceiling->window == 0)
        return target_minor;
    room = room_of(decisions, policy, rule, ceiling, month);
    target_minor = MIN(target_minor, room->left_minor);
    room->left_minor -= target_minor;
    room->used_minor += target_minor;
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
    /* of a window that is not over the month that it is paid in */
    SettleMonth paid = MIN(month, today);
    int64_t by_rule = fill(decisions, policy, rule, &rule->terms.ceiling, month, target_minor);
    int64_t left = fill(decisions, policy, NULL, &policy->terms.ceiling, month, by_rule);

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

    if (pairs->all->len == 0 || decisions->failed)
        return;
    for (guint i = 0; i < pairs->all->len; i++) {
        const SettlePair *pair = &g_array_index(pairs->all, SettlePair, i);
        SettleCutScope scope = {.distributor_id = pair->distributor_id,
                                .policy_id = pair->policy->policy_id,
                                .first = settle_day_month(pair->policy->closing_from)};

        if (pair->distributor_id == decisions->distributor_id)
            g_array_append_val(output->cut_scopes, scope);
    }
    g_array_append_vals(output->cuts, decisions->cuts->data, decisions->cuts->len);
    for (guint i = 0; i < decisions->rooms->len; i++) {
        const SettleCeilingRoom *room = &g_array_index(decisions->rooms, SettleCeilingRoom, i);
        SettleVolumeRow use = {.distributor_id = decisions->distributor_id,
                               .carrier_id = room->policy->carrier_id,
                               .policy_id = room->policy->policy_id,
                               .rule = room->rule != NULL ? (int32_t) room->rule->number : 0,
                               .what = SETTLE_CHANGE_CEILING,
                               .window_end = room->window_end,
                               .value = room->used_minor};

        g_array_append_val(output->uses, use);
    }
}
