/* Finds the pairs of distributor and policy that are settled jointly, and reads their orders. */
#include "run/chunk/pairs.h"

#include "calc/terms.h"
#include "run/chunk/load.h"
#include "run/chunk/merge.h"
#include "store/sql.h"

static guint
pair_hash(gconstpointer pair)
{
    const SettlePair *p = pair;

    return (guint) p->distributor_id * 2654435761u ^ (guint) p->policy->policy_id;
}

static gboolean
pair_equal(gconstpointer a, gconstpointer b)
{
    const SettlePair *x = a, *y = b;

    return x->distributor_id == y->distributor_id && x->policy == y->policy;
}

void
settle_pairs_init(SettlePairs *pairs, const SettleRunContext *context)
{
    *pairs = (SettlePairs){.context = context};
    for (guint p = 0; p < settle_policy_set_size(context->known.policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(context->known.policies, p);

        pairs->tolerant = pairs->tolerant || settle_policy_tolerates_findings(policy);
        pairs->capped = pairs->capped || settle_policy_has_ceiling(policy);
        pairs->paid_for = pairs->paid_for || settle_policy_awaits_payment(policy);
    }
    pairs->all = g_array_new(FALSE, FALSE, sizeof(SettlePair));
    pairs->set = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    pairs->distributors = g_hash_table_new(g_direct_hash, g_direct_equal);
    pairs->ranks = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

void
settle_pairs_clear(SettlePairs *pairs)
{
    g_array_unref(pairs->all);
    g_hash_table_unref(pairs->set);
    g_hash_table_unref(pairs->distributors);
    g_hash_table_unref(pairs->ranks);
}

/* Some policy has terms that make orders depend on each other. */
static gboolean
are_possible(const SettlePairs *pairs)
{
    return pairs->tolerant || pairs->capped || pairs->paid_for;
}

/* Whether a finding acts depends on all of its closing month, and its volume windows on more. */
SettleMonths
settle_pairs_event_months(const SettlePairs *pairs, GArray *const *facts, guint n_facts)
{
    const SettlePolicySet *policies = pairs->context->known.policies;
    SettleMonths months = {G_MAXINT32, 0}, closing;

    if (!pairs->tolerant)
        return months;
    closing = settle_facts_closing_months(facts, n_facts);
    if (!settle_months_any(closing))
        return months;
    for (guint p = 0; p < settle_policy_set_size(policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, p);
        SettleDay to = MIN(policy->closing_to, pairs->context->date);

        if (!settle_policy_tolerates_findings(policy) || settle_day_month(to) < closing.from)
            continue;
        months.from = MIN(months.from, settle_day_month(policy->closing_from));
        months.to = MAX(months.to, settle_day_month(to));
    }
    return months;
}

/* --- finding ---------------------------------------------------------------------------------- */

/* What pairs are found in. */
typedef struct {
    SettlePairs *pairs;
    const SettleFacts *facts;
    const SettlePaid *paid;
} Search;

static void
add_pair(SettlePairs *pairs, int32_t distributor_id, const SettlePolicy *policy)
{
    SettlePair pair = {distributor_id, policy};

    if (policy->closing_from > pairs->context->date || g_hash_table_contains(pairs->set, &pair))
        return;
    g_hash_table_add(pairs->set, g_memdup2(&pair, sizeof pair));
    g_hash_table_add(pairs->distributors, GINT_TO_POINTER(distributor_id));
    g_array_append_val(pairs->all, pair);
}

/* Money is for a carrier's origin period, whatever version earned it. */
static void
add_paid_pairs(SettlePairs *pairs, int32_t distributor_id, int32_t carrier_id)
{
    const SettlePolicySet *policies = pairs->context->known.policies;

    for (guint p = 0; p < settle_policy_set_size(policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, p);

        if (policy->carrier_id == carrier_id && settle_policy_awaits_payment(policy))
            add_pair(pairs, distributor_id, policy);
    }
}

static gboolean
has_finding(const Search *search, int32_t distributor_id, const SettlePolicy *policy)
{
    const GArray *events = search->facts->events;

    for (guint i = 0; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);

        if (event->kind == SETTLE_EVENT_KIND_FRAUD &&
            event->order.distributor_id == distributor_id &&
            event->order.closing_day >= policy->closing_from &&
            event->order.closing_day <= policy->closing_to &&
            settle_directory_product_carrier(search->pairs->context->known.directory,
                                             event->order.product_id) == policy->carrier_id)
            return TRUE;
    }
    return FALSE;
}

/* Something happened to an order of the distributor under the policy. */
static void
touch(const Search *search, int32_t distributor_id, const SettlePolicy *policy)
{
    SettlePairs *pairs = search->pairs;

    if (settle_pairs_contain(pairs, distributor_id, policy))
        return;
    if (settle_policy_has_ceiling(policy) ||
        (settle_policy_tolerates_findings(policy) && has_finding(search, distributor_id, policy)))
        add_pair(pairs, distributor_id, policy);
    if (settle_policy_awaits_payment(policy) &&
        settle_paid_any(search->paid, distributor_id, policy->carrier_id))
        add_paid_pairs(pairs, distributor_id, policy->carrier_id);
}

/* Those of the orders that something happened to, moves of their managers too. */
static void
touch_orders(const Search *search)
{
    const SettleRunContext *context = search->pairs->context;
    const GArray *moved = search->facts->moved_orders;
    SettleMerge merge = settle_merge_begin(search->facts);
    SettleSubject subject;

    while (settle_merge_next(&merge, &subject))
        if (settle_subject_find_policy(&context->known, &subject))
            touch(search, subject.order->distributor_id, subject.policy);
    for (guint i = 0; i < moved->len; i++) {
        subject = (SettleSubject){.order = &g_array_index(moved, SettleOrder, i)};
        if (settle_subject_find_policy(&context->known, &subject))
            touch(search, subject.order->distributor_id, subject.policy);
    }
}

/* A window that ends takes what the orders left, also where nothing happened to them today. */
static void
touch_windows(const Search *search, const SettleChunk *chunk)
{
    const SettleRunContext *context = search->pairs->context;

    if (context->falls_due.window_ends->len == 0)
        return;
    for (guint p = 0; p < settle_policy_set_size(context->known.policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(context->known.policies, p);

        if (!settle_policy_has_ceiling(policy) && !settle_policy_awaits_payment(policy))
            continue;
        for (int32_t id = chunk->first_distributor; id <= chunk->last_distributor; id++)
            touch(search, id, policy);
    }
}

void
settle_pairs_find(SettlePairs *pairs, const SettleFacts *facts, const SettlePaid *paid,
                  const SettleChunk *chunk)
{
    const Search search = {pairs, facts, paid};
    GHashTableIter iter;
    gpointer key;

    g_array_set_size(pairs->all, 0);
    g_hash_table_remove_all(pairs->set);
    g_hash_table_remove_all(pairs->distributors);
    g_hash_table_remove_all(pairs->ranks);
    if (!are_possible(pairs))
        return;
    touch_orders(&search);
    g_hash_table_iter_init(&iter, paid->money);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const SettlePaidMoney *money = key;

        if (money->is_new)
            add_paid_pairs(pairs, money->distributor_id, money->carrier_id);
    }
    touch_windows(&search, chunk);
}

/* --- their orders ----------------------------------------------------------------------------- */

/* Reads the orders of a policy's pairs: keeps the ranks of all, and those that runs before settled.
 */
static gboolean
read_orders(SettlePairs *pairs, SettleReader *reader, const SettleChunk *chunk, GArray *orders,
            GError **error)
{
    const SettleRunContext *context = pairs->context;

    while (settle_reader_next(reader)) {
        SettleOrder order;
        int64_t rank = settle_reader_i64(reader, SQL_RUN_ORDERS_JOINT_RANK);
        SettleBatchState state;

        settle_load_order(reader, &order);
        state = settle_run_batch_state(context, order.batch_id);
        if (state == SETTLE_BATCH_UNSEEN)
            continue;
        if (g_hash_table_size(pairs->ranks) >= context->how.facts_max)
            return settle_load_too_large(context, chunk, error);
        g_hash_table_insert(pairs->ranks, g_memdup2(&order.order_id, sizeof order.order_id),
                            GSIZE_TO_POINTER((gsize) rank));
        /* what waited for this day is among the new ones */
        if (state == SETTLE_BATCH_BEFORE)
            g_array_append_val(orders, order);
    }
    return settle_reader_end(reader, error);
}

/* The orders of all distributors that are joint under one policy. */
static gboolean
load_policy_orders(SettlePairs *pairs, SettleStore *store, const SettlePolicy *policy,
                   const SettleChunk *chunk, GArray *orders, GError **error)
{
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(SettleReader) reader = NULL;
    SettleDay last = MIN(policy->closing_to, pairs->context->date);

    for (guint i = 0; i < pairs->all->len; i++) {
        const SettlePair *pair = &g_array_index(pairs->all, SettlePair, i);

        if (pair->policy == policy)
            g_array_append_val(distributors, pair->distributor_id);
    }
    if (distributors->len == 0)
        return TRUE;
    reader = settle_store_read(store, settle_sql_run_orders_joint, "Iimmdd", distributors->data,
                               (gsize) distributors->len, policy->carrier_id,
                               settle_day_month(policy->closing_from), settle_day_month(last),
                               policy->closing_from, last);
    return read_orders(pairs, reader, chunk, orders, error);
}

gboolean
settle_pairs_load_orders(SettlePairs *pairs, SettleStore *reader, const SettleChunk *chunk,
                         GArray *orders, GError **error)
{
    const SettlePolicySet *policies = pairs->context->known.policies;

    g_array_set_size(orders, 0);
    if (pairs->all->len == 0)
        return TRUE;
    for (guint p = 0; p < settle_policy_set_size(policies); p++)
        if (!load_policy_orders(pairs, reader, settle_policy_set_nth(policies, p), chunk, orders,
                                error))
            return FALSE;
    settle_facts_keep_versions(orders);
    return TRUE;
}

/* --- asked about ------------------------------------------------------------------------------ */

gboolean
settle_pairs_contain(const SettlePairs *pairs, int32_t distributor_id, const SettlePolicy *policy)
{
    const SettlePair pair = {distributor_id, policy};

    return pairs->all->len > 0 && g_hash_table_contains(pairs->set, &pair);
}

gboolean
settle_pairs_any_of(const SettlePairs *pairs, int32_t distributor_id)
{
    return pairs->all->len > 0 &&
           g_hash_table_contains(pairs->distributors, GINT_TO_POINTER(distributor_id));
}

int64_t
settle_pairs_rank(const SettlePairs *pairs, int64_t order_id)
{
    return (int64_t) GPOINTER_TO_SIZE(g_hash_table_lookup(pairs->ranks, &order_id));
}

gboolean
settle_pairs_leave_windows(const SettlePairs *pairs, const SettlePaid *paid, int32_t distributor_id,
                           const SettlePolicy *policy)
{
    return are_possible(pairs) && !settle_pairs_contain(pairs, distributor_id, policy) &&
           (settle_policy_has_ceiling(policy) ||
            (settle_policy_awaits_payment(policy) &&
             settle_paid_any(paid, distributor_id, policy->carrier_id)));
}
