/* Private to intake: the work on one batch. */
#pragma once

#include "base/arena.h"
#include "base/checked.h"
#include "base/keyed.h"
#include "base/signature.h"
#include "intake/codes.h"
#include "intake/csv.h"
#include "intake/intake.h"
#include "intake/keep.h"
#include "intake/reject.h"
#include "intake/source.h"
#include "intake/spool.h"
#include "model/directory.h"
#include "money/money.h"
#include "store/sql.h"

G_BEGIN_DECLS

/* Years 1900 to 2399. */
#define SETTLE_INTAKE_N_MONTHS    6000
#define SETTLE_INTAKE_FIRST_MONTH (1900 * 12)
/* Ids looked up in the database with one statement. */
#define SETTLE_INTAKE_SLICE              500000
#define SETTLE_INTAKE_LOCK_WAIT_MS       60000 /* for another import to end */
#define SETTLE_INTAKE_MESSAGE            400
#define SETTLE_INTAKE_MAX_KEY            200 /* bytes of an order id or contract */
#define SETTLE_INTAKE_MAX_CODE           100
#define SETTLE_INTAKE_MAX_NAME           500
#define SETTLE_INTAKE_SPREADSHEET_DIGITS 15
#define SETTLE_INTAKE_MAX_PARTIES                                                                  \
    2000000 /* rows of master data in one file: they are kept in memory */

/* A fact as it is first told; what is corrected or withdrawn later is a further row. */
#define SETTLE_FIRST_REVISION 1

/* Sums are kept in ten-thousandths so that currencies of any exponent add up. */
#define SETTLE_INTAKE_SCALE 4

/* Where a fact was told. */
typedef struct {
    int32_t batch_id; /* 0: nowhere */
    int32_t line;
} SettleFactPlace;

typedef struct {
    SettleReject reject;
    SettleFactPlace against; /* the fact that the row contradicts, if it does */
    int column;              /* its place in the kind's table; -1: the record, or `field` */
    int field;               /* place in the record if column is -1; -1: the row as a whole */
    char message[SETTLE_INTAKE_MESSAGE];
} SettleVerdict;

typedef struct SettleIntakeJob {
    SettleStore *store;
    GArray *sums; /* SettleTableSum: of what the batch's transaction stores */
    SettleFileKind kind;
    char *name;
    SettleIntakeOptions options;
    size_t memory;
    SettleDirectory *directory;
    GPtrArray *keys; /* SettleKeyed by carrier id; NULL where nobody has that id */
    GArray *salts;   /* of salts.c; NULL: none was asked for */
    SettleZone *zone;
    GPtrArray *rounded_ids; /* carriers whose ids may look rounded; "" those of nobody */
    SettleIntakeSource *source;
    SettleIntakeMap map;
    char *header;
    char **header_names;
    unsigned n_header;

    int64_t rows_read, accepted, repeated, quarantined, waiting, bills_found;
    int64_t unreadable;   /* rows whose amount could not be read */
    const char *unproved; /* why an unproved control sum is accepted; NULL: it is proved */
    /* ids that are numbers of more digits than a spreadsheet keeps; their digits after those;
     * whether some of them is no zero */
    int64_t long_ids, long_id_zeros;
    gboolean long_ids_differ;
    SettleInt128 sum; /* scaled */
    int exponent;     /* the largest one of the currencies seen; -1: none */

    gboolean is_file; /* what follows is known then, when it was read to its end */
    char *file_name;
    int64_t file_bytes;
    uint8_t sha256[SETTLE_DIGEST_BYTES];
    int32_t same_batch; /* an earlier batch of the same file; 0: none */
    char *same_file;    /* its name */
    gboolean is_signed; /* by a sender with a key, and it holds */
    uint8_t signature[SETTLE_SIGNATURE_BYTES];
    GArray *carriers; /* int32_t, ascending: whose rows it has, or whose file it is */
    int32_t last_carrier;

    int32_t batch_id;
    SettleKeep *keep;                        /* every record as it came */
    SettleSpool *quarantine;                 /* by line */
    SettleSpool *repeats;                    /* of facts of other batches: keys alone */
    SettleSpool *rows;                       /* the rows that are valid by themselves */
    SettleIntakeCodes *codes[SETTLE_N_DIMS]; /* look-up caches and new codes */
    int32_t
        next_id[SETTLE_N_DIMS]; /* of new codes; the counters of the database agree at the end */
    GHashTable *slices;         /* int64 distributor and month -> facts */
    GHashTable *later;          /* batch id -> day: of later business dates, not settled yet */
    uint32_t months[SETTLE_INTAKE_N_MONTHS]; /* rows of each: partitions to be there */
    gboolean waiting_known, waiting_there;   /* bills that wait for their order, in the database */
    SettleDay oldest_day, newest_day;        /* closing days of the orders, first and last */
    GPtrArray *look_alikes;                  /* texts about new codes: the first ones */
    int64_t n_look_alikes;
    GPtrArray *parties; /* kinds of master data: their rows, in memory */
    GArray *events;     /* SettleIntakeEvent, in memory, too */
    GArray *notices;    /* SettleIntakeNotice, likewise */
    SettleArena *arena; /* of all three */
    int32_t withdraws;  /* the batch that this one withdraws; 0: it tells */
    int64_t fell;       /* facts of it that nobody else told */
    int64_t stayed;     /* facts of it that another batch told, too */
    GArray *gone;       /* SettleFactPlace: rows that told what is not there any more */
} SettleIntakeJob;

