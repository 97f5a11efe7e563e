/* settle activity: what a distributor's orders earned, as a summary by outlet, manager or kind,
 * and as a list order by order. */
#include "cli/cli-scope.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "report/activity-rows.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    const char *distributor; /* whose are read now */
    guint rows;
    SettleTable *table;       /* of a list */
    SettleActivitySums *sums; /* of a summary */
} Printing;

static void
print_row(const char *const *cells, gpointer user_data)
{
    settle_table_row(user_data, cells);
}

static gboolean
list_row(const SettleActivity *a, gpointer user_data, G_GNUC_UNUSED GError **error)
{
    Printing *printing = user_data;

    printing->rows++;
    settle_activity_list_row(a, printing->distributor, print_row, printing->table);
    return TRUE;
}

static gboolean
sum_row(const SettleActivity *a, gpointer user_data, GError **error)
{
    Printing *printing = user_data;

    printing->rows++;
    return settle_activity_sums_add(printing->sums, a, printing->distributor, error);
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

/* Up to which day nights are settled; FALSE and error if none is. */
static gboolean
settled_to(SettleStore *store, SettleDay *ret_day, GError **error)
{
    g_autoptr(SettleResult) head = settle_store_query(store, settle_sql_status_head, error, "");

    if (head == NULL)
        return FALSE;
    if (settle_result_is_null(head, 0, SQL_STATUS_HEAD_SETTLED_TO)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "no night has been settled yet");
        return FALSE;
    }
    settle_invariant(
        settle_day_parse(settle_result_text(head, 0, SQL_STATUS_HEAD_SETTLED_TO),
                         strlen(settle_result_text(head, 0, SQL_STATUS_HEAD_SETTLED_TO)), ret_day));
    return TRUE;
}

/* The outlets as the last run saw them; of a scoped login those that it sees. */
static SettleDirectory *
open_directory(SettleStore *store, SettleDay day, GError **error)
{
    return settle_store_is_scoped(store) ? settle_store_scope_directory(store, error)
                                         : settle_store_directory(store, day, 0, error);
}

/* Whose they are (activity-distributor.sql): the one that is named, or all who have an order of
 * that id; of a scoped login all that it sees something of. */
static SettleResult *
distributors(SettleStore *store, const Options *options, GError **error)
{
    if (settle_store_is_scoped(store))
        return settle_store_query(store, settle_sql_scope_distributors, error, "s",
                                  options->distributor);
    if (options->distributor != NULL)
        return settle_store_query(store, settle_sql_activity_distributor, error, "s",
                                  options->distributor);
    return settle_store_query(store, settle_sql_activity_whose, error, "s", options->order);
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

/* What is asked for, and of an outlet the directory that says what is below it. An outlet that a
 * scoped login does not see is as one that is not there: *ret_none. */
static gboolean
prepare(SettleStore *store, const Options *options, SettleActivityQuery *query, char **ret_zone,
        SettleDirectory **ret_directory, gboolean *ret_none, GError **error)
{
    SettleDay day = 0;

    if ((options->from != NULL &&
         !settle_cli_month("--from", options->from, &query->from, error)) ||
        (options->to != NULL && !settle_cli_month("--to", options->to, &query->to, error)))
        return FALSE;
    if (query->from > query->to) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE, "--from %s is after --to %s",
                    options->from, options->to);
        return FALSE;
    }
    if (settle_store_is_scoped(store) ? !settle_cli_scope_night(store, error)
                                      : !settled_to(store, &day, error))
        return FALSE;
    if (!settle_store_is_scoped(store)) {
        *ret_zone = settle_store_zone(store, error);
        if (*ret_zone == NULL)
            return FALSE;
    }
    if (options->outlet != NULL) {
        *ret_directory = open_directory(store, day, error);
        if (*ret_directory == NULL)
            return FALSE;
        query->outlet_id = settle_directory_id(*ret_directory, SETTLE_DIM_OUTLET, options->outlet,
                                               strlen(options->outlet));
        *ret_none = query->outlet_id == 0;
    }
    return TRUE;
}

