/* Finds the pairs of distributor and carrier that are settled jointly, and reads their orders. */
#include "run/chunk/pairs.h"

#include "calc/terms.h"
#include "run/chunk/load.h"
#include "run/chunk/merge.h"
#include "run/chunk/versions.h"
#include "store/sql.h"

static guint
pair_hash(gconstpointer pair)
{
    const SettlePair *p = pair;

    return (guint) p->distributor_id * 2654435761u ^ (guint) p->carrier_id;
}

static gboolean
pair_equal(gconstpointer a, gconstpointer b)
{
    const SettlePair *x = a, *y = b;

    return x->distributor_id == y->distributor_id && x->carrier_id == y->carrier_id;
}

const SettleTies *
settle_pairs_ties(const SettlePairs *pairs, int32_t carrier_id)
{
    for (guint i = 0; i < pairs->ties->len; i++) {
        const SettleTies *ties = &g_array_index(pairs->ties, SettleTies, i);

        if (ties->carrier_id == carrier_id)
            return ties;
    }
    return NULL;
}

static void
add_ties(SettlePairs *pairs, int32_t carrier_id)
{
    SettleTies ties = {.carrier_id = carrier_id, .from = SETTLE_DAY_MAX, .to = SETTLE_DAY_MIN};
    guint n;
    const SettlePolicy *const *versions =
        settle_policy_set_versions(pairs->context->known.policies, carrier_id, &n);

    for (guint i = 0; i < n; i++) {
        ties.tolerant = ties.tolerant || settle_policy_tolerates_findings(versions[i]);
        ties.capped = ties.capped || settle_policy_has_ceiling(versions[i]);
        ties.paid_for = ties.paid_for || settle_policy_awaits_payment(versions[i]);
        ties.from = MIN(ties.from, versions[i]->closing_from);
        ties.to = MAX(ties.to, versions[i]->closing_to);
    }
    ties.to = MIN(ties.to, pairs->context->date);
    if (!ties.tolerant && !ties.capped && !ties.paid_for)
        return;
    g_array_append_val(pairs->ties, ties);
    pairs->tolerant = pairs->tolerant || ties.tolerant;
}

static void
clear_open(gpointer pair)
{
    SettleOpenPair *open = pair;

    g_hash_table_unref(open->before);
    g_hash_table_unref(open->changes);
}

