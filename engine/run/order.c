#include "run/worker-internal.h"

#include "calc/events.h"

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

static void
add_agenda(SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
           SettleAgendaWhat what)
{
    SettleAgendaRow row = {
        .order_id = subject->order->order_id,
        .distributor_id = subject->order->distributor_id,
        .carrier_id = subject->parties.carrier_id,
        .what = (uint8_t) what,
        .slot = target->slot,
        .closing_month = settle_day_month(subject->order->closing_day),
        .look_day = settle_calc_due_day(
            subject->order,
            &target->rule->deferred.instalments[settle_slot_item(target->slot) - 1]),
        .bill_month = what == SETTLE_AGENDA_PENDING ? target->wait_month : -1,
    };

    g_array_append_val(worker->output->agenda, row);
}

/* Upfronts wait for their first bill as a matter of course; an instalment that is due and cannot be
 * decided is an exception worth a row, and another when it is decided. */
static void
note_pending(SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
             gboolean has_history)
{
    const SettleInstalment *instalment =
        &target->rule->deferred.instalments[settle_slot_item(target->slot) - 1];

    if (target->state == SETTLE_TARGET_PENDING) {
        if (subject->is_new || subject->is_due)
            add_agenda(worker, subject, target, SETTLE_AGENDA_PENDING);
    } else if (target->state != SETTLE_TARGET_NOT_DUE && has_history && subject->n_bills > 0 &&
               instalment->n_conditions + instalment->n_bands > 0 &&
               settle_calc_due_day(subject->order, instalment) < worker->context->date) {
        add_agenda(worker, subject, target, SETTLE_AGENDA_DECIDED);
    }
}

static void
add_difference(SettleWorker *worker, const SettleSubject *subject, const SettleTarget *target,
               int64_t posted_minor)
{
    SettleTransfer transfer;

    if (settle_ledger_difference(target, posted_minor, subject->order, subject->policy->policy_id,
                                 subject->parties.class_id, &worker->context->periods, &transfer))
        g_array_append_val(worker->transfers, transfer);
}

/* A slot that something was posted to and that no rule asks for any more: master data that came
 * late made other rules match. Nothing is owed in it. */
static SettleTarget
nothing_owed(const SettleSubject *subject, const SettlePosted *posted)
{
    guint ordinal = settle_slot_rule(posted->slot), item = settle_slot_item(posted->slot);
    const SettleRule *rule;
    SettleTarget target = {.slot = posted->slot, .state = SETTLE_TARGET_NOT_MET};

    settle_invariant(ordinal < subject->policy->n_rules);
    rule = &subject->policy->rules[ordinal];
    target.rule = rule;
    target.origin = settle_day_month(subject->order->closing_day);
    if (rule->kind == SETTLE_KIND_DEFERRED)
        target.origin = settle_day_month(
            settle_calc_due_day(subject->order, &rule->deferred.instalments[item - 1]));
    else if (rule->kind == SETTLE_KIND_REVENUE_SHARE)
        target.origin += (SettleMonth) item;
    return target;
}

/* Targets against nothing posted. */
static void
add_first(SettleWorker *worker, const SettleSubject *subject)
{
    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);

        add_difference(worker, subject, target, 0);
        if (target->rule->kind == SETTLE_KIND_DEFERRED)
            note_pending(worker, subject, target, FALSE);
    }
}

/* Targets against what is posted, slot by slot; both ascend. */
static void
add_differences(SettleWorker *worker, const SettleSubject *subject, const SettlePosted *posted,
                guint n_posted)
{
    guint p = 0;

    for (guint i = 0; i < worker->targets->len || p < n_posted;) {
        const SettleTarget *target =
            i < worker->targets->len ? &g_array_index(worker->targets, SettleTarget, i) : NULL;

        if (target == NULL || (p < n_posted && posted[p].slot < target->slot)) {
            SettleTarget nothing = nothing_owed(subject, &posted[p]);

            add_difference(worker, subject, &nothing, posted[p].target_minor);
            p++;
            continue;
        }
        add_difference(worker, subject, target,
                       p < n_posted && posted[p].slot == target->slot ? posted[p].target_minor : 0);
        if (target->rule->kind == SETTLE_KIND_DEFERRED)
            note_pending(worker, subject, target, TRUE);
        if (p < n_posted && posted[p].slot == target->slot)
            p++;
        i++;
    }
}

static SettleOutcome
new_order_outcome(const SettleWorker *worker, const SettleSubject *subject)
{
    const SettleMatch *match = subject->match;
    gboolean no_bills =
        (subject->order->flags & (SETTLE_ORDER_FOLLOWS | SETTLE_ORDER_NO_CONTRACT)) != 0;
    guint n_shares =
        match->first[SETTLE_KIND_REVENUE_SHARE + 1] - match->first[SETTLE_KIND_REVENUE_SHARE];
    guint n_volumes =
        match->first[SETTLE_KIND_VOLUME_BONUS + 1] - match->first[SETTLE_KIND_VOLUME_BONUS];

    if (match->n_rules == 0)
        return SETTLE_OUTCOME_NO_RULE;
    if (worker->transfers->len > 0 || n_volumes > 0 || (n_shares > 0 && !no_bills))
        return SETTLE_OUTCOME_NONE;
    for (guint i = 0; i < worker->targets->len; i++) {
        const SettleTarget *target = &g_array_index(worker->targets, SettleTarget, i);

        if (target->state == SETTLE_TARGET_PENDING || target->state == SETTLE_TARGET_NOT_DUE)
            return SETTLE_OUTCOME_NONE;
    }
    return n_shares == match->n_rules ? SETTLE_OUTCOME_NO_BILLS : SETTLE_OUTCOME_ZERO;
}

