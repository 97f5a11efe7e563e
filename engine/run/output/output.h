/* What a chunk writes: transfers go out as they come, everything else is kept in small arrays and
 * follows when the transfers are through (one COPY at a time on a connection). */
#pragma once

#include "run/context.h"
#include "run/output/rows.h"

G_BEGIN_DECLS

typedef struct SettleOutput {
    const SettleRunContext *context;
    SettleStore *store; /* NULL: dry run */
    GArray *kept;       /* SettleTransfer, in order: for a sink; else NULL */
    SettleWriter *transfers;
    SettleLedgerDigest *digest;
    GArray *totals;     /* SettleTotal, all of the chunk */
    guint first_total;  /* of the current distributor */
    GArray *balances;   /* SettleBalanceRow: when it is complete */
    GArray *cuts;       /* SettleCutRow: all within the scopes; when it is complete, what changed */
    GArray *cut_scopes; /* SettleCutScope */
    GArray *uses;       /* SettleVolumeRow: what ceilings let through within them, in all */
    GArray *outcomes, *agenda, *deltas, *postings, *distributors, *invoices;
    int32_t distributor_id;
    /* what the last transfer's policy was: transfers of one policy come in long rows */
    const SettlePolicy *policy;
    SettleChunkSums sums;
} SettleOutput;

/* Rows go to store, by COPY; NULL: they are kept for the context's sink, or dropped in a dry
 * run. */
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
