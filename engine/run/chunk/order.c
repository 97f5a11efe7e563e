#include "run/chunk/worker-internal.h"

#include "calc/events.h"
#include "calc/kind.h"
#include "run/output/cuts.h"

/* --- settling one order ---------------------------------------------------------------------- */

static void
add_outcome(SettleWorker *worker, const SettleSubject *subject, SettleOutcome outcome)
{
    SettleOutcomeRow row = {
        .order_id = subject->order->order_id,
        .paid_minor = subject->order->paid_minor,
        .distributor_id = subject->order->distributor_id,
        .carrier_id = subject->parties.carrier_id,
        .closing_month = settle_day_month(subject->order->closing_day),
        .outcome = (uint8_t) outcome,
    };

    g_array_append_val(worker->output->outcomes, row);
}

/* What all rows of an order have. */
static SettleAgendaRow
agenda_row(const SettleSubject *subject, SettleAgendaWhat what, SettleDay look_day)
{
    return (SettleAgendaRow){
        .order_id = subject->order->order_id,
        .distributor_id = subject->order->distributor_id,
        .carrier_id = subject->parties.carrier_id,
        .what = (uint8_t) what,
        .closing_month = settle_day_month(subject->order->closing_day),
        .look_day = look_day,
        .bill_month = -1,
    };
}

static void
add_agenda(SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
           SettleAgendaWhat what)
{
    SettleAgendaRow row = agenda_row(
        subject, what,
        settle_calc_item_day(target->rule, subject->order, settle_slot_item(target->slot)));

    row.slot = target->slot;
    if (what == SETTLE_AGENDA_PENDING)
        row.bill_month = target->wait_month;
    g_array_append_val(worker->output->agenda, row);
}

/* Upfronts wait for their first bill as a matter of course; an instalment that is due and cannot be
 * decided is an exception worth a row, and another when it is decided. */
static void
note_pending(SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
             gboolean has_history)
{
    const SettleKindSchedule *schedule = settle_order_kind_of(target->rule)->schedule;
    guint item = settle_slot_item(target->slot);

    if (schedule == NULL)
        return;
    if (target->state == SETTLE_TARGET_PENDING) {
        if (subject->is_new || subject->is_due)
            add_agenda(worker, subject, target, SETTLE_AGENDA_PENDING);
    } else if (target->state != SETTLE_TARGET_NOT_DUE && has_history &&
               (subject->n_bills > 0 || subject->n_new_events > 0 || subject->is_woken) &&
               schedule->looks_at_bills(target->rule, item) &&
               settle_calc_item_day(target->rule, subject->order, item) < worker->context->date) {
        add_agenda(worker, subject, target, SETTLE_AGENDA_DECIDED);
    }
}

/* The month of the latest bill that came with this run; 0: none did. */
static SettleMonth
latest_bill(const SettleSubject *subject, SettleMonth wanted)
{
    SettleMonth latest = 0;

    for (guint i = 0; i < subject->n_bills && latest != wanted; i++)
        latest = subject->bills[i].month == wanted ? wanted : MAX(latest, subject->bills[i].month);
    return latest;
}

/* The month of the event or bill that a posting comes of (docs/semantics.md 7): what is earned for
 * the first time is its origin's own, unless a bill came for it; what changes is of the events that
 * came, else of the bills (of a revenue share its own, if that came), else of the night, in which
 * something was told that is neither. */
static SettleMonth
cause_of(const SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
         gboolean first)
{
    gboolean share = settle_order_kind_of(target->rule)->earns_on == SETTLE_CALC_BILLS;
    SettleMonth cause = 0;

    if (first && (share || subject->is_new || subject->is_due || subject->n_bills == 0))
        return target->origin;
    for (guint i = 0; i < subject->n_new_events && !first; i++)
        cause = MAX(cause, settle_day_month(subject->new_events[i].day));
    if (cause == 0)
        cause = latest_bill(subject, share ? target->origin : -1);
    return cause != 0 ? cause : settle_day_month(worker->context->date);
}

