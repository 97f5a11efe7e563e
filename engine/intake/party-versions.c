/* Intake, master data: the versions of a kind by id and day, those of the database and those of the
 * rows of the file in hand, which are put in and taken out again while they are checked. */
#include "intake/write-parties.h"

#include "intake/validate.h"

#include <string.h>

/* --- what each kind says ---------------------------------------------------------------------- */

static void
version_of_carrier(const SettleIntakeParty *party, SettlePartyVersion *version)
{
    version->v[0] = (int32_t) party->status;
}

static void
version_of_distributor(const SettleIntakeParty *party, SettlePartyVersion *version)
{
    version->v[0] = party->tier;
    version->v[1] = (int32_t) party->status;
}

static void
version_of_outlet(const SettleIntakeParty *party, SettlePartyVersion *version)
{
    version->v[0] = party->distributor_id;
    version->v[1] = party->parent_id;
}

static void
version_of_manager(const SettleIntakeParty *party, SettlePartyVersion *version)
{
    version->v[0] = party->outlet_id;
}

static void
version_of_product(const SettleIntakeParty *party, SettlePartyVersion *version)
{
    version->v[0] = party->carrier_id;
    version->v[1] = party->class_id;
    version->v[2] = party->sales_from;
    version->v[3] = party->sales_to;
}

static const SettlePartyKind carriers = {
    SETTLE_DIM_CARRIER,
    settle_sql_intake_carrier_versions,
    settle_sql_copy_carrier_version,
    "s",
    settle_validate_carrier,
    version_of_carrier,
};
static const SettlePartyKind distributors = {
    SETTLE_DIM_DISTRIBUTOR,
    settle_sql_intake_distributor_versions,
    settle_sql_copy_distributor_version,
    "ss",
    settle_validate_distributor,
    version_of_distributor,
};
static const SettlePartyKind outlets = {
    SETTLE_DIM_OUTLET,
    settle_sql_intake_outlet_versions,
    settle_sql_copy_outlet_version,
    "ii",
    settle_validate_outlet,
    version_of_outlet,
};
static const SettlePartyKind managers = {
    SETTLE_DIM_MANAGER,
    settle_sql_intake_manager_versions,
    settle_sql_copy_manager_version,
    "i",
    settle_validate_manager,
    version_of_manager,
};
static const SettlePartyKind products = {
    SETTLE_DIM_PRODUCT,
    settle_sql_intake_product_versions,
    settle_sql_copy_product_version,
    "isdd",
    settle_validate_product,
    version_of_product,
};

#define AT_PLACE(SYMBOL, member, ...) [SETTLE_FILE_##SYMBOL] = &member,

const SettlePartyKind *const settle_party_kinds[SETTLE_N_FILE_KINDS] = {
    SETTLE_MASTER_FILES(AT_PLACE)};

/* --- versions --------------------------------------------------------------------------------- */

static void
free_versions(gpointer versions)
{
    g_array_unref(versions);
}

SettlePartyVersions *
settle_party_versions_new(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, free_versions);
}

static void
put_version(SettlePartyVersions *versions, int32_t id, const SettlePartyVersion *version)
{
    GArray *list = g_hash_table_lookup(versions, GINT_TO_POINTER(id));
    if (list == NULL) {
        list = g_array_new(FALSE, FALSE, sizeof(SettlePartyVersion));
        g_hash_table_insert(versions, GINT_TO_POINTER(id), list);
    }
    guint i = list->len;
    while (i > 0 && g_array_index(list, SettlePartyVersion, i - 1).valid_from > version->valid_from)
        i--;
    if (i > 0 && g_array_index(list, SettlePartyVersion, i - 1).valid_from == version->valid_from)
        g_array_index(list, SettlePartyVersion, i - 1) = *version; /* the later one corrects it */
    else
        g_array_insert_val(list, i, *version);
}

