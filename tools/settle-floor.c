/* The floor under a run: the time PostgreSQL takes merely to hand the same facts out and to take
 * the same transfers in, with the same chunks, transactions, indexes and number of connections,
 * reading and writing at once. tools/bench runs it beside the engine.
 *
 *     settle-floor CONNINFO RUN WORKERS DIR
 *
 * First (not timed) every chunk's published transfers are exported to DIR. Then, timed, each worker
 * drains the facts of its chunks on one connection while another copies the exported rows into
 * floor.transfer, a table made like settle.transfer. Prints the seconds. */
#include <glib.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 65536

typedef struct {
    int chunk, first, last;
} Chunk;

typedef struct {
    const char *conninfo, *dir;
    int run;
    Chunk *chunks;
    int n_chunks;
    int next_read, next_write; /* atomic */
    gint64 rows_read, bytes_read, bytes_written;
} Floor;

static void
die(PGconn *conn, const char *what)
{
    fprintf(stderr, "settle-floor: %s: %s", what, PQerrorMessage(conn));
    exit(4);
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
            exit(3);
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
chunk_path(const Floor *floor, const Chunk *chunk)
{
    return g_strdup_printf("%s/chunk-%d", floor->dir, chunk->chunk);
}

static void
load_chunks(Floor *floor, PGconn *conn)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT chunk, first_distributor, last_distributor FROM settle.run_chunk "
                        "WHERE run_id = %d ORDER BY expected DESC, chunk",
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
export_transfers(Floor *floor, PGconn *conn)
{
    for (int i = 0; i < floor->n_chunks; i++) {
        const Chunk *chunk = &floor->chunks[i];
        g_autofree char *path = chunk_path(floor, chunk);
        g_autofree char *sql = g_strdup_printf(
            "COPY (SELECT * FROM settle.transfer WHERE run_id = %d AND distributor_id BETWEEN %d "
            "AND "
            "%d ORDER BY distributor_id, subject_id, slot) TO STDOUT (FORMAT binary)",
            floor->run, chunk->first, chunk->last);
        FILE *file = fopen(path, "wb");
        gint64 bytes = 0;

        if (file == NULL)
            exit(3);
        drain(conn, sql, file, &bytes);
        floor->bytes_written += bytes;
        fclose(file);
    }
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
        g_autofree char *orders = g_strdup_printf(
            "COPY (SELECT order_id, paid_minor, distributor_id, batch_id, product_id, manager_id, "
            "quantity, closing_day, region_id, channel_id, currency, flags FROM "
            "settle.closed_order "
            "WHERE batch_id BETWEEN (SELECT min(batch_id) FROM settle.run_batch WHERE run_id = %d) "
            "AND "
            "(SELECT max(batch_id) FROM settle.run_batch WHERE run_id = %d) "
            "AND distributor_id BETWEEN %d AND %d) TO STDOUT (FORMAT binary)",
            floor->run, floor->run, chunk->first, chunk->last);
        g_autofree char *bills = g_strdup_printf(
            "COPY (SELECT order_id, paid_minor, distributor_id, order_batch_id, product_id, "
            "manager_id, quantity, closing_day, region_id, channel_id, currency, flags, "
            "billed_minor, "
            "tax_minor, cash_minor, arrears_minor, megabytes, minutes, month, issue_day, revision, "
            "withdrawn, follows, batch_id FROM settle.bill "
            "WHERE batch_id BETWEEN (SELECT min(batch_id) FROM settle.run_batch WHERE run_id = %d) "
            "AND "
            "(SELECT max(batch_id) FROM settle.run_batch WHERE run_id = %d) "
            "AND distributor_id BETWEEN %d AND %d) TO STDOUT (FORMAT binary)",
            floor->run, floor->run, chunk->first, chunk->last);
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
copy_file(PGconn *conn, const char *path)
{
    g_autofree char *buffer = g_malloc(BLOCK);
    FILE *file = fopen(path, "rb");
    PGresult *result;
    size_t n;

    if (file == NULL)
        exit(3);
    result = PQexec(conn, "COPY floor.transfer FROM STDIN (FORMAT binary)");
    if (PQresultStatus(result) != PGRES_COPY_IN)
        die(conn, "COPY");
    PQclear(result);
    while ((n = fread(buffer, 1, BLOCK, file)) > 0)
        if (PQputCopyData(conn, buffer, (int) n) != 1)
            die(conn, "COPY");
    fclose(file);
    if (PQputCopyEnd(conn, NULL) != 1)
        die(conn, "COPY");
    while ((result = PQgetResult(conn)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            die(conn, "COPY");
        PQclear(result);
    }
}

static gpointer
write_transfers(gpointer data)
{
    Floor *floor = data;
    PGconn *conn = connect_or_die(floor->conninfo);
    int i;

    while ((i = g_atomic_int_add(&floor->next_write, 1)) < floor->n_chunks) {
        g_autofree char *path = chunk_path(floor, &floor->chunks[i]);

        command(conn, "BEGIN");
        copy_file(conn, path);
        command(conn, "COMMIT");
    }
    PQfinish(conn);
    return NULL;
}

static void
make_table(PGconn *conn)
{
    command(conn, "DROP SCHEMA IF EXISTS floor CASCADE");
    command(conn, "CREATE SCHEMA floor");
    command(conn, "CREATE TABLE floor.transfer (LIKE settle.transfer INCLUDING ALL) "
                  "PARTITION BY RANGE (period)");
    command(
        conn,
        "DO $$ DECLARE m date; BEGIN "
        "FOR m IN SELECT DISTINCT date_trunc('month', d)::date FROM generate_series(date "
        "'2025-01-01', date '2028-12-01', interval '1 month') d LOOP "
        "EXECUTE format('CREATE TABLE floor.%I PARTITION OF floor.transfer FOR VALUES FROM (%L) TO "
        "(%L)', 'transfer_' || to_char(m, 'YYYY_MM'), m, (m + interval '1 month')::date); "
        "END LOOP; END $$");
    command(conn, "CHECKPOINT");
}

int
main(int argc, char **argv)
{
    Floor floor = {0};
    GThread *threads[64];
    int workers, n = 0;
    gint64 start;
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
    export_transfers(&floor, conn);
    make_table(conn);

    start = g_get_monotonic_time();
    for (int i = 0; i < workers; i++) {
        threads[n++] = g_thread_new("read", read_facts, &floor);
        threads[n++] = g_thread_new("write", write_transfers, &floor);
    }
    for (int i = 0; i < n; i++)
        g_thread_join(threads[i]);
    gint64 elapsed = g_get_monotonic_time() - start;

    printf("{\"seconds\": %" G_GINT64_FORMAT ".%03d, \"rows_read\": %" G_GINT64_FORMAT
           ", \"bytes_read\": %" G_GINT64_FORMAT ", \"bytes_written\": %" G_GINT64_FORMAT "}\n",
           elapsed / G_USEC_PER_SEC, (int) (elapsed / 1000 % 1000), floor.rows_read,
           floor.bytes_read, floor.bytes_written);
    command(conn, "DROP SCHEMA floor CASCADE");
    PQfinish(conn);
    g_free(floor.chunks);
    return 0;
}