/* Brings a slot to what it is to stand at. posted: by leg; first: nothing ever was. */
static void
add_transfers(SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
              const SettleStanding *standing, const int64_t posted[SETTLE_N_LEGS], gboolean first)
{
    const SettleTransfer like = {
        .subject_id = subject->order->order_id,
        .distributor_id = subject->order->distributor_id,
        .policy_id = subject->policy->policy_id,
        .slot = target->slot,
        .origin = target->origin,
        .cause = cause_of(worker, subject, target, first),
        .class_id = subject->parties.class_id,
        .revision = target->revision,
        .kind = (uint8_t) target->rule->kind,
    };
    SettleTransfer transfers[SETTLE_N_LEGS];
    guint n =
        settle_ledger_differences(&like, target->taken, target->credit == SETTLE_ROLE_WITHHELD,
                                  standing, posted, &worker->context->periods, transfers);

    g_array_append_vals(worker->transfers, transfers, n);
}

/* The target, as ceilings leave it, divided by what is held back and what the carrier has paid
 * for. FALSE on overflow. */
static gboolean
add_difference(SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
               const int64_t posted[SETTLE_N_LEGS], gboolean first)
{
    const SettleTerms *terms = &target->rule->terms;
    gboolean withheld = target->credit == SETTLE_ROLE_WITHHELD;
    SettleStanding standing = {.payable_minor = withheld ? 0 : target->target_minor,
                               .withheld_minor = withheld ? target->target_minor : 0};

    if (subject->is_joint) {
        if (!settle_joint_standing(worker->joint, subject, target, &standing))
            return FALSE;
    } else if (terms->holdback_ppb > 0 || terms->pay_when_paid) {
        if (!settle_standing_of(subject->policy, target->rule, subject->order->closing_day,
                                target->earned_minor, target->target_minor, withheld,
                                worker->context->date, &standing))
            return FALSE;
        /* no receipt of the carrier for this distributor, or it would be settled jointly */
        if (terms->pay_when_paid)
            settle_standing_await(&standing, 0);
    }
    add_transfers(worker, subject, target, &standing, posted, first);
    return TRUE;
}

/* A slot that something was posted to and that no rule asks for any more: master data that came
 * late made other rules match. Nothing is owed in it. */
static SettleTarget
nothing_owed(const SettleSubject *subject, const SettlePosted *posted)
{
    guint number = settle_slot_rule(posted->slot), item = settle_slot_item(posted->slot);
    const SettleRule *rule = settle_policy_rule(subject->policy, number);
    SettleTarget target = {.slot = posted->slot, .state = SETTLE_TARGET_NOT_MET};

    settle_invariant(rule != NULL);
    target.rule = rule;
    target.slot = settle_slot(number, item, 0);
    settle_order_kind_of(rule)->nothing(rule, subject->order, item, &target);
    return target;
}

/* Targets against nothing posted. FALSE on overflow. */
static gboolean
add_first(SettleWorker *worker, const SettleSubject *subject)
{
    static const int64_t nothing[SETTLE_N_LEGS];

    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);

        if (!add_difference(worker, subject, target, nothing, TRUE))
            return FALSE;
        note_pending(worker, subject, target, FALSE);
    }
    return TRUE;
}

/* Takes the legs of the next slot that something was posted to. */
static void
take_legs(const SettlePosted *posted, guint n_posted, guint *p, int64_t ret_legs[SETTLE_N_LEGS])
{
    SettleSlot slot = posted[*p].slot & ~0xf;

    for (; *p < n_posted && (posted[*p].slot & ~0xf) == slot; (*p)++) {
        guint leg = settle_slot_leg(posted[*p].slot);

        /* what a stranger wrote there is a finding of verify */
        if (leg < SETTLE_N_LEGS)
            ret_legs[leg] = posted[*p].target_minor;
    }
}

