/* Heads: the seal of the last published run, noted outside of the database. A database that has not
 * what was noted is an older one (restored, or a replica that lagged behind), or another one. */
#pragma once

#include "base/error.h"
#include "store/store.h"

#include <glib.h>

G_BEGIN_DECLS

/* "141:0a1b...", as settle verify --head prints it. */
gboolean settle_head_parse(const char *text, int32_t *ret_run_id,
                           uint8_t ret_seal[SETTLE_DIGEST_BYTES]);
/* The head of now; the caller frees it. NULL without error: nothing is published yet. */
char *settle_head_read(SettleStore *store, GError **error);
/* STATE with a sentence if the database has not that run, or has another one in its place. */
gboolean settle_head_check(SettleStore *store, const char *noted, GError **error);

G_END_DECLS
