/* Drives the store for test_store.py: one command a run, answers on stdout.
 *
 *   store-probe CONNINFO ROLE COMMAND [ARGUMENT...]
 *
 * An error is one line "error CODE SQLSTATE" and then its message; exit status 1. */
#include "store/sql.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    SettleStore *store;
    char **arguments;
} Probe;

typedef gboolean (*ProbeCommand)(Probe *probe, GError **error);

static int
report(const SettleStore *store, GError *error)
{
    static const char *const codes[] = {
        [SETTLE_ERROR_INPUT] = "INPUT",
        [SETTLE_ERROR_USAGE] = "USAGE",
        [SETTLE_ERROR_DATABASE] = "DATABASE",
        [SETTLE_ERROR_CONNECTION] = "CONNECTION",
        [SETTLE_ERROR_CONSTRAINT] = "CONSTRAINT",
        [SETTLE_ERROR_LOCKED] = "LOCKED",
        [SETTLE_ERROR_OVERFLOW] = "OVERFLOW",
        [SETTLE_ERROR_LIMIT] = "LIMIT",
        [SETTLE_ERROR_IO] = "IO",
        [SETTLE_ERROR_STATE] = "STATE",
        [SETTLE_ERROR_SETTINGS] = "SETTINGS",
    };

    printf("error %s %s\n%s\n", codes[error->code],
           store != NULL ? settle_store_sqlstate(store) : "", error->message);
    g_error_free(error);
    return EXIT_FAILURE;
}

static gboolean
mismatch(GError **error, const char *what, int64_t row)
{
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "%s differs in row %" G_GINT64_FORMAT,
                what, row);
    return FALSE;
}

static gboolean
probe_open(Probe *probe, GError **error)
{
    g_autoptr(SettleResult) result =
        settle_store_query(probe->store,
                           "SELECT current_user::text, session_user::text, "
                           "current_setting('application_name'), current_setting('search_path'), "
                           "current_setting('timezone'), current_setting('jit'), "
                           "current_setting('default_transaction_read_only'), "
                           "current_setting('tcp_keepalives_idle')",
                           error, "");

    if (result == NULL)
        return FALSE;
    for (int i = 0; i < 8; i++)
        printf("%s\n", settle_result_text(result, 0, i));
    return TRUE;
}

static gboolean
probe_migrate(Probe *probe, GError **error)
{
    guint applied;

    if (!settle_store_migrate(probe->store, &applied, error))
        return FALSE;
    printf("%u\n", applied);
    return TRUE;
}

static gboolean
probe_check_schema(Probe *probe, GError **error)
{
    return settle_store_check_schema(probe->store, error);
}

/* Every embedded query that is no COPY or DO must be understood by the server. */
static gboolean
probe_prepare(Probe *probe, GError **error)
{
    int n = 0;

    gboolean good = TRUE;
    for (const SettleSqlQuery *query = settle_sql_queries; query->name != NULL; query++) {
        g_autofree char *sql = g_strdup_printf("PREPARE \"%s\" AS %s", query->name, query->text);
        g_autoptr(GError) failure = NULL;

        if (g_str_has_prefix(query->text, "COPY ") || g_str_has_prefix(query->text, "DO "))
            continue;
        n++;
        if (!settle_store_exec(probe->store, sql, &failure, "")) {
            printf("%s: %s\n", query->name, failure->message);
            good = FALSE;
        }
    }
    printf("%d\n", n);
    if (!good)
        g_set_error_literal(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "not all can be prepared");
    return good;
}

/* COPY statements cannot be prepared: opened, given up, rolled back. */
static gboolean
probe_copies(Probe *probe, GError **error)
{
    for (const SettleSqlQuery *query = settle_sql_queries; query->name != NULL; query++) {
        SettleWriter *writer;

        if (!g_str_has_prefix(query->text, "COPY "))
            continue;
        writer = settle_store_copy_in(probe->store, query->text, error);
        if (writer == NULL && strcmp(settle_store_sqlstate(probe->store), "42501") != 0)
            return FALSE;
        if (writer != NULL)
            puts(query->name);
        else
            g_clear_error(error);
        settle_writer_abort(writer);
    }
    return TRUE;
}