/* Targets against what is posted, slot by slot; both ascend. FALSE on overflow. */
static gboolean
add_differences(SettleWorker *worker, const SettleSubject *subject, const SettlePosted *posted,
                guint n_posted)
{
    guint p = 0;

    for (guint i = 0; i < worker->targets->len || p < n_posted;) {
        const SettleTarget *target =
            i < worker->targets->len ? &g_array_index(worker->targets, SettleTarget, i) : NULL;
        SettleSlot slot = p < n_posted ? posted[p].slot & ~0xf : 0;
        int64_t legs[SETTLE_N_LEGS] = {0};
        gboolean first;

        if (target == NULL || (p < n_posted && slot < target->slot)) {
            SettleTarget nothing = nothing_owed(subject, &posted[p]);
            const SettleStanding standing = {0, 0, 0};

            take_legs(posted, n_posted, &p, legs);
            add_transfers(worker, subject, &nothing, &standing, legs, FALSE);
            continue;
        }
        first = p == n_posted || slot != target->slot;
        if (!first)
            take_legs(posted, n_posted, &p, legs);
        if (!add_difference(worker, subject, target, legs, first))
            return FALSE;
        note_pending(worker, subject, target, TRUE);
        i++;
    }
    return TRUE;
}

static SettleOutcome
new_order_outcome(const SettleWorker *worker, const SettleSubject *subject)
{
    const SettleMatch *match = subject->match;
    gboolean no_bills =
        (subject->order->flags & (SETTLE_ORDER_FOLLOWS | SETTLE_ORDER_NO_CONTRACT)) != 0;
    guint n_on_bills = 0;

    if (match->n_rules == 0)
        return SETTLE_OUTCOME_NO_RULE;
    if (worker->transfers->len > 0 || match->n_rules > match->n_order_rules)
        return SETTLE_OUTCOME_NONE;
    for (guint i = 0; i < match->n_rules; i++)
        n_on_bills += settle_order_kind_of(match->rules[i])->earns_on == SETTLE_CALC_BILLS;
    if (n_on_bills > 0 && !no_bills)
        return SETTLE_OUTCOME_NONE;
    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);

        if (target->state == SETTLE_TARGET_PENDING || target->state == SETTLE_TARGET_NOT_DUE)
            return SETTLE_OUTCOME_NONE;
    }
    return n_on_bills == match->n_rules ? SETTLE_OUTCOME_NO_BILLS : SETTLE_OUTCOME_ZERO;
}

/* FALSE: a target left 64 bits, or is so large that sums of such ones would. */
static gboolean
calc(SettleWorker *worker, const SettleSubject *subject, const SettleBill *bills, guint n_bills,
     SettleCalcScope *scope)
{
    scope->complete = settle_run_complete_months(worker->context, subject->parties.carrier_id,
                                                 &scope->n_complete);
    scope->ended_from = subject->parties.ended_from;
    scope->has_ended = scope->ended_from != SETTLE_DAY_MAX;
    if (!settle_calc_order(subject->policy, subject->match, subject->order, bills, n_bills, scope,
                           worker->targets))
        return FALSE;
    for (guint i = 0; i < worker->targets->len; i++)
        if (g_array_index(worker->targets, SettleTarget, i).target_minor >
            SETTLE_MONEY_LARGEST_MINOR)
            return FALSE;
    return TRUE;
}

static void
leave_fraud_out(GArray *events)
{
    guint kept = 0;

    for (guint i = 0; i < events->len; i++)
        if (g_array_index(events, SettleEvent, i).kind != SETTLE_EVENT_KIND_FRAUD)
            g_array_index(events, SettleEvent, kept++) = g_array_index(events, SettleEvent, i);
    g_array_set_size(events, kept);
}

/* Fills in_force with the order's events that count; all of them, or those from before this run.
 * Returns how many count for nothing. */
