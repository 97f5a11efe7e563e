/* The program's entry: global options, the table of commands, the help, and exit statuses. */
#include "cli/cli.h"

#include "base/failpoint.h"
#include "base/near.h"
#include "calc/arithmetic.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const SettleCommand commands[] = {
    {"migrate", "", "create or upgrade the schema", NULL, settle_command_migrate},
    {"import", "KIND FILE...", "take facts in from CSV files or the staging table", NULL,
     settle_command_import},
    {"facts", "waiting | order | list | seen | ...",
     "what waits; what was told; what counts for nothing", NULL, settle_command_facts},
    {"quarantine", "list | release | dismiss", "rows that were not accepted", NULL,
     settle_command_quarantine},
    {"batch", "list | show | withdraw | approve | ...", "what was taken in; batches told wrongly",
     NULL, settle_command_batch},
    {"policy", "check | test | try | submit | activate | list | ...", "the carriers' policies",
     NULL, settle_command_policy},
    {"night", "INBOX", "take in a drop folder and settle up to yesterday, for a timer", NULL,
     settle_command_night},
    {"feed", "expect | stop | waive | list | missing", "which files are expected of whom", NULL,
     settle_command_feed},
    {"run", "--date DAY", "settle every night up to a day", NULL, settle_command_run},
    {"worker", "[--run N]", "work on a run that is under way, from any host", NULL,
     settle_command_worker},
    {"replay", "--run N[..M] | --period YYYY-MM", "compute published runs again and compare", NULL,
     settle_command_replay},
    {"verify", "[--expect RUN:SEAL] | --head", "prove that what is stored is what was published",
     NULL, settle_command_verify},
    {"period", "list | close | reopen", "open and closed periods", NULL, settle_command_period},
    {"invoice", "list | lines | show | approve | issue | export", "invoice batches", NULL,
     settle_command_invoice},
    {"ledger", "balances | transfers | ageing", "what was posted", NULL, settle_command_ledger},
    {"deposit", "post | list | cover | forfeit | amount | default",
     "what parties have frozen with us", NULL, settle_command_deposit},
    {"activity", "summary | list", "a distributor's orders, by outlet and manager", NULL,
     settle_command_activity},
    {"pages", "--distributor CODE | --all --output FOLDER",
     "static pages for distributors, outlets and managers", NULL, settle_command_pages},
    {"reconcile", "orders | ledger | statement",
     "does everything add up that came in and was earned", NULL, settle_command_reconcile},
    {"report", "NAME | --list", "summaries, trial balance, roll-forward ...", NULL,
     settle_command_report},
    {"export", "journal", "the ledger for other accounting programs", NULL, settle_command_export},
    {"erase", "ask | approve | refuse | list | expired", "forget what names a person", NULL,
     settle_command_erase},
    {"scope", "grant | revoke | list", "which login sees one distributor, outlet or manager only",
     NULL, settle_command_scope},
    {"server", "show | accept", "where the database lies; that it was moved on purpose", NULL,
     settle_command_server},
    {"setting", "list | set", "how facts are read", NULL, settle_command_setting},
    {"carrier-key", "export | set", "what a carrier's ids are made under", NULL,
     settle_command_carrier_key},
    {"sender-key", "list | set | end", "which carriers sign what they send", NULL,
     settle_command_sender_key},
    {"status", "", "where things stand", NULL, settle_command_status},
    {NULL, NULL, NULL, NULL, NULL},
};

static void
print_help(void)
{
    puts("Usage: settle [--db CONNINFO] [--format table|csv|json] COMMAND [OPTION...]\n\n"
         "Settles carrier commissions: closed orders in, ledger and invoices out.\n\nCommands:");
    for (const SettleCommand *command = commands; command->name != NULL; command++)
        printf("  %-11s %-52s %s\n", command->name, command->arguments, command->summary);
    puts("\nGlobal options, before or after the command:\n"
         "  --db CONNINFO   as libpq takes it; without it the PG* variables decide\n"
         "  --format F      table (default), csv or json\n"
         "  --help          also after a command\n"
         "  --version\n\n"
         "Exit codes: 0 done, 1 found what it looks for, 2 usage, 3 bad input or not now, "
         "4 database, 5 another run holds the lock, 6 a disk or file failed or is full, "
         "7 every row of a file was rejected, 8 something expected is missing or not complete, "
         "70 a promise of our own was broken");
}

