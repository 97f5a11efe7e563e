/* settle night: takes in what lies in a drop folder, then settles up to yesterday. For a timer: it
 * asks nobody, and whatever it meets it leaves nothing that the next night could not go on with. */
#include "audit/head.h"
#include "cli/night.h"
#include "cli/slips.h"
#include "run/decide/feeds.h"
#include "run/decide/servers.h"
#include "store/sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MANY_NIGHTS  62
#define QUIET        10
#define MOST_QUIET   3600
#define NOTHING_HEAD "none" /* a restored database in which nothing is published */

static void
clear_night(SettleNight *night)
{
    g_clear_pointer(&night->state, settle_night_state_free);
    g_clear_pointer(&night->inbox, settle_inbox_free);
    settle_store_close(night->store);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleNight, clear_night)

/* --- before anything is read ------------------------------------------------------------------ */

/* A clock that jumped, or a date mistyped: nothing is taken in or published then. */
static gboolean
check_clock(const SettleNight *night, GError **error)
{
    g_autoptr(SettleResult) state =
        settle_store_query(night->store, settle_sql_run_state, error, "");
    char until[SETTLE_DAY_TEXT_BYTES], last[SETTLE_DAY_TEXT_BYTES];

    if (state == NULL)
        return FALSE;
    settle_day_format(night->until, until);
    if (night->until > night->today + 1) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "%s is after tomorrow", until);
        settle_error_hint(error, "look at --until, and at the clock of this machine");
        return FALSE;
    }
    if (settle_result_is_null(state, 0, SQL_RUN_STATE_LAST_NIGHT) ||
        night->until - settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT) <= MANY_NIGHTS)
        return TRUE;
    settle_day_format(settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT), last);
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "that would settle %d nights, from %s to %s, which cannot be taken back",
                night->until - settle_result_day(state, 0, SQL_RUN_STATE_LAST_NIGHT), last, until);
    settle_error_hint(error,
                      "look at the clock of this machine; if so many are meant, go on in steps "
                      "with --until, or: settle run --date %s --yes",
                      until);
    return FALSE;
}

/* The database must have what was noted after the last night; restored: a person says that it was
 * restored on purpose. */
static gboolean
check_head(SettleNight *night, gboolean restored, GError **error)
{
    GError *failure = NULL;
    g_autofree char *noted = settle_night_last_head(night->state, &failure);
    g_autofree char *now = NULL;

    if (failure == NULL && (noted == NULL || strcmp(noted, NOTHING_HEAD) == 0))
        return TRUE;
    if (failure == NULL && settle_head_check(night->store, noted, &failure))
        return TRUE;
    if (!restored || !g_error_matches(failure, SETTLE_ERROR, SETTLE_ERROR_STATE)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_clear_error(&failure);
    now = settle_head_read(night->store, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    printf("going on from the restored database, head %s\n", now != NULL ? now : NOTHING_HEAD);
    return settle_night_note_head(night->state, now != NULL ? now : NOTHING_HEAD, error);
}

/* It must lie where the last night was settled, too: a copy may have all that was noted, and the
 * original go on. */
static gboolean
check_server(SettleNight *night, gboolean restored, GError **error)
{
    GError *failure = NULL;

    if (settle_server_check(night->store, &failure))
        return TRUE;
    if (restored && g_error_matches(failure, SETTLE_ERROR, SETTLE_ERROR_STATE)) {
        g_clear_error(&failure);
        return settle_server_accept(night->store, "settle night --restored", error);
    }
    g_propagate_error(error, failure);
    return FALSE;
}

/* INBOX.state beside INBOX, unless the operator says where. */
static char *
state_path(const char *inbox, const char *given, GError **error)
{
    g_autofree char *real = NULL;
    char *resolved;

    if (given != NULL)
        return g_strdup(given);
    resolved = realpath(inbox, NULL);
    if (resolved == NULL) {
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno), "the inbox \"%s\": %s",
                    inbox, g_strerror(errno));
        return NULL;
    }
    real = g_strdup(resolved);
    free(resolved);
    return g_strconcat(real, ".state", NULL);
}

/* Most slips are in its name. What it is then is looked at by who opens it. */
static gboolean
check_inbox(const char *inbox, GError **error)
{
    g_autofree char *meant = NULL;

    if (g_file_test(inbox, G_FILE_TEST_IS_DIR))
        return TRUE;
    if (g_file_test(inbox, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "the inbox \"%s\" is no folder",
                    inbox);
        settle_error_hint(error, "name the folder with the manifest, not a file in it");
        return FALSE;
    }
    meant = settle_cli_file_hint(inbox);
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no inbox \"%s\"", inbox);
    settle_error_hint(error, "%s",
                      meant != NULL ? meant : "make the folder, and let the senders write it");
    return FALSE;
}

