/* Reads a chunk's facts, finds out which orders are settled jointly and whose past is needed. */
#include "run/chunk/gather.h"

#include "run/chunk/load.h"
#include "run/chunk/merge.h"
#include "run/chunk/room.h"
#include "run/chunk/versions.h"
#include "run/chunk/waiting.h"

void
settle_gathered_init(SettleGathered *gathered, const SettleRunContext *context, SettleStore *reader)
{
    settle_facts_init(&gathered->facts);
    settle_paid_init(&gathered->paid, context);
    settle_pairs_init(&gathered->pairs, context);
    gathered->history = settle_history_new(context, reader);
}

void
settle_gathered_clear(SettleGathered *gathered)
{
    settle_facts_clear(&gathered->facts);
    settle_paid_clear(&gathered->paid);
    settle_pairs_clear(&gathered->pairs);
    g_clear_pointer(&gathered->history, settle_history_free);
}

/* --- whose past is needed --------------------------------------------------------------------- */

static gboolean
bills_need_history(const SettleRunContext *context, const SettleSubject *subject)
{
    for (guint i = 0; i < subject->n_bills; i++) {
        gboolean touches;

        if (subject->bills[i].follows || subject->bills[i].withdrawn ||
            settle_calc_bill_needs_history(context->known.arithmetic, subject->match,
                                           subject->order, subject->bills[i].month, context->date,
                                           &touches))
            return TRUE;
    }
    return FALSE;
}

static gboolean
needs_history(const SettleRunContext *context, const SettlePairs *pairs,
              const SettleSubject *subject)
{
    if (settle_pairs_contain(pairs, subject->order->distributor_id, subject->policy->carrier_id))
        return TRUE;
    if (settle_subject_is_at_rest(subject))
        return FALSE;
    return subject->n_events > 0 || subject->is_woken ||
           settle_pairs_open(pairs, subject->order->distributor_id, subject->policy->carrier_id) !=
               NULL ||
           (subject->n_bills > 0 && bills_need_history(context, subject)) ||
           (subject->is_due &&
            settle_calc_due_needs_history(context->known.arithmetic, subject->match, subject->order,
                                          context->date));
}

/* Some order of the chunk may have a past. */
static gboolean
has_old_orders(const SettleFacts *facts)
{
    return facts->due_orders->len > 0 || facts->woken_orders->len > 0 ||
           facts->joint_orders->len > 0 || facts->new_bills->len > 0 ||
           facts->new_events->len > 0 || facts->revised->len > 0;
}

/* How many months after closing something can be posted for the order; of one that was told again
 * also by what was told before. */
static SettleMonth
span_of(const SettleRunContext *context, const SettleSubject *subject)
{
    SettleMonth span = subject->policy != NULL ? subject->policy->span_months : 0;
    SettleSubject was = {0};

    if (subject->revised != NULL && subject->revised->was_there) {
        was.order = &subject->revised->was;
        settle_subject_find_policy(&context->known, &was);
        if (was.policy != NULL)
            span = MAX(span, was.policy->span_months);
    }
    return span;
}

