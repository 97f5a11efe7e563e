/* settle facts: what waits, what was told of an order, events that count for nothing, who has seen
 * them, and a carrier's slack for refunds. */
#include "cli/cli-intake.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "run/decide/refunds.h"
#include "store/sql.h"

static int
facts_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleColumn columns[] = {
        {"carrier", SETTLE_COLUMN_TEXT}, {"distributor", SETTLE_COLUMN_TEXT},
        {"order", SETTLE_COLUMN_TEXT},   {"event", SETTLE_COLUMN_TEXT},
        {"kind", SETTLE_COLUMN_TEXT},    {"day", SETTLE_COLUMN_TEXT},
        {"amount", SETTLE_COLUMN_MONEY}, {"paid", SETTLE_COLUMN_MONEY},
        {"reason", SETTLE_COLUMN_TEXT},
    };
    g_autoptr(SettleStore) store = NULL;
    g_auto(SettleNothingList) list = {NULL, NULL};
    GError *error = NULL;
    SettleTable *table;
    int code;

    if (!settle_cli_parse("facts list",
                          "Events that count for nothing and that nobody has seen yet: refunds "
                          "beyond what was paid, reinstatements of no known event.",
                          NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("facts list", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "facts", &error);
    if (store == NULL || !settle_nothing_list(store, &list, &error))
        return settle_cli_fail(error);
    table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);
    for (guint i = 0; i < list.rows->len; i++) {
        const SettleNothing *row = &g_array_index(list.rows, SettleNothing, i);
        int exponent = settle_currency_exponent(row->currency);
        char amount[2][SETTLE_MONEY_TEXT_BYTES], day[SETTLE_DAY_TEXT_BYTES];
        const char *cells[] = {
            row->carrier,
            row->distributor,
            row->order,
            row->event,
            row->whole ? "full-refund" : settle_event_kind_name((SettleEventKind) row->kind),
            settle_day_format(row->day, day),
            settle_money_format(row->amount_minor, exponent, amount[0]),
            settle_money_format(row->paid_minor, exponent, amount[1]),
            settle_nothing_reason(row),
        };

        settle_table_row(table, cells);
    }
    settle_table_end(table);
    if (list.rows->len == 0)
        settle_cli_nothing(cli, "events that count for nothing", &(SettleNamed){0});
    return SETTLE_EXIT_DONE;
}

