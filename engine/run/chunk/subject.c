/* The policy and the rules of an order: what a subject is matched with. */
#include "run/chunk/subject.h"

#include "calc/terms.h"

#define N_LENGTHS (SETTLE_WINDOW_YEAR + 1)

struct SettleMatchers {
    const SettleRunKnown *known;
    const SettleDirectory *before; /* what the run before knew */
    GPtrArray *by_policy;          /* SettleMatcher by policy id; NULL: not needed yet */
    /* of the last order: which versions measure windows of each length */
    const SettlePolicy *policy;
    SettleMonth month;
    int32_t last_id; /* among versions up to this one */
    const SettlePolicy *terms[N_LENGTHS];
    gboolean others;   /* some of them is another one */
    SettleMatch match; /* by the rules of such a version */
};

static void
free_matcher(gpointer matcher)
{
    if (matcher != NULL)
        settle_matcher_free(matcher);
}

SettleMatchers *
settle_matchers_new(const SettleRunKnown *known, const SettleDirectory *before)
{
    guint n = settle_policy_set_size(known->policies);
    int32_t largest = n > 0 ? settle_policy_set_nth(known->policies, n - 1)->policy_id : 0;
    SettleMatchers *matchers = g_new0(SettleMatchers, 1);

    matchers->known = known;
    matchers->before = before != NULL ? before : known->directory;
    matchers->by_policy = g_ptr_array_new_with_free_func(free_matcher);
    g_ptr_array_set_size(matchers->by_policy, largest + 1);
    return matchers;
}

void
settle_matchers_free(SettleMatchers *matchers)
{
    g_ptr_array_unref(matchers->by_policy);
    settle_match_clear(&matchers->match);
    g_free(matchers);
}

/* Made when the first order comes: of all versions ever activated few have orders in a night. */
static SettleMatcher *
matcher_of(SettleMatchers *matchers, const SettlePolicy *policy)
{
    gpointer *place = &g_ptr_array_index(matchers->by_policy, policy->policy_id);

    if (*place == NULL)
        *place = settle_matcher_new(policy, matchers->known->directory);
    return *place;
}

static gboolean
find_policy(const SettleRunKnown *known, const SettleDirectory *directory, SettleSubject *subject)
{
    settle_directory_order_parties(directory, subject->order, &subject->parties);
    subject->match = NULL;
    subject->policy = settle_policy_set_find(known->policies, subject->parties.carrier_id,
                                             subject->order->closing_day);
    return subject->policy != NULL && subject->policy->currency == subject->order->currency;
}

gboolean
settle_subject_find_policy(const SettleRunKnown *known, SettleSubject *subject)
{
    return find_policy(known, known->directory, subject);
}

/* Why an order of these parties is not settled; NONE: it is. */
static SettleOutcome
reason_of(const SettleOrderParties *parties, const SettlePolicy *policy, gboolean of_its_currency)
{
    if (parties->not_active)
        return SETTLE_OUTCOME_NOT_ACTIVE;
    if (parties->not_sold)
        return SETTLE_OUTCOME_NOT_SOLD;
    if (policy == NULL)
        return SETTLE_OUTCOME_NO_POLICY;
    return of_its_currency ? SETTLE_OUTCOME_NONE : SETTLE_OUTCOME_CURRENCY;
}

const SettlePolicy *
settle_subject_window_policy(const SettleRunKnown *known, const SettleSubject *subject,
                             const SettleRule *rule)
{
    return settle_policy_of_rule(known->policies, subject->policy->carrier_id, rule);
}

/* Orders come in long rows of one version and month. */
static void
find_terms(SettleMatchers *matchers, const SettleSubject *subject, int32_t last_id)
{
    SettleDay day = subject->order->closing_day;
    SettleMonth month = settle_day_month(day);

    if (matchers->policy == subject->policy && matchers->month == month &&
        matchers->last_id == last_id)
        return;
    matchers->policy = subject->policy;
    matchers->month = month;
    matchers->last_id = last_id;
    matchers->others = FALSE;
    for (int length = SETTLE_WINDOW_MONTH; length < N_LENGTHS; length++) {
        matchers->terms[length] =
            settle_window_terms(matchers->known->policies, subject->policy->carrier_id,
                                (SettleWindow) length, day, last_id);
        matchers->others = matchers->others || matchers->terms[length] != subject->policy;
    }
}

/* Adds the windows that the order counts in by the terms of that version. */
static void
add_windows_of(SettleMatchers *matchers, const SettleSubject *subject, const SettlePolicy *policy,
               SettleMatch *match)
{
    const SettleMatch *found;

    /* NULL: no version that the night before knew begins before the window ends */
    if (policy == NULL || policy->currency != subject->order->currency)
        return;
    found = settle_matcher_find(matcher_of(matchers, policy), subject->order, &subject->parties,
                                &matchers->match);
    for (guint i = found->n_order_rules; i < found->n_rules; i++)
        if (matchers->terms[found->rules[i]->window.length] == policy)
            settle_match_add_window(match, found->rules[i]);
}

