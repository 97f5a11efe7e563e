/* settle period: lists, closes and reopens posting periods. */
#include "cli/known.h"
#include "cli/slips.h"
#include "run/decide/periods.h"
#include "store/sql.h"

const SettleCell settle_period_cells[SETTLE_PERIOD_CELLS] = {
    {"period", SETTLE_CELL_TEXT, 0},         {"state", SETTLE_CELL_TEXT, 0},
    {"closed_by", SETTLE_CELL_TEXT, 0},      {"closed_at", SETTLE_CELL_TEXT, 0},
    {"closed_because", SETTLE_CELL_TEXT, 0}, {"left_open", SETTLE_CELL_TEXT, 0},
    {"transfers", SETTLE_CELL_INTEGER, 0},   {"reopened_by", SETTLE_CELL_TEXT, 0},
    {"reopened_at", SETTLE_CELL_TEXT, 0},    {"reopened_because", SETTLE_CELL_TEXT, 0},
};

static int
period_list(const SettleCli *cli, int argc, char **argv)
{
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            "period list",
            "Periods with facts or postings: who closed and opened them, when and why, and what "
            "was left open.",
            NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("period list", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "period", &error);
    rows = store != NULL ? settle_store_query(store, settle_sql_period_list, &error, "") : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, settle_period_cells, SETTLE_PERIOD_CELLS);
    return SETTLE_EXIT_DONE;
}

static int
period_close(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"left_open", SETTLE_CELL_TEXT, 0},
        {"how_many", SETTLE_CELL_INTEGER, 0},
        {"look", SETTLE_CELL_TEXT, 0},
    };
    g_autofree char *accept = NULL;
    const GOptionEntry entries[] = {
        {"accept", 0, 0, G_OPTION_ARG_STRING, &accept,
         "closes it although something is left open; the reason is kept", "REASON"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) open = NULL;
    SettleMonth period;
    GError *error = NULL;
    gboolean closed;
    int code;

    if (!settle_cli_parse(
            "period close YYYY-MM",
            "Closes a period: from now on what concerns it is posted to the oldest open "
            "one after it. If something of it is left open, says what, and exits with 1.",
            entries, &argc, &argv, &code))
        return code;
    if (argc != 2)
        return settle_cli_usage("settle period close 2026-03; settle period list shows them",
                                "close which period");
    if (accept != NULL && *g_strstrip(accept) == '\0')
        return settle_cli_usage("--accept \"agreed with the carrier\": it is kept",
                                "--accept wants a reason");
    if (!settle_cli_month("period", argv[1], &period, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "period", &error);
    if (store == NULL || !settle_cli_known_period(store, argv[1], FALSE, &error) ||
        !settle_period_close(store, period, accept, &closed, &open, &error))
        return settle_cli_fail(error);
    if (!closed) {
        settle_cli_print(cli, open, cells, G_N_ELEMENTS(cells));
        fprintf(stderr,
                "settle: period %s is not closed: something of it is left open\n"
                "hint: finish it, or close with --accept REASON\n",
                argv[1]);
        return SETTLE_EXIT_FOUND;
    }
    printf("period %s is closed\n", argv[1]);
    for (int i = 0; i < settle_result_rows(open); i++)
        printf("left open: %" G_GINT64_FORMAT " %s\n",
               settle_result_i64(open, i, SQL_PERIOD_LEFT_OPEN_HOW_MANY),
               settle_result_text(open, i, SQL_PERIOD_LEFT_OPEN_WHAT));
    if (accept != NULL)
        printf("accepted: %s\n", accept);
    return SETTLE_EXIT_DONE;
}

static int
period_reopen(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why; kept in the control log", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    SettleMonth period;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            "period reopen YYYY-MM",
            "Opens a closed period, and all after it, again: later runs post to them.", entries,
            &argc, &argv, &code))
        return code;
    if (argc != 2)
        return settle_cli_usage("settle period reopen 2026-03 --reason TEXT",
                                "reopen which period");
    if (reason == NULL || *g_strstrip(reason) == '\0')
        return settle_cli_usage("--reason TEXT is kept for the auditor",
                                "--reason is missing: why is it opened again");
    if (!settle_cli_month("period", argv[1], &period, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "period", &error);
    if (store == NULL || !settle_cli_known_period(store, argv[1], TRUE, &error) ||
        !settle_period_reopen(store, period, reason, &error))
        return settle_cli_fail(error);
    printf("period %s and those after it are open again\n", argv[1]);
    return SETTLE_EXIT_DONE;
}

int
settle_command_period(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"list", "", "periods with postings", NULL, period_list},
        {"close", "YYYY-MM", "take no postings any more", NULL, period_close},
        {"reopen", "YYYY-MM", "take postings again", NULL, period_reopen},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("period", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
