/* Intake, the end of a batch: its number, and everything of it in one transaction: facts, repeats,
 * new codes, quarantine, slices and the batch itself; or, if it is refused, the batch alone. */
#include "intake/job.h"

#include "base/failpoint.h"
#include "intake/kind.h"
#include "intake/totals.h"
#include "model/looks.h"

#include <string.h>

/* Fewer rows of a month are left to autovacuum. */
#define ANALYZE_ROWS 20000

static gboolean
insert_batch(SettleIntakeJob *job, gboolean sealed, const char *reason, GError **error)
{
    int exponent = job->exponent < 0 ? 2 : job->exponent;
    SettleInt128 control = 0;
    g_autofree char *sum = settle_intake_sum_minor_text(job->sum, exponent);
    g_autofree char *control_sum = NULL;
    if (job->options.control_sum != NULL &&
        settle_intake_parse_control_sum(job->options.control_sum, &control))
        control_sum = settle_intake_sum_minor_text(control, exponent);
    g_auto(SettleSumColumns) sums = {0};
    settle_sum_columns_init(&sums, job->sums);
    return settle_store_exec(
               job->store, settle_sql_intake_insert_batch, error, "issdsslslsllllssslyISLSy",
               job->batch_id, settle_file_kind_name(job->kind), job->name,
               job->options.business_date, sealed ? "sealed" : "refused", reason, job->rows_read,
               sum, job->options.has_control_count ? job->options.control_count : (int64_t) -1,
               control_sum == NULL ? "" : control_sum, job->accepted, job->repeated,
               job->quarantined, job->waiting, job->header,
               job->unproved == NULL ? "" : job->unproved, job->file_name,
               job->is_file ? job->file_bytes : (int64_t) -1, job->is_file ? job->sha256 : NULL,
               sizeof job->sha256, job->carriers->data, (size_t) job->carriers->len, sums.tables,
               sums.n, sums.rows, sums.n, sums.digests, sums.n,
               job->is_signed ? job->signature : NULL,
               (size_t) (job->is_signed ? SETTLE_SIGNATURE_BYTES : 0)) &&
           settle_failpoint(INTAKE_BATCH_INSERTED, error);
}

/* Only where there are new codes is it asked which known ones they look like. */
static gboolean
find_look_alikes(SettleIntakeJob *job, SettleDim dim, GError **error)
{
    const char *const *texts = settle_intake_codes_new_texts(job->codes[dim]);
    size_t n = settle_intake_codes_n_new(job->codes[dim]);
    g_autoptr(SettleLooks) looks = settle_looks_new();
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_code_looks, "i", (int32_t) dim);

    while (settle_reader_next(reader)) {
        size_t length;
        const char *code = settle_reader_text(reader, SQL_CODE_LOOKS_CODE, &length);

        settle_looks_add(looks, code, length);
    }
    if (!settle_reader_end(reader, error))
        return FALSE;
    for (size_t i = 0; i < n; i++) {
        const char *like = settle_looks_add(looks, texts[i], strlen(texts[i]));
        g_autofree char *shown = settle_looks_show(texts[i], strlen(texts[i]));

        if (like == NULL)
            continue;
        if (job->n_look_alikes++ < SETTLE_INTAKE_FIRST_REJECTIONS)
            g_ptr_array_add(job->look_alikes,
                            g_strdup_printf("%s \"%s\" is new, and looks like \"%s\"",
                                            settle_dim_name(dim), shown, like));
    }
    return TRUE;
}

