#include "run/chunk/worker-internal.h"

/* --- what a subject is matched with --------------------------------------------------------- */

/* Made when the first order comes: of all versions ever activated few have orders in a night. */
static SettleMatcher *
matcher_of(SettleWorker *worker, const SettlePolicy *policy)
{
    gpointer *place = &g_ptr_array_index(worker->matchers, policy->policy_id);

    if (*place == NULL)
        *place = settle_matcher_new(policy, worker->context->directory);
    return *place;
}

void
settle_merge_match(SettleWorker *worker, SettleSubject *subject)
{
    const SettleRunContext *context = worker->context;

    settle_directory_order_parties(context->directory, subject->order, &subject->parties);
    subject->match = NULL;
    subject->policy = settle_policy_set_find(context->policies, subject->parties.carrier_id,
                                             subject->order->closing_day);
    if (subject->policy == NULL || subject->policy->currency != subject->order->currency)
        return;
    subject->match = settle_matcher_find(matcher_of(worker, subject->policy), subject->order,
                                         &subject->parties, &worker->match);
}

/* The day, or if a batch is still to come, that batch's. */
static SettleDay
await_batch(const SettleRunContext *context, int32_t batch, SettleDay day)
{
    if (settle_run_batch_state(context, batch) != SETTLE_BATCH_UNSEEN)
        return day;
    day = MAX(day, context->date + 1);
    return batch > 0 && batch < context->n_batch_state ? MAX(day, context->batch_dates[batch])
                                                       : day;
}

/* The day on which a new bill or event can be settled: its own, its order's, and those of the
 * batches that brought it and its order. */
static SettleDay
fact_day(const SettleRunContext *context, const SettleOrder *order, int32_t source_batch_id,
         SettleDay own)
{
    SettleDay day = await_batch(context, order->batch_id, MAX(own, order->closing_day));

    return source_batch_id != 0 ? await_batch(context, source_batch_id, day) : day;
}

static void
set_events_aside(SettleWorker *worker)
{
    const SettleRunContext *context = worker->context;
    SettleOutput *output = worker->output;
    guint kept = 0;

    for (guint i = 0; i < worker->new_events->len; i++) {
        const SettleEvent *event = &g_array_index(worker->new_events, SettleEvent, i);
        SettleDay day = fact_day(context, &event->order, event->source_batch_id, event->day);

        if (settle_run_batch_state(context, event->batch_id) == SETTLE_BATCH_OF_RUN)
            output->sums.facts++;
        if (day > context->date) {
            SettleAgendaRow row = {
                .order_id = event->order.order_id,
                .distributor_id = event->order.distributor_id,
                .carrier_id =
                    settle_directory_product_carrier(context->directory, event->order.product_id),
                .what = SETTLE_AGENDA_EVENT,
                .closing_month = settle_day_month(event->order.closing_day),
                .look_day = day,
                .bill_month = -1,
                /* two events of an order may wait for one day */
                .slot = (SettleSlot) (event->event_id & G_MAXINT32),
            };
            g_array_append_val(output->agenda, row);
            output->sums.waiting++;
            continue;
        }
        g_array_index(worker->new_events, SettleEvent, kept) = *event;
        kept++;
    }
    g_array_set_size(worker->new_events, kept);
}

static int
compare_event(gconstpointer row, const SettleOrder *order)
{
    const SettleEvent *event = row;

    return settle_order_key_compare(event->order.distributor_id, event->order.order_id,
                                    order->distributor_id, order->order_id);
}

const SettleEvent *
settle_merge_events(const GArray *sorted, const SettleOrder *order, guint *ret_n)
{
    guint first = settle_load_rows_of(sorted, compare_event, order, ret_n);

    return *ret_n > 0 ? &g_array_index(sorted, SettleEvent, first) : NULL;
}

