/* Runs: what posts. A nightly run is planned (manifest), worked off in chunks of distributors by
 * workers, and published whole (docs/architecture.md "A run"). */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "calendar/calendar.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    const char *conninfo; /* as settle_store_open */
    SettleDay date;       /* business date to settle up to */
    int workers;          /* 0: one a processor, 16 at most */
    int64_t chunk_facts;  /* facts per chunk; 0: the default */
    gboolean dry_run;     /* computes the next date only and writes nothing */
    /* Called from the calling thread every now and then; may be NULL. done and total count facts.
     */
    void (*progress)(SettleDay date, int64_t done, int64_t total, gpointer user_data);
    gpointer progress_data;
    /* Asked before the nights [from, to] are settled, to being `date`: a date mistyped by a year
     * cannot be taken back. zone: the settlement zone. FALSE and error: nothing is run. NULL:
     * nobody is asked; nor is it for a dry run, or what an unfinished run still has to do. */
    gboolean (*confirm)(SettleDay from, SettleDay to, SettleZone *zone, GError **error);
} SettleRunOptions;

/* What one published (or, dry, computed) run did. */
typedef struct {
    int32_t run_id; /* 0 for a dry run */
    SettleDay date;
    gboolean resumed; /* an unfinished run was continued */
    guint chunks;
    guint chunks_kept; /* done before by a run that was interrupted, or meanwhile by others */
    guint batches;
    int64_t facts;   /* new orders and bills read */
    int64_t settled; /* new orders with postings or a schedule */
    int64_t zero;    /* new orders with a reason for zero */
    int64_t waiting; /* new facts that wait for their day */
    int64_t due;     /* old orders looked at because something fell due */
    int64_t transfers;
    int64_t amount_minor; /* sum of the transfers' amounts, across currencies: a control total */
    int64_t invoices;
    SettleMonth first_period, last_period; /* posted to; 0: nothing was */
    uint8_t digest[SETTLE_DIGEST_BYTES];   /* zero for a dry run */
} SettleRunReport;

/* Settles every date from the one after the last published run up to options->date, one run each,
 * in order; a date that was settled before is settled again only for batches sealed since. An
 * unfinished run is continued first. *ret_reports: GArray of SettleRunReport, one a run, empty if
 * there was nothing to do; after an error, of those published before it; the caller owns it.
 * Errors: LOCKED, STATE (date before the last run), DATABASE ... */
gboolean settle_run_nightly(const SettleRunOptions *options, GArray **ret_reports, GError **error);

/* Works on chunks of the run that another process has started, until all have their receipts; that
 * process publishes it. run_id 0: the one that is under way. wait_ms: for it to start. *ret_report:
 * what was done here; of options only conninfo, workers and progress count. STATE: no such run is
 * under way. */
gboolean settle_run_help(const SettleRunOptions *options, int32_t run_id, guint wait_ms,
                         SettleRunReport *ret_report, GError **error);

/* Gives the unfinished run up: its rows stay where they are and are never visible. STATE if there
 * is none. */
gboolean settle_run_abandon(const char *conninfo, const char *reason, int32_t *ret_run_id,
                            GError **error);

G_END_DECLS
