/* The floor under a run: the time PostgreSQL takes merely to hand the same facts out and to take
 * the same transfers in, with the same chunks, transactions, indexes and number of connections,
 * reading and writing at once. tools/bench runs it beside the engine.
 *
 *     settle-floor CONNINFO RUN WORKERS DIR
 *
 * First (not timed) what every chunk wrote is exported to DIR. Then, timed, each worker drains the
 * facts of its chunks on one connection while another copies the exported rows into tables of the
 * schema floor, made like those of the engine. Prints the seconds, and how long the processors
 * worked meanwhile. For nights of orders and bills: events, invoices and what falls due it leaves
 * out. */
#include "calc/arithmetic.h"
#include "calc/asks.h"
#include "run/decide/policies.h"

#include <errno.h>
#include <glib.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536

/* What a chunk writes, in the engine's order; its receipt is one row and left out. */
static const struct {
    const char *name, *order;
} tables[] = {
    {"transfer", "distributor_id, subject_id, slot"},
    {"ledger_total", "distributor_id"},
    {"account_balance", "distributor_id, carrier_id, currency, role"},
    {"run_distributor", "distributor_id"},
    {"order_outcome", "distributor_id, order_id"},
    {"agenda", "distributor_id, order_id"},
    {"window_change", "distributor_id, window_end, carrier_id, rule"},
    {"window_posting", "distributor_id, window_end, carrier_id, rule"},
};

typedef struct {
    int chunk, first, last;
} Chunk;

typedef struct {
    const char *conninfo, *dir;
    int run;
    char *order_columns, *bill_columns; /* that the engine reads under the policies there are */
    Chunk *chunks;
    int n_chunks;
    int next_read, next_write; /* atomic */
    gint64 rows_read, rows_written, bytes_read, bytes_written;
} Floor;

static void
die(PGconn *conn, const char *what)
{
    fprintf(stderr, "settle-floor: %s: %s", what, PQerrorMessage(conn));
    exit(4);
}

G_NORETURN static void
die_of(const char *path)
{
    fprintf(stderr, "settle-floor: %s: %s\n", path, g_strerror(errno));
    exit(3);
}

static PGconn *
connect_or_die(const char *conninfo)
{
    PGconn *conn = PQconnectdb(conninfo);

    if (PQstatus(conn) != CONNECTION_OK)
        die(conn, "cannot connect");
    return conn;
}

static void
command(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);

    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        die(conn, sql);
    PQclear(result);
}

/* Drains one COPY TO STDOUT, into a file if there is one. */
static gint64
drain(PGconn *conn, const char *sql, FILE *file, gint64 *bytes)
{
    PGresult *result = PQexec(conn, sql);
    gint64 rows = 0;
    char *buffer;
    int n;

    if (PQresultStatus(result) != PGRES_COPY_OUT)
        die(conn, sql);
    PQclear(result);
    while ((n = PQgetCopyData(conn, &buffer, 0)) > 0) {
        if (file != NULL && fwrite(buffer, 1, (size_t) n, file) != (size_t) n)
            die_of("a chunk's file");
        PQfreemem(buffer);
        *bytes += n;
        rows++;
    }
    if (n == -2)
        die(conn, sql);
    while ((result = PQgetResult(conn)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            die(conn, sql);
        PQclear(result);
    }
    return rows;
}

static char *
chunk_path(const Floor *floor, const Chunk *chunk, const char *table)
{
    return g_strdup_printf("%s/%s-%d", floor->dir, table, chunk->chunk);
}

static void
load_chunks(Floor *floor, PGconn *conn)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT chunk, first_distributor, last_distributor FROM settle.run_chunk "
                        "WHERE run_id = %d "
                        "ORDER BY CASE WHEN expected > 2 * avg(expected) OVER () THEN expected END "
                        "DESC NULLS LAST, chunk",
                        floor->run);
    PGresult *result = PQexec(conn, sql);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        die(conn, sql);
    floor->n_chunks = PQntuples(result);
    floor->chunks = g_new0(Chunk, MAX(floor->n_chunks, 1));
    for (int i = 0; i < floor->n_chunks; i++)
        floor->chunks[i] = (Chunk){atoi(PQgetvalue(result, i, 0)), atoi(PQgetvalue(result, i, 1)),
                                   atoi(PQgetvalue(result, i, 2))};
    PQclear(result);
}

