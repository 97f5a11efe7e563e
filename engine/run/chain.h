/* The chain of run digests (docs/architecture.md "Digest"). */
#pragma once

#include "base/digest.h"
#include "calendar/calendar.h"
#include "model/directory.h"
#include "store/store.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const char *code, *carrier_code; /* not owned */
    uint8_t digest[SETTLE_DIGEST_BYTES];
} SettleDistributorDigest;
/* The chain digest of a run from the leaves of its distributors and carriers, in the order of their
 * codes. digests: SettleDistributorDigest;
 * sorted here. kind: "nightly", "issue". */
void settle_run_chain(const char *kind, SettleDay date, GArray *digests,
                      const uint8_t previous[SETTLE_DIGEST_BYTES],
                      uint8_t ret_digest[SETTLE_DIGEST_BYTES]);

/* The code of a distributor as digests take it; "" for 0, the ledger's name for "none". NULL: there
 * is no such distributor. */
const char *settle_run_distributor_code(const SettleDirectory *directory, int32_t distributor_id);
const char *settle_run_carrier_code(const SettleDirectory *directory, int32_t carrier_id);

/* The chain digest of a run from what is recorded of its distributors. */
gboolean settle_run_chain_digest(SettleStore *store, int32_t run_id, const char *kind,
                                 SettleDay date, const SettleDirectory *directory,
                                 const uint8_t previous[SETTLE_DIGEST_BYTES],
                                 uint8_t ret_digest[SETTLE_DIGEST_BYTES], GError **error);
gboolean settle_run_last_digest(SettleStore *store, uint8_t ret_digest[SETTLE_DIGEST_BYTES],
                                GError **error);

G_END_DECLS
