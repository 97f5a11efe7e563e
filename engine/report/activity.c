/* Activity of a distributor: reads orders and windows with what they earned, and gives each to the
 * outlet, manager and kind it belongs to. */
#include "report/activity.h"

#include "base/checked.h"
#include "base/error.h"
#include "money/money.h"
#include "run/decide/refunds.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    const SettleDirectory *directory;
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
is_asked_for(const Reading *reading, const SettleActivity *activity)
{
    const SettleActivityQuery *query = reading->query;

    if (query->manager != NULL)
        return strcmp(activity->manager, query->manager) == 0;
    return query->outlet_id == 0 ||
           is_below(reading->directory, activity->outlet_id, query->outlet_id, activity->day);
}

/* What a slot of an order or window stands at. */
typedef struct {
    SettleKind kind;
    int64_t net_minor, held_minor, back_minor;
    int64_t weights[SETTLE_N_PARTS]; /* zeros: not divided */
} Slot;

/* The slot's standing target by the rule's split; parts of nobody are the distributor's
 * (docs/semantics.md 4, 13.12, 14.40). FALSE on overflow. */
static gboolean
add_parts(SettleActivity *activity, const Slot *slot)
{
    int64_t parts[SETTLE_N_PARTS] = {slot->net_minor, 0, 0}, sum = 0;

    for (int i = 0; i < SETTLE_N_PARTS; i++)
        sum += slot->weights[i];
    if (sum > 0 && !settle_money_allocate(slot->net_minor, slot->weights, SETTLE_N_PARTS, parts))
        return FALSE;
    if (*activity->outlet == '\0') {
        parts[SETTLE_PART_DISTRIBUTOR] += parts[SETTLE_PART_OUTLET];
        parts[SETTLE_PART_OUTLET] = 0;
    }
    if (*activity->manager == '\0') {
        parts[SETTLE_PART_DISTRIBUTOR] += parts[SETTLE_PART_MANAGER];
        parts[SETTLE_PART_MANAGER] = 0;
    }
    for (int i = 0; i < SETTLE_N_PARTS; i++)
        if (!settle_add_i64(activity->part_minor[i], parts[i], &activity->part_minor[i]))
            return FALSE;
    return TRUE;
}

static gboolean
add_slot(SettleActivity *activity, const Slot *slot, GError **error)
{
    int64_t *of_kind = &activity->kind_minor[slot->kind];

    if (settle_add_i64(*of_kind, slot->net_minor, of_kind) &&
        settle_add_i64(activity->total_minor, slot->net_minor, &activity->total_minor) &&
        settle_add_i64(activity->held_minor, slot->held_minor, &activity->held_minor) &&
        settle_add_i64(activity->taken_back_minor, slot->back_minor, &activity->taken_back_minor) &&
        add_parts(activity, slot))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                "\"%s\" adds up to more than 64 bits hold", activity->name);
    return FALSE;
}

static SettleKind
kind_of(int number)
{
    settle_invariant(number > 0 && number < SETTLE_N_KINDS);
    return (SettleKind) number;
}

/* --- orders -------------------------------------------------------------------------------------
 */

/* An order's texts while its rows go by. */
enum {
    TEXT_NAME,
    TEXT_CLOSED_AT,
    TEXT_CARRIER,
    TEXT_OUTLET,
    TEXT_MANAGER,
    TEXT_PRODUCT,
    TEXT_ZERO,
    TEXT_STATE,
    TEXT_CUT_BY,
    N_TEXTS
};
static const int text_columns[N_TEXTS] = {
    SQL_ACTIVITY_ORDER_ORDER_NO,     SQL_ACTIVITY_ORDER_CLOSED_AT, SQL_ACTIVITY_ORDER_CARRIER,
    SQL_ACTIVITY_ORDER_OUTLET,       SQL_ACTIVITY_ORDER_MANAGER,   SQL_ACTIVITY_ORDER_PRODUCT,
    SQL_ACTIVITY_ORDER_ZERO_BECAUSE, SQL_ACTIVITY_ORDER_STATE,     SQL_ACTIVITY_ORDER_CUT_BY,
};

