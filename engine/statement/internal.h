/* What the files that take statements in, match them and decide on them share. */
#pragma once

#include "statement/statement.h"

G_BEGIN_DECLS

/* load.c: the id of a carrier's code. FALSE and error: INPUT (there is none), DATABASE. */
gboolean settle_statement_carrier(SettleStore *store, const char *carrier, int32_t *ret_id,
                                  GError **error);
/* decide.c: fills what was decided on the items, and counts the open ones. What was decided holds
 * as long as both amounts are what they were then. Items have their ref. */
gboolean settle_statement_load_decisions(SettleStore *store, SettleStatement *statement,
                                         GError **error);

G_END_DECLS