void
settle_merge_set_waiting_aside(SettleWorker *worker)
{
    const SettleRunContext *context = worker->context;
    SettleOutput *output = worker->output;
    int64_t waits = 0; /* the last order that does: its versions wait for one day */
    guint kept = 0;

    for (guint i = 0; i < worker->new_orders->len; i++) {
        const SettleOrder *order = &g_array_index(worker->new_orders, SettleOrder, i);
        gboolean of_run = settle_run_batch_state(context, order->batch_id) == SETTLE_BATCH_OF_RUN;

        if (of_run)
            output->sums.facts++;
        if (order->closing_day > context->date) {
            SettleAgendaRow row = {
                .order_id = order->order_id,
                .distributor_id = order->distributor_id,
                .carrier_id =
                    settle_directory_product_carrier(context->directory, order->product_id),
                .what = SETTLE_AGENDA_ORDER,
                .closing_month = settle_day_month(order->closing_day),
                .look_day = order->closing_day,
                .bill_month = -1,
            };
            output->sums.waiting++;
            if (waits != order->order_id)
                g_array_append_val(output->agenda, row);
            waits = order->order_id;
            continue;
        }
        g_array_index(worker->new_orders, SettleOrder, kept) = *order;
        kept++;
    }
    g_array_set_size(worker->new_orders, kept);
    settle_load_keep_versions(worker->new_orders);

    kept = 0;
    for (guint i = 0; i < worker->new_bills->len; i++) {
        SettleBill *bill = &g_array_index(worker->new_bills, SettleBill, i);
        gboolean of_run = settle_run_batch_state(context, bill->batch_id) == SETTLE_BATCH_OF_RUN;
        SettleDay day = fact_day(context, &bill->order, bill->source_batch_id, bill->issue_day);

        if (of_run)
            output->sums.facts++;
        /* Intake knew what came in before. Other revisions may have overtaken the bill since: while
         * it waited for its day, or in batches that came in later and were settled earlier. */
        if (!of_run || bill->batch_id < context->last_before)
            bill->follows = 1;
        if (day > context->date) {
            SettleAgendaRow row = {
                .order_id = bill->order.order_id,
                .distributor_id = bill->order.distributor_id,
                .carrier_id =
                    settle_directory_product_carrier(context->directory, bill->order.product_id),
                .what = SETTLE_AGENDA_BILL,
                .closing_month = settle_day_month(bill->order.closing_day),
                .look_day = day,
                .bill_month = bill->month,
                .revision = bill->revision,
                .slot = (bill->month - settle_day_month(SETTLE_DAY_MIN)) << 16 |
                        bill->withdrawn << 15 | bill->revision | (bill->turn & 3) << 29,
            };
            g_array_append_val(output->agenda, row);
            output->sums.waiting++;
            continue;
        }
        g_array_index(worker->new_bills, SettleBill, kept) = *bill;
        kept++;
    }
    g_array_set_size(worker->new_bills, kept);
    set_events_aside(worker);
}

static int
compare_to(const SettleOrder *a, const SettleOrder *b)
{
    return settle_order_key_compare(a->distributor_id, a->order_id, b->distributor_id, b->order_id);
}

/* --- the merge ------------------------------------------------------------------------------ */

void
settle_merge_rewind(SettleWorker *worker)
{
    worker->next = (SettleMergeCursors){0};
}

/* The order of an array that the cursor stands at, or NULL. */
static const SettleOrder *
standing_at(const GArray *orders, guint place)
{
    return place < orders->len ? &g_array_index(orders, SettleOrder, place) : NULL;
}

/* Steps over all of the array that are this order; TRUE if there was one. */
static gboolean
step_over(const GArray *orders, guint *place, const SettleOrder *order)
{
    gboolean any = FALSE;

    while (*place < orders->len &&
           compare_to(&g_array_index(orders, SettleOrder, *place), order) == 0) {
        any = TRUE;
        (*place)++;
    }
    return any;
}

