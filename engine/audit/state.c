/* Verify, what is known before the walk: runs, chunks, policies, rules and codes, loaded once and
 * looked up by id; nothing stored is trusted to be there. */
#include "audit/state.h"

#include "policy/policy.h"
#include "store/sql.h"

#include <string.h>

static void
free_run(gpointer data)
{
    SettleAuditRun *run = data;

    g_array_unref(run->chunks);
    g_free(run);
}

void
settle_audit_free(SettleAudit *audit)
{
    g_clear_pointer(&audit->run_by_id, g_ptr_array_unref);
    g_clear_pointer(&audit->runs, g_ptr_array_unref);
    g_clear_pointer(&audit->policies, g_array_unref);
    g_clear_pointer(&audit->rules, g_hash_table_unref);
    g_clear_pointer(&audit->batches, g_array_unref);
    for (int dim = 0; dim <= SETTLE_SEAL_DIMS; dim++)
        g_clear_pointer(&audit->codes[dim], g_ptr_array_unref);
    g_clear_pointer(&audit->found, settle_verification_free);
    g_clear_error(&audit->error);
    g_mutex_clear(&audit->mutex);
    g_free(audit);
}

/* Ids are dense and index arrays: one far out was not given by the program. */
#define ID_MAX 100000000

static gboolean
sane(SettleAudit *audit, int32_t id, const char *place)
{
    if (id > 0 && id <= ID_MAX)
        return TRUE;
    settle_audit_note(audit, 0, place, "the id %d was never given", id);
    return FALSE;
}

/* FALSE: it is NULL or of another length; then *to is zeros. */
static gboolean
take_bytes(const SettleResult *result, int row, int column, void *to, size_t length)
{
    size_t there;
    const uint8_t *bytes;

    memset(to, 0, length);
    if (settle_result_is_null(result, row, column))
        return FALSE;
    bytes = settle_result_bytes(result, row, column, &there);
    if (there != length)
        return FALSE;
    memcpy(to, bytes, length);
    return TRUE;
}

/* columns of verify-runs.sql */
enum {
    RUN_ID,
    KIND,
    DATE,
    PUBLISHED,
    ABANDONED,
    TRANSFERS,
    AMOUNT,
    DIGEST,
    PREVIOUS,
    SEAL,
    PARTS,
    CODES,
    PUBLISHED_DATE = CODES + SETTLE_SEAL_DIMS
};

static gboolean
load_runs(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_verify_runs, error, "");

    if (rows == NULL)
        return FALSE;
    audit->runs = g_ptr_array_new_with_free_func(free_run);
    audit->run_by_id = g_ptr_array_new();
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleAuditRun *run = g_new0(SettleAuditRun, 1);

        run->run_id = settle_result_i32(rows, i, RUN_ID);
        g_strlcpy(run->kind, settle_result_text(rows, i, KIND), sizeof run->kind);
        run->date = settle_result_day(rows, i, DATE);
        run->published = settle_result_bool(rows, i, PUBLISHED);
        run->abandoned = settle_result_bool(rows, i, ABANDONED);
        run->chunks = g_array_new(FALSE, FALSE, sizeof(SettleAuditChunk));
        if (run->published) {
            run->transfers = settle_result_i64(rows, i, TRANSFERS);
            run->published_date = settle_result_day(rows, i, PUBLISHED_DATE);
            take_bytes(rows, i, DIGEST, run->digest, sizeof run->digest);
            take_bytes(rows, i, PREVIOUS, run->previous, sizeof run->previous);
            audit->total_transfers += MAX(run->transfers, 0);
        }
        run->sealed = take_bytes(rows, i, SEAL, run->seal, sizeof run->seal);
        if (run->sealed) {
            run->parts_fit = take_bytes(rows, i, PARTS, run->parts, sizeof run->parts);
            for (int dim = 0; dim < SETTLE_SEAL_DIMS; dim++)
                if (!settle_result_is_null(rows, i, CODES + dim))
                    run->codes[dim] = settle_result_i32(rows, i, CODES + dim);
        }
        g_ptr_array_add(audit->runs, run);
        if (sane(audit, run->run_id, "runs")) {
            if ((guint) run->run_id >= audit->run_by_id->len)
                g_ptr_array_set_size(audit->run_by_id, run->run_id + 1);
            audit->run_by_id->pdata[run->run_id] = run;
        }
    }
    return TRUE;
}

