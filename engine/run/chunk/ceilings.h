/* What is used of ceilings, month by month and by whatever version: each has a limit and windows of
 * its own (docs/semantics.md 13.11). */
#pragma once

#include "calc/calc.h"

G_BEGIN_DECLS

typedef struct {
    int32_t carrier_id;
    SettleCurrency currency;
    guint rule; /* its number; 0: the policies' own ceiling */
    SettleMonth month;
    gboolean by_windows; /* what volume windows use; else orders */
    int64_t used_minor;
} SettleCeilingUse;

/* A table of them, each with another key: what comes before used_minor. */
GHashTable *settle_ceilings_new(void);
/* Adds what is used more (or less). FALSE: a sum leaves 64 bits. */
gboolean settle_ceilings_add(GHashTable *uses, const SettleCeilingUse *more);
/* Adds what an amount of a rule uses: of the rule's ceiling and of the policies', if the carrier
 * has them under any version. FALSE: likewise. */
gboolean settle_ceilings_add_amount(GHashTable *uses, const SettlePolicySet *policies,
                                    const SettlePolicy *policy, const SettleRule *rule,
                                    SettleMonth month, int64_t minor);
/* What is used, by orders and by windows, in the window that the month of `use` lies in. FALSE: it
 * leaves 64 bits. */
gboolean settle_ceilings_used(GHashTable *uses, SettleCeilingUse use, SettleWindow window,
                              int64_t *ret_minor);

G_END_DECLS