static gboolean
print(const SettleCli *cli, SettleStore *store, const Options *options, gboolean list,
      SettleActivityBy by, guint *ret_rows, GError **error)
{
    g_autoptr(SettleResult) whose = distributors(store, options, error);
    g_autoptr(SettleDirectory) directory = NULL;
    g_autofree char *zone = NULL;
    g_autoptr(SettleActivitySums) sums = settle_activity_sums_new(by);
    SettleActivityQuery query = {.from = settle_day_month(SETTLE_DAY_MIN),
                                 .to = settle_day_month(SETTLE_DAY_MAX),
                                 .manager = options->manager,
                                 .order = options->order};
    Printing printing = {.sums = sums};
    gboolean none = FALSE;
    SettleTable *table;

    if (whose == NULL || !prepare(store, options, &query, &zone, &directory, &none, error))
        return FALSE;
    table = printing.table = list ? settle_table_new(cli->format, settle_activity_list_columns,
                                                     SETTLE_ACTIVITY_LIST_COLUMNS, stdout)
                                  : settle_table_new(cli->format, settle_activity_summary_columns,
                                                     SETTLE_ACTIVITY_SUMMARY_COLUMNS, stdout);
    for (int i = 0; i < settle_result_rows(whose) && !none; i++) {
        query.distributor = printing.distributor =
            settle_result_text(whose, i, SQL_WHOSE_DISTRIBUTOR);
        query.distributor_id = settle_result_i32(whose, i, SQL_WHOSE_DISTRIBUTOR_ID);
        if (!settle_activity_read(store, directory, zone, &query, list ? list_row : sum_row,
                                  &printing, error)) {
            settle_table_abandon(table);
            return FALSE;
        }
    }
    if (!list)
        settle_activity_sums_rows(sums, print_row, table);
    settle_table_end(table);
    *ret_rows = printing.rows;
    return TRUE;
}

/* That what is named is there. A scoped login is told of nothing that it does not see. */
static gboolean
check_named(SettleStore *store, const Options *options, const SettleNamed *named, GError **error)
{
    if (settle_store_is_scoped(store))
        return settle_cli_in_scope(store, options->distributor, FALSE, error);
    return settle_cli_known(store, named, error) &&
           is_of_distributor(store, SETTLE_DIM_OUTLET, options->outlet, options->distributor,
                             error) &&
           is_of_distributor(store, SETTLE_DIM_MANAGER, options->manager, options->distributor,
                             error) &&
           (options->from == NULL || settle_cli_known_period(store, options->from, FALSE, error)) &&
           (options->to == NULL || settle_cli_known_period(store, options->to, TRUE, error));
}

static gboolean
parse_by(const char *word, SettleActivityBy *ret_by, int *ret_code)
{
    if (strcmp(word, "outlet") != 0 && strcmp(word, "manager") != 0) {
        *ret_code = settle_cli_usage(strcmp(word, "carrier") == 0
                                         ? "leave --by out: each carrier has rows of its own"
                                         : "--by outlet, --by manager, or leave it out: by month "
                                           "and carrier",
                                     "--by is outlet or manager, not \"%s\"", word);
        return FALSE;
    }
    *ret_by = strcmp(word, "outlet") == 0 ? SETTLE_BY_OUTLET : SETTLE_BY_MANAGER;
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
    SettleActivityBy by = SETTLE_BY_NOTHING;
    SettleNamed named;
    guint n = 0;
    int code;

    if (!settle_cli_parse(
            list ? "activity list" : "activity summary",
            list
                ? "A distributor's orders, or all of an id: what each has earned so far, "
                  "who it belongs to, its state, and\nof one that earned nothing why. A login that "
                  "sees a distributor, an outlet or a manager's orders leaves\n--distributor out "
                  "(settle scope list)."
                : "What a distributor's orders have earned so far, by closing month "
                  "and carrier. A login that sees a distributor,\nan outlet or a manager's "
                  "orders leaves --distributor out (settle scope list).",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("activity", argv[1], entries);
    if (!settle_cli_one_part(options.outlet, options.manager, &code))
        return code;
    if (options.by != NULL && !parse_by(options.by, &by, &code))
        return code;
    named = (SettleNamed){.distributor = options.distributor,
                          .outlet = options.outlet,
                          .manager = options.manager,
                          .order = options.order};
    store = settle_cli_open(cli, SETTLE_STORE_AS_VIEWER, "activity", &error);
    if (store == NULL)
        return settle_cli_fail(error);
    if (options.distributor == NULL && options.order == NULL && !settle_store_is_scoped(store))
        return settle_cli_usage(list ? "--distributor CODE, or --order ID" : "--distributor CODE",
                                "whose orders: --distributor is missing");
    if (!check_named(store, &options, &named, &error) ||
        !print(cli, store, &options, list, by, &n, &error))
        return settle_cli_fail(error);
    if (n > 0)
        return SETTLE_EXIT_DONE;
    named.period = options.from != NULL ? options.from : options.to;
    settle_cli_nothing(cli, "settled orders", &named);
    if (options.order != NULL && !settle_store_is_scoped(store) &&
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