/* Where a record stands in what was kept. */
typedef struct {
    uint64_t at;
    uint32_t length;
    int32_t line;
} SettleIntakePlace;

typedef struct {
    int64_t order_id, key_id, contract_id, paid_minor, closing_at;
    SettleIntakePlace place;
    int32_t distributor_id, carrier_id, product_id, manager_id, quantity;
    SettleDay closing_day;
    int16_t region_id, channel_id, currency;
    int16_t revision; /* of a record the carrier's; of a row that and its turn (order-rows.h) */
    uint16_t flags, upstream_length, line_length, contract_length;
    uint8_t withdrawn;
    uint8_t stored; /* of the database: place.at is its batch */
    uint8_t erased; /* likewise: its texts are not known any more */
    char text[];    /* upstream id, the order's line, contract */
} SettleIntakeOrder;

typedef struct {
    int64_t contract_id, billed_minor, tax_minor, cash_minor, arrears_minor, megabytes;
    SettleIntakePlace place;
    int32_t carrier_id, minutes;
    SettleMonth month;
    SettleDay issue_day;
    int16_t revision, currency;
    uint16_t contract_length;
    char text[]; /* contract */
} SettleIntakeBill;

/* An event; its texts: its own key, the order's, the order's line. */
typedef struct {
    int64_t event_id, key_id, amount_minor, reinstates;
    SettleInstant at;
    SettleIntakePlace place;
    int32_t carrier_id;
    SettleDay day;
    SettleMonth closed_month; /* 0: not said */
    int16_t currency;         /* 0: not said */
    uint8_t kind, whole;
    uint16_t upstream_length, order_length, line_length;
    char *text; /* of the job's arena */
} SettleIntakeEvent;

/* What a carrier says of a whole month: that all its bills are there, or what it paid for it. */
typedef struct {
    int64_t receipt_id, amount_minor; /* receipts only, as what follows */
    const char *upstream;             /* of the job's arena */
    SettleIntakePlace place;
    int32_t carrier_id, distributor_id;
    SettleMonth month;
    int16_t currency;
    int16_t revision; /* of the row to write */
    uint16_t upstream_length;
} SettleIntakeNotice;

/* One row of master data; which fields mean something depends on the kind. */
typedef struct {
    const char *code, *name;
    const char *carrier, *distributor, *parent, *outlet, *class;
    int32_t id, carrier_id, distributor_id, parent_id, outlet_id, class_id;
    int16_t tier;
    SettlePartyStatus status;
    SettleDay valid_from, sales_from, sales_to;
    SettleIntakePlace place;
    gboolean out;                              /* rejected or repeated */
    const struct SettlePartyVersion *corrects; /* of the same day; NULL: none */
} SettleIntakeParty;

static inline SettleCsvField
settle_intake_cell(const SettleIntakeJob *job, const SettleCsvRecord *record, int column)
{
    int at = job->map.at[column];
    return at < 0 ? (SettleCsvField){"", 0} : record->fields[at];
}

/* The key of a carrier that is known. */
static inline const SettleKeyed *
settle_intake_key(const SettleIntakeJob *job, int32_t carrier_id)
{
    return g_ptr_array_index(job->keys, carrier_id);
}

/* Where a batch comes from beside a file. */
typedef struct {
    const char *staging; /* its source; NULL: none */
    int32_t released;    /* the batch whose rows are released; 0: none */
} SettleIntakeOrigin;

/* --- intake.c ------------------------------------------------------------------------------ */
/* The work on one batch, before anything of it is read. name: of the source, for messages and the
 * batch. source: as long as the job; may be set later. The caller owns the job. DATABASE; INPUT if
 * a setting or the zone is wrong. */
SettleIntakeJob *settle_intake_job_new(SettleStore *store, SettleFileKind kind, const char *name,
                                       const SettleIntakeOptions *options,
                                       SettleIntakeSource *source, GError **error);