void
settle_pairs_init(SettlePairs *pairs, const SettleRunContext *context)
{
    *pairs = (SettlePairs){.context = context};
    pairs->ties = g_array_new(FALSE, FALSE, sizeof(SettleTies));
    for (guint p = 0; p < settle_policy_set_size(context->known.policies); p++) {
        int32_t carrier_id = settle_policy_set_nth(context->known.policies, p)->carrier_id;

        if (settle_pairs_ties(pairs, carrier_id) == NULL)
            add_ties(pairs, carrier_id);
    }
    pairs->all = g_array_new(FALSE, FALSE, sizeof(SettlePair));
    pairs->set = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    pairs->open = g_array_new(FALSE, FALSE, sizeof(SettleOpenPair));
    g_array_set_clear_func(pairs->open, clear_open);
    pairs->open_places = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    pairs->known = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    pairs->found = g_hash_table_new_full(pair_hash, pair_equal, g_free, NULL);
    pairs->distributors = g_hash_table_new(g_direct_hash, g_direct_equal);
    pairs->ranks = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

void
settle_pairs_clear(SettlePairs *pairs)
{
    g_array_unref(pairs->ties);
    g_array_unref(pairs->all);
    g_hash_table_unref(pairs->set);
    g_array_unref(pairs->open);
    g_hash_table_unref(pairs->open_places);
    g_hash_table_unref(pairs->known);
    g_hash_table_unref(pairs->found);
    g_hash_table_unref(pairs->distributors);
    g_hash_table_unref(pairs->ranks);
}

/* Whether a finding acts depends on all of its closing month, and its volume windows on more. */
SettleMonths
settle_pairs_event_months(const SettlePairs *pairs, GArray *const *facts, guint n_facts)
{
    SettleMonths months = {G_MAXINT32, 0}, closing;

    if (!pairs->tolerant)
        return months;
    closing = settle_facts_closing_months(facts, n_facts);
    if (!settle_months_any(closing))
        return months;
    for (guint i = 0; i < pairs->ties->len; i++) {
        const SettleTies *ties = &g_array_index(pairs->ties, SettleTies, i);

        if (!ties->tolerant || settle_day_month(ties->to) < closing.from)
            continue;
        months.from = MIN(months.from, settle_day_month(ties->from));
        months.to = MAX(months.to, settle_day_month(ties->to));
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
add_pair(SettlePairs *pairs, int32_t distributor_id, const SettleTies *ties)
{
    SettlePair pair = {distributor_id, ties->carrier_id};

    if (ties->from > pairs->context->date || g_hash_table_contains(pairs->set, &pair))
        return;
    g_hash_table_add(pairs->set, g_memdup2(&pair, sizeof pair));
    g_hash_table_add(pairs->distributors, GINT_TO_POINTER(distributor_id));
    g_array_append_val(pairs->all, pair);
}

/* Only ceilings tie its orders. */
static void
add_open(SettlePairs *pairs, int32_t distributor_id, const SettleTies *ties)
{
    const SettlePair pair = {distributor_id, ties->carrier_id};
    SettleOpenPair open = {.distributor_id = distributor_id,
                           .carrier_id = ties->carrier_id,
                           .months = {G_MAXINT32, 0}};

    if (ties->from > pairs->context->date || g_hash_table_contains(pairs->open_places, &pair))
        return;
    open.before = settle_ceilings_new();
    open.changes = settle_ceilings_new();
    g_array_append_val(pairs->open, open);
    g_hash_table_insert(pairs->open_places, g_memdup2(&pair, sizeof pair),
                        GUINT_TO_POINTER(pairs->open->len));
}

/* Leaves those out that are joint now. */
static void
keep_open(SettlePairs *pairs)
{
    g_autoptr(GArray) all = pairs->open;

    pairs->open = g_array_new(FALSE, FALSE, sizeof(SettleOpenPair));
    g_array_set_clear_func(all, NULL);
    g_hash_table_remove_all(pairs->open_places);
    for (guint i = 0; i < all->len; i++) {
        SettleOpenPair *open = &g_array_index(all, SettleOpenPair, i);
        const SettlePair pair = {open->distributor_id, open->carrier_id};

        if (g_hash_table_contains(pairs->set, &pair)) {
            clear_open(open);
            continue;
        }
        g_array_append_vals(pairs->open, open, 1);
        g_hash_table_insert(pairs->open_places, g_memdup2(&pair, sizeof pair),
                            GUINT_TO_POINTER(pairs->open->len));
    }
    g_array_set_clear_func(pairs->open, clear_open);
}

void
settle_pairs_join_binding(SettlePairs *pairs)
{
    for (guint i = 0; i < pairs->open->len; i++) {
        const SettleOpenPair *open = &g_array_index(pairs->open, SettleOpenPair, i);

        if (open->binds)
            add_pair(pairs, open->distributor_id, settle_pairs_ties(pairs, open->carrier_id));
    }
    keep_open(pairs);
}

/* Whose orders have findings. */
static void
note_findings(const Search *search)
{
    const GArray *events = search->facts->events;
    SettlePairs *pairs = search->pairs;

    for (guint i = 0; i < events->len && pairs->tolerant; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);
        SettlePair pair = {event->order.distributor_id,
                           settle_directory_product_carrier(pairs->context->known.directory,
                                                            event->order.product_id)};

        if (event->kind == SETTLE_EVENT_KIND_FRAUD && !g_hash_table_contains(pairs->found, &pair))
            g_hash_table_add(pairs->found, g_memdup2(&pair, sizeof pair));
    }
}

/* Something happened to an order of the distributor and the carrier. */
static void
touch(const Search *search, int32_t distributor_id, const SettleTies *ties)
{
    const SettlePair pair = {distributor_id, ties->carrier_id};

    if ((ties->tolerant && g_hash_table_contains(search->pairs->found, &pair)) ||
        (ties->paid_for && settle_paid_any(search->paid, distributor_id, ties->carrier_id)))
        add_pair(search->pairs, distributor_id, ties);
    else if (ties->capped)
        add_open(search->pairs, distributor_id, ties);
}

static void
touch_subject(const Search *search, SettleSubject *subject)
{
    SettlePairs *pairs = search->pairs;
    const SettleTies *ties;

    if (!settle_subject_find_policy(&pairs->context->known, subject))
        return;
    ties = settle_pairs_ties(pairs, subject->policy->carrier_id);
    if (ties != NULL)
        touch(search, subject->order->distributor_id, ties);
}

/* What was told anew may change anything. */
static void
join_subject(const Search *search, const SettleSubject *subject)
{
    const SettleTies *ties = subject->policy != NULL
                                 ? settle_pairs_ties(search->pairs, subject->policy->carrier_id)
                                 : NULL;

    if (ties != NULL && ties->capped)
        add_pair(search->pairs, subject->order->distributor_id, ties);
}

/* Those of the orders that something happened to, and what was told anew of them. */
static void
touch_orders(const Search *search)
{
    const GArray *was = search->facts->was;
    SettleMerge merge = settle_merge_begin(search->facts);
    SettleSubject subject;

    while (settle_merge_next(&merge, &subject)) {
        touch_subject(search, &subject);
        if (subject.revised != NULL)
            join_subject(search, &subject);
    }
    for (guint i = 0; i < was->len; i++) {
        subject = (SettleSubject){.order = &g_array_index(was, SettleOrder, i)};
        touch_subject(search, &subject);
        join_subject(search, &subject);
    }
}

/* A window that ends takes what the orders left, also where nothing happened to them today. */
static void
touch_windows(const Search *search, const SettleChunk *chunk)
{
    const SettlePairs *pairs = search->pairs;

    if (pairs->context->falls_due.window_ends->len == 0)
        return;
    for (guint i = 0; i < pairs->ties->len; i++) {
        const SettleTies *ties = &g_array_index(pairs->ties, SettleTies, i);

        if (!ties->capped && !ties->paid_for)
            continue;
        for (int32_t id = chunk->first_distributor; id <= chunk->last_distributor; id++)
            touch(search, id, ties);
    }
}

/* Money is for a carrier's origin period, whatever version earned it. */
static void
touch_money(const Search *search)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, search->paid->money);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const SettlePaidMoney *money = key;
        const SettleTies *ties =
            money->is_new ? settle_pairs_ties(search->pairs, money->carrier_id) : NULL;

        if (ties != NULL && ties->paid_for)
            add_pair(search->pairs, money->distributor_id, ties);
    }
}

