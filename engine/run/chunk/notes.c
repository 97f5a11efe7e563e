/* The rows of an order beside its transfers: outcomes, the agenda, lifetime caps. */
#include "run/chunk/notes.h"

#include "calc/arithmetic.h"
#include "run/output/cuts.h"

void
settle_note_outcome(SettleOutput *output, const SettleSubject *subject, SettleOutcome outcome)
{
    SettleOutcomeRow row = {
        .order_id = subject->order->order_id,
        .paid_minor = subject->order->paid_minor,
        .distributor_id = subject->order->distributor_id,
        .carrier_id = subject->parties.carrier_id,
        .closing_month = settle_day_month(subject->order->closing_day),
        .outcome = (uint8_t) outcome,
    };

    g_array_append_val(output->outcomes, row);
    if (outcome != SETTLE_OUTCOME_NONE)
        output->sums.zero++;
}

/* What all agenda rows of an order have. */
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
add_instalment(const SettleArithmetic *arithmetic, SettleOutput *output,
               const SettleSubject *subject, const SettleTarget *target, SettleAgendaWhat what)
{
    /* one row an instalment, whichever of its attempts waits */
    guint number = settle_rule_item_name(arithmetic, target->rule, settle_slot_item(target->slot));
    SettleAgendaRow row = agenda_row(
        subject, what, settle_calc_item_day(arithmetic, target->rule, subject->order, number));

    row.slot = settle_slot(target->rule->number, number, 0);
    if (what == SETTLE_AGENDA_PENDING)
        row.bill_month = target->wait_month;
    for (guint i = output->agenda->len; i-- > 0;) {
        const SettleAgendaRow *other = &g_array_index(output->agenda, SettleAgendaRow, i);

        if (other->order_id != row.order_id)
            break;
        if (other->what == row.what && other->slot == row.slot)
            return;
    }
    g_array_append_val(output->agenda, row);
}

/* Of an order that was settled before: an instalment that still waits may have been decided since,
 * or have waited for another month. */
static gboolean
may_wait_otherwise(const SettleSubject *subject, SettleMonth wait_month, gboolean months_changed)
{
    for (guint i = 0; i < subject->n_bills; i++)
        if (subject->bills[i].withdrawn || subject->bills[i].month != wait_month)
            return TRUE;
    return subject->n_new_events > 0 || (subject->is_woken && months_changed);
}

void
settle_note_pending(SettleOutput *output, const SettleArithmetic *arithmetic, SettleDay date,
                    const SettleSubject *subject, const SettleTarget *target, gboolean has_history,
                    gboolean months_changed)
{
    const SettleKindSchedule *schedule = settle_order_kind_of(arithmetic, target->rule)->schedule;
    guint item = settle_rule_item_name(arithmetic, target->rule, settle_slot_item(target->slot));

    if (schedule == NULL)
        return;
    if (target->state == SETTLE_TARGET_PENDING) {
        if (has_history && subject->revised == NULL &&
            may_wait_otherwise(subject, target->wait_month, months_changed)) {
            add_instalment(arithmetic, output, subject, target, SETTLE_AGENDA_DECIDED);
            add_instalment(arithmetic, output, subject, target, SETTLE_AGENDA_PENDING);
        } else if (subject->is_new || subject->is_due || subject->revised != NULL) {
            add_instalment(arithmetic, output, subject, target, SETTLE_AGENDA_PENDING);
        }
    } else if (has_history && subject->revised == NULL &&
               (subject->n_bills > 0 || subject->n_new_events > 0 || subject->is_woken) &&
               schedule->looks_at_bills(target->rule, item) &&
               settle_calc_item_day(arithmetic, target->rule, subject->order, item) < date) {
        add_instalment(arithmetic, output, subject, target, SETTLE_AGENDA_DECIDED);
    }
}

void
settle_note_waited(SettleOutput *output, const SettleArithmetic *arithmetic, SettleDay date,
                   const SettleSubject *was, const SettleTarget *target)
{
    const SettleKindSchedule *schedule = settle_order_kind_of(arithmetic, target->rule)->schedule;
    guint item = settle_rule_item_name(arithmetic, target->rule, settle_slot_item(target->slot));

    if (schedule != NULL && schedule->looks_at_bills(target->rule, item) &&
        settle_calc_item_day(arithmetic, target->rule, was->order, item) <= date)
        add_instalment(arithmetic, output, was, target, SETTLE_AGENDA_DECIDED);
}

