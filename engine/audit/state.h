/* What verify knows of runs, chunks, policies and codes while it reads the large tables. A tampered
 * database may hold anything: whatever is looked up may be missing. */
#pragma once

#include "audit/verify.h"
#include "calendar/calendar.h"
#include "money/money.h"
#include "run/seal.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef struct {
    int32_t chunk, first, last;
    gboolean has_receipt;
    int64_t transfers;
    char amount[48];
    /* read */
    int64_t seen_transfers;
    __int128 seen_amount;
    SettleRowSum sum; /* of the table that is read */
} SettleAuditChunk;

typedef struct {
    int32_t run_id;
    char kind[16];
    SettleDay date, published_date;
    gboolean published, abandoned;
    int64_t transfers;
    uint8_t digest[SETTLE_DIGEST_BYTES], previous[SETTLE_DIGEST_BYTES];
    gboolean sealed;
    uint8_t seal[SETTLE_DIGEST_BYTES];
    uint8_t parts[SETTLE_SEAL_PARTS][SETTLE_DIGEST_BYTES];
    gboolean parts_fit; /* as many as this program knows */
    int32_t codes[SETTLE_SEAL_DIMS];
    GArray *chunks; /* SettleAuditChunk by first distributor */
} SettleAuditRun;

typedef struct {
    int32_t carrier_id;
    SettleCurrency currency;
    gboolean there;
    uint8_t hash[SETTLE_DIGEST_BYTES];
} SettleAuditPolicy;

typedef struct {
    gboolean there;
    int32_t run_id;   /* that consumed it; 0: none yet */
    SettleRowSum sum; /* of the table that is read */
} SettleAuditBatch;

typedef struct {
    const SettleVerifyOptions *options;
    GPtrArray *runs;                        /* SettleAuditRun by id */
    GPtrArray *run_by_id;                   /* index = id; NULL: no such run */
    GArray *policies;                       /* SettleAuditPolicy; index = id */
    GHashTable *rules;                      /* policy << 16 | number -> its hash */
    GArray *batches;                        /* SettleAuditBatch; index = id */
    GPtrArray *codes[SETTLE_SEAL_DIMS + 1]; /* texts; index = id, NULL: no such code */
    int64_t total_transfers;
    GMutex mutex; /* of what follows: passes run beside each other */
    SettleVerification *found;
    int64_t done_transfers;
    gint walked;   /* atomic: the walk is over */
    GError *error; /* the first pass that failed */
} SettleAudit;

/* An audit with nothing in it, the caller's; settle_audit_load reads what the passes look up.
 * FALSE with the error: the database could not be read. */
SettleAudit *settle_audit_new(const SettleVerifyOptions *options);
void settle_audit_free(SettleAudit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleAudit, settle_audit_free)
gboolean settle_audit_load(SettleAudit *audit, SettleStore *store, GError **error);

/* --- lookup.c -------------------------------------------------------------------------------- */
/* NULL: there is no such run. */
SettleAuditRun *settle_audit_run(const SettleAudit *audit, int32_t run_id);
/* The chunk of a run that a distributor belongs to, or NULL. */
SettleAuditChunk *settle_audit_chunk(const SettleAuditRun *run, int32_t distributor_id);
/* NULL: there is none. */
const SettleAuditPolicy *settle_audit_policy(const SettleAudit *audit, int32_t policy_id);
const char *settle_audit_code(const SettleAudit *audit, int dim, int32_t id);
/* As digests take it: "" for 0, the ledger's name for "none". NULL: there is no such one. */
const char *settle_audit_distributor_code(const SettleAudit *audit, int32_t id);
const char *settle_audit_carrier_code(const SettleAudit *audit, int32_t id);
/* What digests call the rule by that a version has under a number; NULL: it has none. */
const uint8_t *settle_audit_rule_hash(const SettleAudit *audit, int32_t policy_id, guint number);

