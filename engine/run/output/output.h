/* What a chunk writes: transfers go out as they come, everything else is kept in small arrays and
 * follows when the transfers are through (one COPY at a time on a connection). */
#pragma once

#include "run/context.h"

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
    SETTLE_AGENDA_LATE = 6,  /* posted behind the policy's span, in the month of look_day */
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

typedef struct {
    int32_t distributor_id, carrier_id, policy_id, rule, scope_id; /* rule: its number */
    uint8_t scope_kind;                                            /* SettleScopeKind */
    uint8_t what;                                                  /* SettleChangeWhat */
    SettleMonth window_end;
    int64_t value; /* delta; or the measure of a posting */
    int64_t target_minor;
    int64_t held_minor, released_minor, taken_minor; /* of it: what those legs stand at */
} SettleVolumeRow;

typedef struct {
    int32_t distributor_id, carrier_id;
    int64_t transfers;
    uint8_t digest[SETTLE_DIGEST_BYTES];
} SettleDistributorRow;

/* What an account stands at after the run. */
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

typedef struct SettleOutput {
    const SettleRunContext *context;
    SettleStore *store; /* NULL: dry run */
    GArray *kept;       /* SettleTransfer, in order: for a sink; else NULL */
    SettleWriter *transfers;
    SettleLedgerDigest *digest;
    GArray *totals;    /* SettleTotal, all of the chunk */
    guint first_total; /* of the current distributor */
    GArray *balances;  /* SettleBalanceRow: when it is complete */
    GArray *cuts;      /* SettleCutRow: all within the scopes; when it is complete, what changed */
    GArray *cut_scopes; /* SettleCutScope */
    GArray *uses;       /* SettleVolumeRow: what ceilings let through within them, in all */
    GArray *outcomes, *agenda, *deltas, *postings, *distributors, *invoices;
    int32_t distributor_id;
    /* what the last transfer's policy was: transfers of one policy come in long rows */
    const SettlePolicy *policy;
    SettleChunkSums sums;
} SettleOutput;

SettleOutput *settle_output_new(const SettleRunContext *context, SettleStore *store);
void settle_output_free(SettleOutput *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleOutput, settle_output_free)

/* Starts afresh and opens the COPY of transfers, inside a transaction that is open already. */
gboolean settle_output_open(SettleOutput *output, GError **error);
/* Begins a chunk: the transaction, the claim, then as above. A chunk is claimed for as long as the
 * transaction: who dies gives it back. If it is not ours the transaction is over again. Always ours
 * without a store. */
gboolean settle_output_begin(SettleOutput *output, int32_t chunk, SettleClaim *ret_claim,
                             GError **error);
void settle_output_distributor(SettleOutput *output, int32_t distributor_id);
/* Transfers of the current distributor, ascending by (subject, slot). */
gboolean settle_output_transfer(SettleOutput *output, const SettleTransfer *transfer,
                                GError **error);
void settle_output_distributor_end(SettleOutput *output);
/* Works out what depends on what earlier runs wrote: the balances of the accounts that something
 * was posted to, which cuts are otherwise than before. reader: a connection without an open COPY.
 */
gboolean settle_output_complete(SettleOutput *output, SettleStore *reader, GError **error);
/* Sends the rest and the receipt. reader: as above; NULL: the output's own. */
gboolean settle_output_send(SettleOutput *output, SettleStore *reader, int32_t chunk,
                            GError **error);
/* Sends the rest and the receipt and commits. Constraint errors mean that somebody else did the
 * chunk. */
gboolean settle_output_finish(SettleOutput *output, SettleStore *reader, int32_t chunk,
                              GError **error);
/* Gives the chunk up. */
void settle_output_abort(SettleOutput *output);

G_END_DECLS
