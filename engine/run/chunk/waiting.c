/* Sets aside what waits for its day, before a chunk's facts are walked. */
#include "run/chunk/waiting.h"

/* The day, or if a batch is still to come, that batch's. */
static SettleDay
await_batch(const SettleRunContext *context, int32_t batch, SettleDay day)
{
    if (settle_run_batch_state(context, batch) != SETTLE_BATCH_UNSEEN)
        return day;
    day = MAX(day, context->date + 1);
    return batch > 0 && batch < context->seen.n_states ? MAX(day, context->seen.dates[batch]) : day;
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

/* What all rows of facts that wait have. */
static SettleAgendaRow
agenda_row(const SettleRunContext *context, const SettleOrder *order, SettleAgendaWhat what,
           SettleDay look_day)
{
    return (SettleAgendaRow){
        .order_id = order->order_id,
        .distributor_id = order->distributor_id,
        .carrier_id = settle_directory_product_carrier(context->known.directory, order->product_id),
        .what = (uint8_t) what,
        .closing_month = settle_day_month(order->closing_day),
        .look_day = look_day,
        .bill_month = -1,
    };
}

static void
set_orders_aside(const SettleRunContext *context, GArray *orders, SettleOutput *output)
{
    int64_t waits = 0; /* the last order that does: its versions wait for one day */
    guint kept = 0;

    for (guint i = 0; i < orders->len; i++) {
        const SettleOrder *order = &g_array_index(orders, SettleOrder, i);

        if (settle_run_batch_state(context, order->batch_id) == SETTLE_BATCH_OF_RUN)
            output->sums.facts++;
        if (order->closing_day > context->date) {
            SettleAgendaRow row =
                agenda_row(context, order, SETTLE_AGENDA_ORDER, order->closing_day);

            output->sums.waiting++;
            if (waits != order->order_id)
                g_array_append_val(output->agenda, row);
            waits = order->order_id;
            continue;
        }
        g_array_index(orders, SettleOrder, kept) = *order;
        kept++;
    }
    g_array_set_size(orders, kept);
    settle_facts_keep_versions(orders);
}

static void
set_bills_aside(const SettleRunContext *context, GArray *bills, SettleOutput *output)
{
    guint kept = 0;

    for (guint i = 0; i < bills->len; i++) {
        SettleBill *bill = &g_array_index(bills, SettleBill, i);
        gboolean of_run = settle_run_batch_state(context, bill->batch_id) == SETTLE_BATCH_OF_RUN;
        SettleDay day = fact_day(context, &bill->order, bill->source_batch_id, bill->issue_day);

        if (of_run)
            output->sums.facts++;
        /* Intake knew what came in before. Other revisions may have overtaken the bill since: while
         * it waited for its day, or in batches that came in later and were settled earlier. */
        if (!of_run || bill->batch_id < context->seen.last_before)
            bill->follows = 1;
        if (day > context->date) {
            SettleAgendaRow row = agenda_row(context, &bill->order, SETTLE_AGENDA_BILL, day);

            row.bill_month = bill->month;
            row.revision = bill->revision;
            row.slot = (bill->month - settle_day_month(SETTLE_DAY_MIN)) << 16 |
                       bill->withdrawn << 15 | bill->revision | (bill->turn & 3) << 29;
            g_array_append_val(output->agenda, row);
            output->sums.waiting++;
            continue;
        }
        g_array_index(bills, SettleBill, kept) = *bill;
        kept++;
    }
    g_array_set_size(bills, kept);
}

static gboolean
is_last(const GArray *agenda, const SettleAgendaRow *row)
{
    const SettleAgendaRow *last =
        agenda->len > 0 ? &g_array_index(agenda, SettleAgendaRow, agenda->len - 1) : NULL;

    return last != NULL && last->what == row->what && last->distributor_id == row->distributor_id &&
           last->order_id == row->order_id && last->slot == row->slot &&
           last->look_day == row->look_day;
}

static void
set_events_aside(const SettleRunContext *context, GArray *events, SettleOutput *output)
{
    guint kept = 0;

    for (guint i = 0; i < events->len; i++) {
        const SettleEvent *event = &g_array_index(events, SettleEvent, i);
        SettleDay day = fact_day(context, &event->order, event->source_batch_id, event->day);

        if (settle_run_batch_state(context, event->batch_id) == SETTLE_BATCH_OF_RUN)
            output->sums.facts++;
        if (day > context->date) {
            SettleAgendaRow row = agenda_row(context, &event->order, SETTLE_AGENDA_EVENT, day);

            /* two events of an order may wait for one day */
            row.slot = (SettleSlot) (event->event_id & G_MAXINT32);
            /* its versions wait for one day, too */
            if (!is_last(output->agenda, &row))
                g_array_append_val(output->agenda, row);
            output->sums.waiting++;
            continue;
        }
        g_array_index(events, SettleEvent, kept) = *event;
        kept++;
    }
    g_array_set_size(events, kept);
}

void
settle_waiting_set_aside(const SettleRunContext *context, SettleFacts *facts, SettleOutput *output)
{
    set_orders_aside(context, facts->new_orders, output);
    set_bills_aside(context, facts->new_bills, output);
    set_events_aside(context, facts->new_events, output);
}