static gboolean
open_folders(SettleNight *night, const char *inbox, const char *state, GError **error)
{
    g_autofree char *path = NULL;
    gboolean inside;

    if (!check_inbox(inbox, error))
        return FALSE;
    path = state_path(inbox, state, error);
    if (path == NULL || (night->inbox = settle_inbox_open(inbox, error)) == NULL ||
        (night->state = settle_night_state_open(path, error)) == NULL ||
        !settle_inbox_holds_folder(night->inbox, night->state->folder, &inside, error))
        return FALSE;
    if (!inside)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                "the state folder \"%s\" lies in the inbox, which others write", path);
    settle_error_hint(error, "--state FOLDER names another one");
    return FALSE;
}

static gboolean
prepare(SettleNight *night, const char *inbox, const char *state, gboolean until_given,
        gboolean restored, SettleStoreRole role, GError **error)
{
    g_autofree char *name = NULL;
    g_autoptr(SettleZone) zone = NULL;

    if (!open_folders(night, inbox, state, error))
        return FALSE;
    settle_night_drop_scratch(night->state);
    night->store = settle_cli_open(night->cli, role, "night", error);
    if (night->store == NULL || (name = settle_store_zone(night->store, error)) == NULL ||
        (zone = settle_zone_new(name, error)) == NULL)
        return FALSE;
    night->today = settle_zone_today(zone);
    if (!until_given)
        night->until = night->today - 1;
    return check_clock(night, error) && check_head(night, restored, error) &&
           check_server(night, restored, error);
}

/* --- settling --------------------------------------------------------------------------------- */

static gboolean
note_head(SettleNight *night, GError **error)
{
    GError *failure = NULL;
    g_autofree char *head = settle_head_read(night->store, &failure);

    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return head == NULL || settle_night_note_head(night->state, head, error);
}

/* The commands of their own, with all that they look at. */
static int
settle(SettleNight *night, int workers, gint64 chunk_facts)
{
    char day[SETTLE_DAY_TEXT_BYTES], threads[16], facts[24];
    char *run[] = {(char *) "run",
                   (char *) "--date",
                   settle_day_format(night->until, day),
                   (char *) "--workers",
                   threads,
                   (char *) "--chunk-facts",
                   facts,
                   NULL};
    char *deposit[] = {(char *) "deposit", (char *) "post", NULL};
    GError *error = NULL;
    int code;

    g_snprintf(threads, sizeof threads, "%d", workers);
    g_snprintf(facts, sizeof facts, "%" G_GINT64_FORMAT, chunk_facts);
    code = settle_command_run(night->cli, G_N_ELEMENTS(run) - 1, run);
    /* nights before one that failed are published, too */
    if (!note_head(night, &error))
        return settle_cli_fail(error);
    if (code != SETTLE_EXIT_DONE)
        return code;
    code = settle_command_deposit(night->cli, G_N_ELEMENTS(deposit) - 1, deposit);
    if (!note_head(night, &error))
        return settle_cli_fail(error);
    return code;
}

static gboolean
tell_missing(SettleNight *night, GError **error)
{
    g_autoptr(SettleResult) rows = settle_feed_missing(night->store, night->until, error);

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < MIN(settle_result_rows(rows), SETTLE_NIGHT_MOST_TOLD); i++)
        settle_night_tell(&night->missing, NULL, "%s of %s of %s are expected and did not come",
                          settle_result_text(rows, i, SQL_FEED_MISSING_KIND),
                          settle_result_text(rows, i, SQL_FEED_MISSING_CARRIER),
                          settle_result_text(rows, i, SQL_FEED_MISSING_DAY_TEXT));
    if (settle_result_rows(rows) > SETTLE_NIGHT_MOST_TOLD)
        settle_night_tell(&night->missing, NULL, "and %d more did not come: settle feed missing",
                          settle_result_rows(rows) - SETTLE_NIGHT_MOST_TOLD);
    return TRUE;
}

/* What matters most decides the code; all of it was said. */
static int
exit_code(const SettleNight *night)
{
    return night->unreadable ? SETTLE_EXIT_IO
           : night->refused  ? SETTLE_EXIT_INPUT
           : night->unusable ? SETTLE_EXIT_UNUSABLE
           : night->missing  ? SETTLE_EXIT_MISSING
                             : SETTLE_EXIT_DONE;
}

