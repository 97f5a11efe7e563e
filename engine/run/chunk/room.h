/* Whether today's changes fit under the ceilings by what is used of them in all: then nothing was
 * and nothing is cut, and no other order is looked at (docs/semantics.md 13.11). */
#pragma once

#include "run/chunk/history.h"
#include "run/chunk/pairs.h"
#include "run/chunk/targets.h"

G_BEGIN_DECLS

/* Goes through the open pairs: fills in what is used in the months that may change, and makes those
 * joint for which a ceiling cuts something, or might. The history is that of the facts. FALSE and
 * error: DATABASE. */
gboolean settle_room_look(SettlePairs *pairs, const SettleFacts *facts, SettleHistory *history,
                          SettleTargets *targets, SettleMatchers *matchers, SettleStore *reader,
                          GError **error);

G_END_DECLS
