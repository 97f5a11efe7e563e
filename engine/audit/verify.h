/* Verify: what is stored is what was published. Recomputes digests, row sums, totals and seals from
 * the stored rows and never from anything else; reads only (docs/architecture.md "Verify"). */
#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* One thing that does not hold. Texts are owned. */
typedef struct {
    int32_t run_id; /* where it broke; 0: before the next run, or nobody's */
    char *place;    /* "distributor D001", "batch 12", "receipts" ... */
    char *text;
} SettleFinding;

typedef struct {
    GArray
        *findings; /* SettleFinding by run; the first `limit` found, and always the first broken */
    int64_t n_findings;
    int32_t first_broken; /* run; 0: none */
    int32_t last_run;     /* the last published run; 0: none */
    int64_t runs, transfers, totals, facts, rows_beside, invoices, batches,
        policies;                      /* looked at */
    int64_t erased;                    /* rows whose texts were erased: they pass */
    uint8_t head[SETTLE_DIGEST_BYTES]; /* seal of the last run; zeros if it has none */
} SettleVerification;
/* Takes NULL, too. */
void settle_verification_free(SettleVerification *verification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleVerification, settle_verification_free)

typedef struct {
    const char *conninfo;
    guint limit;                         /* findings kept */
    int32_t expect_run;                  /* 0: nothing is expected */
    uint8_t expect[SETTLE_DIGEST_BYTES]; /* the seal that run had when it was noted outside */
    const char
        *files; /* a folder with the files that were taken in; NULL: they are not looked at */
    /* Called from the calling thread every now and then; may be NULL. done counts transfers. */
    void (*progress)(int64_t done, int64_t total, gpointer user_data);
    gpointer progress_data;
} SettleVerifyOptions;

/* A finding is no error. Memory: the transfers and orders of one distributor over all time, and a
 * few words a run and chunk. */
gboolean settle_verify(const SettleVerifyOptions *options, SettleVerification **ret_verification,
                       GError **error);

/* The last published run and its seal; FALSE and STATE if there is none, or it has no seal. */
gboolean settle_verify_head(const char *conninfo, int32_t *ret_run_id,
                            uint8_t ret_seal[SETTLE_DIGEST_BYTES], GError **error);

G_END_DECLS
