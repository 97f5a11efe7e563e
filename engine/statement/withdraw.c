/* Decisions on whether a statement that was told wrongly is withdrawn: one asks, another one
 * approves or refuses. A statement posts nothing, so nothing has to be taken back: from the
 * approval on load.c finds the one before it, or none, and decide.c no decision on its
 * differences. */
#include "statement/internal.h"

#include "store/sql.h"

#include <string.h>

static const char *const actions[] = {
    [SETTLE_STATEMENT_ASK] = "statement-withdrawal-ask",
    [SETTLE_STATEMENT_APPROVE] = "statement-withdrawal-approve",
    [SETTLE_STATEMENT_REFUSE] = "statement-withdrawal-refuse",
};

/* What the database would refuse, in words. */
static gboolean
follows(const SettleStatement *s, const char *name, SettleStatementStep step, GError **error)
{
    gboolean asked = strcmp(s->withdrawal, "asked") == 0;

    if (step == SETTLE_STATEMENT_ASK && asked) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "the withdrawal of the statement of %s is asked for already, by %s", name,
                    s->asked_by);
        settle_error_hint(error, "settle reconcile withdraw --approve, by another login");
        return FALSE;
    }
    if (step != SETTLE_STATEMENT_ASK && !asked) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "nobody asks for the withdrawal of the statement of %s", name);
        settle_error_hint(error, "settle reconcile withdraw --reason TEXT");
        return FALSE;
    }
    if (step == SETTLE_STATEMENT_APPROVE && strcmp(s->asked_by, s->viewer) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "the withdrawal of the statement of %s was asked for by %s, who cannot approve "
                    "it",
                    name, s->asked_by);
        settle_error_hint(
            error, "connect as somebody else: settle --db 'user=...' reconcile withdraw --approve");
        return FALSE;
    }
    return TRUE;
}

gboolean
settle_statement_withdraw(SettleStore *store, const SettleStatement *statement,
                          SettleStatementStep step, const char *reason, GError **error)
{
    g_autofree char *name = settle_statement_title(statement->carrier, statement->period);
    g_autoptr(SettleResult) detail = NULL;

    if (!follows(statement, name, step, error) ||
        (detail = settle_store_query(store, settle_sql_statement_withdrawal_detail, error, "l",
                                     statement->position)) == NULL ||
        !settle_store_begin(store, error))
        return FALSE;
    if (settle_store_control(store, actions[step], name, statement->digest, reason,
                             settle_result_text(detail, 0, SQL_STATEMENT_WITHDRAWAL_DETAIL_DETAIL),
                             NULL, error) &&
        settle_store_commit(store, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}