static gboolean
probe_parameters(Probe *probe, GError **error)
{
    static const int32_t integers[] = {-1, 2};
    static const int64_t bigs[] = {INT64_MIN, INT64_MAX};
    static const char *const texts[] = {"a,b", NULL, "", "\xe7\x94\xb5"};
    static const SettleDay days[] = {0, -1};
    g_autoptr(SettleResult) result = settle_store_query(
        probe->store,
        "SELECT concat_ws('|', $1, $2, $3, $4, $5, encode($6, 'hex'), $7, $8, $9, $10, $11, $12, "
        "$13, $14), $15 IS NULL AND $16 IS NULL AND $17 IS NULL AND $18 IS NULL, $5, $6, $7, $8, "
        "$4, "
        "$3, cardinality($19), $20",
        error, "ilhbsydmnjILSDsynjIs", (int32_t) -7, (int64_t) INT64_MIN, -32768, TRUE, "text",
        "\0\xff", (size_t) 2, (SettleDay) 59, (SettleMonth) (2026 * 12 + 2), "-0.10",
        "{\"k\": [1]}", integers, (size_t) 2, bigs, (size_t) 2, texts, (size_t) 4, days, (size_t) 2,
        NULL, NULL, (size_t) 0, NULL, NULL, NULL, (size_t) 0, "");
    const uint8_t *bytes;
    size_t length;

    if (result == NULL)
        return FALSE;
    printf("%s\n", settle_result_text(result, 0, 0));
    bytes = settle_result_bytes(result, 0, 3, &length);
    if (!settle_result_bool(result, 0, 1) ||
        strcmp(settle_result_text(result, 0, 2), "text") != 0 || length != 2 || bytes[0] != 0 ||
        bytes[1] != 0xff || settle_result_day(result, 0, 4) != 59 ||
        settle_result_month(result, 0, 5) != 2026 * 12 + 2 || !settle_result_bool(result, 0, 6) ||
        settle_result_i32(result, 0, 7) != -32768 || settle_result_i64(result, 0, 8) != 0 ||
        settle_result_is_null(result, 0, 9))
        return mismatch(error, "a value", 0);
    return TRUE;
}

#define ROUND_TRIP_COLUMNS 10

/* Lengths up to beyond the writer's buffer, NULs and all byte values. */
static void
fill(int64_t row, GString *text)
{
    size_t length = row % 9973 == 9972 ? 200000 : (size_t) (row % 37);

    g_string_set_size(text, length);
    for (size_t i = 0; i < length; i++)
        text->str[i] = (char) ('a' + (row + (int64_t) i) % 26);
}

static gboolean
write_rows(Probe *probe, int64_t n, GError **error)
{
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(probe->store, "COPY pg_temp.probe FROM STDIN (FORMAT binary)", error);
    g_autoptr(GString) text = g_string_new(NULL);

    if (writer == NULL)
        return FALSE;
    for (int64_t row = 0; row < n; row++) {
        if (!settle_writer_row(writer, ROUND_TRIP_COLUMNS, error))
            return FALSE;
        settle_writer_i64(writer, row);
        if (row % 7 == 6) {
            for (int i = 1; i < ROUND_TRIP_COLUMNS; i++)
                settle_writer_null(writer);
            continue;
        }
        fill(row, text);
        settle_writer_i16(writer, (int16_t) (row % 65536 - 32768));
        settle_writer_i32(writer, (int32_t) (row * -2654435));
        settle_writer_i64(writer, INT64_MIN + row * 7919);
        settle_writer_bool(writer, row % 2 != 0);
        settle_writer_day(writer, (SettleDay) (row % 100000 - 36524));
        settle_writer_month(writer, (SettleMonth) (1900 * 12 + row % 6000));
        settle_writer_instant(writer, row * 1000001);
        settle_writer_text(writer, text->str, text->len);
        settle_writer_bytes(writer, text->str, text->len);
    }
    if (settle_writer_rows(writer) != n)
        return mismatch(error, "the count", n);
    return settle_writer_finish(g_steal_pointer(&writer), error);
}

static gboolean
row_equals(const SettleReader *reader, int64_t row, GString *expected)
{
    size_t text_length, bytes_length;
    const char *text, *bytes;

    if (row % 7 == 6) {
        for (int i = 1; i < ROUND_TRIP_COLUMNS; i++) {
            if (!settle_reader_is_null(reader, i))
                return FALSE;
        }
        return TRUE;
    }
    fill(row, expected);
    text = settle_reader_text(reader, 8, &text_length);
    bytes = settle_reader_text(reader, 9, &bytes_length);
    return !settle_reader_is_null(reader, 8) &&
           settle_reader_i16(reader, 1) == (int16_t) (row % 65536 - 32768) &&
           settle_reader_i32(reader, 2) == (int32_t) (row * -2654435) &&
           settle_reader_i64(reader, 3) == INT64_MIN + row * 7919 &&
           settle_reader_bool(reader, 4) == (row % 2 != 0) &&
           settle_reader_day(reader, 5) == (SettleDay) (row % 100000 - 36524) &&
           settle_reader_month(reader, 6) == (SettleMonth) (1900 * 12 + row % 6000) &&
           settle_reader_i64(reader, 7) == row * 1000001 && text_length == expected->len &&
           memcmp(text, expected->str, text_length) == 0 && bytes_length == text_length &&
           memcmp(bytes, expected->str, text_length) == 0;
}

