/* What became of an order of which a list has nothing to show: it waits, was settled as zero for a
 * reason, or earns later. */
#include "cli/known.h"
#include "model/outcome.h"
#include "store/sql.h"

/* Columns of order-state.sql */
enum {
    CARRIER,
    DISTRIBUTOR,
    CLOSING_DAY,
    CONSUMED_BY,
    SETTLED_ON,
    OUTCOME,
    CUT_BY,
    HAS_TRANSFERS,
    IS_AHEAD
};

static void
note(const SettleResult *rows, int i, const char *order)
{
    SettleOutcome outcome = settle_result_is_null(rows, i, OUTCOME)
                                ? SETTLE_OUTCOME_NONE
                                : (SettleOutcome) settle_result_i32(rows, i, OUTCOME);

    fprintf(stderr, "order %s of carrier %s and distributor %s closed on %s and ", order,
            settle_result_text(rows, i, CARRIER), settle_result_text(rows, i, DISTRIBUTOR),
            settle_result_text(rows, i, CLOSING_DAY));
    if (settle_result_is_null(rows, i, SETTLED_ON) || settle_result_bool(rows, i, IS_AHEAD))
        fprintf(stderr, "waits for the night of its day\n");
    else if (settle_result_bool(rows, i, HAS_TRANSFERS))
        fprintf(stderr, "has transfers: settle ledger transfers --order %s\n", order);
    else if (!settle_result_is_null(rows, i, CUT_BY))
        fprintf(stderr, "earned, but %s took all of it (settle activity list --order %s)\n",
                settle_result_text(rows, i, CUT_BY), order);
    else if (outcome != SETTLE_OUTCOME_NONE)
        fprintf(stderr, "was settled as zero on %s: %s [%s]\n",
                settle_result_text(rows, i, SETTLED_ON), settle_outcome_text(outcome),
                settle_outcome_name(outcome));
    else
        fprintf(stderr, "has no postings yet: what it earns falls due later\n");
}

gboolean
settle_cli_order_note(const SettleCli *cli, SettleStore *store, const char *order,
                      const char *distributor, GError **error)
{
    g_autoptr(SettleResult) rows = NULL;

    if (cli->format != SETTLE_FORMAT_TABLE)
        return TRUE;
    rows = settle_store_query(store, settle_sql_order_state, error, "ss", order, distributor);
    if (rows == NULL)
        return FALSE;
    /* of another distributor: whose it is */
    if (settle_result_rows(rows) == 0 && distributor != NULL)
        return settle_cli_order_note(cli, store, order, NULL, error);
    fflush(stdout);
    for (int i = 0; i < settle_result_rows(rows); i++)
        note(rows, i, order);
    return TRUE;
}
