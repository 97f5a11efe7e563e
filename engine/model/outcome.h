/* Why an order earns nothing, or waits. Stored beside the order; the numbers never change.
 * Where several apply the one stored is not-active, not-sold, or the first in this order. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_OUTCOME_NONE = 0,      /* it has postings, or will have by its own schedule */
    SETTLE_OUTCOME_NO_POLICY = 1, /* no policy version of the carrier holds on the closing day */
    SETTLE_OUTCOME_CURRENCY = 2,  /* order and policy differ in currency: quarantined */
    SETTLE_OUTCOME_NO_RULE = 3,   /* no rule matches */
    SETTLE_OUTCOME_ZERO = 4,      /* rules match but earn 0 (paid amount 0 ...) */
    SETTLE_OUTCOME_NO_BILLS = 5,  /* only bill-based rules match, and the bills of the contract
                                   * serve an earlier order, or there is no contract */
    SETTLE_OUTCOME_OVERFLOW = 6,  /* a product left int64: quarantined */
    SETTLE_OUTCOME_NOT_ACTIVE = 7, /* carrier or distributor, on the closing day */
    SETTLE_OUTCOME_NOT_SOLD = 8,   /* the product, on the closing day */
} SettleOutcome;
/* The word that is stored and printed; static. */
const char *settle_outcome_name(SettleOutcome outcome);
/* One sentence for finance. */
const char *settle_outcome_text(SettleOutcome outcome);

G_END_DECLS