static void
find_history(SettleGathered *gathered, const SettleRunContext *context, SettleMatchers *matchers)
{
    g_auto(SettleMatch) match = {0};
    SettleMerge merge = settle_merge_begin(&gathered->facts);
    SettleSubject subject;

    settle_history_begin(gathered->history);
    if (!has_old_orders(&gathered->facts))
        return;
    while (settle_merge_next(&merge, &subject)) {
        SettleOrderKey key = {.order_id = subject.order->order_id,
                              .distributor_id = subject.order->distributor_id};

        if (subject.is_new)
            continue; /* it has no past */
        settle_subject_match(matchers, &subject, &match);
        if (subject.revised == NULL && (subject.match == NULL || subject.match->n_rules == 0 ||
                                        !needs_history(context, &gathered->pairs, &subject)))
            continue;
        key.first = settle_day_month(subject.order->closing_day);
        key.last = key.first + span_of(context, &subject);
        settle_history_need(gathered->history, &key);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

static gboolean
load_facts(SettleFacts *facts, const SettleRunContext *context, SettleStore *reader,
           const SettleChunk *chunk, GError **error)
{
    return settle_load_new_orders(reader, context, chunk, facts->new_orders, error) &&
           settle_load_due_orders(reader, context, chunk, facts->due_orders, error) &&
           settle_load_told_orders(reader, context, chunk, facts->told_orders, error) &&
           settle_load_woken_orders(reader, context, chunk, facts->woken_orders, error) &&
           settle_load_new_bills(reader, context, chunk, facts->new_bills, error) &&
           settle_load_new_events(reader, context, chunk, facts->new_events, error);
}

/* The rows of orders that were told again, of whatever is read so far; and what these orders were
 * before the run in place of the rows that the readers found. */
static gboolean
load_versions(SettleFacts *facts, const SettleRunContext *context, SettleStore *reader,
              const SettleChunk *chunk, GError **error)
{
    GArray *const of[] = {facts->new_orders,   facts->due_orders, facts->told_orders,
                          facts->woken_orders, facts->new_bills,  facts->new_events};

    g_array_set_size(facts->versions, 0);
    g_array_set_size(facts->revised, 0);
    g_array_set_size(facts->was, 0);
    if (!settle_versions_load(reader, context, chunk,
                              settle_facts_closing_months(of, G_N_ELEMENTS(of)), of,
                              G_N_ELEMENTS(of), facts, error))
        return FALSE;
    settle_versions_put_before(context, facts, facts->due_orders);
    settle_versions_put_before(context, facts, facts->told_orders);
    settle_versions_put_before(context, facts, facts->woken_orders);
    return TRUE;
}

/* The orders for which it makes a difference that master data was told late, or a version activated
 * late, are settled as those that were told anew, by what they are against what they were, or only
 * counted again. */
static void
add_told(SettleFacts *facts, SettleMatchers *matchers)
{
    const GArray *orders = facts->told_orders;
    g_auto(SettleMatch) match = {0};
    g_auto(SettleMatch) match_was = {0};

    g_array_set_size(facts->recounted, 0);
    settle_versions_leave_out_revised(facts, facts->told_orders);
    for (guint i = 0; i < orders->len; i++) {
        SettleRevised told = {.order = g_array_index(orders, SettleOrder, i), .was_there = TRUE};
        SettleSubject subject = {.order = &told.order, .revised = &told};

        told.was = told.order;
        settle_subject_match(matchers, &subject, &match);
        settle_subject_match_was(matchers, &subject, &match_was);
        if (!settle_subject_differs(&subject))
            continue;
        if (settle_subject_only_counts(&subject))
            g_array_append_val(facts->recounted, told.order);
        else
            g_array_append_val(facts->revised, told);
    }
    settle_facts_sort(facts->revised, settle_facts_compare_orders);
    settle_facts_sort(facts->recounted, settle_facts_compare_orders);
}

/* Of any order that something happens to, all events. */
static gboolean
load_events(SettleGathered *gathered, const SettleRunContext *context, SettleStore *reader,
            const SettleChunk *chunk, GError **error)
{
    const SettleFacts *facts = &gathered->facts;
    GArray *const of[] = {facts->new_orders, facts->due_orders, facts->woken_orders,
                          facts->new_bills,  facts->new_events, facts->revised,
                          facts->recounted};
    SettleMonths whole = settle_pairs_event_months(&gathered->pairs, of, G_N_ELEMENTS(of));

    g_array_set_size(facts->events, 0);
    if (!settle_load_events(reader, context, chunk, of, G_N_ELEMENTS(of), whole, facts->events,
                            error))
        return FALSE;
    settle_versions_put_now(context, facts, facts->events);
    return TRUE;
}

/* The orders that are settled jointly with those that something happened to, and their events. */
static gboolean
load_joint(SettleGathered *gathered, const SettleRunContext *context, SettleStore *reader,
           SettleMatchers *matchers, SettleTargets *targets, const SettleChunk *chunk,
           GError **error)
{
    const SettleMonths none = {1, 0};
    SettleFacts *facts = &gathered->facts;

    g_array_set_size(facts->joint_orders, 0);
    settle_pairs_find(&gathered->pairs, facts, &gathered->paid, chunk);
    find_history(gathered, context, matchers);
    if (!settle_room_look(&gathered->pairs, facts, gathered->history, targets, matchers, reader,
                          error))
        return FALSE;
    if (gathered->pairs.all->len == 0)
        return TRUE;
    if (!settle_versions_load(reader, context, chunk, settle_pairs_closing_months(&gathered->pairs),
                              NULL, 0, facts, error) ||
        !settle_pairs_load_orders(&gathered->pairs, reader, chunk, facts, error) ||
        !settle_load_events(reader, context, chunk, &facts->joint_orders, 1, none, facts->events,
                            error))
        return FALSE;
    settle_versions_put_now(context, facts, facts->events);
    find_history(gathered, context, matchers);
    return TRUE;
}

gboolean
settle_gather(SettleGathered *gathered, const SettleRunContext *context, SettleStore *reader,
              SettleMatchers *matchers, SettleTargets *targets, const SettleChunk *chunk,
              SettleOutput *output, GError **error)
{
    SettleFacts *facts = &gathered->facts;
    int64_t receipts;

    if (!load_facts(facts, context, reader, chunk, error) ||
        !load_versions(facts, context, reader, chunk, error))
        return FALSE;
    settle_waiting_set_aside(context, facts, output);
    settle_versions_put_now(context, facts, facts->new_bills);
    settle_versions_put_now(context, facts, facts->new_events);
    add_told(facts, matchers);
    if (!settle_paid_load(&gathered->paid, reader, chunk, &receipts, error) ||
        !load_events(gathered, context, reader, chunk, error) ||
        !load_joint(gathered, context, reader, matchers, targets, chunk, error))
        return FALSE;
    output->sums.facts += receipts;
    return TRUE;
}