static void
export_rows(Floor *floor, PGconn *conn, const Chunk *chunk, const char *table, const char *order)
{
    g_autofree char *path = chunk_path(floor, chunk, table);
    g_autofree char *sql =
        g_strdup_printf("COPY (SELECT * FROM settle.%s WHERE run_id = %d AND distributor_id "
                        "BETWEEN %d AND %d ORDER BY %s) TO STDOUT (FORMAT binary)",
                        table, floor->run, chunk->first, chunk->last, order);
    FILE *file = fopen(path, "wb");
    gint64 bytes = 0;

    if (file == NULL)
        die_of(path);
    floor->rows_written += drain(conn, sql, file, &bytes) - 1; /* but the trailer */
    floor->bytes_written += bytes;
    fclose(file);
}

static char *
facts_query(const Floor *floor, const char *table, const char *columns, const Chunk *chunk)
{
    return g_strdup_printf(
        "COPY (SELECT %s FROM settle.%s "
        "WHERE batch_id BETWEEN (SELECT min(batch_id) FROM settle.run_batch WHERE run_id = %d) "
        "AND (SELECT max(batch_id) FROM settle.run_batch WHERE run_id = %d) "
        "AND distributor_id BETWEEN %d AND %d) TO STDOUT (FORMAT binary)",
        columns, table, floor->run, floor->run, chunk->first, chunk->last);
}

static const char *
wanted(gboolean asked, const char *column)
{
    return asked ? column : "NULL";
}

static void
name_columns(Floor *floor)
{
    GError *error = NULL;
    SettleStore *store =
        settle_store_open(floor->conninfo, SETTLE_STORE_AS_READER, "floor", &error);
    SettlePolicySet *policies =
        store != NULL ? settle_policies_load(store, G_MAXINT64, &error) : NULL;
    SettleAsks asks;

    if (policies == NULL) {
        fprintf(stderr, "settle-floor: %s\n", error->message);
        exit(4);
    }
    asks = settle_policy_set_asks(settle_arithmetic_current(), policies);
    floor->order_columns =
        g_strdup_printf("order_id, paid_minor, distributor_id, batch_id, product_id, %s, quantity, "
                        "closing_day, %s, "
                        "%s, currency, flags",
                        wanted(asks.manager, "manager_id"), wanted(asks.region, "region_id"),
                        wanted(asks.channel, "channel_id"));
    floor->bill_columns = g_strdup_printf(
        "%s, billed_minor, %s, %s, %s, %s, month, issue_day, revision, withdrawn, follows, "
        "order_batch_id",
        floor->order_columns, wanted(asks.cash, "cash_minor"),
        wanted(asks.arrears, "arrears_minor"), wanted(asks.megabytes, "megabytes"),
        wanted(asks.minutes, "minutes"));
    settle_policy_set_free(policies);
    settle_store_close(store);
}

static gpointer
read_facts(gpointer data)
{
    Floor *floor = data;
    PGconn *conn = connect_or_die(floor->conninfo);
    int i;

    command(conn, "SET jit = off");
    while ((i = g_atomic_int_add(&floor->next_read, 1)) < floor->n_chunks) {
        const Chunk *chunk = &floor->chunks[i];
        g_autofree char *orders = facts_query(floor, "closed_order", floor->order_columns, chunk);
        g_autofree char *bills = facts_query(floor, "bill", floor->bill_columns, chunk);
        gint64 bytes = 0, rows;

        rows = drain(conn, orders, NULL, &bytes);
        rows += drain(conn, bills, NULL, &bytes);
        __atomic_add_fetch(&floor->rows_read, rows, __ATOMIC_RELAXED);
        __atomic_add_fetch(&floor->bytes_read, bytes, __ATOMIC_RELAXED);
    }
    PQfinish(conn);
    return NULL;
}

static void
copy_file(PGconn *conn, const char *table, const char *path)
{
    g_autofree char *buffer = g_malloc(BLOCK);
    g_autofree char *sql = g_strdup_printf("COPY floor.%s FROM STDIN (FORMAT binary)", table);
    FILE *file = fopen(path, "rb");
    PGresult *result;
    size_t n;

    if (file == NULL)
        die_of(path);
    result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COPY_IN)
        die(conn, sql);
    PQclear(result);
    while ((n = fread(buffer, 1, BLOCK, file)) > 0)
        if (PQputCopyData(conn, buffer, (int) n) != 1)
            die(conn, sql);
    fclose(file);
    if (PQputCopyEnd(conn, NULL) != 1)
        die(conn, sql);
    while ((result = PQgetResult(conn)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            die(conn, sql);
        PQclear(result);
    }
}

