/* What the policy layer does with each commission kind, one descriptor a kind in a file of its own
 * (upfront.c, deferred.c, share.c, volume.c). What the calculation does with it is in calc/kind.h.
 * Both tables are made of the lists in model/kind.h.
 *
 * A new kind is an entry in model/kind.h, a member of the union in SettleRule (policy.h), a section
 * of keys in fields.c, and a descriptor here and in calc. */
#pragma once

#include "policy/build-values.h"
#include "policy/findings-internal.h"

G_BEGIN_DECLS

/* Descriptors list all members in this order: one that is left out is a compiler's warning, and so
 * an error. */
typedef struct {
    /* Reads the kind's own keys of a rule that holds against the field table. A kind of windows
     * fills rule->window, too. */
    void (*read)(SettleBuild *build, const SettleNode *node, SettleRule *rule);
    /* Frees what read() allocated. */
    void (*clear)(SettleRule *rule);
    /* The last contract month that the rule speaks of or in which something of it falls due; 0:
     * it speaks of no month. Until then an order's past is looked for. */
    int (*span)(const SettleRule *rule);
    /* Finds what is wrong with a rule that has no errors, or worth knowing. */
    void (*find)(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node);
    /* Whether an example may say where a window of the rule stands, and whether it says so in an
     * amount or a count. node: of a rule that may have errors. */
    gboolean (*window_of_example)(const SettleNode *node, gboolean *ret_is_amount);
} SettlePolicyKind;

#define SETTLE_POLICY_KIND_DECLARE(number, SYMBOL, member, name, column)                           \
    extern const SettlePolicyKind settle_policy_kind_##member;
SETTLE_COMMISSION_KINDS(SETTLE_POLICY_KIND_DECLARE)

/* Never NULL; a kind that is not commission is an invariant broken. */
const SettlePolicyKind *settle_policy_kind(SettleKind kind);

/* window_of_example of kinds without windows. */
static inline gboolean
settle_kind_no_window(G_GNUC_UNUSED const SettleNode *node, G_GNUC_UNUSED gboolean *ret_is_amount)
{
    return FALSE;
}

G_END_DECLS
