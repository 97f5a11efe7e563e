/* Named places where state changes, at which a test lets the program die or an operation fail.
 *
 * A place is a call of settle_failpoint(NAME, error) in a chain of operations: TRUE is the way on,
 * FALSE with the error set is what a failed operation would have said. Every place is registered in
 * the table below and nowhere else, so that `settle --failpoints` can list them and
 * tests/cli/test_failpoints.py fails when one of them is never passed.
 *
 * Without the build option `failpoints` the call is TRUE and nothing is left of it. With it there
 * is state of the process (what was set, and counts): the one exception to "no mutable globals",
 * in test builds only. Safe for threads once set.
 *
 * The third column is the kind of failure, a SettleErrorCode without its prefix: DATABASE (the
 * server refused; the transaction is rolled back), CONNECTION (it was committed, the reply was
 * lost), IO (a temporary file). */
#pragma once

#include "base/error.h"

#include <glib.h>

G_BEGIN_DECLS

/* clang-format off */
#define SETTLE_FAILPOINTS(X)                                                                       \
    X(MIGRATE_LOCKED, "migrate-locked", DATABASE, "the lock is held, nothing is changed")          \
    X(MIGRATE_APPLIED, "migrate-applied", DATABASE, "a migration ran and is not in the list")      \
    X(MIGRATE_BEFORE_COMMIT, "migrate-before-commit", DATABASE, "a migration is in the list")      \
    X(MIGRATE_COMMITTED, "migrate-committed", CONNECTION, "a migration is committed")              \
    X(INTAKE_LOCKED, "intake-locked", DATABASE, "the lock is held, nothing is read")               \
    X(INTAKE_KEEP_WRITE, "intake-keep-write", IO, "records as they came go to a file")             \
    X(INTAKE_SPOOL_WRITE, "intake-spool-write", IO, "sorted rows go to a file")                    \
    X(INTAKE_NUMBER_BEFORE_COMMIT, "intake-number-before-commit", DATABASE, "batch id counted")    \
    X(INTAKE_NUMBER_COMMITTED, "intake-number-committed", CONNECTION, "batch id committed")        \
    X(INTAKE_PARTITIONS, "intake-partitions", DATABASE, "the months of the facts are there")       \
    X(INTAKE_ORDER_ROW, "intake-order-row", DATABASE, "a row of orders is sent")                   \
    X(INTAKE_ORDERS_COPIED, "intake-orders-copied", DATABASE, "orders are copied")                 \
    X(INTAKE_CONTRACTS_COPIED, "intake-contracts-copied", DATABASE, "their contracts are copied")  \
    X(INTAKE_BILLS_COPIED, "intake-bills-copied", DATABASE, "bills are copied")                    \
    X(INTAKE_WAITING_COPIED, "intake-waiting-copied", DATABASE, "bills without order are copied")  \
    X(INTAKE_FOUND_COPIED, "intake-found-copied", DATABASE, "bills that waited are marked found")  \
    X(INTAKE_EVENTS_COPIED, "intake-events-copied", DATABASE, "events are copied")                 \
    X(INTAKE_EVENTS_WAITING_COPIED, "intake-events-waiting-copied", DATABASE,                      \
      "events without order are copied")                                                           \
    X(INTAKE_EVENTS_FOUND_COPIED, "intake-events-found-copied", DATABASE,                          \
      "events that waited are marked found")                                                       \
    X(INTAKE_NOTICES_COPIED, "intake-notices-copied", DATABASE, "months, receipts are copied")     \
    X(INTAKE_PARTIES_COPIED, "intake-parties-copied", DATABASE, "master data is copied")           \
    X(INTAKE_CODES_INSERTED, "intake-codes-inserted", DATABASE, "new codes have their ids")        \
    X(INTAKE_REPEATS_COPIED, "intake-repeats-copied", DATABASE, "repeats of facts are noted")      \
    X(INTAKE_QUARANTINE_COPIED, "intake-quarantine-copied", DATABASE, "rejected rows are kept")    \
    X(INTAKE_SLICES_INSERTED, "intake-slices-inserted", DATABASE, "facts a distributor are told")  \
    X(INTAKE_BATCH_INSERTED, "intake-batch-inserted", DATABASE, "the batch's own row is there")    \
    X(INTAKE_STAGING_TAKEN, "intake-staging-taken", DATABASE, "the place in staging is moved")     \
    X(INTAKE_RELEASE_RECORDED, "intake-release-recorded", DATABASE, "quarantine is told")          \
    X(INTAKE_SEAL_BEFORE_COMMIT, "intake-seal-before-commit", DATABASE, "a batch is complete")     \
    X(INTAKE_SEAL_COMMITTED, "intake-seal-committed", CONNECTION, "a batch is sealed")             \
    X(INTAKE_REFUSE_BEFORE_COMMIT, "intake-refuse-before-commit", DATABASE, "a batch is refused")  \
    X(INTAKE_REFUSE_COMMITTED, "intake-refuse-committed", CONNECTION, "the refusal is committed")  \
    X(WITHDRAW_BEGUN, "withdraw-begun", DATABASE, "a batch stands no more, its facts still do")    \
    X(WITHDRAW_FACTS, "withdraw-facts", DATABASE, "its facts are withdrawn")                       \
    X(WITHDRAW_BEFORE_COMMIT, "withdraw-before-commit", DATABASE, "the batch for it is there")     \
    X(WITHDRAW_COMMITTED, "withdraw-committed", CONNECTION, "a batch is withdrawn")                \
    X(WITHDRAWAL_BEFORE_COMMIT, "withdrawal-decision-before-commit", DATABASE,                     \
      "a decision on a withdrawal is written")                                                     \
    X(WITHDRAWAL_COMMITTED, "withdrawal-decision-committed", CONNECTION, "it is committed")        \
    X(REFUND_DECISION_BEFORE_COMMIT, "refund-decision-before-commit", DATABASE,                    \
      "a decision on refunds is written")                                                          \
    X(REFUND_DECISION_COMMITTED, "refund-decision-committed", CONNECTION, "it is committed")       \
    X(DISMISS_BEFORE_COMMIT, "dismiss-before-commit", DATABASE, "kept rows are marked dismissed")  \
    X(DISMISS_COMMITTED, "dismiss-committed", CONNECTION, "kept rows are dismissed")               \
    X(NIGHT_SCRATCH, "night-scratch", IO, "nothing of a file is copied")                           \
    X(NIGHT_COPIED, "night-copied", IO, "a file is copied and not imported")                       \
    X(NIGHT_IMPORTED, "night-imported", IO, "a file is imported and not noted")                    \
    X(NIGHT_TAKEN_WRITE, "night-taken-write", IO, "that it was taken in is to be noted")           \
    X(NIGHT_TAKEN_NOTED, "night-taken-noted", IO, "it is noted, its copy not in its place")        \
    X(NIGHT_KEPT, "night-kept", IO, "the copy is in its place, the original still there")          \
    X(NIGHT_REMOVED, "night-removed", IO, "the original is gone")                                  \
    X(NIGHT_HEAD_WRITE, "night-head-write", IO, "a head is to be noted")                           \
    X(NIGHT_HEAD_NOTED, "night-head-noted", IO, "a head is noted")                                 \
    X(POLICY_SUBMIT_BEFORE, "policy-submit-before", DATABASE, "a policy was read")                 \
    X(POLICY_SUBMIT_COMMITTED, "policy-submit-committed", CONNECTION, "it is submitted")           \
    X(POLICY_WITHDRAW_BEFORE, "policy-withdraw-before", DATABASE, "a submission is known")         \
    X(POLICY_WITHDRAW_COMMITTED, "policy-withdraw-committed", CONNECTION, "it is withdrawn")       \
    X(POLICY_INSERTED, "policy-activate-inserted", DATABASE, "a policy is written")                \
    X(POLICY_BEFORE_COMMIT, "policy-activate-before-commit", DATABASE, "a policy with its rules")  \
    X(POLICY_COMMITTED, "policy-activate-committed", CONNECTION, "a policy is active")             \
    X(PERIOD_BEFORE_COMMIT, "period-close-before-commit", DATABASE, "the decision is written")     \
    X(PERIOD_COMMITTED, "period-close-committed", CONNECTION, "a period is closed")                \
    X(REOPEN_BEFORE_COMMIT, "period-reopen-before-commit", DATABASE, "the decision is written")    \
    X(REOPEN_COMMITTED, "period-reopen-committed", CONNECTION, "a period is open again")           \
    X(RUN_LOCKED, "run-locked", DATABASE, "the lock is held, the epoch is the last runner's")      \
    X(RUN_EPOCH_BEFORE_COMMIT, "run-epoch-before-commit", DATABASE, "the epoch is counted")        \
    X(RUN_EPOCH_COMMITTED, "run-epoch-committed", CONNECTION, "the epoch is ours")                 \
    X(RUN_PARTITIONS, "run-partitions", DATABASE, "the periods of the night are there")            \
    X(RUN_MANIFEST_BATCHES, "run-manifest-batches", DATABASE, "run, batches, policies written")    \
    X(RUN_MANIFEST_BEFORE_COMMIT, "run-manifest-before-commit", DATABASE, "chunks are written")    \
    X(RUN_MANIFEST_COMMITTED, "run-manifest-committed", CONNECTION, "the manifest is committed")   \
    X(RUN_RESUMED, "run-resumed", DATABASE, "an unfinished run was read, nothing done of it")      \
    X(RUN_CHUNK_BEGUN, "run-chunk-begun", DATABASE, "a chunk's transaction is open")               \
    X(RUN_HISTORY_READ, "run-history-read", DATABASE, "the past of orders was read")     \
    X(RUN_CHUNK_TRANSFER, "run-chunk-transfer", DATABASE, "a transfer is sent")                    \
    X(RUN_CHUNK_TRANSFERS, "run-chunk-transfers-copied", DATABASE, "all transfers are stored")     \
    X(RUN_CHUNK_TOTALS, "run-chunk-totals-copied", DATABASE, "totals are stored")                  \
    X(RUN_CHUNK_BALANCES, "run-chunk-balances-copied", DATABASE, "balances are stored")            \
    X(RUN_CHUNK_DISTRIBUTORS, "run-chunk-distributors-copied", DATABASE, "digests are stored")     \
    X(RUN_CHUNK_OUTCOMES, "run-chunk-outcomes-copied", DATABASE, "outcomes are stored")            \
    X(RUN_CHUNK_AGENDA, "run-chunk-agenda-copied", DATABASE, "what falls due later is stored")     \
    X(RUN_CHUNK_CUTS, "run-chunk-cuts-copied", DATABASE, "what ceilings and caps took is stored")  \
    X(RUN_CHUNK_DELTAS, "run-chunk-deltas-copied", DATABASE, "measures of windows are stored")     \
    X(RUN_CHUNK_WINDOWS, "run-chunk-windows-copied", DATABASE, "targets of windows are stored")    \
    X(RUN_CHUNK_INVOICES, "run-chunk-invoices-copied", DATABASE, "invoices without their lines")   \
    X(RUN_CHUNK_LINES, "run-chunk-lines-copied", DATABASE, "invoices with their lines")            \
    X(RUN_CHUNK_BINDINGS, "run-chunk-bindings-copied", DATABASE, "invoices and what they bind")    \
    X(RUN_CHUNK_RECEIPT, "run-chunk-before-commit", DATABASE, "the receipt is written")            \
    X(RUN_CHUNK_COMMITTED, "run-chunk-committed", CONNECTION, "a chunk is done")                   \
    X(RUN_PUBLISH_CHECKED, "run-publish-checked", DATABASE, "receipts and expected facts agree")   \
    X(RUN_PUBLISH_NUMBERED, "run-publish-numbered", DATABASE, "invoice numbers are given")         \
    X(RUN_PUBLISH_BATCHES, "run-publish-batches", DATABASE, "invoice batches are written")         \
    X(RUN_PUBLISH_INSERTED, "run-publish-inserted", DATABASE, "batches consumed, digest chained")  \
    X(RUN_PUBLISH_SEALED, "run-publish-sealed", DATABASE, "the seal over all that is small")       \
    X(RUN_PUBLISH_COMMITTED, "run-publish-committed", CONNECTION, "a night is published")          \
    X(RUN_ABANDON_BEFORE_COMMIT, "run-abandon-before-commit", DATABASE, "giving up is written")    \
    X(RUN_ABANDON_COMMITTED, "run-abandon-committed", CONNECTION, "a run is given up")             \
    X(APPROVE_BEFORE_COMMIT, "invoice-approve-before-commit", DATABASE, "approval is written")     \
    X(APPROVE_COMMITTED, "invoice-approve-committed", CONNECTION, "a batch is approved")           \
    X(POSTING_STARTED, "posting-started", DATABASE, "a run beside the nightly one is written")     \
    X(POSTING_POSTED, "posting-posted", DATABASE, "its transfers are stored")                      \
    X(POSTING_BEFORE_COMMIT, "posting-before-commit", DATABASE, "the run is published")            \
    X(POSTING_COMMITTED, "posting-committed", CONNECTION, "invoices are issued, deposits moved")   \
    X(DEPOSIT_DECIDED, "deposit-decided", DATABASE, "a decision on a deposit is written")          \
    X(DEPOSIT_COMMITTED, "deposit-committed", CONNECTION, "an amount of deposits is decided")      \
    X(SETTING_DECIDED, "setting-decided", DATABASE, "a setting is written")                        \
    X(SETTING_COMMITTED, "setting-committed", CONNECTION, "a setting is decided")