/* A text among the parameters makes it single-row mode, else it is COPY. */
static gboolean
read_rows(Probe *probe, gboolean copies, int64_t n, GError **error)
{
    g_autoptr(SettleReader) reader =
        copies ? settle_store_read(probe->store,
                                   "SELECT * FROM pg_temp.probe WHERE row >= $1 ORDER BY row", "l",
                                   (int64_t) 0)
               : settle_store_read(
                     probe->store,
                     "SELECT * FROM pg_temp.probe WHERE row >= $1 AND $2 = 'x' ORDER BY row", "ls",
                     (int64_t) 0, "x");
    g_autoptr(GString) expected = g_string_new(NULL);
    int64_t row = 0;

    while (settle_reader_next(reader)) {
        if (settle_reader_i64(reader, 0) != row || !row_equals(reader, row, expected))
            return mismatch(error, "what was read", row);
        row++;
    }
    if (!settle_reader_end(reader, error))
        return FALSE;
    return row == n || mismatch(error, "the count", row);
}

static gboolean
probe_round_trip(Probe *probe, GError **error)
{
    int64_t n = g_ascii_strtoll(probe->arguments[0], NULL, 10);

    return settle_store_exec(
               probe->store,
               "CREATE TEMP TABLE probe (row bigint, h smallint, i integer, l bigint, "
               "b boolean, d date, m date, t timestamptz, s text, y bytea)",
               error, "") &&
           write_rows(probe, n, error) && read_rows(probe, TRUE, n, error) &&
           read_rows(probe, FALSE, n, error);
}

/* Every value that can be put into a text, at the ends of its range. */
static gboolean
probe_literals(Probe *probe, GError **error)
{
    static const int32_t numbers[] = {INT32_MIN, 0, INT32_MAX};
    static const SettleDay days[] = {SETTLE_DAY_MIN, 0, SETTLE_DAY_MAX};
    static const char sql[] =
        "SELECT $1, $2, $3, $4, $5, $6, $7[1], $7[3], cardinality($8), $9[1], $9[3], $10, $1 -- $1";
    g_autoptr(SettleReader) reader =
        settle_store_read(probe->store, sql, "ilhbdmIIDi", INT32_MIN, INT64_MIN, G_MININT16, TRUE,
                          SETTLE_DAY_MIN, settle_day_month(SETTLE_DAY_MAX), numbers,
                          G_N_ELEMENTS(numbers), numbers, (gsize) 0, days, G_N_ELEMENTS(days), 10);

    if (!settle_reader_next(reader))
        return settle_reader_end(reader, error) && mismatch(error, "the count", 0);
    if (settle_reader_i32(reader, 0) != INT32_MIN || settle_reader_i64(reader, 1) != INT64_MIN ||
        settle_reader_i16(reader, 2) != G_MININT16 || !settle_reader_bool(reader, 3) ||
        settle_reader_day(reader, 4) != SETTLE_DAY_MIN ||
        settle_reader_month(reader, 5) != settle_day_month(SETTLE_DAY_MAX) ||
        settle_reader_i32(reader, 6) != INT32_MIN || settle_reader_i32(reader, 7) != INT32_MAX ||
        settle_reader_i32(reader, 8) != 0 || settle_reader_day(reader, 9) != SETTLE_DAY_MIN ||
        settle_reader_day(reader, 10) != SETTLE_DAY_MAX || settle_reader_i32(reader, 11) != 10 ||
        settle_reader_i32(reader, 12) != INT32_MIN)
        return mismatch(error, "a literal", 0);
    return !settle_reader_next(reader) && settle_reader_end(reader, error);
}

