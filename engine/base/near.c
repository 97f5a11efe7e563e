/* Edit distances, for "did you mean". */
#include "base/near.h"

#include <string.h>

guint
settle_near_edits(const char *a, size_t n_a, const char *b, size_t n_b)
{
    guint rows[3][SETTLE_NEAR_BYTES_MAX + 1], *row = rows[0], *above = rows[1], *before = rows[2];

    if (n_a > SETTLE_NEAR_BYTES_MAX || n_b > SETTLE_NEAR_BYTES_MAX)
        return G_MAXUINT;
    for (size_t j = 0; j <= n_b; j++)
        row[j] = (guint) j;
    for (size_t i = 1; i <= n_a; i++) {
        guint *oldest = before;
        char x = g_ascii_tolower(a[i - 1]);

        before = above;
        above = row;
        row = oldest;
        row[0] = (guint) i;
        for (size_t j = 1; j <= n_b; j++) {
            char y = g_ascii_tolower(b[j - 1]);

            row[j] = MIN(MIN(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
                g_ascii_tolower(a[i - 2]) == y)
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
    }
    return row[n_b];
}

guint
settle_near_limit(const char *word)
{
    return (guint) MAX(strlen(word) / 3, 1) + 1;
}

const char *
settle_did_you_mean(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    guint least = settle_near_limit(word);

    for (; *candidates != NULL; candidates++) {
        guint n = settle_near_edits(word, strlen(word), *candidates, strlen(*candidates));

        if (n < least) {
            least = n;
            best = *candidates;
        }
    }
    return best;
}
