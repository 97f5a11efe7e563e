/* Intake, where records come from: a file, the staging table, or rows released from quarantine;
 * all look like records of a CSV file. */
#include "intake/source.h"

#include "base/text.h"
#include "store/sql.h"

#include <jansson.h>
#include <string.h>

typedef enum { FROM_FILE, FROM_STAGING, FROM_KEPT } From;

struct SettleIntakeSource {
    From from;
    char *name;
    SettleCsv *csv; /* file */
    int fd;
    SettleDigest *digest; /* of what was read of it */
    int64_t bytes;
    SettleReader *reader; /* staging, kept */
    SettleFileKind kind;
    json_t *object; /* of the current staging row: owns its texts */
    GString *raw;
    GPtrArray *numbers; /* texts of values that are no strings */
    char *fault;
    SettleCsv *row; /* of the current kept row */
    SettleCsvMemory memory;
    char *header;
    int64_t last_line;
    GArray *lines;
};

static SettleIntakeSource *
new_source(From from, const char *name)
{
    SettleIntakeSource *source = g_new0(SettleIntakeSource, 1);
    source->from = from;
    source->name = g_strdup(name);
    source->raw = g_string_new(NULL);
    source->numbers = g_ptr_array_new_with_free_func(g_free);
    source->lines = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return source;
}

static gssize
read_file(gpointer user_data, char *buffer, size_t size, GError **error)
{
    SettleIntakeSource *source = user_data;
    gssize n = settle_csv_read_fd(source->name, source->fd, buffer, size, error);

    if (n > 0) {
        settle_digest_update(source->digest, buffer, (size_t) n);
        source->bytes += n;
    }
    return n;
}

SettleIntakeSource *
settle_intake_source_file(const char *name, int fd)
{
    SettleIntakeSource *source = new_source(FROM_FILE, name);
    source->fd = fd;
    source->digest = settle_digest_new();
    source->csv = settle_csv_new(name, read_file, source);
    return source;
}

gboolean
settle_intake_source_file_sum(SettleIntakeSource *source, uint8_t ret_sha256[SETTLE_DIGEST_BYTES],
                              int64_t *ret_bytes)
{
    if (source->from != FROM_FILE)
        return FALSE;
    settle_digest_finish(source->digest, ret_sha256);
    *ret_bytes = source->bytes;
    return TRUE;
}

SettleIntakeSource *
settle_intake_source_staging(SettleStore *store, SettleFileKind kind, const char *name,
                             int64_t after)
{
    SettleIntakeSource *source = new_source(FROM_STAGING, name);
    source->kind = kind;
    source->reader = settle_store_read(store, settle_sql_intake_staging_rows, "ssl", name,
                                       settle_file_kind_name(kind), after);
    return source;
}

static SettleIntakeSource *
new_kept(int32_t batch_id, const char *header)
{
    g_autofree char *name = g_strdup_printf("batch %d", batch_id);
    SettleIntakeSource *source = new_source(FROM_KEPT, name);

    source->header = g_strdup(header);
    return source;
}

SettleIntakeSource *
settle_intake_source_kept(SettleStore *store, int32_t batch_id, const char *header, int64_t line,
                          const char *reason, gboolean dismissed, gboolean woken)
{
    SettleIntakeSource *source = new_kept(batch_id, header);

    source->reader = settle_store_read(store, settle_sql_intake_kept_rows, "ilsbb", batch_id, line,
                                       reason == NULL ? "" : reason, dismissed, woken);
    return source;
}

SettleIntakeSource *
settle_intake_source_lines_kept(SettleStore *store, int32_t batch_id, const char *header,
                                const int64_t *lines, size_t n)
{
    SettleIntakeSource *source = new_kept(batch_id, header);

    /* the columns of intake_kept_rows */
    source->reader =
        settle_store_read(store, settle_sql_intake_told_later_rows, "iL", batch_id, lines, n);
    return source;
}

