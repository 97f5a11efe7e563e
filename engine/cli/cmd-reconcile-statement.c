/* settle reconcile statement: a carrier's own statement held against the ledger, and what people
 * decide on the differences, and on withdrawing it. */
#include "base/printable.h"
#include "cli/cli-reconcile.h"
#include "cli/known.h"
#include "cli/policy-file.h"
#include "cli/slips.h"
#include "money/money.h"
#include "statement/statement.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    char *carrier, *period_text, *reason, *all;
    SettleMonth period;
} Options;

static void
clear_options(Options *options)
{
    g_free(options->carrier);
    g_free(options->period_text);
    g_free(options->reason);
    g_free(options->all);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear_options)

#define WHOSE_ENTRIES(options)                                                                     \
    {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &(options).carrier, "whose statement", "CODE"},       \
    {                                                                                              \
        "period", 0, 0, G_OPTION_ARG_FILENAME, &(options).period_text, "of which month", "YYYY-MM" \
    }

/* FALSE: a message was printed, *ret_exit says which. */
static gboolean
take_whose(Options *options, int *ret_exit)
{
    GError *error = NULL;

    if (options->carrier == NULL) {
        *ret_exit = settle_cli_usage("--carrier CMCC-GD --period 2026-03; settle reconcile "
                                     "statements lists those that were taken in",
                                     "--carrier is missing: whose statement");
        return FALSE;
    }
    if (options->period_text == NULL) {
        *ret_exit = settle_cli_usage("--period 2026-03", "--period is missing: of which month");
        return FALSE;
    }
    if (settle_cli_month("--period", options->period_text, &options->period, &error))
        return TRUE;
    *ret_exit = settle_cli_fail(error);
    return FALSE;
}

/* --- what differs ----------------------------------------------------------------------------- */

static char *
yuan(int64_t minor, char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_money_format(minor, settle_statement_exponent(), text);
}

static void
print_items(const SettleCli *cli, const SettleStatement *statement, SettleDay today)
{
    static const SettleColumn columns[] = {
        {"match", SETTLE_COLUMN_TEXT},
        {"difference", SETTLE_COLUMN_TEXT},
        {"line", SETTLE_COLUMN_INTEGER},
        {"subject", SETTLE_COLUMN_TEXT},
        {"kind", SETTLE_COLUMN_TEXT},
        {"origin", SETTLE_COLUMN_TEXT},
        {"theirs", SETTLE_COLUMN_MONEY},
        {"ours", SETTLE_COLUMN_MONEY},
        {"ours_less_theirs", SETTLE_COLUMN_MONEY},
        {"age_days", SETTLE_COLUMN_INTEGER},
        {"state", SETTLE_COLUMN_TEXT},
        {"by", SETTLE_COLUMN_TEXT},
        {"remark", SETTLE_COLUMN_TEXT},
    };
    SettleTable *table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);

    for (guint i = 0; i < statement->items->len; i++) {
        const SettleStatementItem *item = &g_array_index(statement->items, SettleStatementItem, i);
        gboolean read = item->state != SETTLE_UNREADABLE;
        char line[24] = "", age[24] = "", origin[SETTLE_DAY_TEXT_BYTES] = "",
             amounts[3][SETTLE_MONEY_TEXT_BYTES] = {"", "", ""};
        g_autofree char *remark =
            g_strjoin(item->remark != NULL && item->reason != NULL ? "; " : "",
                      item->remark != NULL ? item->remark : "",
                      item->reason != NULL ? item->reason : "", NULL);
        const char *cells[] = {
            settle_match_name(item->state),
            item->ref,
            line,
            item->subject,
            item->kind != 0 ? settle_kind_name((SettleKind) item->kind) : "",
            origin,
            amounts[0],
            amounts[1],
            amounts[2],
            age,
            settle_decided_name(item->decided),
            item->decided_by,
            remark,
        };

        if (item->line > 0)
            g_snprintf(line, sizeof line, "%" G_GINT64_FORMAT, item->line);
        /* since the month was over */
        g_snprintf(age, sizeof age, "%d", MAX(0, today - settle_month_last(item->origin)));
        if (read) {
            settle_month_format(item->origin, origin);
            yuan(item->theirs_minor, amounts[0]);
            yuan(item->ours_minor, amounts[1]);
            yuan(item->ours_minor - item->theirs_minor, amounts[2]);
        }
        settle_table_row(table, cells);
    }
    settle_table_end(table);
}

