/* The seal of a run: digests of the small rows, part by part, chained to the seal before; written
 * at publication, computed again by verify. */
#include "run/seal.h"

#include "store/sql.h"

#include <string.h>

/* The order is part of the seal: append only. The last takes the ids of codes instead of runs. */
static const char *const part_names[SETTLE_SEAL_PARTS] = {
    "the run",
    "its batches",
    "consumption of batches",
    "policies it names",
    "new policies",
    "rules of new policies",
    "submitted policies",
    "decisions",
    "runs given up",
    "releases from quarantine",
    "rows dismissed from it",
    "chunks",
    "receipts",
    "publication",
    "invoice numbers",
    "invoice batches",
    "issued batches",
    "codes",
};
#define CODES (SETTLE_SEAL_PARTS - 1)

const char *
settle_seal_part_name(guint part)
{
    settle_invariant(part < SETTLE_SEAL_PARTS);
    return part_names[part];
}

static const char *
part_sql(guint part)
{
    const char *const sql[SETTLE_SEAL_PARTS] = {
        settle_sql_seal_run,           settle_sql_seal_batches,
        settle_sql_seal_consumption,   settle_sql_seal_policies,
        settle_sql_seal_new_policies,  settle_sql_seal_new_rules,
        settle_sql_seal_submissions,   settle_sql_seal_control,
        settle_sql_seal_abandonments,  settle_sql_seal_releases,
        settle_sql_seal_dismissals,    settle_sql_seal_chunks,
        settle_sql_seal_receipts,      settle_sql_seal_publication,
        settle_sql_seal_invoice_bases, settle_sql_seal_invoice_batches,
        settle_sql_seal_issues,        settle_sql_seal_codes,
    };

    return sql[part];
}

static gboolean
digest_part(SettleStore *store, int32_t run_id, const SettleSeal *seal, guint part,
            SettleDigest *digest, uint8_t ret_bytes[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleReader) reader =
        part == CODES
            ? settle_store_read(store, part_sql(part), "II", seal->codes_from,
                                (gsize) SETTLE_SEAL_DIMS, seal->codes_to, (gsize) SETTLE_SEAL_DIMS)
            : settle_store_read(store, part_sql(part), "ii", run_id, seal->before);

    settle_digest_update(digest, part_names[part], strlen(part_names[part]) + 1);
    while (settle_reader_next(reader))
        settle_reader_digest(reader, 0, digest);
    settle_digest_finish(digest, ret_bytes);
    return settle_reader_end(reader, error);
}

gboolean
settle_seal_compute(SettleStore *store, int32_t run_id, const uint8_t digest[SETTLE_DIGEST_BYTES],
                    SettleSeal *seal, GError **error)
{
    g_autoptr(SettleDigest) sha = settle_digest_new();

    for (guint part = 0; part < SETTLE_SEAL_PARTS; part++)
        if (!digest_part(store, run_id, seal, part, sha, seal->parts[part], error))
            return FALSE;
    settle_digest_update(sha, "settle-seal-1", sizeof "settle-seal-1");
    settle_digest_update(sha, seal->previous, sizeof seal->previous);
    settle_digest_update(sha, digest, SETTLE_DIGEST_BYTES);
    settle_digest_update(sha, seal->parts, sizeof seal->parts);
    settle_digest_finish(sha, seal->seal);
    return TRUE;
}

gboolean
settle_seal_write(SettleStore *store, int32_t run_id, const uint8_t digest[SETTLE_DIGEST_BYTES],
                  GError **error)
{
    SettleSeal seal = {0};
    g_autoptr(SettleResult) before =
        settle_store_query(store, settle_sql_seal_before, error, "i", run_id);
    g_autoptr(SettleResult) heads = NULL;

    if (before == NULL)
        return FALSE;
    if (settle_result_rows(before) == 1)
        seal.before = settle_result_i32(before, 0, SQL_SEAL_BEFORE_RUN_ID);
    if (seal.before != 0 && !settle_result_is_null(before, 0, SQL_SEAL_BEFORE_SEAL)) {
        size_t length;
        const uint8_t *bytes = settle_result_bytes(before, 0, SQL_SEAL_BEFORE_SEAL, &length);

        settle_invariant(length == SETTLE_DIGEST_BYTES);
        memcpy(seal.previous, bytes, SETTLE_DIGEST_BYTES);
        for (int dim = 0; dim < SETTLE_SEAL_DIMS; dim++)
            seal.codes_from[dim] = settle_result_i32(before, 0, SQL_SEAL_BEFORE_CODES_1 + dim);
    }
    heads = settle_store_query(store, settle_sql_seal_code_heads, error, "");
    if (heads == NULL)
        return FALSE;
    for (int dim = 0; dim < SETTLE_SEAL_DIMS; dim++)
        seal.codes_to[dim] = settle_result_i32(heads, dim, SQL_SEAL_CODE_HEADS_LAST_ID);
    return settle_seal_compute(store, run_id, digest, &seal, error) &&
           settle_store_exec(store, settle_sql_run_seal, error, "iIyy", run_id, seal.codes_to,
                             (gsize) SETTLE_SEAL_DIMS, seal.parts, sizeof seal.parts, seal.seal,
                             sizeof seal.seal);
}
