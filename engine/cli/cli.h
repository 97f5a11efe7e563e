/* What the commands share. A command gets its own arguments, with the global options taken out. */
#pragma once

#include "base/error.h"
#include "money/money.h"
#include "report/sheet.h"
#include "store/store.h"

#include <glib.h>

G_BEGIN_DECLS

/* Exit codes: documented in docs/operations.md, never changed. */
enum {
    SETTLE_EXIT_DONE = 0,
    SETTLE_EXIT_FOUND = 1,
    SETTLE_EXIT_USAGE = 2,
    SETTLE_EXIT_INPUT = 3,
    SETTLE_EXIT_DATABASE = 4,
    SETTLE_EXIT_LOCKED = 5,
    SETTLE_EXIT_IO = 6,       /* a disk or file failed, or is full: nothing was judged */
    SETTLE_EXIT_UNUSABLE = 7, /* every row of a file was rejected */
    SETTLE_EXIT_MISSING = 8,  /* something that is expected is not there, or not complete */
    SETTLE_EXIT_BROKEN = 70,  /* a broken invariant: settle_invariant() */
};

typedef struct {
    char *db;            /* --db CONNINFO, or NULL */
    SettleFormat format; /* --format */
    gboolean format_given;
} SettleCli;

typedef struct {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *summary;
    const char *description; /* for --help, or NULL */
    int (*run)(const SettleCli *cli, int argc, char **argv);
} SettleCommand;

/* The commands, one file each (cmd-*.c): from a command's own arguments to its exit status. */
int settle_command_migrate(const SettleCli *cli, int argc, char **argv);
int settle_command_import(const SettleCli *cli, int argc, char **argv);
int settle_command_batch(const SettleCli *cli, int argc, char **argv);
int settle_command_facts(const SettleCli *cli, int argc, char **argv);
int settle_command_quarantine(const SettleCli *cli, int argc, char **argv);
int settle_command_carrier_key(const SettleCli *cli, int argc, char **argv);
int settle_command_sender_key(const SettleCli *cli, int argc, char **argv);
int settle_command_policy(const SettleCli *cli, int argc, char **argv);
int settle_command_feed(const SettleCli *cli, int argc, char **argv);
int settle_command_night(const SettleCli *cli, int argc, char **argv);
int settle_command_run(const SettleCli *cli, int argc, char **argv);
int settle_command_worker(const SettleCli *cli, int argc, char **argv);
int settle_command_replay(const SettleCli *cli, int argc, char **argv);
int settle_command_verify(const SettleCli *cli, int argc, char **argv);
int settle_command_period(const SettleCli *cli, int argc, char **argv);
int settle_command_invoice(const SettleCli *cli, int argc, char **argv);
int settle_command_ledger(const SettleCli *cli, int argc, char **argv);
int settle_command_deposit(const SettleCli *cli, int argc, char **argv);
int settle_command_report(const SettleCli *cli, int argc, char **argv);
int settle_command_reconcile(const SettleCli *cli, int argc, char **argv);
int settle_command_export(const SettleCli *cli, int argc, char **argv);
int settle_command_activity(const SettleCli *cli, int argc, char **argv);
int settle_command_pages(const SettleCli *cli, int argc, char **argv);
int settle_command_erase(const SettleCli *cli, int argc, char **argv);
int settle_command_scope(const SettleCli *cli, int argc, char **argv);
int settle_command_server(const SettleCli *cli, int argc, char **argv);
int settle_command_setting(const SettleCli *cli, int argc, char **argv);
int settle_command_status(const SettleCli *cli, int argc, char **argv);

/* Parses a command's options in place; what is left are its operands (argv[0] stays). FALSE: the
 * message was printed, or help was shown; *ret_exit is the exit code. entries may be NULL. usage:
 * what stands after "settle" in the usage line. */
gboolean settle_cli_parse(const char *usage, const char *description, const GOptionEntry *entries,
                          int *argc, char ***argv, int *ret_exit);
/* Prints "settle: message" with its hints to stderr; returns the exit code of the error. Frees it.
 */
int settle_cli_fail(GError *error);
/* The same for a bad command line. */
int settle_cli_usage(const char *hint, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Picks a sub-command: argv[1] of the table's names; NULL after a
 * message or help, with the exit code. */
const SettleCommand *settle_cli_subcommand(const char *command, const SettleCommand *table,
                                           int argc, char **argv, int *ret_exit);

/* Opens a connection for the command and checks the schema. NULL and error. */
SettleStore *settle_cli_open(const SettleCli *cli, SettleStoreRole role, const char *purpose,
                             GError **error);
/* The same for what several may do: as the first of the roles that the login has. The error is that
 * of the first. */
SettleStore *settle_cli_open_any(const SettleCli *cli, const SettleStoreRole *roles, guint n,
                                 const char *purpose, GError **error);
/* As runner or approver. */
SettleStore *settle_cli_open_either(const SettleCli *cli, const char *purpose, GError **error);
/* Whether the database still has the head in the last line of a file (--expect; NULL: nothing is
 * expected). FALSE and error: it is older, or the file cannot be read. */
gboolean settle_cli_expect(const SettleCli *cli, const char *path, GError **error);
/* FALSE: a message was printed, *ret_exit is the exit code. */
gboolean settle_cli_not_negative(const char *option, gint64 value, int *ret_exit);
gboolean settle_cli_day(const char *option, const char *text, SettleDay *ret_day, GError **error);
gboolean settle_cli_month(const char *option, const char *text, SettleMonth *ret_month,
                          GError **error);

/* Says on stderr that a list was cut at --limit. */
void settle_cli_cut(gint64 limit);

/* The sum of a run's transfers as it is shown: with the decimals of yuan. Across currencies it is a
 * control total only. */
const char *settle_cli_control_amount(int64_t minor, char text[SETTLE_MONEY_TEXT_BYTES]);

/* Columns of period-list.sql, which two commands show. */
#define SETTLE_PERIOD_CELLS 10
extern const SettleCell settle_period_cells[SETTLE_PERIOD_CELLS];

/* Prints a whole result: column i of the result is cells[i]; cells without a name are not shown. */
void settle_cli_print(const SettleCli *cli, const SettleResult *result, const SettleCell *cells,
                      guint n);

G_END_DECLS