static void
print_step(SettleTable *table, const char *step, int64_t lines, int64_t minor)
{
    char count[24], amount[SETTLE_MONEY_TEXT_BYTES];
    const char *cells[] = {step, count, yuan(minor, amount)};

    g_snprintf(count, sizeof count, "%" G_GINT64_FORMAT, lines);
    settle_table_row(table, cells);
}

/* From their figure to ours, each step named. */
static void
print_bridge(const SettleCli *cli, const SettleStatement *s)
{
    static const SettleColumn columns[] = {{"step", SETTLE_COLUMN_TEXT},
                                           {"lines", SETTLE_COLUMN_INTEGER},
                                           {"amount", SETTLE_COLUMN_MONEY}};
    static const char *const steps[SETTLE_UNREADABLE] = {
        "differences within the tolerance",
        "they say less than we",
        "they say more than we",
        "they say it here, we in another month",
        "we have it, they do not",
        "they have it, we do not, or they say it twice",
    };
    SettleTable *table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    int64_t total = 0, lines = 0;

    for (int i = 0; i < SETTLE_UNREADABLE; i++) {
        total += s->theirs_minor[i];
        lines += i == SETTLE_MISSING ? 0 : s->n[i];
    }
    print_step(table, "the carrier's statement", lines + s->n_together, total);
    for (int i = 0; i < SETTLE_UNREADABLE; i++) {
        int64_t step = s->ours_minor[i] - s->theirs_minor[i];

        total += step;
        if (s->n[i] > 0 && (i != SETTLE_MATCHED || step != 0))
            print_step(table, steps[i], s->n[i], step);
    }
    print_step(table,
               s->by_cause ? "our ledger, take-backs in the month that caused them" : "our ledger",
               s->n[SETTLE_MATCHED] + s->n[SETTLE_SHORT] + s->n[SETTLE_OVER] + s->n[SETTLE_MISSING],
               total);
    if (s->n[SETTLE_UNREADABLE] > 0)
        print_step(table, "lines that cannot be read, in neither", s->n[SETTLE_UNREADABLE], 0);
    settle_table_end(table);
}

/* --- settle reconcile statement --------------------------------------------------------------- */

static gboolean
read_mapping(const char *path, SettleStatementMapping *mapping)
{
    g_autofree char *text = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = NULL;
    gsize length;

    if (path == NULL)
        return TRUE;
    if (!settle_cli_policy_read(path, &text, &length))
        return FALSE;
    diagnostics = settle_statement_mapping_read(text, length, mapping);
    settle_cli_diagnostics(diagnostics, path, text, length, NULL);
    return diagnostics->n_errors == 0;
}

/* The day of the last settled night, as of which things have an age. */
static gboolean
as_of(SettleStore *store, SettleMonth period, SettleDay *ret_day, GError **error)
{
    g_autoptr(SettleResult) state = settle_store_query(store, settle_sql_run_state, error, "");

    if (state == NULL)
        return FALSE;
    *ret_day = settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT)
                   ? settle_month_last(period)
                   : settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT);
    return TRUE;
}

static int
report(const SettleCli *cli, SettleStore *store, SettleStatement *statement, gboolean totals)
{
    GError *error = NULL;
    SettleDay today;

    if (!settle_statement_match(store, statement, &error) ||
        !as_of(store, statement->period, &today, &error))
        return settle_cli_fail(error);
    if (!totals)
        print_items(cli, statement, today);
    if (cli->format == SETTLE_FORMAT_TABLE && !totals)
        putchar('\n');
    if (cli->format == SETTLE_FORMAT_TABLE || totals)
        print_bridge(cli, statement);
    return statement->n_open > 0 ? SETTLE_EXIT_FOUND : SETTLE_EXIT_DONE;
}

