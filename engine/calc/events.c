/* Events of an order: which are in force, what they leave of each target, and what still counts in
 * windows (docs/semantics.md 5.5, 13.4 to 13.6). Pure. */
#include "calc/events.h"

#include "base/error.h"
#include "calc/arithmetic.h"
#include "calc/internal.h"

#include <stdlib.h>

/* --- which count -------------------------------------------------------------------------------
 */

/* By the instant; of one instant a suspension before a resumption (14.24). */
static int
compare_events(const void *a, const void *b)
{
    const SettleEvent *x = a, *y = b;

    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->event_id < y->event_id ? -1 : x->event_id > y->event_id;
}

static int
compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

    return x < y ? -1 : x > y;
}

/* The events that reinstatements up to a day undo, or, undone being FALSE, all that can be undone:
 * ids, ascending. Asked for only where there is a reinstatement. */
static GArray *
ids_of(const GArray *events, SettleDay date, gboolean undone)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (guint i = 0; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);

        if ((event->kind == SETTLE_EVENT_KIND_REINSTATE) != undone)
            continue;
        if (!undone)
            g_array_append_val(ids, event->event_id);
        else if (event->day <= date)
            g_array_append_val(ids, event->reinstates);
    }
    g_array_sort(ids, compare_ids);
    return ids;
}

static gboolean
has_id(GArray *ids, int64_t id)
{
    return ids != NULL && g_array_binary_search(ids, &id, compare_ids, NULL);
}

static gboolean
any_reinstatement(const GArray *events)
{
    for (guint i = 0; i < events->len; i++)
        if (g_array_index(events, SettleEvent, i).kind == SETTLE_EVENT_KIND_REINSTATE)
            return TRUE;
    return FALSE;
}

static guint
add_nothing(const SettleEvent *event, GArray *ret_nothing)
{
    if (ret_nothing != NULL)
        g_array_append_vals(ret_nothing, event, 1);
    return 1;
}

/* Refunds count in their order as long as they fit into what is left of what was paid; one that
 * does not fit counts for nothing as a whole. Returns how many do not. */
static guint
leave_out_beyond_paid(GArray *events, const SettleRefundLimit *limit, GArray *ret_nothing)
{
    int64_t left = limit->paid_minor;
    gboolean all_back = FALSE; /* by a refund that says so: that of nothing is one, too */
    guint kept = 0, nothing = 0;

    for (guint i = 0; i < events->len; i++) {
        const SettleEvent event = g_array_index(events, SettleEvent, i);

        if (event.kind == SETTLE_EVENT_KIND_REFUND) {
            gboolean fits = !all_back && event.amount_minor - left <= limit->slack_minor;

            if (event.whole && left == 0 && limit->paid_minor > 0)
                fits = FALSE;
            if (!fits) {
                nothing += add_nothing(&event, ret_nothing);
                continue;
            }
            all_back = event.whole;
            left = event.whole ? 0 : left - MIN(event.amount_minor, left);
        }
        g_array_index(events, SettleEvent, kept++) = event;
    }
    g_array_set_size(events, kept);
    return nothing;
}

static int
compare_versions(const void *a, const void *b)
{
    const SettleEvent *x = a, *y = b;

    if (x->event_id != y->event_id)
        return x->event_id < y->event_id ? -1 : 1;
    return (int) x->version - (int) y->version;
}

/* Of an event that was revised or withdrawn the last row holds. */
static void
keep_versions(GArray *events)
{
    gboolean any = FALSE;
    guint kept = 0;

    for (guint i = 0; i < events->len && !any; i++)
        any = g_array_index(events, SettleEvent, i).version > 2;
    if (!any)
        return;
    qsort(events->data, events->len, sizeof(SettleEvent), compare_versions);
    for (guint i = 0; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);

        if ((i + 1 == events->len || event[1].event_id != event->event_id) &&
            (event->version & 1) == 0)
            g_array_index(events, SettleEvent, kept++) = *event;
    }
    g_array_set_size(events, kept);
}

