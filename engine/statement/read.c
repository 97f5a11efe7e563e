/* A carrier's statement as a CSV file, line by line: a line that cannot be read is a line, too,
 * with what is wrong with it. What its columns are called is the mapping's matter (mapping.c);
 * where the lines go is the caller's (write.c). */
#include "statement/read.h"

#include "intake/csv.h"
#include "model/transfer.h"
#include "money/money.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const SettleStatementMapping *mapping;
    int32_t carrier_id;
    const SettleKeyed *key;
    SettleMonth period;
    int exponent;
    int places[SETTLE_STATEMENT_COLUMNS]; /* in the record; -1: not there */
    GString *subject, *fault;             /* of the line in hand */
} File;

int64_t
settle_statement_volume_id(int32_t carrier_id, const char *subject, size_t length)
{
    return settle_id_from_key(carrier_id, subject, length) | SETTLE_SUBJECT_SPECIAL;
}

static const SettleCsvField *
field_of(const File *file, const SettleCsvRecord *record, SettleStatementColumn column)
{
    static const SettleCsvField none = {"", 0};
    int place = file->places[column];

    return place >= 0 && (unsigned) place < record->n_fields ? &record->fields[place] : &none;
}

static gboolean
complain(File *file, SettleStatementColumn column, const SettleCsvField *field, const char *reason)
{
    g_autofree char *value = g_utf8_make_valid(field->text, (gssize) MIN(field->length, 80));

    g_string_printf(file->fault, "column %s: \"%s\" %s", file->mapping->columns[column], value,
                    reason);
    return FALSE;
}

static int
parse_kind(const File *file, const SettleCsvField *field)
{
    char word[64];

    if (field->length >= sizeof word)
        return 0;
    memcpy(word, field->text, field->length);
    word[field->length] = '\0';
    if (file->mapping->kinds != NULL)
        return GPOINTER_TO_INT(g_hash_table_lookup(file->mapping->kinds, word));
    return settle_commission_lookup(word);
}

/* 2026-03 or 202603 */
static gboolean
parse_month(const SettleCsvField *field, SettleMonth *ret_month)
{
    char text[8];

    if (field->length != 6)
        return settle_month_parse(field->text, field->length, ret_month);
    g_snprintf(text, sizeof text, "%.4s-%.2s", field->text, field->text + 4);
    return settle_month_parse(text, 7, ret_month);
}

/* FALSE: file->fault says why not. */
static gboolean
read_record(File *file, const SettleCsvRecord *record, SettleStatementLine *line)
{
    const SettleCsvField *order = field_of(file, record, SETTLE_STATEMENT_ORDER),
                         *part = field_of(file, record, SETTLE_STATEMENT_LINE),
                         *kind = field_of(file, record, SETTLE_STATEMENT_KIND),
                         *period = field_of(file, record, SETTLE_STATEMENT_PERIOD),
                         *amount = field_of(file, record, SETTLE_STATEMENT_AMOUNT),
                         *shop = field_of(file, record, SETTLE_STATEMENT_DISTRIBUTOR),
                         *rule = field_of(file, record, SETTLE_STATEMENT_RULE);

    if (record->fault != SETTLE_CSV_OK) {
        g_string_printf(file->fault, "field %u is not well-formed CSV", record->fault_field + 1);
        return FALSE;
    }
    line->kind = parse_kind(file, kind);
    if (line->kind == 0)
        return complain(file, SETTLE_STATEMENT_KIND, kind, "is no known kind");
    if (period->length > 0 && !parse_month(period, &line->origin))
        return complain(file, SETTLE_STATEMENT_PERIOD, period, "is no month like 2026-03");
    if (settle_money_parse(amount->text, amount->length, file->mapping->minor ? 0 : file->exponent,
                           &line->amount_minor) != SETTLE_PARSE_OK)
        return complain(file, SETTLE_STATEMENT_AMOUNT, amount, "is no amount");
    if (!settle_kind_is_window(line->kind)) {
        if (order->length == 0)
            return complain(file, SETTLE_STATEMENT_ORDER, order, "names no order");
        line->subject = order->text;
        line->subject_length = order->length;
        line->subject_id = settle_keyed_id(file->key, SETTLE_KEYED_ORDER, order->text,
                                           order->length, part->text, part->length);
        if (part->length == 0)
            return TRUE;
        g_string_printf(file->subject, "%.*s/%.*s", (int) order->length, order->text,
                        (int) part->length, part->text);
        line->subject = file->subject->str;
        line->subject_length = file->subject->len;
        return TRUE;
    }
    if (shop->length == 0 || rule->length == 0) {
        gboolean no_shop = shop->length == 0;

        return complain(file, no_shop ? SETTLE_STATEMENT_DISTRIBUTOR : SETTLE_STATEMENT_RULE,
                        no_shop ? shop : rule, "names none, of a volume bonus");
    }
    g_string_printf(file->subject, "%.*s/%.*s", (int) shop->length, shop->text, (int) rule->length,
                    rule->text);
    line->subject = file->subject->str;
    line->subject_length = file->subject->len;
    line->subject_id =
        settle_statement_volume_id(file->carrier_id, line->subject, line->subject_length);
    return TRUE;
}