int
settle_reconcile_statement(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_auto(SettleStatementMapping) mapping = {0};
    g_auto(SettleStatement) statement = {0};
    g_autofree char *mapping_file = NULL, *tolerance = NULL, *file = NULL;
    gboolean totals = FALSE, yes = FALSE;
    const GOptionEntry entries[] = {WHOSE_ENTRIES(options),
                                    {"mapping", 0, 0, G_OPTION_ARG_FILENAME, &mapping_file,
                                     "what the file's columns and kinds are called", "FILE"},
                                    {"tolerance", 0, 0, G_OPTION_ARG_FILENAME, &tolerance,
                                     "amounts that differ by at most so much match (0)", "AMOUNT"},
                                    {"totals", 0, 0, G_OPTION_ARG_NONE, &totals,
                                     "only the bridge from their total to ours", NULL},
                                    {"yes", 0, 0, G_OPTION_ARG_NONE, &yes,
                                     "also a FILE that seems to be of another month", NULL},
                                    G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int64_t tolerance_minor = 0;
    int code;

    if (!settle_cli_parse(
            "reconcile statement [FILE.csv] --carrier CODE --period YYYY-MM",
            "Takes a file in as the carrier's statement of the month, or takes the one that was, "
            "and holds it against\nwhat is posted now: by order, kind and origin (take-backs by "
            "the month that caused them, if that is how\nthe statement speaks of them), volume "
            "bonuses by distributor, rule and window. Lists what does not match,\nand the bridge "
            "from their total to ours. Exits with 1 while a difference is open.",
            entries, &argc, &argv, &code) ||
        !take_whose(&options, &code))
        return code;
    if (argc > 2)
        return settle_cli_usage("say the command once for each", "one FILE.csv, or none");
    if (argc == 1 && (yes || mapping_file != NULL || tolerance != NULL))
        return settle_cli_usage(
            "settle reconcile statement FILE.csv; without a file the one that holds is shown",
            "--mapping, --tolerance and --yes are for a FILE.csv");
    if (tolerance != NULL &&
        (settle_money_parse(tolerance, strlen(tolerance), settle_statement_exponent(),
                            &tolerance_minor) != SETTLE_PARSE_OK ||
         tolerance_minor < 0))
        return settle_cli_usage("write it like 0.05", "--tolerance \"%s\" is no amount in yuan",
                                tolerance);
    settle_statement_mapping_init(&mapping);
    if (!read_mapping(mapping_file, &mapping))
        return SETTLE_EXIT_INPUT;
    store = settle_cli_open(cli, argc == 2 ? SETTLE_STORE_AS_TREASURY : SETTLE_STORE_AS_READER,
                            "reconcile", &error);
    if (store == NULL ||
        !settle_cli_known(store,
                          &(SettleNamed){.carrier = options.carrier,
                                         .period = argc == 2 ? options.period_text : NULL},
                          &error) ||
        !(argc == 2
              ? settle_statement_import(store, argv[1], options.carrier, options.period, &mapping,
                                        tolerance_minor, yes, &statement, &error)
              : settle_statement_load(store, options.carrier, options.period, &statement, &error)))
        return settle_cli_fail(error);
    if (cli->format == SETTLE_FORMAT_TABLE) {
        file = settle_printable(statement.file, -1);
        printf("%s: %" G_GINT64_FORMAT " lines, taken in by %s on %s%s\n\n", file,
               statement.n_lines, statement.imported_by, statement.imported_at,
               argc == 2 && !statement.is_new ? " already" : "");
    }
    return report(cli, store, &statement, totals);
}

int
settle_reconcile_statements(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},
        {"period", SETTLE_CELL_TEXT, 0},
        {"file", SETTLE_CELL_TEXT, 0},
        {"lines", SETTLE_CELL_INTEGER, 0},
        {"unreadable", SETTLE_CELL_INTEGER, 0},
        {"total", SETTLE_CELL_MONEY, 8},
        {"by", SETTLE_CELL_TEXT, 0},
        {"at", SETTLE_CELL_TEXT, 0},
        {NULL, SETTLE_CELL_CURRENCY, 0},
        {"state", SETTLE_CELL_TEXT, 0},
        {"withdrawal", SETTLE_CELL_TEXT, 0},
        {"asked_by", SETTLE_CELL_TEXT, 0},
        {"because", SETTLE_CELL_TEXT, 0},
        {"decided_by", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("reconcile statements",
                          "The carriers' statements that were taken in; of a carrier's month the "
                          "last one holds that was not withdrawn.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("reconcile statements", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "reconcile", &error);
    rows = store != NULL ? settle_store_query(store, settle_sql_statement_list, &error, "") : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

/* --- settle reconcile accept, dispute --------------------------------------------------------- */

/* Those that are named, or all of a kind of difference; NULL: one is not there. */
static GPtrArray *
pick(const SettleStatement *statement, char **refs, SettleMatchState all, GError **error)
{
    g_autoptr(GPtrArray) picked = g_ptr_array_new();
    g_autoptr(GHashTable) by_ref = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < statement->items->len; i++) {
        SettleStatementItem *item = &g_array_index(statement->items, SettleStatementItem, i);

        g_hash_table_insert(by_ref, item->ref, item);
        if (item->state == all && item->decided != SETTLE_DIFFERENCE_ACCEPTED)
            g_ptr_array_add(picked, item);
    }
    for (; *refs != NULL; refs++) {
        SettleStatementItem *item = g_hash_table_lookup(by_ref, *refs);

        if (item == NULL) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no difference \"%s\"",
                        *refs);
            settle_error_hint(error, "as settle reconcile statement names it: KIND/YYYY-MM/ORDER, "
                                     "volume-bonus/YYYY-MM/DISTRIBUTOR/RULE or line/N");
            return NULL;
        }
        if (item->state != all)
            g_ptr_array_add(picked, item);
    }
    return g_steal_pointer(&picked);
}