/* Rows of which the one given has a bad value; the server says so at the end. */
static gboolean
copy_slices(Probe *probe, int n, int bad, GError **error)
{
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(probe->store,
                             "COPY settle.batch_slice (batch_id, distributor_id, month, facts) "
                             "FROM STDIN (FORMAT binary)",
                             error);

    if (writer == NULL)
        return FALSE;
    for (int row = 0; row < n; row++) {
        if (!settle_writer_row(writer, 4, error))
            return FALSE;
        settle_writer_i32(writer, 990000 + row);
        settle_writer_i32(writer, 1);
        settle_writer_month(writer, 2026 * 12);
        settle_writer_i32(writer, row == bad ? 0 : 1);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error);
}

static gboolean
probe_check_violation(Probe *probe, GError **error)
{
    return copy_slices(probe, 200000, 10, error);
}

static gboolean
probe_unique_violation(Probe *probe, GError **error)
{
    return settle_store_begin(probe->store, error) && copy_slices(probe, 3, -1, error) &&
           copy_slices(probe, 3, -1, error);
}

/* A writer and a reader given up leave the connection fit for the next statement. */
static gboolean
probe_give_up(Probe *probe, GError **error)
{
    SettleWriter *writer;
    SettleReader *reader;
    g_autoptr(SettleResult) result = NULL;

    writer = settle_store_copy_in(probe->store,
                                  "COPY settle.batch_slice (batch_id, distributor_id, month, "
                                  "facts) FROM STDIN (FORMAT binary)",
                                  error);
    if (writer == NULL || !settle_writer_row(writer, 4, error))
        return FALSE;
    settle_writer_abort(writer);

    reader = settle_store_read(probe->store, "SELECT generate_series(1, $1)", "i", 1000);
    if (!settle_reader_next(reader))
        return FALSE;
    settle_reader_free(reader);

    result = settle_store_query(probe->store, "SELECT count(*) FROM settle.batch_slice", error, "");
    if (result == NULL)
        return FALSE;
    printf("%d\n", (int) settle_result_i64(result, 0, 0));
    return TRUE;
}

static gboolean
probe_reader_error(Probe *probe, GError **error)
{
    gboolean copies = strcmp(probe->arguments[0], "copy") == 0;
    g_autoptr(SettleReader) reader =
        copies ? settle_store_read(probe->store,
                                   "SELECT 10 / (500 - i) FROM generate_series(1, $1) i", "i", 1000)
               : settle_store_read(
                     probe->store,
                     "SELECT 10 / (500 - i) FROM generate_series(1, $1) i WHERE $2 <> ''", "is",
                     1000, "x");
    int n = 0;

    while (settle_reader_next(reader))
        n++;
    printf("%d\n", n);
    if (settle_reader_end(reader, NULL)) /* asked twice, it says the same */
        return mismatch(error, "the end", n);
    return settle_reader_end(reader, error);
}

/* A statement that the server does not take: there are no rows, and the end says why. */
static gboolean
probe_reader_refused(Probe *probe, GError **error)
{
    gboolean copies = strcmp(probe->arguments[0], "copy") == 0;
    g_autoptr(SettleReader) reader =
        copies ? settle_store_read(probe->store, "SELECT no_such_column + $1", "i", 1)
               : settle_store_read(probe->store, "SELECT no_such_column || $1", "s", "x");

    while (settle_reader_next(reader))
        return mismatch(error, "a row", 1);
    return settle_reader_end(reader, error);
}

/* The end is not asked for, or a column is asked for that is not there, NULL, or another type:
 * these abort. */
static gboolean
probe_reader_misused(Probe *probe, GError **error)
{
    const char *how = probe->arguments[0];
    g_autoptr(SettleReader) reader = settle_store_read(
        probe->store, "SELECT i, NULL::bigint FROM generate_series(1, $1) i", "i", 2);

    while (settle_reader_next(reader)) {
        if (settle_reader_i32(reader, 0) < 2)
            continue;
        if (strcmp(how, "absent") == 0)
            settle_reader_i32(reader, 2);
        if (strcmp(how, "null") == 0)
            settle_reader_i64(reader, 1);
        if (strcmp(how, "type") == 0)
            settle_reader_bool(reader, 0);
    }
    return strcmp(how, "unasked") == 0 || settle_reader_end(reader, error);
}

static gboolean
probe_failed_commit(Probe *probe, GError **error)
{
    if (!settle_store_begin(probe->store, error))
        return FALSE;
    if (settle_store_exec(probe->store, "SELECT 1 / $1", NULL, "i", 0))
        return mismatch(error, "arithmetic", 0);
    return settle_store_commit(probe->store, error);
}

#define SUICIDE "SELECT pg_terminate_backend(pg_backend_pid())"