void
settle_pairs_find(SettlePairs *pairs, const SettleFacts *facts, const SettlePaid *paid,
                  const SettleChunk *chunk)
{
    const Search search = {pairs, facts, paid};

    g_array_set_size(pairs->all, 0);
    g_hash_table_remove_all(pairs->set);
    g_array_set_size(pairs->open, 0);
    g_hash_table_remove_all(pairs->open_places);
    g_hash_table_remove_all(pairs->known);
    g_hash_table_remove_all(pairs->found);
    g_hash_table_remove_all(pairs->distributors);
    g_hash_table_remove_all(pairs->ranks);
    if (pairs->ties->len == 0)
        return;
    note_findings(&search);
    touch_orders(&search);
    touch_money(&search);
    touch_windows(&search, chunk);
    keep_open(pairs);
}

/* --- their orders ----------------------------------------------------------------------------- */

/* Where an order has several rows the one that holds says when it closed. */
static gboolean
holds(const SettleRunContext *context, const SettleFacts *facts, const SettleOrder *row)
{
    SettleVersions of;

    return !settle_versions_of(context, facts, row, &of) ||
           (of.now != NULL && of.now->flags == row->flags);
}

/* Reads the orders of a carrier's pairs: keeps the ranks of all, and those that runs before
 * settled.
 */
static gboolean
read_orders(SettlePairs *pairs, SettleReader *reader, const SettleChunk *chunk, SettleFacts *facts,
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
        if (holds(context, facts, &order))
            g_hash_table_insert(pairs->ranks, g_memdup2(&order.order_id, sizeof order.order_id),
                                GSIZE_TO_POINTER((gsize) rank));
        /* what waited for this day is among the new ones */
        if (state == SETTLE_BATCH_BEFORE)
            g_array_append_val(facts->joint_orders, order);
    }
    return settle_reader_end(reader, error);
}

