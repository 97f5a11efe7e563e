/* settle batch: lists what was taken in, and withdraws a batch that was told wrongly: one asks,
 * another one approves, the next night takes it back. */
#include "cli/cli-intake.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "run/decide/withdrawals.h"
#include "store/sql.h"

static int
batch_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"batch", SETTLE_CELL_INTEGER, 0},       {"kind", SETTLE_CELL_TEXT, 0},
        {"source", SETTLE_CELL_TEXT, 0},         {"date", SETTLE_CELL_TEXT, 0},
        {"state", SETTLE_CELL_TEXT, 0},          {"rows", SETTLE_CELL_INTEGER, 0},
        {"accepted", SETTLE_CELL_INTEGER, 0},    {"repeated", SETTLE_CELL_INTEGER, 0},
        {"quarantined", SETTLE_CELL_INTEGER, 0}, {"waiting", SETTLE_CELL_INTEGER, 0},
        {"settled_by", SETTLE_CELL_INTEGER, 0},  {"withdrawal", SETTLE_CELL_TEXT, 0},
        {"by_batch", SETTLE_CELL_INTEGER, 0},
    };
    g_autofree char *kind = NULL, *date = NULL;
    gboolean withdrawals = FALSE;
    int limit = 100, code;
    const GOptionEntry entries[] = {
        {"kind", 0, 0, G_OPTION_ARG_FILENAME, &kind, "only of this kind: orders, bills ...", "K"},
        {"date", 0, 0, G_OPTION_ARG_FILENAME, &date, "only of this business date", "DAY"},
        {"withdrawals", 0, 0, G_OPTION_ARG_NONE, &withdrawals,
         "only those that somebody wants or wanted withdrawn", NULL},
        {"limit", 0, 0, G_OPTION_ARG_INT, &limit, "at most so many (default 100, 0: all)", "N"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    const char *kinds[SETTLE_N_FILE_KINDS + 1] = {NULL};
    g_autofree char *other = NULL;
    g_autoptr(SettleStore) store = NULL;
    SettleNamed named;
    GError *error = NULL;
    SettleDay day;

    if (!settle_cli_parse("batch list", "Batches that were taken in or refused, the last first.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("batch list", argv[1], entries);
    if (!settle_cli_not_negative("--limit", limit, &code))
        return code;
    if (date != NULL && !settle_cli_day("--date", date, &day, &error))
        return settle_cli_fail(error);
    for (int i = 0; i < SETTLE_N_FILE_KINDS; i++)
        kinds[i] = settle_file_kind_name((SettleFileKind) i);
    if (kind != NULL && !settle_cli_known_word("kind", kind, kinds, &error))
        return settle_cli_fail(error);
    other = g_strjoin(" of ", kind != NULL ? kind : "any kind", date, NULL);
    named = (SettleNamed){.other = other};
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "batch", &error);
    if (store == NULL ||
        !settle_cli_print_cut(cli,
                              settle_store_query(store, settle_sql_batch_list, &error, "ssbi", kind,
                                                 date, withdrawals, settle_cli_one_more(limit)),
                              cells, G_N_ELEMENTS(cells), limit, "batches", &named))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

/* The batch that a command is about. FALSE: a message was printed, *ret_exit is the exit code. */
static gboolean
take_number(const char *command, int argc, char **argv, const GOptionEntry *entries, int *ret_batch,
            int *ret_exit)
{
    guint64 number;

    if (argc > 2) {
        *ret_exit = settle_cli_surplus(command, argv[2], entries);
        return FALSE;
    }
    if (argc < 2 || !g_ascii_string_to_unsigned(argv[1], 10, 1, 100000000, &number, NULL)) {
        *ret_exit = settle_cli_usage("settle batch list shows their numbers", "which batch");
        return FALSE;
    }
    *ret_batch = (int) number;
    return TRUE;
}

static int
batch_show(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {{"what", SETTLE_CELL_TEXT, 0},
                                       {"value", SETTLE_CELL_TEXT, 0}};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int batch, code;

    if (!settle_cli_parse("batch show N",
                          "What is known of a batch: what was read, who took it in, which run "
                          "settled it, who wants it withdrawn.",
                          NULL, &argc, &argv, &code) ||
        !take_number("batch show", argc, argv, NULL, &batch, &code))
        return code;
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "batch", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.batch = batch}, &error) ||
        (rows = settle_store_query(store, settle_sql_batch_show, &error, "i", batch)) == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

/* --- decisions -------------------------------------------------------------------------------- */

static gboolean
can_be_withdrawn(SettleStore *store, int batch, GError **error)
{
    g_auto(SettleWithdrawal) now = {0};

    if (!settle_withdrawal_load(store, batch, &now, error))
        return FALSE;
    if (settle_intake_can_withdraw(now.kind))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "batch %d holds %s: such a batch cannot be withdrawn", batch,
                settle_file_kind_name(now.kind));
    settle_error_hint(error,
                      "import a later file with the same codes and valid_from and what is right "
                      "(of a change that never was: what held before it); the next night "
                      "settles anew what it concerns");
    return FALSE;
}

/* Who asks for a withdrawal. */
static const SettleStoreRole askers[] = {SETTLE_STORE_AS_RUNNER, SETTLE_STORE_AS_TREASURY,
                                         SETTLE_STORE_AS_APPROVER};

static int
batch_withdraw(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "what is wrong with it", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int batch, code;

    if (!settle_cli_parse("batch withdraw N --reason TEXT",
                          "Asks for a batch to be withdrawn. Once another login has approved it, "
                          "the next night takes back what no\nother batch told; of an order the "
                          "next lower revision holds again, if there is one. Issued invoices "
                          "stay: the\ndifference joins the next.",
                          entries, &argc, &argv, &code) ||
        !take_number("batch withdraw", argc, argv, entries, &batch, &code))
        return code;
    if (reason == NULL || reason[0] == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "what is wrong with it");
    store = settle_cli_open_any(cli, askers, G_N_ELEMENTS(askers), "batch", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.batch = batch}, &error) ||
        !can_be_withdrawn(store, batch, &error) ||
        !settle_withdrawal_decide(store, batch, SETTLE_WITHDRAWAL_ASK, reason, &error))
        return settle_cli_fail(error);
    printf("the withdrawal of batch %d is asked for: settle batch approve %d, by another login\n",
           batch, batch);
    return SETTLE_EXIT_DONE;
}