static gboolean
take_format(SettleCli *cli, const char *text)
{
    static const char *const names[] = {"table", "csv", "json", NULL};

    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0) {
            cli->format = (SettleFormat) i;
            cli->format_given = TRUE;
            return TRUE;
        }
    }
    settle_cli_usage("there are table, csv and json", "unknown format \"%s\"", text);
    return FALSE;
}

/* Takes --db and --format out of the arguments, wherever they stand before "--". */
static gboolean
take_globals(SettleCli *cli, int *argc, char **argv)
{
    int n = 1;

    for (int i = 1; i < *argc; i++) {
        /* What is exported has formats of its own. */
        gboolean own = n > 1 && strcmp(argv[1], "export") == 0;
        gboolean db = strcmp(argv[i], "--db") == 0,
                 format = !own && strcmp(argv[i], "--format") == 0;

        if (strcmp(argv[i], "--") == 0) {
            while (i < *argc)
                argv[n++] = argv[i++];
            break;
        }
        if (db || format) {
            if (++i == *argc) {
                settle_cli_usage(NULL, "%s needs a value", argv[i - 1]);
                return FALSE;
            }
            if (db)
                cli->db = argv[i];
            else if (!take_format(cli, argv[i]))
                return FALSE;
        } else if (g_str_has_prefix(argv[i], "--db=")) {
            cli->db = argv[i] + strlen("--db=");
        } else if (!own && g_str_has_prefix(argv[i], "--format=")) {
            if (!take_format(cli, argv[i] + strlen("--format=")))
                return FALSE;
        } else {
            argv[n++] = argv[i];
        }
    }
    argv[n] = NULL;
    *argc = n;
    return TRUE;
}

/* Sub-commands said without their command, and words of other programs. */
static const char *
elsewhere(const char *name)
{
    static const struct {
        const char *word, *command;
    } words[] = {
        {"init", "migrate"},
        {"setup", "migrate"},
        {"upgrade", "migrate"},
        {"load", "import"},
        {"release", "quarantine release"},
        {"check", "policy check"},
        {"try", "policy try"},
        {"submit", "policy submit"},
        {"activate", "policy activate"},
        {"night", "run"},
        {"settle", "run"},
        {"close", "period close"},
        {"reopen", "period reopen"},
        {"approve", "invoice approve"},
        {"issue", "invoice issue"},
        {"batches", "invoice batches"},
        {"balances", "ledger balances"},
        {"balance", "ledger balances"},
        {"transfers", "ledger transfers"},
        {"ageing", "ledger ageing"},
        {"aging", "ledger ageing"},
        {"orders", "reconcile orders"},
        {"statement", "reconcile statement"},
        {"statements", "reconcile statements"},
        {"journal", "export journal"},
        {"pack", "report pack"},
        {"summary", "activity summary"},
        {"version", "--version"},
        {"audit", "verify"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, name) == 0)
            return words[i].command;
    return NULL;
}

static int
unknown_command(const char *name)
{
    const char *names[G_N_ELEMENTS(commands)];
    g_autofree char *hint = NULL;
    const char *meant;

    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        names[i] = commands[i].name;
    meant = settle_did_you_mean(name, names);
    if (elsewhere(name) != NULL)
        hint = g_strdup_printf("did you mean settle %s?", elsewhere(name));
    else
        hint = meant != NULL ? g_strdup_printf("did you mean \"%s\"?", meant)
                             : g_strdup("settle --help lists the commands");
    if (name[0] == '-') {
        static const char *const options[] = {"--db", "--format", "--help", "--version", NULL};

        meant = settle_did_you_mean(name, options);
        g_free(hint);
        hint = meant != NULL ? g_strdup_printf("did you mean %s?", meant)
                             : g_strdup("settle --help lists the options");
        return settle_cli_usage(hint, "unknown option %s", name);
    }
    return settle_cli_usage(hint, "there is no command \"%s\"", name);
}

/* A broken promise of our own has said what it is on stderr already: tell it by its exit code, too.
 */
static void
on_abort(int number)
{
    (void) number;
    _exit(SETTLE_EXIT_BROKEN);
}

/* --- failpoints: in test builds only (base/failpoint.h) ------------------------------------------
 * SETTLE_FAILPOINT=NAME:ACTION[@N],... says where to die or fail, SETTLE_FAILPOINT_LOG=FILE gets a
 * line for each point that is passed. SETTLE_ARITHMETIC=N makes another version of the arithmetic
 * the one of new runs (calc/arithmetic.h). */

