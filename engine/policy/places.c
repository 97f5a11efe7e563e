/* Where a document names its carrier, version, closing days and codes: what findings over several
 * documents point at (versions.c, known.c), since the compiled policy keeps no places of them. */
#include "document/tree.h"
#include "policy/check.h"

#include <string.h>

static void
clear_name(gpointer data)
{
    g_free(((SettlePolicyName *) data)->code);
}

void
settle_policy_places_free(SettlePolicyPlaces *places)
{
    g_array_unref(places->names);
    g_free(places);
}

static SettlePlace
place_of(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_get(map, key);

    return node != NULL ? settle_node_place(node) : (SettlePlace){1, 1, 1};
}

static void
add_name(SettlePolicyPlaces *places, GHashTable *seen, SettleDim dim, const SettleNode *node)
{
    SettlePolicyName name = {.dim = dim, .place = settle_node_place(node)};
    char *key = g_strdup_printf("%d %s", (int) dim, node->text);

    if (!g_hash_table_add(seen, key))
        return;
    name.code = g_strdup(node->text);
    g_array_append_val(places->names, name);
}

static void
add_names(SettlePolicyPlaces *places, GHashTable *seen, SettleDim dim, const SettleNode *node)
{
    if (node == NULL)
        return;
    if (node->kind == SETTLE_NODE_SCALAR)
        add_name(places, seen, dim, node);
    for (guint i = 0; node->kind == SETTLE_NODE_LIST && i < node->values->len; i++)
        add_name(places, seen, dim, g_ptr_array_index(node->values, i));
}

SettlePolicyPlaces *
settle_policy_places(const char *text, size_t length)
{
    static const struct {
        const char *key;
        SettleDim dim;
    } keys[] = {
        {"product", SETTLE_DIM_PRODUCT},         {"class", SETTLE_DIM_CLASS},
        {"region", SETTLE_DIM_REGION},           {"channel", SETTLE_DIM_CHANNEL},
        {"distributor", SETTLE_DIM_DISTRIBUTOR},
    };
    SettlePolicyPlaces *places = g_new0(SettlePolicyPlaces, 1);
    g_autoptr(SettleDiagnostics) known = settle_diagnostics_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    SettleNode *top = settle_tree_read(text, length, "policy", known);
    const SettleNode *groups, *rules;

    places->names = g_array_new(FALSE, FALSE, sizeof(SettlePolicyName));
    g_array_set_clear_func(places->names, clear_name);
    if (top == NULL)
        return places;
    places->carrier = place_of(top, "carrier");
    places->version = place_of(top, "version");
    places->closing = place_of(top, "closing");
    groups = settle_node_get(top, "groups");
    rules = settle_node_get(top, "rules");
    for (guint i = 0; groups != NULL && i < groups->values->len; i++)
        add_names(places, seen, SETTLE_DIM_DISTRIBUTOR, g_ptr_array_index(groups->values, i));
    for (guint i = 0; rules != NULL && i < rules->values->len; i++) {
        const SettleNode *selector = settle_node_get(g_ptr_array_index(rules->values, i), "for");

        for (guint k = 0; selector != NULL && k < G_N_ELEMENTS(keys); k++)
            add_names(places, seen, keys[k].dim, settle_node_get(selector, keys[k].key));
    }
    settle_node_free(top);
    return places;
}
