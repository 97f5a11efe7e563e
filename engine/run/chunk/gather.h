/* Gathering: all that a chunk is settled from is read before the first of its orders is settled,
 * but for the past of orders, which is read on the way. */
#pragma once

#include "run/chunk/facts.h"
#include "run/chunk/history.h"
#include "run/chunk/pairs.h"
#include "run/chunk/subject.h"
#include "run/chunk/targets.h"
#include "run/output/output.h"

G_BEGIN_DECLS

typedef struct {
    SettleFacts facts;
    SettlePaid paid;
    SettlePairs pairs;
    SettleHistory *history; /* owned */
} SettleGathered;

/* reader: the connection that everything is read on; borrowed. */
void settle_gathered_init(SettleGathered *gathered, const SettleRunContext *context,
                          SettleStore *reader);
void settle_gathered_clear(SettleGathered *gathered);

/* Reads what belongs to a chunk, and forgets the one before. What waits for its day goes to the
 * output's agenda, and the output's sums count the facts. targets: scratch. */
gboolean settle_gather(SettleGathered *gathered, const SettleRunContext *context,
                       SettleStore *reader, SettleMatchers *matchers, SettleTargets *targets,
                       const SettleChunk *chunk, SettleOutput *output, GError **error);

G_END_DECLS
