/* One connection to PostgreSQL, its statements and bulk streams. The only user of libpq.
 *
 * This header is the machinery; what the statements are about is in the layers above. Every SQL
 * text is a file of its own in sql/queries, built in as a constant with the file's name (a
 * generated header). Parameters are always $n, sent in binary.
 *
 * Errors: GError SETTLE_ERROR with DATABASE, CONNECTION or CONSTRAINT; the message holds the
 * server's primary message, detail, hint, SQLSTATE and the statement's name. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "calendar/calendar.h"
#include "model/directory.h"
#include "store/sql.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct SettleStore SettleStore;

typedef enum {
    SETTLE_STORE_AS_LOGIN = 0, /* keep the login role (migrate decides for itself) */
    SETTLE_STORE_AS_OWNER,
    SETTLE_STORE_AS_RUNNER,
    SETTLE_STORE_AS_APPROVER,
    SETTLE_STORE_AS_AUTHOR,
    SETTLE_STORE_AS_READER,
    SETTLE_STORE_AS_VIEWER, /* the reader; a scoped login as what it is */
    SETTLE_STORE_AS_TREASURY, /* takes in what carriers pay and say */
} SettleStoreRole;

/* Opens a connection. conninfo may be NULL or "" (PG* variables and service files then decide).
 * Sets the session up: SET ROLE, jit off, time zone UTC, ISO dates, search_path pg_catalog, lock
 * timeout, keepalives, client_connection_check_interval, application name "settle <purpose>".
 * Refuses a server that would lose money (fsync, full_page_writes, synchronous_commit off:
 * SETTINGS). USAGE: conninfo cannot be read. What is wrong at the door has a hint that says what to
 * do, and who can. */
SettleStore *settle_store_open(const char *conninfo, SettleStoreRole role, const char *purpose,
                               GError **error);
/* What the session is encrypted with ("TLSv1.3"); "" on a socket of this host; NULL: it is not. */
const char *settle_store_encryption(const SettleStore *store);
void settle_store_close(SettleStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleStore, settle_store_close)

/* A further session of the same database: one that was given back (of the same role and purpose),
 * or a new one. What is given back is closed with `store`, or at once if it is lost or in a
 * transaction. Both may be called by several threads, whatever `store` is doing. */
SettleStore *settle_store_take(SettleStore *store, SettleStoreRole role, const char *purpose,
                               GError **error);
void settle_store_give_back(SettleStore *store, SettleStore *taken); /* NULL is allowed */

/* Whether the login sees what it was granted (settle_scoped) and nothing else: then it reads the
 * schema settle_scope. Such a login is refused in every other role than SETTLE_STORE_AS_VIEWER
 * (DATABASE). */
gboolean settle_store_is_scoped(const SettleStore *store);

/* Whether the login may act as runner or treasury, whatever role the session has. */
gboolean settle_store_may(const SettleStore *store, SettleStoreRole role);
/* What follows in the transaction is done in that role. */
gboolean settle_store_act_as(SettleStore *store, SettleStoreRole role, GError **error);

/* The SQLSTATE of the last failure on this connection ("" if none or none known). */
const char *settle_store_sqlstate(const SettleStore *store);

/* --- statements ---------------------------------------------------------------------------
 * types: one letter a parameter, values follow as varargs:
 *   i int32_t   l int64_t   h int (smallint)   b gboolean (boolean)
 *   s const char * (text, NULL allowed)        y const void *, size_t (bytea)
 *   d SettleDay (date)      m SettleMonth (date: its first day)
 *   n const char * (numeric, as text)          j const char * (jsonb, as text)
 *   I const int32_t *, size_t (integer[])      L const int64_t *, size_t (bigint[])
 *   S const char *const *, size_t (text[])     D const SettleDay *, size_t (date[]) */
typedef struct SettleResult SettleResult;
/* Takes NULL, too. */
void settle_result_free(SettleResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleResult, settle_result_free)

/* Runs a statement and forgets its rows. FALSE with the error; the transaction is lost then. */
gboolean settle_store_exec(SettleStore *store, const char *sql, GError **error, const char *types,
                           ...);
/* NULL on failure. The whole result in memory: for results known to be small. */
SettleResult *settle_store_query(SettleStore *store, const char *sql, GError **error,
                                 const char *types, ...);
