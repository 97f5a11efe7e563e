/* Counts orders in the volume windows of their distributor. */
#include "run/chunk/counting.h"

#include "calc/terms.h"

/* The month of what changes what the order counts: of its closing, or of its latest new event. */
static SettleMonth
cause_of(const SettleSubject *subject)
{
    SettleMonth cause = subject->is_new ? settle_day_month(subject->order->closing_day) : 0;

    for (guint i = 0; i < subject->n_new_events && !subject->is_new; i++)
        cause = MAX(cause, settle_day_month(subject->new_events[i].day));
    return cause;
}

/* Where findings of other orders decide whether its own act, all of a window's orders are counted
 * again. */
static gboolean
is_anew(const SettleTargets *targets, const SettleSubject *subject)
{
    return subject->is_joint &&
           settle_carrier_tolerates_findings(targets->known->policies, subject->policy->carrier_id);
}

/* Changes what the order counts in the window of a rule of its match; anew: `change` is all of it.
 */
static void
count(SettleVolumes *volumes, const SettleTargets *targets, const SettleSubject *subject,
      const SettleRule *rule, int64_t change, gboolean anew, SettleMonth cause)
{
    settle_volumes_count(volumes, settle_subject_window_policy(targets->known, subject, rule), rule,
                         subject->order, &subject->parties, change, anew, cause);
}

void
settle_counting_order(SettleVolumes *volumes, SettleTargets *targets,
                      const SettleDecisions *decisions, const SettleSubject *subject)
{
    const SettleMatch *match = subject->match;
    gboolean anew = is_anew(targets, subject);
    SettleFindings findings = settle_decisions_findings(decisions, subject);

    if (!subject->is_new && subject->n_new_events == 0 && !anew)
        return;
    for (guint i = match->n_order_rules; i < match->n_rules; i++) {
        const SettleRule *rule = match->rules[i];
        int64_t before = subject->is_new || anew
                             ? 0
                             : settle_targets_measure_before(targets, subject, rule, findings);
        int64_t now = settle_targets_measure(targets, subject, rule, findings);

        count(volumes, targets, subject, rule, now - before, anew, cause_of(subject));
    }
}

/* Takes the order as it was out of its windows; of those that are measured anew it says so: they
 * count nothing where nobody is left. */
static void
take_out(SettleVolumes *volumes, SettleTargets *targets, const SettleDecisions *decisions,
         const SettleSubject *subject)
{
    const SettleSubject was = settle_subject_was(subject);
    gboolean anew;

    if (was.match == NULL)
        return;
    anew =
        settle_carrier_tolerates_findings(targets->known->policies, was.policy->carrier_id) &&
        settle_pairs_contain(decisions->pairs, was.order->distributor_id, was.policy->carrier_id);
    for (guint i = was.match->n_order_rules; i < was.match->n_rules; i++) {
        const SettleRule *rule = was.match->rules[i];
        int64_t change = 0;

        if (!anew)
            change = -settle_targets_measure_before(targets, &was, rule,
                                                    settle_decisions_findings(decisions, &was));
        count(volumes, targets, &was, rule, change, anew,
              anew ? 0 : settle_day_month(targets->date));
    }
}

void
settle_counting_again(SettleVolumes *volumes, SettleTargets *targets,
                      const SettleDecisions *decisions, const SettleSubject *subject)
{
    const SettleMatch *match = subject->match;
    gboolean anew = is_anew(targets, subject);
    SettleFindings findings = settle_decisions_findings(decisions, subject);

    if (subject->revised == NULL || subject->revised->was_there)
        take_out(volumes, targets, decisions, subject);
    if (match == NULL)
        return;
    for (guint i = match->n_order_rules; i < match->n_rules; i++)
        count(volumes, targets, subject, match->rules[i],
              settle_targets_measure(targets, subject, match->rules[i], findings), anew,
              settle_day_month(targets->date));
}