static const char help[] =
    "Takes in what lies in the drop folder INBOX, then settles every night up to yesterday, and "
    "looks\nat deposits. For a timer; nothing is asked.\n\n"
    "INBOX holds CSV files and a manifest.csv that names them:\n"
    "  file,kind,business_date,count,sum       count, sum: what the file adds up to; may be empty\n"
    "  orders-0331.csv,orders,2026-03-31,51,7384.00\n"
    "  end,1                                   the last line: how many files are named\n"
    "Columns carrier (whose file it is) and sha256 may follow. A manifest without its last line is "
    "not\ncomplete: no file is taken in. Files called *.part, *.tmp or .* are not looked at: write "
    "under such\na name and rename when the file is whole. Only regular files of INBOX itself are "
    "read, no links.\nThey are taken in by business date, who is who before orders before bills "
    "before events; the copy\nthat was read goes to done/ in the state folder. What is refused "
    "(totals that do not agree, no CSV)\nstays in INBOX; the nights are settled without it, and it "
    "is settled when it is right.\n\n"
    "Receipts are taken in by settle night --receipts, from an inbox of their own, by a login of "
    "settle_treasury:\nit settles nothing. Here they stay.\n\n"
    "The state folder (INBOX.state beside INBOX) holds the lock, done/, taken.csv, and the head of "
    "the\ndatabase after each night: on one that is behind it nothing is done.\n\n"
    "Exit codes: 0 all taken in and settled; with the nights settled: 6 a file of INBOX cannot be "
    "read,\n3 something was refused, 7 every row of a file was rejected, 8 something is missing or "
    "not complete;\nwith nothing settled: 6 no room, or a disk failed, 5 another night is at work, "
    "3 not now, 4 database.";

int
settle_command_night(const SettleCli *cli, int argc, char **argv)
{
    g_autofree char *state = NULL, *until = NULL;
    gboolean restored = FALSE, receipts = FALSE;
    gint64 chunk_facts = 0;
    int workers = 0, quiet = QUIET, code;
    const GOptionEntry entries[] = {
        {"state", 0, 0, G_OPTION_ARG_FILENAME, &state,
         "what is kept between nights (default: INBOX.state)", "FOLDER"},
        {"until", 0, 0, G_OPTION_ARG_FILENAME, &until,
         "settle up to this day (default: yesterday in the settlement zone)", "DAY"},
        {"quiet", 0, 0, G_OPTION_ARG_INT, &quiet,
         "how long a file must have stayed as it is (default: 10)", "SECONDS"},
        {"restored", 0, 0, G_OPTION_ARG_NONE, &restored,
         "the database was restored or moved, on purpose: go on from there", NULL},
        {"receipts", 0, 0, G_OPTION_ARG_NONE, &receipts,
         "take receipts in, as a login of settle_treasury, and settle nothing", NULL},
        {"workers", 0, 0, G_OPTION_ARG_INT, &workers, "as of settle run", "N"},
        {"chunk-facts", 0, 0, G_OPTION_ARG_INT64, &chunk_facts, "as of settle run", "N"},
        G_OPTION_ENTRY_NULL};
    g_auto(SettleNight) night = {.cli = cli};
    GError *error = NULL;

    if (!settle_cli_parse("night INBOX", help, entries, &argc, &argv, &code))
        return code;
    if (argc < 2)
        return settle_cli_usage("settle night /srv/settle/inbox", "which drop folder");
    if (argc > 2)
        return settle_cli_surplus("night", argv[2], entries);
    if (workers < 0 || workers > 256)
        return settle_cli_usage("leave it out: one a processor",
                                "--workers is 0 (one a processor) to 256");
    if (quiet < 0 || quiet > MOST_QUIET)
        return settle_cli_usage(NULL, "--quiet is 0 to %d seconds", MOST_QUIET);
    if (!settle_cli_not_negative("--chunk-facts", chunk_facts, &code))
        return code;
    if (until != NULL && !settle_cli_day("--until", until, &night.until, &error))
        return settle_cli_fail(error);
    night.quiet_s = quiet;
    if (!prepare(&night, argv[1], state, until != NULL, restored,
                 receipts ? SETTLE_STORE_AS_TREASURY : SETTLE_STORE_AS_RUNNER, &error) ||
        !settle_night_take_all(&night, &error)) {
        code = settle_cli_fail(error);
        fputs("settle: nothing was settled: start it again when that is mended\n", stderr);
        return code;
    }
    if (receipts)
        return exit_code(&night);
    code = settle(&night, workers, chunk_facts);
    if (code != SETTLE_EXIT_DONE)
        return code;
    if (!tell_missing(&night, &error))
        return settle_cli_fail(error);
    return exit_code(&night);
}
