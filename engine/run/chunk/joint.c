#include "run/chunk/joint-internal.h"
#include "store/sql.h"

static guint
pair_hash(gconstpointer pair)
{
    const SettleJointPair *p = pair;

    return (guint) p->distributor_id * 2654435761u ^ (guint) p->policy->policy_id;
}

static gboolean
pair_equal(gconstpointer a, gconstpointer b)
{
    const SettleJointPair *x = a, *y = b;

    return x->distributor_id == y->distributor_id && x->policy == y->policy;
}

/* What it is for: with currency 0 and month 0 that there is any of the carrier. */
static guint
money_hash(gconstpointer money)
{
    const SettleJointMoney *m = money;

    return ((guint) m->distributor_id * 2654435761u ^ (guint) m->carrier_id) * 2246822519u ^
           (guint) m->month;
}

static gboolean
money_equal(gconstpointer a, gconstpointer b)
{
    const SettleJointMoney *x = a, *y = b;

    return x->distributor_id == y->distributor_id && x->carrier_id == y->carrier_id &&
           x->currency == y->currency && x->month == y->month;
}

SettleJoint *
settle_joint_new(const SettleRunContext *context)
{
    SettleJoint *joint = g_new0(SettleJoint, 1);

    joint->context = context;
    for (guint p = 0; p < settle_policy_set_size(context->policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(context->policies, p);

        joint->tolerant = joint->tolerant || settle_policy_tolerates_findings(policy);
        joint->capped = joint->capped || settle_policy_has_ceiling(policy);
        joint->paid = joint->paid || settle_policy_awaits_payment(policy);
    }
    joint->possible = joint->tolerant || joint->capped || joint->paid;
    joint->pairs = g_array_new(FALSE, FALSE, sizeof(SettleJointPair));
    joint->pair_set = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    joint->money = g_hash_table_new_full(money_hash, money_equal, g_free, NULL);
    joint->ranks = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    joint->items = g_array_new(FALSE, FALSE, sizeof(SettleJointItem));
    joint->rooms = g_array_new(FALSE, FALSE, sizeof(SettleJointRoom));
    joint->findings = g_array_new(FALSE, FALSE, sizeof(SettleJointFinding));
    joint->lines = g_array_new(FALSE, FALSE, sizeof(SettleJointLines));
    joint->cuts = g_array_new(FALSE, FALSE, sizeof(SettleCutRow));
    joint->tolerated = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return joint;
}

void
settle_joint_free(SettleJoint *joint)
{
    g_array_unref(joint->pairs);
    g_hash_table_unref(joint->pair_set);
    g_hash_table_unref(joint->money);
    g_hash_table_unref(joint->ranks);
    g_array_unref(joint->items);
    g_array_unref(joint->rooms);
    g_array_unref(joint->findings);
    g_array_unref(joint->lines);
    g_array_unref(joint->cuts);
    g_hash_table_unref(joint->tolerated);
    g_free(joint);
}

/* --- loading ------------------------------------------------------------------------------------
 */

static void
add_money(SettleJoint *joint, const SettleJointMoney *more)
{
    SettleJointMoney *money = g_hash_table_lookup(joint->money, more);
    SettleJointMoney any = {.distributor_id = more->distributor_id, .carrier_id = more->carrier_id};

    if (money == NULL) {
        g_hash_table_add(joint->money, g_memdup2(more, sizeof *more));
    } else {
        money->is_new = money->is_new || more->is_new;
        /* each is within SETTLE_MONEY_LARGEST_MINOR: thousands of them fit */
        if (!settle_add_i64(money->minor, more->minor, &money->minor))
            money->minor = more->minor > 0 ? INT64_MAX : INT64_MIN;
    }
    if (!g_hash_table_contains(joint->money, &any))
        g_hash_table_add(joint->money, g_memdup2(&any, sizeof any));
}

/* Facts of the run all the same, if no policy asks whether the carrier has paid. */
static gboolean
count_receipts(const SettleJoint *joint, SettleWorker *worker, const SettleChunk *chunk,
               GError **error)
{
    const GArray *batches = joint->context->batches;
    g_autoptr(SettleResult) told = NULL;

    if (batches->len == 0)
        return TRUE;
    told = settle_store_query(worker->reader, settle_sql_run_receipts_told, error, "Iii",
                              batches->data, (gsize) batches->len, chunk->first_distributor,
                              chunk->last_distributor);
    if (told == NULL)
        return FALSE;
    worker->output->sums.facts += settle_result_i64(told, 0, 0);
    return TRUE;
}

gboolean
settle_joint_load_receipts(SettleJoint *joint, SettleWorker *worker, const SettleChunk *chunk,
                           GError **error)
{
    g_autoptr(SettleReader) reader = NULL;
    GError *failure = NULL;
    SettleJointMoney last = {
        0}; /* the last row of its receipt so far; a receipt is never nothing */
    int64_t last_id = 0;

    g_array_set_size(joint->pairs, 0);
    g_hash_table_remove_all(joint->pair_set);
    g_hash_table_remove_all(joint->money);
    g_hash_table_remove_all(joint->ranks);
    g_array_set_size(worker->joint_orders, 0);
    joint->distributor_id = 0;
    if (!joint->paid)
        return count_receipts(joint, worker, chunk, error);
    reader = settle_store_read(worker->reader, settle_sql_run_receipts, error, "ii",
                               chunk->first_distributor, chunk->last_distributor);
    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleBatchState state =
            settle_run_batch_state(joint->context, settle_reader_i32(reader, 5));
        SettleJointMoney money = {
            .distributor_id = settle_reader_i32(reader, 0),
            .carrier_id = settle_reader_i32(reader, 1),
            .currency = settle_reader_i16(reader, 2),
            .month = settle_reader_month(reader, 3),
            .minor = settle_reader_i64(reader, 4),
            .is_new = state == SETTLE_BATCH_OF_RUN,
        };
        int64_t receipt_id = settle_reader_i64(reader, 6);

        if (money.is_new)
            worker->output->sums.facts++;
        if (state == SETTLE_BATCH_UNSEEN)
            continue;
        if (last_id != receipt_id && last.minor != 0)
            add_money(joint, &last);
        if (settle_reader_bool(reader, 7))
            money.minor = 0;
        last = money;
        last_id = receipt_id;
    }
    if (last.minor != 0)
        add_money(joint, &last);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* Whether a finding acts depends on all of its closing month, and its volume windows on more. */
SettleMonths
settle_joint_event_months(const SettleJoint *joint, GArray *const *facts, guint n_facts)
{
    const SettlePolicySet *policies = joint->context->policies;
    SettleMonths months = {G_MAXINT32, 0}, closing;

    if (!joint->tolerant)
        return months;
    closing = settle_load_closing_months(facts, n_facts);
    if (!settle_months_any(closing))
        return months;
    for (guint p = 0; p < settle_policy_set_size(policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, p);
        SettleDay to = MIN(policy->closing_to, joint->context->date);

        if (!settle_policy_tolerates_findings(policy) || settle_day_month(to) < closing.from)
            continue;
        months.from = MIN(months.from, settle_day_month(policy->closing_from));
        months.to = MAX(months.to, settle_day_month(to));
    }
    return months;
}

static void
add_pair(SettleJoint *joint, int32_t distributor_id, const SettlePolicy *policy)
{
    SettleJointPair pair = {distributor_id, policy};

    if (policy->closing_from > joint->context->date ||
        g_hash_table_contains(joint->pair_set, &pair))
        return;
    g_hash_table_add(joint->pair_set, g_memdup2(&pair, sizeof pair));
    g_array_append_val(joint->pairs, pair);
}

/* Money is for a carrier's origin period, whatever version earned it. */
static void
add_paid_pairs(SettleJoint *joint, int32_t distributor_id, int32_t carrier_id)
{
    const SettlePolicySet *policies = joint->context->policies;

    for (guint p = 0; p < settle_policy_set_size(policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, p);

        if (policy->carrier_id == carrier_id && settle_policy_awaits_payment(policy))
            add_pair(joint, distributor_id, policy);
    }
}

static gboolean
has_money(const SettleJoint *joint, int32_t distributor_id, int32_t carrier_id)
{
    const SettleJointMoney any = {.distributor_id = distributor_id, .carrier_id = carrier_id};

    return g_hash_table_contains(joint->money, &any);
}

gboolean
settle_joint_leaves(const SettleJoint *joint, const SettlePolicy *policy)
{
    return joint->possible && !settle_joint_is(joint, joint->distributor_id, policy) &&
           (settle_policy_has_ceiling(policy) ||
            (settle_policy_awaits_payment(policy) &&
             has_money(joint, joint->distributor_id, policy->carrier_id)));
}

static gboolean
has_finding(const SettleWorker *worker, const SettleJointPair *pair)
{
    for (guint i = 0; i < worker->events->len; i++) {
        const SettleEvent *event = &g_array_index(worker->events, SettleEvent, i);

        if (event->kind == SETTLE_EVENT_KIND_FRAUD &&
            event->order.distributor_id == pair->distributor_id &&
            event->order.closing_day >= pair->policy->closing_from &&
            event->order.closing_day <= pair->policy->closing_to &&
            settle_directory_product_carrier(worker->context->directory, event->order.product_id) ==
                pair->policy->carrier_id)
            return TRUE;
    }
    return FALSE;
}

/* Something happened to an order of the distributor under the policy. */
static void
touch(SettleJoint *joint, const SettleWorker *worker, int32_t distributor_id,
      const SettlePolicy *policy)
{
    const SettleJointPair pair = {distributor_id, policy};

    if (g_hash_table_contains(joint->pair_set, &pair))
        return;
    if (settle_policy_has_ceiling(policy) ||
        (settle_policy_tolerates_findings(policy) && has_finding(worker, &pair)))
        add_pair(joint, distributor_id, policy);
    if (settle_policy_awaits_payment(policy) &&
        has_money(joint, distributor_id, policy->carrier_id))
        add_paid_pairs(joint, distributor_id, policy->carrier_id);
}

static void
find_pairs(SettleJoint *joint, SettleWorker *worker, const SettleChunk *chunk)
{
    const SettlePolicySet *policies = joint->context->policies;
    SettleSubject subject;
    GHashTableIter iter;
    gpointer key;

    settle_merge_rewind(worker);
    while (settle_merge_next(worker, &subject))
        if (subject.match != NULL)
            touch(joint, worker, subject.order->distributor_id, subject.policy);
    for (guint i = 0; i < worker->moved_orders->len; i++) {
        const SettleOrder *order = &g_array_index(worker->moved_orders, SettleOrder, i);

        subject = (SettleSubject){.order = order};
        settle_merge_match(worker, &subject);
        if (subject.match != NULL)
            touch(joint, worker, order->distributor_id, subject.policy);
    }
    g_hash_table_iter_init(&iter, joint->money);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const SettleJointMoney *money = key;

        if (money->is_new)
            add_paid_pairs(joint, money->distributor_id, money->carrier_id);
    }
    /* a window that ends takes what the orders left, also where nothing happened to them today */
    for (guint p = 0; joint->context->window_ends->len > 0 && p < settle_policy_set_size(policies);
         p++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, p);

        if (!settle_policy_has_ceiling(policy) && !settle_policy_awaits_payment(policy))
            continue;
        for (int32_t id = chunk->first_distributor; id <= chunk->last_distributor; id++)
            touch(joint, worker, id, policy);
    }
}

