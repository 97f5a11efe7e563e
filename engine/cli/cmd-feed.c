/* settle feed: which files are expected of a carrier, and which did not come. */
#include "base/near.h"
#include "cli/known.h"
#include "cli/slips.h"
#include "model/file-kind.h"
#include "run/decide/feeds.h"

#include <string.h>

#define MAX_DEADLINE 366

typedef struct {
    char *since, *reason;
    int monthly, deadline;
} Options;

static void
clear_options(Options *options)
{
    g_free(options->since);
    g_free(options->reason);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear_options)

/* Today, yesterday: what a day is without an option. */
static gboolean
today(SettleStore *store, SettleDay *ret_day, GError **error)
{
    g_autofree char *name = settle_store_zone(store, error);
    g_autoptr(SettleZone) zone = name != NULL ? settle_zone_new(name, error) : NULL;

    if (zone == NULL)
        return FALSE;
    *ret_day = settle_zone_today(zone);
    return TRUE;
}

/* carrier: the word before it, for who says them the other way round. */
static gboolean
take_kind(const char *carrier, const char *text, SettleFileKind *ret_kind, int *ret_exit)
{
    const char *names[SETTLE_N_FILE_KINDS + 1] = {NULL}, *meant;
    g_autofree char *hint = NULL;
    SettleFileKind other;
    guint n = 0;

    if (settle_file_kind_lookup(text, ret_kind) && settle_file_kind(*ret_kind)->of_carrier)
        return TRUE;
    for (int kind = 0; kind < SETTLE_N_FILE_KINDS; kind++)
        if (settle_file_kind((SettleFileKind) kind)->of_carrier)
            names[n++] = settle_file_kind_name((SettleFileKind) kind);
    if (settle_file_kind_lookup(carrier, &other)) {
        hint = g_strdup_printf("the carrier comes first: %s %s", text, carrier);
    } else if ((meant = settle_did_you_mean(text, names)) != NULL) {
        hint = g_strdup_printf("did you mean \"%s\"?", meant);
    } else {
        g_autofree char *list = g_strjoinv(", ", (char **) names);

        hint = g_strdup_printf("there are %s", list);
    }
    *ret_exit = settle_cli_usage(hint, "\"%s\" is no kind of file that a carrier sends", text);
    return FALSE;
}

static gboolean
take_reason(char *reason, int *ret_exit)
{
    if (reason != NULL && *g_strstrip(reason) != '\0')
        return TRUE;
    *ret_exit = settle_cli_usage("--reason TEXT is kept for the auditor", "--reason is missing");
    return FALSE;
}

static int
feed_expect(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"since", 0, 0, G_OPTION_ARG_FILENAME, &options.since,
         "the first business date (default: today)", "DAY"},
        {"monthly", 0, 0, G_OPTION_ARG_INT, &options.monthly,
         "once a month, by that day of it (default: every day)", "1..31"},
        {"deadline", 0, 0, G_OPTION_ARG_INT, &options.deadline,
         "days after that on which it may still come (default: 0)", "DAYS"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, "why; kept in the control log",
         "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    SettleFeed feed = {0};
    char day[SETTLE_DAY_TEXT_BYTES];
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("feed expect CARRIER KIND",
                          "Says that a file of the carrier is expected: settle night and settle "
                          "status tell when it does not come.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc != 3)
        return settle_cli_usage("settle feed expect CMCC-GD orders",
                                "which files are expected of whom");
    if (!take_kind(argv[1], argv[2], &feed.kind, &code) || !take_reason(options.reason, &code))
        return code;
    if (options.monthly < 0 || options.monthly > 31)
        return settle_cli_usage("--monthly 5: the month before, by the 5th",
                                "--monthly is a day of the month, 1 to 31");
    if (options.deadline < 0 || options.deadline > MAX_DEADLINE)
        return settle_cli_usage(NULL, "--deadline is 0 to %d days", MAX_DEADLINE);
    if (options.since != NULL && !settle_cli_day("--since", options.since, &feed.since, &error))
        return settle_cli_fail(error);
    feed.carrier = argv[1];
    feed.monthly_day = options.monthly;
    feed.deadline_days = options.deadline;
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "feed", &error);
    if (store == NULL || (options.since == NULL && !today(store, &feed.since, &error)) ||
        !settle_cli_known(store, &(SettleNamed){.carrier = feed.carrier}, &error) ||
        !settle_feed_expect(store, &feed, options.reason, &error))
        return settle_cli_fail(error);
    settle_day_format(feed.since, day);
    if (feed.monthly_day > 0)
        printf("%s of %s are expected once a month by day %d, from %s on\n", argv[2], argv[1],
               feed.monthly_day, day);
    else
        printf("%s of %s are expected every day from %s on\n", argv[2], argv[1], day);
    return SETTLE_EXIT_DONE;
}

