/* The seal of a published run: its digest, every small row of it, the decisions and codes since the
 * run before it, and that run's seal (docs/architecture.md "Row sums and seals"). Written when the
 * run is published, computed again by verify. */
#pragma once

#include "base/digest.h"
#include "store/store.h"

G_BEGIN_DECLS

#define SETTLE_SEAL_PARTS 18
#define SETTLE_SEAL_DIMS  8 /* dimensions of codes */

typedef struct {
    int32_t before;                        /* the published run before it; 0: none */
    uint8_t previous[SETTLE_DIGEST_BYTES]; /* that run's seal; zeros if it has none */
    int32_t codes_from[SETTLE_SEAL_DIMS], codes_to[SETTLE_SEAL_DIMS];
    uint8_t parts[SETTLE_SEAL_PARTS][SETTLE_DIGEST_BYTES];
    uint8_t seal[SETTLE_DIGEST_BYTES];
} SettleSeal;

/* What part i covers: "receipts", "decisions" ... */
const char *settle_seal_part_name(guint part);

/* Computes parts and seal of a run from what is stored; before, previous and codes_* are given.
 * digest: the run's chain digest. */
gboolean settle_seal_compute(SettleStore *store, int32_t run_id,
                             const uint8_t digest[SETTLE_DIGEST_BYTES], SettleSeal *seal,
                             GError **error);
/* Inside the publishing transaction, when all rows of the run are there: computes and stores it. */
gboolean settle_seal_write(SettleStore *store, int32_t run_id,
                           const uint8_t digest[SETTLE_DIGEST_BYTES], GError **error);

G_END_DECLS
