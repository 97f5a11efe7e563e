/* Looking a key up in a sorted array by halving. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE: the item at that place comes before what is looked for. */
typedef gboolean (*SettleComesBefore)(gconstpointer items, guint at, gconstpointer key);

/* The first place from `low` up to `high` whose item does not come before the key; high if all do.
 * Those that do are at the front. Inline, so that comes_before is, too. */
static inline guint
settle_lower_bound(gconstpointer items, guint low, guint high, gconstpointer key,
                   SettleComesBefore comes_before)
{
    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (comes_before(items, middle, key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Below 0, 0, above 0: the item at that place comes before the key, is it, comes after it. */
typedef int (*SettleCompareAt)(gconstpointer items, guint at, gconstpointer key);

/* The place of the one item of n that is the key, or n if there is none. */
static inline guint
settle_find(gconstpointer items, guint n, gconstpointer key, SettleCompareAt compare)
{
    guint low = 0, high = n;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        int order = compare(items, middle, key);

        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return n;
}

G_END_DECLS
