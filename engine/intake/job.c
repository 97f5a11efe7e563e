/* Intake, the work on one batch: tallies, slices, repeats and the rows put aside, and how these
 * are written. */
#include "intake/job.h"

#include "base/failpoint.h"

#include <string.h>

#define MAX_VALUE 1000 /* bytes of a value that are kept; raw has all of it */

void
settle_intake_tally(SettleIntakeJob *job, int64_t minor, int exponent)
{
    SettleInt128 scaled = minor;
    for (int i = exponent; i < SETTLE_INTAKE_SCALE; i++)
        scaled *= 10;
    job->sum += scaled; /* 2^31 rows of 2^63 x 10^4 fit */
    job->exponent = MAX(job->exponent, exponent);
}

void
settle_intake_see_month(SettleIntakeJob *job, SettleMonth month)
{
    int place = month - SETTLE_INTAKE_FIRST_MONTH;
    settle_invariant(place >= 0 && place < SETTLE_INTAKE_N_MONTHS);
    job->months[place]++;
}

void
settle_intake_slice(SettleIntakeJob *job, int32_t distributor_id, SettleMonth month)
{
    gpointer key = GSIZE_TO_POINTER((gsize) distributor_id << 16 | (gsize) month);
    gpointer n = g_hash_table_lookup(job->slices, key);
    g_hash_table_insert(job->slices, key, GINT_TO_POINTER(GPOINTER_TO_INT(n) + 1));
}

/* A row of the quarantine in its spool; texts after it. */
typedef struct {
    SettleIntakePlace place;
    int32_t field_no;
    int32_t reject;
    SettleFactPlace against;
    uint32_t name_length, value_length, message_length;
    char text[];
} Kept;

/* Valid UTF-8 without NUL, whatever came; backslashes only where something had to be escaped. */
static void
append_text(GString *to, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        const char *bad;
        g_utf8_validate_len(text, (gsize) (end - text), &bad);
        g_string_append_len(to, text, bad - text);
        if (bad == end)
            return;
        g_string_append_printf(to, "\\x%02x", (guint8) *bad);
        text = bad + 1;
    }
}

static void
cut(GString *text, size_t from)
{
    if (text->len - from <= MAX_VALUE)
        return;
    char *end = g_utf8_find_prev_char(text->str, text->str + from + MAX_VALUE);
    g_string_truncate(text, (gsize) (end - text->str));
    g_string_append(text, "...");
}

gboolean
settle_intake_quarantine(SettleIntakeJob *job, const SettleVerdict *verdict,
                         const SettleIntakePlace *place, const SettleCsvRecord *record,
                         GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int field = verdict->column >= 0 ? job->map.at[verdict->column] : verdict->field;
    Kept kept = {.place = *place,
                 .field_no = field + 1,
                 .reject = (int32_t) verdict->reject,
                 .against = verdict->against};
    SettleSpoolKey key = {{(uint64_t) place->line, 0, 0}};
    int n;
    const SettleIntakeColumn *columns = settle_intake_columns(job->kind, &n);

    if (verdict->column >= 0)
        g_string_append(text, columns[verdict->column].name);
    else if (field >= 0 && (unsigned) field < job->n_header)
        g_string_append(text, job->header_names[field]);
    kept.name_length = (uint32_t) text->len;
    if (field >= 0 && (unsigned) field < MIN(record->n_fields, SETTLE_CSV_MAX_FIELDS)) {
        const SettleCsvField *value = &record->fields[field];
        append_text(text, value->text, MIN(value->length, MAX_VALUE + 4));
        cut(text, kept.name_length);
    }
    kept.value_length = (uint32_t) text->len - kept.name_length;
    append_text(text, verdict->message, strlen(verdict->message));
    kept.message_length = (uint32_t) text->len - kept.name_length - kept.value_length;
    Kept *to = settle_spool_add(job->quarantine, &key, sizeof kept + text->len, error);
    if (to == NULL)
        return FALSE;
    *to = kept;
    memcpy(to->text, text->str, text->len);
    job->quarantined++;
    return TRUE;
}