static gpointer
write_rows(gpointer data)
{
    Floor *floor = data;
    PGconn *conn = connect_or_die(floor->conninfo);
    int i;

    while ((i = g_atomic_int_add(&floor->next_write, 1)) < floor->n_chunks) {
        command(conn, "BEGIN");
        for (guint t = 0; t < G_N_ELEMENTS(tables); t++) {
            g_autofree char *path = chunk_path(floor, &floor->chunks[i], tables[t].name);

            copy_file(conn, tables[t].name, path);
        }
        command(conn, "COMMIT");
    }
    PQfinish(conn);
    return NULL;
}

/* Tables like the engine's, with their indexes and constraints, and months where it has months. */
static void
make_tables(PGconn *conn)
{
    command(conn, "DROP SCHEMA IF EXISTS floor CASCADE");
    command(conn, "CREATE SCHEMA floor");
    for (guint t = 0; t < G_N_ELEMENTS(tables); t++) {
        g_autofree char *sql = g_strdup_printf(
            "DO $$ DECLARE m date; key text := pg_get_partkeydef('settle.%1$s'::regclass); BEGIN "
            "EXECUTE 'CREATE TABLE floor.%1$s (LIKE settle.%1$s INCLUDING ALL)' || coalesce(' "
            "PARTITION BY ' || key, ''); "
            "FOR m IN SELECT generate_series(date '2025-01-01', date '2028-12-01', interval '1 "
            "month') WHERE key IS NOT NULL LOOP "
            "EXECUTE format('CREATE TABLE floor.%%I PARTITION OF floor.%1$s FOR VALUES FROM (%%L) "
            "TO (%%L)', '%1$s_' || to_char(m, 'YYYY_MM'), m, (m + interval '1 month')::date); "
            "END LOOP; END $$",
            tables[t].name);

        command(conn, sql);
    }
    command(conn, "CHECKPOINT");
}

/* Seconds that the processors have worked so far, all told. */
static double
machine_busy(void)
{
    FILE *file = fopen("/proc/stat", "r");
    unsigned long long user, nice, system, idle, iowait, irq, softirq;

    if (file == NULL || fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
                               &system, &idle, &iowait, &irq, &softirq) != 7)
        die_of("/proc/stat");
    fclose(file);
    return (double) (user + nice + system + irq + softirq) / (double) sysconf(_SC_CLK_TCK);
}

int
main(int argc, char **argv)
{
    Floor floor = {0};
    GThread *threads[64];
    int workers, n = 0;
    gint64 start;
    double busy;
    PGconn *conn;

    if (argc != 5) {
        fprintf(stderr, "usage: settle-floor CONNINFO RUN WORKERS DIR\n");
        return 2;
    }
    floor.conninfo = argv[1];
    floor.run = atoi(argv[2]);
    workers = CLAMP(atoi(argv[3]), 1, 32);
    floor.dir = argv[4];
    conn = connect_or_die(floor.conninfo);
    load_chunks(&floor, conn);
    name_columns(&floor);
    for (int i = 0; i < floor.n_chunks; i++)
        for (guint t = 0; t < G_N_ELEMENTS(tables); t++)
            export_rows(&floor, conn, &floor.chunks[i], tables[t].name, tables[t].order);
    make_tables(conn);

    busy = machine_busy();
    start = g_get_monotonic_time();
    for (int i = 0; i < workers; i++) {
        threads[n++] = g_thread_new("read", read_facts, &floor);
        threads[n++] = g_thread_new("write", write_rows, &floor);
    }
    for (int i = 0; i < n; i++)
        g_thread_join(threads[i]);
    gint64 elapsed = g_get_monotonic_time() - start;

    busy = machine_busy() - busy;

    printf("{\"seconds\": %" G_GINT64_FORMAT
           ".%03d, \"machine_seconds\": %.2f, \"rows_read\": %" G_GINT64_FORMAT
           ", \"rows_written\": %" G_GINT64_FORMAT ", \"bytes_read\": %" G_GINT64_FORMAT
           ", \"bytes_written\": %" G_GINT64_FORMAT "}\n",
           elapsed / G_USEC_PER_SEC, (int) (elapsed / 1000 % 1000), busy, floor.rows_read,
           floor.rows_written, floor.bytes_read, floor.bytes_written);
    command(conn, "DROP SCHEMA floor CASCADE");
    PQfinish(conn);
    g_free(floor.order_columns);
    g_free(floor.bill_columns);
    g_free(floor.chunks);
    return 0;
}
