/* Settles one order: computes its targets, takes off what is posted, and writes the difference. */
#include "run/chunk/order.h"

#include "calc/arithmetic.h"
#include "calc/terms.h"
#include "run/chunk/notes.h"

/* --- the difference to what is posted ----------------------------------------------------------
 */

/* The month of the latest bill that came with this run; 0: none did. */
static SettleMonth
latest_bill(const SettleSubject *subject, SettleMonth wanted)
{
    SettleMonth latest = 0;

    for (guint i = 0; i < subject->n_bills && latest != wanted; i++)
        latest = subject->bills[i].month == wanted ? wanted : MAX(latest, subject->bills[i].month);
    return latest;
}

/* What the run's arithmetic does with the rule's kind. */
static const SettleOrderKind *
kind_of(const SettleSettling *settling, const SettleRule *rule)
{
    return settle_order_kind_of(settling->context->known.arithmetic, rule);
}

/* The month of the event or bill that a posting comes of (docs/semantics.md 7): what is earned for
 * the first time is its origin's own, unless a bill came for it; what changes is of the events that
 * came, else of the bills (of a revenue share its own, if that came), else of the night, in which
 * something was told that is neither. */
static SettleMonth
cause_of(const SettleSettling *settling, const SettleSubject *subject, const SettleTarget *target,
         gboolean first)
{
    gboolean share = kind_of(settling, target->rule)->earns_on == SETTLE_CALC_BILLS;
    SettleMonth cause = 0;

    if (first && (share || subject->is_new || subject->is_due || subject->n_bills == 0))
        return target->origin;
    for (guint i = 0; i < subject->n_new_events && !first; i++)
        cause = MAX(cause, settle_day_month(subject->new_events[i].day));
    if (cause == 0)
        cause = latest_bill(subject, share ? target->origin : -1);
    return cause != 0 ? cause : settle_day_month(settling->context->date);
}

/* What was posted to a slot. */
typedef struct {
    int64_t minor[SETTLE_N_LEGS]; /* at which each leg stands */
    int16_t class_id; /* of what stands there; where nothing does, the order's
                       * (docs/semantics.md 8) */
} Posted;

/* Posts what a slot lacks of its target, by the policy whose rule it is. first: nothing ever was
 * posted to it. */
static void
add_transfers(SettleSettling *settling, const SettleSubject *subject, const SettlePolicy *policy,
              const SettleTarget *target, const SettleStanding *standing, const Posted *posted,
              gboolean first)
{
    const SettleTransfer like = {
        .subject_id = subject->order->order_id,
        .distributor_id = subject->order->distributor_id,
        .policy_id = policy->policy_id,
        .slot = target->slot,
        .origin = target->origin,
        .cause = cause_of(settling, subject, target, first),
        .class_id = posted->class_id,
        .revision = target->revision,
        .kind = (uint8_t) target->rule->kind,
    };
    SettleTransfer transfers[SETTLE_N_LEGS];
    guint n = settle_ledger_differences(
        &like, target->taken, target->credit == SETTLE_ROLE_WITHHELD, standing, posted->minor,
        &settling->context->known.periods, transfers);

    g_array_append_vals(settling->transfers, transfers, n);
}

/* The target, as ceilings leave it, divided by what is held back and what the carrier has paid
 * for. FALSE on overflow. */
static gboolean
add_difference(SettleSettling *settling, const SettleSubject *subject, const SettleTarget *target,
               const Posted *posted, gboolean first)
{
    const SettleTerms *terms = &target->rule->terms;
    gboolean withheld = target->credit == SETTLE_ROLE_WITHHELD;
    SettleStanding standing = {.payable_minor = withheld ? 0 : target->target_minor,
                               .withheld_minor = withheld ? target->target_minor : 0};

    if (subject->is_joint) {
        if (!settle_decisions_standing(settling->decisions, subject->order->order_id, target,
                                       &standing))
            return FALSE;
    } else if (terms->holdback_ppb > 0 || terms->pay_when_paid) {
        if (!settle_standing_of(settling->context->known.arithmetic, subject->policy, target->rule,
                                subject->order->closing_day, target->earned_minor,
                                target->target_minor, withheld, settling->context->date, &standing))
            return FALSE;
        /* no receipt of the carrier for this distributor, or it would be settled jointly */
        if (terms->pay_when_paid)
            settle_standing_await(&standing, 0);
    }
    add_transfers(settling, subject, subject->policy, target, &standing, posted, first);
    return TRUE;
}

/* The policy that a slot was posted by which none of the order's rules asks for any more: its own,
 * what was told before if it was told anew, or, where it went from one version to another more than
 * once, any of the carrier's that has the rule. */
