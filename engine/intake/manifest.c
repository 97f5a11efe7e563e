/* Reads the manifest of a drop folder, line by line; nothing in it is trusted. */
#include "intake/manifest.h"

#include "base/near.h"
#include "base/printable.h"
#include "intake/csv.h"
#include "intake/inbox.h"
#include "intake/totals.h"

#include <string.h>

enum { FILE_NAME, KIND, DATE, COUNT, SUM, CARRIER, SHA256, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"file", "kind",    "business_date", "count",
                                               "sum",  "carrier", "sha256"};
#define N_REQUIRED 3

void
settle_manifest_entry_free(SettleManifestEntry *entry)
{
    if (entry == NULL)
        return;
    g_free(entry->file);
    g_free(entry->sum);
    g_free(entry->carrier);
    g_free(entry);
}

void
settle_manifest_free(SettleManifest *manifest)
{
    if (manifest == NULL)
        return;
    g_ptr_array_unref(manifest->entries);
    g_ptr_array_unref(manifest->faults);
    g_hash_table_unref(manifest->named);
    g_free(manifest);
}

void
settle_manifest_append(GString *text, const SettleManifestEntry *entry)
{
    char day[SETTLE_DAY_TEXT_BYTES], count[24] = "", hex[SETTLE_DIGEST_BYTES * 2 + 1] = "";
    const char *cells[N_COLUMNS] = {entry->file,
                                    settle_file_kind_name(entry->kind),
                                    settle_day_format(entry->date, day),
                                    count,
                                    entry->sum != NULL ? entry->sum : "",
                                    entry->carrier != NULL ? entry->carrier : "",
                                    hex};
    SettleCsvField fields[N_COLUMNS];

    if (entry->has_count)
        g_snprintf(count, sizeof count, "%" G_GINT64_FORMAT, entry->count);
    if (entry->has_sha256)
        settle_digest_hex(entry->sha256, hex);
    for (int i = 0; i < N_COLUMNS; i++)
        fields[i] = (SettleCsvField){cells[i], strlen(cells[i])};
    settle_csv_append(text, fields, N_COLUMNS);
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    int at[N_COLUMNS]; /* place of a column; -1: there is none */
    unsigned n_columns;
    int64_t lines;      /* files named so far */
    gboolean sealed;    /* the last line said so */
    SettleManifest *to; /* owned */
} Parse;

static gboolean
take_header(Parse *parse, const SettleCsvRecord *header, GError **error)
{
    for (int c = 0; c < N_COLUMNS; c++)
        parse->at[c] = -1;
    parse->n_columns = header->n_fields;
    for (unsigned i = 0; i < MIN(header->n_fields, SETTLE_CSV_MAX_FIELDS); i++) {
        const SettleCsvField *field = &header->fields[i];
        int c = 0;

        while (c < N_COLUMNS && (strlen(columns[c]) != field->length ||
                                 memcmp(columns[c], field->text, field->length) != 0))
            c++;
        if (c == N_COLUMNS || parse->at[c] >= 0) {
            g_autofree char *shown = settle_printable(field->text, (gssize) field->length);

            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                        "%s:1: there is %s column \"%.80s\"", parse->name,
                        c == N_COLUMNS ? "no" : "a second", shown);
            settle_error_hint(error, "the first line is file,kind,business_date,count,sum; carrier "
                                     "and sha256 may follow");
            return FALSE;
        }
        parse->at[c] = (int) i;
    }
    for (int c = 0; c < N_REQUIRED; c++) {
        if (parse->at[c] >= 0)
            continue;
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s:1: the column \"%s\" is missing",
                    parse->name, columns[c]);
        settle_error_hint(error, "the first line is file,kind,business_date,count,sum");
        return FALSE;
    }
    return TRUE;
}

static SettleCsvField
cell(const Parse *parse, const SettleCsvRecord *record, int column)
{
    int at = parse->at[column];

    return at >= 0 && (unsigned) at < MIN(record->n_fields, SETTLE_CSV_MAX_FIELDS)
               ? record->fields[at]
               : (SettleCsvField){"", 0};
}

