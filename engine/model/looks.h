/* Codes that are two for the program and one for whoever reads them: equal but for case, width,
 * composed letters or blanks (base/text.h). They are taken in, and shown. */
#pragma once

#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

/* The codes of one dimension, in the order in which they became known. */
typedef struct SettleLooks SettleLooks;

/* No codes yet; the caller's. */
SettleLooks *settle_looks_new(void);
void settle_looks_free(SettleLooks *looks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleLooks, settle_looks_free)

/* Adds a code. Returns the first one added that looks the same and is another, as it may be shown
 * (the looks own it), or NULL. Products come as they are stored, with their carrier before U+001F:
 * only those of one carrier are alike. */
const char *settle_looks_add(SettleLooks *looks, const char *code, size_t length);

/* A stored code as it may be shown: products as CARRIER/PRODUCT. The caller frees it. */
char *settle_looks_show(const char *code, size_t length);

G_END_DECLS
