/* What the files of the store share. Nothing outside this folder includes it or libpq. */
#pragma once

#include "store/sql.h"
#include "store/store.h"

#include <libpq-fe.h>
#include <string.h>

typedef struct SettleBeside SettleBeside;

struct SettleStore {
    PGconn *connection;
    char *conninfo; /* NULL: as the environment says */
    char *purpose;
    SettleStoreRole role;
    gboolean scoped;                 /* the login is of settle_scoped alone */
    gboolean is_runner, is_treasury; /* the login is of these groups */
    SettleBeside *beside;            /* idle sessions that were opened beside this one */
    char sqlstate[6];                /* of the last failure */
    GHashTable *plans;               /* statement -> name of its plan; NULL: none is kept */
    int64_t waited_ms;               /* for a lock that a login of settle_treasury held */
    GArray *sums;                    /* SettleTableSum: of what is written; NULL: nobody asks */
};

/* The types of the wire that we use (src/include/catalog/pg_type.dat). */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_INT4_ARRAY = 1007,
    OID_TEXT_ARRAY = 1009,
    OID_INT8_ARRAY = 1016,
    OID_DATE = 1082,
    OID_DATE_ARRAY = 1182,
    OID_NUMERIC = 1700,
    OID_JSONB = 3802,
};

#define SETTLE_STATEMENT_PARAMETERS_MAX 64

/* Parameters in the form that libpq wants. values point into bytes. */
typedef struct {
    int n;
    Oid types[SETTLE_STATEMENT_PARAMETERS_MAX];
    const char *values[SETTLE_STATEMENT_PARAMETERS_MAX];
    int lengths[SETTLE_STATEMENT_PARAMETERS_MAX];
    int formats[SETTLE_STATEMENT_PARAMETERS_MAX];
    GByteArray *bytes;
} SettleParameters;

/* The parameters of a statement in the wire's format, made of the arguments that types names
 * (store.h). */
void settle_parameters_init(SettleParameters *parameters, const char *types, va_list arguments);
void settle_parameters_clear(SettleParameters *parameters);

/* Connections that are kept for the next worker; none yet. */
SettleBeside *settle_beside_new(void);
void settle_beside_free(SettleBeside *beside); /* closes them */

/* Whether the database has a Settle that belongs to settle_owner. STATE error if not: another
 * database was meant, or it is a copy that was restored without its roles. */
gboolean settle_store_schema_owned(SettleStore *store, GError **error);
/* The name of the database that the connection is to. */
const char *settle_store_database(const SettleStore *store);

/* NULL: no table of sql/tables.ini. */
const SettleSqlTable *settle_table_of_copy(const char *sql);
/* Adds a row to a sum: its summed fields in the form of binary COPY, without their count. */
void settle_row_sum_add(SettleRowSum *sum, const SettleSqlTable *table, const void *fields,
                        size_t length);

/* The plan that is kept of the statement, made if it is not there yet; *ret_plan NULL: of this one
 * none is kept. FALSE with the error: it cannot be planned. */
gboolean settle_store_plan(SettleStore *store, const char *sql, const SettleParameters *parameters,
                           const char **ret_plan, GError **error);
/* Whether it is one of sql/queries. */
gboolean settle_statement_is_embedded(const char *sql);
/* The name of an embedded query, or "statement" for a text that is none. */
const char *settle_statement_name(const char *sql);

/* Turns a failed result (NULL: the connection's own failure) into an error, always returns FALSE.
 * The result stays the caller's. */
gboolean settle_store_fail(SettleStore *store, const PGresult *result, const char *sql,
                           GError **error);
/* Reads to the end of the current command and returns its first failure or else its last result,
 * never NULL without error. PQexec would hide why a backend was terminated. */
PGresult *settle_store_collect(SettleStore *store, const char *sql, GError **error);
/* Runs one statement with parameters, results in binary; NULL on failure. */
PGresult *settle_store_run(SettleStore *store, const char *sql, const SettleParameters *parameters,
                           GError **error);
/* Runs a text of several statements without parameters (a migration). */
gboolean settle_store_script(SettleStore *store, const char *sql, const char *name, GError **error);

/* The steps of settle_store_distribute() that are about Citus. Whether the database has it: STATE
 * error if not. */
gboolean settle_store_citus_there(SettleStore *store, GError **error);
/* Lets the group roles log in, as which the nodes call each other. STATE error without workers. */
gboolean settle_store_citus_nodes(SettleStore *store, GError **error);
/* Hands over what is local yet, in one transaction; fills spread and copied. */
gboolean settle_store_citus_tables(SettleStore *store, SettleDistribution *distribution,
                                   GError **error);

/* As settle_store_dump(), of the text; errors name sql. */
SettleDump *settle_store_dump_text(SettleStore *store, const char *text, const char *sql);
/* Where the fields of the current row are, and how long (-1: NULL); returns how many. Each has a
 * byte after it that may be overwritten. Aborts if there are more than max. */
int settle_dump_fields(const SettleDump *dump, const char **ret_values, int *ret_lengths, int max);

/* The text with its parameters put in, NULL if one of the types cannot be. To be freed. */
char *settle_statement_with_values(const char *sql, const char *types, va_list arguments);

static inline uint16_t
settle_get_u16(const char *bytes)
{
    uint16_t value;

    memcpy(&value, bytes, sizeof value);
    return GUINT16_FROM_BE(value);
}

static inline uint32_t
settle_get_u32(const char *bytes)
{
    uint32_t value;

    memcpy(&value, bytes, sizeof value);
    return GUINT32_FROM_BE(value);
}

static inline uint64_t
settle_get_u64(const char *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof value);
    return GUINT64_FROM_BE(value);
}
