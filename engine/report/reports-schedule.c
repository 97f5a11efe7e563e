/* The schedule of what falls due: the instalments to come of the orders of a period, by month. */
#include "report/reports.h"

#include "base/checked.h"
#include "base/error.h"
#include "calc/arithmetic.h"
#include "calc/calc.h"
#include "calc/events.h"
#include "money/money.h"
#include "run/chunk/load.h"
#include "run/decide/policies.h"
#include "run/decide/refunds.h"
#include "store/sql.h"

#include <string.h>

/* Distributors read at once: bounds the events in memory. */
#define BLOCK 500

/* What falls due in a month. */
typedef struct {
    const SettlePolicy *policy; /* one of the carrier's in that currency */
    SettleMonth month;
    int64_t n, n_unknown, minor;
} Sum;

typedef struct {
    SettleStore *store;
    const SettleReportScope *scope;
    SettlePolicySet *policies;
    SettleDirectory *directory;
    GPtrArray *matchers; /* by place in the set */
    SettleMatch *found;  /* of the order in hand */
    GArray *events;      /* SettleEvent of the block, by distributor and order */
    guint next_event;
    GArray *in_force; /* of the order in hand */
    GArray *slacks;
    GHashTable *sums; /* Sum, owned, as its own key */
    SettleDay today;
    SettleMonth first_month; /* of closing, of orders that may have something to come */
} Schedule;

static guint
hash_sum(gconstpointer data)
{
    const Sum *sum = data;

    return (guint) sum->policy->carrier_id * 2654435761u ^ (guint) sum->policy->currency << 12 ^
           (guint) sum->month;
}

static gboolean
same_sum(gconstpointer a, gconstpointer b)
{
    const Sum *x = a, *y = b;

    return x->month == y->month && x->policy->carrier_id == y->policy->carrier_id &&
           x->policy->currency == y->policy->currency;
}

static int
compare_sums(gconstpointer a, gconstpointer b)
{
    const Sum *x = *(const Sum *const *) a, *y = *(const Sum *const *) b;
    int c = strcmp(x->policy->carrier, y->policy->carrier);

    if (c != 0)
        return c;
    return x->policy->currency != y->policy->currency ? x->policy->currency - y->policy->currency
                                                      : x->month - y->month;
}

/* Prepares matchers, and how far back orders may still have instalments to come. */
static void
prepare(Schedule *s)
{
    int longest = 0;

    for (guint p = 0; p < settle_policy_set_size(s->policies); p++) {
        const SettlePolicy *policy = settle_policy_set_nth(s->policies, p);

        g_ptr_array_add(s->matchers, settle_matcher_new(policy, s->directory));
        for (guint r = 0; r < policy->n_rules; r++) {
            const SettleRule *rule = &policy->rules[r];

            for (guint item = 1; item <= settle_rule_n_dues(settle_arithmetic_current(), rule);
                 item++)
                longest = MAX(longest,
                              settle_rule_due_on(settle_arithmetic_current(), rule, item).months);
        }
    }
    s->first_month = settle_day_month(s->today) - longest;
}

static gboolean
load_events(Schedule *s, int32_t from, int32_t to, GError **error)
{
    g_autoptr(SettleReader) reader = settle_store_read(s->store, settle_sql_report_schedule_events,
                                                       "iimd", from, to, s->first_month, s->today);

    g_array_set_size(s->events, 0);
    s->next_event = 0;
    while (settle_reader_next(reader)) {
        const SettleEvent event = {
            .order.order_id = settle_reader_i64(reader, SQL_REPORT_SCHEDULE_EVENTS_ORDER_ID),
            .event_id = settle_reader_i64(reader, SQL_REPORT_SCHEDULE_EVENTS_EVENT_ID),
            .amount_minor = settle_reader_i64(reader, SQL_REPORT_SCHEDULE_EVENTS_AMOUNT_MINOR),
            .reinstates = settle_reader_i64(reader, SQL_REPORT_SCHEDULE_EVENTS_REINSTATES),
            .day = settle_reader_day(reader, SQL_REPORT_SCHEDULE_EVENTS_DAY),
            .kind = (uint8_t) settle_reader_i16(reader, SQL_REPORT_SCHEDULE_EVENTS_KIND),
            .whole = (uint8_t) settle_reader_bool(reader, SQL_REPORT_SCHEDULE_EVENTS_WHOLE),
            .at = settle_reader_i64(reader, SQL_REPORT_SCHEDULE_EVENTS_HAPPENED_AT),
            .order.distributor_id =
                settle_reader_i32(reader, SQL_REPORT_SCHEDULE_EVENTS_DISTRIBUTOR_ID),
            .version = (uint16_t) settle_reader_i16(reader, SQL_REPORT_SCHEDULE_EVENTS_VERSION),
        };

        g_array_append_val(s->events, event);
    }
    return settle_reader_end(reader, error);
}

