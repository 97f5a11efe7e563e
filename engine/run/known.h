/* What is known on a date, whatever happens to an order: master data, policies, decisions and which
 * months are complete. Loaded by manifest.h. */
#pragma once

#include "calc/asks.h"
#include "calc/match.h"
#include "ledger/ledger.h"
#include "model/directory.h"
#include "run/decide/refunds.h"

G_BEGIN_DECLS

/* A month whose bills a carrier has all delivered. */
typedef struct {
    int32_t carrier_id;
    SettleMonth month;
} SettleCompleteMonth;

/* Instead of the last policy that the night before knew. */
#define SETTLE_NO_POLICY_IS_NEW G_MAXINT32

/* Owns all of it. */
typedef struct {
    const SettleArithmetic *arithmetic; /* the version that the run has; borrowed */
    SettleDirectory *directory;
    SettlePolicySet *policies;
    int32_t last_policy_before; /* the last of them that the night before knew; or the next */
    SettleAsks asks;            /* what any of them looks at */
    SettlePeriods periods;
    GArray *slacks;   /* SettleRefundSlack */
    GArray *complete; /* SettleCompleteMonth, by carrier, all that are declared by now */
    GArray *months;   /* SettleMonth: of `complete`, in its order */
} SettleRunKnown;

/* Nothing known yet; the arithmetic is the current one. */
void settle_run_known_init(SettleRunKnown *known);
void settle_run_known_clear(SettleRunKnown *known);
/* The months that a carrier declared complete, ascending. */
const SettleMonth *settle_run_complete_months(const SettleRunKnown *known, int32_t carrier_id,
                                              guint *ret_n);

G_END_DECLS
