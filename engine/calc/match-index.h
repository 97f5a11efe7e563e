/* An index over the selectors of one policy: what each attribute of an order leaves of the rules.
 */
#pragma once

#include "model/directory.h"
#include "policy/policy.h"

G_BEGIN_DECLS

/* Rules are numbered by kind, then document order; sets of them are bits. One word of summary, a
 * bit a word, holds for all that a policy may have. */
#define SETTLE_MATCH_WORDS_MAX 64
G_STATIC_ASSERT(SETTLE_POLICY_RULES_MAX <= 64 * SETTLE_MATCH_WORDS_MAX);

typedef enum {
    SETTLE_MATCH_PRODUCT = 0,
    SETTLE_MATCH_CLASS,
    SETTLE_MATCH_REGION,
    SETTLE_MATCH_CHANNEL,
    SETTLE_MATCH_DISTRIBUTOR,
    SETTLE_MATCH_TIER,
    SETTLE_MATCH_AMOUNT,
    SETTLE_MATCH_QUANTITY,
    SETTLE_MATCH_FIRST,
} SettleMatchAttribute;
#define SETTLE_MATCH_ATTRIBUTES 9

/* One attribute that some rule asks about. Its values fall into classes that the same
 * rules accept.
 */
typedef struct {
    SettleMatchAttribute attribute;
    uint32_t
        *row_of; /* by id: where its row starts; values beyond have row 0. NULL for intervals */
    uint32_t n_values;
    int64_t *breaks; /* intervals: class = how many of these are not above the value */
    guint n_breaks;
    guint n_classes;
    guint64 *rows; /* a class: its summary, which words are not 0; then the rules that accept it */
} SettleMatchDimension;

typedef struct {
    const SettleRule **rules; /* by kind, then document order */
    guint n_order_rules;      /* of kinds that earn by the order: they come first */
    guint n_rules, n_words;
    guint row; /* words of a row: n_words and the summary */
    guint64 all[SETTLE_MATCH_WORDS_MAX];
    guint64 all_summary;
    SettleMatchDimension dimensions[SETTLE_MATCH_ATTRIBUTES];
    guint n_dimensions;
    guint32 *group_of; /* by rule */
    guint n_groups;    /* of one kind and name */
    guint64 *groups;   /* n_words a group: its rules */
    guint64 *whole;    /* a group: words that hold rules of this group only */
} SettleMatchIndex;

/* At most 512 bytes a code and 1 kB an amount or quantity that the policy names. The policy must
 * outlive it. */
void settle_match_index_init(SettleMatchIndex *index, const SettlePolicy *policy,
                             const SettleDirectory *directory);
void settle_match_index_clear(SettleMatchIndex *index);

G_END_DECLS
