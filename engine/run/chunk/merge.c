/* Brings together what concerns an order: the arrays of a chunk's facts are sorted alike and are
 * walked side by side. */
#include "run/chunk/merge.h"

#include <string.h>

SettleMerge
settle_merge_begin(const SettleFacts *facts)
{
    return (SettleMerge){.facts = facts};
}

/* The order of an array at which the walk is, or NULL. */
static inline const SettleOrder *
order_at(const GArray *orders, guint place)
{
    return place < orders->len ? &g_array_index(orders, SettleOrder, place) : NULL;
}

static inline const SettleRevised *
revised_at(const SettleMerge *merge)
{
    const GArray *revised = merge->facts->revised;

    return merge->revised < revised->len ? &g_array_index(revised, SettleRevised, merge->revised)
                                         : NULL;
}

static inline const SettleBill *
bill_at(const SettleMerge *merge)
{
    const GArray *bills = merge->facts->new_bills;

    return merge->bill < bills->len ? &g_array_index(bills, SettleBill, merge->bill) : NULL;
}

static inline const SettleEvent *
event_at(const SettleMerge *merge)
{
    const GArray *events = merge->facts->new_events;

    return merge->event < events->len ? &g_array_index(events, SettleEvent, merge->event) : NULL;
}

/* The least of the orders at which the walk is in the arrays; NULL at the end. */
static const SettleOrder *
least_of(const SettleMerge *merge)
{
    const SettleFacts *facts = merge->facts;
    const SettleBill *bill = bill_at(merge);
    const SettleEvent *event = event_at(merge);
    const SettleRevised *revised = revised_at(merge);
    const SettleOrder *candidates[] = {
        order_at(facts->new_orders, merge->new_order), order_at(facts->due_orders, merge->due),
        order_at(facts->woken_orders, merge->woken),   order_at(facts->joint_orders, merge->joint),
        order_at(facts->recounted, merge->recounted),  bill != NULL ? &bill->order : NULL,
        event != NULL ? &event->order : NULL,          revised != NULL ? &revised->order : NULL,
    };
    const SettleOrder *least = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(candidates); i++) {
        const SettleOrder *c = candidates[i];

        if (c != NULL &&
            (least == NULL || settle_order_key_compare(c->distributor_id, c->order_id,
                                                       least->distributor_id, least->order_id) < 0))
            least = c;
    }
    return least;
}

/* Steps over all of the array that are this order; TRUE if there was one. */
static gboolean
step_over(const GArray *orders, guint *place, const SettleOrder *order)
{
    gboolean any = FALSE;

    while (*place < orders->len &&
           settle_facts_compare_orders(&g_array_index(orders, SettleOrder, *place), order) == 0) {
        any = TRUE;
        (*place)++;
    }
    return any;
}

static void
take_bills(SettleMerge *merge, const SettleOrder *order, SettleSubject *subject)
{
    const SettleBill *bill = bill_at(merge);

    subject->bills = bill;
    for (; bill != NULL && settle_facts_compare_orders(&bill->order, order) == 0;
         bill = bill_at(merge)) {
        subject->n_bills++;
        merge->bill++;
    }
}

static void
take_events(SettleMerge *merge, const SettleOrder *order, SettleSubject *subject)
{
    const SettleEvent *event = event_at(merge);

    subject->new_events = event;
    for (; event != NULL && settle_facts_compare_orders(&event->order, order) == 0;
         event = event_at(merge)) {
        subject->n_new_events++;
        merge->event++;
    }
}

/* All that the arrays hold of the order, and the walk beyond it. */
static void
take(SettleMerge *merge, const SettleOrder *least, SettleSubject *subject)
{
    const SettleFacts *facts = merge->facts;
    const SettleOrder *new_order = order_at(facts->new_orders, merge->new_order);
    const SettleRevised *revised = revised_at(merge);

    memset(subject, 0, sizeof *subject);
    subject->order = least;
    if (new_order != NULL && settle_facts_compare_orders(new_order, least) == 0) {
        subject->is_new = TRUE;
        subject->order = new_order;
        merge->new_order++;
    }
    if (revised != NULL && settle_facts_compare_orders(&revised->order, least) == 0) {
        subject->revised = revised;
        subject->order = &revised->order;
        merge->revised++;
    }
    subject->is_due = step_over(facts->due_orders, &merge->due, least) && !subject->is_new;
    subject->is_woken = step_over(facts->woken_orders, &merge->woken, least) && !subject->is_new;
    step_over(facts->joint_orders, &merge->joint, least);
    subject->is_recounted = step_over(facts->recounted, &merge->recounted, least);
    take_bills(merge, least, subject);
    take_events(merge, least, subject);
    if (facts->events->len > 0)
        subject->events = settle_facts_events_of(facts->events, least, &subject->n_events);
}

gboolean
settle_merge_next(SettleMerge *merge, SettleSubject *ret_subject)
{
    const SettleOrder *least = least_of(merge);

    if (least == NULL)
        return FALSE;
    take(merge, least, ret_subject);
    return TRUE;
}

gboolean
settle_merge_next_of(SettleMerge *merge, int32_t distributor_id, SettleSubject *ret_subject)
{
    const SettleOrder *least = least_of(merge);

    if (least == NULL || least->distributor_id != distributor_id)
        return FALSE;
    take(merge, least, ret_subject);
    return TRUE;
}
