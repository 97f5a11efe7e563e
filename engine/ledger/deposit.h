/* The balance of a party's deposit, and when it is given back (docs/semantics.md 1, 13.13, 14.44).
 * Pure. */
#pragma once

#include "calendar/calendar.h"
#include "model/transfer.h"

G_BEGIN_DECLS

/* A deposit is in yuan, whatever currencies the party's policies have. */
#define SETTLE_DEPOSIT_CURRENCY ((SettleCurrency) 156)
/* What is frozen on entry unless a setting says otherwise. */
#define SETTLE_DEPOSIT_OF_CARRIER_MINOR     INT64_C(5000000)
#define SETTLE_DEPOSIT_OF_DISTRIBUTOR_MINOR INT64_C(1000000)

/* The legs of a deposit's slot; the numbers are stored. */
typedef enum {
    SETTLE_DEPOSIT_CASH = 0,     /* frozen or given back: cash <-> deposit */
    SETTLE_DEPOSIT_COVER = 1,    /* a debt on `distributor`, of a carrier on `carrier` */
    SETTLE_DEPOSIT_INVOICED = 2, /* a debt on `invoiced`: of credit notes */
    SETTLE_DEPOSIT_FORFEIT = 3,  /* deposit -> fee */
} SettleDepositLeg;
/* With the leg: part of giving it back after the end, with which the deposit is done. */
#define SETTLE_DEPOSIT_END 4u

/* Since it was last given back after an end, or ever. */
typedef struct {
    int64_t frozen_minor; /* cash in less cash out */
    int64_t used_minor;   /* that covered debts, or was forfeited */
} SettleDeposit;

/* What is still frozen, in minor units: posted, less released and used. */
int64_t settle_deposit_balance(const SettleDeposit *deposit);
/* Takes a posting into it; postings come in the order of their runs. leg: with SETTLE_DEPOSIT_END
 * where it applies; out: debited to the deposit. FALSE if no deposit moves like that, or a sum
 * leaves 64 bits. */
gboolean settle_deposit_take(SettleDeposit *deposit, guint leg, gboolean out, int64_t amount_minor);
/* The last day of the second month after that in which the party became one that has ended. */
SettleDay settle_deposit_release_day(SettleDay ended_from);

G_END_DECLS
