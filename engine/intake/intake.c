/* Intake, one batch: reads the header, validates each record, sorts and writes what is valid,
 * checks the control totals, and seals the batch, all in one transaction. */
#include "intake/intake.h"

#include "base/failpoint.h"
#include "intake/job.h"
#include "intake/totals.h"

#include <string.h>

#define DEFAULT_MEMORY   (64u * 1024 * 1024)
#define DEFAULT_LOOKBACK 3
#define PROGRESS_ROWS    0x3fff
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
    g_clear_pointer(&report->again, g_ptr_array_unref);
    g_free(report);
}

gboolean
settle_intake_report_is_unusable(const SettleIntakeReport *report)
{
    return report->sealed && report->rows_read > 0 && report->quarantined == report->rows_read;
}

void
settle_intake_job_free(SettleIntakeJob *job)
{
    if (job == NULL)
        return;
    g_free(job->name);
    g_clear_pointer(&job->directory, settle_directory_free);
    g_clear_pointer(&job->keys, g_ptr_array_unref);
    g_clear_pointer(&job->salts, g_array_unref);
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
    g_clear_pointer(&job->later, g_hash_table_unref);
    g_clear_pointer(&job->parties, g_ptr_array_unref);
    g_clear_pointer(&job->events, g_array_unref);
    g_clear_pointer(&job->notices, g_array_unref);
    g_clear_pointer(&job->sums, g_array_unref);
    g_clear_pointer(&job->gone, g_array_unref);
    g_clear_pointer(&job->arena, settle_arena_free);
    g_free(job);
}

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
        if (!g_ascii_string_to_unsigned(settle_result_text(result, 0, SQL_INTAKE_SETTING_VALUE), 10,
                                        0, 1200, &months, error)) {
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
        g_ptr_array_add(job->rounded_ids, g_strdup(settle_result_text(
                                              carriers, row, SQL_INTAKE_ROUNDED_IDS_CARRIER)));
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
            if (strcmp(counters[dim],
                       settle_result_text(result, row, SQL_INTAKE_CODE_COUNTERS_NAME)) == 0)
                job->next_id[dim] =
                    (int32_t) settle_result_i64(result, row, SQL_INTAKE_CODE_COUNTERS_VALUE) + 1;
    return TRUE;
}

SettleIntakeJob *
settle_intake_job_new(SettleStore *store, SettleFileKind kind, const char *name,
                      const SettleIntakeOptions *options, SettleIntakeSource *source,
                      GError **error)
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
    if (job->directory == NULL || (job->keys = settle_store_carrier_keys(store, error)) == NULL)
        return NULL;
    job->keep = settle_keep_new();
    job->quarantine = settle_spool_new(job->memory);
    job->rows = settle_spool_new(job->memory);
    job->repeats = settle_spool_new(job->memory);
    for (int dim = 1; dim < SETTLE_N_DIMS; dim++)
        job->codes[dim] = settle_intake_codes_new();
    job->slices = g_hash_table_new(NULL, NULL);
    job->later = g_hash_table_new(NULL, NULL);
    job->look_alikes = g_ptr_array_new_with_free_func(g_free);
    job->parties = g_ptr_array_new();
    job->events = g_array_new(FALSE, FALSE, sizeof(SettleIntakeEvent));
    job->notices = g_array_new(FALSE, FALSE, sizeof(SettleIntakeNotice));
    job->sums = g_array_new(FALSE, FALSE, sizeof(SettleTableSum));
    job->gone = g_array_new(FALSE, FALSE, sizeof(SettleFactPlace));
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
    report->sum = settle_file_kind(job->kind)->has_amount
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

gboolean
settle_intake_run(SettleIntakeJob *job, const SettleIntakeOrigin *origin,
                  SettleIntakeReport **ret_report, GError **error)
{
    g_autofree char *reason = NULL, *refused = NULL;
    gboolean sealed;
    if (!settle_failpoint(INTAKE_LOCKED, error) || !read_header(job, error) ||
        !read_all(job, error) || !settle_intake_take_file(job, error))
        return FALSE;
    /* What is kept is what there is: a release has no control totals to speak of. */
    if (!settle_intake_check_sender(job, origin->staging != NULL, &refused, error))
        return FALSE;
    sealed = origin->released != 0 || (refused == NULL && settle_intake_totals_agree(job, &reason));
    if (refused != NULL)
        reason = g_steal_pointer(&refused);
    /* Who said that there are rows is not told that there is nothing to take in. */
    if (sealed && job->rows_read == 0 && (origin->staging != NULL || origin->released != 0)) {
        *ret_report = make_report(job, TRUE, g_strdup("nothing to take in"), error);
        return *ret_report != NULL;
    }
    if (reason == NULL)
        reason = g_strdup("");
    if (!settle_intake_find_same_file(job, error) || !settle_intake_next_batch(job, error) ||
        !(sealed ? settle_intake_write_batch(job, origin, reason, error)
                 : settle_intake_refuse_batch(job, reason, error)))
        return FALSE;
    if (sealed)
        settle_intake_tidy(job);
    SettleIntakeReport *report = make_report(job, sealed, g_steal_pointer(&reason), error);
    if (report == NULL)
        return FALSE;
    *ret_report = report;
    return TRUE;
}

