/* What people decided on the differences of a statement: accepted or disputed, one entry of the
 * control log each. match.c asks for them once the differences are known. */
#include "statement/internal.h"

#include "store/sql.h"

gboolean
settle_statement_load_decisions(SettleStore *store, SettleStatement *s, GError **error)
{
    g_autofree char *name = settle_statement_title(s->carrier, s->period);
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_statement_decisions, error, "s", name);
    g_autoptr(GHashTable) last = g_hash_table_new(g_str_hash, g_str_equal); /* ref -> row + 1 */

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++)
        g_hash_table_insert(
            last, (gpointer) settle_result_text(rows, i, SQL_STATEMENT_DECISIONS_DIFFERENCE),
            GINT_TO_POINTER(i + 1));
    for (guint i = 0; i < s->items->len; i++) {
        SettleStatementItem *item = &g_array_index(s->items, SettleStatementItem, i);
        int row = GPOINTER_TO_INT(g_hash_table_lookup(last, item->ref)) - 1;

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
        g_autoptr(SettleResult) detail = settle_store_query(
            store, settle_sql_statement_decision_detail, error, "slll", item->ref,
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
