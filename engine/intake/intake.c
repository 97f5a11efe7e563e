#include "intake/intake.h"

#include "base/failpoint.h"
#include "intake/job.h"
#include "intake/totals.h"
#include "model/looks.h"

#include <string.h>

#define DEFAULT_MEMORY   (64u * 1024 * 1024)
#define DEFAULT_LOOKBACK 3
#define LOCK_WAIT_MS     60000
#define PROGRESS_ROWS    0x3fff
/* Fewer rows of a month are left to autovacuum. */
#define ANALYZE_ROWS 20000
/* As many spools hold memory at the same time. */
#define SPOOLS 4

void
settle_intake_report_free(SettleIntakeReport *report)
{
    if (report == NULL)
        return;
    g_free(report->source);
    g_free(report->reason);
    g_free(report->sum);
    g_free(report->same_file);
    g_clear_pointer(&report->rejections, g_ptr_array_unref);
    g_clear_pointer(&report->look_alikes, g_ptr_array_unref);
    g_free(report);
}

gboolean
settle_intake_report_is_unusable(const SettleIntakeReport *report)
{
    return report->sealed && report->rows_read > 0 && report->quarantined == report->rows_read;
}

static void
job_free(SettleIntakeJob *job)
{
    if (job == NULL)
        return;
    g_free(job->name);
    g_clear_pointer(&job->directory, settle_directory_free);
    g_clear_pointer(&job->keys, g_ptr_array_unref);
    g_clear_pointer(&job->zone, settle_zone_free);
    g_free(job->file_name);
    g_free(job->same_file);
    g_clear_pointer(&job->carriers, g_array_unref);
    g_free(job->header);
    g_strfreev(job->header_names);
    g_clear_pointer(&job->keep, settle_keep_free);
    settle_spool_free(job->quarantine);
    settle_spool_free(job->repeats);
    settle_spool_free(job->rows);
    for (int dim = 0; dim < SETTLE_N_DIMS; dim++)
        settle_intake_codes_free(job->codes[dim]);
    g_clear_pointer(&job->rounded_ids, g_ptr_array_unref);
    g_clear_pointer(&job->look_alikes, g_ptr_array_unref);
    g_clear_pointer(&job->slices, g_hash_table_unref);
    g_clear_pointer(&job->parties, g_ptr_array_unref);
    g_clear_pointer(&job->events, g_array_unref);
    g_clear_pointer(&job->notices, g_array_unref);
    g_clear_pointer(&job->sums, g_array_unref);
    g_clear_pointer(&job->arena, settle_arena_free);
    g_free(job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleIntakeJob, job_free)

/* Where a batch comes from beside a file. */
typedef struct {
    const char *staging; /* its source; NULL: none */
    int32_t released;    /* the batch whose rows are released; 0: none */
} Origin;

/* "code-carrier" ... for the dimensions in their order. */
static const char *const counters[SETTLE_N_DIMS] = {
    [SETTLE_DIM_CARRIER] = "code-carrier", [SETTLE_DIM_DISTRIBUTOR] = "code-distributor",
    [SETTLE_DIM_OUTLET] = "code-outlet",   [SETTLE_DIM_MANAGER] = "code-manager",
    [SETTLE_DIM_PRODUCT] = "code-product", [SETTLE_DIM_CLASS] = "code-class",
    [SETTLE_DIM_REGION] = "code-region",   [SETTLE_DIM_CHANNEL] = "code-channel",
};

static gboolean
load_setting(SettleIntakeJob *job, GError **error)
{
    if (job->options.lookback_months >= 0)
        return TRUE;
    g_autoptr(SettleResult) result = settle_store_query(job->store, settle_sql_intake_setting,
                                                        error, "s", "intake-lookback-months");
    if (result == NULL)
        return FALSE;
    job->options.lookback_months = DEFAULT_LOOKBACK;
    if (settle_result_rows(result) > 0) {
        guint64 months;
        if (!g_ascii_string_to_unsigned(settle_result_text(result, 0, 0), 10, 0, 1200, &months,
                                        error)) {
            g_prefix_error(error, "setting intake-lookback-months: ");
            return FALSE;
        }
        job->options.lookback_months = (int) months;
    }
    return TRUE;
}

static gboolean
load_rounded_ids(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) carriers =
        settle_store_query(job->store, settle_sql_intake_rounded_ids, error, "");
    job->rounded_ids = g_ptr_array_new_with_free_func(g_free);
    for (int row = 0; carriers != NULL && row < settle_result_rows(carriers); row++)
        g_ptr_array_add(job->rounded_ids, g_strdup(settle_result_text(carriers, row, 0)));
    return carriers != NULL;
}