/* FALSE: a target left 64 bits, or is so large that sums of such ones would. */
static gboolean
calc(SettleWorker *worker, const SettleSubject *subject, const SettleBill *bills, guint n_bills,
     const SettleCalcScope *scope)
{
    if (!settle_calc_order(subject->policy, subject->match, subject->order, bills, n_bills, scope,
                           worker->targets))
        return FALSE;
    for (guint i = 0; i < worker->targets->len; i++)
        if (g_array_index(worker->targets, SettleTarget, i).target_minor >
            SETTLE_MONEY_LARGEST_MINOR)
            return FALSE;
    return TRUE;
}

/* Fills in_force with the order's events that count; all of them, or those from before this run. */
static void
take_events(SettleWorker *worker, const SettleSubject *subject, gboolean before)
{
    g_array_set_size(worker->in_force, 0);
    for (guint i = 0; i < subject->n_events; i++) {
        gboolean is_new = FALSE;

        for (guint k = 0; before && k < subject->n_new_events && !is_new; k++)
            is_new = subject->new_events[k].event_id == subject->events[i].event_id;
        if (!is_new)
            g_array_append_val(worker->in_force, subject->events[i]);
    }
    settle_events_in_force(worker->in_force, worker->context->date);
}

static int64_t
measure(SettleWorker *worker, const SettleSubject *subject, const SettleRule *rule)
{
    return settle_volume_measure(subject->policy, rule, subject->order,
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

/* Counts a new order, or changes what an old one counts by what its new events do to it. */
static gboolean
count_volumes(SettleWorker *worker, const SettleSubject *subject)
{
    const SettleMatch *match = subject->match;

    for (guint i = match->first[SETTLE_KIND_VOLUME_BONUS];
         i < match->first[SETTLE_KIND_VOLUME_BONUS + 1]; i++) {
        const SettleRule *rule = match->rules[i];
        int64_t before = subject->is_new ? 0 : settle_order_measure_before(worker, subject, rule);

        take_events(worker, subject, FALSE);
        if (!settle_volumes_count(worker->volumes, subject->policy, rule, subject->order,
                                  &subject->parties, measure(worker, subject, rule) - before))
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

static gboolean
settle_new_order(SettleWorker *worker, SettleSubject *subject)
{
    SettleCalcScope scope = {
        .date = worker->context->date,
        .due_after = SETTLE_DAY_MIN,
        .upfront = TRUE,
        .deferred = TRUE,
        .share = TRUE,
    };
    SettleOutcome outcome;

    if (subject->match == NULL) {
        add_outcome(worker, subject,
                    subject->policy == NULL ? SETTLE_OUTCOME_NO_POLICY : SETTLE_OUTCOME_CURRENCY);
        worker->output->sums.zero++;
        return TRUE;
    }
    scope_events(worker, subject, &scope);
    if (!calc(worker, subject, subject->bills, subject->n_bills, &scope))
        return FALSE;
    add_first(worker, subject);
    if (!count_volumes(worker, subject))
        return FALSE;
    outcome = new_order_outcome(worker, subject);
    if (outcome != SETTLE_OUTCOME_NONE) {
        add_outcome(worker, subject, outcome);
        worker->output->sums.zero++;
    } else {
        worker->output->sums.settled++;
    }
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
        settle_merge_history(worker, subject->order, &bills, &n_bills, &posted, &n_posted);
    SettleCalcScope scope = {.date = worker->context->date, .due_after = SETTLE_DAY_MIN};

    if (subject->match == NULL || subject->match->n_rules == 0)
        return TRUE;
    if (has_history) {
        /* All of the order again, against all that was posted. */
        scope.upfront = scope.deferred = scope.share = TRUE;
        scope_events(worker, subject, &scope);
        if (!calc(worker, subject, bills, n_bills, &scope))
            return FALSE;
        /* what a corrected bill takes back is the bill's, whatever happened to the order long ago
         */
        for (guint i = 0; subject->n_new_events == 0 && i < worker->targets->len; i++)
            g_array_index(worker->targets, SettleTarget, i).taken = 0;
        add_differences(worker, subject, posted, n_posted);
        return subject->n_new_events == 0 || count_volumes(worker, subject);
    }
    /* Slots that nothing can have been posted to: what falls due today for the first time ... */
    if (subject->is_due) {
        scope.upfront = scope.deferred = TRUE;
        scope.due_after = worker->context->date - 1;
        if (!calc(worker, subject, NULL, 0, &scope))
            return FALSE;
        add_first(worker, subject);
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
        scope.upfront = scope.deferred = FALSE;
        scope.share = TRUE;
        scope.due_after = SETTLE_DAY_MIN;
        scope.share_months = (const SettleMonth *) (const void *) worker->months->data;
        scope.n_share_months = worker->months->len;
        if (!calc(worker, subject, subject->bills, subject->n_bills, &scope))
            return FALSE;
        add_first(worker, subject);
    }
    return TRUE;
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
    ok = subject->is_new ? settle_new_order(worker, subject) : settle_old_order(worker, subject);
    if (!ok) {
        /* An amount left 64 bits: an error on this order, the others go on. */
        add_outcome(worker, subject, SETTLE_OUTCOME_OVERFLOW);
        if (subject->is_new)
            worker->output->sums.zero++;
        return TRUE;
    }
    if (worker->transfers->len > 1)
        g_array_sort(worker->transfers, compare_transfers);
    for (guint i = 0; i < worker->transfers->len; i++)
        if (!settle_output_transfer(worker->output,
                                    &g_array_index(worker->transfers, SettleTransfer, i), error))
            return FALSE;
    return TRUE;
}
