/* Taking a carrier's statement in: the file is read twice, first for its sums and what it is, then
 * into the database, in the transaction that writes it into the control log. */
#include "statement/internal.h"

#include "base/checked.h"
#include "base/signature.h"
#include "intake/intake.h"
#include "store/sql.h"

#include <string.h>

typedef struct {
    int64_t n_lines, n_unreadable, total_minor;
    SettleMonth period;
    GHashTable *elsewhere; /* of the first reading: month -> lines that are of it, not of period */
    int64_t position;      /* of the second reading */
    SettleWriter *writer;  /* of the second reading; NULL: the first */
    SettleSalts salts;     /* likewise */
} Reading;

static void
count_elsewhere(Reading *reading, SettleMonth month)
{
    gpointer key = GINT_TO_POINTER(month);

    g_hash_table_insert(
        reading->elsewhere, key,
        GSIZE_TO_POINTER(GPOINTER_TO_SIZE(g_hash_table_lookup(reading->elsewhere, key)) + 1));
}

/* A file of which most lines name another month, or that is another month's statement already, was
 * probably not meant, and to withdraw it takes two people. */
static gboolean
check_month(SettleStore *store, const char *path, const char *carrier, const char *name,
            const Reading *reading, const uint8_t digest[SETTLE_DIGEST_BYTES], GError **error)
{
    char month[SETTLE_DAY_TEXT_BYTES], other[SETTLE_DAY_TEXT_BYTES];
    g_autoptr(SettleResult) before = NULL;
    GHashTableIter iter;
    gpointer key, value;
    SettleMonth most = 0;
    gsize n = 0, n_most = 0;

    settle_month_format(reading->period, month);
    g_hash_table_iter_init(&iter, reading->elsewhere);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        gsize lines = GPOINTER_TO_SIZE(value);

        n += lines;
        if (lines > n_most || (lines == n_most && GPOINTER_TO_INT(key) < most)) {
            n_most = lines;
            most = GPOINTER_TO_INT(key);
        }
    }
    if ((int64_t) n * 2 > reading->n_lines - reading->n_unreadable) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    "%s: %" G_GSIZE_FORMAT " of %" G_GINT64_FORMAT " lines are of %s, not of %s",
                    path, n_most, reading->n_lines, settle_month_format(most, other), month);
        settle_error_hint(error,
                          "did you mean --period %s? If it is the statement of %s all the same, "
                          "say --yes",
                          other, month);
        return FALSE;
    }
    before = settle_store_query(store, settle_sql_statement_elsewhere_file, error, "sys", carrier,
                                digest, (size_t) SETTLE_DIGEST_BYTES, name);
    if (before == NULL)
        return FALSE;
    if (settle_result_rows(before) == 0)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                "%s: this file is the statement of %s already, since %s", path,
                settle_result_text(before, 0, SQL_STATEMENT_ELSEWHERE_FILE_MONTH_TEXT),
                settle_result_text(before, 0, SQL_STATEMENT_ELSEWHERE_FILE_SINCE));
    settle_error_hint(error, "if it is the statement of %s, too, say --yes", month);
    return FALSE;
}

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
    if (writer == NULL) {
        if (line->fault == NULL && line->origin != reading->period)
            count_elsewhere(reading, line->origin);
        return TRUE;
    }
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

/* Whether the statement that holds is this file, under this mapping and tolerance. */
static gboolean
is_the_same(const SettleResult *holds, const char *hex, const char *how, int64_t tolerance_minor)
{
    return settle_result_rows(holds) > 0 &&
           strcmp(settle_result_text(holds, 0, SQL_STATEMENT_CURRENT_DIGEST_HEX), hex) == 0 &&
           strcmp(settle_result_text(holds, 0, SQL_STATEMENT_CURRENT_MAPPING), how) == 0 &&
           settle_result_i64(holds, 0, SQL_STATEMENT_CURRENT_TOLERANCE_MINOR) == tolerance_minor;
}

