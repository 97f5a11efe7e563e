#include "calc/events.h"
#include "run/chunk/joint-internal.h"
#include "run/output/cuts.h"

#include <stdlib.h>

/* --- fraud findings -----------------------------------------------------------------------------
 */

static int64_t
rank_of(const SettleJoint *joint, int64_t order_id)
{
    return (int64_t) GPOINTER_TO_SIZE(g_hash_table_lookup(joint->ranks, &order_id));
}

static void
count_line(SettleJoint *joint, const SettlePolicy *policy, SettleMonth month)
{
    SettleJointLines line = {policy, month, 1};

    for (guint i = joint->lines->len; i-- > 0;) {
        SettleJointLines *lines = &g_array_index(joint->lines, SettleJointLines, i);

        if (lines->policy == policy && lines->month == month) {
            lines->orders++;
            return;
        }
    }
    g_array_append_val(joint->lines, line);
}

static gboolean
is_found(SettleWorker *worker, const SettleSubject *subject)
{
    const SettleRefundLimit limit =
        settle_refund_limit(worker->context->slacks, subject->parties.carrier_id, subject->order);

    g_array_set_size(worker->in_force, 0);
    g_array_append_vals(worker->in_force, subject->events, subject->n_events);
    settle_events_in_force(worker->in_force, worker->context->date, &limit, NULL);
    for (guint i = 0; i < worker->in_force->len; i++)
        if (g_array_index(worker->in_force, SettleEvent, i).kind == SETTLE_EVENT_KIND_FRAUD)
            return TRUE;
    return FALSE;
}

/* The past of an order, where it has one; what a new one brings else. */
static void
bills_of(SettleWorker *worker, const SettleSubject *subject, const SettleBill **ret_bills,
         guint *ret_n)
{
    const SettlePosted *posted;
    guint n_posted;

    if (subject->is_new ||
        !settle_history_of(worker, subject->order, ret_bills, ret_n, &posted, &n_posted)) {
        *ret_bills = subject->bills;
        *ret_n = subject->n_bills;
    }
}

/* All that the order earns without any finding. FALSE on overflow. */
static gboolean
add_finding(SettleJoint *joint, SettleWorker *worker, const SettleSubject *subject)
{
    SettleJointFinding finding = {
        .policy = subject->policy,
        .month = settle_day_month(subject->order->closing_day),
        .order_id = subject->order->order_id,
        .rank = rank_of(joint, subject->order->order_id),
    };
    const SettleBill *bills;
    guint n_bills;

    bills_of(worker, subject, &bills, &n_bills);
    if (!settle_order_targets(worker, subject, bills, n_bills, TRUE))
        return FALSE;
    for (guint i = 0; i < worker->targets->len; i++)
        if (!settle_add_i64(finding.total_minor,
                            g_array_index(worker->targets, SettleTarget, i).target_minor,
                            &finding.total_minor))
            return FALSE;
    g_array_append_val(joint->findings, finding);
    return TRUE;
}

/* By policy and month, then dearest first, then later closing, then higher id. */
static int
compare_findings(gconstpointer a, gconstpointer b)
{
    const SettleJointFinding *x = a, *y = b;

    if (x->policy != y->policy)
        return x->policy->policy_id < y->policy->policy_id ? -1 : 1;
    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    if (x->total_minor != y->total_minor)
        return x->total_minor > y->total_minor ? -1 : 1;
    return x->rank > y->rank ? -1 : x->rank < y->rank;
}

static int64_t
allowed(const SettleJoint *joint, const SettlePolicy *policy, SettleMonth month)
{
    int64_t orders = 0;

    for (guint i = 0; i < joint->lines->len; i++) {
        const SettleJointLines *lines = &g_array_index(joint->lines, SettleJointLines, i);

        if (lines->policy == policy && lines->month == month)
            orders = lines->orders;
    }
    /* at most SETTLE_CHUNK_FACTS_MOST orders: the product fits */
    return MAX(orders * policy->terms.tolerance_ppb / SETTLE_RATE_ONE,
               policy->terms.tolerance_count);
}

static void
note_cut(SettleJoint *joint, SettleCutWhat what, const SettlePolicy *policy, int64_t subject_id,
         SettleSlot slot, SettleMonth month, int64_t earned_minor, int64_t cut_minor)
{
    SettleCutRow row = {.distributor_id = joint->distributor_id,
                        .policy_id = policy->policy_id,
                        .subject_id = subject_id,
                        .earned_minor = earned_minor,
                        .cut_minor = cut_minor,
                        .slot = slot,
                        .month = month,
                        .what = (uint8_t) what};

    g_array_append_val(joint->cuts, row);
}

