/* A policy document as a tree of nodes with their places, read strictly: what is doubtful in YAML
 * is an error, not a guess. */
#pragma once

#include "policy/load.h"

G_BEGIN_DECLS

#define SETTLE_POLICY_BYTES_MAX (4 << 20)
#define SETTLE_POLICY_NODES_MAX 200000
#define SETTLE_POLICY_DEPTH_MAX 32
#define SETTLE_POLICY_RULES_MAX 4095
#define SETTLE_POLICY_SHOWN_MAX 200 /* errors, and warnings, that are kept; the rest is counted */

typedef enum { SETTLE_NODE_SCALAR, SETTLE_NODE_MAP, SETTLE_NODE_LIST } SettleNodeKind;

typedef struct SettleNode SettleNode;
struct SettleNode {
    SettleNodeKind kind;
    guint line, column, width; /* 1-based; columns in characters */
    char *text;                /* scalar, without NUL inside */
    gboolean quoted;
    gboolean faulty;   /* set by validation: there were errors inside, do not build from it */
    GPtrArray *keys;   /* map: SettleNode * scalars */
    GPtrArray *values; /* map: as many; list: the items */
};

void settle_node_free(SettleNode *node);
/* The value of a key, or NULL; NULL also of what is no map. */
const SettleNode *settle_node_get(const SettleNode *map, const char *key);

/* NULL with at least one error in diagnostics, or the document's top node. */
SettleNode *settle_tree_read(const char *text, size_t length, SettleDiagnostics *diagnostics);

/* Adds a diagnostic at a node; hint may be NULL. format: the message. */
void settle_diagnose(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                     const SettleNode *node, const char *hint, const char *format, ...)
    G_GNUC_PRINTF(6, 7);

G_END_DECLS
