/* The names of roles, kinds, event kinds, dimensions and outcomes, as stored and printed. */
#include "base/error.h"
#include "model/directory.h"
#include "model/facts.h"
#include "model/outcome.h"
#include "model/transfer.h"

const char *
settle_role_name(SettleRole role)
{
    switch (role) {
    case SETTLE_ROLE_CARRIER:
        return "carrier";
    case SETTLE_ROLE_DISTRIBUTOR:
        return "distributor";
    case SETTLE_ROLE_HELD:
        return "held";
    case SETTLE_ROLE_WITHHELD:
        return "withheld";
    case SETTLE_ROLE_INVOICED:
        return "invoiced";
    case SETTLE_ROLE_CASH:
        return "cash";
    case SETTLE_ROLE_DEPOSIT:
        return "deposit";
    case SETTLE_ROLE_FEE:
        return "fee";
    }
    settle_unreachable("a known role");
}

const char *
settle_event_kind_name(SettleEventKind kind)
{
    static const char *const names[SETTLE_N_EVENT_KINDS] = {
        "",      "refund",          "cancel",   "suspend",  "resume",
        "fraud", "number-transfer", "port-out", "reinstate"};

    settle_invariant((int) kind > 0 && kind < SETTLE_N_EVENT_KINDS);
    return names[kind];
}

const char *
settle_dim_name(SettleDim dim)
{
    switch (dim) {
    case SETTLE_DIM_CARRIER:
        return "carrier";
    case SETTLE_DIM_DISTRIBUTOR:
        return "distributor";
    case SETTLE_DIM_OUTLET:
        return "outlet";
    case SETTLE_DIM_MANAGER:
        return "manager";
    case SETTLE_DIM_PRODUCT:
        return "product";
    case SETTLE_DIM_CLASS:
        return "class";
    case SETTLE_DIM_REGION:
        return "region";
    case SETTLE_DIM_CHANNEL:
        return "channel";
    case SETTLE_N_DIMS:
        break;
    }
    settle_unreachable("a known dimension");
}

const char *
settle_outcome_name(SettleOutcome outcome)
{
    switch (outcome) {
    case SETTLE_OUTCOME_NONE:
        return "settled";
    case SETTLE_OUTCOME_NO_POLICY:
        return "no-policy";
    case SETTLE_OUTCOME_CURRENCY:
        return "currency";
    case SETTLE_OUTCOME_NO_RULE:
        return "no-rule";
    case SETTLE_OUTCOME_ZERO:
        return "zero";
    case SETTLE_OUTCOME_NO_BILLS:
        return "no-bills";
    case SETTLE_OUTCOME_OVERFLOW:
        return "overflow";
    case SETTLE_OUTCOME_NOT_ACTIVE:
        return "not-active";
    case SETTLE_OUTCOME_NOT_SOLD:
        return "not-sold";
    }
    settle_unreachable("a known outcome");
}

const char *
settle_outcome_text(SettleOutcome outcome)
{
    switch (outcome) {
    case SETTLE_OUTCOME_NONE:
        return "has postings, or earns by a schedule";
    case SETTLE_OUTCOME_NO_POLICY:
        return "no policy of the carrier holds on the closing day";
    case SETTLE_OUTCOME_CURRENCY:
        return "order and policy differ in currency";
    case SETTLE_OUTCOME_NO_RULE:
        return "no rule of the policy matches";
    case SETTLE_OUTCOME_ZERO:
        return "the rules that match earn nothing";
    case SETTLE_OUTCOME_NO_BILLS:
        return "only rules on bills match, and no bill can serve this order";
    case SETTLE_OUTCOME_OVERFLOW:
        return "an amount is too large to be represented";
    case SETTLE_OUTCOME_NOT_ACTIVE:
        return "carrier or distributor were not active on the closing day";
    case SETTLE_OUTCOME_NOT_SOLD:
        return "the product was not sold on the closing day";
    }
    settle_unreachable("a known outcome");
}
