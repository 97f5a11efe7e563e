/* settle activity: what a distributor's orders earned, as a summary by outlet, manager or kind,
 * and as a list order by order. */
#include "cli/known.h"
#include "cli/slips.h"
#include "money/money.h"
#include "report/activity.h"
#include "store/sql.h"

#include <string.h>

typedef enum { BY_NOTHING, BY_OUTLET, BY_MANAGER } By;

/* Adds up to one row. */
typedef struct {
    SettleActivity sum; /* who and when, and the sums */
    int64_t orders;
} Group;

typedef struct {
    const SettleDirectory *directory;
    const char *distributor; /* whose are read now */
    guint rows;
    SettleTable *table; /* of a list */
    GHashTable *groups; /* of a summary: key text -> Group */
    By by;
} Printing;

static const char *
code_of(const Printing *printing, SettleDim dim, int32_t id)
{
    const char *code = id != 0 ? settle_directory_code(printing->directory, dim, id) : NULL;

    return code != NULL ? code : "";
}

typedef char MoneyText[SETTLE_MONEY_TEXT_BYTES];
#define N_AMOUNTS (7 + SETTLE_N_COMMISSION_KINDS)

/* An amount and its column for each commission kind. */
#define KIND_AMOUNT(number, SYMBOL, member, name, column) a->kind_minor[number],
#define KIND_COLUMN(number, SYMBOL, member, name, column) {column, SETTLE_COLUMN_MONEY},

/* The amounts that list and summary share, from the first cell on. */
static void
fill_amounts(const SettleActivity *a, const char **cells, MoneyText *texts)
{
    const int64_t amounts[N_AMOUNTS] = {
        a->paid_minor,
        SETTLE_COMMISSION_KINDS(KIND_AMOUNT) a->total_minor,
        a->held_minor,
        a->taken_back_minor,
        a->part_minor[SETTLE_PART_DISTRIBUTOR],
        a->part_minor[SETTLE_PART_OUTLET],
        a->part_minor[SETTLE_PART_MANAGER],
    };

    for (int i = 0; i < N_AMOUNTS; i++)
        cells[i] = settle_money_format(amounts[i], settle_currency_exponent(a->currency), texts[i]);
}

#define AMOUNT_COLUMNS                                                                             \
    {"paid", SETTLE_COLUMN_MONEY},                                                                 \
        SETTLE_COMMISSION_KINDS(KIND_COLUMN){"total", SETTLE_COLUMN_MONEY},                        \
        {"held", SETTLE_COLUMN_MONEY}, {"taken_back", SETTLE_COLUMN_MONEY},                        \
        {"share_distributor", SETTLE_COLUMN_MONEY}, {"share_outlet", SETTLE_COLUMN_MONEY},         \
    {                                                                                              \
        "share_manager", SETTLE_COLUMN_MONEY                                                       \
    }

static const SettleColumn list_columns[] = {
    {"order", SETTLE_COLUMN_TEXT},    {"closed_at", SETTLE_COLUMN_TEXT},
    {"carrier", SETTLE_COLUMN_TEXT},  {"distributor", SETTLE_COLUMN_TEXT},
    {"outlet", SETTLE_COLUMN_TEXT},   {"manager", SETTLE_COLUMN_TEXT},
    {"product", SETTLE_COLUMN_TEXT},  {"quantity", SETTLE_COLUMN_INTEGER},
    {"currency", SETTLE_COLUMN_TEXT}, AMOUNT_COLUMNS,
    {"state", SETTLE_COLUMN_TEXT},    {"zero_because", SETTLE_COLUMN_TEXT},
    {"cut", SETTLE_COLUMN_MONEY},     {"cut_by", SETTLE_COLUMN_TEXT},
};
#define LIST_AMOUNTS 9

static const SettleColumn summary_columns[] = {
    {"month", SETTLE_COLUMN_TEXT},     {"carrier", SETTLE_COLUMN_TEXT},
    {"outlet", SETTLE_COLUMN_TEXT},    {"manager", SETTLE_COLUMN_TEXT},
    {"orders", SETTLE_COLUMN_INTEGER}, {"units", SETTLE_COLUMN_INTEGER},
    {"currency", SETTLE_COLUMN_TEXT},  AMOUNT_COLUMNS,
};
#define SUMMARY_AMOUNTS 7