SettlePartyVersion *
settle_party_on(SettlePartyVersions *versions, int32_t id, SettleDay day)
{
    GArray *list = g_hash_table_lookup(versions, GINT_TO_POINTER(id));
    SettlePartyVersion *holds = NULL;
    for (guint i = 0; list != NULL && i < list->len; i++)
        if (g_array_index(list, SettlePartyVersion, i).valid_from <= day)
            holds = &g_array_index(list, SettlePartyVersion, i);
    return holds;
}

gboolean
settle_party_load(SettleIntakeJob *job, SettleFileKind kind, SettlePartyVersions *versions,
                  GError **error)
{
    size_t more = strlen(settle_party_kinds[kind]->columns);
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_party_kinds[kind]->select, "");
    while (settle_reader_next(reader)) {
        size_t length;
        const char *name = settle_reader_text(reader, SQL_PARTY_VERSION_NAME, &length);
        SettlePartyVersion version = {
            .valid_from = settle_reader_day(reader, SQL_PARTY_VERSION_VALID_FROM),
            .batch_id = settle_reader_i32(reader, SQL_PARTY_VERSION_BATCH_ID),
            .name = kind == job->kind ? settle_arena_strndup(job->arena, name, length) : "",
        };

        for (size_t i = 0; i < more; i++)
            version.v[i] = settle_reader_i32(reader, SQL_PARTY_VERSION_NAME + 1 + (int) i);
        put_version(versions, settle_reader_i32(reader, SQL_PARTY_VERSION_ID), &version);
    }
    return settle_reader_end(reader, error);
}

gboolean
settle_party_reject(SettlePartyWork *work, SettleIntakeParty *party, SettleReject reject,
                    int column, GError **error, const char *message)
{
    SettleVerdict verdict = {.reject = reject, .column = column, .field = -1};
    g_strlcpy(verdict.message, message, sizeof verdict.message);
    party->out = TRUE;
    return settle_intake_quarantine_kept(work->job, &verdict, &party->place, error);
}

gboolean
settle_party_turn_down(SettlePartyWork *work, SettleIntakeParty *party, SettleReject reject,
                       int column, GError **error, const char *message)
{
    settle_party_take_back(work, party);
    return settle_party_reject(work, party, reject, column, error, message);
}

const char *
settle_party_code(SettlePartyWork *work, SettleDim dim, int32_t id)
{
    if (work->texts[dim] == NULL)
        work->texts[dim] = settle_intake_codes_by_id(work->job->codes[dim]);
    return g_ptr_array_index(work->texts[dim], id);
}

SettlePartyVersion
settle_party_version(const SettleIntakeJob *job, const SettleIntakeParty *party)
{
    SettlePartyVersion version = {.valid_from = party->valid_from,
                                  .name = party->name,
                                  .batch_id = job->batch_id,
                                  .line = party->place.line};

    settle_party_kinds[job->kind]->version(party, &version);
    return version;
}

void
settle_party_put(SettlePartyWork *work, SettleIntakeParty *party)
{
    SettlePartyVersion version = settle_party_version(work->job, party);
    const SettlePartyVersion *before =
        settle_party_on(work->versions, party->id, party->valid_from);
    party->corrects = NULL;
    if (before != NULL && before->valid_from == party->valid_from) {
        SettlePartyVersion *kept = settle_arena_alloc(work->job->arena, sizeof *kept);
        *kept = *before;
        party->corrects = kept;
    }
    put_version(work->versions, party->id, &version);
}

void
settle_party_take_back(SettlePartyWork *work, const SettleIntakeParty *party)
{
    GArray *list = g_hash_table_lookup(work->versions, GINT_TO_POINTER(party->id));
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, SettlePartyVersion, i).valid_from == party->valid_from) {
            if (party->corrects != NULL)
                g_array_index(list, SettlePartyVersion, i) = *party->corrects;
            else
                g_array_remove_index(list, i);
            return;
        }
}
