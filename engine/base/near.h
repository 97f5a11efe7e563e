/* The nearest of several texts to one that was mistyped. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SETTLE_NEAR_BYTES_MAX 64

/* How many bytes have to be put in, left out, changed, or changed places with their neighbour, to
 * make one of the other. The case of ASCII letters does not count. G_MAXUINT if one of the two has
 * more than SETTLE_NEAR_BYTES_MAX. */
guint settle_near_edits(const char *a, size_t n_a, const char *b, size_t n_b);

/* Fewer edits than this, and a candidate may be what was meant by the word: one, or two where it
 * has six bytes, three where it has nine ... */
guint settle_near_limit(const char *word);

/* The first of the candidates (NULL after them) with the fewest edits below the limit, or NULL. */
const char *settle_did_you_mean(const char *word, const char *const *candidates);

G_END_DECLS