static gboolean
probe_killed(Probe *probe, GError **error)
{
    return settle_store_exec(probe->store, SUICIDE, error, "");
}

/* The reader's rows come, then the connection is gone. */
static gboolean
probe_killed_reader(Probe *probe, GError **error)
{
    g_autoptr(SettleReader) reader = settle_store_read(
        probe->store,
        "SELECT i, CASE WHEN i = 5000 THEN pg_terminate_backend(pg_backend_pid()) END "
        "FROM generate_series(1, $1) i",
        "i", 100000);

    return settle_reader_end(reader, error);
}

static gboolean
probe_killed_writer(Probe *probe, GError **error)
{
    g_autoptr(SettleWriter) writer = NULL;

    if (!settle_store_exec(probe->store, "CREATE TEMP TABLE probe (row integer)", error, ""))
        return FALSE;
    writer =
        settle_store_copy_in(probe->store, "COPY pg_temp.probe FROM STDIN (FORMAT binary)", error);
    if (writer == NULL)
        return FALSE;
    printf("copying\n");
    fflush(stdout);
    /* The test terminates the backend now and closes our stdin. */
    while (getchar() != EOF)
        ;
    for (int row = 0; row < 1000000; row++) {
        if (!settle_writer_row(writer, 1, error))
            return FALSE;
        settle_writer_i32(writer, row);
    }
    return settle_writer_finish(g_steal_pointer(&writer), error);
}

static gboolean
probe_killed_commit(Probe *probe, GError **error)
{
    if (!settle_store_begin(probe->store, error))
        return FALSE;
    settle_store_exec(probe->store, SUICIDE, NULL, "");
    settle_store_rollback(probe->store); /* must not hang or print */
    return settle_store_commit(probe->store, error);
}

static gboolean
probe_lock(Probe *probe, GError **error)
{
    guint wait_ms = (guint) g_ascii_strtoull(probe->arguments[1], NULL, 10);

    if (!settle_store_lock(probe->store, probe->arguments[0], wait_ms, error))
        return FALSE;
    printf("locked\n");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    settle_store_unlock(probe->store, probe->arguments[0]);
    return TRUE;
}

/* Killed here, the client is gone while its backend is busy. */
static gboolean
probe_hold_and_sleep(Probe *probe, GError **error)
{
    if (!settle_store_lock(probe->store, probe->arguments[0], 0, error))
        return FALSE;
    printf("locked\n");
    fflush(stdout);
    return settle_store_exec(probe->store, "SELECT pg_sleep($1::integer)", error, "i",
                             atoi(probe->arguments[1]));
}

static gboolean
probe_ensure(Probe *probe, GError **error)
{
    SettleMonth from, to;

    if (!settle_month_parse(probe->arguments[0], strlen(probe->arguments[0]), &from) ||
        !settle_month_parse(probe->arguments[1], strlen(probe->arguments[1]), &to))
        return mismatch(error, "a month", 0);
    return settle_store_ensure_partitions(probe->store, from, to, error) &&
           settle_store_summarize(probe->store, "bill", from, error) &&
           settle_store_analyze(probe->store, "bill", to, error);
}

static gboolean
probe_control(Probe *probe, GError **error)
{
    int64_t position;

    if (!settle_store_begin(probe->store, error) ||
        !settle_store_control(probe->store, "setting", probe->arguments[0], NULL, "a test",
                              probe->arguments[1], &position, error) ||
        !settle_store_commit(probe->store, error))
        return FALSE;
    printf("%d\n", (int) position);
    return TRUE;
}

static gboolean
probe_zone(Probe *probe, GError **error)
{
    g_autofree char *zone = settle_store_zone(probe->store, error);

    if (zone == NULL)
        return FALSE;
    printf("%s\n", zone);
    return TRUE;
}

/* What holds of distributor 1, product 1 and manager 1 on a day, seen by intake or a run. */
static gboolean
probe_directory(Probe *probe, GError **error)
{
    int32_t run_id = (int32_t) g_ascii_strtoll(probe->arguments[1], NULL, 10);
    g_autoptr(SettleDirectory) directory = NULL;
    SettleOrder order = {.distributor_id = 1, .product_id = 1, .manager_id = 1};
    SettleOrderParties parties;

    if (!settle_day_parse(probe->arguments[0], strlen(probe->arguments[0]), &order.closing_day))
        return mismatch(error, "a day", 0);
    directory = settle_store_directory(probe->store, order.closing_day, run_id, error);
    if (directory == NULL)
        return FALSE;
    if (!settle_directory_holds(directory, SETTLE_DIM_DISTRIBUTOR, 1, order.closing_day)) {
        printf("unknown\n");
        return TRUE;
    }
    settle_directory_order_parties(directory, &order, &parties);
    printf("%s %d %d %d %d\n", settle_directory_code(directory, SETTLE_DIM_DISTRIBUTOR, 1),
           parties.tier, parties.carrier_id, parties.class_id, parties.outlet_id);
    return TRUE;
}

