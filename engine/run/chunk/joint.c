/* Decides over a distributor's joint orders, before the first of them is settled. */
#include "run/chunk/joint.h"

#include "base/checked.h"
#include "calc/terms.h"

/* One target of a joint order. */
typedef struct {
    const SettlePolicy *policy;
    const SettleRule *rule;
    int64_t order_id, rank; /* rank: by closing time among the carrier's orders */
    SettleDay closing_day;
    SettleSlot slot;
    SettleMonth origin;
    int64_t earned_minor, target_minor;
    gboolean withheld;
} Item;

/* A fraud finding in force. */
typedef struct {
    const SettlePolicy *policy;
    SettleMonth month; /* of closing */
    int64_t order_id, rank, total_minor;
} Finding;

/* Orders of a carrier that closed in a month. */
typedef struct {
    int32_t carrier_id;
    SettleMonth month;
    int64_t orders;
} Lines;

/* What is decided from. */
typedef struct {
    SettleDecisions *decisions;
    const GArray *subjects; /* SettleSubject */
    SettleHistory *history;
    SettleTargets *targets;
    GArray *findings, *lines, *items; /* Finding, Lines, Item */
} Case;

/* Fills in the targets of an order, from its past if it has one, else from what a new one brings.
 * FALSE: an amount left 64 bits. */
static gboolean
targets_of(const Case *c, const SettleSubject *subject, SettleFindings findings)
{
    SettlePast past;

    if (!subject->is_new && settle_history_of(c->history, subject->order, &past))
        return settle_targets_whole(c->targets, subject, past.bills, past.n_bills, findings);
    return settle_targets_whole(c->targets, subject, subject->bills, subject->n_bills, findings);
}

/* --- fraud findings --------------------------------------------------------------------------- */

static void
count_line(GArray *all, int32_t carrier_id, SettleMonth month)
{
    Lines line = {carrier_id, month, 1};

    for (guint i = all->len; i-- > 0;) {
        Lines *lines = &g_array_index(all, Lines, i);

        if (lines->carrier_id == carrier_id && lines->month == month) {
            lines->orders++;
            return;
        }
    }
    g_array_append_val(all, line);
}

/* All that the order earns without any finding; one that earns too much earns nothing
 * (docs/semantics.md 14.20). FALSE: a sum left 64 bits. */
static gboolean
add_finding(const Case *c, const SettleSubject *subject)
{
    Finding finding = {
        .policy = subject->policy,
        .month = settle_day_month(subject->order->closing_day),
        .order_id = subject->order->order_id,
        .rank = settle_pairs_rank(c->decisions->pairs, subject->order->order_id),
    };
    const GArray *all = c->targets->all;

    gboolean fits = targets_of(c, subject, SETTLE_FINDINGS_TOLERATED);

    for (guint i = 0; i < all->len && fits; i++)
        if (!settle_add_i64(finding.total_minor, g_array_index(all, SettleTarget, i).target_minor,
                            &finding.total_minor))
            return FALSE;
    g_array_append_val(c->findings, finding);
    return TRUE;
}

static gboolean
tolerates(const Case *c, int32_t carrier_id)
{
    return settle_carrier_tolerates_findings(c->targets->known->policies, carrier_id);
}

static gboolean
collect_findings(const Case *c)
{
    for (guint i = 0; i < c->subjects->len; i++) {
        const SettleSubject *subject = &g_array_index(c->subjects, SettleSubject, i);

        if (!subject->is_joint || !tolerates(c, subject->policy->carrier_id))
            continue;
        count_line(c->lines, subject->policy->carrier_id,
                   settle_day_month(subject->order->closing_day));
        if (settle_targets_is_found(c->targets, subject) && !add_finding(c, subject))
            return FALSE;
    }
    return TRUE;
}

/* By carrier and month, then most expensive first, then later closing. */
static int
compare_findings(gconstpointer a, gconstpointer b)
{
    const Finding *x = a, *y = b;

    if (x->policy->carrier_id != y->policy->carrier_id)
        return x->policy->carrier_id < y->policy->carrier_id ? -1 : 1;
    if (x->month != y->month)
        return x->month < y->month ? -1 : 1;
    if (x->total_minor != y->total_minor)
        return x->total_minor > y->total_minor ? -1 : 1;
    return x->rank > y->rank ? -1 : x->rank < y->rank;
}

/* How many findings are tolerated among the carrier's orders of a closing month, by these terms. */
static int64_t
allowed(const GArray *all, const SettlePolicy *policy, SettleMonth month)
{
    int64_t orders = 0;

    for (guint i = 0; i < all->len; i++) {
        const Lines *lines = &g_array_index(all, Lines, i);

        if (lines->carrier_id == policy->carrier_id && lines->month == month)
            orders = lines->orders;
    }
    /* at most SETTLE_CHUNK_FACTS_MOST orders: the product fits */
    return MAX(orders * policy->terms.tolerance_ppb / SETTLE_RATE_ONE,
               policy->terms.tolerance_count);
}

/* The findings of a carrier and month, from place i up to end: the most expensive act, as many as
 * the version that holds on the month's last day does not tolerate (docs/semantics.md 13.9). */