/* The batch and what others learn by it. */
static gboolean
take_in(SettleIntakeJob *job, const SettleIntakeOrigin *origin, SettleIntakeReport **ret_report,
        GError **error)
{
    g_autoptr(SettleIntakeReport) report = NULL;

    if (!settle_intake_run(job, origin, &report, error))
        return FALSE;
    report->again = g_ptr_array_new_with_free_func((GDestroyNotify) settle_intake_report_free);
    if (report->sealed &&
        !settle_intake_look_again(job->store, &job->options, report->again, error)) {
        g_prefix_error(error, "batch %d is sealed, but what waited for it is not looked at: ",
                       report->batch_id);
        return FALSE;
    }
    *ret_report = g_steal_pointer(&report);
    return TRUE;
}

SettleStoreRole
settle_intake_role(SettleFileKind kind)
{
    return kind == SETTLE_FILE_RECEIPTS ? SETTLE_STORE_AS_TREASURY : SETTLE_STORE_AS_RUNNER;
}

gboolean
settle_intake_check_role(SettleStore *store, SettleFileKind kind, GError **error)
{
    SettleStoreRole role = settle_intake_role(kind);

    if (settle_store_may(store, role))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "%s are not taken in by this login",
                settle_file_kind_name(kind));
    settle_error_hint(error, role == SETTLE_STORE_AS_TREASURY
                                 ? "it takes a login of settle_treasury, which runs no nights"
                                 : "it takes a login of settle_runner");
    return FALSE;
}

gboolean
settle_intake_import(SettleStore *store, SettleFileKind kind, const char *source, int fd,
                     const SettleIntakeOptions *options, SettleIntakeReport **ret_report,
                     GError **error)
{
    const SettleIntakeOrigin origin = {0};
    gboolean done = FALSE;
    if (!settle_intake_check_options(kind, options, error) ||
        !settle_intake_check_role(store, kind, error) ||
        !settle_store_lock(store, "intake", SETTLE_INTAKE_LOCK_WAIT_MS, error))
        return FALSE;
    g_autoptr(SettleIntakeSource) records = settle_intake_source_file(source, fd);
    g_autoptr(SettleIntakeJob) job =
        settle_intake_job_new(store, kind, source, options, records, error);
    if (job != NULL)
        done = take_in(job, &origin, ret_report, error);
    settle_store_unlock(store, "intake");
    return done;
}

static gboolean
take_staging(SettleStore *store, SettleFileKind kind, const char *source,
             const SettleIntakeOptions *options, SettleIntakeReport **ret_report, GError **error)
{
    const SettleIntakeOrigin origin = {.staging = source};
    g_autofree char *name = g_strdup_printf("staging %s", source);
    g_autoptr(SettleResult) position =
        settle_store_query(store, settle_sql_intake_staging_position, error, "ss", source,
                           settle_file_kind_name(kind));
    if (position == NULL)
        return FALSE;
    g_autoptr(SettleIntakeJob) job = settle_intake_job_new(store, kind, name, options, NULL, error);
    if (job == NULL)
        return FALSE;
    /* Opened last: the connection is the stream's until its end. */
    g_autoptr(SettleIntakeSource) records = settle_intake_source_staging(
        store, kind, source,
        settle_result_i64(position, 0, SQL_INTAKE_STAGING_POSITION_TAKEN_UP_TO));
    job->source = records;
    return take_in(job, &origin, ret_report, error);
}

gboolean
settle_intake_staging(SettleStore *store, SettleFileKind kind, const char *source,
                      const SettleIntakeOptions *options, SettleIntakeReport **ret_report,
                      GError **error)
{
    gboolean done;
    if (!settle_intake_check_options(kind, options, error) ||
        !settle_store_lock(store, "intake", SETTLE_INTAKE_LOCK_WAIT_MS, error))
        return FALSE;
    done = take_staging(store, kind, source, options, ret_report, error);
    settle_store_unlock(store, "intake");
    return done;
}