int settle_result_rows(const SettleResult *result);
gboolean settle_result_is_null(const SettleResult *result, int row, int column);
int32_t settle_result_i32(const SettleResult *result, int row, int column); /* int2 and int4 */
int64_t settle_result_i64(const SettleResult *result, int row, int column); /* int2, int4, int8 */
gboolean settle_result_bool(const SettleResult *result, int row, int column);
SettleDay settle_result_day(const SettleResult *result, int row, int column);
SettleMonth settle_result_month(const SettleResult *result, int row, int column); /* of a date */
/* text or bytea (NUL after it); owned by the result. "" for NULL. numeric must be cast to text. */
const char *settle_result_text(const SettleResult *result, int row, int column);
const uint8_t *settle_result_bytes(const SettleResult *result, int row, int column,
                                   size_t *ret_len);

/* Begins a transaction; FALSE with the error. */
gboolean settle_store_begin(SettleStore *store, GError **error);
/* Several queries that see the same: one snapshot until settle_store_rollback(). */
gboolean settle_store_begin_reading(SettleStore *store, GError **error);
/* In a transaction of reading: from here on each embedded statement is planned once, for any
 * values. For who asks the same ones of many. */
gboolean settle_store_keep_plans(SettleStore *store, GError **error);
/* Success is the tag COMMIT and nothing else (a failed transaction answers ROLLBACK). */
gboolean settle_store_commit(SettleStore *store, GError **error);
/* Never fails visibly: for clean-up. No-op outside a transaction. */
void settle_store_rollback(SettleStore *store);

/* --- streams out: a parameterised query, row by row, in binary. By COPY with the values put into
 * the text where all are numbers and dates (a row costs the client half of what it does in libpq's
 * single-row mode, which makes a result of each), else in single-row mode. ----------------------
 */
typedef struct SettleReader SettleReader;
/* Begins to read a query's rows. Never NULL: a failure is the reader's, as those that come later,
 * and settle_reader_end() tells it. The reader is the caller's, and the connection's only one:
 *
 *     g_autoptr(SettleReader) reader = settle_store_read(store, settle_sql_store_keys, "");
 *
 *     while (settle_reader_next(reader))
 *         ...
 *     return settle_reader_end(reader, error);
 */
SettleReader *settle_store_read(SettleStore *store, const char *sql, const char *types, ...);
/* TRUE: a row is there. FALSE: the end, or a failure; settle_reader_end() must be asked which. */
gboolean settle_reader_next(SettleReader *reader) G_GNUC_WARN_UNUSED_RESULT;
/* Reads what is left. TRUE: the query gave all its rows; FALSE with what failed first. */
gboolean settle_reader_end(SettleReader *reader, GError **error);
/* Fields of the current row, 0-based, not NULL unless asked. Valid until the next call. Another
 * type than the function's, or NULL, aborts with the statement's name, the row and the column. */
gboolean settle_reader_is_null(const SettleReader *reader, int column);
int16_t settle_reader_i16(const SettleReader *reader, int column);
int32_t settle_reader_i32(const SettleReader *reader, int column);
int64_t settle_reader_i64(const SettleReader *reader, int column);
/* 0 for NULL: of columns that a query may leave out. */
int16_t settle_reader_i16_if_sent(const SettleReader *reader, int column);
int32_t settle_reader_i32_if_sent(const SettleReader *reader, int column);
int64_t settle_reader_i64_if_sent(const SettleReader *reader, int column);
gboolean settle_reader_bool(const SettleReader *reader, int column);
SettleDay settle_reader_day(const SettleReader *reader, int column);
SettleMonth settle_reader_month(const SettleReader *reader, int column);
const char *settle_reader_text(const SettleReader *reader, int column, size_t *ret_length);
/* Gives up what was not read, and frees it; NULL is allowed. Aborts if settle_reader_next() said
 * FALSE and settle_reader_end() was not asked why: a failure would pass for the end of the rows. */
void settle_reader_free(SettleReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleReader, settle_reader_free)

/* --- whole tables out: binary COPY, for rows that are only hashed --------------------------------
 */
typedef struct SettleDump SettleDump;
/* sql: a SELECT without parameters. As settle_store_read(): never NULL. */
SettleDump *settle_store_dump(SettleStore *store, const char *sql);
/* As the reader's: FALSE is the end or a failure, settle_dump_end() tells which. */
gboolean settle_dump_next(SettleDump *dump) G_GNUC_WARN_UNUSED_RESULT;
gboolean settle_dump_end(SettleDump *dump, GError **error);
/* Leading columns that are integer, not NULL. */
int32_t settle_dump_i32(const SettleDump *dump, int column);
/* As settle_reader_free(). */
void settle_dump_free(SettleDump *dump);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleDump, settle_dump_free)

