/* Connections: opened with the settings that every session needs, and how an error of the server
 * becomes one of ours. */
#include "store/internal.h"
#include "store/sql.h"

#include <stdlib.h>

#define SERVER_VERSION_MIN 150000

static const char *
role_name(SettleStoreRole role)
{
    switch (role) {
    case SETTLE_STORE_AS_LOGIN:
        return NULL;
    case SETTLE_STORE_AS_OWNER:
        return "settle_owner";
    case SETTLE_STORE_AS_RUNNER:
        return "settle_runner";
    case SETTLE_STORE_AS_TREASURY:
        return "settle_treasury";
    case SETTLE_STORE_AS_APPROVER:
        return "settle_approver";
    case SETTLE_STORE_AS_AUTHOR:
        return "settle_author";
    case SETTLE_STORE_AS_READER:
    case SETTLE_STORE_AS_VIEWER:
        return "settle_reader";
    }
    settle_invariant_failed(__FILE__, __LINE__, "role is one of the enum");
}

/* Notices ("relation already exists, skipping") must not land on the user's stderr. */
static void
drop_notice(void *data, const PGresult *result)
{
    (void) data;
    (void) result;
}

static PGconn *
connect_to(const char *conninfo, const char *purpose)
{
    g_autofree char *application = g_strconcat("settle ", purpose, NULL);
    /* Before dbname: defaults that the conninfo may override. After it: what is ours to say. */
    const char *const names[] = {"keepalives",       "keepalives_idle",  "keepalives_interval",
                                 "keepalives_count", "tcp_user_timeout", "dbname",
                                 "application_name", "client_encoding",  NULL};
    const char *const values[] = {
        "1", "30", "10", "3", "60000", conninfo != NULL ? conninfo : "", application, "UTF8", NULL};

    return PQconnectdbParams(names, values, 1);
}

static gboolean
check_setting(const PGresult *result, int column, const char *name, GError **error)
{
    if (strcmp(PQgetvalue(result, 0, column), "off") != 0)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_SETTINGS,
                "the server has %s off: a crash could lose published money", name);
    settle_error_hint(error, "set %s = on (server, database and role settings) and reconnect",
                      name);
    return FALSE;
}

/* A connection string that libpq cannot read is a slip of the command line. What it holds is not
 * said again: it may be a password. */
static gboolean
check_conninfo(const char *conninfo, GError **error)
{
    PQconninfoOption *options;
    char *message = NULL;

    /* what is no list of words and no address is the name of a database */
    if (conninfo == NULL || (strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL))
        return TRUE;
    options = PQconninfoParse(conninfo, &message);
    if (options == NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE, "the connection string: %s",
                    message != NULL ? g_strchomp(message) : "no memory");
        settle_error_hint(error, "write it like 'host=... dbname=... user=...', or "
                                 "postgresql://user@host/database");
    }
    PQfreemem(message);
    PQconninfoFree(options);
    return options != NULL;
}

