/* Activity of a distributor: reads orders and windows with what they earned, and gives each to the
 * outlet, manager and kind it belongs to. */
#include "report/activity.h"

#include "base/checked.h"
#include "base/error.h"
#include "model/transfer.h"
#include "run/decide/refunds.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    const SettleDirectory *directory;
    const SettlePolicySet *policies;
    const SettleActivityQuery *query;
    SettleActivityRow row;
    gpointer user_data;
} Reading;

/* Outlets nest no deeper than there are outlets. */
static gboolean
is_below(const SettleDirectory *directory, int32_t outlet_id, int32_t top_id, SettleDay day)
{
    int32_t steps = settle_directory_max_id(directory, SETTLE_DIM_OUTLET);

    while (outlet_id != 0 && steps-- > 0) {
        if (outlet_id == top_id)
            return TRUE;
        outlet_id = settle_directory_outlet_parent(directory, outlet_id, day);
    }
    return FALSE;
}

static gboolean
is_asked_for(const Reading *reading, const SettleActivity *activity, SettleDay day)
{
    const SettleActivityQuery *query = reading->query;

    if (query->manager_id != 0)
        return activity->manager_id == query->manager_id;
    return query->outlet_id == 0 ||
           is_below(reading->directory, activity->outlet_id, query->outlet_id, day);
}

static const SettleRule *
rule_of(const Reading *reading, int32_t policy_id, SettleSlot slot)
{
    const SettlePolicy *policy = settle_policy_set_get(reading->policies, policy_id);
    const SettleRule *rule =
        policy != NULL ? settle_policy_rule(policy, settle_slot_rule(slot)) : NULL;

    settle_invariant(rule != NULL);
    return rule;
}

/* The slot's standing target by the rule's split; parts of nobody are the distributor's
 * (docs/semantics.md 4, 13.12, 14.40). FALSE on overflow. */
static gboolean
add_parts(SettleActivity *activity, const SettleRule *rule, int64_t net_minor)
{
    int64_t weights[SETTLE_N_PARTS], parts[SETTLE_N_PARTS] = {net_minor, 0, 0}, sum = 0;

    for (int i = 0; i < SETTLE_N_PARTS; i++) {
        weights[i] = rule->terms.split_parts[i];
        sum += weights[i];
    }
    if (sum > 0 && !settle_money_allocate(net_minor, weights, SETTLE_N_PARTS, parts))
        return FALSE;
    if (activity->outlet_id == 0) {
        parts[SETTLE_PART_DISTRIBUTOR] += parts[SETTLE_PART_OUTLET];
        parts[SETTLE_PART_OUTLET] = 0;
    }
    if (activity->manager_id == 0) {
        parts[SETTLE_PART_DISTRIBUTOR] += parts[SETTLE_PART_MANAGER];
        parts[SETTLE_PART_MANAGER] = 0;
    }
    for (int i = 0; i < SETTLE_N_PARTS; i++)
        if (!settle_add_i64(activity->part_minor[i], parts[i], &activity->part_minor[i]))
            return FALSE;
    return TRUE;
}

static gboolean
add_slot(SettleActivity *activity, const SettleRule *rule, int64_t net_minor, int64_t held_minor,
         int64_t back_minor, GError **error)
{
    int64_t *of_kind = &activity->kind_minor[rule->kind];

    if (settle_add_i64(*of_kind, net_minor, of_kind) &&
        settle_add_i64(activity->total_minor, net_minor, &activity->total_minor) &&
        settle_add_i64(activity->held_minor, held_minor, &activity->held_minor) &&
        settle_add_i64(activity->taken_back_minor, back_minor, &activity->taken_back_minor) &&
        add_parts(activity, rule, net_minor))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                "\"%s\" adds up to more than 64 bits hold", activity->name);
    return FALSE;
}

/* --- orders -------------------------------------------------------------------------------------
 */

/* An order's texts while its rows go by. */
typedef struct {
    SettleActivity activity;
    int64_t order_id;
    SettleDay day;
    char *name, *closed_at, *zero, *state, *cut_by;
    gboolean any;
} Current;

