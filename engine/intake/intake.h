/* Intake: CSV files, staging rows and released quarantine rows become facts in sealed batches.
 *
 * One validator for all three. A batch is one transaction: its facts, its quarantined rows and its
 * own row are there together or not at all. After it, what was put aside because nobody knew whom
 * it names is read again, as batches of its own. Imports are serialised by a lock (LOCKED if
 * another one holds it). Formats, reasons and limits: engine/intake/README.md. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "calendar/calendar.h"
#include "intake/columns.h"
#include "store/store.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    SettleDay business_date;    /* the day of whose night's work the batch is part */
    gboolean has_control_count; /* control totals of the sender; without them the batch is sealed */
    int64_t control_count;      /*   on what was read, and the report says so */
    const char
        *control_sum; /* a decimal, e.g. "199900.00"; NULL: none. orders: paid, bills: billed */
    const char *accept_unproved; /* why a control sum that cannot be proved, because some amounts
                                  * cannot be read, is accepted; NULL: it is not */
    size_t memory_bytes;         /* for sorting; 0: 64 MiB. The rest spills to unlinked files */
    int lookback_months;         /* how far back the same order key is looked for; < 0: the setting
                                  * "intake-lookback-months", else 3 (docs/semantics.md 2) */
    /* Called now and then with the rows read so far; may be NULL. */
    void (*progress)(int64_t rows, gpointer user_data);
    gpointer progress_data;
    const char *file_name; /* what is kept as the file's name; NULL: the source's last part */
    const char *carrier;   /* whose file it is, also if it has no row; NULL: not said */
    /* What FILE.sig holds, byte for byte; NULL: there is none. Only senders with a key need one. */
    const char *signature;
    gsize signature_length;
} SettleIntakeOptions;

typedef struct {
    int64_t line; /* of the file; row_no of a staging row */
    int field_no; /* 1-based place of the column; 0: the row as a whole */
    char *field;  /* name of the column; "" */
    char *value;  /* as it came, escaped where it is not text, cut off after 1000 bytes */
    char *reason; /* stable code: intake/reject.h */
    char *message;
} SettleIntakeRejection;

#define SETTLE_INTAKE_FIRST_REJECTIONS 20

typedef struct {
    int32_t batch_id; /* 0: there was nothing to take in (staging, release) */
    SettleFileKind kind;
    char *source;
    SettleDay business_date;
    gboolean sealed; /* FALSE: refused, no fact of it was kept; reason says why */
    char *reason;    /* why it was refused, or a remark on the totals, or "" */
    int64_t rows_read;
    int64_t accepted;
    int64_t repeated;
    int64_t quarantined;
    int64_t waiting; /* bills before their order */
    char *sum;       /* of the amount column over all readable rows, as a decimal; "" for parties */
    uint8_t sha256[SETTLE_DIGEST_BYTES]; /* of a file: what was read */
    int32_t same_batch;                  /* an earlier sealed batch of the same file; 0: none */
    char *same_file;                     /* its name */
    int64_t released;                    /* of a release: kept rows that were read again */
    int64_t bills_found;                 /* waiting bills that found their order with this batch */
    GPtrArray *rejections;               /* SettleIntakeRejection: the first ones by line */
    GPtrArray *again;       /* SettleIntakeReport: rows that had been put aside, and were read again
                             * because of what is known by now; NULL: of a release */
    GPtrArray *look_alikes; /* texts: the first codes that are new and look like a known one */
    int64_t n_look_alikes;
} SettleIntakeReport;
/* Takes NULL, too. */
void settle_intake_report_free(SettleIntakeReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleIntakeReport, settle_intake_report_free)
/* Sealed, but every row of it was rejected: it is no file of this kind, or something that it needs
 * is not known. */
gboolean settle_intake_report_is_unusable(const SettleIntakeReport *report);