static int
facts_waiting(const SettleCli *cli, int argc, char **argv)
{
    /* columns of facts-waiting.sql */
    static const SettleCell cells[] = {
        {"what", SETTLE_CELL_TEXT, 0},        {"carrier", SETTLE_CELL_TEXT, 0},
        {"distributor", SETTLE_CELL_TEXT, 0}, {"fact", SETTLE_CELL_TEXT, 0},
        {"order", SETTLE_CELL_TEXT, 0},       {"rule", SETTLE_CELL_TEXT, 0},
        {"month", SETTLE_CELL_TEXT, 0},       {"day", SETTLE_CELL_TEXT, 0},
        {"waits_for", SETTLE_CELL_TEXT, 0},   {"source", SETTLE_CELL_TEXT, 0},
        {"line", SETTLE_CELL_ORDINAL, 0},
    };
    g_autofree char *carrier = NULL, *distributor = NULL, *until = NULL, *other = NULL;
    gint64 limit = 1000;
    const GOptionEntry entries[] = {
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "only of this carrier", "CODE"},
        {"distributor", 0, 0, G_OPTION_ARG_FILENAME, &distributor,
         "only of this distributor; of what waits for its order nobody knows whose it is", "CODE"},
        {"until", 0, 0, G_OPTION_ARG_FILENAME, &until,
         "only what was due, issued or happened up to this day", "DAY"},
        {"limit", 0, 0, G_OPTION_ARG_INT64, &limit, "at most so many (default 1000, 0: all)", "N"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    SettleNamed named;
    GError *error = NULL;
    SettleDay day;
    int code;

    if (!settle_cli_parse(
            "facts waiting",
            "What waits, one by one, and for what: instalments for a bill, bills and events for "
            "their order, facts that\nare dated ahead for their day. fact: the contract of a bill, "
            "the id of an event; day: when the instalment\nwas due, the bill issued, the event "
            "happened, or the day that is waited for; source and line: the file of\nthe fact; "
            "where a distributor is named, that of its order.",
            entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("facts waiting", argv[1], entries);
    if (!settle_cli_not_negative("--limit", limit, &code))
        return code;
    if (until != NULL && !settle_cli_day("--until", until, &day, &error))
        return settle_cli_fail(error);
    other = until != NULL ? g_strdup_printf("up to %s", until) : NULL;
    named = (SettleNamed){.carrier = carrier, .distributor = distributor, .other = other};
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "facts", &error);
    if (store == NULL || !settle_cli_known(store, &named, &error) ||
        !settle_cli_print_cut(cli,
                              settle_store_query(store, settle_sql_facts_waiting, &error, "sssi",
                                                 carrier, distributor, until,
                                                 settle_cli_one_more(limit)),
                              cells, G_N_ELEMENTS(cells), limit, "facts that wait", &named))
        return settle_cli_fail(error);
    return SETTLE_EXIT_DONE;
}

static int
facts_order(const SettleCli *cli, int argc, char **argv)
{
    /* columns of facts-order.sql */
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},      {"order", SETTLE_CELL_TEXT, 0},
        {"closed", SETTLE_CELL_TEXT, 0},       {"revision", SETTLE_CELL_ORDINAL, 0},
        {"state", SETTLE_CELL_TEXT, 0},        {"told", SETTLE_CELL_TEXT, 0},
        {"night", SETTLE_CELL_TEXT, 0},        {"batch", SETTLE_CELL_ORDINAL, 0},
        {"source", SETTLE_CELL_TEXT, 0},       {"line", SETTLE_CELL_ORDINAL, 0},
        {"distributor", SETTLE_CELL_TEXT, 0},  {"manager", SETTLE_CELL_TEXT, 0},
        {"product", SETTLE_CELL_TEXT, 0},      {"region", SETTLE_CELL_TEXT, 0},
        {"channel", SETTLE_CELL_TEXT, 0},      {"contract", SETTLE_CELL_TEXT, 0},
        {"first_order", SETTLE_CELL_TEXT, 0},  {"closed_at", SETTLE_CELL_TEXT, 0},
        {"paid", SETTLE_CELL_MONEY, 20},       {"quantity", SETTLE_CELL_INTEGER, 0},
        {"currency", SETTLE_CELL_CURRENCY, 0}, {"changed", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    g_autofree char *zone = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse(
            "facts order ORDER",
            "What was told of an order (of an id, or id/line), revision by revision: which holds, "
            "by which batch and line,\nfor which night it was told and which one saw it first, and "
            "what it says otherwise than the one before it.\nA row that withdraws the order says "
            "so; it shows what its file said beside that.",
            NULL, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return settle_cli_usage("settle facts order ORDER", "of which order");
    if (argc > 2)
        return settle_cli_surplus("facts order", argv[2], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "facts", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.order = argv[1]}, &error) ||
        (zone = settle_store_zone(store, &error)) == NULL ||
        (rows = settle_store_query(store, settle_sql_facts_order, &error, "ss", argv[1], zone)) ==
            NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    return SETTLE_EXIT_DONE;
}

static int
facts_seen(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *carrier = NULL, *event = NULL, *reason = NULL;
    gboolean all = FALSE;
    const GOptionEntry entries[] = {
        {"carrier", 0, 0, G_OPTION_ARG_FILENAME, &carrier, "of this carrier", "CODE"},
        {"event", 0, 0, G_OPTION_ARG_FILENAME, &event, "this event of it", "ID"},
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "all of the list", NULL},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "what was found out", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    guint n = 0;
    int code;

    if (!settle_cli_parse("facts seen",
                          "Takes events off the list of those that count for nothing: a person "
                          "has seen them. Amounts stay as they are.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("facts seen", argv[1], entries);
    if (!all && carrier == NULL)
        return settle_cli_usage("name --carrier, with --event for one, or --all", "seen are which");
    if (event != NULL && carrier == NULL)
        return settle_cli_usage("--carrier CODE --event ID: settle facts list shows both",
                                "--event needs its --carrier");
    if (all && carrier != NULL)
        return settle_cli_usage("leave one of them out", "--all is not with --carrier");
    if (reason == NULL || reason[0] == '\0')
        return settle_cli_usage("--reason TEXT", "why may they be left as they are");
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "facts", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.carrier = carrier}, &error) ||
        !settle_nothing_seen(store, carrier, event, reason, &n, &error))
        return settle_cli_fail(error);
    if (n == 0) {
        g_set_error(&error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    "no such event counts for nothing, or all have been seen");
        settle_error_hint(&error, "settle facts list shows them");
        return settle_cli_fail(error);
    }
    printf("%u seen\n", n);
    return SETTLE_EXIT_DONE;
}

static int
facts_slack(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *from = NULL, *reason = NULL;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &from, "for orders that close from this day on",
         "DAY"},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "why", "TEXT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;
    SettleDay day;
    guint64 minor;
    int code;

    if (!settle_cli_parse("facts refund-slack CARRIER MINOR-UNITS",
                          "Decides by how much a carrier's refunds may exceed what is left of what "
                          "was paid and still count as the rest, in minor units (1: one fen).",
                          entries, &argc, &argv, &code))
        return code;
    if (argc != 3 || !g_ascii_string_to_unsigned(argv[2], 10, 0, 1000000, &minor, NULL))
        return settle_cli_usage(
            "settle facts refund-slack CMCC-GD 1 --from 2026-01-01 --reason TEXT",
            "of which carrier, and how many minor units (at most 1000000)");
    if (from == NULL || reason == NULL || reason[0] == '\0')
        return settle_cli_usage("--from DAY --reason TEXT",
                                "from which closing day on does it hold, and why");
    if (!settle_cli_day("--from", from, &day, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "facts", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.carrier = argv[1]}, &error) ||
        !settle_refund_slack_set(store, argv[1], (int64_t) minor, day, reason, &error))
        return settle_cli_fail(error);
    printf("refunds of %s may exceed what is left by %s, of orders that close from %s on\n",
           argv[1], argv[2], from);
    return SETTLE_EXIT_DONE;
}

int
settle_command_facts(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"waiting", "", "what waits, and for what", NULL, facts_waiting},
        {"order", "ORDER", "what was told of an order, revision by revision", NULL, facts_order},
        {"list", "", "events that count for nothing", NULL, facts_list},
        {"seen", "--carrier CODE [--event ID] | --all", "take them off the list", NULL, facts_seen},
        {"refund-slack", "CARRIER MINOR-UNITS", "how far refunds may go beyond what was paid", NULL,
         facts_slack},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("facts", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