gboolean
settle_intake_quarantine_kept(SettleIntakeJob *job, const SettleVerdict *verdict,
                              const SettleIntakePlace *place, GError **error)
{
    SettleCsvMemory memory = {NULL, place->length};
    SettleCsvRecord record;
    if (!settle_keep_read(job->keep, place->at, place->length, &memory.text, error))
        return FALSE;
    g_autoptr(SettleCsv) csv = settle_csv_new(job->name, settle_csv_read_memory, &memory);
    settle_invariant(settle_csv_next(csv, &record, NULL)); /* it was read once already */
    return settle_intake_quarantine(job, verdict, place, &record, error);
}

/* 0: none. */
static void
put_or_null(SettleWriter *writer, int32_t value)
{
    if (value == 0)
        settle_writer_null(writer);
    else
        settle_writer_i32(writer, value);
}

static gboolean
put_kept(SettleIntakeJob *job, SettleWriter *writer, const Kept *kept, GString *raw, GError **error)
{
    const char *bytes, *text = kept->text;
    if (!settle_keep_read(job->keep, kept->place.at, kept->place.length, &bytes, error))
        return FALSE;
    g_string_truncate(raw, 0);
    append_text(raw, bytes, kept->place.length);
    const char *code = settle_reject_code((SettleReject) kept->reject);
    uint8_t salt[SETTLE_SALT_BYTES];
    if (!settle_writer_row(writer, 12, error))
        return FALSE;
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i64(writer, kept->place.line);
    settle_writer_text(writer, text, kept->name_length);
    settle_writer_i32(writer, kept->field_no);
    settle_writer_text(writer, code, strlen(code));
    put_or_null(writer, kept->against.batch_id);
    put_or_null(writer, kept->against.line);
    /* under the key of rows that name no carrier: it may be what is wrong with them */
    settle_intake_salt(job, SETTLE_SALT_QUARANTINE, 0, job->batch_id, kept->place.line, salt);
    settle_writer_commitment(writer, salt);
    settle_writer_text(writer, text + kept->name_length, kept->value_length);
    settle_writer_text(writer, text + kept->name_length + kept->value_length, kept->message_length);
    settle_writer_text(writer, raw->str, raw->len);
    return TRUE;
}

gboolean
settle_intake_repeat(SettleIntakeJob *job, int64_t id, SettleMonth month, int16_t currency,
                     int16_t revision, GError **error)
{
    int16_t kind = settle_file_kind(job->kind)->fact_no;
    SettleMonth known = month != 0 ? month : SETTLE_INTAKE_FIRST_MONTH;
    SettleSpoolKey key = {{(uint64_t) id, (uint64_t) known << 16 | (uint64_t) kind,
                           (uint64_t) (uint16_t) currency << 16 | (uint16_t) revision}};

    return settle_spool_add(job->repeats, &key, 0, error) != NULL;
}

static gboolean
put_repeat(const SettleIntakeJob *job, SettleWriter *writer, const SettleSpoolKey *key,
           GError **error)
{
    if (!settle_writer_row(writer, 6, error))
        return FALSE;
    settle_writer_i64(writer, (int64_t) key->word[0]);
    settle_writer_month(writer, (SettleMonth) (key->word[1] >> 16));
    settle_writer_i16(writer, (int16_t) (key->word[1] & 0xffff));
    settle_writer_i16(writer, (int16_t) (key->word[2] >> 16));
    settle_writer_i16(writer, (int16_t) (key->word[2] & 0xffff));
    settle_writer_i32(writer, job->batch_id);
    return TRUE;
}