guint
settle_events_in_force(GArray *events, SettleDay date, const SettleRefundLimit *limit,
                       GArray *ret_nothing)
{
    guint n = 0, nothing = 0;
    g_autoptr(GArray) undone = NULL;
    g_autoptr(GArray) there = NULL;

    keep_versions(events);
    if (any_reinstatement(events)) {
        undone = ids_of(events, date, TRUE);
        there = ids_of(events, date, FALSE);
    }
    for (guint i = 0; i < events->len; i++) {
        SettleEvent event = g_array_index(events, SettleEvent, i);

        if (event.day > date)
            continue;
        if (event.kind == SETTLE_EVENT_KIND_REINSTATE) {
            if (!has_id(there, event.reinstates))
                nothing += add_nothing(&event, ret_nothing);
        } else if (has_id(undone, event.event_id)) {
            continue;
        }
        g_array_index(events, SettleEvent, i) = g_array_index(events, SettleEvent, n);
        g_array_index(events, SettleEvent, n++) = event;
    }
    g_array_set_size(events, n);
    for (guint i = 0; i < events->len;)
        if (g_array_index(events, SettleEvent, i).kind == SETTLE_EVENT_KIND_REINSTATE)
            g_array_remove_index_fast(events, i);
        else
            i++;
    if (events->len > 1)
        qsort(events->data, events->len, sizeof(SettleEvent), compare_events);
    return nothing + leave_out_beyond_paid(events, limit, ret_nothing);
}

/* --- what they are -----------------------------------------------------------------------------
 */

/* As which clawback event it acts, or -1: a number that went elsewhere may act as a cancellation.
 */
static guint
acts_as(const SettlePolicy *policy, const SettleEvent *event)
{
    switch ((SettleEventKind) event->kind) {
    case SETTLE_EVENT_KIND_CANCEL:
        return 1u << SETTLE_EVENT_CANCEL;
    case SETTLE_EVENT_KIND_SUSPEND:
        return 1u << SETTLE_EVENT_SUSPEND;
    case SETTLE_EVENT_KIND_PORT_OUT:
        return 1u << SETTLE_EVENT_PORT_OUT | (guint) (policy->terms.on_port_out == SETTLE_AS_CANCEL)
                                                 << SETTLE_EVENT_CANCEL;
    case SETTLE_EVENT_KIND_NUMBER_TRANSFER:
        return (guint) (policy->terms.on_number_transfer == SETTLE_AS_CANCEL)
               << SETTLE_EVENT_CANCEL;
    case SETTLE_EVENT_KIND_REFUND: /* by its sums, not by itself */
    case SETTLE_EVENT_KIND_RESUME:
    case SETTLE_EVENT_KIND_FRAUD:
    case SETTLE_EVENT_KIND_REINSTATE:
        break;
    }
    return 0;
}