static gboolean
list_row(const SettleActivity *a, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    Printing *printing = user_data;
    MoneyText texts[N_AMOUNTS], cut;
    char quantity[24] = "";
    const char *cells[G_N_ELEMENTS(list_columns)] = {
        a->name,
        a->closed_at,
        code_of(printing, SETTLE_DIM_CARRIER, a->carrier_id),
        printing->distributor,
        code_of(printing, SETTLE_DIM_OUTLET, a->outlet_id),
        code_of(printing, SETTLE_DIM_MANAGER, a->manager_id),
        code_of(printing, SETTLE_DIM_PRODUCT, a->product_id),
        quantity,
        settle_currency_code(a->currency),
    };

    if (!a->is_window)
        g_snprintf(quantity, sizeof quantity, "%" G_GINT64_FORMAT, a->quantity);
    fill_amounts(a, &cells[LIST_AMOUNTS], texts);
    if (a->is_window)
        cells[LIST_AMOUNTS] = "";
    cells[LIST_AMOUNTS + N_AMOUNTS] = a->state;
    cells[LIST_AMOUNTS + N_AMOUNTS + 1] = a->zero;
    cells[LIST_AMOUNTS + N_AMOUNTS + 2] =
        a->is_window
            ? ""
            : settle_money_format(a->cut_minor, settle_currency_exponent(a->currency), cut);
    cells[LIST_AMOUNTS + N_AMOUNTS + 3] = a->cut_by;
    settle_table_row(printing->table, cells);
    printing->rows++;
    return TRUE;
}

static gboolean
add_all(int64_t *to, const int64_t *from, int n)
{
    for (int i = 0; i < n; i++)
        if (!settle_add_i64(to[i], from[i], &to[i]))
            return FALSE;
    return TRUE;
}

static gboolean
sum_row(const SettleActivity *a, gpointer user_data, GError **error)
{
    Printing *printing = user_data;
    int32_t outlet = printing->by == BY_OUTLET || printing->by == BY_MANAGER ? a->outlet_id : 0;
    int32_t manager = printing->by == BY_MANAGER ? a->manager_id : 0;
    char month[SETTLE_DAY_TEXT_BYTES];
    g_autofree char *key = g_strdup_printf(
        "%s\x1f%s\x1f%s\x1f%s\x1f%s", settle_month_format(a->month, month),
        code_of(printing, SETTLE_DIM_CARRIER, a->carrier_id),
        code_of(printing, SETTLE_DIM_OUTLET, outlet),
        code_of(printing, SETTLE_DIM_MANAGER, manager), settle_currency_code(a->currency));
    Group *group = g_hash_table_lookup(printing->groups, key);

    if (group == NULL) {
        group = g_new0(Group, 1);
        group->sum = (SettleActivity){.month = a->month,
                                      .carrier_id = a->carrier_id,
                                      .outlet_id = outlet,
                                      .manager_id = manager,
                                      .currency = a->currency};
        g_hash_table_insert(printing->groups, g_steal_pointer(&key), group);
    }
    printing->rows++;
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

static void
print_groups(const Printing *printing, SettleTable *table)
{
    g_autoptr(GList) keys = g_hash_table_get_keys(printing->groups);

    keys = g_list_sort(keys, (GCompareFunc) strcmp);
    for (const GList *l = keys; l != NULL; l = l->next) {
        const Group *group = g_hash_table_lookup(printing->groups, l->data);
        const SettleActivity *a = &group->sum;
        MoneyText texts[N_AMOUNTS];
        char month[SETTLE_DAY_TEXT_BYTES], orders[24], units[24];
        const char *cells[G_N_ELEMENTS(summary_columns)] = {
            settle_month_format(a->month, month),
            code_of(printing, SETTLE_DIM_CARRIER, a->carrier_id),
            code_of(printing, SETTLE_DIM_OUTLET, a->outlet_id),
            code_of(printing, SETTLE_DIM_MANAGER, a->manager_id),
            orders,
            units,
            settle_currency_code(a->currency),
        };

        g_snprintf(orders, sizeof orders, "%" G_GINT64_FORMAT, group->orders);
        g_snprintf(units, sizeof units, "%" G_GINT64_FORMAT, a->quantity);
        fill_amounts(a, &cells[SUMMARY_AMOUNTS], texts);
        settle_table_row(table, cells);
    }
}

/* --- the commands -------------------------------------------------------------------------------
 */

typedef struct {
    char *distributor, *outlet, *manager, *from, *to, *by, *order;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->distributor);
    g_free(options->outlet);
    g_free(options->manager);
    g_free(options->from);
    g_free(options->to);
    g_free(options->by);
    g_free(options->order);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean
find(const SettleDirectory *directory, SettleDim dim, const char *code, int32_t *ret_id,
     GError **error)
{
    if (code == NULL)
        return TRUE;
    *ret_id = settle_directory_id(directory, dim, code, strlen(code));
    if (*ret_id != 0)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no %s \"%s\"",
                settle_dim_name(dim), code);
    return FALSE;
}