typedef struct {
    SettleActivity activity;
    int64_t order_id;
    char *texts[N_TEXTS];
    gboolean any;
} Current;

static void
current_clear(Current *current)
{
    for (int i = 0; i < N_TEXTS; i++)
        g_clear_pointer(&current->texts[i], g_free);
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
begin(const SettleReader *reader, Current *current)
{
    current_clear(current);
    for (int i = 0; i < N_TEXTS; i++)
        current->texts[i] = text_of(reader, text_columns[i]);
    current->activity = (SettleActivity){
        .name = current->texts[TEXT_NAME],
        .closed_at = current->texts[TEXT_CLOSED_AT],
        .carrier = current->texts[TEXT_CARRIER],
        .outlet = current->texts[TEXT_OUTLET],
        .manager = current->texts[TEXT_MANAGER],
        .product = current->texts[TEXT_PRODUCT],
        .zero = current->texts[TEXT_ZERO],
        .state = current->texts[TEXT_STATE],
        .cut_by = current->texts[TEXT_CUT_BY],
        .month = settle_reader_month(reader, SQL_ACTIVITY_ORDER_CLOSING_MONTH),
        .day = settle_reader_day(reader, SQL_ACTIVITY_ORDER_CLOSING_DAY),
        .outlet_id = settle_reader_i32(reader, SQL_ACTIVITY_ORDER_OUTLET_ID),
        .paid_minor = settle_reader_i64(reader, SQL_ACTIVITY_ORDER_PAID_MINOR),
        .quantity = settle_reader_i32(reader, SQL_ACTIVITY_ORDER_QUANTITY),
        .currency = settle_reader_i16(reader, SQL_ACTIVITY_ORDER_CURRENCY_NO),
        .cut_minor = settle_reader_i64(reader, SQL_ACTIVITY_ORDER_CUT_MINOR),
        .withdrawn = settle_reader_bool(reader, SQL_ACTIVITY_ORDER_WITHDRAWN),
    };
    current->any = TRUE;
    current->order_id = settle_reader_i64(reader, SQL_ACTIVITY_ORDER_ORDER_ID);
}

static Slot
order_slot(const SettleReader *reader)
{
    return (Slot){
        .kind = kind_of(settle_reader_i16(reader, SQL_ACTIVITY_ORDER_KIND_NO)),
        .net_minor = settle_reader_i64(reader, SQL_ACTIVITY_ORDER_NET_MINOR),
        .held_minor = settle_reader_i64(reader, SQL_ACTIVITY_ORDER_HELD_MINOR),
        .back_minor = settle_reader_i64(reader, SQL_ACTIVITY_ORDER_BACK_MINOR),
        .weights = {settle_reader_i32(reader, SQL_ACTIVITY_ORDER_SPLIT_DISTRIBUTOR),
                    settle_reader_i32(reader, SQL_ACTIVITY_ORDER_SPLIT_OUTLET),
                    settle_reader_i32(reader, SQL_ACTIVITY_ORDER_SPLIT_MANAGER)},
    };
}

static gboolean
end(const Reading *reading, const Current *current, GError **error)
{
    return !current->any || !is_asked_for(reading, &current->activity) ||
           reading->row(&current->activity, reading->user_data, error);
}

static gboolean
read_orders(const Reading *reading, SettleStore *store, const char *zone, GError **error)
{
    const SettleActivityQuery *query = reading->query;
    g_autoptr(GArray) nothing = g_array_new(FALSE, FALSE, sizeof(int64_t));
    const int64_t *ids;
    g_autoptr(SettleReader) reader = NULL;
    g_auto(Current) current = {.any = FALSE};

    if (!settle_nothing_events(store, query->distributor_id, query->distributor, nothing, error))
        return FALSE;
    ids = (const int64_t *) (const void *) nothing->data;
    reader =
        settle_store_is_scoped(store)
            ? settle_store_read(store, settle_sql_scope_orders, "smmLs", query->distributor,
                                query->from, query->to, ids, (gsize) nothing->len, query->order)
            : settle_store_read(store, settle_sql_activity_orders, "immLss", query->distributor_id,
                                query->from, query->to, ids, (gsize) nothing->len, query->order,
                                zone);
    while (settle_reader_next(reader)) {
        if (!current.any ||
            settle_reader_i64(reader, SQL_ACTIVITY_ORDER_ORDER_ID) != current.order_id) {
            if (!end(reading, &current, error))
                return FALSE;
            begin(reader, &current);
        }
        if (!settle_reader_is_null(reader, SQL_ACTIVITY_ORDER_SLOT)) {
            const Slot slot = order_slot(reader);

            if (!add_slot(&current.activity, &slot, error))
                return FALSE;
        }
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
    g_autofree char *carrier = text_of(reader, SQL_ACTIVITY_WINDOW_CARRIER),
                    *outlet = text_of(reader, SQL_ACTIVITY_WINDOW_OUTLET),
                    *manager = text_of(reader, SQL_ACTIVITY_WINDOW_MANAGER);
    const Slot slot = {
        .kind = kind_of(settle_reader_i16(reader, SQL_ACTIVITY_WINDOW_KIND_NO)),
        .net_minor = settle_reader_i64(reader, SQL_ACTIVITY_WINDOW_NET_MINOR),
        .held_minor = settle_reader_i64(reader, SQL_ACTIVITY_WINDOW_HELD_MINOR),
        .back_minor = settle_reader_i64(reader, SQL_ACTIVITY_WINDOW_BACK_MINOR),
        .weights = {settle_reader_i32(reader, SQL_ACTIVITY_WINDOW_SPLIT_DISTRIBUTOR),
                    settle_reader_i32(reader, SQL_ACTIVITY_WINDOW_SPLIT_OUTLET),
                    settle_reader_i32(reader, SQL_ACTIVITY_WINDOW_SPLIT_MANAGER)},
    };
    char name[64], month[SETTLE_DAY_TEXT_BYTES];
    SettleActivity a = {
        .is_window = TRUE,
        .name = name,
        .closed_at = "",
        .zero = "",
        .cut_by = "",
        .product = "",
        .state = "settled",
        .carrier = carrier,
        .outlet = outlet,
        .manager = manager,
        .outlet_id = settle_reader_i32(reader, SQL_ACTIVITY_WINDOW_OUTLET_ID),
        .month = settle_reader_month(reader, SQL_ACTIVITY_WINDOW_WINDOW_END),
        .day = settle_reader_day(reader, SQL_ACTIVITY_WINDOW_LAST_DAY),
        .currency = settle_reader_i16(reader, SQL_ACTIVITY_WINDOW_CURRENCY_NO),
    };

    g_snprintf(name, sizeof name, "window %s", settle_month_format(a.month, month));
    return !is_asked_for(reading, &a) ||
           (add_slot(&a, &slot, error) && reading->row(&a, reading->user_data, error));
}

static gboolean
read_windows(const Reading *reading, SettleStore *store, GError **error)
{
    const SettleActivityQuery *query = reading->query;
    g_autoptr(SettleReader) reader =
        settle_store_is_scoped(store)
            ? settle_store_read(store, settle_sql_scope_windows, "smm", query->distributor,
                                query->from, query->to)
            : settle_store_read(store, settle_sql_activity_windows, "imm", query->distributor_id,
                                query->from, query->to);

    while (settle_reader_next(reader))
        if (!give_window(reading, reader, error))
            return FALSE;
    return settle_reader_end(reader, error);
}

gboolean
settle_activity_read(SettleStore *store, const SettleDirectory *directory, const char *zone,
                     const SettleActivityQuery *query, SettleActivityRow row, gpointer user_data,
                     GError **error)
{
    const Reading reading = {directory, query, row, user_data};

    return read_orders(&reading, store, zone, error) &&
           (query->order != NULL || read_windows(&reading, store, error));
}