void
settle_intake_source_end(SettleIntakeSource *source)
{
    g_clear_pointer(&source->reader, settle_reader_free);
}

void
settle_intake_source_free(SettleIntakeSource *source)
{
    if (source == NULL)
        return;
    settle_intake_source_end(source);
    settle_csv_free(source->csv);
    g_clear_pointer(&source->digest, settle_digest_free);
    settle_csv_free(source->row);
    if (source->object != NULL)
        json_decref(source->object);
    g_string_free(source->raw, TRUE);
    g_ptr_array_unref(source->numbers);
    g_array_unref(source->lines);
    g_free(source->fault);
    g_free(source->header);
    g_free(source->name);
    g_free(source);
}

/* One record of a text that is known to have been one. */
static gboolean
parse_text(SettleIntakeSource *source, const char *text, size_t length, SettleCsvRecord *ret_record,
           GError **error)
{
    GError *failure = NULL;
    settle_csv_free(source->row);
    source->memory = (SettleCsvMemory){text, length};
    source->row = settle_csv_new(source->name, settle_csv_read_memory, &source->memory);
    if (settle_csv_next(source->row, ret_record, &failure))
        return TRUE;
    if (failure == NULL)
        g_set_error(&failure, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s: empty record", source->name);
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean
staging_header(SettleIntakeSource *source, SettleCsvRecord *ret_record)
{
    int n;
    const SettleIntakeColumn *columns = settle_intake_columns(source->kind, &n);
    memset(ret_record, 0, sizeof *ret_record);
    for (int i = 0; i < n; i++)
        ret_record->fields[i] = (SettleCsvField){columns[i].name, strlen(columns[i].name)};
    ret_record->n_fields = (unsigned) n;
    g_string_truncate(source->raw, 0);
    settle_csv_append(source->raw, ret_record->fields, (size_t) n);
    ret_record->raw = source->raw->str;
    ret_record->raw_length = source->raw->len;
    return TRUE;
}

gboolean
settle_intake_source_header(SettleIntakeSource *source, SettleCsvRecord *ret_record, GError **error)
{
    if (source->from == FROM_STAGING)
        return staging_header(source, ret_record);
    if (source->from == FROM_KEPT)
        return parse_text(source, source->header, strlen(source->header), ret_record, error);
    GError *failure = NULL;
    if (!settle_csv_next(source->csv, ret_record, &failure)) {
        if (failure == NULL)
            g_set_error(&failure, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s: is empty", source->name);
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (ret_record->fault != SETTLE_CSV_OK) {
        gboolean binary =
            ret_record->fault == SETTLE_CSV_NUL || ret_record->fault == SETTLE_CSV_UTF8;
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    "%s:%" G_GINT64_FORMAT ":%zu: is not a CSV file: %s", source->name,
                    ret_record->line, ret_record->fault_column,
                    binary ? "the first line is not UTF-8 text" : "the header is malformed");
        if (binary)
            settle_error_hint(error, "save it as CSV in UTF-8; spreadsheets are not read");
        return FALSE;
    }
    return TRUE;
}

/* A JSON value as it would stand in a CSV file; NULL if it is no single value. */
static const char *
value_text(SettleIntakeSource *source, const json_t *value, size_t *ret_length)
{
    char *text = NULL;
    if (json_is_string(value)) {
        *ret_length = json_string_length(value);
        return json_string_value(value);
    }
    if (json_is_null(value))
        text = g_strdup("");
    else if (json_is_boolean(value))
        text = g_strdup(json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (text == NULL)
        return NULL;
    g_ptr_array_add(source->numbers, text);
    *ret_length = strlen(text);
    return text;
}

static void
fill_from_json(SettleIntakeSource *source, SettleCsvRecord *record)
{
    int n;
    const SettleIntakeColumn *columns = settle_intake_columns(source->kind, &n);
    size_t found = 0;
    record->n_fields = (unsigned) n;
    for (int i = 0; i < n; i++) {
        const json_t *value = json_object_get(source->object, columns[i].name);
        record->fields[i] = (SettleCsvField){"", 0};
        if (value == NULL)
            continue;
        found++;
        record->fields[i].text = value_text(source, value, &record->fields[i].length);
        if (record->fields[i].text != NULL) {
            settle_text_trim(&record->fields[i].text, &record->fields[i].length);
        } else {
            record->fields[i] = (SettleCsvField){"", 0};
            if (source->fault == NULL)
                source->fault =
                    g_strdup_printf("the value of \"%s\" is no single value", columns[i].name);
        }
    }
    if (source->fault != NULL || found == json_object_size(source->object))
        return;
    const char *key;
    json_t *value;
    json_object_foreach(source->object, key, value)
    {
        gboolean known = FALSE;
        for (int i = 0; i < n && !known; i++)
            known = strcmp(columns[i].name, key) == 0;
        if (!known && source->fault == NULL)
            source->fault = g_strdup_printf("unknown column \"%.60s\"", key);
    }
}

static gboolean
next_staging(SettleIntakeSource *source, SettleCsvRecord *record, GError **error)
{
    if (!settle_reader_next(source->reader)) {
        settle_reader_end(source->reader, error);
        return FALSE;
    }
    size_t length;
    const char *text =
        settle_reader_text(source->reader, SQL_INTAKE_STAGING_ROWS_FIELDS_TEXT, &length);
    memset(record, 0, sizeof *record);
    record->line = settle_reader_i64(source->reader, SQL_INTAKE_STAGING_ROWS_ROW_NO);
    if (source->object != NULL)
        json_decref(source->object);
    g_clear_pointer(&source->fault, g_free);
    g_ptr_array_set_size(source->numbers, 0);
    /* Numbers come as the exact text of the database, never through a double. */
    source->object = json_loadb(text, length, JSON_DECODE_ANY, NULL);
    if (json_is_object(source->object)) {
        fill_from_json(source, record);
    } else {
        int n;
        settle_intake_columns(source->kind, &n);
        record->n_fields = (unsigned) n;
        for (int i = 0; i < n; i++)
            record->fields[i] = (SettleCsvField){"", 0};
        source->fault = g_strdup("the fields are no JSON object");
    }
    g_string_truncate(source->raw, 0);
    settle_csv_append(source->raw, record->fields, record->n_fields);
    record->raw = source->raw->str;
    record->raw_length = source->raw->len;
    return TRUE;
}

static gboolean
next_kept(SettleIntakeSource *source, SettleCsvRecord *record, GError **error)
{
    if (!settle_reader_next(source->reader)) {
        settle_reader_end(source->reader, error);
        return FALSE;
    }
    size_t length;
    int64_t line = settle_reader_i64(source->reader, SQL_INTAKE_KEPT_ROWS_LINE);
    const char *text = settle_reader_text(source->reader, SQL_INTAKE_KEPT_ROWS_RAW, &length);
    if (!parse_text(source, text, length, record, error))
        return FALSE;
    record->line = line;
    g_array_append_val(source->lines, line);
    return TRUE;
}

gboolean
settle_intake_source_next(SettleIntakeSource *source, SettleCsvRecord *ret_record, GError **error)
{
    gboolean there = FALSE;
    switch (source->from) {
    case FROM_FILE:
        there = settle_csv_next(source->csv, ret_record, error);
        break;
    case FROM_STAGING:
        there = next_staging(source, ret_record, error);
        break;
    case FROM_KEPT:
        there = next_kept(source, ret_record, error);
        break;
    }
    if (there)
        source->last_line = ret_record->line;
    return there;
}

const char *
settle_intake_source_fault(const SettleIntakeSource *source)
{
    return source->fault;
}

int64_t
settle_intake_source_last_line(const SettleIntakeSource *source)
{
    return source->last_line;
}

const GArray *
settle_intake_source_lines(const SettleIntakeSource *source)
{
    return source->lines;
}
