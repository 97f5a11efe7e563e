/* The table of what the policy layer does with each commission kind. */
#include "policy/kind.h"

#include "base/error.h"

#define AT_NUMBER(number, SYMBOL, member, name, column) [number] = &settle_policy_kind_##member,

static const SettlePolicyKind *const kinds[SETTLE_N_KINDS] = {SETTLE_COMMISSION_KINDS(AT_NUMBER)};

const SettlePolicyKind *
settle_policy_kind(SettleKind kind)
{
    settle_invariant(settle_kind_is_commission((int) kind));
    return kinds[kind];
}