/* --- findings.c ------------------------------------------------------------------------------ */
/* Notes what does not hold. Thread-safe. */
void settle_audit_note(SettleAudit *audit, int32_t run_id, const char *place, const char *format,
                       ...) G_GNUC_PRINTF(4, 5);
/* The same; the place is a distributor, by its code where it has one. */
void settle_audit_note_distributor(SettleAudit *audit, int32_t run_id, int32_t distributor_id,
                                   const char *format, ...) G_GNUC_PRINTF(4, 5);

/* --- balances.c ------------------------------------------------------------------------------ */
typedef struct SettleAuditBalances SettleAuditBalances;
/* The balances of one distributor after another, proved against what the transfers moved; the
 * caller's. */
SettleAuditBalances *settle_audit_balances_new(SettleAudit *audit);
void settle_audit_balances_free(SettleAuditBalances *balances);
/* What the transfers of a run moved, a row or many for each pair of accounts. */
void settle_audit_balances_move(SettleAuditBalances *balances, int32_t run_id,
                                int32_t distributor_id, int32_t carrier_id, SettleCurrency currency,
                                uint8_t debit, uint8_t credit, int64_t amount_minor);
/* A row of verify-balances.sql. */
void settle_audit_balances_read(SettleAuditBalances *balances, const SettleReader *reader);
/* Checks the distributor that is through; at the end, what belongs to none. */
void settle_audit_balances_check(SettleAuditBalances *balances);
void settle_audit_balances_finish(SettleAuditBalances *balances);

/* --- texts.c --------------------------------------------------------------------------------- */
/* What became of the texts that stand apart, in rows by SettleTexts. */
typedef struct {
    int64_t of[SETTLE_TEXTS_DIFFER + 1];
} SettleAuditTexts;
/* How many rows of each table were seen without their texts, and how many decisions emptied before
 * and after they were read; by place in settle_sql_tables. */
typedef struct {
    int64_t *seen, *before, *after;
} SettleAuditErasures;
/* Frees the counts. */
void settle_audit_erasures_clear(SettleAuditErasures *erasures);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleAuditErasures, settle_audit_erasures_clear)
/* Before any text is read. */
gboolean settle_audit_erasures_begin(SettleAuditErasures *ret_erasures, SettleStore *store,
                                     GError **error);
/* Takes over what was seen of a table in one place, and notes what does not hold; texts is empty
 * afterwards. */
void settle_audit_erasures_see(SettleAuditErasures *erasures, SettleAudit *audit,
                               const SettleSqlTable *table, int32_t run_id, const char *place,
                               SettleAuditTexts *texts);
/* When all is read: nothing was emptied without a decision. */
gboolean settle_audit_erasures_end(SettleAuditErasures *erasures, SettleAudit *audit,
                                   SettleStore *store, GError **error);

/* --- the passes ------------------------------------------------------------------------------ */
/* The chain of runs and seals. FALSE with the error: it could not be read; what is wrong in it
 * is a finding. */
gboolean settle_audit_chain(SettleAudit *audit, SettleStore *store, GError **error);
/* These two by connections of their own. */
gboolean settle_audit_ledger(SettleAudit *audit, GError **error);
gboolean settle_audit_content(SettleAudit *audit, GError **error);
gboolean settle_audit_checks(SettleAudit *audit, SettleStore *store, GError **error);
/* archive.c: that what carriers with a key sent is signed by it; and the files of a folder against
 * the batches that read them: each missing, changed or additional one is a finding. */
gboolean settle_audit_signatures(SettleAudit *audit, SettleStore *store, GError **error);
gboolean settle_audit_files(SettleAudit *audit, SettleStore *store, const char *folder,
                            GError **error);
/* What is stored beside the texts of policies against the texts. FALSE with the error: it could not
 * be read. */
gboolean settle_audit_policy_texts(SettleAudit *audit, SettleStore *store, GError **error);

G_END_DECLS
