/* A run's context: it is built once, by manifest.h, is read-only while workers use it, and names
 * everything that the outcome depends on. */
#pragma once

#include "calc/asks.h"
#include "calc/calc.h"
#include "invoice/invoice.h"
#include "ledger/ledger.h"
#include "model/directory.h"
#include "model/outcome.h"
#include "run/known.h"
#include "run/run.h"
#include "store/store.h"

G_BEGIN_DECLS

/* Facts per chunk at most, unless the user says otherwise: about 20 MB of arrays in a worker. */
#define SETTLE_CHUNK_FACTS 100000
/* A night with fewer is not divided among workers: each makes the same queries for its part. */
#define SETTLE_CHUNK_FACTS_LEAST 5000
/* Workers at most, unless the user says otherwise: each has two connections, and a server as it
 * comes allows a hundred. */
#define SETTLE_WORKERS 16
/* Distributors per chunk at most: bounds what a chunk keeps per distributor. */
#define SETTLE_CHUNK_DISTRIBUTORS 5000
/* Facts of each kind that one chunk may hold in memory, unless the user says more: a distributor
 * with more in one night is refused. */
#define SETTLE_CHUNK_FACTS_MAX 1000000
/* Orders whose past is held at once, fewer with smaller chunks: with a bill a month for two years
 * about 80 MB of rows, and as much again while they are sorted. */
#define SETTLE_HISTORY_ORDERS 25000
/* And whatever the user says: the arrays and products over them stay within their types. */
#define SETTLE_CHUNK_FACTS_MOST 10000000

typedef enum {
    SETTLE_BATCH_UNSEEN = 0, /* not consumed, not of this run */
    SETTLE_BATCH_BEFORE,     /* consumed by a run before this one */
    SETTLE_BATCH_OF_RUN,
} SettleBatchState;

/* Closed orders of a month that something falls due for today. */
typedef struct {
    SettleMonth month;
    SettleDay from, to; /* closing days */
} SettleDueMonth;

/* A carrier whose invoicing cycle ends today. */
typedef struct {
    int32_t carrier_id;
    const SettlePolicy *terms;
    int32_t last_run; /* that wrote the carrier's last invoice batch; 0: none yet */
} SettleCycleEnd;

typedef struct {
    int32_t chunk;
    int32_t first_distributor, last_distributor;
    int64_t expected;
    gboolean done;
} SettleChunk;

/* Months, both included; none if from is after to. */
typedef struct {
    SettleMonth from, to;
} SettleMonths;

static inline gboolean
settle_months_any(SettleMonths months)
{
    return months.from <= months.to;
}

static inline gsize
settle_months_count(SettleMonths months)
{
    return settle_months_any(months) ? (gsize) (months.to - months.from) + 1 : 0;
}

struct SettleOutput;
typedef struct SettleRunSink SettleRunSink;
/* Takes what a chunk computed instead of the database (dry runs only). Called by the workers,
 * several at once; store: the worker's reading connection. FALSE and error ends the run. */
struct SettleRunSink {
    gboolean (*chunk_done)(SettleRunSink *sink, SettleStore *store,
                           const struct SettleOutput *output, const SettleChunk *chunk,
                           GError **error);
};

/* How a run is worked on. Its outcome does not depend on it. */
typedef struct {
    SettleStore *store;   /* the run's own, borrowed; of it workers take their sessions */
    SettleStoreRole role; /* of the workers' connections */
    int64_t epoch;        /* of the runner: receipts of an earlier one are refused */
    gboolean dry_run;     /* nothing is written */
    SettleRunSink *sink;  /* borrowed; NULL: a run that writes, or whose outcome nobody looks at */
    int64_t facts_max;    /* of a kind in one chunk */
    guint history_orders; /* whose past is held at once */
} SettleRunMeans;

/* Which batches the run sees, and which earlier runs it does not. */
typedef struct {
    GArray *batches;      /* int32_t: those of this run that hold facts, ascending */
    uint8_t *states;      /* SettleBatchState by batch id */
    uint8_t *withdraws;   /* by batch id: it carries the withdrawal of another one */
    SettleDay *dates;     /* business date of unseen batches of facts by batch id, else 0 */
    int32_t n_states;     /* of all three */
    int32_t last_before;  /* the latest batch that an earlier run consumed; 0: none */
    gboolean any_parties; /* this run takes master data in */
    GArray *abandoned;    /* int32_t: runs that were given up */
} SettleRunSeen;

