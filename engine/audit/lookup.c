/* Verify, what was loaded of the database (state.c), by id. A tampered database may name anything:
 * what is not there is NULL. */
#include "audit/state.h"

#include "base/search.h"

SettleAuditRun *
settle_audit_run(const SettleAudit *audit, int32_t run_id)
{
    return run_id > 0 && (guint) run_id < audit->run_by_id->len
               ? g_ptr_array_index(audit->run_by_id, run_id)
               : NULL;
}

static gboolean
begins_until(gconstpointer chunks, guint at, gconstpointer distributor_id)
{
    return ((const SettleAuditChunk *) chunks)[at].first <= *(const int32_t *) distributor_id;
}

SettleAuditChunk *
settle_audit_chunk(const SettleAuditRun *run, int32_t distributor_id)
{
    guint end =
        settle_lower_bound(run->chunks->data, 0, run->chunks->len, &distributor_id, begins_until);
    SettleAuditChunk *chunk;

    if (end == 0)
        return NULL;
    chunk = &g_array_index(run->chunks, SettleAuditChunk, end - 1);
    return distributor_id <= chunk->last ? chunk : NULL;
}

const SettleAuditPolicy *
settle_audit_policy(const SettleAudit *audit, int32_t policy_id)
{
    const SettleAuditPolicy *policy;

    if (policy_id <= 0 || (guint) policy_id >= audit->policies->len)
        return NULL;
    policy = &g_array_index(audit->policies, SettleAuditPolicy, policy_id);
    return policy->there ? policy : NULL;
}

const char *
settle_audit_code(const SettleAudit *audit, int dim, int32_t id)
{
    return id > 0 && (guint) id < audit->codes[dim]->len ? g_ptr_array_index(audit->codes[dim], id)
                                                         : NULL;
}

const char *
settle_audit_distributor_code(const SettleAudit *audit, int32_t id)
{
    return id == 0 ? "" : settle_audit_code(audit, SETTLE_DIM_DISTRIBUTOR, id);
}

const char *
settle_audit_carrier_code(const SettleAudit *audit, int32_t id)
{
    return id == 0 ? "" : settle_audit_code(audit, SETTLE_DIM_CARRIER, id);
}

const uint8_t *
settle_audit_rule_hash(const SettleAudit *audit, int32_t policy_id, guint number)
{
    int64_t key = (int64_t) policy_id << 16 | number;

    return g_hash_table_lookup(audit->rules, &key);
}