static guint
take_events(SettleWorker *worker, const SettleSubject *subject, gboolean before)
{
    const SettleRefundLimit limit =
        settle_refund_limit(worker->context->slacks, subject->parties.carrier_id, subject->order);
    guint nothing;

    g_array_set_size(worker->in_force, 0);
    for (guint i = 0; i < subject->n_events; i++) {
        gboolean is_new = FALSE;

        for (guint k = 0; before && k < subject->n_new_events && !is_new; k++)
            is_new = subject->new_events[k].event_id == subject->events[i].event_id &&
                     subject->new_events[k].version == subject->events[i].version;
        if (!is_new)
            g_array_append_val(worker->in_force, subject->events[i]);
    }
    nothing = settle_events_in_force(worker->in_force, worker->context->date, &limit, NULL);
    if (subject->is_joint && settle_joint_tolerates(worker->joint, subject->order->order_id))
        leave_fraud_out(worker->in_force);
    return nothing;
}

static int64_t
measure(SettleWorker *worker, const SettleSubject *subject, const SettleRule *rule)
{
    return settle_window_measure(subject->policy, rule, subject->order,
                                 (const SettleEvent *) (const void *) worker->in_force->data,
                                 worker->in_force->len);
}

int64_t
settle_order_measure_before(SettleWorker *worker, const SettleSubject *subject,
                            const SettleRule *rule)
{
    take_events(worker, subject, TRUE);
    return measure(worker, subject, rule);
}

/* The month of what changes what the order counts: of its closing, or of its latest new event. */
static SettleMonth
count_cause(const SettleSubject *subject)
{
    SettleMonth cause = subject->is_new ? settle_day_month(subject->order->closing_day) : 0;

    for (guint i = 0; i < subject->n_new_events && !subject->is_new; i++)
        cause = MAX(cause, settle_day_month(subject->new_events[i].day));
    return cause;
}

/* Counts a new order, or changes what an old one counts by what its new events do to it. Where
 * other orders' findings decide whether its own acts, the window is measured anew from all. */
static gboolean
count_volumes(SettleWorker *worker, const SettleSubject *subject)
{
    const SettleMatch *match = subject->match;
    gboolean anew = subject->is_joint && settle_policy_tolerates_findings(subject->policy);

    if (!subject->is_new && subject->n_new_events == 0 && !anew)
        return TRUE;
    for (guint i = match->n_order_rules; i < match->n_rules; i++) {
        const SettleRule *rule = match->rules[i];
        int64_t before =
            subject->is_new || anew ? 0 : settle_order_measure_before(worker, subject, rule);

        take_events(worker, subject, FALSE);
        if (!settle_volumes_count(worker->volumes, subject->policy, rule, subject->order,
                                  &subject->parties, measure(worker, subject, rule) - before, anew,
                                  count_cause(subject)))
            return FALSE;
    }
    return TRUE;
}

static void
scope_events(SettleWorker *worker, const SettleSubject *subject, SettleCalcScope *scope)
{
    if (subject->n_events == 0)
        return;
    take_events(worker, subject, FALSE);
    scope->events = (const SettleEvent *) (const void *) worker->in_force->data;
    scope->n_events = worker->in_force->len;
}

gboolean
settle_order_targets(SettleWorker *worker, const SettleSubject *subject, const SettleBill *bills,
                     guint n_bills, gboolean without_fraud)
{
    SettleCalcScope scope = {
        .date = worker->context->date,
        .due_after = SETTLE_DAY_MIN,
        .what = SETTLE_CALC_ALL,
    };

    g_array_set_size(worker->targets, 0);
    scope_events(worker, subject, &scope);
    if (without_fraud) {
        leave_fraud_out(worker->in_force);
        scope.n_events = worker->in_force->len;
    }
    return calc(worker, subject, bills, n_bills, &scope);
}

