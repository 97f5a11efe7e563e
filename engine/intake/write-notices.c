/* What a carrier says of whole months: that all bills of one are delivered, and what it has paid
 * for one. Few rows, so in memory (docs/semantics.md 2). */
#include "intake/job.h"

#include "base/failpoint.h"

#include <string.h>

/* After the last row of it; 0: there is none. */
static int16_t
next_revision(int before)
{
    return (int16_t) (before + SETTLE_FIRST_REVISION);
}

/* --- months ----------------------------------------------------------------------------------- */

static gpointer
month_key(int32_t carrier_id, SettleMonth month)
{
    return GSIZE_TO_POINTER((gsize) carrier_id << 16 | (gsize) month);
}

/* Declaring a month complete twice says nothing new, unless an earlier night knows it then. */
static gboolean
leave_known_months(SettleIntakeJob *job, GError **error)
{
    g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) before = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) anew = g_hash_table_new(NULL, NULL); /* key -> its last revision */
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_months_there, "");
    guint kept = 0;

    while (settle_reader_next(reader)) {
        gpointer key = month_key(settle_reader_i32(reader, SQL_INTAKE_MONTHS_THERE_CARRIER_ID),
                                 settle_reader_month(reader, SQL_INTAKE_MONTHS_THERE_MONTH));

        if (settle_reader_bool(reader, SQL_INTAKE_MONTHS_THERE_WITHDRAWN) ||
            settle_intake_is_later(
                job, settle_reader_i32(reader, SQL_INTAKE_MONTHS_THERE_BATCH_ID))) {
            g_hash_table_insert(anew, key,
                                GINT_TO_POINTER((gint) settle_reader_i16(
                                    reader, SQL_INTAKE_MONTHS_THERE_REVISION)));
            continue;
        }
        g_hash_table_add(known, key);
        g_hash_table_add(before, key);
    }
    if (!settle_reader_end(reader, error))
        return FALSE;
    for (guint i = 0; i < job->notices->len; i++) {
        SettleIntakeNotice notice = g_array_index(job->notices, SettleIntakeNotice, i);

        if (g_hash_table_add(known, month_key(notice.carrier_id, notice.month))) {
            notice.revision = next_revision(GPOINTER_TO_INT(
                g_hash_table_lookup(anew, month_key(notice.carrier_id, notice.month))));
            g_array_index(job->notices, SettleIntakeNotice, kept++) = notice;
            continue;
        }
        job->repeated++;
        if (g_hash_table_contains(before, month_key(notice.carrier_id, notice.month)) &&
            !settle_intake_repeat(job, notice.carrier_id, notice.month, 0, 0, error))
            return FALSE;
    }
    g_array_set_size(job->notices, kept);
    return TRUE;
}

static gboolean
put_month(const SettleIntakeJob *job, SettleWriter *writer, const SettleIntakeNotice *notice,
          GError **error)
{
    if (!settle_writer_row(writer, 6, error))
        return FALSE;
    settle_writer_i32(writer, notice->carrier_id);
    settle_writer_month(writer, notice->month);
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i32(writer, notice->place.line);
    settle_writer_i16(writer, notice->revision);
    settle_writer_bool(writer, FALSE);
    return TRUE;
}

/* --- receipts --------------------------------------------------------------------------------- */

/* A receipt as the database or a row before has it. */
typedef struct {
    int64_t receipt_id, amount_minor;
    int32_t distributor_id, batch_id, line;
    SettleMonth month;
    int16_t currency, revision;
    gboolean withdrawn; /* and not told since */
} Known;

static gboolean
load_receipts(SettleIntakeJob *job, GHashTable *known, GError **error)
{
    g_autofree int64_t *ids = g_new(int64_t, MAX(job->notices->len, 1));
    g_autoptr(SettleReader) reader = NULL;

    for (guint i = 0; i < job->notices->len; i++)
        ids[i] = g_array_index(job->notices, SettleIntakeNotice, i).receipt_id;
    reader = settle_store_read(job->store, settle_sql_intake_receipts_there, "L", ids,
                               (gsize) job->notices->len);
    while (settle_reader_next(reader)) {
        Known receipt = {
            .receipt_id = settle_reader_i64(reader, SQL_INTAKE_RECEIPTS_THERE_RECEIPT_ID),
            .distributor_id = settle_reader_i32(reader, SQL_INTAKE_RECEIPTS_THERE_DISTRIBUTOR_ID),
            .month = settle_reader_month(reader, SQL_INTAKE_RECEIPTS_THERE_MONTH),
            .amount_minor = settle_reader_i64(reader, SQL_INTAKE_RECEIPTS_THERE_AMOUNT_MINOR),
            .batch_id = settle_reader_i32(reader, SQL_INTAKE_RECEIPTS_THERE_BATCH_ID),
            .line = settle_reader_i32(reader, SQL_INTAKE_RECEIPTS_THERE_LINE),
            .currency = settle_reader_i16(reader, SQL_INTAKE_RECEIPTS_THERE_CURRENCY),
            .revision = settle_reader_i16(reader, SQL_INTAKE_RECEIPTS_THERE_REVISION),
            .withdrawn = settle_reader_bool(reader, SQL_INTAKE_RECEIPTS_THERE_WITHDRAWN),
        };
        Known *copy = g_memdup2(&receipt, sizeof receipt);

        g_hash_table_insert(known, &copy->receipt_id, copy);
    }
    return settle_reader_end(reader, error);
}

