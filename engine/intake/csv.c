/* Intake, the first step: bytes become records of fields with exact positions (RFC 4180, strict,
 * streaming). */
#include "intake/csv.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BLOCK (1024 * 1024)
/* A whole record and a block after it always fit. */
#define BUFFER (SETTLE_CSV_MAX_RECORD + BLOCK)

struct SettleCsv {
    char *name;
    SettleCsvRead read;
    gpointer user_data;
    char *buffer;
    size_t at;   /* start of the next record */
    size_t end;  /* of what was read */
    char *plain; /* fields with doubled quotes, without them; as large as a record */
    size_t plain_used;
    int64_t line;
    gboolean started;
    gboolean eof;
};

gssize
settle_csv_read_memory(gpointer user_data, char *buffer, size_t size, G_GNUC_UNUSED GError **error)
{
    SettleCsvMemory *memory = user_data;
    size_t n = MIN(size, memory->left);

    memcpy(buffer, memory->text, n);
    memory->text += n;
    memory->left -= n;
    return (gssize) n;
}

gssize
settle_csv_read_fd(const char *name, int fd, char *buffer, size_t size, GError **error)
{
    for (;;) {
        ssize_t n = read(fd, buffer, size);
        if (n >= 0)
            return n;
        if (errno == EINTR)
            continue;
        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(errno), "%s: %s", name,
                    g_strerror(errno));
        return -1;
    }
}

SettleCsv *
settle_csv_new(const char *name, SettleCsvRead read, gpointer user_data)
{
    SettleCsv *csv = g_new0(SettleCsv, 1);
    csv->name = g_strdup(name);
    csv->read = read;
    csv->user_data = user_data;
    csv->buffer = g_malloc(BUFFER);
    csv->line = 1;
    return csv;
}

void
settle_csv_free(SettleCsv *csv)
{
    if (csv == NULL)
        return;
    g_free(csv->name);
    g_free(csv->buffer);
    g_free(csv->plain);
    g_free(csv);
}

/* Moves what is left to the front and reads more after it. */
static gboolean
refill(SettleCsv *csv, GError **error)
{
    if (csv->at > 0) {
        memmove(csv->buffer, csv->buffer + csv->at, csv->end - csv->at);
        csv->end -= csv->at;
        csv->at = 0;
    }
    gssize n =
        csv->read(csv->user_data, csv->buffer + csv->end, MIN(BLOCK, BUFFER - csv->end), error);
    if (n < 0)
        return FALSE;
    if (n == 0)
        csv->eof = TRUE;
    csv->end += (size_t) n;
    return TRUE;
}

typedef enum { PARSED, NEEDS_MORE, UNTERMINATED } Parsed;

static const char *
without_doubles(SettleCsv *csv, const char *text, size_t length, size_t *ret_length)
{
    if (csv->plain == NULL)
        csv->plain = g_malloc(BUFFER);
    char *start = csv->plain + csv->plain_used, *to = start;
    for (size_t i = 0; i < length; i++) {
        *to++ = text[i];
        if (text[i] == '"')
            i++;
    }
    *ret_length = (size_t) (to - start);
    csv->plain_used += *ret_length;
    return start;
}

static void
add_field(SettleCsvRecord *record, const char *text, size_t length)
{
    settle_text_trim(&text, &length);
    if (record->n_fields < SETTLE_CSV_MAX_FIELDS)
        record->fields[record->n_fields] = (SettleCsvField){text, length};
    record->n_fields++;
}

static void
set_fault(SettleCsvRecord *record, SettleCsvFault fault, const char *where)
{
    if (record->fault != SETTLE_CSV_OK)
        return;
    record->fault = fault;
    record->fault_field = record->n_fields;
    record->fault_column = (size_t) (where - record->raw) + 1;
}

/* After a fault it is lost what quotes mean: the record ends with its line. */
static const char *
end_of_line(const char *p, const char *end)
{
    const char *line_end = memchr(p, '\n', (size_t) (end - p));
    if (line_end == NULL)
        return end;
    return line_end > p && line_end[-1] == '\r' ? line_end - 1 : line_end;
}

static const guint8 ends_field[256] = {[','] = 1, ['\n'] = 1, ['\r'] = 1, ['"'] = 1};

/* One record from csv->at on. *ret_next: after its line end; for UNTERMINATED the opening quote.
 */
static Parsed
parse(SettleCsv *csv, SettleCsvRecord *record, const char **ret_next, gboolean *ret_quoted)
{
    const char *p = csv->buffer + csv->at, *end = csv->buffer + csv->end;
    record->raw = p;
    record->n_fields = 0;
    record->fault = SETTLE_CSV_OK;
    csv->plain_used = 0;
    *ret_quoted = FALSE;
    for (;;) {
        const char *text = p, *text_end;
        if (p < end && *p == '"') {
            gboolean doubled = FALSE;
            *ret_quoted = TRUE;
            text = ++p;
            for (;;) {
                p = memchr(p, '"', (size_t) (end - p));
                if (p == NULL) {
                    *ret_next = text - 1;
                    return csv->eof ? UNTERMINATED : NEEDS_MORE;
                }
                if (p + 1 == end && !csv->eof)
                    return NEEDS_MORE;
                if (p + 1 == end || p[1] != '"')
                    break;
                doubled = TRUE;
                p += 2;
            }
            text_end = p++;
            if (p < end && *p == '\r' && p + 1 == end && !csv->eof)
                return NEEDS_MORE;
            if (p < end && *p != ',' && *p != '\n' &&
                !(*p == '\r' && p + 1 < end && p[1] == '\n')) {
                set_fault(record, SETTLE_CSV_TEXT_AFTER_QUOTE, p);
                p = end_of_line(p, end);
            }
            size_t length = (size_t) (text_end - text);
            if (doubled)
                text = without_doubles(csv, text, length, &length);
            add_field(record, text, length);
        } else {
            for (;;) {
                while (p < end && !ends_field[(guint8) *p])
                    p++;
                if (p == end || *p == ',' || *p == '\n')
                    break;
                if (*p == '\r' && p + 1 == end && !csv->eof)
                    return NEEDS_MORE;
                if (*p == '\r' && p + 1 < end && p[1] == '\n')
                    break;
                set_fault(record, *p == '"' ? SETTLE_CSV_STRAY_QUOTE : SETTLE_CSV_STRAY_CR, p);
                p = end_of_line(p, end);
                break;
            }
            add_field(record, text, (size_t) (p - text));
        }
        if (p == end && !csv->eof)
            return NEEDS_MORE;
        if (p < end && *p == ',') {
            p++;
            continue;
        }
        record->raw_length = (size_t) (p - record->raw);
        *ret_next = p == end ? end : p + (*p == '\r' ? 2 : 1);
        return PARSED;
    }
}