static gboolean
insert_codes(SettleIntakeJob *job, GError **error)
{
    for (int dim = 1; dim < SETTLE_N_DIMS; dim++) {
        size_t n = settle_intake_codes_n_new(job->codes[dim]);
        g_autoptr(SettleResult) last = NULL;
        if (n == 0)
            continue;
        if (!find_look_alikes(job, (SettleDim) dim, error))
            return FALSE;
        last = settle_store_query(job->store, settle_sql_intake_insert_codes, error, "iS",
                                  (int32_t) dim, settle_intake_codes_new_texts(job->codes[dim]), n);
        if (last == NULL)
            return FALSE;
        if (settle_result_i64(last, 0, SQL_INTAKE_INSERT_CODES_LAST_ID) != job->next_id[dim] - 1) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                        "%s codes were added by another session meanwhile",
                        settle_dim_name((SettleDim) dim));
            settle_error_hint(error, "import again");
            return FALSE;
        }
        if (!settle_failpoint(INTAKE_CODES_INSERTED, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
ensure_partitions(SettleIntakeJob *job, GError **error)
{
    for (int i = 0; i < SETTLE_INTAKE_N_MONTHS; i++) {
        int from = i;
        if (!job->months[i])
            continue;
        while (i + 1 < SETTLE_INTAKE_N_MONTHS && job->months[i + 1])
            i++;
        if (!settle_store_ensure_partitions(job->store, SETTLE_INTAKE_FIRST_MONTH + from,
                                            SETTLE_INTAKE_FIRST_MONTH + i, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
record_origin(SettleIntakeJob *job, const SettleIntakeOrigin *origin, GError **error)
{
    if (origin->staging != NULL &&
        !(settle_store_exec(job->store, settle_sql_intake_insert_staging_taken, error, "ssli",
                            origin->staging, settle_file_kind_name(job->kind),
                            settle_intake_source_last_line(job->source), job->batch_id) &&
          settle_failpoint(INTAKE_STAGING_TAKEN, error)))
        return FALSE;
    if (origin->released == 0)
        return TRUE;
    const GArray *lines = settle_intake_source_lines(job->source);
    return settle_store_exec(job->store, settle_sql_intake_insert_release, error, "iLi",
                             origin->released, lines->data, (size_t) lines->len, job->batch_id) &&
           settle_failpoint(INTAKE_RELEASE_RECORDED, error);
}

gboolean
settle_intake_write_batch(SettleIntakeJob *job, const SettleIntakeOrigin *origin,
                          const char *reason, GError **error)
{
    gboolean written;
    if (!ensure_partitions(job, error) || !settle_failpoint(INTAKE_PARTITIONS, error) ||
        !settle_store_begin(job->store, error))
        return FALSE;
    settle_store_sum_rows(job->store, job->sums);
    written = settle_store_act_as(job->store, settle_intake_role(job->kind), error) &&
              settle_intake_load_nights(job, error) &&
              settle_intake_kinds[job->kind]->write(job, error) &&
              settle_intake_write_repeats(job, error) && insert_codes(job, error) &&
              settle_intake_write_quarantine(job, error) && settle_intake_write_slices(job, error);
    settle_store_sum_rows(job->store, NULL);
    if (written) {
        settle_invariant(job->rows_read ==
                         job->accepted + job->repeated + job->quarantined + job->waiting);
        if (insert_batch(job, TRUE, reason, error) && record_origin(job, origin, error) &&
            settle_intake_wake_rows(job, error) &&
            settle_failpoint(INTAKE_SEAL_BEFORE_COMMIT, error) &&
            settle_store_commit(job->store, error) &&
            settle_failpoint(INTAKE_SEAL_COMMITTED, error))
            return TRUE;
    }
    settle_store_rollback(job->store);
    return FALSE;
}

gboolean
settle_intake_write_withdrawal(SettleIntakeJob *job, GError **error)
{
    gboolean written;
    if (!settle_store_begin(job->store, error))
        return FALSE;
    written = settle_store_exec(job->store, settle_sql_intake_withdraw_batch, error, "ii",
                                job->withdraws, job->batch_id) &&
              settle_failpoint(WITHDRAW_BEGUN, error);
    settle_store_sum_rows(job->store, job->sums);
    written = written && settle_intake_load_nights(job, error) &&
              settle_intake_kinds[job->kind]->withdraw(job, error) &&
              settle_intake_write_slices(job, error);
    settle_store_sum_rows(job->store, NULL);
    if (written) {
        job->accepted = job->fell;
        job->repeated = job->stayed;
        job->waiting = 0;
        job->rows_read = job->accepted + job->repeated;
        if (settle_intake_wake_rows(job, error) && insert_batch(job, TRUE, "", error) &&
            settle_failpoint(WITHDRAW_BEFORE_COMMIT, error) &&
            settle_store_commit(job->store, error) && settle_failpoint(WITHDRAW_COMMITTED, error))
            return TRUE;
    }
    settle_store_rollback(job->store);
    return FALSE;
}

gboolean
settle_intake_refuse_batch(SettleIntakeJob *job, const char *reason, GError **error)
{
    if (!settle_store_begin(job->store, error))
        return FALSE;
    if (insert_batch(job, FALSE, reason, error) &&
        settle_failpoint(INTAKE_REFUSE_BEFORE_COMMIT, error) &&
        settle_store_commit(job->store, error) && settle_failpoint(INTAKE_REFUSE_COMMITTED, error))
        return TRUE;
    settle_store_rollback(job->store);
    return FALSE;
}

gboolean
settle_intake_next_batch(SettleIntakeJob *job, GError **error)
{
    int64_t id;
    if (!settle_store_begin(job->store, error))
        return FALSE;
    if (settle_store_count(job->store, "batch", 1, &id, error) &&
        settle_failpoint(INTAKE_NUMBER_BEFORE_COMMIT, error) &&
        settle_store_commit(job->store, error) &&
        settle_failpoint(INTAKE_NUMBER_COMMITTED, error)) {
        job->batch_id = (int32_t) id;
        return TRUE;
    }
    settle_store_rollback(job->store);
    return FALSE;
}

void
settle_intake_tidy(SettleIntakeJob *job)
{
    const SettleFileKindInfo *kind = settle_file_kind(job->kind);

    for (int i = 0; kind->sort == SETTLE_SORT_OF_ORDER && i < SETTLE_INTAKE_N_MONTHS; i++)
        if (job->months[i] > 0) {
            SettleMonth month = SETTLE_INTAKE_FIRST_MONTH + i;
            settle_store_summarize(job->store, kind->table, month, NULL);
            if (job->months[i] >= ANALYZE_ROWS)
                settle_store_analyze(job->store, kind->table, month, NULL);
        }
}