gboolean
settle_events_fully_refunded(const SettleOrder *order, const SettleEvent *events, guint n_events,
                             SettleDay *ret_day)
{
    int64_t refunded = 0;

    for (guint i = 0; i < n_events; i++) {
        const SettleEvent *event = &events[i];

        if (event->kind != SETTLE_EVENT_KIND_REFUND)
            continue;
        refunded += MIN(event->amount_minor, order->paid_minor - refunded);
        if (event->whole || (order->paid_minor > 0 && refunded == order->paid_minor)) {
            *ret_day = event->day;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
settle_events_any_refund(const SettleCalcScope *scope, SettleDay day)
{
    for (guint i = 0; i < scope->n_events; i++)
        if (scope->events[i].kind == SETTLE_EVENT_KIND_REFUND && scope->events[i].day <= day)
            return TRUE;
    return FALSE;
}

gboolean
settle_events_active(const SettlePolicy *policy, const SettleCalcScope *scope, SettleDay day)
{
    gboolean suspended = FALSE;

    for (guint i = 0; i < scope->n_events && scope->events[i].day <= day; i++) {
        const SettleEvent *event = &scope->events[i];

        if ((acts_as(policy, event) & (1u << SETTLE_EVENT_CANCEL | 1u << SETTLE_EVENT_PORT_OUT)) !=
            0)
            return FALSE;
        if (event->kind == SETTLE_EVENT_KIND_SUSPEND)
            suspended = TRUE;
        else if (event->kind == SETTLE_EVENT_KIND_RESUME)
            suspended = FALSE;
    }
    return !suspended;
}

gboolean
settle_events_stopped(const SettlePolicy *policy, const SettleCalcScope *scope, SettleDay day)
{
    if (scope->has_ended && policy->terms.after_end == SETTLE_STOPS && day >= scope->ended_from)
        return TRUE;
    for (guint i = 0; i < scope->n_events && scope->events[i].day < day; i++) {
        uint8_t kind = scope->events[i].kind;

        if ((kind == SETTLE_EVENT_KIND_PORT_OUT && policy->terms.on_port_out == SETTLE_STOPS) ||
            (kind == SETTLE_EVENT_KIND_NUMBER_TRANSFER &&
             policy->terms.on_number_transfer == SETTLE_STOPS))
            return TRUE;
    }
    return FALSE;
}

/* Days suspended before the day: from that of suspension to the one before resumption. */
static int
suspended_days(const SettleCalcScope *scope, SettleDay before)
{
    SettleDay from = SETTLE_DAY_MIN;
    int days = 0;

    for (guint i = 0; i < scope->n_events && scope->events[i].day < before; i++) {
        const SettleEvent *event = &scope->events[i];

        if (event->kind == SETTLE_EVENT_KIND_SUSPEND && from == SETTLE_DAY_MIN)
            from = event->day;
        if (event->kind == SETTLE_EVENT_KIND_RESUME && from != SETTLE_DAY_MIN) {
            days += event->day - from;
            from = SETTLE_DAY_MIN;
        }
    }
    return from != SETTLE_DAY_MIN ? days + (before - from) : days;
}

/* --- clawback -----------------------------------------------------------------------------------
 */

static gboolean
span_holds(const SettleSpan *span, SettleDay closing, SettleDay day)
{
    if (span->in_months)
        return day <= settle_day_add_months(closing, span->to);
    return day - closing >= span->from && (span->to == G_MAXINT || day - closing <= span->to);
}

static gboolean
has_refund_term(const SettleRule *rule)
{
    for (guint i = 0; i < rule->terms.n_clawbacks; i++)
        if ((rule->terms.clawbacks[i].events & 1u << SETTLE_EVENT_REFUND) != 0)
            return TRUE;
    return FALSE;
}

static void
keep_at_most(SettleKept *kept, int64_t numerator, int64_t denominator, SettleDay since)
{
    int64_t left = numerator * kept->denominator, right = kept->numerator * denominator;

    /* of two that leave as much the earlier one counts */
    if (left < right || (left == right && since < kept->since))
        *kept = (SettleKept){numerator, denominator, since};
}

/* The greatest k for which closing plus k months is not after the day (13.6). */
static int
months_served(SettleDay closing, SettleDay day)
{
    int k = settle_day_month(day) - settle_day_month(closing);

    if (k > 0 && settle_day_add_months(closing, k) > day)
        k--;
    return MAX(k, 0);
}

/* The event's day, moved back by suspended days where the term leaves them out (13.6). */
static SettleDay
day_that_counts(const SettleClawback *term, const SettleCalcScope *scope, SettleDay event_day)
{
    return term->without_suspended ? event_day - suspended_days(scope, event_day) : event_day;
}

static void
apply_term(const SettleClawback *term, const SettleRule *rule, const SettleOrder *order,
           const SettleCalcScope *scope, SettleDay event_day, SettleKept *kept)
{
    SettleDay day = day_that_counts(term, scope, event_day);

    if (!span_holds(&term->span, order->closing_day, day))
        return;
    switch (term->take) {
    case SETTLE_TAKE_SHARE:
        keep_at_most(kept, SETTLE_RATE_ONE - term->share_ppb, SETTLE_RATE_ONE, event_day);
        break;
    case SETTLE_TAKE_PRO_RATA: {
        int contract = rule->terms.contract_months;

        settle_invariant(contract > 0);
        keep_at_most(kept, MIN(months_served(order->closing_day, day), contract), contract,
                     event_day);
        break;
    }
    case SETTLE_TAKE_REFUNDED_PART: /* lowers the base */
        break;
    }
}

SettleKept
settle_events_kept(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
                   const SettleCalcScope *scope)
{
    SettleKept kept = {1, 1, SETTLE_DAY_MIN};
    SettleDay full = 0;
    gboolean refunded = settle_events_fully_refunded(order, scope->events, scope->n_events, &full);

    for (guint i = 0; i < scope->n_events; i++)
        if (scope->events[i].kind == SETTLE_EVENT_KIND_FRAUD)
            keep_at_most(&kept, 0, 1, scope->events[i].day);
    if (refunded && !has_refund_term(rule) &&
        settle_order_kind_of(scope->arithmetic, rule)->refund_takes_all)
        keep_at_most(&kept, 0, 1, full);
    for (guint t = 0; t < rule->terms.n_clawbacks; t++) {
        const SettleClawback *term = &rule->terms.clawbacks[t];

        if (refunded && (term->events & 1u << SETTLE_EVENT_REFUND) != 0)
            apply_term(term, rule, order, scope, full, &kept);
        for (guint i = 0; i < scope->n_events; i++)
            if ((term->events & acts_as(policy, &scope->events[i])) != 0)
                apply_term(term, rule, order, scope, scope->events[i].day, &kept);
    }
    return kept;
}

int64_t
settle_events_refunded(const SettleRule *rule, const SettleOrder *order,
                       const SettleCalcScope *scope, SettleDay due, SettleDay *ret_since)
{
    gboolean own_terms = has_refund_term(rule);
    int64_t refunded = 0, lowered = 0;

    for (guint i = 0; i < scope->n_events; i++) {
        const SettleEvent *event = &scope->events[i];
        gboolean counts;
        int64_t part;

        if (event->kind != SETTLE_EVENT_KIND_REFUND)
            continue;
        part = event->whole ? order->paid_minor - refunded
                            : MIN(event->amount_minor, order->paid_minor - refunded);
        refunded += part;
        /* up to its due day an instalment's rate is of what is left, whatever the terms (13.7) */
        counts = event->day <= due &&
                 (!own_terms || settle_order_kind_of(scope->arithmetic, rule)->refund_lowers_base);
        for (guint t = 0; t < rule->terms.n_clawbacks && !counts; t++) {
            const SettleClawback *term = &rule->terms.clawbacks[t];

            counts = term->take == SETTLE_TAKE_REFUNDED_PART &&
                     span_holds(&term->span, order->closing_day,
                                day_that_counts(term, scope, event->day));
        }
        if (counts && part > 0) {
            lowered += part;
            *ret_since = event->day;
        }
    }
    return lowered;
}

int64_t
settle_events_refunded_until(const SettleOrder *order, const SettleCalcScope *scope, SettleDay day)
{
    int64_t refunded = 0;

    for (guint i = 0; i < scope->n_events && scope->events[i].day <= day; i++)
        if (scope->events[i].kind == SETTLE_EVENT_KIND_REFUND)
            refunded += scope->events[i].whole
                            ? order->paid_minor - refunded
                            : MIN(scope->events[i].amount_minor, order->paid_minor - refunded);
    return refunded;
}

gboolean
settle_events_keep(const SettlePolicy *policy, const SettleOrder *order,
                   const SettleCalcScope *scope, SettleDay refunded_since, SettleTarget *target)
{
    SettleKept kept = settle_events_kept(policy, target->rule, order, scope);
    SettleDay since = MAX(kept.since, refunded_since);
    SettleExact exact = {(SettleInt128) target->target_minor * kept.numerator, kept.denominator};

    /* the cause of what is taken back (14.49) */
    if (since != SETTLE_DAY_MIN)
        target->taken = settle_day_month(since);
    return kept.numerator == kept.denominator ||
           settle_money_round(exact, policy->rounding, &target->target_minor);
}

int64_t
settle_events_counted(const SettlePolicy *policy, const SettleRule *rule, const SettleOrder *order,
                      const SettleEvent *events, guint n_events)
{
    int64_t refunded = 0;
    SettleDay day;

    if (settle_events_fully_refunded(order, events, n_events, &day))
        return -1;
    for (guint i = 0; i < n_events; i++) {
        const SettleEvent *event = &events[i];

        if (event->kind == SETTLE_EVENT_KIND_FRAUD ||
            (acts_as(policy, event) & rule->terms.not_counted) != 0)
            return -1;
        if (event->kind == SETTLE_EVENT_KIND_REFUND)
            refunded += MIN(event->amount_minor, order->paid_minor - refunded);
    }
    return order->paid_minor - refunded;
}
