/* Where the database lies: on which server, timeline and port, and as which database of it.
 *
 * Each run remembers it. A restored backup, a promoted standby and a copy look like the original,
 * lack what it did since, and would give its numbers again; so no run begins or is published where
 * the last one was not made, until a person says that the database was moved on purpose. */
#pragma once

#include "store/store.h"

#include <glib.h>

G_BEGIN_DECLS

/* FALSE with STATE: the database does not lie where it lay at the last run, or where it was
 * accepted since; the message says what changed. */
gboolean settle_server_check(SettleStore *store, GError **error);
/* The database was moved on purpose; store: as runner or approver. STATE if it lies where it lay.
 */
gboolean settle_server_accept(SettleStore *store, const char *reason, GError **error);

/* Where it lies, as text for people; caller frees; NULL and error. */
char *settle_server_here(SettleStore *store, GError **error);

G_END_DECLS