gboolean
settle_intake_write_repeats(SettleIntakeJob *job, GError **error)
{
    SettleSpoolKey key, last = {{0, 0, 0}};
    const void *bytes;
    size_t length;
    GError *failure = NULL;
    g_autoptr(SettleWriter) writer = NULL;

    if (settle_spool_count(job->repeats) == 0)
        return TRUE;
    writer = settle_store_copy_in(job->store, settle_sql_copy_fact_repeat, error);
    if (writer == NULL)
        return FALSE;
    settle_spool_rewind(job->repeats);
    while (settle_spool_next(job->repeats, &key, &bytes, &length, &failure)) {
        /* told twice in this batch, it is told by it once */
        if (memcmp(&key, &last, sizeof key) == 0)
            continue;
        last = key;
        if (!put_repeat(job, writer, &key, error))
            return FALSE;
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_REPEATS_COPIED, error);
}

gboolean
settle_intake_write_quarantine(SettleIntakeJob *job, GError **error)
{
    SettleSpoolKey key;
    const void *bytes;
    size_t length;
    GError *failure = NULL;
    g_autoptr(GString) raw = g_string_new(NULL);
    if (settle_spool_count(job->quarantine) == 0)
        return TRUE;
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_sql_copy_quarantine, error);
    if (writer == NULL)
        return FALSE;
    settle_spool_rewind(job->quarantine);
    while (settle_spool_next(job->quarantine, &key, &bytes, &length, &failure))
        if (!put_kept(job, writer, bytes, raw, error))
            return FALSE;
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_QUARANTINE_COPIED, error);
}

static void
free_rejection(gpointer data)
{
    SettleIntakeRejection *rejection = data;
    g_free(rejection->field);
    g_free(rejection->value);
    g_free(rejection->reason);
    g_free(rejection->message);
    g_free(rejection);
}

gboolean
settle_intake_first_rejections(SettleIntakeJob *job, GPtrArray **ret_rejections, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(free_rejection);
    SettleSpoolKey key;
    const void *bytes;
    size_t length;
    GError *failure = NULL;
    settle_spool_rewind(job->quarantine);
    while (list->len < SETTLE_INTAKE_FIRST_REJECTIONS &&
           settle_spool_next(job->quarantine, &key, &bytes, &length, &failure)) {
        const Kept *kept = bytes;
        const char *text = kept->text;
        SettleIntakeRejection *rejection = g_new0(SettleIntakeRejection, 1);
        rejection->line = kept->place.line;
        rejection->field_no = kept->field_no;
        rejection->field = g_strndup(text, kept->name_length);
        rejection->value = g_strndup(text + kept->name_length, kept->value_length);
        rejection->reason = g_strdup(settle_reject_code((SettleReject) kept->reject));
        rejection->message =
            g_strndup(text + kept->name_length + kept->value_length, kept->message_length);
        g_ptr_array_add(list, rejection);
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    *ret_rejections = g_steal_pointer(&list);
    return TRUE;
}

gboolean
settle_intake_write_slices(SettleIntakeJob *job, GError **error)
{
    guint n = g_hash_table_size(job->slices), i = 0;
    GHashTableIter iter;
    gpointer key, facts;
    if (n == 0)
        return TRUE;
    g_autofree int32_t *distributors = g_new(int32_t, n);
    g_autofree SettleDay *months = g_new(SettleDay, n);
    g_autofree int32_t *counts = g_new(int32_t, n);
    g_hash_table_iter_init(&iter, job->slices);
    while (g_hash_table_iter_next(&iter, &key, &facts)) {
        gsize word = GPOINTER_TO_SIZE(key);
        distributors[i] = (int32_t) (word >> 16);
        months[i] = settle_month_first((SettleMonth) (word & 0xffff));
        counts[i++] = GPOINTER_TO_INT(facts);
    }
    return settle_store_exec(job->store, settle_sql_intake_insert_slices, error, "iIDI",
                             job->batch_id, distributors, (size_t) n, months, (size_t) n, counts,
                             (size_t) n) &&
           settle_failpoint(INTAKE_SLICES_INSERTED, error);
}
