/* Publishing a run: it is visible as a whole or never was. */
#pragma once

#include "run/context.h"

G_BEGIN_DECLS

/* Inside the caller's transaction: checks receipts, chains the digest, moves the watermark. */
gboolean settle_run_publish_within(SettleStore *store, const SettleRunContext *context,
                                   const char *kind, SettleRunReport *report, GError **error);
/* The same in a transaction of its own. */
gboolean settle_run_publish(SettleStore *store, const SettleRunContext *context,
                            SettleRunReport *report, GError **error);

G_END_DECLS
