/* Computes an order's targets from its facts: which events count, which slots are asked for. */
#include "run/chunk/targets.h"

#include "calc/events.h"

void
settle_targets_init(SettleTargets *targets, const SettleRunKnown *known, SettleDay date)
{
    targets->known = known;
    targets->date = date;
    targets->all = g_array_new(FALSE, FALSE, sizeof(SettleTarget));
    targets->in_force = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    targets->months = g_array_new(FALSE, FALSE, sizeof(SettleMonth));
}

void
settle_targets_clear(SettleTargets *targets)
{
    g_array_unref(targets->all);
    g_array_unref(targets->in_force);
    g_array_unref(targets->months);
}

/* --- events ---------------------------------------------------------------------------------- */

static void
leave_findings_out(GArray *events)
{
    guint kept = 0;

    for (guint i = 0; i < events->len; i++)
        if (g_array_index(events, SettleEvent, i).kind != SETTLE_EVENT_KIND_FRAUD)
            g_array_index(events, SettleEvent, kept++) = g_array_index(events, SettleEvent, i);
    g_array_set_size(events, kept);
}

/* Events of an order lie by id and version (load-events.c), new ones too: *at goes through them
 * once with all. */
static gboolean
is_new_event(const SettleSubject *subject, const SettleEvent *event, guint *at)
{
    const SettleEvent *new_events = subject->new_events;

    while (*at < subject->n_new_events && (new_events[*at].event_id < event->event_id ||
                                           (new_events[*at].event_id == event->event_id &&
                                            new_events[*at].version < event->version)))
        ++*at;
    return *at < subject->n_new_events && new_events[*at].event_id == event->event_id &&
           new_events[*at].version == event->version;
}

/* Of the events in in_force only those stay that count. */
static guint
keep_in_force(SettleTargets *targets, const SettleSubject *subject, SettleFindings findings)
{
    const SettleRefundLimit limit =
        settle_refund_limit(targets->known->slacks, subject->parties.carrier_id, subject->order);
    guint nothing = settle_events_in_force(targets->in_force, targets->date, &limit, NULL);

    if (findings == SETTLE_FINDINGS_TOLERATED)
        leave_findings_out(targets->in_force);
    return nothing;
}

guint
settle_targets_events(SettleTargets *targets, const SettleSubject *subject, SettleFindings findings)
{
    g_array_set_size(targets->in_force, 0);
    if (subject->n_events == 0)
        return 0;
    g_array_append_vals(targets->in_force, subject->events, subject->n_events);
    return keep_in_force(targets, subject, findings);
}

guint
settle_targets_events_before(SettleTargets *targets, const SettleSubject *subject,
                             SettleFindings findings)
{
    guint at = 0;

    g_array_set_size(targets->in_force, 0);
    for (guint i = 0; i < subject->n_events; i++)
        if (!is_new_event(subject, &subject->events[i], &at))
            g_array_append_val(targets->in_force, subject->events[i]);
    return keep_in_force(targets, subject, findings);
}

gboolean
settle_targets_is_found(SettleTargets *targets, const SettleSubject *subject)
{
    settle_targets_events(targets, subject, SETTLE_FINDINGS_ACT);
    for (guint i = 0; i < targets->in_force->len; i++)
        if (g_array_index(targets->in_force, SettleEvent, i).kind == SETTLE_EVENT_KIND_FRAUD)
            return TRUE;
    return FALSE;
}

/* --- targets --------------------------------------------------------------------------------- */

/* Some bill is the order's: of a month and revision the last row, by turn and withdrawal, holds. */
static gboolean
has_bills(const SettleBill *bills, guint n)
{
    for (guint i = 0; i < n; i++)
        if (!bills[i].withdrawn && (i + 1 == n || bills[i + 1].month != bills[i].month ||
                                    bills[i + 1].revision != bills[i].revision))
            return TRUE;
    return FALSE;
}

static gboolean
calculate(SettleTargets *targets, const SettleSubject *subject, const SettleBill *bills,
          guint n_bills, SettleCalcScope *scope)
{
    SettleOrder order = *subject->order;

    /* it followed another one when it was told, and the bills came to it since */
    if ((order.flags & SETTLE_ORDER_FOLLOWS) != 0 && has_bills(bills, n_bills))
        order.flags &= (uint16_t) ~SETTLE_ORDER_FOLLOWS;
    g_array_set_size(targets->all, 0);
    scope->arithmetic = targets->known->arithmetic;
    scope->date = targets->date;
    scope->complete =
        settle_run_complete_months(targets->known, subject->parties.carrier_id, &scope->n_complete);
    scope->ended_from = subject->parties.ended_from;
    scope->has_ended = scope->ended_from != SETTLE_DAY_MAX;
    if (!settle_calc_order(subject->policy, subject->match, &order, bills, n_bills, scope,
                           targets->all))
        return FALSE;
    for (guint i = 0; i < targets->all->len; i++)
        if (g_array_index(targets->all, SettleTarget, i).target_minor > SETTLE_MONEY_LARGEST_MINOR)
            return FALSE;
    return TRUE;
}

gboolean
settle_targets_whole(SettleTargets *targets, const SettleSubject *subject, const SettleBill *bills,
                     guint n_bills, SettleFindings findings)
{
    SettleCalcScope scope = {
        .due_after = SETTLE_DAY_MIN,
        .what = SETTLE_CALC_ALL,
    };

    if (subject->n_events > 0) {
        settle_targets_events(targets, subject, findings);
        scope.events = (const SettleEvent *) (const void *) targets->in_force->data;
        scope.n_events = targets->in_force->len;
    }
    return calculate(targets, subject, bills, n_bills, &scope);
}

gboolean
settle_targets_due(SettleTargets *targets, const SettleSubject *subject)
{
    SettleCalcScope scope = {
        .due_after = targets->date - 1,
        .what = SETTLE_CALC_DUE,
    };

    return calculate(targets, subject, NULL, 0, &scope);
}

gboolean
settle_targets_billed(SettleTargets *targets, const SettleSubject *subject)
{
    SettleCalcScope scope = {.due_after = SETTLE_DAY_MIN, .what = SETTLE_CALC_BILLS};
    GArray *months = targets->months;

    g_array_set_size(months, 0);
    for (guint i = 0; i < subject->n_bills; i++)
        if (months->len == 0 ||
            g_array_index(months, SettleMonth, months->len - 1) != subject->bills[i].month)
            g_array_append_val(months, subject->bills[i].month);
    scope.share_months = (const SettleMonth *) (const void *) months->data;
    scope.n_share_months = months->len;
    return calculate(targets, subject, subject->bills, subject->n_bills, &scope);
}

/* --- volume ---------------------------------------------------------------------------------- */

static int64_t
measure(const SettleTargets *targets, const SettleSubject *subject, const SettleRule *rule)
{
    return settle_window_measure(
        targets->known->arithmetic, settle_subject_window_policy(targets->known, subject, rule),
        rule, subject->order, (const SettleEvent *) (const void *) targets->in_force->data,
        targets->in_force->len);
}

int64_t
settle_targets_measure(SettleTargets *targets, const SettleSubject *subject, const SettleRule *rule,
                       SettleFindings findings)
{
    settle_targets_events(targets, subject, findings);
    return measure(targets, subject, rule);
}

int64_t
settle_targets_measure_before(SettleTargets *targets, const SettleSubject *subject,
                              const SettleRule *rule, SettleFindings findings)
{
    settle_targets_events_before(targets, subject, findings);
    return measure(targets, subject, rule);
}