/* Why there is no connection, as far as the message tells, which may be in another language. */
static gboolean
connection_fails(SettleStore *store, GError **error)
{
    static const struct {
        const char *words[2], *hint;
    } slips[] = {
        {{"database \"", "does not exist"},
         "PGDATABASE, or dbname= in --db, names another one; a new one is made by createdb, then "
         "settle migrate"},
        {{"role \"", "does not exist"},
         "PGUSER, or user= in --db, names another login; an administrator makes them: CREATE ROLE "
         "... LOGIN"},
        {{"authentication failed", ""},
         "PGUSER, or user= in --db, says who logs in; passwords stand in ~/.pgpass; the server's "
         "administrator knows both"},
        {{"pg_hba.conf", ""},
         "the server lets that login not in from here: its administrator decides so in "
         "pg_hba.conf"},
        {{"translate host name", ""}, "PGHOST, or host= in --db, names the server's host"},
        {{"service", "not found"}, "PGSERVICE, or service= in --db, is one of ~/.pg_service.conf"},
        {{"port number", ""}, "PGPORT, or port= in --db, is a number: 5432 mostly"},
        {{"option \"port\"", ""}, "PGPORT, or port= in --db, is a number: 5432 mostly"},
        {{"too many", ""}, "wait for others to end, or let an administrator raise max_connections"},
        {{"starting up", ""}, "wait until the server is up, and start it again"},
    };
    const char *message = PQerrorMessage(store->connection);
    const char *hint = "is the server up, and is it that one? PGHOST and PGPORT, or host= and "
                       "port= in --db, say where it is; its administrator can start it";

    settle_store_fail(store, NULL, NULL, error);
    if (PQconnectionNeedsPassword(store->connection))
        hint = "passwords stand in ~/.pgpass, one line a server and login; the server's "
               "administrator gives them out";
    else
        for (guint i = 0; i < G_N_ELEMENTS(slips); i++)
            if (strstr(message, slips[i].words[0]) != NULL &&
                strstr(message, slips[i].words[1]) != NULL) {
                hint = slips[i].hint;
                break;
            }
    settle_error_hint(error, "%s", hint);
    return FALSE;
}

/* Such a login may have one way through each command, or none. */
static gboolean
refuse_scoped(const SettleStore *store, GError **error)
{
    if (!store->scoped || store->role == SETTLE_STORE_AS_VIEWER)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                "the login \"%s\" sees what it was granted, and this command shows or does more",
                PQuser(store->connection));
    settle_error_hint(error, "settle scope list says what it sees; settle activity and settle "
                             "invoice list, lines and show give it; who needs more asks finance "
                             "for a scope (settle scope grant)");
    return FALSE;
}

static gboolean
set_up(SettleStore *store, SettleStoreRole role, GError **error)
{
    const char *name = role_name(role);
    g_autoptr(SettleResult) result = NULL;
    GError *failure = NULL;
    const PGresult *row;

    result = settle_store_query(store, settle_sql_store_session, &failure, "sb", name,
                                role == SETTLE_STORE_AS_READER || role == SETTLE_STORE_AS_VIEWER);
    if (result == NULL) {
        if (name != NULL && strcmp(store->sqlstate, "42501") == 0) {
            g_clear_error(&failure);
            g_set_error(&failure, SETTLE_ERROR, SETTLE_ERROR_DATABASE,
                        "the login \"%s\" may not act as %s, which this command needs [%s]",
                        PQuser(store->connection), name, store->sqlstate);
            settle_error_hint(&failure,
                              "log in as one of %s (PGUSER, or user= in --db); who runs, decides, "
                              "writes policies and reads are different people",
                              name);
        } else if (name != NULL && strcmp(store->sqlstate, "22023") == 0) {
            GError *why = NULL;

            /* there is no such role on the server: nothing was ever set up, or it was restored here
             */
            if (!settle_store_schema_owned(store, &why)) {
                g_clear_error(&failure);
                failure = why;
            }
        }
        g_propagate_error(error, failure);
        return FALSE;
    }
    row = (const PGresult *) result;
    store->scoped = settle_result_bool(result, 0, SQL_STORE_SESSION_IS_SCOPED);
    store->is_runner = settle_result_bool(result, 0, SQL_STORE_SESSION_IS_RUNNER);
    store->is_treasury = settle_result_bool(result, 0, SQL_STORE_SESSION_IS_TREASURY);
    return refuse_scoped(store, error) && check_setting(row, 0, "fsync", error) &&
           check_setting(row, 1, "full_page_writes", error) &&
           check_setting(row, 2, "synchronous_commit", error);
}

const char *
settle_store_encryption(const SettleStore *store)
{
    const char *host = PQhost(store->connection);

    if (PQsslInUse(store->connection))
        return PQsslAttribute(store->connection, "protocol");
    return host != NULL && host[0] == '/' ? "" : NULL;
}

