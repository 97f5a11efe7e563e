/* Migrations in order, each in a transaction of its own, with the hashes of what was applied;
 * refuses an older or newer schema. */
#include "store/internal.h"
#include "store/sql.h"

#include "base/digest.h"
#include "base/failpoint.h"

/* Number 0 makes the roles, the schema and the list of migrations; it is run by the login each
 * time, does nothing where nothing is missing, and is not in the list. */
#define FIRST        1
#define MIGRATE_LOCK "migrate"
#define LOCK_WAIT_MS 10000

static int
newest(void)
{
    int number = 0;

    for (const SettleSqlMigration *m = settle_sql_migrations; m->name != NULL; m++)
        number = m->number;
    return number;
}

static void
hash_of(const SettleSqlMigration *migration, uint8_t hash[SETTLE_DIGEST_BYTES])
{
    settle_digest_once(migration->text, strlen(migration->text), hash);
}

/* What was applied is what the program knows, and more. */
static gboolean
refuse_newer(int applied, GError **error)
{
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "the database has schema %d, this program knows schema %d", applied, newest());
    settle_error_hint(error, "install the settle that the database was last migrated with");
    return FALSE;
}

/* What was applied is something else: the schema was made anew before 1.0, and nothing leads from
 * an older one to it. */
static gboolean
refuse_older(GError **error)
{
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "the database has a schema from before 1.0 that is not this program's");
    settle_error_hint(error, "make a new database and take the facts in again from their files: "
                             "docs/operations.md \"From an older schema\"; the old database is "
                             "left as it is");
    return FALSE;
}

/* Compares what was applied with what the program holds; *ret_applied is the last number. */
static gboolean
read_applied(SettleStore *store, int *ret_applied, GError **error)
{
    g_autoptr(SettleResult) result =
        store->scoped ? settle_store_query(store, settle_sql_scope_migrations, error, "")
                      : settle_store_query(store, settle_sql_store_migrations, error, "");
    int applied = 0;

    if (result == NULL)
        return FALSE;
    for (int row = 0; row < settle_result_rows(result); row++) {
        uint8_t hash[SETTLE_DIGEST_BYTES];
        size_t length;
        const uint8_t *stored = settle_result_bytes(result, row, SQL_MIGRATION_HASH, &length);

        applied = settle_result_i32(result, row, SQL_MIGRATION_NUMBER);
        settle_invariant(applied == row + FIRST);
        if (applied > newest())
            return refuse_newer(applied, error);
        hash_of(&settle_sql_migrations[applied], hash);
        if (length != sizeof hash || memcmp(stored, hash, sizeof hash) != 0)
            return refuse_older(error);
    }
    *ret_applied = applied;
    return TRUE;
}

static gboolean
refuse_unfinished_run(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) there =
        settle_store_query(store, settle_sql_store_runs_there, error, "");
    g_autoptr(SettleResult) result = NULL;

    if (there == NULL)
        return FALSE;
    if (!settle_result_bool(there, 0,
                            SQL_STORE_RUNS_THERE_IS_THERE)) /* a schema that was never finished */
        return TRUE;
    result = settle_store_query(store, settle_sql_store_unfinished_run, error, "");
    if (result == NULL)
        return FALSE;
    if (settle_result_rows(result) == 0)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "run %d is not finished",
                settle_result_i32(result, 0, SQL_STORE_UNFINISHED_RUN_RUN_ID));
    settle_error_hint(error, "finish it with the settle that started it, or give it up: "
                             "settle run --abandon");
    return FALSE;
}

static gboolean
in_transaction(SettleStore *store, const SettleSqlMigration *migration, const char *preamble,
               GError **error)
{
    if (!settle_store_begin(store, error))
        return FALSE;
    if ((preamble == NULL || settle_store_exec(store, preamble, error, "")) &&
        settle_store_script(store, migration->text, migration->name, error) &&
        settle_failpoint(MIGRATE_APPLIED, error)) {
        uint8_t hash[SETTLE_DIGEST_BYTES];

        hash_of(migration, hash);
        if ((migration->number < FIRST ||
             settle_store_exec(store, settle_sql_store_insert_migration, error, "isy",
                               migration->number, migration->name, hash, sizeof hash)) &&
            settle_failpoint(MIGRATE_BEFORE_COMMIT, error) && settle_store_commit(store, error) &&
            settle_failpoint(MIGRATE_COMMITTED, error))
            return TRUE;
    }
    settle_store_rollback(store);
    return FALSE;
}