void settle_intake_job_free(SettleIntakeJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleIntakeJob, settle_intake_job_free)
/* The whole way of one batch; the lock is held. Nothing in the source and not a file: batch 0. */
gboolean settle_intake_run(SettleIntakeJob *job, const SettleIntakeOrigin *origin,
                           SettleIntakeReport **ret_report, GError **error);

/* --- release.c ----------------------------------------------------------------------------- */
/* settle_intake_release(), with the lock held; adds to reports. */
gboolean settle_intake_release_locked(SettleStore *store, const SettleIntakeSelection *selection,
                                      const SettleIntakeOptions *options, GPtrArray *reports,
                                      GError **error);

/* --- look-again.c -------------------------------------------------------------------------- */
/* Reads rows again that name somebody of whom more is known by now; not dismissed ones. Adds a
 * report a batch. The lock is held, and no transaction open. What an error leaves is done the next
 * time. */
gboolean settle_intake_look_again(SettleStore *store, const SettleIntakeOptions *options,
                                  GPtrArray *reports, GError **error);

/* --- batch.c ------------------------------------------------------------------------------- */
/* Gives the batch its number, in a transaction of its own. */
gboolean settle_intake_next_batch(SettleIntakeJob *job, GError **error);
/* Everything of the batch, in one transaction. reason: a remark on the totals, or "". STATE if
 * another session added codes meanwhile. */
gboolean settle_intake_write_batch(SettleIntakeJob *job, const SettleIntakeOrigin *origin,
                                   const char *reason, GError **error);
/* The same of a batch that withdraws another one; its numbers are of facts that fell and stayed. */
gboolean settle_intake_write_withdrawal(SettleIntakeJob *job, GError **error);
/* Records that the batch was refused, and why; nothing else of it. */
gboolean settle_intake_refuse_batch(SettleIntakeJob *job, const char *reason, GError **error);
/* For the planner and the BRIN indexes; without it reading is slower, not wrong. */
void settle_intake_tidy(SettleIntakeJob *job);

/* --- job.c --------------------------------------------------------------------------------- */
/* Puts a row into quarantine. value: NULL takes the field of the record that the verdict names. */
gboolean settle_intake_quarantine(SettleIntakeJob *job, const SettleVerdict *verdict,
                                  const SettleIntakePlace *place, const SettleCsvRecord *record,
                                  GError **error);
/* The same for a row that was read before: reads it again from what was kept. */
gboolean settle_intake_quarantine_kept(SettleIntakeJob *job, const SettleVerdict *verdict,
                                       const SettleIntakePlace *place, GError **error);
/* Adds a readable amount to the sum. */
void settle_intake_tally(SettleIntakeJob *job, int64_t minor, int exponent);
void settle_intake_see_month(SettleIntakeJob *job, SettleMonth month);
void settle_intake_slice(SettleIntakeJob *job, int32_t distributor_id, SettleMonth month);
/* SettleIntakeRejection: the first ones by line. */
gboolean settle_intake_first_rejections(SettleIntakeJob *job, GPtrArray **ret_rejections,
                                        GError **error);
/* Notes that this batch, too, told a fact of another one. id: order, contract, event, receipt or
 * carrier; month: closing, of the bill or complete, else 0; currency, revision: of a bill, else 0.
 */
gboolean settle_intake_repeat(SettleIntakeJob *job, int64_t id, SettleMonth month, int16_t currency,
                              int16_t revision, GError **error);
/* COPYs them, each once. */
gboolean settle_intake_write_repeats(SettleIntakeJob *job, GError **error);
/* COPYs the quarantined rows and inserts the slices. */
gboolean settle_intake_write_quarantine(SettleIntakeJob *job, GError **error);
gboolean settle_intake_write_slices(SettleIntakeJob *job, GError **error);
/* Calls query for the distinct first key words of a spool, in ascending slices. */
typedef gboolean (*SettleIntakeQuery)(SettleIntakeJob *job, const int64_t *ids, size_t n,
                                      gpointer user_data, GError **error);
gboolean settle_intake_each_slice(SettleIntakeJob *job, SettleSpool *spool, SettleIntakeQuery query,
                                  gpointer user_data, GError **error);

/* --- nights.c ------------------------------------------------------------------------------ */
/* Fills job->later, in the batch's transaction. */
gboolean settle_intake_load_nights(SettleIntakeJob *job, GError **error);
/* From which night on what a batch told is there: its business date, if that is after this batch's
 * and no night has settled it; else this batch's. */
SettleDay settle_intake_night(const SettleIntakeJob *job, int32_t batch_id);
/* Whether what a batch told is there on a later night than what this one tells. */
static inline gboolean
settle_intake_is_later(const SettleIntakeJob *job, int32_t batch_id)
{
    return settle_intake_night(job, batch_id) > job->options.business_date;
}