static int
decide(const SettleCli *cli, int argc, char **argv, SettleDecided decided, const char *usage,
       const char *description)
{
    g_auto(Options) options = {0};
    g_auto(SettleStatement) statement = {0};
    const GOptionEntry entries[] = {
        WHOSE_ENTRIES(options),
        {"all", 0, 0, G_OPTION_ARG_FILENAME, &options.all,
         "every one that is short, over, other-period, missing, unknown or unreadable", "MATCH"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, "why; kept in the control log",
         "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(GPtrArray) items = NULL;
    GError *error = NULL;
    SettleMatchState all = SETTLE_N_MATCHES;
    int code;

    if (!settle_cli_parse(usage, description, entries, &argc, &argv, &code) ||
        !take_whose(&options, &code))
        return code;
    if (argc < 2 && options.all == NULL)
        return settle_cli_usage("settle reconcile statement names them", "which differences");
    if (options.all != NULL) {
        all = settle_match_parse(options.all);
        if (all == SETTLE_MATCHED || all == SETTLE_N_MATCHES)
            return settle_cli_usage("short, over, other-period, missing, unknown or unreadable",
                                    "--all \"%s\": no difference is that", options.all);
    }
    if (options.reason == NULL || *g_strstrip(options.reason) == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "reconcile", &error);
    if (store == NULL ||
        !settle_cli_known(store, &(SettleNamed){.carrier = options.carrier}, &error) ||
        !settle_statement_load(store, options.carrier, options.period, &statement, &error) ||
        !settle_statement_match(store, &statement, &error) ||
        (items = pick(&statement, argv + 1, all, &error)) == NULL ||
        !settle_statement_decide(store, &statement, items, decided, options.reason, &error))
        return settle_cli_fail(error);
    printf("%u difference%s of %s, %s: %s\n", items->len, items->len == 1 ? "" : "s",
           options.carrier, options.period_text, settle_decided_name(decided));
    return SETTLE_EXIT_DONE;
}

int
settle_reconcile_accept(const SettleCli *cli, int argc, char **argv)
{
    return decide(
        cli, argc, argv, SETTLE_DIFFERENCE_ACCEPTED,
        "reconcile accept [DIFFERENCE...] --carrier CODE --period YYYY-MM --reason TEXT",
        "Differences of a statement that are all right as they are: they stay on the list, "
        "and are open again as soon\nas one of the amounts changes. By somebody else than "
        "who took the statement in.");
}

int
settle_reconcile_dispute(const SettleCli *cli, int argc, char **argv)
{
    return decide(cli, argc, argv, SETTLE_DIFFERENCE_DISPUTED,
                  "reconcile dispute [DIFFERENCE...] --carrier CODE --period YYYY-MM --reason TEXT",
                  "Differences of a statement that the carrier was told of: they stay open until "
                  "the amounts agree or somebody\naccepts them. By somebody else than who took the "
                  "statement in.");
}

/* --- settle reconcile withdraw ---------------------------------------------------------------- */

/* FALSE: a message was printed, *ret_exit says which. */
static gboolean
take_step(const Options *options, gboolean approve, gboolean refuse, SettleStatementStep *ret_step,
          int *ret_exit)
{
    gboolean told = options->reason != NULL && *g_strstrip(options->reason) != '\0';

    if (approve && (refuse || options->reason != NULL))
        *ret_exit = settle_cli_usage("who asks, and who refuses, says why",
                                     "--approve goes with neither --refuse nor --reason");
    else if (!approve && !told)
        *ret_exit = settle_cli_usage("--reason TEXT is kept for the auditor; who agrees to what "
                                     "another one asked says --approve",
                                     "--reason is missing");
    else {
        *ret_step = approve  ? SETTLE_STATEMENT_APPROVE
                    : refuse ? SETTLE_STATEMENT_REFUSE
                             : SETTLE_STATEMENT_ASK;
        return TRUE;
    }
    return FALSE;
}

static void
print_step_taken(const SettleStatement *statement, const Options *options, SettleStatementStep step)
{
    g_autofree char *file = settle_printable(statement->file, -1);

    if (step == SETTLE_STATEMENT_ASK)
        printf("the withdrawal of %s, the statement of %s, %s, is asked for: settle reconcile "
               "withdraw --approve, by another login\n",
               file, options->carrier, options->period_text);
    else
        printf(step == SETTLE_STATEMENT_APPROVE ? "%s is the statement of %s, %s, no more\n"
                                                : "%s stays the statement of %s, %s\n",
               file, options->carrier, options->period_text);
}

/* Who asks for a withdrawal. */
static const SettleStoreRole askers[] = {SETTLE_STORE_AS_TREASURY, SETTLE_STORE_AS_APPROVER};

int
settle_reconcile_withdraw(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_auto(SettleStatement) statement = {0};
    gboolean approve = FALSE, refuse = FALSE;
    const GOptionEntry entries[] = {
        WHOSE_ENTRIES(options),
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &options.reason,
         "what is wrong with it, or why it stays; kept in the control log", "TEXT"},
        {"approve", 0, 0, G_OPTION_ARG_NONE, &approve, "agree to what another login asked for",
         NULL},
        {"refuse", 0, 0, G_OPTION_ARG_NONE, &refuse, "turn it down, or take it back", NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    SettleStatementStep step;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("reconcile withdraw --carrier CODE --period YYYY-MM "
                          "(--reason TEXT | --approve | --refuse --reason TEXT)",
                          "Asks for the statement that holds of a month to be withdrawn, if it was "
                          "never the carrier's or is of another\nmonth. Once another login has "
                          "approved it, it holds no more, and what was decided on its differences "
                          "falls;\nthe one before it holds again, if there is one. Money is not "
                          "touched: a statement posts nothing.",
                          entries, &argc, &argv, &code) ||
        !take_whose(&options, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("reconcile withdraw", argv[1], entries);
    if (!take_step(&options, approve, refuse, &step, &code))
        return code;
    store = approve ? settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "reconcile", &error)
                    : settle_cli_open_any(cli, askers, G_N_ELEMENTS(askers), "reconcile", &error);
    if (store == NULL ||
        !settle_cli_known(store, &(SettleNamed){.carrier = options.carrier}, &error) ||
        !settle_statement_load(store, options.carrier, options.period, &statement, &error) ||
        !settle_statement_withdraw(store, &statement, step, options.reason, &error))
        return settle_cli_fail(error);
    print_step_taken(&statement, &options, step);
    return SETTLE_EXIT_DONE;
}
