/* Holds what came today against what ceilings leave, by sums alone. */
#include "run/chunk/room.h"

#include "base/checked.h"
#include "calc/arithmetic.h"
#include "calc/terms.h"
#include "ledger/ledger.h"
#include "policy/windows.h"
#include "run/chunk/merge.h"
#include "run/output/rows.h"
#include "store/sql.h"

/* What is looked at. */
typedef struct {
    SettlePairs *pairs;
    const SettleFacts *facts;
    SettleHistory *history;
    SettleTargets *targets;
    SettleMatchers *matchers;
} Look;

/* --- what changes ------------------------------------------------------------------------------
 */

static void
widen(SettleOpenPair *open, SettleMonth month)
{
    open->months.from = MIN(open->months.from, month);
    open->months.to = MAX(open->months.to, month);
}

/* What stands posted of the slot, in all legs; *p: at its first row, then behind its last. */
static int64_t
take_posted(const SettlePast *past, guint *p)
{
    SettleSlot slot = past->posted[*p].slot & ~0xf;
    int64_t sum = 0;

    for (; *p < past->n_posted && (past->posted[*p].slot & ~0xf) == slot; (*p)++) {
        int64_t minor = past->posted[*p].target_minor;

        switch (settle_slot_leg(past->posted[*p].slot)) {
        case SETTLE_LEG_MAIN:
        case SETTLE_LEG_HELD:
        case SETTLE_LEG_STRAIGHT:
            sum += minor;
            break;
        case SETTLE_LEG_TAKEN:
            sum -= minor;
            break;
        default: /* released: it went through held */
            break;
        }
    }
    return sum;
}

static void
add_change(const Look *look, SettleOpenPair *open, const SettleSubject *subject,
           const SettleTarget *target, int64_t minor)
{
    if (minor == 0)
        return;
    widen(open, target->origin);
    if (!settle_ceilings_add_amount(open->changes, look->pairs->context->known.policies,
                                    subject->policy, target->rule, target->origin, minor))
        open->binds = TRUE;
}

/* The targets of an order against what is posted of it; what is posted without a target is taken
 * back, which makes room: where, the order's targets do not say. */
static void
add_changes(const Look *look, SettleOpenPair *open, const SettleSubject *subject)
{
    const GArray *all = look->targets->all;
    SettlePast past = {0};
    gboolean old = !subject->is_new && settle_history_of(look->history, subject->order, &past);
    guint p = 0;

    if (!settle_targets_whole(look->targets, subject, old ? past.bills : subject->bills,
                              old ? past.n_bills : subject->n_bills, SETTLE_FINDINGS_ACT)) {
        open->binds = TRUE;
        return;
    }
    for (guint i = 0; i < all->len; i++) {
        const SettleTarget *target = &g_array_index(all, SettleTarget, i);
        int64_t posted = 0;

        for (; p < past.n_posted && (past.posted[p].slot & ~0xf) < target->slot;)
            open->binds = open->binds || take_posted(&past, &p) != 0;
        if (p < past.n_posted && (past.posted[p].slot & ~0xf) == target->slot)
            posted = take_posted(&past, &p);
        add_change(look, open, subject, target, target->target_minor - posted);
    }
    while (p < past.n_posted)
        open->binds = open->binds || take_posted(&past, &p) != 0;
}

/* A change of what an order counts concerns the windows from its month on to their ends. match: of
 * the order as it is, or was. */
static void
widen_by_windows(const Look *look, SettleOpenPair *open, const SettleSubject *subject,
                 const SettleMatch *match)
{
    SettleDay day = subject->order->closing_day;

    if (!subject->is_new && subject->n_new_events == 0 && !subject->is_recounted)
        return;
    for (guint i = match->n_order_rules; i < match->n_rules; i++) {
        const SettleRule *rule = match->rules[i];
        SettleMonth end = settle_window_end(rule->window.length, day);

        if (!settle_window_is_evaluated(rule, end, look->pairs->context->date))
            continue;
        widen(open, end);
        if (rule->window.progressive)
            widen(open, settle_day_month(day));
    }
}

static void
look_at_facts(const Look *look)
{
    g_auto(SettleMatch) match = {0};
    g_auto(SettleMatch) match_was = {0};
    SettleMerge merge = settle_merge_begin(look->facts);
    SettleSubject subject;

    while (settle_merge_next(&merge, &subject)) {
        SettleOpenPair *open;

        settle_subject_match(look->matchers, &subject, &match);
        settle_subject_match_was(look->matchers, &subject, &match_was);
        open = subject.policy != NULL
                   ? settle_pairs_open(look->pairs, subject.order->distributor_id,
                                       subject.policy->carrier_id)
                   : NULL;
        if (open == NULL || open->binds)
            continue;
        if (subject.match == NULL) {
            open->binds = !subject.is_new;
            continue;
        }
        widen_by_windows(look, open, &subject, subject.match);
        if (subject.is_recounted)
            widen_by_windows(look, open, &subject, subject.was.match);
        if (!settle_subject_is_at_rest(&subject))
            add_changes(look, open, &subject);
    }
}