static const SettlePolicy *
policy_of_slot(const SettleSettling *settling, const SettleSubject *subject, guint rule)
{
    const SettlePolicySet *policies = settling->context->known.policies;
    const SettlePolicy *own[] = {subject->policy, subject->was.policy};

    for (guint i = 0; i < G_N_ELEMENTS(own); i++)
        if (own[i] != NULL && settle_policy_rule(own[i], rule) != NULL)
            return own[i];
    for (guint p = 0; p < settle_policy_set_size(policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(policies, p);

        if (policy->carrier_id == subject->parties.carrier_id &&
            settle_policy_rule(policy, rule) != NULL)
            return policy;
    }
    settle_invariant(FALSE);
    return NULL;
}

/* A slot that something was posted to and that no rule asks for any more: master data that came
 * late made other rules match, or the order was told anew. Nothing is owed in it. */
static void
take_all_back(SettleSettling *settling, const SettleSubject *subject, SettleSlot slot,
              const Posted *posted)
{
    const SettleStanding standing = {0, 0, 0};
    guint number = settle_slot_rule(slot), item = settle_slot_item(slot);
    const SettlePolicy *policy = policy_of_slot(settling, subject, number);
    const SettleRule *rule = settle_policy_rule(policy, number);
    SettleTarget target = {
        .slot = settle_slot(number, item, 0), .state = SETTLE_TARGET_NOT_MET, .rule = rule};

    kind_of(settling, rule)->nothing(rule, subject->order, item, &target);
    add_transfers(settling, subject, policy, &target, &standing, posted, FALSE);
}

/* Targets against nothing posted. FALSE on overflow. */
static gboolean
add_first(SettleSettling *settling, const SettleSubject *subject)
{
    const Posted nothing = {.class_id = subject->parties.class_id};

    for (guint i = 0; i < settling->targets->all->len; i++) {
        const SettleTarget *target = &g_array_index(settling->targets->all, SettleTarget, i);

        if (!add_difference(settling, subject, target, &nothing, TRUE))
            return FALSE;
        settle_note_pending(settling->output, settling->context->known.arithmetic,
                            settling->context->date, subject, target, FALSE, FALSE);
    }
    return TRUE;
}

/* Takes the legs of the next slot that something was posted to. */
static void
take_legs(const SettlePosted *posted, guint n_posted, guint *p, Posted *ret_posted)
{
    SettleSlot slot = posted[*p].slot & ~0xf;

    for (; *p < n_posted && (posted[*p].slot & ~0xf) == slot; (*p)++) {
        guint leg = settle_slot_leg(posted[*p].slot);

        /* what a stranger wrote there is a finding of verify */
        if (leg >= SETTLE_N_LEGS)
            continue;
        ret_posted->minor[leg] = posted[*p].target_minor;
        if (posted[*p].target_minor != 0)
            ret_posted->class_id = posted[*p].class_id;
    }
}

/* Targets against what is posted, slot by slot; both ascend. FALSE on overflow. */
static gboolean
add_differences(SettleSettling *settling, const SettleSubject *subject, const SettlePast *past)
{
    const SettlePosted *posted = past->posted;
    guint n_posted = past->n_posted, p = 0;

    for (guint i = 0; i < settling->targets->all->len || p < n_posted;) {
        const SettleTarget *target = i < settling->targets->all->len
                                         ? &g_array_index(settling->targets->all, SettleTarget, i)
                                         : NULL;
        SettleSlot slot = p < n_posted ? posted[p].slot & ~0xf : 0;
        Posted legs = {.class_id = subject->parties.class_id};
        gboolean first;

        if (target == NULL || (p < n_posted && slot < target->slot)) {
            take_legs(posted, n_posted, &p, &legs);
            take_all_back(settling, subject, slot, &legs);
            continue;
        }
        first = p == n_posted || slot != target->slot;
        if (!first)
            take_legs(posted, n_posted, &p, &legs);
        if (!add_difference(settling, subject, target, &legs, first))
            return FALSE;
        settle_note_pending(settling->output, settling->context->known.arithmetic,
                            settling->context->date, subject, target, TRUE,
                            settling->context->falls_due.reopened->len > 0 ||
                                settling->context->falls_due.completed->len > 0);
        i++;
    }
    return TRUE;
}

/* --- one order ----------------------------------------------------------------------------------
 */

static void
count(const SettleSettling *settling, const SettleSubject *subject)
{
    (subject->is_recounted ? settle_counting_again : settle_counting_order)(
        settling->volumes, settling->targets, settling->decisions, subject);
}

/* Why a new order earns nothing; NONE: it does, or may yet. */
static SettleOutcome
new_order_outcome(const SettleSettling *settling, const SettleSubject *subject)
{
    const SettleMatch *match = subject->match;
    gboolean no_bills =
        (subject->order->flags & (SETTLE_ORDER_FOLLOWS | SETTLE_ORDER_NO_CONTRACT)) != 0;
    guint n_on_bills = 0;

    if (match->n_rules == 0)
        return SETTLE_OUTCOME_NO_RULE;
    if (settling->transfers->len > 0 || match->n_rules > match->n_order_rules)
        return SETTLE_OUTCOME_NONE;
    for (guint i = 0; i < match->n_rules; i++)
        n_on_bills += kind_of(settling, match->rules[i])->earns_on == SETTLE_CALC_BILLS;
    if (n_on_bills > 0 && !no_bills)
        return SETTLE_OUTCOME_NONE;
    for (guint i = 0; i < settling->targets->all->len; i++) {
        const SettleTarget *target = &g_array_index(settling->targets->all, SettleTarget, i);

        if (target->state == SETTLE_TARGET_PENDING || target->state == SETTLE_TARGET_NOT_DUE)
            return SETTLE_OUTCOME_NONE;
    }
    return n_on_bills == match->n_rules ? SETTLE_OUTCOME_NO_BILLS : SETTLE_OUTCOME_ZERO;
}

/* Why an order that was told anew earns nothing; NONE: it does, or may yet. */
static SettleOutcome
revised_outcome(const SettleSettling *settling, const SettleSubject *subject)
{
    if (subject->match == NULL)
        return subject->reason;
    for (guint i = 0; i < settling->targets->all->len; i++)
        if (g_array_index(settling->targets->all, SettleTarget, i).target_minor > 0)
            return SETTLE_OUTCOME_NONE;
    return new_order_outcome(settling, subject);
}

static gboolean
settle_new_order(SettleSettling *settling, const SettleSubject *subject)
{
    SettleOutput *output = settling->output;
    SettleOutcome outcome;

    if (subject->match == NULL) {
        settle_note_outcome(output, subject, subject->reason);
        return TRUE;
    }
    if (!settle_targets_whole(settling->targets, subject, subject->bills, subject->n_bills,
                              settle_decisions_findings(settling->decisions, subject)) ||
        !add_first(settling, subject))
        return FALSE;
    count(settling, subject);
    settle_note_life_caps(output, settling->targets, subject);
    outcome = new_order_outcome(settling, subject);
    if (outcome != SETTLE_OUTCOME_NONE)
        settle_note_outcome(output, subject, outcome);
    else
        output->sums.settled++;
    return TRUE;
}

/* All of the order again, against all that was posted. */
static gboolean
settle_whole_order(SettleSettling *settling, const SettleSubject *subject, const SettlePast *past)
{
    GArray *targets = settling->targets->all;

    if (!settle_targets_whole(settling->targets, subject, past->bills, past->n_bills,
                              settle_decisions_findings(settling->decisions, subject)))
        return FALSE;
    /* What a corrected bill takes back is caused by the bill, whatever happened to the order long
     * ago; but whether a fraud finding acts may be decided by those of other orders. */
    if (subject->n_new_events == 0 &&
        !(subject->is_joint && settle_carrier_tolerates_findings(settling->context->known.policies,
                                                                 subject->policy->carrier_id)))
        for (guint i = 0; i < targets->len; i++)
            g_array_index(targets, SettleTarget, i).taken = 0;
    if (!add_differences(settling, subject, past))
        return FALSE;
    count(settling, subject);
    settle_note_life_caps(settling->output, settling->targets, subject);
    return TRUE;
}

/* What waited for a bill before the order was told anew waits no more; what waits now is noted by
 * its own targets. FALSE: an amount left 64 bits, so that it had earned nothing. */
static gboolean
note_waited(SettleSettling *settling, const SettleSubject *subject, const SettlePast *past)
{
    const SettleSubject was = settle_subject_was(subject);
    const GArray *targets = settling->targets->all;

    if (was.match == NULL)
        return TRUE;
    if (!settle_targets_whole(settling->targets, &was, past->bills, past->n_bills,
                              settle_decisions_findings(settling->decisions, &was)))
        return FALSE;
    for (guint i = 0; i < targets->len; i++)
        settle_note_waited(settling->output, settling->context->known.arithmetic,
                           settling->context->date, &was, &g_array_index(targets, SettleTarget, i));
    return TRUE;
}

/* What a revised order counts; one that overflows counts nothing, now or before. */
static void
count_revised(SettleSettling *settling, const SettleSubject *subject, gboolean overflows,
              gboolean overflowed)
{
    SettleSubject counted = *subject;

    if (overflows)
        counted.match = NULL;
    if (overflowed)
        counted.was.match = NULL;
    settle_counting_again(settling->volumes, settling->targets, settling->decisions, &counted);
}

/* An order that was told anew, or of whose parties something was: all of it against all that was
 * posted, which is taken back where no rule asks for it any more (docs/semantics.md 14.64). Where
 * it would earn too much now it stands at nothing, as if it had been told so at first (14.20). */
static gboolean
settle_revised_order(SettleSettling *settling, const SettleSubject *subject)
{
    GArray *targets = settling->targets->all;
    gboolean overflows, overflowed;
    SettlePast past = {0};
    SettleOutcome outcome;

    if (!settle_history_of(settling->history, subject->order, &past))
        return TRUE; /* it could not be read */
    overflowed = subject->revised->was_there && !note_waited(settling, subject, &past);
    g_array_set_size(targets, 0);
    overflows = subject->match != NULL &&
                !settle_targets_whole(settling->targets, subject, past.bills, past.n_bills,
                                      settle_decisions_findings(settling->decisions, subject));
    if (overflows)
        g_array_set_size(targets, 0);
    if (!add_differences(settling, subject, &past))
        return FALSE;
    count_revised(settling, subject, overflows, overflowed);
    settle_note_life_caps_revised(settling->output, settling->targets, subject);
    if (subject->revised->is_gone)
        return TRUE;
    outcome = overflows ? SETTLE_OUTCOME_OVERFLOW : revised_outcome(settling, subject);
    /* of one that was settled and has postings no reason was said before */
    if (outcome != SETTLE_OUTCOME_NONE || overflowed || past.n_posted == 0 ||
        subject->was.match == NULL || subject->was.match->n_rules == 0)
        settle_note_outcome(settling->output, subject, outcome);
    return TRUE;
}

/* Without its past only slots are asked for that nothing can have been posted to. */
static gboolean
settle_old_order(SettleSettling *settling, const SettleSubject *subject)
{
    SettlePast past;

    if (subject->match == NULL || subject->match->n_rules == 0)
        return TRUE;
    if (settle_history_of(settling->history, subject->order, &past))
        return settle_whole_order(settling, subject, &past);
    if (subject->is_due &&
        !(settle_targets_due(settling->targets, subject) && add_first(settling, subject)))
        return FALSE;
    if (subject->n_bills > 0 &&
        !(settle_targets_billed(settling->targets, subject) && add_first(settling, subject)))
        return FALSE;
    if (subject->is_recounted)
        count(settling, subject);
    return TRUE;
}

static int
compare_transfers(gconstpointer a, gconstpointer b)
{
    const SettleTransfer *x = a, *y = b;

    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* Computes the order's transfers and all that is noted beside them. FALSE: an amount left 64 bits.
 */
static gboolean
settle_anyhow(SettleSettling *settling, const SettleSubject *subject)
{
    if (subject->is_joint && settling->decisions->failed)
        return FALSE;
    if (subject->revised != NULL)
        return settle_revised_order(settling, subject);
    return subject->is_new ? settle_new_order(settling, subject)
                           : settle_old_order(settling, subject);
}

static gboolean
is_open(const SettleSettling *settling, const SettleSubject *subject)
{
    return settle_pairs_open(settling->decisions->pairs, subject->order->distributor_id,
                             subject->parties.carrier_id) != NULL;
}

gboolean
settle_order_settle(SettleSettling *settling, const SettleSubject *subject, GError **error)
{
    SettleOutput *output = settling->output;
    GArray *transfers = settling->transfers;

    g_array_set_size(transfers, 0);
    if (subject->is_due)
        output->sums.due++;
    settle_note_nothing(output, settling->targets, subject,
                        settle_decisions_findings(settling->decisions, subject));
    if (!settle_anyhow(settling, subject)) {
        /* An amount left 64 bits: an error on this order, the others go on. */
        settle_note_outcome(output, subject, SETTLE_OUTCOME_OVERFLOW);
        return TRUE;
    }
    if (transfers->len > 0)
        settle_note_late(output, subject, transfers);
    if (transfers->len > 1)
        g_array_sort(transfers, compare_transfers);
    if (transfers->len > 0 && is_open(settling, subject))
        settle_decisions_note_posted(settling->decisions, subject->policy, transfers);
    for (guint i = 0; i < transfers->len; i++)
        if (!settle_output_transfer(output, &g_array_index(transfers, SettleTransfer, i), error))
            return FALSE;
    return TRUE;
}
