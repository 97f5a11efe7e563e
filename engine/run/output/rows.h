/* The rows that a chunk leaves beside its transfers. */
#pragma once

#include "base/digest.h"
#include "invoice/invoice.h"
#include "model/transfer.h"

G_BEGIN_DECLS

typedef struct {
    int32_t distributor_id, policy_id, carrier_id;
    uint8_t kind, debit, credit;
    int16_t class_id;
    SettleMonth period, origin;
    int64_t transfers, amount_minor;
} SettleTotal;

typedef struct {
    int64_t order_id, paid_minor;
    int32_t distributor_id, carrier_id;
    SettleMonth closing_month;
    uint8_t outcome;
} SettleOutcomeRow;

typedef enum {
    SETTLE_AGENDA_ORDER = 1,   /* order waits for its day */
    SETTLE_AGENDA_BILL = 2,    /* bill waits for its day */
    SETTLE_AGENDA_PENDING = 3, /* instalment or upfront waits for a bill */
    SETTLE_AGENDA_DECIDED = 4,
    SETTLE_AGENDA_EVENT = 5, /* event waits for its day */
    SETTLE_AGENDA_LATE = 6,  /* posted after the policy's span, in the month of look_day */
    /* so many events of the order count for nothing (in slot) since look_day */
    SETTLE_AGENDA_NOTHING = 7,
} SettleAgendaWhat;

typedef struct {
    int64_t order_id;
    int32_t distributor_id, carrier_id;
    uint8_t what;
    SettleSlot slot;
    SettleMonth closing_month;
    SettleDay look_day;
    SettleMonth bill_month; /* -1: none */
    int16_t revision;
} SettleAgendaRow;

typedef enum {
    SETTLE_CHANGE_MEASURE = 1, /* of a volume rule's window */
    SETTLE_CHANGE_CEILING = 2, /* what a ceiling let through */
} SettleChangeWhat;

/* The month (1900-01) of the row that says, by its policy_id, since which version's activation what
 * ceilings of a carrier let through is known of a distributor. */
#define SETTLE_CEILINGS_KNOWN (1900 * 12)

typedef struct {
    int32_t distributor_id, carrier_id, policy_id, rule, scope_id; /* rule: its number */
    uint8_t scope_kind;                                            /* SettleScopeKind */
    uint8_t what;                                                  /* SettleChangeWhat */
    SettleMonth window_end;
    SettleMonth month; /* of a change: closing month of what counts; of a ceiling the last */
    uint16_t item;     /* of a posting */
    int64_t value;     /* delta; or the measure of a posting */
    int64_t target_minor;
    int64_t held_minor, released_minor, taken_minor; /* of it: what was posted to those legs */
} SettleVolumeRow;

typedef struct {
    int32_t distributor_id, carrier_id;
    int64_t transfers;
    uint8_t digest[SETTLE_DIGEST_BYTES];
} SettleDistributorRow;

/* The balance of an account after the run. */
typedef struct {
    int32_t distributor_id, carrier_id;
    SettleCurrency currency;
    uint8_t role;
    int64_t balance_minor; /* debit less credit */
} SettleBalanceRow;

typedef enum {
    SETTLE_CUT_RULE_CEILING = 1,
    SETTLE_CUT_POLICY_CEILING = 2,
    SETTLE_CUT_LIFE_CAP = 3,
    SETTLE_CUT_FINDING = 4, /* where some are tolerated; nothing is cut by one that is */
} SettleCutWhat;

/* What was cut of a slot, and by what. */
typedef struct {
    int32_t distributor_id, policy_id;
    int64_t subject_id, earned_minor, cut_minor;
    SettleSlot slot;
    SettleMonth month;
    uint8_t what; /* SettleCutWhat */
} SettleCutRow;

typedef struct {
    SettleInvoice *invoice; /* owned */
    int32_t carrier_id, after_run, place;
    int64_t transfers;
} SettleInvoiceRow;

G_END_DECLS