/* The next order with its facts, not matched yet. */
static gboolean
next_subject(SettleWorker *worker, SettleSubject *subject)
{
    const SettleOrder *new_order = standing_at(worker->new_orders, worker->next.new_order);
    const SettleBill *bill = worker->next.bill < worker->new_bills->len
                                 ? &g_array_index(worker->new_bills, SettleBill, worker->next.bill)
                                 : NULL;
    const SettleEvent *event =
        worker->next.event < worker->new_events->len
            ? &g_array_index(worker->new_events, SettleEvent, worker->next.event)
            : NULL;
    const SettleOrder *candidates[] = {
        new_order,
        standing_at(worker->due_orders, worker->next.due),
        standing_at(worker->woken_orders, worker->next.woken),
        standing_at(worker->joint_orders, worker->next.joint),
        bill != NULL ? &bill->order : NULL,
        event != NULL ? &event->order : NULL,
    };
    const SettleOrder *least = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(candidates); i++) {
        const SettleOrder *c = candidates[i];

        if (c != NULL &&
            (least == NULL || settle_order_key_compare(c->distributor_id, c->order_id,
                                                       least->distributor_id, least->order_id) < 0))
            least = c;
    }
    if (least == NULL)
        return FALSE;

    memset(subject, 0, sizeof *subject);
    subject->order = least;
    if (new_order != NULL && compare_to(new_order, least) == 0) {
        subject->is_new = TRUE;
        subject->order = new_order;
        worker->next.new_order++;
    }
    subject->is_due = step_over(worker->due_orders, &worker->next.due, least) && !subject->is_new;
    subject->is_woken =
        step_over(worker->woken_orders, &worker->next.woken, least) && !subject->is_new;
    step_over(worker->joint_orders, &worker->next.joint, least);
    subject->bills = bill;
    while (worker->next.bill < worker->new_bills->len) {
        bill = &g_array_index(worker->new_bills, SettleBill, worker->next.bill);
        if (bill->order.distributor_id != least->distributor_id ||
            bill->order.order_id != least->order_id)
            break;
        subject->n_bills++;
        worker->next.bill++;
    }
    subject->new_events = event;
    while (worker->next.event < worker->new_events->len) {
        event = &g_array_index(worker->new_events, SettleEvent, worker->next.event);
        if (compare_to(&event->order, least) != 0)
            break;
        subject->n_new_events++;
        worker->next.event++;
    }
    if (worker->events->len > 0)
        subject->events = settle_merge_events(worker->events, least, &subject->n_events);
    return TRUE;
}

static void
match(SettleWorker *worker, SettleSubject *subject)
{
    settle_merge_match(worker, subject);
    subject->is_joint =
        subject->match != NULL &&
        settle_joint_is(worker->joint, subject->order->distributor_id, subject->policy);
}

gboolean
settle_merge_next(SettleWorker *worker, SettleSubject *subject)
{
    if (!next_subject(worker, subject))
        return FALSE;
    match(worker, subject);
    return TRUE;
}

static gboolean
bills_need_history(const SettleRunContext *context, const SettleSubject *subject)
{
    for (guint i = 0; i < subject->n_bills; i++) {
        gboolean touches;

        if (subject->bills[i].follows || subject->bills[i].withdrawn ||
            settle_calc_bill_needs_history(subject->match, subject->order, subject->bills[i].month,
                                           context->date, &touches))
            return TRUE;
    }
    return FALSE;
}

/* Of any order that something happens to, all events. */
static gboolean
load_events(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    GArray *const facts[] = {worker->new_orders,   worker->due_orders, worker->moved_orders,
                             worker->woken_orders, worker->new_bills,  worker->new_events};
    SettleMonths whole = settle_joint_event_months(worker->joint, facts, G_N_ELEMENTS(facts));

    g_array_set_size(worker->events, 0);
    return settle_load_events(worker->reader, worker->context, chunk, facts, G_N_ELEMENTS(facts),
                              whole, worker->events, error);
}

/* First pass: which orders' past is needed, and of which months. */
gboolean
settle_merge_find_keys(SettleWorker *worker, const SettleChunk *chunk, GError **error)
{
    const SettleMonths none = {1, 0};
    SettleSubject subject;

    if (!settle_joint_load_receipts(worker->joint, worker, chunk, error) ||
        !load_events(worker, chunk, error) ||
        !settle_joint_load_orders(worker->joint, worker, chunk, error) ||
        !settle_load_events(worker->reader, worker->context, chunk, &worker->joint_orders, 1, none,
                            worker->events, error))
        return FALSE;
    g_array_set_size(worker->keys, 0);
    if (worker->due_orders->len > 0 || worker->woken_orders->len > 0 ||
        worker->joint_orders->len > 0 || worker->new_bills->len > 0 ||
        worker->new_events->len > 0) {
        settle_merge_rewind(worker);
        while (next_subject(worker, &subject)) {
            SettleOrderKey key = {.order_id = subject.order->order_id,
                                  .distributor_id = subject.order->distributor_id};

            if (subject.is_new)
                continue; /* it has no past */
            match(worker, &subject);
            if (subject.match == NULL || subject.match->n_rules == 0)
                continue;
            if (subject.n_events > 0 || subject.is_woken || subject.is_joint ||
                (subject.n_bills > 0 && bills_need_history(worker->context, &subject)) ||
                (subject.is_due && settle_calc_due_needs_history(subject.match, subject.order,
                                                                 worker->context->date))) {
                key.first = settle_day_month(subject.order->closing_day);
                key.last = key.first + subject.policy->span_months;
                g_array_append_val(worker->keys, key);
            }
        }
    }
    settle_history_begin(worker);
    return TRUE;
}