/* What lifetime caps take of the order's targets; what they took before and no longer do is found
 * out when the chunk is through. A new order has no before. */
static void
note_life_caps(SettleWorker *worker, const SettleSubject *subject)
{
    const SettleCutScope scope = {.distributor_id = subject->order->distributor_id,
                                  .policy_id = subject->policy->policy_id,
                                  .order_id = subject->order->order_id,
                                  .first = settle_day_month(subject->order->closing_day)};
    gboolean capped = FALSE;

    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);

        if (!settle_order_kind_of(target->rule)->is_capped(target->rule))
            continue;
        capped = TRUE;
        if (target->cut_minor > 0) {
            SettleCutRow row = {.distributor_id = scope.distributor_id,
                                .policy_id = scope.policy_id,
                                .subject_id = scope.order_id,
                                .earned_minor = target->earned_minor + target->cut_minor,
                                .cut_minor = target->cut_minor,
                                .slot = target->slot,
                                .month = target->origin,
                                .what = SETTLE_CUT_LIFE_CAP};

            g_array_append_val(worker->output->cuts, row);
        }
    }
    if (capped && !subject->is_new)
        g_array_append_val(worker->output->cut_scopes, scope);
}

static gboolean
settle_new_order(SettleWorker *worker, SettleSubject *subject)
{
    SettleOutcome outcome;

    if (subject->match == NULL) {
        add_outcome(worker, subject,
                    subject->policy == NULL ? SETTLE_OUTCOME_NO_POLICY : SETTLE_OUTCOME_CURRENCY);
        worker->output->sums.zero++;
        return TRUE;
    }
    if (!settle_order_targets(worker, subject, subject->bills, subject->n_bills, FALSE) ||
        !add_first(worker, subject) || !count_volumes(worker, subject))
        return FALSE;
    note_life_caps(worker, subject);
    outcome = new_order_outcome(worker, subject);
    if (outcome != SETTLE_OUTCOME_NONE) {
        add_outcome(worker, subject, outcome);
        worker->output->sums.zero++;
    } else {
        worker->output->sums.settled++;
    }
    return TRUE;
}

/* All of the order again, against all that was posted. */
static gboolean
settle_whole_order(SettleWorker *worker, SettleSubject *subject, const SettleBill *bills,
                   guint n_bills, const SettlePosted *posted, guint n_posted)
{
    if (!settle_order_targets(worker, subject, bills, n_bills, FALSE))
        return FALSE;
    /* What a corrected bill takes back is the bill's, whatever happened to the order long ago; but
     * whether a fraud finding acts may be decided by those of other orders. */
    if (subject->n_new_events == 0 &&
        !(subject->is_joint && settle_policy_tolerates_findings(subject->policy)))
        for (guint i = 0; i < worker->targets->len; i++)
            g_array_index(worker->targets, SettleTarget, i).taken = 0;
    if (!add_differences(worker, subject, posted, n_posted) || !count_volumes(worker, subject))
        return FALSE;
    note_life_caps(worker, subject);
    return TRUE;
}