static int
feed_stop(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {{"from", 0, 0, G_OPTION_ARG_FILENAME, &options.since,
                                     "the first day on which nothing is expected (default: today)",
                                     "DAY"},
                                    {"reason", 0, 0, G_OPTION_ARG_STRING, &options.reason,
                                     "why; kept in the control log", "TEXT"},
                                    G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    SettleFileKind kind;
    SettleDay from = 0;
    char day[SETTLE_DAY_TEXT_BYTES];
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("feed stop CARRIER KIND",
                          "From a day on nothing is expected any more. What did not come before "
                          "stays missing.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc != 3)
        return settle_cli_usage("settle feed stop CMCC-GD orders",
                                "which files of whom are not expected any more");
    if (!take_kind(argv[1], argv[2], &kind, &code) || !take_reason(options.reason, &code))
        return code;
    if (options.since != NULL && !settle_cli_day("--from", options.since, &from, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "feed", &error);
    if (store == NULL || (options.since == NULL && !today(store, &from, &error)) ||
        !settle_cli_known(store, &(SettleNamed){.carrier = argv[1]}, &error) ||
        !settle_feed_stop(store, argv[1], kind, from, options.reason, &error))
        return settle_cli_fail(error);
    printf("%s of %s are not expected from %s on\n", argv[2], argv[1],
           settle_day_format(from, day));
    return SETTLE_EXIT_DONE;
}

static int
feed_waive(const SettleCli *cli, int argc, char **argv)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {{"reason", 0, 0, G_OPTION_ARG_STRING, &options.reason,
                                     "why; kept in the control log", "TEXT"},
                                    G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    SettleFileKind kind;
    SettleDay day = 0;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("feed waive CARRIER KIND DAY",
                          "What is missing of that day will not come: nothing is expected of it.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc != 4)
        return settle_cli_usage("settle feed missing shows them",
                                "which files of whom and of which day will not come");
    if (!take_kind(argv[1], argv[2], &kind, &code) || !take_reason(options.reason, &code))
        return code;
    if (!settle_cli_day("the day", argv[3], &day, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_APPROVER, "feed", &error);
    if (store == NULL || !settle_cli_known(store, &(SettleNamed){.carrier = argv[1]}, &error) ||
        !settle_feed_waive(store, argv[1], kind, day, options.reason, &error))
        return settle_cli_fail(error);
    printf("%s of %s are not expected of %s\n", argv[2], argv[1], argv[3]);
    return SETTLE_EXIT_DONE;
}

static int
feed_list(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},
        {"kind", SETTLE_CELL_TEXT, 0},
        {"since", SETTLE_CELL_TEXT, 0},
        {"expected", SETTLE_CELL_TEXT, 0},
        {"deadline_days", SETTLE_CELL_INTEGER, 0},
        {"decided_by", SETTLE_CELL_TEXT, 0},
        {"at", SETTLE_CELL_TEXT, 0},
        {"reason", SETTLE_CELL_TEXT, 0},
    };
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("feed list", "What is expected of whom.", NULL, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("feed list", argv[1], NULL);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "feed", &error);
    rows = store != NULL ? settle_feed_list(store, &error) : NULL;
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "files that are expected", &(SettleNamed){0});
    return SETTLE_EXIT_DONE;
}

static int
feed_missing(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCell cells[] = {
        {"carrier", SETTLE_CELL_TEXT, 0},
        {"kind", SETTLE_CELL_TEXT, 0},
        {"day", SETTLE_CELL_TEXT, 0},
        {"deadline", SETTLE_CELL_TEXT, 0},
    };
    g_autofree char *until = NULL;
    const GOptionEntry entries[] = {{"until", 0, 0, G_OPTION_ARG_FILENAME, &until,
                                     "with a deadline up to this day (default: yesterday)", "DAY"},
                                    G_OPTION_ENTRY_NULL};
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) rows = NULL;
    SettleDay day = 0;
    GError *error = NULL;
    int code;

    if (!settle_cli_parse("feed missing",
                          "What was expected and did not come. Exit code 8 if there is any.",
                          entries, &argc, &argv, &code))
        return code;
    if (argc > 1)
        return settle_cli_surplus("feed missing", argv[1], entries);
    if (until != NULL && !settle_cli_day("--until", until, &day, &error))
        return settle_cli_fail(error);
    store = settle_cli_open(cli, SETTLE_STORE_AS_READER, "feed", &error);
    if (store == NULL || (until == NULL && !today(store, &day, &error)))
        return settle_cli_fail(error);
    rows = settle_feed_missing(store, until == NULL ? day - 1 : day, &error);
    if (rows == NULL)
        return settle_cli_fail(error);
    settle_cli_print(cli, rows, cells, G_N_ELEMENTS(cells));
    if (settle_result_rows(rows) == 0)
        settle_cli_nothing(cli, "files that did not come", &(SettleNamed){0});
    return settle_result_rows(rows) == 0 ? SETTLE_EXIT_DONE : SETTLE_EXIT_MISSING;
}

int
settle_command_feed(const SettleCli *cli, int argc, char **argv)
{
    static const SettleCommand table[] = {
        {"expect", "CARRIER KIND", "a file is expected every day, or once a month", NULL,
         feed_expect},
        {"stop", "CARRIER KIND", "nothing is expected any more", NULL, feed_stop},
        {"waive", "CARRIER KIND DAY", "what is missing of a day will not come", NULL, feed_waive},
        {"list", "", "what is expected of whom", NULL, feed_list},
        {"missing", "", "what did not come", NULL, feed_missing},
        {NULL, NULL, NULL, NULL, NULL},
    };
    int code;
    const SettleCommand *command = settle_cli_subcommand("feed", table, argc, argv, &code);

    return command != NULL ? command->run(cli, argc - 1, argv + 1) : code;
}