SettleStore *
settle_store_open(const char *conninfo, SettleStoreRole role, const char *purpose, GError **error)
{
    g_autoptr(SettleStore) store = NULL;

    if (!check_conninfo(conninfo, error))
        return NULL;
    store = g_new0(SettleStore, 1);
    store->conninfo = g_strdup(conninfo);
    store->purpose = g_strdup(purpose);
    store->role = role;
    store->beside = settle_beside_new();
    store->connection = connect_to(conninfo, purpose);
    if (PQstatus(store->connection) != CONNECTION_OK) {
        connection_fails(store, error);
        return NULL;
    }
    PQsetNoticeReceiver(store->connection, drop_notice, NULL);
    if (PQserverVersion(store->connection) < SERVER_VERSION_MIN) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_SETTINGS,
                    "the server is PostgreSQL %d, 15 or newer is needed",
                    PQserverVersion(store->connection) / 10000);
        return NULL;
    }
    if (!set_up(store, role, error))
        return NULL;
    return g_steal_pointer(&store);
}

void
settle_store_close(SettleStore *store)
{
    if (store == NULL)
        return;
    settle_beside_free(store->beside);
    g_clear_pointer(&store->plans, g_hash_table_unref);
    PQfinish(store->connection);
    g_free(store->conninfo);
    g_free(store->purpose);
    g_free(store);
}

gboolean
settle_store_is_scoped(const SettleStore *store)
{
    return store->scoped;
}

gboolean
settle_store_may(const SettleStore *store, SettleStoreRole role)
{
    return role == SETTLE_STORE_AS_TREASURY ? store->is_treasury : store->is_runner;
}

gboolean
settle_store_act_as(SettleStore *store, SettleStoreRole role, GError **error)
{
    settle_invariant(PQtransactionStatus(store->connection) != PQTRANS_IDLE);
    return store->role == role ||
           settle_store_exec(store, settle_sql_store_act_as, error, "s", role_name(role));
}

const char *
settle_store_database(const SettleStore *store)
{
    return PQdb(store->connection);
}

const char *
settle_store_sqlstate(const SettleStore *store)
{
    return store->sqlstate;
}

/* libpq ends its messages with newlines, and may put several lines into one. */
static char *
tidy(const char *message)
{
    return g_strstrip(g_strdup(message != NULL ? message : ""));
}

static SettleErrorCode
classify(const SettleStore *store)
{
    const char *state = store->sqlstate;

    if (strncmp(state, "23", 2) == 0)
        return SETTLE_ERROR_CONSTRAINT;
    if (PQstatus(store->connection) == CONNECTION_BAD || strncmp(state, "08", 2) == 0 ||
        strncmp(state, "57P", 3) == 0)
        return SETTLE_ERROR_CONNECTION;
    return SETTLE_ERROR_DATABASE;
}

gboolean
settle_store_fail(SettleStore *store, const PGresult *result, const char *sql, GError **error)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary =
        result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *detail = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
    const char *hint = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_HINT) : NULL;
    const char *context = result != NULL ? PQresultErrorField(result, PG_DIAG_CONTEXT) : NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *fallback = NULL;

    g_strlcpy(store->sqlstate, state != NULL ? state : "", sizeof store->sqlstate);
    if (primary == NULL) {
        if (result != NULL && *PQresultErrorMessage(result) != '\0')
            fallback = tidy(PQresultErrorMessage(result));
        else
            fallback = tidy(PQerrorMessage(store->connection));
        primary = *fallback != '\0' ? fallback : "the server gave an unexpected answer";
    }
    if (sql != NULL)
        g_string_append_printf(text, "%s: ", settle_statement_name(sql));
    g_string_append(text, primary);
    if (*store->sqlstate != '\0')
        g_string_append_printf(text, " [%s]", store->sqlstate);
    if (detail != NULL)
        g_string_append_printf(text, "\ndetail: %s", detail);
    if (context != NULL)
        g_string_append_printf(text, "\ncontext: %s", context);
    g_set_error_literal(error, SETTLE_ERROR, (int) classify(store), text->str);
    if (hint != NULL)
        settle_error_hint(error, "%s", hint);
    return FALSE;
}