static gboolean
load_counters(SettleIntakeJob *job, GError **error)
{
    g_autoptr(SettleResult) result =
        settle_store_query(job->store, settle_sql_intake_code_counters, error, "");
    if (result == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(result); row++)
        for (int dim = 1; dim < SETTLE_N_DIMS; dim++)
            if (strcmp(counters[dim], settle_result_text(result, row, 0)) == 0)
                job->next_id[dim] = (int32_t) settle_result_i64(result, row, 1) + 1;
    return TRUE;
}

static SettleIntakeJob *
job_new(SettleStore *store, SettleIntakeKind kind, const char *name,
        const SettleIntakeOptions *options, SettleIntakeSource *source, GError **error)
{
    g_autoptr(SettleIntakeJob) job = g_new0(SettleIntakeJob, 1);
    size_t memory = options->memory_bytes > 0 ? options->memory_bytes : DEFAULT_MEMORY;
    g_autofree char *zone = settle_store_zone(store, error);
    job->store = store;
    job->kind = kind;
    job->name = g_strdup(name);
    job->options = *options;
    job->memory = memory / SPOOLS;
    job->source = source;
    job->exponent = -1;
    job->oldest_day = SETTLE_DAY_MAX;
    job->newest_day = SETTLE_DAY_MIN;
    if (zone == NULL)
        return NULL;
    job->zone = settle_zone_new(zone, error);
    if (job->zone == NULL || !load_setting(job, error) || !load_rounded_ids(job, error) ||
        !load_counters(job, error))
        return NULL;
    job->directory = settle_store_directory(store, options->business_date, 0, error);
    if (job->directory == NULL ||
        (job->keys = settle_store_carrier_keys(store, error)) == NULL)
        return NULL;
    job->keep = settle_keep_new();
    job->quarantine = settle_spool_new(job->memory);
    job->rows = settle_spool_new(job->memory);
    job->repeats = settle_spool_new(job->memory);
    for (int dim = 1; dim < SETTLE_N_DIMS; dim++)
        job->codes[dim] = settle_intake_codes_new();
    job->slices = g_hash_table_new(NULL, NULL);
    job->look_alikes = g_ptr_array_new_with_free_func(g_free);
    job->parties = g_ptr_array_new();
    job->events = g_array_new(FALSE, FALSE, sizeof(SettleIntakeEvent));
    job->notices = g_array_new(FALSE, FALSE, sizeof(SettleIntakeNotice));
    job->sums = g_array_new(FALSE, FALSE, sizeof(SettleTableSum));
    job->arena = settle_arena_new(64 * 1024);
    job->carriers = g_array_new(FALSE, FALSE, sizeof(int32_t));
    return g_steal_pointer(&job);
}

static gboolean
read_header(SettleIntakeJob *job, GError **error)
{
    SettleCsvRecord header;
    if (!settle_intake_source_header(job->source, &header, error) ||
        !settle_intake_map_header(job->kind, job->name, &header, &job->map, error))
        return FALSE;
    job->header = g_strndup(header.raw, header.raw_length);
    job->n_header = header.n_fields;
    job->header_names = g_new0(char *, header.n_fields + 1);
    for (unsigned i = 0; i < header.n_fields; i++)
        job->header_names[i] = g_strndup(header.fields[i].text, header.fields[i].length);
    return TRUE;
}

