/* Which attributes of the facts any rule looks at: the others need not be read. The rest of a fact
 * is always wanted: by every policy, or by the bookkeeping around them. (docs/semantics.md 5) */
#pragma once

#include "calc/calc.h"

G_BEGIN_DECLS

typedef struct {
    gboolean manager, region, channel;          /* of the order */
    gboolean cash, arrears, megabytes, minutes; /* of a bill */
    /* of master data: what nobody asks for is not looked at again when it is told late */
    gboolean tier, product_class, outlet;
    gboolean end; /* of a distributor: what falls due afterwards pays nothing */
} SettleAsks;

/* What a bill's base, and conditions on bills, look at: for who reads a kind's rules. */
void settle_asks_base(SettleAsks *asks, SettleBillBase base);
void settle_asks_conditions(SettleAsks *asks, const SettleCondition *conditions, guint n);
/* What the rules of a policy look at, beside what is there already. */
void settle_asks_add(SettleAsks *asks, const SettleArithmetic *arithmetic,
                     const SettlePolicy *policy);
/* What those of all policies look at. */
SettleAsks settle_policy_set_asks(const SettleArithmetic *arithmetic, const SettlePolicySet *set);

G_END_DECLS