/* The master data as the last run saw it. */
static SettleDirectory *
open_directory(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) head = settle_store_query(store, settle_sql_status_head, error, "");
    SettleDay day;

    if (head == NULL)
        return NULL;
    if (settle_result_is_null(head, 0, SQL_STATUS_HEAD_SETTLED_TO)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no night has been settled yet");
        return NULL;
    }
    settle_invariant(
        settle_day_parse(settle_result_text(head, 0, SQL_STATUS_HEAD_SETTLED_TO),
                         strlen(settle_result_text(head, 0, SQL_STATUS_HEAD_SETTLED_TO)), &day));
    return settle_store_directory(store, day, 0, error);
}

/* Whose they are: the one that is named, or all who have an order of that id. */
static GPtrArray *
distributors(SettleStore *store, const Options *options, GError **error)
{
    g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(SettleResult) rows = NULL;

    if (options->distributor != NULL) {
        g_ptr_array_add(codes, g_strdup(options->distributor));
        return g_steal_pointer(&codes);
    }
    rows = settle_store_query(store, settle_sql_activity_whose, error, "s", options->order);
    for (int i = 0; rows != NULL && i < settle_result_rows(rows); i++)
        g_ptr_array_add(codes,
                        g_strdup(settle_result_text(rows, i, SQL_ACTIVITY_WHOSE_DISTRIBUTOR)));
    return rows != NULL ? g_steal_pointer(&codes) : NULL;
}

/* That an outlet or manager was ever of the distributor: else a list of its orders would be empty
 * for a reason that nobody sees. */
static gboolean
is_of_distributor(SettleStore *store, SettleDim dim, const char *code, const char *distributor,
                  GError **error)
{
    g_autoptr(SettleResult) rows = NULL;
    g_autoptr(GString) others = g_string_new(NULL);

    if (code == NULL || distributor == NULL)
        return TRUE;
    rows = settle_store_query(store, settle_sql_activity_party, error, "is", (int32_t) dim, code);
    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        if (strcmp(settle_result_text(rows, i, SQL_ACTIVITY_PARTY_DISTRIBUTOR), distributor) == 0)
            return TRUE;
        g_string_append_printf(others, "%s%s", i > 0 ? " and " : "",
                               settle_result_text(rows, i, SQL_ACTIVITY_PARTY_DISTRIBUTOR));
    }
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s %s is of distributor %s, not of %s",
                settle_dim_name(dim), code, others->str, distributor);
    settle_error_hint(error, "--distributor %s",
                      settle_result_rows(rows) > 0
                          ? settle_result_text(rows, 0, SQL_ACTIVITY_PARTY_DISTRIBUTOR)
                          : "CODE");
    return FALSE;
}

static gboolean
print(const SettleCli *cli, SettleStore *store, const Options *options, gboolean list, By by,
      guint *ret_rows, GError **error)
{
    g_autoptr(GPtrArray) whose = distributors(store, options, error);
    g_autoptr(SettlePolicySet) policies =
        whose != NULL ? settle_policies_load(store, G_MAXINT64, error) : NULL;
    g_autoptr(SettleDirectory) directory = policies != NULL ? open_directory(store, error) : NULL;
    g_autofree char *zone = directory != NULL ? settle_store_zone(store, error) : NULL;
    g_autoptr(GHashTable) groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    SettleActivityQuery query = {.from = settle_day_month(SETTLE_DAY_MIN),
                                 .to = settle_day_month(SETTLE_DAY_MAX),
                                 .order = options->order};
    Printing printing = {.directory = directory, .groups = groups, .by = by};
    SettleTable *table;

    if (zone == NULL ||
        !find(directory, SETTLE_DIM_OUTLET, options->outlet, &query.outlet_id, error) ||
        !find(directory, SETTLE_DIM_MANAGER, options->manager, &query.manager_id, error) ||
        (options->from != NULL && !settle_cli_month("--from", options->from, &query.from, error)) ||
        (options->to != NULL && !settle_cli_month("--to", options->to, &query.to, error)))
        return FALSE;
    if (query.from > query.to) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE, "--from %s is after --to %s",
                    options->from, options->to);
        return FALSE;
    }
    table = printing.table =
        list
            ? settle_table_new(cli->format, list_columns, G_N_ELEMENTS(list_columns), stdout)
            : settle_table_new(cli->format, summary_columns, G_N_ELEMENTS(summary_columns), stdout);
    for (guint i = 0; i < whose->len; i++) {
        printing.distributor = g_ptr_array_index(whose, i);
        if (!find(directory, SETTLE_DIM_DISTRIBUTOR, printing.distributor, &query.distributor_id,
                  error) ||
            !settle_activity_read(store, directory, policies, zone, &query,
                                  list ? list_row : sum_row, &printing, error)) {
            settle_table_abandon(table);
            return FALSE;
        }
    }
    if (!list)
        print_groups(&printing, table);
    settle_table_end(table);
    *ret_rows = printing.rows;
    return TRUE;
}

