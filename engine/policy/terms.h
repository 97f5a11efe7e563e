/* Terms that any rule can carry, and those of the whole policy, as the loader compiles them
 * (docs/semantics.md 5.5 to 5.7). They are checked; those that the calculation does not settle yet
 * are listed in SettlePolicy.unsupported, and a policy that uses one is refused activation. */
#pragma once

#include "calendar/calendar.h"
#include "money/money.h"

#include <glib.h>

G_BEGIN_DECLS

/* What a clawback term acts on; a set of them is the sum of 1 << event. */
typedef enum {
    SETTLE_EVENT_REFUND = 0,
    SETTLE_EVENT_CANCEL,
    SETTLE_EVENT_SUSPEND,
    SETTLE_EVENT_PORT_OUT,
    SETTLE_N_CLAWBACK_EVENTS
} SettleClawbackEvent;

typedef enum {
    SETTLE_TAKE_SHARE = 1,     /* share_ppb of what was earned; all: the whole */
    SETTLE_TAKE_PRO_RATA,      /* of the contract's full months not served */
    SETTLE_TAKE_REFUNDED_PART, /* the rate's base falls by the refunded part */
} SettleTake;

/* Days or months after the closing day within which an event counts, both ends included. */
typedef struct {
    gboolean in_months;
    int from, to; /* G_MAXINT: at any time */
} SettleSpan;

typedef struct {
    guint events; /* 1 << SettleClawbackEvent */
    SettleSpan span;
    SettleTake take;
    SettleRatePpb share_ppb;    /* SETTLE_TAKE_SHARE */
    gboolean without_suspended; /* the event's day is moved back by the suspended days */
    guint line;                 /* in the document */
} SettleClawback;

typedef struct {
    int window;           /* SettleWindow; 0: no ceiling */
    int64_t amount_minor; /* per distributor and window of origin periods */
} SettleCeiling;

typedef struct {
    SettleClawback *clawbacks;
    guint n_clawbacks;
    SettleRatePpb holdback_ppb; /* 0: none */
    int holdback_days;          /* after closing */
    gboolean pay_when_paid;
    SettleCeiling ceiling;
    int split_parts[3];  /* distributor, outlet, manager; all 0: no split */
    int payee;           /* 0 distributor, 1 outlet, 2 manager */
    int contract_months; /* the policy's or the rule's own; 0: not said */
    guint not_counted;   /* volume: 1 << SettleClawbackEvent */
    guint n_unsettled;   /* how many terms of the rule are not settled yet */
} SettleTerms;

typedef enum {
    SETTLE_GOES_ON = 0,
    SETTLE_STOPS,
    SETTLE_AS_CANCEL,
} SettleConsequence;

typedef struct {
    gboolean pay_when_paid;
    SettleCeiling ceiling;
    SettleRatePpb tolerance_ppb; /* fraud findings up to the larger of a share ... */
    int tolerance_count;         /* ... and a count act as none */
    SettleConsequence on_port_out, on_number_transfer, after_end;
    int contract_months; /* 0: not said */
} SettlePolicyTerms;

G_END_DECLS