static gboolean
settle_old_order(SettleWorker *worker, SettleSubject *subject)
{
    const SettleBill *bills = NULL;
    guint n_bills = 0;
    const SettlePosted *posted = NULL;
    guint n_posted = 0;
    gboolean has_history =
        settle_history_of(worker, subject->order, &bills, &n_bills, &posted, &n_posted);
    SettleCalcScope scope = {.date = worker->context->date, .due_after = SETTLE_DAY_MIN};

    if (subject->match == NULL || subject->match->n_rules == 0)
        return TRUE;
    if (has_history)
        return settle_whole_order(worker, subject, bills, n_bills, posted, n_posted);
    /* Slots that nothing can have been posted to: what falls due today for the first time ... */
    if (subject->is_due) {
        scope.what = SETTLE_CALC_DUE;
        scope.due_after = worker->context->date - 1;
        if (!calc(worker, subject, NULL, 0, &scope) || !add_first(worker, subject))
            return FALSE;
        g_array_set_size(worker->targets, 0);
    }
    /* ... and months billed for the first time. */
    if (subject->n_bills > 0) {
        g_array_set_size(worker->months, 0);
        for (guint i = 0; i < subject->n_bills; i++)
            if (worker->months->len == 0 ||
                g_array_index(worker->months, SettleMonth, worker->months->len - 1) !=
                    subject->bills[i].month)
                g_array_append_val(worker->months, subject->bills[i].month);
        scope.what = SETTLE_CALC_BILLS;
        scope.due_after = SETTLE_DAY_MIN;
        scope.share_months = (const SettleMonth *) (const void *) worker->months->data;
        scope.n_share_months = worker->months->len;
        if (!calc(worker, subject, subject->bills, subject->n_bills, &scope) ||
            !add_first(worker, subject))
            return FALSE;
    }
    return TRUE;
}

/* Where to look for it, besides the months that the policy speaks of. */
static void
note_late(SettleWorker *worker, const SettleSubject *subject)
{
    GArray *agenda = worker->output->agenda;
    SettleMonth last = settle_day_month(subject->order->closing_day) + subject->policy->span_months;
    guint first = agenda->len;

    for (guint i = 0; i < worker->transfers->len; i++) {
        const SettleTransfer *t = &g_array_index(worker->transfers, SettleTransfer, i);
        SettleDay look_day = settle_month_first(t->period);
        gboolean noted = t->period <= last;

        for (guint k = first; k < agenda->len && !noted; k++)
            noted = g_array_index(agenda, SettleAgendaRow, k).look_day == look_day;
        if (!noted) {
            SettleAgendaRow row = agenda_row(subject, SETTLE_AGENDA_LATE, look_day);

            g_array_append_val(agenda, row);
        }
    }
}

/* Events that count for nothing are on a list until a person has seen them: the run that finds that
 * they are others than before says how many they are. */
static void
note_nothing(SettleWorker *worker, const SettleSubject *subject)
{
    guint before, now;

    if (subject->n_events == 0)
        return;
    before = subject->is_new ? 0 : take_events(worker, subject, TRUE);
    now = take_events(worker, subject, FALSE);
    if (now != before) {
        SettleAgendaRow row = agenda_row(subject, SETTLE_AGENDA_NOTHING, worker->context->date);

        row.slot = (SettleSlot) now;
        g_array_append_val(worker->output->agenda, row);
    }
}

static int
compare_transfers(gconstpointer a, gconstpointer b)
{
    const SettleTransfer *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

gboolean
settle_order_settle(SettleWorker *worker, SettleSubject *subject, GError **error)
{
    gboolean ok;

    g_array_set_size(worker->targets, 0);
    g_array_set_size(worker->transfers, 0);
    if (subject->is_due)
        worker->output->sums.due++;
    note_nothing(worker, subject);
    if (subject->is_joint && settle_joint_failed(worker->joint))
        ok = FALSE;
    else
        ok =
            subject->is_new ? settle_new_order(worker, subject) : settle_old_order(worker, subject);
    if (!ok) {
        g_array_set_size(worker->transfers, 0);
        /* An amount left 64 bits: an error on this order, the others go on. */
        add_outcome(worker, subject, SETTLE_OUTCOME_OVERFLOW);
        if (subject->is_new)
            worker->output->sums.zero++;
        return TRUE;
    }
    if (worker->transfers->len > 0)
        note_late(worker, subject);
    if (worker->transfers->len > 1)
        g_array_sort(worker->transfers, compare_transfers);
    for (guint i = 0; i < worker->transfers->len; i++)
        if (!settle_output_transfer(worker->output,
                                    &g_array_index(worker->transfers, SettleTransfer, i), error))
            return FALSE;
    return TRUE;
}