/* Windows whose last day is today. */
static void
look_at_window_ends(const Look *look)
{
    const GArray *ends = look->pairs->context->falls_due.window_ends;

    for (guint i = 0; i < look->pairs->open->len; i++)
        for (guint k = 0; k < ends->len; k++)
            widen(&g_array_index(look->pairs->open, SettleOpenPair, i),
                  g_array_index(ends, SettleMonth, k));
}

/* --- what is used ------------------------------------------------------------------------------
 */

/* Makes the months whole windows of whatever ceiling the carrier has. */
static void
round_months(const Look *look, SettleOpenPair *open)
{
    int longest =
        settle_carrier_longest_ceiling(look->pairs->context->known.policies, open->carrier_id);

    if (longest == 0 || !settle_months_any(open->months))
        return;
    open->months.from =
        settle_window_end((SettleWindow) longest, settle_month_first(open->months.from)) -
        settle_window_months((SettleWindow) longest) + 1;
    open->months.to =
        settle_window_end((SettleWindow) longest, settle_month_first(open->months.to));
}

/* All months of all open pairs, and their distributors, each once; of joint ones the distributors:
 * whether what they use is known is asked, too. */
static SettleMonths
collect(const Look *look, GArray *distributors)
{
    SettleMonths months = {G_MAXINT32, 0};

    for (guint i = 0; i < look->pairs->open->len; i++) {
        SettleOpenPair *open = &g_array_index(look->pairs->open, SettleOpenPair, i);

        round_months(look, open);
        if (settle_months_any(open->months)) {
            months.from = MIN(months.from, open->months.from);
            months.to = MAX(months.to, open->months.to);
        }
        g_array_append_val(distributors, open->distributor_id);
    }
    for (guint i = 0; i < look->pairs->all->len; i++) {
        const SettlePair *pair = &g_array_index(look->pairs->all, SettlePair, i);

        if (settle_pairs_ties(look->pairs, pair->carrier_id)->capped)
            g_array_append_val(distributors, pair->distributor_id);
    }
    return months;
}

static gboolean
read_uses(const Look *look, SettleReader *stream, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        int32_t distributor_id =
            settle_reader_i32(reader, SQL_RUN_CEILINGS_OF_MONTHS_DISTRIBUTOR_ID);
        SettleCeilingUse use = {
            .carrier_id = settle_reader_i32(reader, SQL_RUN_CEILINGS_OF_MONTHS_CARRIER_ID),
            .rule = (guint) settle_reader_i32(reader, SQL_RUN_CEILINGS_OF_MONTHS_RULE),
            .currency =
                (SettleCurrency) settle_reader_i32(reader, SQL_RUN_CEILINGS_OF_MONTHS_CURRENCY),
            .month = settle_reader_month(reader, SQL_RUN_CEILINGS_OF_MONTHS_WINDOW_END),
            .used_minor = settle_reader_i64(reader, SQL_RUN_CEILINGS_OF_MONTHS_USED),
        };
        int32_t since = settle_reader_i32(reader, SQL_RUN_CEILINGS_OF_MONTHS_SINCE);
        SettleOpenPair *open = settle_pairs_open(look->pairs, distributor_id, use.carrier_id);

        if (since != 0)
            settle_pairs_note_known(look->pairs, distributor_id, use.carrier_id, since);
        else if (open != NULL && use.month >= open->months.from && use.month <= open->months.to &&
                 !settle_ceilings_add(open->before, &use))
            open->binds = TRUE;
    }
    return settle_reader_end(reader, error);
}

static gboolean
read_cuts(const Look *look, SettleReader *stream, GError **error)
{
    g_autoptr(SettleReader) reader = stream;
    const SettlePolicySet *policies = look->pairs->context->known.policies;

    while (settle_reader_next(reader)) {
        const SettlePolicy *policy =
            settle_policy_set_get(policies, settle_reader_i32(reader, SQL_RUN_CUT_POLICY_ID));
        SettleMonth month = settle_reader_month(reader, SQL_RUN_CUT_MONTH);
        SettleOpenPair *open;

        if (policy == NULL || settle_reader_i64(reader, SQL_RUN_CUT_CUT_MINOR) == 0 ||
            settle_reader_i16(reader, SQL_RUN_CUT_WHAT) == SETTLE_CUT_FINDING ||
            !settle_subject_is_order(settle_reader_i64(reader, SQL_RUN_CUT_SUBJECT_ID)))
            continue;
        open = settle_pairs_open(look->pairs, settle_reader_i32(reader, SQL_RUN_CUT_DISTRIBUTOR_ID),
                                 policy->carrier_id);
        if (open != NULL && month >= open->months.from && month <= open->months.to)
            open->binds = TRUE;
    }
    return settle_reader_end(reader, error);
}

