/* Private to intake: texts to small ids. Serves as a cache in front of the directory, and, for open
 * vocabularies and new parties, hands out new ids. Open addressing; no allocation for a known text.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct SettleIntakeCodes SettleIntakeCodes;

/* An empty table, the caller's. */
SettleIntakeCodes *settle_intake_codes_new(void);
void settle_intake_codes_free(SettleIntakeCodes *codes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleIntakeCodes, settle_intake_codes_free)

/* TRUE if the text is there. */
gboolean settle_intake_codes_get(const SettleIntakeCodes *codes, const char *text, size_t length,
                                 int32_t *ret_id);
/* The text must not be there yet. is_new: it is to be inserted into the database. */
void settle_intake_codes_put(SettleIntakeCodes *codes, const char *text, size_t length, int32_t id,
                             gboolean is_new);
/* The texts by their ids, NULL where an id has none; the caller frees the array. */
GPtrArray *settle_intake_codes_by_id(const SettleIntakeCodes *codes);
/* New ones in the order of putting; the codes own the texts. */
size_t settle_intake_codes_n_new(const SettleIntakeCodes *codes);
const char *const *settle_intake_codes_new_texts(const SettleIntakeCodes *codes);

G_END_DECLS
