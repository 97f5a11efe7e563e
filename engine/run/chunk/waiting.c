/* Sets aside what waits for its day, before a chunk's facts are walked. */
#include "run/chunk/waiting.h"

#include "run/chunk/versions.h"

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
await_day(const SettleRunContext *context, const SettleOrder *order, SettleDay day,
          SettleOutput *output)
{
    SettleAgendaRow row = agenda_row(context, order, SETTLE_AGENDA_ORDER, day);

    output->sums.waiting++;
    g_array_append_val(output->agenda, row);
}

/* An order that came with rows of which others are known, or with several: what holds of it now
 * against what held before. TRUE: it is new, and *ret_order what it is. */
static gboolean
weigh(const SettleRunContext *context, SettleFacts *facts, const SettleVersions *of,
      const SettleOrder *row, SettleOutput *output, SettleOrder *ret_order)
{
    SettleRevised revised = {.was_there = of->before != NULL, .is_gone = of->now == NULL};

    if (of->waits_until != SETTLE_DAY_MIN)
        await_day(context, row, of->waits_until, output);
    if (of->now != NULL && of->before == NULL && !of->was_settled) {
        *ret_order = settle_versions_strip(of->now);
        return TRUE;
    }
    if (of->now == of->before)
        return FALSE; /* none holds, or the one that did: what came is older */
    if (of->before != NULL) {
        revised.was = settle_versions_strip(of->before);
        g_array_append_val(facts->was, revised.was);
    }
    revised.order = of->now != NULL ? settle_versions_strip(of->now) : revised.was;
    g_array_append_val(facts->revised, revised);
    return FALSE;
}

static void
set_orders_aside(const SettleRunContext *context, SettleFacts *facts, SettleOutput *output)
{
    GArray *orders = facts->new_orders;
    guint kept = 0;

    for (guint i = 0, end; i < orders->len; i = end) {
        const SettleOrder *rows = &g_array_index(orders, SettleOrder, i);
        SettleOrder order = rows[0];
        SettleVersions of;
        gboolean several;

        for (end = i; end < orders->len && settle_facts_compare_orders(
                                               &g_array_index(orders, SettleOrder, end), rows) == 0;
             end++)
            if (settle_run_batch_state(context, g_array_index(orders, SettleOrder, end).batch_id) ==
                SETTLE_BATCH_OF_RUN)
                output->sums.facts++;
        several = settle_versions_of(context, facts, rows, &of);
        if (!several && (end > i + 1 || rows->flags >> SETTLE_ORDER_VERSION_SHIFT != 0)) {
            settle_versions_weigh(context, rows, end - i, &of);
            several = TRUE;
        }
        if (several) {
            if (!weigh(context, facts, &of, rows, output, &order))
                continue;
        } else if (order.closing_day > context->date) {
            await_day(context, rows, order.closing_day, output);
            continue;
        }
        g_array_index(orders, SettleOrder, kept) = order;
        kept++;
    }
    g_array_set_size(orders, kept);
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
    set_orders_aside(context, facts, output);
    set_bills_aside(context, facts->new_bills, output);
    set_events_aside(context, facts->new_events, output);
}
