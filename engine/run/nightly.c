/* The nightly run: takes the lock, finishes what an earlier start left, and settles each date up
 * to the one asked for. */
#include "run/manifest.h"
#include "run/pool.h"
#include "run/publish.h"
#include "run/runner.h"

#include "base/failpoint.h"
#include "store/sql.h"

/* Postings of a night from which on the planner is told. */
#define ANALYZE_TRANSFERS 100000

/* --- dates ---------------------------------------------------------------------------------- */

typedef struct {
    gboolean has_last;
    SettleDay last; /* business date of the last published nightly run */
    gboolean has_pending;
    SettleDay first_pending; /* earliest business date of a sealed batch not consumed */
    int32_t unfinished;      /* run id, 0: none */
} State;

static gboolean
load_state(SettleStore *store, State *state, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_run_state, error, "");

    if (row == NULL)
        return FALSE;
    memset(state, 0, sizeof *state);
    if (!settle_result_is_null(row, 0, SQL_RUN_STATE_LAST_NIGHT)) {
        state->has_last = TRUE;
        state->last = settle_result_day(row, 0, SQL_RUN_STATE_LAST_NIGHT);
    }
    if (!settle_result_is_null(row, 0, SQL_RUN_STATE_UNFINISHED_RUN))
        state->unfinished = settle_result_i32(row, 0, SQL_RUN_STATE_UNFINISHED_RUN);
    if (!settle_result_is_null(row, 0, SQL_RUN_STATE_FIRST_WAITING)) {
        state->has_pending = TRUE;
        state->first_pending = settle_result_day(row, 0, SQL_RUN_STATE_FIRST_WAITING);
    }
    return TRUE;
}

/* For the planner. Without it reading is slower, not wrong; a run that was continued leaves its
 * first part to autovacuum. */
static void
tidy(SettleStore *store, const SettleRunReport *report)
{
    if (report->first_period == 0 || report->transfers < ANALYZE_TRANSFERS)
        return;
    for (SettleMonth month = report->first_period; month <= report->last_period; month++)
        settle_store_analyze(store, "transfer", month, NULL);
}

static gboolean
run_context(SettleStore *store, SettleRunContext *context, const SettleRunOptions *options,
            gboolean resumed, GArray *reports, GError **error)
{
    SettleRunReport report = {
        .run_id = options->dry_run ? 0 : context->run_id,
        .date = context->date,
        .resumed = resumed,
    };

    if (!settle_run_work_off(context, options, &report, error))
        return FALSE;
    if (!options->dry_run) {
        if (!settle_run_publish(store, context, &report, error))
            return FALSE;
        tidy(store, &report);
    }
    g_array_append_val(reports, report);
    return TRUE;
}

static gboolean
run_date(SettleStore *store, const SettleRunOptions *options, SettleDay date, gboolean due,
         int64_t epoch, GArray *reports, GError **error)
{
    g_autoptr(SettleRunContext) context = NULL;

    if (!settle_run_context_start(store, options, date, due, epoch, &context, error))
        return FALSE;
    return context == NULL || run_context(store, context, options, FALSE, reports, error);
}

static gboolean
finish_unfinished(SettleStore *store, const SettleRunOptions *options, const State *state,
                  int64_t epoch, GArray *reports, GError **error)
{
    g_autoptr(SettleRunContext) context = NULL;

    if (options->dry_run) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "run %d is unfinished",
                    state->unfinished);
        settle_error_hint(error, "settle run without --dry-run continues it");
        return FALSE;
    }
    context = settle_run_context_resume(store, options, state->unfinished, epoch, error);
    if (context == NULL || !settle_failpoint(RUN_RESUMED, error))
        return FALSE;
    if (context->date > options->date) {
        char text[SETTLE_DAY_TEXT_BYTES];

        settle_day_format(context->date, text);
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "run %d of %s is unfinished",
                    state->unfinished, text);
        settle_error_hint(error, "settle run --date %s continues it", text);
        return FALSE;
    }
    return run_context(store, context, options, TRUE, reports, error);
}

/* Whether the nights are meant: what is published cannot be taken back. */
static gboolean
are_meant(SettleStore *store, const SettleRunOptions *options, SettleDay from, GError **error)
{
    g_autofree char *name = NULL;
    g_autoptr(SettleZone) zone = NULL;

    if (options->confirm == NULL || options->dry_run)
        return TRUE;
    name = settle_store_zone(store, error);
    zone = name != NULL ? settle_zone_new(name, error) : NULL;
    return zone != NULL && options->confirm(from, options->date, zone, error);
}

static gboolean
run_dates(SettleStore *store, const SettleRunOptions *options, int64_t epoch, GArray *reports,
          GError **error)
{
    State state;
    SettleDay date;

    if (!load_state(store, &state, error))
        return FALSE;
    if (state.unfinished != 0) {
        if (!finish_unfinished(store, options, &state, epoch, reports, error) ||
            !load_state(store, &state, error))
            return FALSE;
    }
    if (state.has_last && options->date < state.last) {
        char text[SETTLE_DAY_TEXT_BYTES];

        settle_day_format(state.last, text);
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "the nights up to %s are settled already", text);
        settle_error_hint(error,
                          "facts that came late are settled by the next run: "
                          "settle run --date %s",
                          text);
        return FALSE;
    }
    if (state.has_last)
        date = state.last + 1;
    else
        date = state.has_pending ? MIN(state.first_pending, options->date) : options->date;

    if (!are_meant(store, options, MIN(date, options->date), error))
        return FALSE;
    if (state.has_last && options->date == state.last)
        return run_date(store, options, options->date, FALSE, epoch, reports, error);
    for (; date <= options->date; date++) {
        if (!run_date(store, options, date, TRUE, epoch, reports, error))
            return FALSE;
        /* A dry run cannot build the second night on a first that was not written. */
        if (options->dry_run)
            break;
    }
    return TRUE;
}

gboolean
settle_run_nightly(const SettleRunOptions *options, GArray **ret_reports, GError **error)
{
    g_autoptr(GArray) reports = g_array_new(FALSE, FALSE, sizeof(SettleRunReport));
    g_autoptr(SettleStore) store = NULL;
    int64_t epoch;
    gboolean ok;

    store = settle_run_open_runner(options->conninfo, options->dry_run, &epoch, error);
    ok = store != NULL && run_dates(store, options, epoch, reports, error);
    *ret_reports = g_steal_pointer(&reports);
    return ok;
}

gboolean
settle_run_abandon(const char *conninfo, const char *reason, int32_t *ret_run_id, GError **error)
{
    g_autoptr(SettleStore) store = NULL;
    g_autofree char *subject = NULL;
    int64_t epoch;
    State state;

    store = settle_run_open_runner(conninfo, FALSE, &epoch, error);
    if (store == NULL || !load_state(store, &state, error))
        return FALSE;
    if (state.unfinished == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "there is no unfinished run");
        return FALSE;
    }
    subject = g_strdup_printf("%d", state.unfinished);
    if (!settle_store_begin(store, error) ||
        !settle_store_control(store, "run-abandon", subject, NULL, reason, NULL, NULL, error) ||
        !settle_failpoint(RUN_ABANDON_BEFORE_COMMIT, error) || !settle_store_commit(store, error) ||
        !settle_failpoint(RUN_ABANDON_COMMITTED, error))
        return FALSE;
    *ret_run_id = state.unfinished;
    return TRUE;
}