static int
batch_approve(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int batch, code;

    if (!settle_cli_parse("batch approve N",
                          "Approves that a batch is withdrawn, which another login asked for.",
                          NULL, &argc, &argv, &code) ||
        !take_number("batch approve", argc, argv, NULL, &batch, &code))
        return code;
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "batch", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.batch = batch}, &error) ||
        !settle_withdrawal_decide(store, batch, SETTLE_WITHDRAWAL_APPROVE, NULL, &error))
        return settle_cli_fail(error);
    printf("batch %d is withdrawn with the next night\n", batch);
    return SETTLE_EXIT_DONE;
}

static int
batch_refuse(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "why it stays", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int batch, code;

    if (!settle_cli_parse("batch refuse N --reason TEXT",
                          "Takes the request to withdraw a batch back, or turns it down, as long "
                          "as no night has carried it out.",
                          entries, &argc, &argv, &code) ||
        !take_number("batch refuse", argc, argv, entries, &batch, &code))
        return code;
    if (reason == NULL || reason[0] == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor", "why does it stay");
    store = settle_cli_open_any(cli, askers, G_N_ELEMENTS(askers), "batch", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.batch = batch}, &error) ||
        !settle_withdrawal_decide(store, batch, SETTLE_WITHDRAWAL_REFUSE, reason, &error))
        return settle_cli_fail(error);
    printf("batch %d stays\n", batch);
    return SETTLE_EXIT_DONE;
}

/* --- carrying out ----------------------------------------------------------------------------- */

static void
print_done(const GArray *done)
{
    char day[SETTLE_DAY_TEXT_BYTES];

    for (guint i = 0; i < done->len; i++) {
        const SettleIntakeWithdrawal *one = &g_array_index(done, SettleIntakeWithdrawal, i);

        fprintf(stderr,
                "settle: batch %d is withdrawn by batch %d of %s: %" G_GINT64_FORMAT
                " facts fall, %" G_GINT64_FORMAT " were told by others, too\n",
                one->batch_id, one->by_batch, settle_day_format(one->business_date, day), one->fell,
                one->stayed);
    }
}

gboolean
settle_cli_carry_out(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) state = settle_store_query(store, settle_sql_run_state, error, "");
    g_autoptr(GPtrArray) reports = NULL;
    g_autoptr(GArray) done = NULL;
    SettleDay night = SETTLE_DAY_MIN;
    gboolean ok;

    if (state == NULL)
        return FALSE;
    if (!settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT))
        night = settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT) + 1;
    ok = settle_intake_carry_out(store, night, &done, &reports, error);
    print_done(done);
    for (guint i = 0; i < reports->len; i++) {
        const SettleIntakeReport *report = g_ptr_array_index(reports, i);

        fprintf(stderr,
                "settle: %s: batch %d: %" G_GINT64_FORMAT " rows that contradicted what fell were "
                "read again, %" G_GINT64_FORMAT " are rejected again\n",
                report->source, report->batch_id, report->rows_read, report->quarantined);
    }
    return ok;
}

static int
batch_carry_out(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("batch carry-out",
                          "Carries out the withdrawals that are approved, as settle run does "
                          "before its nights: to see what the\nnext one will take back "
                          "(settle run --dry-run).",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("batch carry-out", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_RUNNER, "batch", &error);
    if (store == NULL || !settle_cli_carry_out(store, &error))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

int
settle_command_batch(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"list", "", "what was taken in", NULL, batch_list},
        {"show", "N", "all of one", NULL, batch_show},
        {"withdraw", "N", "ask for it to be withdrawn", NULL, batch_withdraw},
        {"approve", "N", "agree to that", NULL, batch_approve},
        {"refuse", "N", "turn it down", NULL, batch_refuse},
        {"carry-out", "", "do what is approved now", NULL, batch_carry_out},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("batch", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