static void
current_clear(Current *current)
{
    g_clear_pointer(&current->name, g_free);
    g_clear_pointer(&current->closed_at, g_free);
    g_clear_pointer(&current->zero, g_free);
    g_clear_pointer(&current->state, g_free);
    g_clear_pointer(&current->cut_by, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Current, current_clear)

static char *
text_of(const SettleReader *reader, int column)
{
    size_t length;
    const char *text = settle_reader_text(reader, column, &length);

    return g_strndup(text, length);
}

static void
begin(const Reading *reading, const SettleReader *reader, Current *current)
{
    SettleActivity *a = &current->activity;

    current_clear(current);
    *a = (SettleActivity){
        .month = settle_reader_month(reader, SQL_ACTIVITY_ORDERS_CLOSING_MONTH),
        .manager_id = settle_reader_i32(reader, SQL_ACTIVITY_ORDERS_MANAGER_ID),
        .product_id = settle_reader_i32(reader, SQL_ACTIVITY_ORDERS_PRODUCT_ID),
        .paid_minor = settle_reader_i64(reader, SQL_ACTIVITY_ORDERS_PAID_MINOR),
        .quantity = settle_reader_i32(reader, SQL_ACTIVITY_ORDERS_QUANTITY),
        .currency = settle_reader_i16(reader, SQL_ACTIVITY_ORDERS_CURRENCY),
        .carrier_id = settle_reader_i32(reader, SQL_ACTIVITY_ORDERS_CARRIER_ID),
    };
    current->any = TRUE;
    current->order_id = settle_reader_i64(reader, SQL_ACTIVITY_ORDERS_ORDER_ID);
    a->name = current->name = text_of(reader, 1);
    a->closed_at = current->closed_at = text_of(reader, 2);
    a->zero = current->zero = text_of(reader, 17);
    a->state = current->state = text_of(reader, 18);
    a->cut_minor = settle_reader_i64(reader, SQL_ACTIVITY_ORDERS_CUT_MINOR);
    a->cut_by = current->cut_by = text_of(reader, 20);
    a->withdrawn = settle_reader_bool(reader, SQL_ACTIVITY_ORDERS_WITHDRAWN);
    current->day = settle_reader_day(reader, SQL_ACTIVITY_ORDERS_CLOSING_DAY);
    a->outlet_id = a->manager_id != 0 ? settle_directory_manager_outlet(reading->directory,
                                                                        a->manager_id, current->day)
                                      : 0;
}

static gboolean
end(const Reading *reading, const Current *current, GError **error)
{
    return !current->any || !is_asked_for(reading, &current->activity, current->day) ||
           reading->row(&current->activity, reading->user_data, error);
}

static gboolean
read_orders(const Reading *reading, SettleStore *store, const char *zone, GError **error)
{
    const SettleActivityQuery *query = reading->query;
    g_autoptr(GArray) nothing = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(SettleReader) reader = NULL;
    g_auto(Current) current = {.any = FALSE};

    if (!settle_nothing_events(store, query->distributor_id, nothing, error))
        return FALSE;
    reader = settle_store_read(
        store, settle_sql_activity_orders, "immsLs", query->distributor_id, query->from, query->to,
        zone, (const int64_t *) (const void *) nothing->data, (gsize) nothing->len, query->order);
    while (settle_reader_next(reader)) {
        if (!current.any ||
            settle_reader_i64(reader, SQL_ACTIVITY_ORDERS_ORDER_ID) != current.order_id) {
            if (!end(reading, &current, error))
                return FALSE;
            begin(reading, reader, &current);
        }
        if (!settle_reader_is_null(reader, SQL_ACTIVITY_ORDERS_SLOT) &&
            !add_slot(&current.activity,
                      rule_of(reading, settle_reader_i32(reader, SQL_ACTIVITY_ORDERS_POLICY_ID),
                              settle_reader_i32(reader, SQL_ACTIVITY_ORDERS_SLOT)),
                      settle_reader_i64(reader, SQL_ACTIVITY_ORDERS_NET),
                      settle_reader_i64(reader, SQL_ACTIVITY_ORDERS_HELD),
                      settle_reader_i64(reader, SQL_ACTIVITY_ORDERS_BACK), error))
            return FALSE;
    }
    if (!settle_reader_end(reader, error))
        return FALSE;
    return end(reading, &current, error);
}

/* --- windows ------------------------------------------------------------------------------------
 */

/* A window is its scope's: the outlet's, the manager's (and so the outlet's above), or nobody's. */
static gboolean
give_window(const Reading *reading, const SettleReader *reader, GError **error)
{
    const SettleRule *rule =
        rule_of(reading, settle_reader_i32(reader, SQL_ACTIVITY_WINDOWS_POLICY_ID),
                settle_reader_i32(reader, SQL_ACTIVITY_WINDOWS_WINDOW_RULE));
    SettleWindowSubject window;
    SettleDay last;
    char name[64], month[SETTLE_DAY_TEXT_BYTES];
    SettleActivity a = {
        .is_window = TRUE,
        .name = name,
        .closed_at = "",
        .zero = "",
        .cut_by = "",
        .state = "settled",
        .carrier_id = settle_reader_i32(reader, SQL_ACTIVITY_WINDOWS_CARRIER_ID),
        .currency = settle_reader_i16(reader, SQL_ACTIVITY_WINDOWS_CURRENCY),
    };

    settle_subject_window_parts(settle_reader_i64(reader, SQL_ACTIVITY_WINDOWS_SUBJECT_ID),
                                &window);
    last = settle_month_last(window.window_end);
    a.month = window.window_end;
    g_snprintf(name, sizeof name, "window %s", settle_month_format(window.window_end, month));
    if (window.scope_kind == SETTLE_SCOPE_OF_OUTLET) {
        a.outlet_id = window.scope_id;
    } else if (window.scope_kind == SETTLE_SCOPE_OF_MANAGER) {
        a.manager_id = window.scope_id;
        a.outlet_id = settle_directory_manager_outlet(reading->directory, window.scope_id, last);
    }
    if (!is_asked_for(reading, &a, last))
        return TRUE;
    return add_slot(&a, rule, settle_reader_i64(reader, SQL_ACTIVITY_WINDOWS_EARNED_MINOR),
                    settle_reader_i64(reader, SQL_ACTIVITY_WINDOWS_WITHHELD_MINOR),
                    settle_reader_i64(reader, SQL_ACTIVITY_WINDOWS_TAKEN_MINOR), error) &&
           reading->row(&a, reading->user_data, error);
}

static gboolean
read_windows(const Reading *reading, SettleStore *store, GError **error)
{
    const SettleActivityQuery *query = reading->query;
    g_autoptr(SettleReader) reader = settle_store_read(
        store, settle_sql_activity_windows, "imm", query->distributor_id, query->from, query->to);

    while (settle_reader_next(reader))
        if (!give_window(reading, reader, error))
            return FALSE;
    return settle_reader_end(reader, error);
}

gboolean
settle_activity_read(SettleStore *store, const SettleDirectory *directory,
                     const SettlePolicySet *policies, const char *zone,
                     const SettleActivityQuery *query, SettleActivityRow row, gpointer user_data,
                     GError **error)
{
    const Reading reading = {directory, policies, query, row, user_data};

    return read_orders(&reading, store, zone, error) &&
           (query->order != NULL || read_windows(&reading, store, error));
}