/* The seal: `end,N`, with whatever empty fields a spreadsheet leaves behind it. */
static gboolean
is_seal(const SettleCsvRecord *record, int64_t *ret_n)
{
    g_autofree char *number = NULL;
    guint64 n;

    if (record->fault != SETTLE_CSV_OK || record->n_fields < 2 ||
        record->n_fields > SETTLE_CSV_MAX_FIELDS || record->fields[0].length != 3 ||
        memcmp(record->fields[0].text, "end", 3) != 0)
        return FALSE;
    for (unsigned i = 2; i < record->n_fields; i++)
        if (record->fields[i].length != 0)
            return FALSE;
    number = g_strndup(record->fields[1].text, record->fields[1].length);
    if (!g_ascii_string_to_unsigned(number, 10, 0, G_MAXINT32, &n, NULL))
        return FALSE;
    *ret_n = (int64_t) n;
    return TRUE;
}

static gboolean
parse_sha256(SettleCsvField field, uint8_t ret_bytes[SETTLE_DIGEST_BYTES])
{
    if (field.length != SETTLE_DIGEST_BYTES * 2)
        return FALSE;
    for (int i = 0; i < SETTLE_DIGEST_BYTES; i++) {
        int high = g_ascii_xdigit_value(field.text[2 * i]);
        int low = g_ascii_xdigit_value(field.text[2 * i + 1]);

        if (high < 0 || low < 0)
            return FALSE;
        ret_bytes[i] = (uint8_t) (high << 4 | low);
    }
    return TRUE;
}

static void G_GNUC_PRINTF(2, 3) add_fault(GString *faults, const char *format, ...)
{
    va_list arguments;

    g_string_append(faults, faults->len > 0 ? "; " : "");
    va_start(arguments, format);
    g_string_append_vprintf(faults, format, arguments);
    va_end(arguments);
}

static void
add_kind_fault(GString *faults, SettleCsvField kind, SettleManifestEntry *entry)
{
    g_autofree char *word = g_strndup(kind.text, kind.length), *shown = NULL;
    const char *names[SETTLE_N_FILE_KINDS + 1] = {NULL}, *meant;

    if (settle_file_kind_lookup(word, &entry->kind))
        return;
    for (int i = 0; i < SETTLE_N_FILE_KINDS; i++)
        names[i] = settle_file_kind_name((SettleFileKind) i);
    shown = settle_printable(word, -1);
    meant = settle_did_you_mean(word, names);
    add_fault(faults, "there is no kind \"%.40s\"%s%s%s", shown,
              meant != NULL ? " (did you mean \"" : "", meant != NULL ? meant : "",
              meant != NULL ? "\"?)" : "");
}

/* Control totals as intake takes them. */
static void
take_totals(SettleManifestEntry *entry, SettleCsvField count, SettleCsvField sum, GString *faults)
{
    g_autofree char *text = g_strndup(count.text, count.length);
    SettleIntakeOptions options = {.business_date = entry->date};
    g_autoptr(GError) error = NULL;
    g_autofree char *shown = NULL;
    gboolean known = faults->len == 0; /* else the kind may be none: what it takes is not known */
    guint64 n = 0;

    if (count.length > 0 && !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &n, NULL)) {
        shown = settle_printable(text, -1);
        add_fault(faults, "\"%.80s\" is no number of rows", shown);
        return;
    }
    entry->has_count = options.has_control_count = count.length > 0;
    entry->count = options.control_count = (int64_t) n;
    if (sum.length > 0)
        entry->sum = g_strndup(sum.text, sum.length);
    options.control_sum = entry->sum;
    if (!known || settle_intake_check_options(entry->kind, &options, &error))
        return;
    *strchrnul(error->message, '\n') = '\0'; /* without its hint */
    shown = settle_printable(error->message, -1);
    add_fault(faults, "%s", shown);
}