/* Where another version holds on the last day of a window, its rules count there, not those of the
 * order's own (docs/semantics.md 13.9). */
static void
match_windows(SettleMatchers *matchers, const SettleSubject *subject, int32_t last_id,
              SettleMatch *match)
{
    find_terms(matchers, subject, last_id);
    if (!matchers->others)
        return;
    settle_match_drop_windows(match);
    for (int length = SETTLE_WINDOW_MONTH; length < N_LENGTHS; length++) {
        gboolean done = FALSE;

        for (int before = SETTLE_WINDOW_MONTH; before < length; before++)
            done = done || matchers->terms[before] == matchers->terms[length];
        if (!done)
            add_windows_of(matchers, subject, matchers->terms[length], match);
    }
}

static void
match_by(SettleMatchers *matchers, const SettleDirectory *directory, int32_t last_id,
         SettleSubject *subject, SettleMatch *match)
{
    gboolean has_policy = find_policy(matchers->known, directory, subject);

    subject->reason = reason_of(&subject->parties, subject->policy, has_policy);
    if (subject->reason != SETTLE_OUTCOME_NONE ||
        (subject->revised != NULL && subject->revised->is_gone))
        return;
    subject->match = settle_matcher_find(matcher_of(matchers, subject->policy), subject->order,
                                         &subject->parties, match);
    match_windows(matchers, subject, last_id, match);
}

void
settle_subject_match(SettleMatchers *matchers, SettleSubject *subject, SettleMatch *match)
{
    match_by(matchers, matchers->known->directory, SETTLE_NO_POLICY_IS_NEW, subject, match);
}

SettleSubject
settle_subject_was(const SettleSubject *subject)
{
    return (SettleSubject){
        .order = subject->revised != NULL ? &subject->revised->was : subject->order,
        .new_events = subject->new_events,
        .n_new_events = subject->n_new_events,
        .events = subject->events,
        .n_events = subject->n_events,
        .parties = subject->was.parties,
        .policy = subject->was.policy,
        .match = subject->was.match,
    };
}

/* Findings of the closing month are tolerated otherwise than the night before did. */
static gboolean
has_other_tolerance(const SettleRunKnown *known, const SettleSubject *was)
{
    SettleDay last = settle_month_last(settle_day_month(was->order->closing_day));
    int32_t carrier_id = was->parties.carrier_id;

    return known->last_policy_before != SETTLE_NO_POLICY_IS_NEW &&
           !settle_policies_tolerate_alike(
               settle_policy_set_terms(known->policies, carrier_id, last),
               settle_policy_set_terms_among(known->policies, carrier_id, last,
                                             known->last_policy_before));
}

void
settle_subject_match_was(SettleMatchers *matchers, SettleSubject *subject, SettleMatch *match)
{
    SettleSubject was;

    if (subject->revised != NULL ? !subject->revised->was_there : !subject->is_recounted)
        return;
    was = settle_subject_was(subject);
    match_by(matchers, matchers->before, matchers->known->last_policy_before, &was, match);
    subject->was.parties = was.parties;
    subject->was.policy = was.policy;
    subject->was.match = was.match;
    subject->was.reason = was.reason;
    subject->was.other_tolerance = has_other_tolerance(matchers->known, &was);
}

/* With a policy that stops: something may fall due between the one end and the other. */
static gboolean
ends_otherwise(const SettleSubject *subject)
{
    const SettlePolicy *policy = subject->policy;
    SettleDay was = subject->was.parties.ended_from, is = subject->parties.ended_from;

    return was != is && policy->terms.after_end == SETTLE_STOPS &&
           settle_day_month(subject->order->closing_day) + policy->span_months >=
               settle_day_month(MIN(was, is));
}

gboolean
settle_subject_differs(const SettleSubject *subject)
{
    const SettleMatch *was = subject->was.match, *is = subject->match;
    gboolean other_outlet = subject->was.parties.outlet_id != subject->parties.outlet_id;

    if (subject->reason != subject->was.reason || subject->policy != subject->was.policy)
        return TRUE;
    if (is == NULL || was == NULL)
        return is != was;
    if (is->n_rules != was->n_rules || ends_otherwise(subject) || subject->was.other_tolerance)
        return TRUE;
    for (guint i = 0; i < is->n_rules; i++)
        if (is->rules[i] != was->rules[i] ||
            (other_outlet && is->rules[i]->window.scope == SETTLE_SCOPE_OUTLET))
            return TRUE;
    return FALSE;
}

gboolean
settle_subject_only_counts(const SettleSubject *subject)
{
    const SettleMatch *was = subject->was.match, *is = subject->match;

    if (is == NULL || was == NULL || subject->policy != subject->was.policy ||
        ends_otherwise(subject) || is->n_order_rules != was->n_order_rules ||
        (is->n_rules > is->n_order_rules) != (was->n_rules > was->n_order_rules))
        return FALSE;
    for (guint i = 0; i < is->n_order_rules; i++)
        if (is->rules[i] != was->rules[i])
            return FALSE;
    return TRUE;
}
