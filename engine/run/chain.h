/* The chain of run digests (docs/architecture.md "Digest"). */
#pragma once

#include "base/digest.h"
#include "calendar/calendar.h"

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

G_END_DECLS