/* Of a carrier that signs what it sends FILE.sig must be its signature; *ret_hex: that, or "". */
static gboolean
check_signature(SettleStore *store, const char *path, int32_t carrier_id,
                const uint8_t digest[SETTLE_DIGEST_BYTES], char **ret_hex, GError **error)
{
    g_autoptr(SettleResult) keys = settle_store_query(store, settle_sql_intake_sender_keys, error,
                                                      "I", &carrier_id, (size_t) 1);
    g_autofree char *text = NULL;
    uint8_t signature[SETTLE_SIGNATURE_BYTES];
    const uint8_t *key;
    gsize length;
    size_t n;

    *ret_hex = g_strdup("");
    if (keys == NULL)
        return FALSE;
    if (settle_result_rows(keys) == 0)
        return TRUE;
    key = settle_result_bytes(keys, 0, SQL_INTAKE_SENDER_KEYS_KEY, &n);
    settle_invariant(n == SETTLE_SENDER_KEY_BYTES);
    text = settle_intake_read_signature(path, &length);
    if (text == NULL || !settle_signature_parse(text, length, signature) ||
        !settle_signature_holds(key, signature, digest)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    text == NULL ? "%s: it is not signed: %s signs what it sends"
                                 : "%s" SETTLE_SIGNATURE_SUFFIX
                                   " is not the signature of %s over this file",
                    path, settle_result_text(keys, 0, SQL_INTAKE_SENDER_KEYS_CARRIER));
        settle_error_hint(error, "ask the sender for the file and its " SETTLE_SIGNATURE_SUFFIX
                                 "; settle sender-key list shows the key");
        return FALSE;
    }
    g_clear_pointer(ret_hex, g_free);
    *ret_hex = g_malloc(2 * sizeof signature + 1);
    for (size_t i = 0; i < sizeof signature; i++)
        g_snprintf(*ret_hex + 2 * i, 3, "%02x", signature[i]);
    return TRUE;
}

gboolean
settle_statement_import(SettleStore *store, const char *path, const char *carrier,
                        SettleMonth period, const SettleStatementMapping *mapping,
                        int64_t tolerance_minor, gboolean yes, SettleStatement *ret_statement,
                        GError **error)
{
    g_autofree char *name = settle_statement_title(carrier, period),
                    *how = settle_statement_mapping_hash(mapping), *signature = NULL,
                    *file = g_path_get_basename(path), *file_shown = g_utf8_make_valid(file, -1);
    g_autoptr(SettleResult) holds = NULL, detail = NULL;
    g_autoptr(GPtrArray) keys = NULL;
    g_autoptr(GHashTable) elsewhere = g_hash_table_new(NULL, NULL);
    const SettleKeyed *key;
    Reading reading = {.period = period, .elsewhere = elsewhere};
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
    if (!check_signature(store, path, carrier_id, digest, &signature, error) ||
        !settle_store_begin(store, error))
        return FALSE;
    /* the counter's row is ours until the end: nobody takes in the same one beside us */
    if (!settle_store_count(store, "control", 0, &last, error) ||
        (holds = settle_store_query(store, settle_sql_statement_current, error, "s", name)) == NULL)
        goto failed;
    if (is_the_same(holds, hex, how, tolerance_minor)) {
        settle_store_rollback(store);
        return settle_statement_load(store, carrier, period, ret_statement, error);
    }
    if (!yes && !check_month(store, path, carrier, name, &reading, digest, error))
        goto failed;
    settle_store_sum_rows(store, sums);
    stored =
        store_lines(store, path, mapping, carrier_id, key, period, &reading, hex, last + 1, error);
    settle_store_sum_rows(store, NULL);
    if (!stored)
        goto failed;
    if (sums->len > 0)
        sum = g_array_index(sums, SettleTableSum, 0);
    detail = settle_store_query(store, settle_sql_statement_detail, error, "ssllllys", file_shown,
                                how, reading.n_lines, reading.n_unreadable, reading.total_minor,
                                tolerance_minor, sum.digest, sizeof sum.digest, signature);
    if (detail == NULL ||
        !settle_store_control(store, "statement-import", name, digest, NULL,
                              settle_result_text(detail, 0, SQL_STATEMENT_DETAIL_DETAIL), &position,
                              error))
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