/* What a line says; NULL and why it cannot be heeded. */
static SettleManifestEntry *
parse_entry(const Parse *parse, const SettleCsvRecord *record, char **ret_fault)
{
    SettleCsvField name = cell(parse, record, FILE_NAME), kind = cell(parse, record, KIND),
                   date = cell(parse, record, DATE), carrier = cell(parse, record, CARRIER),
                   sha256 = cell(parse, record, SHA256);
    SettleManifestEntry *entry = g_new0(SettleManifestEntry, 1);
    g_autoptr(GString) faults = g_string_new(NULL);
    const char *fault = settle_inbox_name_fault(name.text, name.length);
    gboolean dated;

    entry->line = record->line;
    entry->file = g_strndup(name.text, name.length);
    if (record->fault != SETTLE_CSV_OK) {
        *ret_fault = g_strdup("the line is malformed");
        return entry;
    }
    if (record->n_fields != parse->n_columns) {
        *ret_fault = g_strdup_printf("has %u fields, the first line has %u", record->n_fields,
                                     parse->n_columns);
        return entry;
    }
    /* all that is wrong with it, so that it comes again once */
    if (fault != NULL)
        add_fault(faults, "%s", fault);
    else if (settle_inbox_is_temporary(entry->file))
        add_fault(faults, "is a temporary name: the file is not complete");
    add_kind_fault(faults, kind, entry);
    dated = settle_day_parse(date.text, date.length, &entry->date);
    if (!dated) {
        g_autofree char *shown = settle_printable(date.text, (gssize) date.length);

        add_fault(faults, "\"%.40s\" is no day like 2026-03-31", shown);
    }
    if (carrier.length > 0 && !settle_is_printable(carrier.text, (gssize) carrier.length))
        add_fault(faults, "the carrier has characters that cannot be seen");
    if (sha256.length > 0 && !parse_sha256(sha256, entry->sha256))
        add_fault(faults, "sha256 is not 64 hex digits");
    take_totals(entry, cell(parse, record, COUNT), cell(parse, record, SUM), faults);
    *ret_fault = faults->len > 0 ? g_string_free(g_steal_pointer(&faults), FALSE) : NULL;
    if (carrier.length > 0)
        entry->carrier = g_strndup(carrier.text, carrier.length);
    entry->has_sha256 = sha256.length > 0;
    return entry;
}

static void
take_line(Parse *parse, const SettleCsvRecord *record)
{
    g_autofree char *fault = NULL, *shown = NULL;
    SettleManifestEntry *entry = parse_entry(parse, record, &fault);
    SettleManifest *to = parse->to;

    parse->lines++;
    if (!g_hash_table_add(to->named, g_strdup(entry->file)) && fault == NULL)
        fault = g_strdup("is named a second time");
    if (fault == NULL) {
        g_ptr_array_add(to->entries, entry);
        return;
    }
    shown = settle_printable(entry->file, -1);
    g_ptr_array_add(to->faults, g_strdup_printf("%s:%" G_GINT64_FORMAT ": \"%.200s\": %s",
                                                parse->name, record->line, shown, fault));
    settle_manifest_entry_free(entry);
}

static gboolean
fail_unsealed(const Parse *parse, GError **error)
{
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "%s is not complete: its last line is not end,%" G_GINT64_FORMAT, parse->name,
                parse->lines);
    settle_error_hint(error, "the sender ends it with end,N, N being the number of files it names, "
                             "when all of them are there");
    return FALSE;
}

static gboolean
parse_all(Parse *parse, SettleCsv *csv, GError **error)
{
    SettleCsvRecord record;
    GError *header_failure = NULL, *failure = NULL;
    int64_t n = -1;

    if (!settle_csv_next(csv, &record, &failure)) {
        g_clear_error(&failure);
        return fail_unsealed(parse, error);
    }
    take_header(parse, &record, &header_failure);
    while (settle_csv_next(csv, &record, &failure)) {
        if (parse->sealed) { /* it goes on after its end */
            parse->sealed = FALSE;
            break;
        }
        if (is_seal(&record, &n))
            parse->sealed = TRUE;
        else if (header_failure == NULL)
            take_line(parse, &record);
        else
            parse->lines++;
    }
    if (!parse->sealed || failure != NULL || n != parse->lines) {
        /* a half of it may break anywhere: what is wrong beside that is not known yet */
        g_clear_error(&failure);
        g_clear_error(&header_failure);
        return fail_unsealed(parse, error);
    }
    if (header_failure != NULL) {
        g_propagate_error(error, header_failure);
        return FALSE;
    }
    return TRUE;
}

SettleManifest *
settle_manifest_parse(const char *name, const char *text, gsize length, GError **error)
{
    g_autoptr(SettleManifest) manifest = g_new0(SettleManifest, 1);
    SettleCsvMemory memory = {text, length};
    g_autoptr(SettleCsv) csv = settle_csv_new(name, settle_csv_read_memory, &memory);
    Parse parse = {.name = name, .to = manifest};

    manifest->entries = g_ptr_array_new_with_free_func((GDestroyNotify) settle_manifest_entry_free);
    manifest->faults = g_ptr_array_new_with_free_func(g_free);
    manifest->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return parse_all(&parse, csv, error) ? g_steal_pointer(&manifest) : NULL;
}