/* The orders of all distributors that are joint under one policy. */
static gboolean
load_policy_orders(SettleJoint *joint, SettleWorker *worker, const SettlePolicy *policy,
                   const SettleChunk *chunk, GError **error)
{
    const SettleRunContext *context = joint->context;
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(SettleReader) reader = NULL;
    SettleDay last = MIN(policy->closing_to, context->date);
    GError *failure = NULL;

    for (guint i = 0; i < joint->pairs->len; i++) {
        const SettleJointPair *pair = &g_array_index(joint->pairs, SettleJointPair, i);

        if (pair->policy == policy)
            g_array_append_val(distributors, pair->distributor_id);
    }
    if (distributors->len == 0)
        return TRUE;
    reader = settle_store_read(worker->reader, settle_sql_run_orders_joint, error, "Iimmdd",
                               distributors->data, (gsize) distributors->len, policy->carrier_id,
                               settle_day_month(policy->closing_from), settle_day_month(last),
                               policy->closing_from, last);
    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        SettleOrder order;
        int64_t rank = settle_reader_i64(reader, 12);
        SettleBatchState state;

        settle_load_order(reader, &order);
        state = settle_run_batch_state(context, order.batch_id);
        if (state == SETTLE_BATCH_UNSEEN)
            continue;
        if (g_hash_table_size(joint->ranks) >= context->facts_max)
            return settle_load_too_large(context, chunk, error);
        g_hash_table_insert(joint->ranks, g_memdup2(&order.order_id, sizeof order.order_id),
                            GSIZE_TO_POINTER((gsize) rank));
        /* what waited for this day is among the new ones */
        if (state == SETTLE_BATCH_BEFORE)
            g_array_append_val(worker->joint_orders, order);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

gboolean
settle_joint_load_orders(SettleJoint *joint, SettleWorker *worker, const SettleChunk *chunk,
                         GError **error)
{
    if (!joint->possible)
        return TRUE;
    find_pairs(joint, worker, chunk);
    if (joint->pairs->len == 0)
        return TRUE;
    for (guint p = 0; p < settle_policy_set_size(joint->context->policies); p++)
        if (!load_policy_orders(joint, worker, settle_policy_set_nth(joint->context->policies, p),
                                chunk, error))
            return FALSE;
    settle_load_keep_versions(worker->joint_orders);
    return TRUE;
}