/* Findings up to what is allowed act as none; beyond it the dearest act. */
static gboolean
decide_findings(SettleJoint *joint, SettleWorker *worker, int32_t distributor_id)
{
    const SettleMergeCursors start = worker->next;
    SettleSubject subject;

    g_array_set_size(joint->findings, 0);
    g_array_set_size(joint->lines, 0);
    while (settle_merge_next(worker, &subject) && subject.order->distributor_id == distributor_id) {
        if (!subject.is_joint || !settle_policy_tolerates_findings(subject.policy))
            continue;
        count_line(joint, subject.policy, settle_day_month(subject.order->closing_day));
        if (is_found(worker, &subject) && !add_finding(joint, worker, &subject)) {
            worker->next = start;
            return FALSE;
        }
    }
    worker->next = start;
    g_array_sort(joint->findings, compare_findings);
    for (guint i = 0; i < joint->findings->len;) {
        const SettleJointFinding *first = &g_array_index(joint->findings, SettleJointFinding, i);
        guint end = i;
        int64_t act;

        while (end < joint->findings->len &&
               g_array_index(joint->findings, SettleJointFinding, end).policy == first->policy &&
               g_array_index(joint->findings, SettleJointFinding, end).month == first->month)
            end++;
        act = MAX((int64_t) (end - i) - allowed(joint, first->policy, first->month), 0);
        for (guint k = i; k < end; k++) {
            const SettleJointFinding *finding =
                &g_array_index(joint->findings, SettleJointFinding, k);

            if (finding->total_minor > 0)
                note_cut(joint, SETTLE_CUT_FINDING, finding->policy, finding->order_id, 0,
                         finding->month, finding->total_minor,
                         k < i + act ? finding->total_minor : 0);
        }
        for (i += (guint) act; i < end; i++) {
            const SettleJointFinding *finding =
                &g_array_index(joint->findings, SettleJointFinding, i);

            g_hash_table_add(joint->tolerated,
                             g_memdup2(&finding->order_id, sizeof finding->order_id));
        }
    }
    return TRUE;
}

/* --- targets ------------------------------------------------------------------------------------
 */

static gboolean
add_items(SettleJoint *joint, SettleWorker *worker, const SettleSubject *subject)
{
    const SettleBill *bills;
    guint n_bills;

    bills_of(worker, subject, &bills, &n_bills);
    if (!settle_order_targets(worker, subject, bills, n_bills, FALSE))
        return FALSE;
    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);
        SettleJointItem item = {
            .policy = subject->policy,
            .rule = target->rule,
            .order_id = subject->order->order_id,
            .rank = rank_of(joint, subject->order->order_id),
            .closing_day = subject->order->closing_day,
            .slot = target->slot,
            .origin = target->origin,
            .earned_minor = target->earned_minor,
            .target_minor = target->target_minor,
            .withheld = target->credit == SETTLE_ROLE_WITHHELD,
        };

        if (item.target_minor > 0)
            g_array_append_val(joint->items, item);
    }
    return TRUE;
}

static gboolean
collect(SettleJoint *joint, SettleWorker *worker, int32_t distributor_id)
{
    const SettleMergeCursors start = worker->next;
    gboolean ok = TRUE;
    SettleSubject subject;

    while (ok && settle_merge_next(worker, &subject) &&
           subject.order->distributor_id == distributor_id)
        if (subject.is_joint)
            ok = add_items(joint, worker, &subject);
    worker->next = start;
    return ok;
}