/* Roles and schemas, if they are not there. */
static gboolean
prepare(SettleStore *store, GError **error)
{
    if (in_transaction(store, &settle_sql_migrations[0], NULL, error))
        return TRUE;
    if (strcmp(store->sqlstate, "42501") == 0)
        settle_error_hint(error,
                          "the first settle migrate is for the database's owner who may create "
                          "roles, or a superuser (PGUSER=postgres), later ones for members of "
                          "settle_owner: docs/operations.md \"Setting up\"");
    return FALSE;
}

/* Whether the database has a Settle, and whole: a copy that was restored where its roles are not
 * belongs to somebody else, and nobody may do what the roles may. */
static gboolean
look_for_schema(SettleStore *store, gboolean *ret_there, GError **error)
{
    g_autoptr(SettleResult) there =
        settle_store_query(store, settle_sql_store_schema_there, error, "");

    if (there == NULL)
        return FALSE;
    *ret_there = !settle_result_is_null(there, 0, SQL_STORE_SCHEMA_THERE_OWNER);
    if (!*ret_there ||
        strcmp(settle_result_text(there, 0, SQL_STORE_SCHEMA_THERE_OWNER), "settle_owner") == 0)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "the database \"%s\" is a copy without its roles: it belongs to \"%s\", not to "
                "settle_owner",
                settle_result_text(there, 0, SQL_STORE_SCHEMA_THERE_DATABASE),
                settle_result_text(there, 0, SQL_STORE_SCHEMA_THERE_OWNER));
    settle_error_hint(error, "make the roles first, then restore it again into an empty database: "
                             "docs/operations.md \"Backup and restore\"");
    return FALSE;
}

static gboolean
migrate_locked(SettleStore *store, guint *ret_applied, GError **error)
{
    gboolean there;
    int applied;
    guint count = 0;

    if (!settle_failpoint(MIGRATE_LOCKED, error) || !look_for_schema(store, &there, error) ||
        !prepare(store, error) ||
        !settle_store_exec(store, settle_sql_session_migrate, error, "") ||
        !read_applied(store, &applied, error))
        return FALSE;
    if (applied >= FIRST && applied < newest() && !refuse_unfinished_run(store, error))
        return FALSE;
    for (const SettleSqlMigration *m = &settle_sql_migrations[applied + 1]; m->name != NULL; m++) {
        if (!in_transaction(store, m, "SET LOCAL ROLE settle_owner", error))
            return FALSE;
        count++;
    }
    *ret_applied = count;
    return TRUE;
}

gboolean
settle_store_migrate(SettleStore *store, guint *ret_applied, GError **error)
{
    gboolean good;

    if (!settle_store_lock(store, MIGRATE_LOCK, LOCK_WAIT_MS, error))
        return FALSE;
    good = migrate_locked(store, ret_applied, error);
    settle_store_unlock(store, MIGRATE_LOCK);
    return good;
}

gboolean
settle_store_distribute(SettleStore *store, SettleDistribution *ret_distribution, GError **error)
{
    SettleDistribution done = {0, 0, 0};
    gboolean good;

    if (!settle_store_citus_there(store, error) ||
        !settle_store_lock(store, MIGRATE_LOCK, LOCK_WAIT_MS, error))
        return FALSE;
    good = migrate_locked(store, &done.applied, error) && settle_store_citus_nodes(store, error) &&
           settle_store_citus_tables(store, &done, error);
    settle_store_unlock(store, MIGRATE_LOCK);
    if (good)
        *ret_distribution = done;
    return good;
}

gboolean
settle_store_schema_owned(SettleStore *store, GError **error)
{
    gboolean there;

    if (!look_for_schema(store, &there, error))
        return FALSE;
    if (there)
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE, "the database \"%s\" has no Settle in it",
                settle_store_database(store));
    settle_error_hint(error, "is PGDATABASE, or dbname= in --db, the right one? In a new one: "
                             "settle migrate");
    return FALSE;
}

gboolean
settle_store_check_schema(SettleStore *store, GError **error)
{
    int applied = 0;

    if (!settle_store_schema_owned(store, error) || !read_applied(store, &applied, error))
        return FALSE;
    if (applied == newest())
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                "the database has schema %d, this program needs schema %d", applied, newest());
    settle_error_hint(error, "run: settle migrate");
    return FALSE;
}