static gboolean
all_ascii(const char *text, size_t length)
{
    guint64 high = 0;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        guint64 eight;
        memcpy(&eight, text + i, 8);
        high |= eight;
    }
    for (; i < length; i++)
        high |= (guint64) (guint8) text[i] << 56;
    return (high & G_GUINT64_CONSTANT(0x8080808080808080)) == 0;
}

/* The record is text: no NUL, valid UTF-8. */
static void
check_text(SettleCsvRecord *record)
{
    const char *bad = memchr(record->raw, 0, record->raw_length);
    SettleCsvFault fault = SETTLE_CSV_NUL;
    if (bad == NULL) {
        if (all_ascii(record->raw, record->raw_length) ||
            g_utf8_validate_len(record->raw, record->raw_length, &bad))
            return;
        fault = SETTLE_CSV_UTF8;
    }
    if (record->fault != SETTLE_CSV_OK)
        return;
    record->fault = fault;
    record->fault_column = (size_t) (bad - record->raw) + 1;
    record->fault_field = 0;
    for (unsigned i = 0; i < MIN(record->n_fields, SETTLE_CSV_MAX_FIELDS); i++) {
        const SettleCsvField *field = &record->fields[i];
        if (fault == SETTLE_CSV_NUL ? memchr(field->text, 0, field->length) != NULL
                                    : !g_utf8_validate_len(field->text, field->length, NULL)) {
            record->fault_field = i;
            return;
        }
    }
}

static int64_t
count_lines(const char *from, const char *to)
{
    int64_t n = 0;
    while ((from = memchr(from, '\n', (size_t) (to - from))) != NULL) {
        n++;
        from++;
    }
    return n;
}

static gboolean
skip_mark(SettleCsv *csv, GError **error)
{
    while (csv->end < 3 && !csv->eof)
        if (!refill(csv, error))
            return FALSE;
    if (csv->end >= 3 && memcmp(csv->buffer, "\xef\xbb\xbf", 3) == 0)
        csv->at = 3;
    csv->started = TRUE;
    return TRUE;
}

gboolean
settle_csv_next(SettleCsv *csv, SettleCsvRecord *ret_record, GError **error)
{
    if (!csv->started && !skip_mark(csv, error))
        return FALSE;
    for (;;) {
        const char *next;
        gboolean quoted;
        if (csv->at == csv->end && csv->eof)
            return FALSE;
        Parsed parsed = csv->at == csv->end ? NEEDS_MORE : parse(csv, ret_record, &next, &quoted);
        if (parsed == UNTERMINATED) {
            const char *start = csv->buffer + csv->at;
            int64_t line = csv->line + count_lines(start, next);
            const char *line_start = next;
            while (line_start > start && line_start[-1] != '\n')
                line_start--;
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                        "%s:%" G_GINT64_FORMAT ":%zu: quoted field is never closed", csv->name,
                        line, (size_t) (next - line_start) + 1);
            return FALSE;
        }
        if (parsed == NEEDS_MORE && csv->end - csv->at <= SETTLE_CSV_MAX_RECORD) {
            if (!refill(csv, error))
                return FALSE;
            continue;
        }
        if (parsed == NEEDS_MORE || ret_record->raw_length > SETTLE_CSV_MAX_RECORD) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                        "%s:%" G_GINT64_FORMAT ": record is longer than %d bytes", csv->name,
                        csv->line, SETTLE_CSV_MAX_RECORD);
            settle_error_hint(error, "is a quote opened in this line and never closed?");
            return FALSE;
        }
        ret_record->line = csv->line;
        csv->line += quoted ? count_lines(csv->buffer + csv->at, next) : 1;
        csv->at = (size_t) (next - csv->buffer);
        if (ret_record->raw_length == 0)
            continue;
        check_text(ret_record);
        return TRUE;
    }
}

void
settle_csv_append(GString *text, const SettleCsvField *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const SettleCsvField *field = &fields[i];
        gboolean quote = FALSE;
        for (size_t k = 0; k < field->length && !quote; k++)
            quote = ends_field[(guint8) field->text[k]];
        if (i > 0)
            g_string_append_c(text, ',');
        if (!quote) {
            g_string_append_len(text, field->text, (gssize) field->length);
            continue;
        }
        g_string_append_c(text, '"');
        for (size_t k = 0; k < field->length; k++) {
            if (field->text[k] == '"')
                g_string_append_c(text, '"');
            g_string_append_c(text, field->text[k]);
        }
        g_string_append_c(text, '"');
    }
}