static void
decide_month(const Case *c, guint i, guint end)
{
    const Finding *first = &g_array_index(c->findings, Finding, i);
    const SettlePolicy *terms = settle_policy_set_terms(
        c->targets->known->policies, first->policy->carrier_id, settle_month_last(first->month));
    guint act = (guint) MAX((int64_t) (end - i) - allowed(c->lines, terms, first->month), 0);

    for (guint k = i; k < end; k++) {
        const Finding *finding = &g_array_index(c->findings, Finding, k);

        if (finding->total_minor > 0 && settle_policy_tolerates_findings(terms))
            settle_decisions_note_cut(c->decisions, SETTLE_CUT_FINDING, finding->policy,
                                      finding->order_id, 0, finding->month, finding->total_minor,
                                      k < i + act ? finding->total_minor : 0);
        if (k >= i + act)
            g_hash_table_add(c->decisions->tolerated,
                             g_memdup2(&finding->order_id, sizeof finding->order_id));
    }
}

static gboolean
decide_findings(const Case *c)
{
    if (!collect_findings(c))
        return FALSE;
    g_array_sort(c->findings, compare_findings);
    for (guint i = 0, end; i < c->findings->len; i = end) {
        const Finding *first = &g_array_index(c->findings, Finding, i);

        for (end = i + 1; end < c->findings->len; end++) {
            const Finding *next = &g_array_index(c->findings, Finding, end);

            if (next->policy->carrier_id != first->policy->carrier_id ||
                next->month != first->month)
                break;
        }
        decide_month(c, i, end);
    }
    return TRUE;
}

/* --- targets ---------------------------------------------------------------------------------- */

/* Nothing of an order that earns too much: that is an error on it alone (docs/semantics.md 14.20).
 */
static void
add_items(const Case *c, const SettleSubject *subject)
{
    const GArray *all = c->targets->all;

    if (!targets_of(c, subject, settle_decisions_findings(c->decisions, subject)))
        return;
    for (guint i = 0; i < all->len; i++) {
        const SettleTarget *target = &g_array_index(all, SettleTarget, i);
        Item item = {
            .policy = subject->policy,
            .rule = target->rule,
            .order_id = subject->order->order_id,
            .rank = settle_pairs_rank(c->decisions->pairs, subject->order->order_id),
            .closing_day = subject->order->closing_day,
            .slot = target->slot,
            .origin = target->origin,
            .earned_minor = target->earned_minor,
            .target_minor = target->target_minor,
            .withheld = target->credit == SETTLE_ROLE_WITHHELD,
        };

        if (item.target_minor > 0)
            g_array_append_val(c->items, item);
    }
}

/* By carrier, origin, closing time, order, rule and item, whatever the version. */
static int
compare_items(gconstpointer a, gconstpointer b)
{
    const Item *x = a, *y = b;

    if (x->policy->carrier_id != y->policy->carrier_id)
        return x->policy->carrier_id < y->policy->carrier_id ? -1 : 1;
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

/* What ceilings leave of an item, divided by what is held back and what the carrier has paid for.
 * FALSE: an amount left 64 bits that decides over other orders. */
static gboolean
decide_item(const Case *c, Item *item)
{
    SettleDecidedSlot slot = {.order_id = item->order_id, .slot = item->slot};
    SettleMonth today = settle_day_month(c->targets->date);
    int64_t left = settle_decisions_cap(c->decisions, item->policy, item->rule, item->order_id,
                                        item->slot, item->origin, today, item->target_minor);

    item->earned_minor -= item->target_minor - left;
    item->target_minor = left;
    slot.fits = settle_standing_of(c->targets->known->arithmetic, item->policy, item->rule,
                                   item->closing_day, item->earned_minor, item->target_minor,
                                   item->withheld, c->targets->date, &slot.standing);
    if (item->rule->terms.pay_when_paid) {
        if (!slot.fits)
            return FALSE;
        settle_standing_await(&slot.standing,
                              settle_paid_take(c->decisions->paid, c->decisions->distributor_id,
                                               item->policy, item->origin,
                                               slot.standing.payable_minor));
    }
    g_array_append_val(c->decisions->slots, slot);
    return TRUE;
}

/* --- deciding --------------------------------------------------------------------------------- */

static gboolean
decide(const Case *c)
{
    if (c->decisions->pairs->tolerant && !decide_findings(c))
        return FALSE;
    for (guint i = 0; i < c->subjects->len; i++) {
        const SettleSubject *subject = &g_array_index(c->subjects, SettleSubject, i);

        if (subject->is_joint)
            add_items(c, subject);
    }
    g_array_sort(c->items, compare_items);
    for (guint i = 0; i < c->items->len; i++)
        if (!decide_item(c, &g_array_index(c->items, Item, i)))
            return FALSE;
    return !c->decisions->failed;
}

void
settle_joint_decide(SettleDecisions *decisions, const GArray *subjects, SettleHistory *history,
                    SettleTargets *targets)
{
    g_autoptr(GArray) findings = g_array_new(FALSE, FALSE, sizeof(Finding));
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(Lines));
    g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(Item));
    const Case c = {
        .decisions = decisions,
        .subjects = subjects,
        .history = history,
        .targets = targets,
        .findings = findings,
        .lines = lines,
        .items = items,
    };

    decisions->failed = !decide(&c);
    settle_decisions_sort(decisions);
}