void
settle_note_late(SettleOutput *output, const SettleSubject *subject, const GArray *transfers)
{
    const SettlePolicy *policy = subject->policy != NULL ? subject->policy : subject->was.policy;
    GArray *agenda = output->agenda;
    SettleMonth last =
        settle_day_month(subject->order->closing_day) + (policy != NULL ? policy->span_months : 0);
    guint first = agenda->len;

    for (guint i = 0; i < transfers->len; i++) {
        const SettleTransfer *t = &g_array_index(transfers, SettleTransfer, i);
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

void
settle_note_nothing(SettleOutput *output, SettleTargets *targets, const SettleSubject *subject,
                    SettleFindings findings)
{
    guint before, now;

    if (subject->n_events == 0)
        return;
    if (subject->revised != NULL && subject->revised->was_there) {
        const SettleSubject was = settle_subject_was(subject);

        before = settle_targets_events_before(targets, &was, findings);
    } else
        before = subject->is_new || subject->revised != NULL
                     ? 0
                     : settle_targets_events_before(targets, subject, findings);
    now = subject->revised != NULL && subject->revised->is_gone
              ? 0
              : settle_targets_events(targets, subject, findings);
    if (now != before) {
        SettleAgendaRow row = agenda_row(subject, SETTLE_AGENDA_NOTHING, targets->date);

        row.slot = (SettleSlot) now;
        g_array_append_val(output->agenda, row);
    }
}

/* What lifetime caps cut of the targets; TRUE: some could be cut. */
static gboolean
add_life_cuts(SettleOutput *output, const SettleTargets *targets, const SettleSubject *subject)
{
    gboolean capped = FALSE;

    for (guint i = 0; i < targets->all->len; i++) {
        const SettleTarget *target = &g_array_index(targets->all, SettleTarget, i);

        if (!settle_order_kind_of(targets->known->arithmetic, target->rule)
                 ->is_capped(target->rule))
            continue;
        capped = TRUE;
        if (target->cut_minor > 0) {
            SettleCutRow row = {.distributor_id = subject->order->distributor_id,
                                .policy_id = subject->policy->policy_id,
                                .subject_id = subject->order->order_id,
                                .earned_minor = target->earned_minor + target->cut_minor,
                                .cut_minor = target->cut_minor,
                                .slot = target->slot,
                                .month = target->origin,
                                .what = SETTLE_CUT_LIFE_CAP};

            g_array_append_val(output->cuts, row);
        }
    }
    return capped;
}

static void
add_cut_scope(SettleOutput *output, const SettleSubject *subject)
{
    const SettleCutScope scope = {.distributor_id = subject->order->distributor_id,
                                  .carrier_id = subject->policy->carrier_id,
                                  .order_id = subject->order->order_id,
                                  .first = settle_day_month(subject->order->closing_day)};

    g_array_append_val(output->cut_scopes, scope);
}

void
settle_note_life_caps(SettleOutput *output, const SettleTargets *targets,
                      const SettleSubject *subject)
{
    /* a new order has no before */
    if (add_life_cuts(output, targets, subject) && !subject->is_new)
        add_cut_scope(output, subject);
}

static gboolean
has_capped_rule(const SettleTargets *targets, const SettleSubject *subject)
{
    for (guint i = 0; subject->match != NULL && i < subject->match->n_order_rules; i++)
        if (settle_order_kind_of(targets->known->arithmetic, subject->match->rules[i])
                ->is_capped(subject->match->rules[i]))
            return TRUE;
    return FALSE;
}

void
settle_note_life_caps_revised(SettleOutput *output, const SettleTargets *targets,
                              const SettleSubject *subject)
{
    const SettleSubject was = settle_subject_was(subject);
    gboolean now = has_capped_rule(targets, subject);

    if (now)
        add_cut_scope(output, subject);
    else if (has_capped_rule(targets, &was)) /* of the same carrier */
        add_cut_scope(output, &was);
    add_life_cuts(output, targets, subject);
}