/* The orders of all distributors that are joint with one carrier. */
static gboolean
load_carrier_orders(SettlePairs *pairs, SettleStore *store, const SettleTies *ties,
                    const SettleChunk *chunk, SettleFacts *facts, GError **error)
{
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(SettleReader) reader = NULL;

    for (guint i = 0; i < pairs->all->len; i++) {
        const SettlePair *pair = &g_array_index(pairs->all, SettlePair, i);

        if (pair->carrier_id == ties->carrier_id)
            g_array_append_val(distributors, pair->distributor_id);
    }
    if (distributors->len == 0)
        return TRUE;
    reader =
        settle_store_read(store, settle_sql_run_orders_joint, "Iimmdd", distributors->data,
                          (gsize) distributors->len, ties->carrier_id, settle_day_month(ties->from),
                          settle_day_month(ties->to), ties->from, ties->to);
    return read_orders(pairs, reader, chunk, facts, error);
}

SettleMonths
settle_pairs_closing_months(const SettlePairs *pairs)
{
    SettleMonths months = {G_MAXINT32, 0};

    for (guint i = 0; pairs->all->len > 0 && i < pairs->ties->len; i++) {
        const SettleTies *ties = &g_array_index(pairs->ties, SettleTies, i);

        months.from = MIN(months.from, settle_day_month(ties->from));
        months.to = MAX(months.to, settle_day_month(ties->to));
    }
    return months;
}

gboolean
settle_pairs_load_orders(SettlePairs *pairs, SettleStore *reader, const SettleChunk *chunk,
                         SettleFacts *facts, GError **error)
{
    GArray *orders = facts->joint_orders;

    g_array_set_size(orders, 0);
    if (pairs->all->len == 0)
        return TRUE;
    for (guint i = 0; i < pairs->ties->len; i++)
        if (!load_carrier_orders(pairs, reader, &g_array_index(pairs->ties, SettleTies, i), chunk,
                                 facts, error))
            return FALSE;
    settle_facts_keep_versions(orders);
    settle_versions_put_before(pairs->context, facts, orders);
    return TRUE;
}

/* --- asked about ------------------------------------------------------------------------------ */

gboolean
settle_pairs_contain(const SettlePairs *pairs, int32_t distributor_id, int32_t carrier_id)
{
    const SettlePair pair = {distributor_id, carrier_id};

    return pairs->all->len > 0 && g_hash_table_contains(pairs->set, &pair);
}

gboolean
settle_pairs_any_of(const SettlePairs *pairs, int32_t distributor_id)
{
    return pairs->all->len > 0 &&
           g_hash_table_contains(pairs->distributors, GINT_TO_POINTER(distributor_id));
}

SettleOpenPair *
settle_pairs_open(const SettlePairs *pairs, int32_t distributor_id, int32_t carrier_id)
{
    const SettlePair pair = {distributor_id, carrier_id};
    guint place =
        pairs->open->len > 0 ? GPOINTER_TO_UINT(g_hash_table_lookup(pairs->open_places, &pair)) : 0;

    return place > 0 ? &g_array_index(pairs->open, SettleOpenPair, place - 1) : NULL;
}

void
settle_pairs_note_known(SettlePairs *pairs, int32_t distributor_id, int32_t carrier_id,
                        int32_t since)
{
    const SettlePair pair = {distributor_id, carrier_id};

    if (since == settle_carrier_ceilings_since(pairs->context->known.policies, carrier_id) &&
        !g_hash_table_contains(pairs->known, &pair))
        g_hash_table_add(pairs->known, g_memdup2(&pair, sizeof pair));
}

gboolean
settle_pairs_are_known(const SettlePairs *pairs, int32_t distributor_id, int32_t carrier_id)
{
    const SettlePair pair = {distributor_id, carrier_id};

    return g_hash_table_contains(pairs->known, &pair);
}

int64_t
settle_pairs_rank(const SettlePairs *pairs, int64_t order_id)
{
    return (int64_t) GPOINTER_TO_SIZE(g_hash_table_lookup(pairs->ranks, &order_id));
}

gboolean
settle_pairs_leave_windows(const SettlePairs *pairs, const SettlePaid *paid, int32_t distributor_id,
                           int32_t carrier_id)
{
    const SettleTies *ties = pairs->ties->len > 0 ? settle_pairs_ties(pairs, carrier_id) : NULL;

    return ties != NULL && !settle_pairs_contain(pairs, distributor_id, carrier_id) &&
           settle_pairs_open(pairs, distributor_id, carrier_id) == NULL &&
           (ties->capped || (ties->paid_for && settle_paid_any(paid, distributor_id, carrier_id)));
}