static gboolean
take_record(File *file, const SettleCsvRecord *record, SettleStatementTake take, gpointer user_data,
            GError **error)
{
    SettleStatementLine line = {.line = record->line, .origin = file->period};

    if (!read_record(file, record, &line)) {
        g_autofree char *raw = g_utf8_make_valid(record->raw, (gssize) record->raw_length);

        line = (SettleStatementLine){.line = record->line,
                                     .origin = file->period,
                                     .subject = raw,
                                     .subject_length = strlen(raw),
                                     .fault = file->fault->str};
        return take(user_data, &line, error);
    }
    return take(user_data, &line, error);
}

static gboolean
take_header(File *file, const char *path, const SettleCsvRecord *header, GError **error)
{
    for (int column = 0; column < SETTLE_STATEMENT_COLUMNS; column++) {
        const char *name = file->mapping->columns[column];
        gboolean needed = column == SETTLE_STATEMENT_KIND || column == SETTLE_STATEMENT_AMOUNT ||
                          column == SETTLE_STATEMENT_ORDER;

        file->places[column] = -1;
        for (unsigned i = 0; i < MIN(header->n_fields, SETTLE_CSV_MAX_FIELDS); i++)
            if (header->fields[i].length == strlen(name) &&
                memcmp(header->fields[i].text, name, strlen(name)) == 0)
                file->places[column] = (int) i;
        if (needed && file->places[column] < 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s:1: there is no column \"%s\"",
                        path, name);
            settle_error_hint(error, "a mapping says what the columns are called: --mapping FILE");
            return FALSE;
        }
    }
    return TRUE;
}

typedef struct {
    int fd;
    const char *path;
    SettleDigest *digest;
} Bytes;

static gssize
read_bytes(gpointer user_data, char *buffer, size_t size, GError **error)
{
    Bytes *bytes = user_data;
    gssize n = settle_csv_read_fd(bytes->path, bytes->fd, buffer, size, error);

    if (n > 0)
        settle_digest_update(bytes->digest, buffer, (size_t) n);
    return n;
}

gboolean
settle_statement_file_read(const char *path, const SettleStatementMapping *mapping,
                           int32_t carrier_id, const SettleKeyed *key, SettleMonth period,
                           int exponent, SettleStatementTake take, gpointer user_data,
                           uint8_t ret_digest[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleDigest) digest = settle_digest_new();
    g_autoptr(GString) subject = g_string_new(NULL), fault = g_string_new(NULL);
    g_autoptr(SettleCsv) csv = NULL;
    Bytes bytes = {open(path, O_RDONLY | O_CLOEXEC), path, digest};
    File file = {mapping, carrier_id, key, period, exponent, {0}, subject, fault};
    SettleCsvRecord record;
    GError *failure = NULL;
    gboolean ok;

    if (bytes.fd < 0) {
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno), "%s: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    csv = settle_csv_new(path, read_bytes, &bytes);
    ok = settle_csv_next(csv, &record, &failure);
    if (!ok && failure == NULL)
        g_set_error(&failure, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s: the file is empty", path);
    ok = ok && take_header(&file, path, &record, &failure);
    while (ok && settle_csv_next(csv, &record, &failure))
        ok = take_record(&file, &record, take, user_data, &failure);
    close(bytes.fd);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    settle_digest_finish(digest, ret_digest);
    return TRUE;
}
