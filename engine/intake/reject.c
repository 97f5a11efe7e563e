/* The codes of all reasons to put a row aside, as they are stored and printed. */
#include "intake/reject.h"

#include "base/error.h"

static const char *const codes[SETTLE_N_REJECTS] = {
    [SETTLE_REJECT_NONE] = "",
    [SETTLE_REJECT_STRAY_QUOTE] = "stray-quote",
    [SETTLE_REJECT_TEXT_AFTER_QUOTE] = "text-after-quote",
    [SETTLE_REJECT_STRAY_CR] = "stray-carriage-return",
    [SETTLE_REJECT_NUL] = "nul-byte",
    [SETTLE_REJECT_UTF8] = "invalid-utf8",
    [SETTLE_REJECT_FIELD_COUNT] = "field-count",
    [SETTLE_REJECT_STAGING_FIELDS] = "staging-fields",
    [SETTLE_REJECT_MISSING_VALUE] = "missing-value",
    [SETTLE_REJECT_TOO_LONG] = "too-long",
    [SETTLE_REJECT_CONTROL_CHARACTER] = "control-character",
    [SETTLE_REJECT_UNSEEN_CHARACTER] = "unseen-character",
    [SETTLE_REJECT_LOOKS_ROUNDED] = "looks-rounded",
    [SETTLE_REJECT_BAD_DATE] = "bad-date",
    [SETTLE_REJECT_BAD_MONTH] = "bad-month",
    [SETTLE_REJECT_BAD_TIME] = "bad-time",
    [SETTLE_REJECT_NONEXISTENT_TIME] = "nonexistent-time",
    [SETTLE_REJECT_AMBIGUOUS_TIME] = "ambiguous-time",
    [SETTLE_REJECT_IMPLAUSIBLE_DATE] = "implausible-date",
    [SETTLE_REJECT_BAD_FLAG] = "bad-flag",
    [SETTLE_REJECT_BAD_NUMBER] = "bad-number",
    [SETTLE_REJECT_OUT_OF_RANGE] = "out-of-range",
    [SETTLE_REJECT_UNKNOWN_CURRENCY] = "unknown-currency",
    [SETTLE_REJECT_BAD_AMOUNT] = "bad-amount",
    [SETTLE_REJECT_TOO_MANY_DECIMALS] = "too-many-decimals",
    [SETTLE_REJECT_NEGATIVE_AMOUNT] = "negative-amount",
    [SETTLE_REJECT_UNKNOWN_EVENT] = "unknown-event",
    [SETTLE_REJECT_UNKNOWN_STATUS] = "unknown-status",
    [SETTLE_REJECT_UNWANTED_VALUE] = "unwanted-value",
    [SETTLE_REJECT_TOO_MANY_CODES] = "too-many-codes",
    [SETTLE_REJECT_UNKNOWN_CARRIER] = "unknown-carrier",
    [SETTLE_REJECT_UNKNOWN_DISTRIBUTOR] = "unknown-distributor",
    [SETTLE_REJECT_UNKNOWN_OUTLET] = "unknown-outlet",
    [SETTLE_REJECT_UNKNOWN_MANAGER] = "unknown-manager",
    [SETTLE_REJECT_UNKNOWN_PRODUCT] = "unknown-product",
    [SETTLE_REJECT_NOT_YET_VALID] = "not-yet-valid",
    [SETTLE_REJECT_OTHER_DISTRIBUTOR] = "other-distributor",
    [SETTLE_REJECT_MANAGER_LEAVES] = "manager-leaves-distributor",
    [SETTLE_REJECT_CYCLE] = "cycle",
    [SETTLE_REJECT_CONFLICT] = "conflict",
    [SETTLE_REJECT_ID_COLLISION] = "id-collision",
};

const char *
settle_reject_code(SettleReject reject)
{
    settle_invariant(reject < SETTLE_N_REJECTS && codes[reject] != NULL);
    return codes[reject];
}
