/* Private to intake: the records as they came, in an unlinked temporary file, so that a row found
 * wanting only after sorting can be quarantined with its text, whatever it was read from. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct SettleKeep SettleKeep;

/* An empty keep, the caller's; its file is made when it is first needed. */
SettleKeep *settle_keep_new(void);
void settle_keep_free(SettleKeep *keep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleKeep, settle_keep_free)

/* Keeps the bytes, and says where for settle_keep_read. FALSE with the error: IO. */
gboolean settle_keep_add(SettleKeep *keep, const void *bytes, size_t length, uint64_t *ret_at,
                         GError **error);
/* Reads bytes back; *ret_bytes is the keep's, valid until the next call, with a NUL after it. */
gboolean settle_keep_read(SettleKeep *keep, uint64_t at, size_t length, const char **ret_bytes,
                          GError **error);
/* A new unlinked temporary file; -1 and IO error. */
int settle_keep_open_file(GError **error);

G_END_DECLS