static gboolean
load(const Look *look, SettleStore *store, GError **error)
{
    const SettleRunContext *context = look->pairs->context;
    g_autoptr(GArray) distributors = g_array_new(FALSE, FALSE, sizeof(int32_t));
    SettleMonths months = collect(look, distributors);

    if (distributors->len == 0)
        return TRUE;
    if (!settle_months_any(months))
        months = (SettleMonths){context->lies_in.last, context->lies_in.last};
    return read_uses(look,
                     settle_store_read(store, settle_sql_run_ceilings_of_months, "ImmiI",
                                       distributors->data, (gsize) distributors->len, months.from,
                                       months.to, context->run_id, context->seen.abandoned->data,
                                       (gsize) context->seen.abandoned->len),
                     error) &&
           read_cuts(look,
                     settle_store_read(store, settle_sql_run_cuts_of_distributors, "ImmiI",
                                       distributors->data, (gsize) distributors->len, months.from,
                                       months.to, context->run_id, context->seen.abandoned->data,
                                       (gsize) context->seen.abandoned->len),
                     error);
}

/* --- whether it fits ---------------------------------------------------------------------------
 */

/* Something that the version earns can be of the months. */
static gboolean
reaches(const SettlePolicy *policy, SettleMonth first, SettleMonth last)
{
    return settle_day_month(policy->closing_from) <= last &&
           (policy->closing_to == SETTLE_DAY_MAX ||
            settle_day_month(policy->closing_to) + policy->span_months >= first);
}

/* What is used and changes is within the limit in all windows of the months. */
static gboolean
fits(const SettleOpenPair *open, const SettlePolicy *policy, guint rule,
     const SettleCeiling *ceiling)
{
    SettleWindow window = (SettleWindow) ceiling->window;
    SettleMonth month = open->months.from;

    while (ceiling->window != 0 && month <= open->months.to) {
        const SettleCeilingUse use = {.carrier_id = policy->carrier_id,
                                      .currency = policy->currency,
                                      .rule = rule,
                                      .month = month};
        SettleMonth end = settle_window_end(window, settle_month_first(month));
        int64_t before, change, sum;

        if (!settle_ceilings_used(open->before, use, window, &before) ||
            !settle_ceilings_used(open->changes, use, window, &change) ||
            !settle_add_i64(before, change, &sum) ||
            (sum > ceiling->amount_minor && reaches(policy, month, end)))
            return FALSE;
        month = end + 1;
    }
    return TRUE;
}

static gboolean
binds(const Look *look, const SettleOpenPair *open)
{
    guint n;
    const SettlePolicy *const *versions =
        settle_policy_set_versions(look->pairs->context->known.policies, open->carrier_id, &n);

    if (open->binds || !settle_pairs_are_known(look->pairs, open->distributor_id, open->carrier_id))
        return TRUE;
    for (guint i = 0; i < n; i++) {
        if (!fits(open, versions[i], 0, &versions[i]->terms.ceiling))
            return TRUE;
        for (guint r = 0; r < versions[i]->n_rules; r++) {
            const SettleRule *rule = &versions[i]->rules[r];

            if (!settle_kind_is_window((int) rule->kind) &&
                !fits(open, versions[i], rule->number, &rule->terms.ceiling))
                return TRUE;
        }
    }
    return FALSE;
}

gboolean
settle_room_look(SettlePairs *pairs, const SettleFacts *facts, SettleHistory *history,
                 SettleTargets *targets, SettleMatchers *matchers, SettleStore *reader,
                 GError **error)
{
    const Look look = {pairs, facts, history, targets, matchers};

    if (pairs->open->len > 0) {
        look_at_facts(&look);
        look_at_window_ends(&look);
    }
    if (!load(&look, reader, error))
        return FALSE;
    for (guint i = 0; i < pairs->open->len; i++) {
        SettleOpenPair *open = &g_array_index(pairs->open, SettleOpenPair, i);

        open->binds = binds(&look, open);
    }
    settle_pairs_join_binding(pairs);
    return TRUE;
}