#ifdef SETTLE_WITH_FAILPOINTS

/* One write a line: the program may be dead before the next, and threads do not mix. */
static void
log_failpoint(const char *name, const char *action, gpointer file)
{
    g_autofree char *line = g_strdup_printf("%s %s\n", name, action);

    if (write(GPOINTER_TO_INT(file), line, strlen(line)) < 0)
        fputs("settle: SETTLE_FAILPOINT_LOG cannot be written\n", stderr);
}

static gboolean
take_test_settings(void)
{
    const char *path = g_getenv("SETTLE_FAILPOINT_LOG");
    int file = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    GError *error = NULL;

    if (path != NULL && file < 0) {
        settle_cli_usage(NULL, "SETTLE_FAILPOINT_LOG \"%s\": %s", path, g_strerror(errno));
        return FALSE;
    }
    if (settle_failpoint_set(g_getenv("SETTLE_FAILPOINT"), file >= 0 ? log_failpoint : NULL,
                             GINT_TO_POINTER(file), &error) &&
        settle_arithmetic_set(g_getenv("SETTLE_ARITHMETIC"), &error))
        return TRUE;
    settle_cli_fail(error);
    return FALSE;
}

static int
list_failpoints(const SettleCli *cli)
{
    static const SettleColumn columns[] = {{"name", SETTLE_COLUMN_TEXT},
                                           {"about", SETTLE_COLUMN_TEXT}};
    SettleTable *table = settle_table_new(cli->format, columns, G_N_ELEMENTS(columns), stdout);

    for (SettleFailpoint point = 0; point < SETTLE_N_FAILPOINTS; point++) {
        const char *cells[] = {settle_failpoint_name(point), settle_failpoint_about(point)};

        settle_table_row(table, cells);
    }
    settle_table_end(table);
    return SETTLE_EXIT_DONE;
}

#else

static gboolean
take_test_settings(void)
{
    return TRUE;
}

static int
list_failpoints(const SettleCli *cli)
{
    (void) cli;
    return settle_cli_usage("meson setup -Dfailpoints=true makes a test build",
                            "this program was built without failpoints");
}

#endif

static int
dispatch(const SettleCli *cli, int argc, char **argv)
{
    if (argc < 2)
        return settle_cli_usage("settle --help lists the commands", "which command");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return SETTLE_EXIT_DONE;
    }
    if (strcmp(argv[1], "help") == 0) {
        if (argc == 2) {
            print_help();
            return SETTLE_EXIT_DONE;
        }
        /* "help policy check" is "policy check --help" */
        memmove(&argv[1], &argv[2], sizeof(char *) * (size_t) (argc - 2));
        argv[argc - 1] = (char *) "--help";
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("settle " SETTLE_VERSION);
        return SETTLE_EXIT_DONE;
    }
    if (strcmp(argv[1], "--failpoints") == 0)
        return list_failpoints(cli);
    for (const SettleCommand *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, argv[1]) == 0)
            return command->run(cli, argc - 1, argv + 1);
    return unknown_command(argv[1]);
}

/* Whether who read our output has closed it, as in "| head": then it has seen enough. */
static gboolean
reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

/* A result that nobody could read is none. */
static int
finish_output(int exit_code)
{
    gboolean flushed = fflush(stdout) == 0;
    int number = flushed ? EIO : errno;

    if ((flushed && ferror(stdout) == 0) || reader_is_gone())
        return exit_code;
    fprintf(stderr, "settle: the output could not be written: %s\n", g_strerror(number));
    /* what the command itself failed at matters more */
    return exit_code == SETTLE_EXIT_DONE || exit_code == SETTLE_EXIT_FOUND ? SETTLE_EXIT_IO
                                                                           : exit_code;
}

int
main(int argc, char **argv)
{
    SettleCli cli = {0};

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    umask(S_IRWXG | S_IRWXO); /* what it writes is for who started it */
    signal(SIGABRT, on_abort);
    signal(SIGPIPE, SIG_IGN); /* a lost connection or pager is an error, not a death */
    if (!take_globals(&cli, &argc, argv) || !take_test_settings())
        return SETTLE_EXIT_USAGE;
    return finish_output(dispatch(&cli, argc, argv));
}