/* Takes a file in. source: its name, for the batch and messages. fd is read to its end and stays
 * the caller's. store: opened as runner or treasury, outside a transaction. TRUE with a report also
 * when the batch was refused for its control totals. INPUT if the file is not CSV or its header is
 * wrong: nothing was kept. */
gboolean settle_intake_import(SettleStore *store, SettleFileKind kind, const char *source, int fd,
                              const SettleIntakeOptions *options, SettleIntakeReport **ret_report,
                              GError **error);

/* What FILE.sig beside a file holds, the caller's; NULL: there is none that can be read. */
char *settle_intake_read_signature(const char *file, gsize *ret_length);
/* What the reason begins with of a batch that was refused for want of its sender's signature. */
#define SETTLE_INTAKE_NOT_SIGNED "it is not signed: "
/* Whether a file that was refused as that batch is signed by now, by each of its carriers that
 * signs now: *ret_fault, the caller's, says why it is not (as the reason of a batch does); NULL: it
 * is.
 * name, sha256: the file's; signature: what FILE.sig holds, NULL: there is none. */
gboolean settle_intake_signature_fault(SettleStore *store, int32_t batch_id, const char *name,
                                       const uint8_t sha256[SETTLE_DIGEST_BYTES],
                                       const char *signature, gsize length, char **ret_fault,
                                       GError **error);

/* Whose it is to take in files of a kind: receipts the treasury's, all others the runner's. */
SettleStoreRole settle_intake_role(SettleFileKind kind);
/* STATE and a hint: the login is none of those. */
gboolean settle_intake_check_role(SettleStore *store, SettleFileKind kind, GError **error);

/* Takes in the rows of settle.staging of that source and kind after the last one taken. */
gboolean settle_intake_staging(SettleStore *store, SettleFileKind kind, const char *source,
                               const SettleIntakeOptions *options, SettleIntakeReport **ret_report,
                               GError **error);

/* Which quarantined rows: 0 or NULL is any. Released ones are never chosen again. */
typedef struct {
    int32_t batch_id;
    int64_t line; /* needs batch_id */
    const char *reason;
    gboolean dismissed; /* dismissed ones, too; one that is named by its line is always taken */
    gboolean woken;     /* only what a withdrawal woke */
} SettleIntakeSelection;

/* Validates kept rows again, one new batch per batch they came in with, master data first; rows
 * that fail again are quarantined under the new batch. Rows that are not kept byte for byte
 * (invalid-utf8, nul-byte) are never chosen. *ret_reports: SettleIntakeReport, one a new batch;
 * empty if no row was chosen; then those of what was read again because of it. If a later batch
 * fails, the earlier ones stay (and error is set). */
gboolean settle_intake_release(SettleStore *store, const SettleIntakeSelection *selection,
                               const SettleIntakeOptions *options, GPtrArray **ret_reports,
                               GError **error);

/* A batch that was withdrawn: what fell with it. */
typedef struct {
    int32_t batch_id; /* the withdrawn one */
    int32_t by_batch; /* that carries the withdrawal */
    SettleDay business_date;
    int64_t fell, stayed; /* facts that no other batch told; that another one told, too */
} SettleIntakeWithdrawal;

/* Whether batches of a kind can be withdrawn. */
gboolean settle_intake_can_withdraw(SettleFileKind kind);
/* Carries out the withdrawals that are approved, in the order of the batches' numbers, and reads
 * kept rows again that contradicted what fell, also those that an earlier try left. night: the
 * next one to be settled, whose business date the withdrawals of settled batches get; others get
 * their batch's own. store: as runner, outside a transaction. *ret_done: GArray of
 * SettleIntakeWithdrawal; *ret_reports: SettleIntakeReport of what was read again; both the
 * caller's, also after an error, of what was done before it. */
gboolean settle_intake_carry_out(SettleStore *store, SettleDay night, GArray **ret_done,
                                 GPtrArray **ret_reports, GError **error);

G_END_DECLS