/* --- streams in: binary COPY ---------------------------------------------------------------- */
typedef struct SettleWriter SettleWriter;
/* sql: "COPY settle.x (columns) FROM STDIN (FORMAT binary)". */
SettleWriter *settle_store_copy_in(SettleStore *store, const char *sql, GError **error);
/* Fills one row: n_fields fields must follow. No failure before flush: the buffer grows to 64 KiB
 * and is then sent. FALSE if sending failed. */
gboolean settle_writer_row(SettleWriter *writer, int n_fields, GError **error);
void settle_writer_i16(SettleWriter *writer, int16_t value);
void settle_writer_i32(SettleWriter *writer, int32_t value);
void settle_writer_i64(SettleWriter *writer, int64_t value);
void settle_writer_bool(SettleWriter *writer, gboolean value);
void settle_writer_day(SettleWriter *writer, SettleDay value);
void settle_writer_month(SettleWriter *writer, SettleMonth value);
void settle_writer_instant(SettleWriter *writer, SettleInstant value);
void settle_writer_text(SettleWriter *writer, const char *text, size_t length);
void settle_writer_bytes(SettleWriter *writer, const void *bytes, size_t length);
void settle_writer_null(SettleWriter *writer);
/* The commitment to the texts that stand apart, and its salt of SETTLE_SALT_BYTES; the texts
 * follow. NULL: they were erased, zeros stand for the commitment, and the texts must be NULL. */
void settle_writer_commitment(SettleWriter *writer, const uint8_t *salt);
int64_t settle_writer_rows(const SettleWriter *writer);
/* Ends the COPY: trailer, PQputCopyEnd, and checks PQcmdTuples against the rows sent. The writer is
 * freed in any case. */
gboolean settle_writer_finish(SettleWriter *writer, GError **error);
/* Gives the COPY up (the server aborts the transaction). NULL is allowed. */
void settle_writer_abort(SettleWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleWriter, settle_writer_abort)

/* --- sums of rows ---------------------------------------------------------------------------- */
/* SHA-256 over the table's name, its columns, and its rows in the order of its key as binary COPY
 * carries them (docs/architecture.md "Row sums and seals"). Which columns, and which order:
 * sql/tables.ini. */
typedef struct {
    SettleDigest *digest; /* NULL: no row yet */
    int64_t rows;
} SettleRowSum;
typedef struct {
    const char *table; /* static */
    int64_t rows;
    uint8_t digest[SETTLE_DIGEST_BYTES];
} SettleTableSum;
/* From now on each table that is written by COPY on this connection adds its sum to the array of
 * SettleTableSum, if it has rows; NULL: no more. The array must live as long. Rows must be written
 * in the order of the table's key, and a table once. */
void settle_store_sum_rows(SettleStore *store, GArray *sums);
/* As parameters of a statement: "SLS", n of each. The digests are hex digits. */
typedef struct {
    gsize n;
    const char **tables, **digests;
    int64_t *rows;
    char *hex; /* what digests point into */
} SettleSumColumns;
/* The sums as columns; the names of the tables stay those of sums. */
void settle_sum_columns_init(SettleSumColumns *columns, const GArray *sums);
void settle_sum_columns_clear(SettleSumColumns *columns);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleSumColumns, settle_sum_columns_clear)
/* What became of the texts that stand apart from a row's sum. */
typedef enum {
    SETTLE_TEXTS_HOLD = 0, /* they are what the row commits to, or it has none */
    SETTLE_TEXTS_ERASED,
    SETTLE_TEXTS_NEVER, /* they were erased where the row comes from: it commits to nothing */
    SETTLE_TEXTS_HALF_ERASED,
    SETTLE_TEXTS_DIFFER,
} SettleTexts;
/* Adds the current row from that column on (the ones before are integers), as a row of the
 * table. */
SettleTexts settle_dump_sum(SettleDump *dump, int first_column, const SettleSqlTable *table,
                            SettleRowSum *sum);
/* Adds to the sums that settle_store_sum_rows() asks for what a function stored of a batch in a
 * table, as if it had been written by that COPY. */
gboolean settle_store_sum_stored(SettleStore *store, const char *copy_sql, int32_t batch_id,
                                 GError **error);
/* FALSE: there was no row. The sum is empty afterwards. */
gboolean settle_row_sum_end(SettleRowSum *sum, const SettleSqlTable *table,
                            SettleTableSum *ret_sum);
void settle_row_sum_clear(SettleRowSum *sum);
/* Feeds the current row to a digest, in the same form, after the count of its fields. */
void settle_reader_digest(const SettleReader *reader, int first_column, SettleDigest *digest);

