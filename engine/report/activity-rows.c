/* Activity as rows of texts: what each order or window is, and sums over them. */
#include "report/activity-rows.h"

#include "base/checked.h"
#include "base/error.h"
#include "money/money.h"

#include <string.h>

typedef char MoneyText[SETTLE_MONEY_TEXT_BYTES];

/* An amount and its column for each commission kind. */
#define KIND_AMOUNT(number, SYMBOL, member, name, column) a->kind_minor[number],
#define KIND_COLUMN(number, SYMBOL, member, name, column) {column, SETTLE_COLUMN_MONEY},

#define AMOUNT_COLUMNS                                                                             \
    {"paid", SETTLE_COLUMN_MONEY},                                                                 \
        SETTLE_COMMISSION_KINDS(KIND_COLUMN){"total", SETTLE_COLUMN_MONEY},                        \
        {"held", SETTLE_COLUMN_MONEY}, {"taken_back", SETTLE_COLUMN_MONEY},                        \
        {"share_distributor", SETTLE_COLUMN_MONEY}, {"share_outlet", SETTLE_COLUMN_MONEY},         \
    {                                                                                              \
        "share_manager", SETTLE_COLUMN_MONEY                                                       \
    }

const SettleColumn settle_activity_list_columns[SETTLE_ACTIVITY_LIST_COLUMNS] = {
    {"order", SETTLE_COLUMN_TEXT},    {"closed_at", SETTLE_COLUMN_TEXT},
    {"carrier", SETTLE_COLUMN_TEXT},  {"distributor", SETTLE_COLUMN_TEXT},
    {"outlet", SETTLE_COLUMN_TEXT},   {"manager", SETTLE_COLUMN_TEXT},
    {"product", SETTLE_COLUMN_TEXT},  {"quantity", SETTLE_COLUMN_INTEGER},
    {"currency", SETTLE_COLUMN_TEXT}, AMOUNT_COLUMNS,
    {"state", SETTLE_COLUMN_TEXT},    {"zero_because", SETTLE_COLUMN_TEXT},
    {"cut", SETTLE_COLUMN_MONEY},     {"cut_by", SETTLE_COLUMN_TEXT},
};
#define LIST_AMOUNTS 9

const SettleColumn settle_activity_summary_columns[SETTLE_ACTIVITY_SUMMARY_COLUMNS] = {
    {"month", SETTLE_COLUMN_TEXT},
    {"carrier", SETTLE_COLUMN_TEXT},
    {"distributor", SETTLE_COLUMN_TEXT},
    {"outlet", SETTLE_COLUMN_TEXT},
    {"manager", SETTLE_COLUMN_TEXT},
    {"orders", SETTLE_COLUMN_INTEGER},
    {"units", SETTLE_COLUMN_INTEGER},
    {"currency", SETTLE_COLUMN_TEXT},
    AMOUNT_COLUMNS,
};
#define SUMMARY_AMOUNTS 8

/* The amounts that list and summary share, from the first cell on. */
static void
fill_amounts(const SettleActivity *a, const char **cells, MoneyText *texts)
{
    const int64_t amounts[SETTLE_ACTIVITY_AMOUNTS] = {
        a->paid_minor,
        SETTLE_COMMISSION_KINDS(KIND_AMOUNT) a->total_minor,
        a->held_minor,
        a->taken_back_minor,
        a->part_minor[SETTLE_PART_DISTRIBUTOR],
        a->part_minor[SETTLE_PART_OUTLET],
        a->part_minor[SETTLE_PART_MANAGER],
    };

    for (int i = 0; i < SETTLE_ACTIVITY_AMOUNTS; i++)
        cells[i] = settle_money_format(amounts[i], settle_currency_exponent(a->currency), texts[i]);
}

void
settle_activity_list_row(const SettleActivity *activity, const char *distributor,
                         SettleActivityCells take, gpointer user_data)
{
    MoneyText texts[SETTLE_ACTIVITY_AMOUNTS], cut;
    char quantity[24] = "";
    const char *cells[SETTLE_ACTIVITY_LIST_COLUMNS] = {
        activity->name,
        activity->closed_at,
        activity->carrier,
        distributor,
        activity->outlet,
        activity->manager,
        activity->product,
        quantity,
        settle_currency_code(activity->currency),
    };
    const char **last = &cells[LIST_AMOUNTS + SETTLE_ACTIVITY_AMOUNTS];

    fill_amounts(activity, &cells[LIST_AMOUNTS], texts);
    last[0] = activity->state;
    last[1] = activity->zero;
    last[2] = "";
    last[3] = activity->cut_by;
    if (activity->is_window) {
        cells[LIST_AMOUNTS] = "";
    } else {
        g_snprintf(quantity, sizeof quantity, "%" G_GINT64_FORMAT, activity->quantity);
        last[2] = settle_money_format(activity->cut_minor,
                                      settle_currency_exponent(activity->currency), cut);
    }
    take(cells, user_data);
}

