/* The chain of run digests: computed from the digests of distributors, and read from what is
 * stored. */
#include "run/chain.h"

#include "store/sql.h"

#include <string.h>

const char *
settle_run_distributor_code(const SettleDirectory *directory, int32_t distributor_id)
{
    return distributor_id == 0
               ? ""
               : settle_directory_code(directory, SETTLE_DIM_DISTRIBUTOR, distributor_id);
}

const char *
settle_run_carrier_code(const SettleDirectory *directory, int32_t carrier_id)
{
    return carrier_id == 0 ? "" : settle_directory_code(directory, SETTLE_DIM_CARRIER, carrier_id);
}

static int
compare_codes(gconstpointer a, gconstpointer b)
{
    const SettleDistributorDigest *x = a, *y = b;
    int code = strcmp(x->code, y->code);

    return code != 0 ? code : strcmp(x->carrier_code, y->carrier_code);
}

void
settle_run_chain(const char *kind, SettleDay date, GArray *digests,
                 const uint8_t previous[SETTLE_DIGEST_BYTES],
                 uint8_t ret_digest[SETTLE_DIGEST_BYTES])
{
    g_autoptr(SettleDigest) digest = settle_digest_new();

    g_array_sort(digests, compare_codes);
    settle_digest_update(digest, "settle-run-2", 12);
    settle_digest_update(digest, previous, SETTLE_DIGEST_BYTES);
    settle_digest_text(digest, kind);
    settle_digest_u32(digest, (uint32_t) date);
    settle_digest_u32(digest, digests->len);
    for (guint i = 0; i < digests->len; i++)
        settle_digest_update(digest, g_array_index(digests, SettleDistributorDigest, i).digest,
                             SETTLE_DIGEST_BYTES);
    settle_digest_finish(digest, ret_digest);
}

gboolean
settle_run_chain_digest(SettleStore *store, int32_t run_id, const char *kind, SettleDay date,
                        const SettleDirectory *directory,
                        const uint8_t previous[SETTLE_DIGEST_BYTES],
                        uint8_t ret_digest[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_run_distributor_digests, error, "i", run_id);
    g_autoptr(GArray) digests = g_array_new(FALSE, FALSE, sizeof(SettleDistributorDigest));

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        SettleDistributorDigest d = {
            .code = settle_run_distributor_code(
                directory, settle_result_i32(rows, i, SQL_RUN_DISTRIBUTOR_DIGESTS_DISTRIBUTOR_ID)),
            .carrier_code = settle_run_carrier_code(
                directory, settle_result_i32(rows, i, SQL_RUN_DISTRIBUTOR_DIGESTS_CARRIER_ID))};
        size_t length;
        const uint8_t *bytes =
            settle_result_bytes(rows, i, SQL_RUN_DISTRIBUTOR_DIGESTS_DIGEST, &length);

        settle_invariant(d.code != NULL && d.carrier_code != NULL && length == SETTLE_DIGEST_BYTES);
        memcpy(d.digest, bytes, SETTLE_DIGEST_BYTES);
        g_array_append_val(digests, d);
    }
    settle_run_chain(kind, date, digests, previous, ret_digest);
    return TRUE;
}

gboolean
settle_run_last_digest(SettleStore *store, uint8_t ret_digest[SETTLE_DIGEST_BYTES], GError **error)
{
    g_autoptr(SettleResult) last = settle_store_query(store, settle_sql_run_last_digest, error, "");

    if (last == NULL)
        return FALSE;
    memset(ret_digest, 0, SETTLE_DIGEST_BYTES);
    if (settle_result_rows(last) == 1) {
        size_t length;
        const uint8_t *bytes = settle_result_bytes(last, 0, SQL_RUN_LAST_DIGEST_DIGEST, &length);

        settle_invariant(length == SETTLE_DIGEST_BYTES);
        memcpy(ret_digest, bytes, SETTLE_DIGEST_BYTES);
    }
    return TRUE;
}