/* --- withdraw.c ---------------------------------------------------------------------------- */
/* Notes that what a row told is not there any more, or is told by another row: what was put aside
 * because of it is read again. */
void settle_intake_gone(SettleIntakeJob *job, int32_t batch_id, int32_t line);
/* The same of a fact of the batch that the job withdraws. */
void settle_intake_fell(SettleIntakeJob *job, int32_t batch_id, int32_t line);
/* Batches that stand no more: a set of their numbers, the caller's. NULL with an error. */
GHashTable *settle_intake_withdrawn_batches(SettleIntakeJob *job, GError **error);
/* Records which kept rows contradict what is not there any more. */
gboolean settle_intake_wake_rows(SettleIntakeJob *job, GError **error);
/* Reads kept rows again that a withdrawal or a revision woke and that nobody has read again yet:
 * they enter with the night of that, or with their own. Adds a report a batch. The lock is held,
 * and no transaction open. */
gboolean settle_intake_read_woken(SettleStore *store, GPtrArray *reports, GError **error);

/* --- salts.c ------------------------------------------------------------------------------- */
/* The salt of a row, by the batch and line that told it. carrier_id: known, or 0 for rows that name
 * none. */
void settle_intake_salt(SettleIntakeJob *job, SettleSaltOf of, int32_t carrier_id, int32_t batch_id,
                        int64_t line, uint8_t ret_salt[SETTLE_SALT_BYTES]);

/* --- file.c -------------------------------------------------------------------------------- */
/* After the source was read to its end: what is to be kept of the file. INPUT if the carrier that
 * was named is not known. */
gboolean settle_intake_take_file(SettleIntakeJob *job, GError **error);
/* Whether the same file was taken in before. */
gboolean settle_intake_find_same_file(SettleIntakeJob *job, GError **error);
void settle_intake_see_carrier(SettleIntakeJob *job, int32_t carrier_id);
/* Whether all of its carriers that have a key signed it; *ret_refused: why not, the caller's; NULL.
 * staged: it is of no file. */
gboolean settle_intake_check_sender(SettleIntakeJob *job, gboolean staged, char **ret_refused,
                                    GError **error);

/* --- records.c ----------------------------------------------------------------------------- */
/* Keeps a record as it came and takes it in, or turns it down. FALSE only when that fails. */
gboolean settle_intake_take_record(SettleIntakeJob *job, const SettleCsvRecord *record,
                                   GError **error);

/* --- validate-*.c: TRUE and the row, or FALSE and the verdict ------------------------------- */
/* One a kind of fact; the row's texts are the record's. */
gboolean settle_validate_order(SettleIntakeJob *job, const SettleCsvRecord *record,
                               SettleIntakeOrder *ret_order, SettleVerdict *verdict);
gboolean settle_validate_bill(SettleIntakeJob *job, const SettleCsvRecord *record,
                              SettleIntakeBill *ret_bill, SettleVerdict *verdict);
gboolean settle_validate_event(SettleIntakeJob *job, const SettleCsvRecord *record,
                               SettleIntakeEvent *ret_event, SettleVerdict *verdict);
gboolean settle_validate_notice(SettleIntakeJob *job, const SettleCsvRecord *record,
                                SettleIntakeNotice *ret_notice, SettleVerdict *verdict);
/* Adds the record's amount to the sums, whatever else is wrong with it. */
void settle_validate_tally(SettleIntakeJob *job, const SettleCsvRecord *record);

/* --- write-*.c: inside the transaction, from the valid rows to the tables ------------------- */
/* One a kind of fact; each adds to the job's counts. FALSE with the error: nothing of the batch
 * may be committed. */
gboolean settle_intake_write_orders(SettleIntakeJob *job, GError **error);
gboolean settle_intake_write_bills(SettleIntakeJob *job, GError **error);
gboolean settle_intake_write_events(SettleIntakeJob *job, GError **error);
gboolean settle_intake_write_notices(SettleIntakeJob *job, GError **error);
gboolean settle_intake_write_parties(SettleIntakeJob *job, GError **error);

/* --- withdraw-*.c, write-events.c: what falls with the batch that the job withdraws ---------- */
/* One a kind of fact: inside the transaction, writes what falls, notes it, and counts what stays.
 * FALSE with the error: nothing of the batch may be committed. */
gboolean settle_intake_withdraw_bills(SettleIntakeJob *job, GError **error);
gboolean settle_intake_withdraw_events(SettleIntakeJob *job, GError **error);
gboolean settle_intake_withdraw_notices(SettleIntakeJob *job, GError **error);
gboolean settle_intake_withdraw_orders(SettleIntakeJob *job, GError **error);

G_END_DECLS