/* --- schema ------------------------------------------------------------------------------- */
/* Applies what is missing of sql/migrations in order, each in a transaction, under a lock; creates
 * the roles settle_owner, settle_runner, settle_approver, settle_reader if they are not there.
 * Refuses a schema newer than the program and a migration whose hash differs from what was applied.
 * *ret_applied: how many were applied. */
gboolean settle_store_migrate(SettleStore *store, guint *ret_applied, GError **error);
typedef struct {
    guint applied; /* migrations */
    guint spread;  /* tables that were local and are distributed now */
    guint copied;  /* tables that were local and are reference tables now */
} SettleDistribution;
/* Migrates, and then hands the tables to Citus: what is led by the distributor (or by the contract
 * or order, where that is not known yet) is distributed by it, co-located; the rest is whole on
 * each node. What is handed over already stays as it is; triggers of a schema from before the
 * extension are dropped, which Citus does not take. Lets the group roles log in, for the nodes.
 * The session's login must be a superuser. STATE error without the extension or without workers. */
gboolean settle_store_distribute(SettleStore *store, SettleDistribution *ret_distribution,
                                 GError **error);
/* STATE error if the schema is older or newer than the program (hint: settle migrate). */
gboolean settle_store_check_schema(SettleStore *store, GError **error);

/* Makes sure that the partitions of every partitioned table exist for the months [from, to],
 * through the definer function settle.ensure_partitions(date, date). */
gboolean settle_store_ensure_partitions(SettleStore *store, SettleMonth from, SettleMonth to,
                                        GError **error);
/* Summarises the BRIN indexes of a month's partition after a load (definer function). */
gboolean settle_store_summarize(SettleStore *store, const char *table, SettleMonth month,
                                GError **error);
/* Gathers the planner's statistics of a month's partition after a load (definer function). */
gboolean settle_store_analyze(SettleStore *store, const char *table, SettleMonth month,
                              GError **error);

/* --- control --------------------------------------------------------------------------------- */
/* Adds n to a counter and returns the new value; it stays locked until the end of the transaction.
 * Which counters count like this, and by how much: settle.count(). */
gboolean settle_store_count(SettleStore *store, const char *counter, int64_t n, int64_t *ret_value,
                            GError **error);
/* Takes a decision: settle.decide(). digest: of what is decided on, as it was looked at; NULL where
 * there is nothing. reason and detail_json may be NULL, as may ret_position: its place in the
 * control log. Inside a transaction. */
gboolean settle_store_control(SettleStore *store, const char *action, const char *subject,
                              const uint8_t *digest, const char *reason, const char *detail_json,
                              int64_t *ret_position, GError **error);
/* The seal of the last published run: the digest of decisions on periods and deposits. */
gboolean settle_store_head(SettleStore *store, uint8_t ret_seal[SETTLE_DIGEST_BYTES],
                           GError **error);
/* Session-level advisory locks (names hashed into settle's own key space). LOCKED if it is not free
 * after wait_ms. */
gboolean settle_store_lock(SettleStore *store, const char *name, guint wait_ms, GError **error);
void settle_store_unlock(SettleStore *store, const char *name);
/* The same until the end of the transaction that is open, without waiting: *ret_taken. */
gboolean settle_store_try_lock(SettleStore *store, const char *name, gboolean *ret_taken,
                               GError **error);

/* --- master data ----------------------------------------------------------------------------- */
/* Reads codes and versions. run_id 0 (intake): those of every sealed batch dated up to `date`.
 * run_id > 0: those of the batches that published runs before it consumed, and of its own manifest
 * (table run_batch), so that replay sees what the run saw. Caller owns it; it is sealed for
 * look-ups. */
SettleDirectory *settle_store_directory(SettleStore *store, SettleDay date, int32_t run_id,
                                        GError **error);
/* The outlets that a scoped login sees, and nothing else. Caller owns it. NULL: DATABASE. */
SettleDirectory *settle_store_scope_directory(SettleStore *store, GError **error);
/* SettleKeyed by carrier id, NULL where nobody has that id; at 0 that of rows that name none.
 * Those that are missing are made: a carrier's first fact finds one. Wants the runner. The
 * caller's; NULL: DATABASE. */
GPtrArray *settle_store_carrier_keys(SettleStore *store, GError **error);
/* The settlement zone's name: the setting "zone", default Asia/Shanghai. g_free. */
char *settle_store_zone(SettleStore *store, GError **error);

G_END_DECLS
