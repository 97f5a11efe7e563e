/* Withdrawing a batch takes two: one asks, another one who may approve agrees. It is carried out by
 * intake (intake/intake.h), with the next night. */
#pragma once

#include "model/file-kind.h"
#include "store/store.h"

G_BEGIN_DECLS

/* A batch and what is decided about it. */
typedef struct {
    SettleFileKind kind;
    gboolean sealed;
    char *state; /* "asked", "approved", "refused", "withdrawn"; NULL: nobody asked */
    char *asked_by, *reason;
    int32_t by_batch; /* that carries the withdrawal; 0: none yet */
    int32_t of_batch; /* that this one withdraws; 0: none */
} SettleWithdrawal;
/* Frees the texts. */
void settle_withdrawal_clear(SettleWithdrawal *withdrawal);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleWithdrawal, settle_withdrawal_clear)

typedef enum {
    SETTLE_WITHDRAWAL_ASK,     /* store: as runner or approver */
    SETTLE_WITHDRAWAL_APPROVE, /* as approver, another login than asked */
    SETTLE_WITHDRAWAL_REFUSE,  /* as approver, or as who asked */
} SettleWithdrawalStep;

/* What is known of a batch, which must be there. */
gboolean settle_withdrawal_load(SettleStore *store, int32_t batch_id, SettleWithdrawal *ret,
                                GError **error);
/* Takes a decision. STATE: it does not follow from the one before it, or is this login's own.
 * reason: may be NULL for an approval. */
gboolean settle_withdrawal_decide(SettleStore *store, int32_t batch_id, SettleWithdrawalStep step,
                                  const char *reason, GError **error);

G_END_DECLS