/* --- sessions beside -------------------------------------------------------------------------- */

static gboolean
take(Probe *probe, const char *purpose, SettleStore **ret_taken, int32_t *ret_pid, GError **error)
{
    g_autoptr(SettleResult) result = NULL;

    *ret_taken = settle_store_take(probe->store, SETTLE_STORE_AS_LOGIN, purpose, error);
    if (*ret_taken == NULL)
        return FALSE;
    result = settle_store_query(*ret_taken, "SELECT pg_backend_pid()", error, "");
    if (result == NULL)
        return FALSE;
    *ret_pid = settle_result_i32(result, 0, 0);
    return TRUE;
}

/* Tells of each session taken whether it is the one before. */
static gboolean
probe_beside(Probe *probe, GError **error)
{
    static const char *const cases[] = {"given back", "of another purpose", "in a transaction",
                                        "ended by the server", "given back again"};
    g_autoptr(SettleStore) taken = NULL;
    int32_t pid, before;

    if (!take(probe, "first", &taken, &before, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (i == 2 && !settle_store_begin(taken, error))
            return FALSE;
        settle_store_give_back(probe->store, g_steal_pointer(&taken));
        if (i == 3 && !settle_store_exec(probe->store, "SELECT pg_terminate_backend($1, 10000)",
                                         error, "i", before))
            return FALSE;
        if (!take(probe, i == 0 ? "first" : "second", &taken, &pid, error))
            return FALSE;
        printf("%s: %s\n", cases[i], pid == before ? "the same" : "another");
        before = pid;
    }
    return TRUE;
}

static const struct {
    const char *name;
    int n_arguments;
    ProbeCommand run;
} commands[] = {
    {"open", 0, probe_open},
    {"migrate", 0, probe_migrate},
    {"check-schema", 0, probe_check_schema},
    {"prepare", 0, probe_prepare},
    {"copies", 0, probe_copies},
    {"parameters", 0, probe_parameters},
    {"round-trip", 1, probe_round_trip},
    {"check-violation", 0, probe_check_violation},
    {"unique-violation", 0, probe_unique_violation},
    {"give-up", 0, probe_give_up},
    {"literals", 0, probe_literals},
    {"reader-error", 1, probe_reader_error},
    {"reader-refused", 1, probe_reader_refused},
    {"reader-misused", 1, probe_reader_misused},
    {"failed-commit", 0, probe_failed_commit},
    {"killed", 0, probe_killed},
    {"killed-reader", 0, probe_killed_reader},
    {"killed-writer", 0, probe_killed_writer},
    {"killed-commit", 0, probe_killed_commit},
    {"lock", 2, probe_lock},
    {"hold-and-sleep", 2, probe_hold_and_sleep},
    {"ensure", 2, probe_ensure},
    {"control", 2, probe_control},
    {"zone", 0, probe_zone},
    {"directory", 2, probe_directory},
    {"beside", 0, probe_beside},
};

static int
probe(const char *conninfo, SettleStoreRole role, ProbeCommand run, char **arguments)
{
    g_autoptr(SettleStore) store = NULL;
    GError *error = NULL;

    store = settle_store_open(conninfo, role, "probe", &error);
    if (store == NULL)
        return report(NULL, error);
    if (!run(&(Probe){store, arguments}, &error))
        return report(store, error);
    return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
    static const char *const roles[] = {"login",  "owner",  "runner", "approver",
                                        "author", "reader", "viewer", "treasury"};

    for (guint i = 0; argc > 3 && i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].name, argv[3]) != 0 || argc != 4 + commands[i].n_arguments)
            continue;
        for (guint role = 0; role < G_N_ELEMENTS(roles); role++) {
            if (strcmp(roles[role], argv[2]) == 0)
                return probe(argv[1], (SettleStoreRole) role, commands[i].run, argv + 4);
        }
    }
    fputs("usage: store-probe CONNINFO login|owner|runner|approver|author|reader|viewer|treasury "
          "COMMAND "
          "[ARGUMENT...]\n",
          stderr);
    return 2;
}
