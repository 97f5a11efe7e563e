/* What a carrier's file calls its columns and kinds: our own names, or a small YAML that says so.
 * Read before the file itself (read.c), whose lines it decides on. */
#include "statement/mapping.h"

#include "base/digest.h"
#include "base/near.h"
#include "document/tree.h"
#include "model/transfer.h"

#include <string.h>

static const char *const keys[SETTLE_STATEMENT_COLUMNS] = {
    "order", "line", "kind", "period", "amount", "distributor", "rule"};

void
settle_statement_mapping_init(SettleStatementMapping *mapping)
{
    static const char *const names[SETTLE_STATEMENT_COLUMNS] = {
        "order_id", "line", "kind", "period", "amount", "distributor", "rule"};

    *mapping = (SettleStatementMapping){.kinds = NULL};
    for (int i = 0; i < SETTLE_STATEMENT_COLUMNS; i++)
        mapping->columns[i] = g_strdup(names[i]);
}

void
settle_statement_mapping_clear(SettleStatementMapping *mapping)
{
    for (int i = 0; i < SETTLE_STATEMENT_COLUMNS; i++)
        g_clear_pointer(&mapping->columns[i], g_free);
    g_clear_pointer(&mapping->kinds, g_hash_table_unref);
}

char *
settle_statement_mapping_hash(const SettleStatementMapping *mapping)
{
    g_autoptr(GString) text = g_string_new(mapping->minor ? "fen" : "yuan");
    uint8_t digest[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];

    for (int i = 0; i < SETTLE_STATEMENT_COLUMNS; i++)
        g_string_append_printf(text, "\n%s", mapping->columns[i]);
    if (mapping->kinds != NULL) {
        g_autoptr(GList) words =
            g_list_sort(g_hash_table_get_keys(mapping->kinds), (GCompareFunc) (void *) strcmp);

        for (GList *w = words; w != NULL; w = w->next)
            g_string_append_printf(text, "\n%s=%d", (const char *) w->data,
                                   GPOINTER_TO_INT(g_hash_table_lookup(mapping->kinds, w->data)));
    }
    settle_digest_once(text->str, text->len, digest);
    settle_digest_hex(digest, hex);
    return g_strdup(hex);
}

static const char fault[] = "S001"; /* the code of all that is wrong with a mapping */

static gboolean
is_scalar(SettleDiagnostics *diagnostics, const SettleNode *node)
{
    if (node->kind == SETTLE_NODE_SCALAR)
        return TRUE;
    settle_diagnose(diagnostics, SETTLE_SEVERITY_ERROR, fault, node, NULL,
                    "a word belongs here, not a list or a map");
    return FALSE;
}

static void
read_columns(SettleDiagnostics *diagnostics, const SettleNode *map, SettleStatementMapping *mapping)
{
    for (guint i = 0; map->kind == SETTLE_NODE_MAP && i < map->keys->len; i++) {
        const SettleNode *key = g_ptr_array_index(map->keys, i),
                         *value = g_ptr_array_index(map->values, i);
        int column = 0;

        while (column < SETTLE_STATEMENT_COLUMNS && strcmp(keys[column], key->text) != 0)
            column++;
        if (column == SETTLE_STATEMENT_COLUMNS) {
            const char *const known[] = {"order",  "line",        "kind", "period",
                                         "amount", "distributor", "rule", NULL};
            const char *meant = settle_did_you_mean(key->text, known);
            g_autofree char *hint =
                meant != NULL
                    ? g_strdup_printf("did you mean %s", meant)
                    : g_strdup("there are order, line, kind, period, amount, distributor, rule");

            settle_diagnose(diagnostics, SETTLE_SEVERITY_ERROR, fault, key, hint,
                            "a statement has no column \"%s\"", key->text);
        } else if (is_scalar(diagnostics, value)) {
            g_free(mapping->columns[column]);
            mapping->columns[column] = g_strdup(value->text);
        }
    }
}

static void
read_kinds(SettleDiagnostics *diagnostics, const SettleNode *map, SettleStatementMapping *mapping)
{
    if (map->kind != SETTLE_NODE_MAP)
        return;
    mapping->kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < map->keys->len; i++) {
        const SettleNode *key = g_ptr_array_index(map->keys, i),
                         *value = g_ptr_array_index(map->values, i);
        g_autofree char *words = settle_commission_kind_words();
        int kind;

        if (!is_scalar(diagnostics, value))
            continue;
        kind = settle_commission_lookup(value->text);
        if (kind == 0)
            settle_diagnose(diagnostics, SETTLE_SEVERITY_ERROR, fault, value, words,
                            "there is no kind \"%s\"", value->text);
        else
            g_hash_table_insert(mapping->kinds, g_strdup(key->text), GINT_TO_POINTER(kind));
    }
}

SettleDiagnostics *
settle_statement_mapping_read(const char *text, size_t length, SettleStatementMapping *mapping)
{
    SettleDiagnostics *diagnostics = settle_diagnostics_new();
    SettleNode *top = settle_tree_read(text, length, "mapping", diagnostics);

    for (guint i = 0; top != NULL && top->kind == SETTLE_NODE_MAP && i < top->keys->len; i++) {
        const SettleNode *key = g_ptr_array_index(top->keys, i),
                         *value = g_ptr_array_index(top->values, i);

        if (strcmp(key->text, "columns") == 0)
            read_columns(diagnostics, value, mapping);
        else if (strcmp(key->text, "kinds") == 0)
            read_kinds(diagnostics, value, mapping);
        else if (strcmp(key->text, "unit") == 0 && is_scalar(diagnostics, value) &&
                 (strcmp(value->text, "yuan") == 0 || strcmp(value->text, "fen") == 0))
            mapping->minor = strcmp(value->text, "fen") == 0;
        else if (strcmp(key->text, "unit") == 0)
            settle_diagnose(diagnostics, SETTLE_SEVERITY_ERROR, fault, value, "yuan or fen",
                            "\"%s\" is no unit of amounts",
                            value->kind == SETTLE_NODE_SCALAR ? value->text : "");
        else
            settle_diagnose(diagnostics, SETTLE_SEVERITY_ERROR, fault, key,
                            "there are columns, kinds and unit", "a mapping has no \"%s\"",
                            key->text);
    }
    if (top != NULL)
        settle_node_free(top);
    return diagnostics;
}
