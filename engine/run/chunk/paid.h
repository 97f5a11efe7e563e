/* What carriers have paid for the distributors of a chunk, by their receipts: what a rule with
 * pay-when-paid owes is freed by it (docs/semantics.md 5.6, 13.10, 14.34). */
#pragma once

#include "run/context.h"

G_BEGIN_DECLS

/* Money that a carrier paid for a distributor and origin period. */
typedef struct {
    int32_t distributor_id, carrier_id;
    SettleCurrency currency;
    SettleMonth month;
    gboolean is_new; /* some of it came with this run */
    int64_t minor;   /* what is left of it while it is given out */
} SettlePaidMoney;

typedef struct {
    const SettleRunContext *context;
    gboolean wanted;   /* some policy has a rule that awaits payment */
    GHashTable *money; /* SettlePaidMoney by its first four fields */
} SettlePaid;

/* No receipts are read yet; the context must live as long. */
void settle_paid_init(SettlePaid *paid, const SettleRunContext *context);
void settle_paid_clear(SettlePaid *paid);

/* Reads the receipts of the chunk's distributors, those of this run too, and forgets the chunk
 * before. *ret_facts: how many rows of receipts came with this run. */
gboolean settle_paid_load(SettlePaid *paid, SettleStore *reader, const SettleChunk *chunk,
                          int64_t *ret_facts, GError **error);
/* The carrier has paid something for the distributor, whatever currency and month. */
gboolean settle_paid_any(const SettlePaid *paid, int32_t distributor_id, int32_t carrier_id);
/* How much of an amount in minor units the carrier has paid, 0 of one below zero; what is taken is
 * gone. */
int64_t settle_paid_take(SettlePaid *paid, int32_t distributor_id, const SettlePolicy *policy,
                         SettleMonth month, int64_t minor);

G_END_DECLS
