/* The calculation in words: what calc.h computed, said so that an account manager can check it with
 * a pocket calculator. Texts are one line each, lower case; the caller frees them. */
#pragma once

#include "calc/internal.h"

G_BEGIN_DECLS

/* Why a target is what it is. bills as settle_calc_order() takes them. */
char *settle_explain_target(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                            const SettleTarget *target, const SettleOrder *order,
                            const SettleBill *bills, guint n_bills);
/* Why a window with this measure pays `minor`. */
char *settle_explain_window(const SettleArithmetic *arithmetic, const SettlePolicy *policy,
                            const SettleRule *rule, int64_t measure, int64_t minor);
/* Which condition of the rule's "for" the order does not meet; NULL: it meets all. */
char *settle_explain_mismatch(const SettlePolicy *policy, const SettleRule *rule,
                              const SettleExampleOrder *order);

G_END_DECLS