/* clang-format on */

typedef enum {
#define SETTLE_FAILPOINT_ENUM(id, name, code, about) SETTLE_FAILPOINT_##id,
    SETTLE_FAILPOINTS(SETTLE_FAILPOINT_ENUM)
#undef SETTLE_FAILPOINT_ENUM
        SETTLE_N_FAILPOINTS
} SettleFailpoint;

#ifdef SETTLE_WITH_FAILPOINTS

/* The name that a setting calls the place by, and a sentence about where it is; static. */
const char *settle_failpoint_name(SettleFailpoint point);
const char *settle_failpoint_about(SettleFailpoint point);

/* Told of every point that is passed, before anything comes of it. action: "pass", "die" or
 * "error". May be called by several threads at once. */
typedef void (*SettleFailpointPassed)(const char *name, const char *action, gpointer user_data);

/* spec: NAME:ACTION[@N], several with commas between; ACTION die or error, at the Nth (default:
 * 1st) time that the process passes the point. NULL or "": nothing happens anywhere. passed may be
 * NULL. Forgets what was set and counted before. To be called while there is one thread. USAGE
 * error: nothing is set then. */
gboolean settle_failpoint_set(const char *spec, SettleFailpointPassed passed, gpointer user_data,
                              GError **error);

/* Dies by SIGKILL: no handler, no clean-up, no buffer written. */
gboolean settle_failpoint_pass(SettleFailpoint point, GError **error);
#define settle_failpoint(id, error) settle_failpoint_pass(SETTLE_FAILPOINT_##id, (error))

#else

static inline gboolean
settle_failpoint_none(SettleFailpoint point, GError **error)
{
    (void) point;
    (void) error;
    return TRUE;
}
#define settle_failpoint(id, error) settle_failpoint_none(SETTLE_FAILPOINT_##id, (error))

#endif

G_END_DECLS