/* Which partitions hold the facts of the run's batches, and what waited for the date: where nothing
 * is, no query is made. The server plans, and each connection learns of, every partition that a
 * query leaves open: a night would cost what history holds. */
typedef struct {
    SettleMonths facts;
    SettleMonths waited_orders, waited_bills, waited_events;
    SettleMonth last;          /* that there is a partition for, of bills or transfers */
    SettleMonth first_closing; /* that there is one for, of orders */
} SettleRunPartitions;

/* What falls due on the date, and what else makes old orders and windows this run's. */
typedef struct {
    GArray *months;      /* SettleDueMonth */
    GArray *carriers;    /* int32_t */
    GArray *cycle_ends;  /* SettleCycleEnd */
    GArray *window_ends; /* SettleMonth: windows whose last day is the date */
    GArray *completed;   /* SettleCompleteMonth: those that this run learns of */
    GArray *reopened;    /* SettleCompleteMonth: that it learns of that they are not */
} SettleRunDue;

/* Orders of a party or product that closed on these days, of which something is known otherwise
 * now. */
typedef struct {
    SettleDim dim; /* carrier, distributor, manager or product */
    int32_t id;
    SettleDay from, to;
} SettleLateChange;

/* Master data told late (run/late.h). */
typedef struct {
    GArray *changes;         /* SettleLateChange */
    SettleDay from, to;      /* of all of them */
    SettleDirectory *before; /* what the run before knew; NULL: nothing changed */
} SettleRunLate;

typedef struct {
    int32_t run_id;
    SettleDay date;
    gboolean due; /* what falls due on the date and the cycles that end are this run's */
    int64_t control_position;
    SettleRunMeans how;
    SettleRunKnown known;
    SettleRunSeen seen;
    SettleRunPartitions lies_in;
    SettleRunDue falls_due;
    SettleRunLate late;
    GArray *chunks; /* SettleChunk */
} SettleRunContext;

static inline SettleBatchState
settle_run_batch_state(const SettleRunContext *context, int32_t batch_id)
{
    return batch_id > 0 && batch_id < context->seen.n_states
               ? (SettleBatchState) context->seen.states[batch_id]
               : SETTLE_BATCH_UNSEEN;
}

static inline gboolean
settle_run_batch_withdraws(const SettleRunContext *context, int32_t batch_id)
{
    return batch_id > 0 && batch_id < context->seen.n_states &&
           context->seen.withdraws[batch_id] != 0;
}

/* TRUE once everything that a bill or event comes from is settled or of this run: its batch, the
 * one that brought it (0: the same) and its order's. A fact that waited enters on the later of two
 * business dates. */
static inline gboolean
settle_run_fact_seen(const SettleRunContext *context, int32_t batch_id, int32_t source_batch_id,
                     int32_t order_batch_id)
{
    return settle_run_batch_state(context, batch_id) != SETTLE_BATCH_UNSEEN &&
           settle_run_batch_state(context, order_batch_id) != SETTLE_BATCH_UNSEEN &&
           (source_batch_id == 0 ||
            settle_run_batch_state(context, source_batch_id) != SETTLE_BATCH_UNSEEN);
}

/* What a chunk did: its receipt. */
typedef struct {
    int64_t facts, settled, zero, waiting, due, transfers;
    SettleInt128 amount;
    int64_t invoices;
    SettleMonth first_period, last_period; /* that something was posted to; 0: nothing was */
} SettleChunkSums;

/* An empty context; manifest.h fills what follows from run id, date and control position. */
SettleRunContext *settle_run_context_new(SettleStore *store, const SettleRunOptions *options,
                                         SettleDay date, gboolean due, int64_t epoch);
void settle_run_context_free(SettleRunContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleRunContext, settle_run_context_free)

typedef enum {
    SETTLE_CLAIM_OURS,
    SETTLE_CLAIM_DONE,      /* its receipt is there */
    SETTLE_CLAIM_ELSEWHERE, /* another worker is at it, in this process or another one */
} SettleClaim;

G_END_DECLS
