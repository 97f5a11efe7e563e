/* Texts that stand apart from row sums: those that are there are what their rows commit to, those
 * that are not were erased by decisions. */
#include "audit/state.h"

#include "store/sql.h"

#include <string.h>

void
settle_audit_erasures_clear(SettleAuditErasures *erasures)
{
    g_clear_pointer(&erasures->seen, g_free);
    g_clear_pointer(&erasures->before, g_free);
    g_clear_pointer(&erasures->after, g_free);
}

static int64_t *
new_counts(void)
{
    gsize n = 0;

    while (settle_sql_tables[n].name != NULL)
        n++;
    return g_new0(int64_t, n);
}

static gboolean
load_decided(SettleStore *store, int64_t **ret_counts, GError **error)
{
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_verify_erasures, error, "");

    if (rows == NULL)
        return FALSE;
    *ret_counts = new_counts();
    for (int row = 0; row < settle_result_rows(rows); row++)
        for (gsize i = 0; settle_sql_tables[i].name != NULL; i++)
            if (strcmp(settle_sql_tables[i].name,
                       settle_result_text(rows, row, SQL_VERIFY_ERASURES_TABLE_NAME)) == 0)
                (*ret_counts)[i] = settle_result_i64(rows, row, SQL_VERIFY_ERASURES_N_ROWS);
    return TRUE;
}

gboolean
settle_audit_erasures_begin(SettleAuditErasures *ret_erasures, SettleStore *store, GError **error)
{
    ret_erasures->seen = new_counts();
    return load_decided(store, &ret_erasures->before, error);
}

void
settle_audit_erasures_see(SettleAuditErasures *erasures, SettleAudit *audit,
                          const SettleSqlTable *table, int32_t run_id, const char *place,
                          SettleAuditTexts *texts)
{
    erasures->seen[table - settle_sql_tables] += texts->of[SETTLE_TEXTS_ERASED];
    audit->found->erased += texts->of[SETTLE_TEXTS_ERASED] + texts->of[SETTLE_TEXTS_NEVER];
    if (texts->of[SETTLE_TEXTS_DIFFER] > 0)
        settle_audit_note(audit, run_id, place,
                          "the text does not match its commitment in %" G_GINT64_FORMAT
                          " rows of %s",
                          texts->of[SETTLE_TEXTS_DIFFER], table->name);
    if (texts->of[SETTLE_TEXTS_HALF_ERASED] > 0)
        settle_audit_note(audit, run_id, place,
                          "%" G_GINT64_FORMAT " rows of %s are half erased: a text without its "
                          "salt cannot be proved",
                          texts->of[SETTLE_TEXTS_HALF_ERASED], table->name);
    *texts = (SettleAuditTexts){{0}};
}

gboolean
settle_audit_erasures_end(SettleAuditErasures *erasures, SettleAudit *audit, SettleStore *store,
                          GError **error)
{
    if (!load_decided(store, &erasures->after, error))
        return FALSE;
    for (gsize i = 0; settle_sql_tables[i].name != NULL; i++) {
        /* one that was decided while this read may be seen or not */
        if (erasures->seen[i] >= erasures->before[i] && erasures->seen[i] <= erasures->after[i])
            continue;
        settle_audit_note(audit, 0, "erasures",
                          "the texts of %" G_GINT64_FORMAT
                          " rows of %s are erased, by decisions %" G_GINT64_FORMAT,
                          erasures->seen[i], settle_sql_tables[i].name, erasures->after[i]);
    }
    return TRUE;
}
