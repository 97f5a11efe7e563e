/* The salts of what a batch writes: under its carrier's key, one HMAC a batch and table. */
#include "intake/job.h"

/* Of a carrier: what was asked for last. */
typedef struct {
    SettleSaltOf of;
    int32_t batch_id; /* 0: nothing yet */
    SettleSalts salts;
} Kept;

void
settle_intake_salt(SettleIntakeJob *job, SettleSaltOf of, int32_t carrier_id, int32_t batch_id,
                   int64_t line, uint8_t ret_salt[SETTLE_SALT_BYTES])
{
    Kept *kept;

    if (job->salts == NULL) {
        job->salts = g_array_new(FALSE, TRUE, sizeof(Kept));
        g_array_set_size(job->salts, job->keys->len);
    }
    kept = &g_array_index(job->salts, Kept, carrier_id);
    if (kept->batch_id != batch_id || kept->of != of) {
        kept->of = of;
        kept->batch_id = batch_id;
        settle_salts_init(&kept->salts, settle_intake_key(job, carrier_id), of, batch_id);
    }
    settle_salt(&kept->salts, line, ret_salt);
}
