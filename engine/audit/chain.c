/* Verify, the chain: each run's digest against the leaves and the run before it, each seal against
 * its parts, and the head against what was kept outside. */
#include "audit/state.h"

#include "run/chain.h"
#include "store/sql.h"

#include <string.h>

static gboolean
chain_digest(SettleAudit *audit, SettleStore *store, const SettleAuditRun *run,
             uint8_t ret_digest[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_run_distributor_digests, error, "i", run->run_id);
    g_autoptr(GArray) digests = g_array_new(FALSE, FALSE, sizeof(SettleDistributorDigest));

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleDistributorDigest d = {
            .code = settle_audit_distributor_code(
                audit, settle_result_i32(rows, i, SQL_RUN_DISTRIBUTOR_DIGESTS_DISTRIBUTOR_ID)),
            .carrier_code = settle_audit_carrier_code(
                audit, settle_result_i32(rows, i, SQL_RUN_DISTRIBUTOR_DIGESTS_CARRIER_ID))};
        size_t length;
        const uint8_t *bytes =
            settle_result_bytes(rows, i, SQL_RUN_DISTRIBUTOR_DIGESTS_DIGEST, &length);

        if (d.code == NULL || d.carrier_code == NULL || length != sizeof d.digest) {
            settle_audit_note_distributor(
                audit, run->run_id,
                settle_result_i32(rows, i, SQL_RUN_DISTRIBUTOR_DIGESTS_DISTRIBUTOR_ID),
                "has a digest, but no code or not of 32 bytes");
            continue;
        }
        memcpy(d.digest, bytes, sizeof d.digest);
        g_array_append_val(digests, d);
    }
    settle_run_chain(run->kind, run->date, digests, run->previous, ret_digest);
    return TRUE;
}

static gboolean
check_seal(SettleAudit *audit, SettleStore *store, const SettleAuditRun *run,
           const SettleAuditRun *before, GError **error)
{
    SettleSeal seal = {.before = before != NULL ? before->run_id : 0};
    guint broken = 0;

    /* It sealed up to the highest id of each kind: one that no code has would seal nothing more,
     * and so would not show in the parts. */
    for (int dim = 0; dim < SETTLE_SEAL_DIMS; dim++)
        if (run->codes[dim] != 0 && settle_audit_code(audit, dim + 1, run->codes[dim]) == NULL)
            settle_audit_note(audit, run->run_id, "seal",
                              "it seals codes up to one that is not there");
    if (before != NULL && before->sealed) {
        memcpy(seal.previous, before->seal, sizeof seal.previous);
        memcpy(seal.codes_from, before->codes, sizeof seal.codes_from);
    }
    memcpy(seal.codes_to, run->codes, sizeof seal.codes_to);
    if (!settle_seal_compute(store, run->run_id, run->digest, &seal, error))
        return FALSE;
    for (guint part = 0; part < SETTLE_SEAL_PARTS; part++)
        if (!run->parts_fit ||
            memcmp(seal.parts[part], run->parts[part], sizeof seal.parts[part]) != 0) {
            settle_audit_note(audit, run->run_id, settle_seal_part_name(part),
                              "what is stored is not what was sealed");
            broken++;
        }
    if (broken == 0 && memcmp(seal.seal, run->seal, sizeof seal.seal) != 0)
        settle_audit_note(audit, run->run_id, "seal",
                          "it does not follow from the run and the seal before it");
    return TRUE;
}

static gboolean
check_run(SettleAudit *audit, SettleStore *store, const SettleAuditRun *run,
          const SettleAuditRun *before, GError **error)
{
    static const uint8_t zeros[SETTLE_DIGEST_BYTES] = {0};
    uint8_t digest[SETTLE_DIGEST_BYTES];

    if (memcmp(run->previous, before != NULL ? before->digest : zeros, sizeof digest) != 0)
        settle_audit_note(audit, run->run_id, "chain",
                          "it does not stand on the digest of the run before it");
    if (run->published_date != run->date)
        settle_audit_note(audit, run->run_id, "publication", "its date is not that of the run");
    if (!chain_digest(audit, store, run, digest, error))
        return FALSE;
    if (memcmp(digest, run->digest, sizeof digest) != 0)
        settle_audit_note(audit, run->run_id, "chain",
                          "the digests of its distributors do not give its digest");
    if (!run->sealed) {
        settle_audit_note(audit, run->run_id, "seal", "there is none");
        return TRUE;
    }
    return check_seal(audit, store, run, before, error);
}

/* What was noted outside: the only thing that a tail cut off, or a chain made anew, cannot agree
 * with. */
static void
check_expected(SettleAudit *audit)
{
    const SettleVerifyOptions *options = audit->options;
    const SettleAuditRun *run = settle_audit_run(audit, options->expect_run);

    if (options->expect_run == 0)
        return;
    if (options->expect_run > audit->found->last_run)
        settle_audit_note(audit, audit->found->last_run + 1, "head",
                          "run %d was noted, but the last published one is %d: runs are missing",
                          options->expect_run, audit->found->last_run);
    else if (run == NULL || !run->published)
        settle_audit_note(audit, options->expect_run, "head",
                          "the run that was noted is not there");
    else if (!run->sealed || memcmp(run->seal, options->expect, sizeof run->seal) != 0)
        settle_audit_note(audit, options->expect_run, "head", "it is not the run that was noted");
}

gboolean
settle_audit_chain(SettleAudit *audit, SettleStore *store, GError **error)
{
    const SettleAuditRun *before = NULL;

    for (guint i = 0; i < audit->runs->len; i++) {
        const SettleAuditRun *run = g_ptr_array_index(audit->runs, i);

        if (run->published && run->abandoned)
            settle_audit_note(audit, run->run_id, "run", "it is published and given up");
        if (!run->published)
            continue;
        if (!check_run(audit, store, run, before, error))
            return FALSE;
        before = run;
        audit->found->runs++;
    }
    if (before != NULL) {
        audit->found->last_run = before->run_id;
        memcpy(audit->found->head, before->seal, sizeof audit->found->head);
    }
    check_expected(audit);
    return TRUE;
}
