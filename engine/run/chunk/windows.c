/* The volume windows of one distributor as data: found by what they are, and their months. */
#include "run/chunk/windows.h"

#include "calc/terms.h"
#include "policy/windows.h"

#include <string.h>

/* (carrier, rule, window, scope) in 128 bits. rule: its number, and the kind of scope in two bits.
 */
typedef struct {
    int32_t carrier_id, rule, window_end, scope_id;
} WindowKey;

static guint
window_key_hash(gconstpointer key)
{
    const WindowKey *k = key;
    guint64 h = (guint64) (guint32) k->carrier_id * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);

    h = (h ^ (guint32) k->rule) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    h = (h ^ (guint32) k->window_end) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    h = (h ^ (guint32) k->scope_id) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    return (guint) (h >> 32);
}

static gboolean
window_key_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(WindowKey)) == 0;
}

void
settle_windows_init(SettleWindows *windows, const SettleRunKnown *known)
{
    windows->known = known;
    windows->all = g_array_new(FALSE, FALSE, sizeof(SettleVolumeWindow));
    windows->parts = g_array_new(FALSE, FALSE, sizeof(SettleVolumePart));
    windows->index = g_hash_table_new_full(window_key_hash, window_key_equal, g_free, NULL);
}

void
settle_windows_clear(SettleWindows *windows)
{
    g_array_unref(windows->all);
    g_array_unref(windows->parts);
    g_hash_table_unref(windows->index);
}

void
settle_windows_forget(SettleWindows *windows)
{
    g_array_set_size(windows->all, 0);
    g_array_set_size(windows->parts, 0);
    g_hash_table_remove_all(windows->index);
}

SettleScopeKind
settle_window_scope_kind(const SettleRule *rule)
{
    switch (rule->window.scope) {
    case SETTLE_SCOPE_DISTRIBUTOR:
        break;
    case SETTLE_SCOPE_OUTLET:
        return SETTLE_SCOPE_OF_OUTLET;
    case SETTLE_SCOPE_MANAGER:
        return SETTLE_SCOPE_OF_MANAGER;
    }
    return SETTLE_SCOPE_OF_DISTRIBUTOR;
}

int64_t
settle_window_subject(const SettleVolumeWindow *window)
{
    const SettleWindowSubject parts = {window->policy->carrier_id,
                                       settle_window_scope_kind(window->rule), window->scope_id,
                                       window->window_end};

    return settle_subject_window(&parts);
}

guint
settle_window_item(const SettleVolumePart *part)
{
    return part->whole ? 0 : settle_item_of_month(part->month);
}

/* --- windows --------------------------------------------------------------------------------- */

/* The rule of that number in the version that measures windows which end in the month; NULL: it has
 * none such. */
static const SettleRule *
rule_of_terms(const SettlePolicy *terms, guint number, SettleScopeKind kind, SettleMonth window_end)
{
    const SettleRule *rule = terms != NULL ? settle_policy_rule(terms, number) : NULL;

    return rule != NULL && rule->window.length != 0 && settle_window_scope_kind(rule) == kind &&
                   settle_window_end(rule->window.length, settle_month_first(window_end)) ==
                       window_end
               ? rule
               : NULL;
}

SettleVolumeWindow *
settle_windows_find(SettleWindows *windows, const SettlePolicy *policy, const SettleRule *rule,
                    SettleMonth window_end, int32_t scope_id)
{
    WindowKey key = {policy->carrier_id,
                     (int32_t) (rule->number << 2 | settle_window_scope_kind(rule)), window_end,
                     scope_id};
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(windows->index, &key));

    if (place == 0) {
        SettleDim dim =
            rule->window.scope == SETTLE_SCOPE_OUTLET ? SETTLE_DIM_OUTLET : SETTLE_DIM_MANAGER;
        const char *code =
            scope_id != 0 ? settle_directory_code(windows->known->directory, dim, scope_id) : "";
        const SettlePolicy *terms = settle_policy_set_terms(
            windows->known->policies, policy->carrier_id, settle_month_last(window_end));
        const SettleRule *now =
            rule_of_terms(terms, rule->number, settle_window_scope_kind(rule), window_end);
        SettleVolumeWindow window = {.policy = now != NULL ? terms : policy,
                                     .rule = now != NULL ? now : rule,
                                     .is_gone = now == NULL,
                                     .window_end = window_end,
                                     .scope_id = scope_id,
                                     .scope_code = code != NULL ? code : ""};

        g_array_append_val(windows->all, window);
        place = windows->all->len;
        g_hash_table_insert(windows->index, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(place));
    }
    return &g_array_index(windows->all, SettleVolumeWindow, place - 1);
}

/* --- parts ----------------------------------------------------------------------------------- */

SettleVolumePart *
settle_windows_part(const SettleWindows *windows, guint place)
{
    return place != 0 ? &g_array_index(windows->parts, SettleVolumePart, place - 1) : NULL;
}

/* A window has thirteen parts at most, mostly two: they are a list. */
static SettleVolumePart *
find_part(SettleWindows *windows, SettleVolumeWindow *window, SettleMonth month, gboolean whole)
{
    SettleVolumePart new_part = {.month = month, .whole = whole};
    guint before = 0, place = window->parts;
    SettleVolumePart *part;

    for (part = settle_windows_part(windows, place);
         part != NULL && (whole ? FALSE : part->whole || part->month < month);
         part = settle_windows_part(windows, place)) {
        before = place;
        place = part->next;
    }
    if (part != NULL && part->whole == whole && part->month == month)
        return part;
    new_part.next = place;
    g_array_append_val(windows->parts, new_part);
    if (before != 0)
        settle_windows_part(windows, before)->next = windows->parts->len;
    else
        window->parts = windows->parts->len;
    return settle_windows_part(windows, windows->parts->len);
}

SettleVolumePart *
settle_windows_month(SettleWindows *windows, SettleVolumeWindow *window, SettleMonth month)
{
    return find_part(windows, window, month, FALSE);
}

SettleVolumePart *
settle_windows_whole(SettleWindows *windows, SettleVolumeWindow *window)
{
    return find_part(windows, window, window->window_end, TRUE);
}