/* The order's events: both come by distributor and order. */
static void
take_events(Schedule *s, const SettleOrder *order)
{
    SettleRefundLimit limit;

    g_array_set_size(s->in_force, 0);
    for (; s->next_event < s->events->len; s->next_event++) {
        const SettleEvent *event = &g_array_index(s->events, SettleEvent, s->next_event);
        int c = settle_order_key_compare(event->order.distributor_id, event->order.order_id,
                                         order->distributor_id, order->order_id);

        if (c > 0)
            break;
        if (c == 0)
            g_array_append_val(s->in_force, *event);
    }
    limit = settle_refund_limit(
        s->slacks, settle_directory_product_carrier(s->directory, order->product_id), order);
    settle_events_in_force(s->in_force, s->today, &limit, NULL);
}

static const SettleMatch *
match(Schedule *s, const SettleOrder *order, SettleOrderParties *parties,
      const SettlePolicy **ret_policy)
{
    const SettlePolicy *policy;

    settle_directory_order_parties(s->directory, order, parties);
    *ret_policy = policy =
        settle_policy_set_find(s->policies, parties->carrier_id, order->closing_day);
    if (policy == NULL || policy->currency != order->currency || parties->not_active ||
        parties->not_sold ||
        (s->scope->carrier != NULL && strcmp(policy->carrier, s->scope->carrier) != 0))
        return NULL;
    for (guint i = 0; i < s->matchers->len; i++)
        if (settle_policy_set_nth(s->policies, i) == policy)
            return settle_matcher_find(g_ptr_array_index(s->matchers, i), order, parties, s->found);
    return NULL;
}

static gboolean
add(Schedule *s, const SettlePolicy *policy, SettleMonth month, int64_t minor, gboolean known)
{
    const Sum key = {.policy = policy, .month = month};
    Sum *sum = g_hash_table_lookup(s->sums, &key);

    if (known && minor == 0)
        return TRUE;
    if (sum == NULL) {
        sum = g_memdup2(&key, sizeof key);
        g_hash_table_add(s->sums, sum);
    }
    sum->n++;
    sum->n_unknown += !known;
    return settle_add_i64(sum->minor, minor, &sum->minor);
}