static gboolean
says_the_same(const SettleIntakeNotice *notice, const Known *known)
{
    return known->distributor_id == notice->distributor_id && known->month == notice->month &&
           known->amount_minor == notice->amount_minor && known->currency == notice->currency;
}

static gboolean
turn_down(SettleIntakeJob *job, const SettleIntakeNotice *notice, const Known *other,
          GError **error)
{
    SettleVerdict verdict = {.reject = SETTLE_REJECT_CONFLICT,
                             .against = {other->batch_id, other->line},
                             .column = RECEIPT_RECEIPT_ID,
                             .field = -1};

    if (other->batch_id == job->batch_id)
        g_snprintf(verdict.message, sizeof verdict.message, "line %d says otherwise", other->line);
    else
        g_snprintf(verdict.message, sizeof verdict.message, "batch %d, line %d says otherwise",
                   other->batch_id, other->line);
    return settle_intake_quarantine_kept(job, &verdict, &notice->place, error);
}

/* Repeats are left out, but for those that an earlier night knows; conflicts quarantined: the first
 * one holds. */
static gboolean
sort_out_receipts(SettleIntakeJob *job, GError **error)
{
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    guint kept = 0;

    if (!load_receipts(job, known, error))
        return FALSE;
    for (guint i = 0; i < job->notices->len; i++) {
        SettleIntakeNotice notice = g_array_index(job->notices, SettleIntakeNotice, i);
        const Known *other = g_hash_table_lookup(known, &notice.receipt_id);
        Known *copy;

        notice.revision = next_revision(other != NULL ? other->revision : 0);
        if (other != NULL && (other->withdrawn || (says_the_same(&notice, other) &&
                                                   settle_intake_is_later(job, other->batch_id))))
            other = NULL;
        if (other != NULL && says_the_same(&notice, other)) {
            job->repeated++;
            if (other->batch_id != job->batch_id &&
                !settle_intake_repeat(job, notice.receipt_id, 0, 0, 0, error))
                return FALSE;
            continue;
        }
        if (other != NULL) {
            if (!turn_down(job, &notice, other, error))
                return FALSE;
            continue;
        }
        copy = g_new(Known, 1);
        *copy = (Known){
            .receipt_id = notice.receipt_id,
            .amount_minor = notice.amount_minor,
            .distributor_id = notice.distributor_id,
            .batch_id = job->batch_id,
            .line = notice.place.line,
            .month = notice.month,
            .currency = notice.currency,
            .revision = notice.revision,
        };
        g_hash_table_replace(known, &copy->receipt_id, copy);
        g_array_index(job->notices, SettleIntakeNotice, kept++) = notice;
    }
    g_array_set_size(job->notices, kept);
    return TRUE;
}

static gboolean
put_receipt(SettleIntakeJob *job, SettleWriter *writer, const SettleIntakeNotice *notice,
            GError **error)
{
    uint8_t salt[SETTLE_SALT_BYTES];

    if (!settle_writer_row(writer, 13, error))
        return FALSE;
    settle_writer_i32(writer, notice->distributor_id);
    settle_writer_i64(writer, notice->receipt_id);
    settle_writer_i32(writer, job->batch_id);
    settle_writer_i32(writer, notice->place.line);
    settle_writer_i32(writer, notice->carrier_id);
    settle_writer_month(writer, notice->month);
    settle_writer_i16(writer, notice->currency);
    settle_writer_i64(writer, notice->amount_minor);
    settle_writer_i16(writer, notice->revision);
    settle_writer_bool(writer, FALSE);
    settle_intake_salt(job, SETTLE_SALT_RECEIPT, notice->carrier_id, job->batch_id,
                       notice->place.line, salt);
    settle_writer_commitment(writer, salt);
    settle_writer_text(writer, notice->upstream, notice->upstream_length);
    settle_intake_slice(job, notice->distributor_id, notice->month);
    return TRUE;
}

/* In the order of the tables' keys (sql/tables.ini). */
static int
compare_months(const void *a, const void *b)
{
    const SettleIntakeNotice *x = a, *y = b;

    if (x->carrier_id != y->carrier_id)
        return x->carrier_id < y->carrier_id ? -1 : 1;
    return x->month < y->month ? -1 : x->month > y->month;
}

static int
compare_receipts(const void *a, const void *b)
{
    const SettleIntakeNotice *x = a, *y = b;

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    return x->receipt_id < y->receipt_id ? -1 : x->receipt_id > y->receipt_id;
}

/* --- both ------------------------------------------------------------------------------------- */

gboolean
settle_intake_write_notices(SettleIntakeJob *job, GError **error)
{
    gboolean months = job->kind == SETTLE_FILE_MONTHS;
    g_autoptr(SettleWriter) writer = NULL;

    if (!(months ? leave_known_months(job, error) : sort_out_receipts(job, error)))
        return FALSE;
    job->accepted = job->notices->len;
    g_array_sort(job->notices, months ? compare_months : compare_receipts);
    writer = settle_store_copy_in(
        job->store, months ? settle_sql_copy_month_complete : settle_sql_copy_receipt, error);
    if (writer == NULL)
        return FALSE;
    for (guint i = 0; i < job->notices->len; i++) {
        const SettleIntakeNotice *notice = &g_array_index(job->notices, SettleIntakeNotice, i);

        if (!(months ? put_month(job, writer, notice, error)
                     : put_receipt(job, writer, notice, error)))
            return FALSE;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_NOTICES_COPIED, error);
}