static gboolean
read_all(SettleIntakeJob *job, GError **error)
{
    SettleCsvRecord record;
    GError *failure = NULL;
    while (settle_intake_source_next(job->source, &record, &failure)) {
        if (!settle_intake_take_record(job, &record, error))
            return FALSE;
        if (job->options.progress != NULL && (job->rows_read & PROGRESS_ROWS) == 0)
            job->options.progress(job->rows_read, job->options.progress_data);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    settle_intake_source_end(job->source);
    return failure == NULL;
}

static gboolean
has_amount(const SettleIntakeJob *job)
{
    return job->kind == SETTLE_INTAKE_ORDERS || job->kind == SETTLE_INTAKE_BILLS ||
           job->kind == SETTLE_INTAKE_EVENTS || job->kind == SETTLE_INTAKE_RECEIPTS;
}

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
               job->store, settle_sql_intake_insert_batch, error, "issdsslslsllllssslyI",
               job->batch_id, settle_intake_kind_name(job->kind), job->name,
               job->options.business_date, sealed ? "sealed" : "refused", reason, job->rows_read,
               sum, job->options.has_control_count ? job->options.control_count : (int64_t) -1,
               control_sum == NULL ? "" : control_sum, job->accepted, job->repeated,
               job->quarantined, job->waiting, job->header,
               job->unproved == NULL ? "" : job->unproved, job->file_name,
               job->is_file ? job->file_bytes : (int64_t) -1, job->is_file ? job->sha256 : NULL,
               sizeof job->sha256, job->carriers->data, (size_t) job->carriers->len) &&
           settle_store_exec(job->store, settle_sql_intake_insert_rows, error, "iSLS",
                             job->batch_id, sums.tables, sums.n, sums.rows, sums.n, sums.digests,
                             sums.n) &&
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
        settle_store_read(job->store, settle_sql_code_looks, error, "i", (int32_t) dim);
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        size_t length;
        const char *code = settle_reader_text(reader, 2, &length);

        settle_looks_add(looks, code, length);
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
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
        if (settle_result_i64(last, 0, 0) != job->next_id[dim] - 1) {
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
record_origin(SettleIntakeJob *job, const Origin *origin, GError **error)
{
    if (origin->staging != NULL &&
        !(settle_store_exec(job->store, settle_sql_intake_insert_staging_taken, error, "ssli",
                            origin->staging, settle_intake_kind_name(job->kind),
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

static gboolean
write_kind(SettleIntakeJob *job, GError **error)
{
    switch (job->kind) {
    case SETTLE_INTAKE_ORDERS:
        return settle_intake_write_orders(job, error);
    case SETTLE_INTAKE_BILLS:
        return settle_intake_write_bills(job, error);
    case SETTLE_INTAKE_EVENTS:
        return settle_intake_write_events(job, error);
    case SETTLE_INTAKE_MONTHS:
    case SETTLE_INTAKE_RECEIPTS:
        return settle_intake_write_notices(job, error);
    case SETTLE_INTAKE_CARRIERS:
    case SETTLE_INTAKE_DISTRIBUTORS:
    case SETTLE_INTAKE_OUTLETS:
    case SETTLE_INTAKE_MANAGERS:
    case SETTLE_INTAKE_PRODUCTS:
    case SETTLE_N_INTAKE_KINDS:
        break;
    }
    return settle_intake_write_parties(job, error);
}

/* Everything of the batch, in one transaction. */
static gboolean
write_batch(SettleIntakeJob *job, const Origin *origin, const char *reason, GError **error)
{
    gboolean written;
    if (!ensure_partitions(job, error) || !settle_failpoint(INTAKE_PARTITIONS, error) ||
        !settle_store_begin(job->store, error))
        return FALSE;
    settle_store_sum_rows(job->store, job->sums);
    written = write_kind(job, error) && settle_intake_write_repeats(job, error) &&
              insert_codes(job, error) && settle_intake_write_quarantine(job, error) &&
              settle_intake_write_slices(job, error);
    settle_store_sum_rows(job->store, NULL);
    if (written) {
        settle_invariant(job->rows_read ==
                         job->accepted + job->repeated + job->quarantined + job->waiting);
        if (insert_batch(job, TRUE, reason, error) && record_origin(job, origin, error) &&
            settle_failpoint(INTAKE_SEAL_BEFORE_COMMIT, error) &&
            settle_store_commit(job->store, error) &&
            settle_failpoint(INTAKE_SEAL_COMMITTED, error))
            return TRUE;
    }
    settle_store_rollback(job->store);
    return FALSE;
}

static gboolean
refuse_batch(SettleIntakeJob *job, const char *reason, GError **error)
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

static gboolean
next_batch_id(SettleIntakeJob *job, GError **error)
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

/* For the planner and the BRIN indexes; without it reading is slower, not wrong. */
static void
tidy(SettleIntakeJob *job)
{
    const char *table = job->kind == SETTLE_INTAKE_ORDERS  ? "closed_order"
                        : job->kind == SETTLE_INTAKE_BILLS ? "bill"
                                                           : "event";
    for (int i = 0; has_amount(job) && i < SETTLE_INTAKE_N_MONTHS; i++)
        if (job->months[i] > 0) {
            SettleMonth month = SETTLE_INTAKE_FIRST_MONTH + i;
            settle_store_summarize(job->store, table, month, NULL);
            if (job->months[i] >= ANALYZE_ROWS)
                settle_store_analyze(job->store, table, month, NULL);
        }
}

static SettleIntakeReport *
make_report(SettleIntakeJob *job, gboolean sealed, char *reason, GError **error)
{
    g_autoptr(SettleIntakeReport) report = g_new0(SettleIntakeReport, 1);
    report->batch_id = job->batch_id;
    report->kind = job->kind;
    report->source = g_strdup(job->name);
    report->business_date = job->options.business_date;
    report->sealed = sealed;
    report->reason = reason;
    report->rows_read = job->rows_read;
    report->accepted = job->accepted;
    report->repeated = job->repeated;
    report->quarantined = job->quarantined;
    report->waiting = job->waiting;
    report->bills_found = job->bills_found;
    report->sum = has_amount(job)
                      ? settle_intake_sum_text(job->sum, job->exponent < 0 ? 2 : job->exponent)
                      : g_strdup("");
    memcpy(report->sha256, job->sha256, sizeof report->sha256);
    report->same_batch = job->same_batch;
    report->same_file = g_strdup(job->same_file);
    report->look_alikes = g_ptr_array_ref(job->look_alikes);
    report->n_look_alikes = job->n_look_alikes;
    if (!settle_intake_first_rejections(job, &report->rejections, error))
        return NULL;
    return g_steal_pointer(&report);
}

/* The whole way of one batch; the lock is held. Nothing in the source and not a file: batch 0. */
static gboolean
run_job(SettleIntakeJob *job, const Origin *origin, SettleIntakeReport **ret_report, GError **error)
{
    g_autofree char *reason = NULL;
    gboolean sealed;
    if (!settle_failpoint(INTAKE_LOCKED, error) || !read_header(job, error) ||
        !read_all(job, error) || !settle_intake_take_file(job, error))
        return FALSE;
    /* What is kept is what there is: a release has no control totals to speak of. */
    sealed = origin->released != 0 || settle_intake_totals_agree(job, &reason);
    /* Who said that there are rows is not told that there is nothing to take in. */
    if (sealed && job->rows_read == 0 && (origin->staging != NULL || origin->released != 0)) {
        *ret_report = make_report(job, TRUE, g_strdup("nothing to take in"), error);
        return *ret_report != NULL;
    }
    if (reason == NULL)
        reason = g_strdup("");
    if (!settle_intake_find_same_file(job, error) || !next_batch_id(job, error) ||
        !(sealed ? write_batch(job, origin, reason, error) : refuse_batch(job, reason, error)))
        return FALSE;
    if (sealed)
        tidy(job);
    SettleIntakeReport *report = make_report(job, sealed, g_steal_pointer(&reason), error);
    if (report == NULL)
        return FALSE;
    *ret_report = report;
    return TRUE;
}

gboolean
settle_intake_import(SettleStore *store, SettleIntakeKind kind, const char *source, int fd,
                     const SettleIntakeOptions *options, SettleIntakeReport **ret_report,
                     GError **error)
{
    const Origin origin = {0};
    gboolean done = FALSE;
    if (!settle_intake_check_options(kind, options, error) ||
        !settle_store_lock(store, "intake", LOCK_WAIT_MS, error))
        return FALSE;
    g_autoptr(SettleIntakeSource) records = settle_intake_source_file(source, fd);
    g_autoptr(SettleIntakeJob) job = job_new(store, kind, source, options, records, error);
    if (job != NULL)
        done = run_job(job, &origin, ret_report, error);
    settle_store_unlock(store, "intake");
    return done;
}

static gboolean
take_staging(SettleStore *store, SettleIntakeKind kind, const char *source,
             const SettleIntakeOptions *options, SettleIntakeReport **ret_report, GError **error)
{
    const Origin origin = {.staging = source};
    g_autofree char *name = g_strdup_printf("staging %s", source);
    g_autoptr(SettleResult) position =
        settle_store_query(store, settle_sql_intake_staging_position, error, "ss", source,
                           settle_intake_kind_name(kind));
    if (position == NULL)
        return FALSE;
    g_autoptr(SettleIntakeJob) job = job_new(store, kind, name, options, NULL, error);
    if (job == NULL)
        return FALSE;
    /* Opened last: the connection is the stream's until its end. */
    g_autoptr(SettleIntakeSource) records =
        settle_intake_source_staging(store, kind, source, settle_result_i64(position, 0, 0), error);
    job->source = records;
    return records != NULL && run_job(job, &origin, ret_report, error);
}

gboolean
settle_intake_staging(SettleStore *store, SettleIntakeKind kind, const char *source,
                      const SettleIntakeOptions *options, SettleIntakeReport **ret_report,
                      GError **error)
{
    gboolean done;
    if (!settle_intake_check_options(kind, options, error) ||
        !settle_store_lock(store, "intake", LOCK_WAIT_MS, error))
        return FALSE;
    done = take_staging(store, kind, source, options, ret_report, error);
    settle_store_unlock(store, "intake");
    return done;
}

static gboolean
release_batch(SettleStore *store, int32_t batch_id, const char *kind_name, const char *header,
              const SettleIntakeSelection *selection, const SettleIntakeOptions *options,
              GPtrArray *reports, GError **error)
{
    const Origin origin = {.released = batch_id};
    g_autofree char *name = g_strdup_printf("release of batch %d", batch_id);
    SettleIntakeReport *report = NULL;
    SettleIntakeKind kind;
    settle_invariant(settle_intake_kind_lookup(kind_name, &kind));
    g_autoptr(SettleIntakeJob) job = job_new(store, kind, name, options, NULL, error);
    if (job == NULL)
        return FALSE;
    g_autoptr(SettleIntakeSource) records = settle_intake_source_kept(
        store, batch_id, header, selection->line, selection->reason, selection->told_later, error);
    job->source = records;
    if (records == NULL || !run_job(job, &origin, &report, error))
        return FALSE;
    report->released = report->rows_read;
    g_ptr_array_add(reports, report);
    return TRUE;
}

static gboolean
release_all(SettleStore *store, const SettleIntakeSelection *selection,
            const SettleIntakeOptions *options, GPtrArray *reports, GError **error)
{
    g_autoptr(SettleResult) batches = settle_store_query(
        store, settle_sql_intake_kept_batches, error, "ilsb", selection->batch_id, selection->line,
        selection->reason == NULL ? "" : selection->reason, selection->told_later);
    if (batches == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(batches); row++) {
        SettleIntakeOptions later = *options;

        /* what waited enters on the later of the two dates */
        later.business_date = MAX(options->business_date, settle_result_day(batches, row, 3));
        if (!release_batch(store, settle_result_i32(batches, row, 0),
                           settle_result_text(batches, row, 1), settle_result_text(batches, row, 2),
                           selection, &later, reports, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_intake_release(SettleStore *store, const SettleIntakeSelection *selection,
                      const SettleIntakeOptions *options, GPtrArray **ret_reports, GError **error)
{
    SettleIntakeOptions plain = *options;
    g_autoptr(GPtrArray) reports =
        g_ptr_array_new_with_free_func((GDestroyNotify) settle_intake_report_free);
    gboolean done;
    if (selection->line != 0 && selection->batch_id == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "a line can only be chosen together with its batch");
        return FALSE;
    }
    plain.has_control_count = FALSE;
    plain.control_sum = NULL;
    if (!settle_store_lock(store, "intake", LOCK_WAIT_MS, error))
        return FALSE;
    done = release_all(store, selection, &plain, reports, error);
    settle_store_unlock(store, "intake");
    if (done)
        *ret_reports = g_steal_pointer(&reports);
    return done;
}
