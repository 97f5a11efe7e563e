/* Private to joint*.c. */
#pragma once

#include "run/chunk/joint.h"
#include "run/chunk/worker-internal.h"

G_BEGIN_DECLS

/* A distributor and a policy whose orders are settled together. */
typedef struct {
    int32_t distributor_id;
    const SettlePolicy *policy;
} SettleJointPair;

/* Money that a carrier paid for a distributor and origin period. */
typedef struct {
    int32_t distributor_id, carrier_id;
    SettleCurrency currency;
    SettleMonth month;
    gboolean is_new; /* some of it came with this run */
    int64_t minor;   /* what is left of it while it is given out */
} SettleJointMoney;

/* One target of a joint order. */
typedef struct {
    const SettlePolicy *policy;
    const SettleRule *rule;
    int64_t order_id, rank; /* rank: by closing time among the policy's orders */
    SettleDay closing_day;
    SettleSlot slot;
    SettleMonth origin;
    int64_t earned_minor, target_minor;
    int64_t freed_minor; /* of what awaits the carrier's payment */
    gboolean withheld;
} SettleJointItem;

/* What a ceiling still leaves in a window. rule NULL: the policy's ceiling. */
typedef struct {
    const SettlePolicy *policy;
    const SettleRule *rule;
    SettleMonth window_end;
    int64_t left_minor, used_minor;
} SettleJointRoom;

/* A fraud finding in force. */
typedef struct {
    const SettlePolicy *policy;
    SettleMonth month; /* of closing */
    int64_t order_id, rank, total_minor;
} SettleJointFinding;

/* Orders of a policy that closed in a month. */
typedef struct {
    const SettlePolicy *policy;
    SettleMonth month;
    int64_t orders;
} SettleJointLines;

struct SettleJoint {
    const SettleRunContext *context;
    gboolean possible, tolerant, paid, capped; /* some policy has such a term */
    GArray *pairs;                             /* SettleJointPair, of the chunk */
    GHashTable *pair_set;                      /* SettleJointPair by content */
    GHashTable *money;                         /* SettleJointMoney by content, of the chunk */
    GHashTable *ranks;                         /* order id -> place by closing time */
    /* of the current distributor */
    GArray *items, *rooms, *findings, *lines;
    GArray *cuts;          /* SettleCutRow */
    GHashTable *tolerated; /* order ids */
    int32_t distributor_id;
    gboolean failed;
};

G_END_DECLS
