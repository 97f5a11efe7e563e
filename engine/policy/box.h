/* What rules are for as boxes: products of sets of codes, intervals and first orders. They can be
 * intersected, and taken out of each other exactly, within a stated amount of work. */
#pragma once

#include "policy/policy.h"

G_BEGIN_DECLS

enum {
    SETTLE_BOX_PRODUCT,
    SETTLE_BOX_CLASS,
    SETTLE_BOX_REGION,
    SETTLE_BOX_CHANNEL,
    SETTLE_BOX_DISTRIBUTOR,
    SETTLE_BOX_N_TEXTS
};
enum { SETTLE_BOX_AMOUNT, SETTLE_BOX_QUANTITY, SETTLE_BOX_TIER, SETTLE_BOX_N_INTERVALS };

/* Codes, or all codes but those. Sorted numbers that the space gave them. */
typedef struct {
    const guint32 *ids;
    guint n;
    gboolean all_but;
} SettleCodeSet;

typedef struct {
    SettleCodeSet texts[SETTLE_BOX_N_TEXTS];
    SettleInterval intervals[SETTLE_BOX_N_INTERVALS];
    guint first; /* 1: other orders, 2: first orders, 3: both */
} SettleBox;

/* Gives codes numbers, and holds the memory and the work that may still be done. */
typedef struct SettleBoxSpace SettleBoxSpace;
SettleBoxSpace *settle_box_space_new(guint64 steps);
void settle_box_space_free(SettleBoxSpace *space);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleBoxSpace, settle_box_space_free)
/* Forgets the boxes that were computed, not those of selectors. */
void settle_box_space_reset(SettleBoxSpace *space);
/* TRUE when the work is used up; answers are not to be relied on from then on. */
gboolean settle_box_space_is_spent(const SettleBoxSpace *space);

/* What can be at all: 0.00 or more paid, up to what intake takes (docs/semantics.md 14.20),
 * quantities 1 to 1,000,000, tiers 0 to 99. */
extern const SettleInterval settle_box_domains[SETTLE_BOX_N_INTERVALS];

/* Owned by the space. */
SettleBox settle_box_of(SettleBoxSpace *space, const SettleSelector *selector);
gboolean settle_box_is_empty(const SettleBox *box);
gboolean settle_box_meets(SettleBoxSpace *space, const SettleBox *a, const SettleBox *b);
gboolean settle_box_contains(SettleBoxSpace *space, const SettleBox *wide, const SettleBox *narrow);
SettleBox settle_box_common(SettleBoxSpace *space, const SettleBox *a, const SettleBox *b);

typedef enum { SETTLE_COVER_NO, SETTLE_COVER_YES, SETTLE_COVER_UNKNOWN } SettleCover;
/* Whether the boxes together hold all of the box. used: by box, set for those that took a part (if
 * YES); may be NULL. *ret_rest (if NO): a box that none of them holds. */
SettleCover settle_box_cover(SettleBoxSpace *space, const SettleBox *box,
                             const SettleBox *const *boxes, guint n, gboolean *used,
                             SettleBox *ret_rest);

/* "class plan, amount 10.00..19.99"; "any order" if nothing is said. g_free. */
char *settle_box_describe(const SettleBoxSpace *space, const SettleBox *box, int exponent);

G_END_DECLS