/* FALSE: an amount leaves 64 bits. */
static gboolean
add_order(Schedule *s, const SettleOrder *order)
{
    SettleOrderParties parties;
    const SettlePolicy *policy;
    const SettleMatch *found = match(s, order, &parties, &policy);
    SettleCalcScope scope = {.arithmetic = settle_arithmetic_current(), .date = s->today};

    take_events(s, order);
    if (found == NULL)
        return TRUE;
    scope.events = (const SettleEvent *) (const void *) s->in_force->data;
    scope.n_events = s->in_force->len;
    scope.ended_from = parties.ended_from;
    scope.has_ended = parties.ended_from != SETTLE_DAY_MAX;
    for (guint r = 0; r < found->n_order_rules; r++) {
        const SettleRule *rule = found->rules[r];

        for (guint item = 1; item <= settle_rule_n_dues(settle_arithmetic_current(), rule);
             item++) {
            SettleDay due = settle_calc_item_day(settle_arithmetic_current(), rule, order, item);
            int64_t minor;
            gboolean known;

            if (due <= s->today)
                continue;
            if (!settle_calc_promised(policy, rule, item, order, &scope, &minor, &known) ||
                !add(s, policy, settle_day_month(due), minor, known))
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean
read_block(Schedule *s, int32_t from, int32_t to, GError **error)
{
    g_autoptr(SettleReader) reader = NULL;

    if (!load_events(s, from, to, error))
        return FALSE;
    reader = settle_store_read(s->store, settle_sql_report_schedule_orders, "iimd", from, to,
                               s->first_month, s->today);
    while (settle_reader_next(reader)) {
        SettleOrder order;

        settle_load_order(reader, &order);
        if (!add_order(s, &order)) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                        "what falls due adds up to more than 64 bits hold");
            return FALSE;
        }
    }
    return settle_reader_end(reader, error);
}

static gboolean
read_all(Schedule *s, GError **error)
{
    const char *only = s->scope->distributor;
    int32_t last = settle_directory_max_id(s->directory, SETTLE_DIM_DISTRIBUTOR);
    int32_t id;

    if (only != NULL) {
        id = settle_directory_id(s->directory, SETTLE_DIM_DISTRIBUTOR, only, strlen(only));
        return id <= 0 || read_block(s, id, id, error);
    }
    for (id = 1; id <= last; id += BLOCK)
        if (!read_block(s, id, id + BLOCK - 1, error))
            return FALSE;
    return TRUE;
}

static void
fill(const Schedule *s, SettleSheet *sheet)
{
    guint n;
    g_autofree gpointer *sums = g_hash_table_get_keys_as_array(s->sums, &n);

    qsort(sums, n, sizeof *sums, compare_sums);
    for (guint i = 0; i < n; i++) {
        const Sum *sum = sums[i];
        char month[SETTLE_DAY_TEXT_BYTES], amount[SETTLE_MONEY_TEXT_BYTES], count[2][24];

        settle_month_format(sum->month, month);
        if (s->scope->period != NULL && strcmp(month, s->scope->period) != 0)
            continue;
        g_snprintf(count[0], 24, "%" G_GINT64_FORMAT, sum->n);
        g_snprintf(count[1], 24, "%" G_GINT64_FORMAT, sum->n_unknown);
        settle_sheet_row(
            sheet, (const char *const[]){
                       sum->policy->carrier, settle_currency_code(sum->policy->currency), month,
                       count[0], count[1],
                       settle_money_format(
                           sum->minor, settle_currency_exponent(sum->policy->currency), amount)});
    }
}

SettleSheet *
settle_report_schedule(SettleStore *store, const SettleReportScope *scope, const char *name,
                       const char *title, GError **error)
{
    static const SettleColumn columns[] = {
        {"carrier", SETTLE_COLUMN_TEXT},      {"currency", SETTLE_COLUMN_TEXT},
        {"falls_due", SETTLE_COLUMN_TEXT},    {"instalments", SETTLE_COLUMN_INTEGER},
        {"by_a_bill", SETTLE_COLUMN_INTEGER}, {"amount", SETTLE_COLUMN_MONEY},
    };
    g_autoptr(SettlePolicySet) policies = settle_policies_load(store, G_MAXINT64, error);
    g_autoptr(SettleDirectory) directory = NULL;
    g_autoptr(SettleResult) state = NULL;
    g_autoptr(GPtrArray) matchers =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_matcher_free);
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(SettleEvent)),
                      in_force = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
    g_autoptr(GArray) slacks = NULL;
    g_auto(SettleMatch) found = {0};
    g_autoptr(GHashTable) sums = g_hash_table_new_full(hash_sum, same_sum, g_free, NULL);
    g_autoptr(SettleSheet) sheet = settle_sheet_new(
        name, title,
        "Instalments of settled orders that are not due yet, by the month in which they fall due: "
        "what they pay if the bills to come meet their conditions, by what is known to have "
        "happened. Of those by a bill the bill will say how much. Before ceilings.",
        columns, G_N_ELEMENTS(columns));
    Schedule s = {.store = store,
                  .scope = scope,
                  .policies = policies,
                  .matchers = matchers,
                  .found = &found,
                  .events = events,
                  .in_force = in_force,
                  .sums = sums};

    if (policies == NULL ||
        (state = settle_store_query(store, settle_sql_run_state, error, "")) == NULL)
        return NULL;
    if (settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)) /* no night yet */
        return g_steal_pointer(&sheet);
    s.today = settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT);
    s.directory = directory = settle_store_directory(store, s.today, 0, error);
    if (directory == NULL)
        return NULL;
    s.slacks = slacks = settle_refund_slacks_load(store, G_MAXINT64, error);
    if (slacks == NULL)
        return NULL;
    prepare(&s);
    if (!read_all(&s, error))
        return NULL;
    fill(&s, sheet);
    return g_steal_pointer(&sheet);
}
