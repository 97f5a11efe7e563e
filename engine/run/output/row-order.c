/* The order in which a chunk's rows are written and summed: that of their tables' keys
 * (sql/tables.ini). The run and what belongs to it are the same for all rows of a chunk. */
#include "run/output/row-order.h"

static int
compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* The first difference decides; a pair of values a column of the key. */
static int
compare_keys(const int64_t (*pairs)[2], guint n)
{
    for (guint i = 0; i < n; i++)
        if (pairs[i][0] != pairs[i][1])
            return compare(pairs[i][0], pairs[i][1]);
    return 0;
}
#define COMPARE(...)                                                                               \
    compare_keys((const int64_t[][2]){__VA_ARGS__},                                                \
                 sizeof((const int64_t[][2]){__VA_ARGS__}) / sizeof(int64_t[2]))

int
settle_row_order_totals(gconstpointer a, gconstpointer b)
{
    const SettleTotal *x = a, *y = b;

    return COMPARE({x->distributor_id, y->distributor_id}, {x->policy_id, y->policy_id},
                   {x->kind, y->kind}, {x->class_id, y->class_id}, {x->period, y->period},
                   {x->origin, y->origin}, {x->debit, y->debit}, {x->credit, y->credit});
}

int
settle_row_order_balances(gconstpointer a, gconstpointer b)
{
    const SettleBalanceRow *x = a, *y = b;

    return COMPARE({x->distributor_id, y->distributor_id}, {x->carrier_id, y->carrier_id},
                   {x->currency, y->currency}, {x->role, y->role});
}

int
settle_row_order_distributors(gconstpointer a, gconstpointer b)
{
    const SettleDistributorRow *x = a, *y = b;

    return COMPARE({x->distributor_id, y->distributor_id}, {x->carrier_id, y->carrier_id});
}

int
settle_row_order_outcomes(gconstpointer a, gconstpointer b)
{
    const SettleOutcomeRow *x = a, *y = b;

    return COMPARE({x->distributor_id, y->distributor_id}, {x->closing_month, y->closing_month},
                   {x->order_id, y->order_id});
}

int
settle_row_order_agenda(gconstpointer a, gconstpointer b)
{
    const SettleAgendaRow *x = a, *y = b;

    return COMPARE({x->distributor_id, y->distributor_id}, {x->order_id, y->order_id},
                   {x->what, y->what}, {x->slot, y->slot}, {x->look_day, y->look_day},
                   {x->closing_month, y->closing_month});
}

int
settle_row_order_cuts(gconstpointer a, gconstpointer b)
{
    const SettleCutRow *x = a, *y = b;

    return COMPARE({x->distributor_id, y->distributor_id}, {x->month, y->month},
                   {x->subject_id, y->subject_id}, {x->slot, y->slot}, {x->what, y->what});
}

int
settle_row_order_volumes(gconstpointer a, gconstpointer b)
{
    const SettleVolumeRow *x = a, *y = b;

    return COMPARE({x->distributor_id, y->distributor_id}, {x->window_end, y->window_end},
                   {x->carrier_id, y->carrier_id}, {x->what, y->what}, {x->rule, y->rule},
                   {x->scope_kind, y->scope_kind}, {x->scope_id, y->scope_id},
                   {x->policy_id, y->policy_id}, {x->month, y->month}, {x->item, y->item});
}

int
settle_row_order_invoices(gconstpointer a, gconstpointer b)
{
    const SettleInvoiceRow *x = a, *y = b;

    return COMPARE({x->invoice->distributor_id, y->invoice->distributor_id},
                   {x->carrier_id, y->carrier_id}, {x->invoice->currency, y->invoice->currency},
                   {x->invoice->tax_ppb, y->invoice->tax_ppb});
}
