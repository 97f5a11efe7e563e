/* The sorted arrays that a chunk's facts are kept in: comparing, sorting, finding an order's rows.
 */
#include "run/chunk/facts.h"

#include "base/search.h"

void
settle_facts_init(SettleFacts *facts)
{
    facts->new_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->due_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->told_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->woken_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->joint_orders = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->revised = g_array_new(FALSE, FALSE, sizeof(SettleRevised));
    facts->recounted = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->was = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->versions = g_array_new(FALSE, FALSE, sizeof(SettleOrder));
    facts->new_bills = g_array_new(FALSE, FALSE, sizeof(SettleBill));
    facts->new_events = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    facts->events = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
}

void
settle_facts_clear(SettleFacts *facts)
{
    g_array_unref(facts->new_orders);
    g_array_unref(facts->due_orders);
    g_array_unref(facts->told_orders);
    g_array_unref(facts->woken_orders);
    g_array_unref(facts->joint_orders);
    g_array_unref(facts->revised);
    g_array_unref(facts->recounted);
    g_array_unref(facts->was);
    g_array_unref(facts->versions);
    g_array_unref(facts->new_bills);
    g_array_unref(facts->new_events);
    g_array_unref(facts->events);
}

int
settle_order_key_compare(int32_t distributor_a, int64_t order_a, int32_t distributor_b,
                         int64_t order_b)
{
    if (distributor_a != distributor_b)
        return distributor_a < distributor_b ? -1 : 1;
    return order_a < order_b ? -1 : order_a > order_b;
}

int
settle_facts_compare_orders(gconstpointer a, gconstpointer b)
{
    const SettleOrder *x = a, *y = b;

    return settle_order_key_compare(x->distributor_id, x->order_id, y->distributor_id, y->order_id);
}

void
settle_facts_sort(GArray *array, GCompareFunc compare)
{
    guint size = g_array_get_element_size(array);

    for (guint i = 1; i < array->len; i++) {
        if (compare(array->data + (gsize) (i - 1) * size, array->data + (gsize) i * size) > 0) {
            g_array_sort(array, compare);
            return;
        }
    }
}

int
settle_facts_compare_versions(gconstpointer a, gconstpointer b)
{
    const SettleOrder *x = a, *y = b;
    int order = settle_facts_compare_orders(x, y);

    return order != 0 ? order
                      : (x->flags >> SETTLE_ORDER_VERSION_SHIFT) -
                            (y->flags >> SETTLE_ORDER_VERSION_SHIFT);
}

gboolean
settle_facts_same_revision(const SettleOrder *a, const SettleOrder *b)
{
    return settle_facts_compare_orders(a, b) == 0 &&
           a->flags >> (SETTLE_ORDER_VERSION_SHIFT + 1) ==
               b->flags >> (SETTLE_ORDER_VERSION_SHIFT + 1);
}

void
settle_facts_leave_out_repeats(GArray *rows)
{
    guint kept = 0;

    settle_facts_sort(rows, settle_facts_compare_versions);
    for (guint i = 0; i < rows->len; i++) {
        SettleOrder row = g_array_index(rows, SettleOrder, i);

        if (kept == 0 || settle_facts_compare_versions(&g_array_index(rows, SettleOrder, kept - 1),
                                                       &row) != 0)
            g_array_index(rows, SettleOrder, kept++) = row;
    }
    g_array_set_size(rows, kept);
}

void
settle_facts_keep_versions(GArray *orders)
{
    const uint16_t stored = (1 << SETTLE_ORDER_VERSION_SHIFT) - 1;
    gboolean any = FALSE;
    guint kept = 0;

    settle_facts_leave_out_repeats(orders);
    for (guint i = 0; i < orders->len && !any; i++)
        any = g_array_index(orders, SettleOrder, i).flags > stored;
    if (!any)
        return;
    for (guint i = 0, end; i < orders->len; i = end) {
        const SettleOrder *rows = &g_array_index(orders, SettleOrder, i);
        SettleOrder order;
        guint n;

        for (end = i + 1;
             end < orders->len &&
             settle_facts_compare_orders(rows, &g_array_index(orders, SettleOrder, end)) == 0;)
            end++;
        for (n = end - i; n > 1 && settle_facts_same_revision(&rows[n - 2], &rows[n - 1]);)
            n -= 2;
        if (n == 0 || (rows[n - 1].flags & SETTLE_ORDER_WITHDRAWN) != 0)
            continue;
        order = rows[n - 1];
        order.flags &= stored;
        g_array_index(orders, SettleOrder, kept++) = order;
    }
    g_array_set_size(orders, kept);
}

/* Rows of any size. */
typedef struct {
    const char *rows;
    gsize size;
    SettleCompareToOrder compare;
} Rows;

static gboolean
comes_before(gconstpointer items, guint at, gconstpointer order)
{
    const Rows *rows = items;

    return rows->compare(rows->rows + at * rows->size, order) < 0;
}

guint
settle_facts_rows_of(const GArray *sorted, SettleCompareToOrder compare, const SettleOrder *order,
                     guint *ret_n)
{
    const Rows rows = {sorted->data, g_array_get_element_size((GArray *) (uintptr_t) sorted),
                       compare};
    guint first = settle_lower_bound(&rows, 0, sorted->len, order, comes_before), end = first;

    while (end < sorted->len && compare(rows.rows + end * rows.size, order) == 0)
        end++;
    *ret_n = end - first;
    return first;
}

static int
compare_to_order(gconstpointer row, const SettleOrder *order)
{
    return settle_facts_compare_orders(row, order);
}

guint
settle_facts_rows_of_order(const GArray *sorted, const SettleOrder *order, guint *ret_n)
{
    return settle_facts_rows_of(sorted, compare_to_order, order, ret_n);
}

const SettleEvent *
settle_facts_events_of(const GArray *sorted, const SettleOrder *order, guint *ret_n)
{
    guint first = settle_facts_rows_of_order(sorted, order, ret_n);

    return *ret_n > 0 ? &g_array_index(sorted, SettleEvent, first) : NULL;
}

SettleMonths
settle_facts_closing_months(GArray *const *facts, guint n_facts)
{
    SettleDay first = SETTLE_DAY_MAX, last = SETTLE_DAY_MIN;

    for (guint f = 0; f < n_facts; f++) {
        for (guint i = 0; i < facts[f]->len; i++) {
            SettleDay day = settle_facts_nth_order(facts[f], i)->closing_day;

            first = MIN(first, day);
            last = MAX(last, day);
        }
    }
    return (SettleMonths){settle_day_month(first), settle_day_month(last)};
}

guint *
settle_facts_count_months(GArray *const *facts, guint n_facts, SettleMonths *ret_months)
{
    SettleMonths months = settle_facts_closing_months(facts, n_facts);
    guint *n = g_new0(guint, settle_months_count(months));

    for (guint f = 0; f < n_facts; f++)
        for (guint i = 0; i < facts[f]->len; i++)
            n[settle_day_month(settle_facts_nth_order(facts[f], i)->closing_day) - months.from]++;
    *ret_months = months;
    return n;
}