static gboolean
parse_by(const char *word, By *ret_by, int *ret_code)
{
    if (strcmp(word, "outlet") != 0 && strcmp(word, "manager") != 0) {
        *ret_code = settle_cli_usage(strcmp(word, "carrier") == 0
                                         ? "leave --by out: each carrier has rows of its own"
                                         : "--by outlet, --by manager, or leave it out: by month "
                                           "and carrier",
                                     "--by is outlet or manager, not \"%s\"", word);
        return FALSE;
    }
    *ret_by = strcmp(word, "outlet") == 0 ? BY_OUTLET : BY_MANAGER;
    return TRUE;
}

static int
activity(const SettleCli *cli, int argc, char **argv, gboolean list)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &options.distributor, "of this distributor",
         "CODE"},
        {"outlet", 0, 0, G_OPTION_ARG_FILENAME, &options.outlet,
         "only of this outlet and those below it", "CODE"},
        {"manager", 0, 0, G_OPTION_ARG_FILENAME, &options.manager, "only of this account manager",
         "CODE"},
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &options.from, "first closing month", "YYYY-MM"},
        {"to", 0, 0, G_OPTION_ARG_FILENAME, &options.to, "last closing month", "YYYY-MM"},
        {list ? "order" : "by", 0, 0, G_OPTION_ARG_FILENAME, list ? &options.order : &options.by,
         list ? "only the orders of this id, whoever's they are"
              : "a row for each outlet, or each manager",
         list ? "ID" : "outlet|manager"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    By by = BY_NOTHING;
    SettleNamed named;
    guint n = 0;
    int code;

    if (!settle_cli_parse(
            list ? "activity list" : "activity summary",
            list ? "A distributor's orders, or all of an id: what each has earned so far, "
                   "who it belongs to, its state, and\nof one that earned nothing why."
                 : "What a distributor's orders have earned so far, by closing month "
                   "and carrier.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("activity", argv[1], entries);
    if (options.distributor == NULL && options.order == NULL)
        return settle_cli_usage(list ? "--distributor CODE, or --order ID" : "--distributor CODE",
                                "whose orders: --distributor is missing");
    if (options.outlet != NULL && options.manager != NULL)
        return settle_cli_usage("one of them: a manager is of an outlet",
                                "--outlet and --manager do not go together");
    if (options.by != NULL && !parse_by(options.by, &by, &code))
        return code;
    named = (SettleNamed){.distributor = options.distributor,
                          .outlet = options.outlet,
                          .manager = options.manager,
                          .order = options.order};
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "activity", &error);
    if (store == NULL || !settle_cli_known(store, &named, &error) ||
        !is_of_distributor(store, SETTLE_DIM_OUTLET, options.outlet, options.distributor, &error) ||
        !is_of_distributor(store, SETTLE_DIM_MANAGER, options.manager, options.distributor,
                           &error) ||
        (options.from != NULL && !settle_cli_known_period(store, options.from, FALSE, &error)) ||
        (options.to != NULL && !settle_cli_known_period(store, options.to, TRUE, &error)) ||
        !print(cli, store, &options, list, by, &n, &error))
        return settle_cli_fail(error);
    if (n > 0)
        return SETTLE_EXIT_DONE;
    named.period = options.from != NULL ? options.from : options.to;
    settle_cli_nothing(cli, "settled orders", &named);
    if (options.order != NULL &&
        !settle_cli_order_note(cli, store, options.order, options.distributor, &error))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

static int
activity_summary(const SettleCli *cli, int argc, char **argv)
{
    return activity(cli, argc, argv, FALSE);
}

static int
activity_list(const SettleCli *cli, int argc, char **argv)
{
    return activity(cli, argc, argv, TRUE);
}

int
settle_command_activity(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"summary", "", "sums by month and carrier", NULL, activity_summary},
        {"list", "", "order by order", NULL, activity_list},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("activity", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