/* By origin, closing time, order, rule and item. */
static int
compare_items(gconstpointer a, gconstpointer b)
{
    const SettleJointItem *x = a, *y = b;

    if (x->origin != y->origin)
        return x->origin < y->origin ? -1 : 1;
    if (x->closing_day != y->closing_day)
        return x->closing_day < y->closing_day ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    /* as the document has them, not as they were numbered */
    if (x->rule != y->rule)
        return x->rule->ordinal < y->rule->ordinal ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* --- ceilings -----------------------------------------------------------------------------------
 */

static SettleJointRoom *
room_of(SettleJoint *joint, const SettlePolicy *policy, const SettleRule *rule,
        const SettleCeiling *ceiling, SettleMonth month)
{
    SettleJointRoom room = {
        .policy = policy,
        .rule = rule,
        .window_end = settle_window_end((SettleWindow) ceiling->window, settle_month_first(month)),
        .left_minor = ceiling->amount_minor,
    };

    for (guint i = joint->rooms->len; i-- > 0;) {
        SettleJointRoom *known = &g_array_index(joint->rooms, SettleJointRoom, i);

        if (known->policy == policy && known->rule == rule && known->window_end == room.window_end)
            return known;
    }
    g_array_append_val(joint->rooms, room);
    return &g_array_index(joint->rooms, SettleJointRoom, joint->rooms->len - 1);
}

/* What the ceiling leaves of the target; it fills the window's room. */
static int64_t
fill(SettleJoint *joint, const SettlePolicy *policy, const SettleRule *rule,
     const SettleCeiling *ceiling, SettleMonth month, int64_t target_minor)
{
    SettleJointRoom *room;

    if (ceiling->window == 0)
        return target_minor;
    room = room_of(joint, policy, rule, ceiling, month);
    target_minor = MIN(target_minor, room->left_minor);
    room->left_minor -= target_minor;
    room->used_minor += target_minor;
    return target_minor;
}

/* The rule's ceiling first, then the policy's over what that left. */
static int64_t
cut(SettleJoint *joint, const SettlePolicy *policy, const SettleRule *rule, int64_t subject_id,
    SettleSlot slot, SettleMonth month, int64_t target_minor)
{
    /* of a window that is not over the month that it is paid in */
    SettleMonth paid = MIN(month, settle_day_month(joint->context->date));
    int64_t by_rule = fill(joint, policy, rule, &rule->terms.ceiling, month, target_minor);
    int64_t left = fill(joint, policy, NULL, &policy->terms.ceiling, month, by_rule);

    if (by_rule < target_minor)
        note_cut(joint, SETTLE_CUT_RULE_CEILING, policy, subject_id, slot, paid, target_minor,
                 target_minor - by_rule);
    if (left < by_rule)
        note_cut(joint, SETTLE_CUT_POLICY_CEILING, policy, subject_id, slot, paid, by_rule,
                 by_rule - left);
    return left;
}

/* --- pay-when-paid -------------------------------------------------------------------------------
 */

/* How much of an amount the carrier has paid; what it takes is gone. */
static int64_t
take_money(SettleJoint *joint, const SettlePolicy *policy, SettleMonth month, int64_t minor)
{
    const SettleJointMoney wanted = {.distributor_id = joint->distributor_id,
                                     .carrier_id = policy->carrier_id,
                                     .currency = policy->currency,
                                     .month = month};
    SettleJointMoney *money = g_hash_table_lookup(joint->money, &wanted);
    int64_t freed = money != NULL ? CLAMP(money->minor, 0, minor) : 0;

    if (money != NULL)
        money->minor -= freed;
    return freed;
}

static gboolean
free_item(SettleJoint *joint, SettleJointItem *item)
{
    SettleStanding standing;

    if (!item->rule->terms.pay_when_paid)
        return TRUE;
    if (!settle_standing_of(item->policy, item->rule, item->closing_day, item->earned_minor,
                            item->target_minor, item->withheld, joint->context->date, &standing))
        return FALSE;
    item->freed_minor = take_money(joint, item->policy, item->origin, standing.payable_minor);
    return TRUE;
}

/* --- deciding -----------------------------------------------------------------------------------
 */

static gboolean
decide(SettleJoint *joint, SettleWorker *worker, int32_t distributor_id)
{
    if ((joint->tolerant && !decide_findings(joint, worker, distributor_id)) ||
        !collect(joint, worker, distributor_id))
        return FALSE;
    g_array_sort(joint->items, compare_items);
    for (guint i = 0; i < joint->items->len; i++) {
        SettleJointItem *item = &g_array_index(joint->items, SettleJointItem, i);
        int64_t left = cut(joint, item->policy, item->rule, item->order_id, item->slot,
                           item->origin, item->target_minor);

        item->earned_minor -= item->target_minor - left;
        item->target_minor = left;
        if (!free_item(joint, item))
            return FALSE;
    }
    return TRUE;
}

static int
compare_keys(gconstpointer a, gconstpointer b)
{
    const SettleJointItem *x = a, *y = b;

    if (x->order_id != y->order_id)
        return x->order_id < y->order_id ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

gboolean
settle_joint_decide(SettleJoint *joint, SettleWorker *worker, int32_t distributor_id)
{
    joint->distributor_id = distributor_id;
    joint->failed = FALSE;
    g_array_set_size(joint->items, 0);
    g_array_set_size(joint->rooms, 0);
    g_array_set_size(joint->cuts, 0);
    g_hash_table_remove_all(joint->tolerated);
    if (joint->pairs->len == 0)
        return TRUE;
    joint->failed = !decide(joint, worker, distributor_id);
    g_array_sort(joint->items, compare_keys);
    return !joint->failed;
}

gboolean
settle_joint_is(const SettleJoint *joint, int32_t distributor_id, const SettlePolicy *policy)
{
    const SettleJointPair pair = {distributor_id, policy};

    return joint->pairs->len > 0 && g_hash_table_contains(joint->pair_set, &pair);
}

gboolean
settle_joint_failed(const SettleJoint *joint)
{
    return joint->failed;
}

gboolean
settle_joint_tolerates(const SettleJoint *joint, int64_t order_id)
{
    return g_hash_table_contains(joint->tolerated, &order_id);
}

gboolean
settle_joint_standing(const SettleJoint *joint, const SettleSubject *subject,
                      const SettleTarget *target, SettleStanding *ret_standing)
{
    const SettleJointItem key = {.order_id = subject->order->order_id, .slot = target->slot};
    const SettleJointItem *item = joint->items->len > 0
                                      ? bsearch(&key, joint->items->data, joint->items->len,
                                                sizeof(SettleJointItem), compare_keys)
                                      : NULL;

    if (item == NULL) {
        *ret_standing = (SettleStanding){0, 0, 0};
        return target->target_minor == 0;
    }
    if (!settle_standing_of(item->policy, item->rule, item->closing_day, item->earned_minor,
                            item->target_minor, item->withheld, joint->context->date, ret_standing))
        return FALSE;
    if (item->rule->terms.pay_when_paid)
        settle_standing_await(ret_standing, item->freed_minor);
    return TRUE;
}

gboolean
settle_joint_window(SettleJoint *joint, const SettlePolicy *policy, const SettleRule *rule,
                    int64_t subject_id, SettleMonth window_end, int64_t *target_minor,
                    SettleStanding *ret_standing)
{
    gboolean is_joint = settle_joint_is(joint, joint->distributor_id, policy);
    SettleStanding standing;

    if (is_joint)
        *target_minor = cut(joint, policy, rule, subject_id, settle_slot(rule->number, 0, 0),
                            window_end, *target_minor);
    if (!settle_standing_of(policy, rule, settle_month_last(window_end), *target_minor,
                            *target_minor, FALSE, joint->context->date, &standing))
        return FALSE;
    if (rule->terms.pay_when_paid)
        settle_standing_await(
            &standing,
            is_joint ? take_money(joint, policy, window_end, standing.payable_minor) : 0);
    *ret_standing = standing;
    return TRUE;
}

void
settle_joint_report(const SettleJoint *joint, SettleOutput *output)
{
    if (joint->pairs->len == 0 || joint->failed)
        return;
    for (guint i = 0; i < joint->pairs->len; i++) {
        const SettleJointPair *pair = &g_array_index(joint->pairs, SettleJointPair, i);
        SettleCutScope scope = {.distributor_id = pair->distributor_id,
                                .policy_id = pair->policy->policy_id,
                                .first = settle_day_month(pair->policy->closing_from)};

        if (pair->distributor_id == joint->distributor_id)
            g_array_append_val(output->cut_scopes, scope);
    }
    g_array_append_vals(output->cuts, joint->cuts->data, joint->cuts->len);
    for (guint i = 0; i < joint->rooms->len; i++) {
        const SettleJointRoom *room = &g_array_index(joint->rooms, SettleJointRoom, i);
        SettleVolumeRow use = {.distributor_id = joint->distributor_id,
                               .carrier_id = room->policy->carrier_id,
                               .policy_id = room->policy->policy_id,
                               .rule = room->rule != NULL ? (int32_t) room->rule->number : 0,
                               .what = SETTLE_CHANGE_CEILING,
                               .window_end = room->window_end,
                               .value = room->used_minor};

        g_array_append_val(output->uses, use);
    }
}