/* --- sums --------------------------------------------------------------------------------------
 */

/* Adds up to one row. */
typedef struct {
    SettleActivity sum; /* who and when, and the sums; texts are those of all sums */
    const char *distributor;
    int64_t orders;
} Group;

struct SettleActivitySums {
    SettleActivityBy by;
    GHashTable *groups; /* key text -> Group */
    GStringChunk *texts;
};

SettleActivitySums *
settle_activity_sums_new(SettleActivityBy by)
{
    SettleActivitySums *sums = g_new0(SettleActivitySums, 1);

    sums->by = by;
    sums->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    sums->texts = g_string_chunk_new(256);
    return sums;
}

void
settle_activity_sums_free(SettleActivitySums *sums)
{
    if (sums == NULL)
        return;
    g_hash_table_unref(sums->groups);
    g_string_chunk_free(sums->texts);
    g_free(sums);
}

static gboolean
add_all(int64_t *to, const int64_t *from, int n)
{
    for (int i = 0; i < n; i++)
        if (!settle_add_i64(to[i], from[i], &to[i]))
            return FALSE;
    return TRUE;
}

static const char *
kept(const SettleActivitySums *sums, const char *text)
{
    return g_string_chunk_insert_const(sums->texts, text);
}

gboolean
settle_activity_sums_add(SettleActivitySums *sums, const SettleActivity *activity,
                         const char *distributor, GError **error)
{
    const SettleActivity *a = activity;
    const char *outlet = sums->by != SETTLE_BY_NOTHING ? a->outlet : "";
    const char *manager = sums->by == SETTLE_BY_MANAGER ? a->manager : "";
    char month[SETTLE_DAY_TEXT_BYTES];
    g_autofree char *key =
        g_strjoin("\x1f", settle_month_format(a->month, month), a->carrier, distributor, outlet,
                  manager, settle_currency_code(a->currency), NULL);
    Group *group = g_hash_table_lookup(sums->groups, key);

    if (group == NULL) {
        group = g_new0(Group, 1);
        group->sum = (SettleActivity){.month = a->month,
                                      .carrier = kept(sums, a->carrier),
                                      .outlet = kept(sums, outlet),
                                      .manager = kept(sums, manager),
                                      .currency = a->currency};
        group->distributor = kept(sums, distributor);
        g_hash_table_insert(sums->groups, g_steal_pointer(&key), group);
    }
    group->orders += !a->is_window && !a->withdrawn;
    if (add_all(&group->sum.paid_minor, &a->paid_minor, 1) &&
        add_all(&group->sum.quantity, &a->quantity, 1) &&
        add_all(group->sum.kind_minor, a->kind_minor, G_N_ELEMENTS(a->kind_minor)) &&
        add_all(&group->sum.total_minor, &a->total_minor, 1) &&
        add_all(&group->sum.held_minor, &a->held_minor, 1) &&
        add_all(&group->sum.taken_back_minor, &a->taken_back_minor, 1) &&
        add_all(group->sum.part_minor, a->part_minor, SETTLE_N_PARTS))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW, "a sum leaves 64 bits");
    return FALSE;
}

void
settle_activity_sums_rows(const SettleActivitySums *sums, SettleActivityCells take,
                          gpointer user_data)
{
    g_autoptr(GList) keys = g_hash_table_get_keys(sums->groups);

    keys = g_list_sort(keys, (GCompareFunc) strcmp);
    for (const GList *l = keys; l != NULL; l = l->next) {
        const Group *group = g_hash_table_lookup(sums->groups, l->data);
        const SettleActivity *a = &group->sum;
        MoneyText texts[SETTLE_ACTIVITY_AMOUNTS];
        char month[SETTLE_DAY_TEXT_BYTES], orders[24], units[24];
        const char *cells[SETTLE_ACTIVITY_SUMMARY_COLUMNS] = {
            settle_month_format(a->month, month),
            a->carrier,
            group->distributor,
            a->outlet,
            a->manager,
            orders,
            units,
            settle_currency_code(a->currency),
        };

        g_snprintf(orders, sizeof orders, "%" G_GINT64_FORMAT, group->orders);
        g_snprintf(units, sizeof units, "%" G_GINT64_FORMAT, a->quantity);
        fill_amounts(a, &cells[SUMMARY_AMOUNTS], texts);
        take(cells, user_data);
    }
}