static gboolean
load_chunks(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_verify_chunks, error, "");

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleAuditRun *run =
            settle_audit_run(audit, settle_result_i32(rows, i, SQL_VERIFY_CHUNKS_RUN_ID));
        SettleAuditChunk chunk = {
            .chunk = settle_result_i32(rows, i, SQL_VERIFY_CHUNKS_CHUNK),
            .first = settle_result_i32(rows, i, SQL_VERIFY_CHUNKS_FIRST_DISTRIBUTOR),
            .last = settle_result_i32(rows, i, SQL_VERIFY_CHUNKS_LAST_DISTRIBUTOR),
            .has_receipt = !settle_result_is_null(rows, i, SQL_VERIFY_CHUNKS_TRANSFERS),
        };

        if (run == NULL) {
            settle_audit_note(audit, settle_result_i32(rows, i, SQL_VERIFY_CHUNKS_RUN_ID), "chunks",
                              "there is no such run");
            continue;
        }
        if (chunk.has_receipt) {
            chunk.transfers = settle_result_i64(rows, i, SQL_VERIFY_CHUNKS_TRANSFERS);
            g_strlcpy(chunk.amount, settle_result_text(rows, i, SQL_VERIFY_CHUNKS_AMOUNT_MINOR),
                      sizeof chunk.amount);
        }
        g_array_append_val(run->chunks, chunk);
    }
    return TRUE;
}

static gboolean
load_policies(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_verify_policies, error, "");

    if (rows == NULL)
        return FALSE;
    audit->policies = g_array_new(FALSE, TRUE, sizeof(SettleAuditPolicy));
    for (int i = 0; i < settle_result_rows(rows); i++) {
        int32_t id = settle_result_i32(rows, i, SQL_VERIFY_POLICIES_POLICY_ID);
        SettleAuditPolicy *policy;

        if (!sane(audit, id, "policies"))
            continue;
        if ((guint) id >= audit->policies->len)
            g_array_set_size(audit->policies, (guint) id + 1);
        policy = &g_array_index(audit->policies, SettleAuditPolicy, id);
        policy->there = TRUE;
        policy->carrier_id = settle_result_i32(rows, i, SQL_VERIFY_POLICIES_CARRIER_ID);
        policy->currency =
            (SettleCurrency) settle_result_i32(rows, i, SQL_VERIFY_POLICIES_CURRENCY);
        take_bytes(rows, i, 3, policy->hash, sizeof policy->hash);
        audit->found->policies++;
    }
    return TRUE;
}

static gboolean
load_rules(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_verify_rules, error, "");

    if (rows == NULL)
        return FALSE;
    audit->rules = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    for (int i = 0; i < settle_result_rows(rows); i++) {
        int64_t key = (int64_t) settle_result_i32(rows, i, SQL_VERIFY_RULES_POLICY_ID) << 16 |
                      settle_result_i32(rows, i, SQL_VERIFY_RULES_NUMBER);
        uint8_t *hash = g_malloc(SETTLE_RULE_HASH_BYTES);

        settle_rule_name_hash((SettleKind) settle_result_i32(rows, i, SQL_VERIFY_RULES_KIND),
                              settle_result_text(rows, i, SQL_VERIFY_RULES_RULE), hash);
        g_hash_table_insert(audit->rules, g_memdup2(&key, sizeof key), hash);
    }
    return TRUE;
}

static gboolean
load_batches(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_verify_batches, error, "");

    if (rows == NULL)
        return FALSE;
    audit->batches = g_array_new(FALSE, TRUE, sizeof(SettleAuditBatch));
    for (int i = 0; i < settle_result_rows(rows); i++) {
        int32_t id = settle_result_i32(rows, i, SQL_VERIFY_BATCHES_BATCH_ID);
        SettleAuditBatch *batch;

        if (!sane(audit, id, "batches"))
            continue;
        if ((guint) id >= audit->batches->len)
            g_array_set_size(audit->batches, (guint) id + 1);
        batch = &g_array_index(audit->batches, SettleAuditBatch, id);
        batch->there = TRUE;
        batch->run_id = settle_result_i32(rows, i, SQL_VERIFY_BATCHES_RUN_ID);
        audit->found->batches++;
    }
    return TRUE;
}

static gboolean
load_codes(SettleAudit *audit, SettleStore *store, GError **error)
{
    g_autoptr(SettleReader) reader = settle_store_read(store, settle_sql_verify_codes, "");

    for (int dim = 0; dim <= SETTLE_SEAL_DIMS; dim++)
        audit->codes[dim] = g_ptr_array_new_with_free_func(g_free);
    while (settle_reader_next(reader)) {
        int dim = settle_reader_i16(reader, SQL_VERIFY_CODES_DIM);
        int32_t id = settle_reader_i32(reader, SQL_VERIFY_CODES_ID);
        size_t length;
        const char *code = settle_reader_text(reader, SQL_VERIFY_CODES_CODE, &length);

        if (dim < 1 || dim > SETTLE_SEAL_DIMS || !sane(audit, id, "codes"))
            continue;
        if ((guint) id >= audit->codes[dim]->len)
            g_ptr_array_set_size(audit->codes[dim], id + 1);
        g_free(audit->codes[dim]->pdata[id]);
        audit->codes[dim]->pdata[id] = g_strndup(code, length);
    }
    return settle_reader_end(reader, error);
}

gboolean
settle_audit_load(SettleAudit *audit, SettleStore *store, GError **error)
{
    return load_codes(audit, store, error) && load_runs(audit, store, error) &&
           load_chunks(audit, store, error) && load_policies(audit, store, error) &&
           load_rules(audit, store, error) && load_batches(audit, store, error);
}
