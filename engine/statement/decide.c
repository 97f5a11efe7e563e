/* What people decided on the differences of a statement: accepted or disputed, one entry of the
 * control log each. match.c asks for them once the differences are known. */
#include "statement/internal.h"

#include "model/kind.h"
#include "store/sql.h"

/* What the control log calls it, which is never erased: an order by its key, without its text. */
static char *
logged_name(const SettleStatementItem *item)
{
    char month[SETTLE_DAY_TEXT_BYTES];
    g_autoptr(GString) name = g_string_new(NULL);

    if (item->kind == 0 || settle_kind_is_window(item->kind))
        return g_strdup(item->ref);
    g_string_printf(name, "%s/%s/#%" G_GINT64_FORMAT, settle_kind_name((SettleKind) item->kind),
                    settle_month_format(item->origin, month), item->subject_id);
    if (item->is_again)
        g_string_append_printf(name, "#%" G_GINT64_FORMAT, item->line);
    return g_string_free(g_steal_pointer(&name), FALSE);
}

gboolean
settle_statement_load_decisions(SettleStore *store, SettleStatement *s, GError **error)
{
    g_autofree char *name = settle_statement_title(s->carrier, s->period);
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_statement_decisions, error, "s", name);
    g_autoptr(GHashTable) last = g_hash_table_new(g_str_hash, g_str_equal); /* -> row + 1 */

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++)
        g_hash_table_insert(
            last, (gpointer) settle_result_text(rows, i, SQL_STATEMENT_DECISIONS_DIFFERENCE),
            GINT_TO_POINTER(i + 1));
    for (guint i = 0; i < s->items->len; i++) {
        SettleStatementItem *item = &g_array_index(s->items, SettleStatementItem, i);
        g_autofree char *difference = logged_name(item);
        int row = GPOINTER_TO_INT(g_hash_table_lookup(last, difference)) - 1;

        if (row >= 0 &&
            settle_result_i64(rows, row, SQL_STATEMENT_DECISIONS_THEIRS_MINOR) ==
                item->theirs_minor &&
            settle_result_i64(rows, row, SQL_STATEMENT_DECISIONS_OURS_MINOR) == item->ours_minor) {
            item->decided = settle_result_bool(rows, row, SQL_STATEMENT_DECISIONS_IS_ACCEPTED)
                                ? SETTLE_DIFFERENCE_ACCEPTED
                                : SETTLE_DIFFERENCE_DISPUTED;
            item->decided_by =
                g_strdup(settle_result_text(rows, row, SQL_STATEMENT_DECISIONS_ACTOR));
            item->reason = g_strdup(settle_result_text(rows, row, SQL_STATEMENT_DECISIONS_REASON));
        }
        s->n_open += item->decided != SETTLE_DIFFERENCE_ACCEPTED;
    }
    return TRUE;
}

gboolean
settle_statement_decide(SettleStore *store, const SettleStatement *statement,
                        const GPtrArray *items, SettleDecided decided, const char *reason,
                        GError **error)
{
    g_autofree char *name = settle_statement_title(statement->carrier, statement->period);
    const char *action =
        decided == SETTLE_DIFFERENCE_ACCEPTED ? "statement-accept" : "statement-dispute";

    if (!settle_store_begin(store, error))
        return FALSE;
    for (guint i = 0; i < items->len; i++) {
        const SettleStatementItem *item = g_ptr_array_index(items, i);
        g_autofree char *difference = logged_name(item);
        g_autoptr(SettleResult) detail = settle_store_query(
            store, settle_sql_statement_decision_detail, error, "slll", difference,
            item->theirs_minor, item->ours_minor, statement->position);

        if (detail == NULL ||
            !settle_store_control(
                store, action, name, statement->digest, reason,
                settle_result_text(detail, 0, SQL_STATEMENT_DECISION_DETAIL_DETAIL), NULL, error)) {
            settle_store_rollback(store);
            return FALSE;
        }
    }
    return settle_store_commit(store, error);
}
