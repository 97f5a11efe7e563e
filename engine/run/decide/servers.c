/* Decisions about the server: that the database may go on where it lies now. */
#include "run/decide/servers.h"

#include "store/sql.h"

#include <string.h>

/* As settle.server() puts them together. */
enum { SYSTEM, TIMELINE, DATABASE, PORT, PARTS };

/* What tells the two apart, the most telling first: all else follows from another server. */
static char *
difference(char **was, char **now)
{
    if (strcmp(was[SYSTEM], now[SYSTEM]) != 0)
        return g_strdup_printf("it lies on another server (system identifier %s, then it was %s)",
                               now[SYSTEM], was[SYSTEM]);
    if (strcmp(was[TIMELINE], now[TIMELINE]) != 0)
        return g_strdup_printf("a standby was promoted, or a backup restored (timeline %s, then it "
                               "was %s)",
                               now[TIMELINE], was[TIMELINE]);
    if (strcmp(was[DATABASE], now[DATABASE]) != 0)
        return g_strdup_printf("it was restored or copied (database number %s, then it was %s)",
                               now[DATABASE], was[DATABASE]);
    return g_strdup_printf("its server has another port: a copy beside it, or moved (%s, then it "
                           "was %s)",
                           now[PORT], was[PORT]);
}

gboolean
settle_server_check(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_server_state, error, "");

    if (row == NULL)
        return FALSE;
    if (settle_result_is_null(row, 0, SQL_SERVER_STATE_KNOWN) ||
        strcmp(settle_result_text(row, 0, SQL_SERVER_STATE_KNOWN),
               settle_result_text(row, 0, SQL_SERVER_STATE_NOW)) == 0)
        return TRUE;

    g_auto(GStrv) was = g_strsplit(settle_result_text(row, 0, SQL_SERVER_STATE_KNOWN), "/", PARTS);
    g_auto(GStrv) now = g_strsplit(settle_result_text(row, 0, SQL_SERVER_STATE_NOW), "/", PARTS);
    g_autofree char *what = difference(was, now);

    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "this is not where run %d was made: %s",
                settle_result_i32(row, 0, SQL_SERVER_STATE_LAST_RUN), what);
    settle_error_hint(error,
                      "if the other one is still in use, settle there; if it is gone for good, see "
                      "what is lost (settle verify --expect), then: settle server accept --reason "
                      "TEXT");
    return FALSE;
}

gboolean
settle_server_accept(SettleStore *store, const char *reason, GError **error)
{
    GError *failure = NULL;

    if (settle_server_check(store, &failure)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "the database lies where the last run was made: there is nothing to accept");
        return FALSE;
    }
    if (!g_error_matches(failure, SETTLE_ERROR, SETTLE_ERROR_STATE)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_clear_error(&failure);
    return settle_store_exec(store, settle_sql_server_accept, error, "s", reason);
}

char *
settle_server_here(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_server_state, error, "");
    g_auto(GStrv) now = NULL;

    if (row == NULL)
        return NULL;
    now = g_strsplit(settle_result_text(row, 0, SQL_SERVER_STATE_NOW), "/", PARTS);
    return g_strdup_printf("system identifier %s, timeline %s, database number %s, port %s",
                           now[SYSTEM], now[TIMELINE], now[DATABASE], now[PORT]);
}
