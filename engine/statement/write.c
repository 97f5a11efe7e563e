/* Taking a carrier's statement in: the file is read twice, first for its sums and what it is, then
 * into the database, in the transaction that writes it into the control log. */
#include "statement/internal.h"

#include "base/checked.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    int64_t n_lines, n_unreadable, total_minor;
    int64_t position;     /* of the second reading */
    SettleWriter *writer; /* of the second reading; NULL: the first */
    SettleSalts salts;    /* likewise */
} Reading;

static gboolean
take_line(gpointer user_data, const SettleStatementLine *line, GError **error)
{
    Reading *reading = user_data;
    SettleWriter *writer = reading->writer;
    uint8_t salt[SETTLE_SALT_BYTES];

    reading->n_lines++;
    reading->n_unreadable += line->fault != NULL;
    if (!settle_add_i64(reading->total_minor, line->amount_minor, &reading->total_minor)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                    "the statement adds up to more than 64 bits hold");
        return FALSE;
    }
    if (writer == NULL)
        return TRUE;
    if (!settle_writer_row(writer, 10, error))
        return FALSE;
    settle_writer_i64(writer, reading->position);
    settle_writer_i64(writer, line->line);
    settle_writer_i16(writer, (int16_t) line->kind);
    settle_writer_month(writer, line->origin);
    settle_writer_i64(writer, line->subject_id);
    settle_writer_i64(writer, line->amount_minor);
    settle_salt(&reading->salts, line->line, salt);
    settle_writer_commitment(writer, salt);
    settle_writer_text(writer, line->subject, line->subject_length);
    settle_writer_text(writer, line->fault != NULL ? line->fault : "",
                       line->fault != NULL ? strlen(line->fault) : 0);
    return TRUE;
}

/* The second reading, into the database; the first one's sums must come out again. */
static gboolean
store_lines(SettleStore *store, const char *path, const SettleStatementMapping *mapping,
            int32_t carrier_id, const SettleKeyed *key, SettleMonth period, const Reading *first,
            const char *hash, int64_t position, GError **error)
{
    Reading second = {.position = position};
    uint8_t digest[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];

    settle_salts_init(&second.salts, key, SETTLE_SALT_STATEMENT_LINE, position);
    second.writer = settle_store_copy_in(store, settle_sql_copy_statement_line, error);
    if (second.writer == NULL)
        return FALSE;
    if (!settle_statement_file_read(path, mapping, carrier_id, key, period,
                                    settle_statement_exponent(), take_line, &second, digest, error))
        goto failed;
    settle_digest_hex(digest, hex);
    if (strcmp(hex, hash) != 0 || second.n_lines != first->n_lines) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s changed while it was read", path);
        goto failed;
    }
    return settle_writer_finish(second.writer, error);
failed:
    settle_writer_abort(second.writer);
    return FALSE;
}

gboolean
settle_statement_import(SettleStore *store, const char *path, const char *carrier,
                        SettleMonth period, const SettleStatementMapping *mapping,
                        int64_t tolerance_minor, SettleStatement *ret_statement, GError **error)
{
    g_autofree char *name = settle_statement_title(carrier, period),
                    *how = settle_statement_mapping_hash(mapping),
                    *file = g_path_get_basename(path), *file_shown = g_utf8_make_valid(file, -1);
    g_autoptr(SettleResult) holds = NULL, detail = NULL;
    g_autoptr(GPtrArray) keys = NULL;
    const SettleKeyed *key;
    Reading reading = {.writer = NULL};
    uint8_t digest[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];
    g_autoptr(GArray) sums = g_array_new(FALSE, FALSE, sizeof(SettleTableSum));
    SettleTableSum sum = {.rows = 0};
    int64_t last, position;
    int32_t carrier_id;
    gboolean stored;

    if (!settle_statement_carrier(store, carrier, &carrier_id, error) ||
        (keys = settle_store_carrier_keys(store, error)) == NULL)
        return FALSE;
    key = g_ptr_array_index(keys, carrier_id);
    if (!settle_statement_file_read(path, mapping, carrier_id, key, period,
                                    settle_statement_exponent(), take_line, &reading, digest,
                                    error))
        return FALSE;
    settle_digest_hex(digest, hex);
    if (!settle_store_begin(store, error))
        return FALSE;
    /* the counter's row is ours until the end: nobody takes in the same one beside us */
    if (!settle_store_count(store, "control", 0, &last, error) ||
        (holds = settle_store_query(store, settle_sql_statement_current, error, "s", name)) == NULL)
        goto failed;
    if (settle_result_rows(holds) > 0 && strcmp(settle_result_text(holds, 0, 2), hex) == 0 &&
        strcmp(settle_result_text(holds, 0, 3), how) == 0 &&
        settle_result_i64(holds, 0, 5) == tolerance_minor) {
        settle_store_rollback(store);
        return settle_statement_load(store, carrier, period, ret_statement, error);
    }
    settle_store_sum_rows(store, sums);
    stored =
        store_lines(store, path, mapping, carrier_id, key, period, &reading, hex, last + 1, error);
    settle_store_sum_rows(store, NULL);
    if (!stored)
        goto failed;
    if (sums->len > 0)
        sum = g_array_index(sums, SettleTableSum, 0);
    detail = settle_store_query(store, settle_sql_statement_detail, error, "sslllly", file_shown,
                                how, reading.n_lines, reading.n_unreadable, reading.total_minor,
                                tolerance_minor, sum.digest, sizeof sum.digest);
    if (detail == NULL || !settle_store_control(store, "statement-import", name, digest, NULL,
                                                settle_result_text(detail, 0, 0), &position, error))
        goto failed;
    settle_invariant(position == last + 1);
    if (!settle_store_commit(store, error))
        goto failed;
    if (!settle_statement_load(store, carrier, period, ret_statement, error))
        return FALSE;
    ret_statement->is_new = TRUE;
    return TRUE;
failed:
    settle_store_rollback(store);
    return FALSE;
}
