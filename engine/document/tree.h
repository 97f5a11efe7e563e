/* A YAML document as a tree of nodes with their places, read strictly: what is doubtful in YAML is
 * an error, not a guess. */
#pragma once

#include "document/diagnostic.h"

G_BEGIN_DECLS

#define SETTLE_DOCUMENT_BYTES_MAX (4 << 20)
#define SETTLE_DOCUMENT_NODES_MAX 200000
#define SETTLE_DOCUMENT_DEPTH_MAX 32

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

/* NULL is allowed. */
void settle_node_free(SettleNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleNode, settle_node_free)
/* The value of a key, or NULL; NULL also of what is no map. */
const SettleNode *settle_node_get(const SettleNode *map, const char *key);
/* The same, and NULL of a value that is marked as faulty. */
const SettleNode *settle_node_sound(const SettleNode *map, const char *key);
SettlePlace settle_node_place(const SettleNode *node);

/* Reads one document of at most SETTLE_DOCUMENT_BYTES_MAX bytes, with or without a byte order mark.
 * what: what it should be, for messages: "policy". The document's top node, a map, which the caller
 * owns; or NULL with at least one error in diagnostics. The codes are P001 to P007. */
SettleNode *settle_tree_read(const char *text, size_t length, const char *what,
                             SettleDiagnostics *diagnostics);

/* Adds a diagnostic at a node; hint may be NULL. format: the message. */
void settle_diagnose(SettleDiagnostics *diagnostics, SettleSeverity severity, const char *code,
                     const SettleNode *node, const char *hint, const char *format, ...)
    G_GNUC_PRINTF(6, 7);

G_END_DECLS
