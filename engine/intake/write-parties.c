/* Master data: small, so in memory. What rows refer to is looked up here, because it may stand
 * anywhere in the same file; then repeats, conflicts and cycles; then new ids and versions. */
#include "intake/write-parties.h"

#include "base/failpoint.h"

#include <string.h>

static void
work_clear(SettlePartyWork *work)
{
    g_clear_pointer(&work->versions, g_hash_table_unref);
    for (int dim = 0; dim < SETTLE_N_DIMS; dim++)
        g_clear_pointer(&work->texts[dim], g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettlePartyWork, work_clear)

static const struct {
    SettleDim dim;
    const char *select, *copy;
    const char *columns; /* behind id, day, batch and name: smallint, integer, day */
} kinds[] = {
    [SETTLE_INTAKE_CARRIERS] = {SETTLE_DIM_CARRIER, settle_sql_intake_carrier_versions,
                                settle_sql_copy_carrier_version, "s"},
    [SETTLE_INTAKE_DISTRIBUTORS] = {SETTLE_DIM_DISTRIBUTOR, settle_sql_intake_distributor_versions,
                                    settle_sql_copy_distributor_version, "ss"},
    [SETTLE_INTAKE_OUTLETS] = {SETTLE_DIM_OUTLET, settle_sql_intake_outlet_versions,
                               settle_sql_copy_outlet_version, "ii"},
    [SETTLE_INTAKE_MANAGERS] = {SETTLE_DIM_MANAGER, settle_sql_intake_manager_versions,
                                settle_sql_copy_manager_version, "i"},
    [SETTLE_INTAKE_PRODUCTS] = {SETTLE_DIM_PRODUCT, settle_sql_intake_product_versions,
                                settle_sql_copy_product_version, "isdd"},
};

static gboolean
load_codes(SettleIntakeJob *job, SettleDim dim, GError **error)
{
    GError *failure = NULL;
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_codes, error, "i", (int32_t) dim);
    if (reader == NULL)
        return FALSE;
    settle_intake_codes_free(job->codes[dim]);
    job->codes[dim] = settle_intake_codes_new();
    while (settle_reader_next(reader, &failure)) {
        size_t length;
        const char *code = settle_reader_text(reader, 1, &length);
        settle_intake_codes_put(job->codes[dim], code, length, settle_reader_i32(reader, 0), FALSE);
        job->next_id[dim] = MAX(job->next_id[dim], settle_reader_i32(reader, 0) + 1);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

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
settle_party_load(SettleIntakeJob *job, SettleIntakeKind kind, SettlePartyVersions *versions,
                  GError **error)
{
    GError *failure = NULL;
    size_t more = strlen(kinds[kind].columns);
    g_autoptr(SettleReader) reader = settle_store_read(job->store, kinds[kind].select, error, "");
    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        size_t length;
        const char *name = settle_reader_text(reader, 3, &length);
        SettlePartyVersion version = {
            .valid_from = settle_reader_day(reader, 1),
            .batch_id = settle_reader_i32(reader, 2),
            .name = kind == job->kind ? settle_arena_strndup(job->arena, name, length) : "",
        };

        for (size_t i = 0; i < more; i++)
            version.v[i] = settle_reader_i32(reader, 4 + (int) i);
        put_version(versions, settle_reader_i32(reader, 0), &version);
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

static gboolean
turn_down(SettlePartyWork *work, SettleIntakeParty *party, SettleReject reject, int column,
          GError **error, const char *message)
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
    return turn_down(work, party, reject, column, error, message);
}

const char *
settle_party_code(SettlePartyWork *work, SettleDim dim, int32_t id)
{
    if (work->texts[dim] == NULL)
        work->texts[dim] = settle_intake_codes_by_id(work->job->codes[dim]);
    return g_ptr_array_index(work->texts[dim], id);
}

static int32_t
known(SettlePartyWork *work, SettleDim dim, const char *code)
{
    int32_t id;
    return settle_intake_codes_get(work->job->codes[dim], code, strlen(code), &id) ? id : 0;
}

/* Everything but parents, which may be rows of this file. */
static gboolean
resolve(SettlePartyWork *work, SettleIntakeParty *party, GError **error)
{
    if (party->carrier != NULL) {
        party->carrier_id = known(work, SETTLE_DIM_CARRIER, party->carrier);
        if (party->carrier_id == 0)
            return turn_down(work, party, SETTLE_REJECT_UNKNOWN_CARRIER, PRODUCT_CARRIER, error,
                             "is no known carrier");
        /* Products are keyed with their carrier. */
        g_autofree char *key = g_strconcat(party->carrier, "\x1f", party->code, NULL);
        party->code = settle_arena_strndup(work->job->arena, key, strlen(key));
    }
    if (party->distributor != NULL) {
        party->distributor_id = known(work, SETTLE_DIM_DISTRIBUTOR, party->distributor);
        if (party->distributor_id == 0)
            return turn_down(work, party, SETTLE_REJECT_UNKNOWN_DISTRIBUTOR, OUTLET_DISTRIBUTOR,
                             error, "is no known distributor");
    }
    if (party->outlet != NULL) {
        party->outlet_id = known(work, SETTLE_DIM_OUTLET, party->outlet);
        if (party->outlet_id == 0)
            return turn_down(work, party, SETTLE_REJECT_UNKNOWN_OUTLET, MANAGER_OUTLET, error,
                             "is no known outlet");
    }
    return TRUE;
}

/* Rows whose parent is neither known nor a row that stays; taking one out may take out others. */
static gboolean
resolve_parents(SettlePartyWork *work, GError **error)
{
    GPtrArray *rows = work->job->parties;
    gboolean changed = TRUE;
    while (changed) {
        g_autoptr(GHashTable) staying = g_hash_table_new(g_str_hash, g_str_equal);
        changed = FALSE;
        for (guint i = 0; i < rows->len; i++) {
            SettleIntakeParty *party = rows->pdata[i];
            if (!party->out)
                g_hash_table_add(staying, (gpointer) party->code);
        }
        for (guint i = 0; i < rows->len; i++) {
            SettleIntakeParty *party = rows->pdata[i];
            if (party->out || party->parent == NULL || *party->parent == '\0' ||
                known(work, SETTLE_DIM_OUTLET, party->parent) > 0 ||
                g_hash_table_contains(staying, party->parent))
                continue;
            changed = TRUE;
            if (!turn_down(work, party, SETTLE_REJECT_UNKNOWN_OUTLET, OUTLET_PARENT, error,
                           "is no known outlet, and none of this file that was accepted"))
                return FALSE;
        }
    }
    return TRUE;
}

static int32_t
id_or_new(SettleIntakeJob *job, SettleDim dim, const char *code)
{
    int32_t id;
    size_t length = strlen(code);
    if (settle_intake_codes_get(job->codes[dim], code, length, &id))
        return id;
    id = job->next_id[dim]++;
    settle_intake_codes_put(job->codes[dim], code, length, id, TRUE);
    return id;
}

static SettlePartyVersion
version_of_row(const SettleIntakeJob *job, const SettleIntakeParty *party)
{
    SettlePartyVersion version = {.valid_from = party->valid_from,
                                  .name = party->name,
                                  .batch_id = job->batch_id,
                                  .line = party->place.line};
    switch (job->kind) {
    case SETTLE_INTAKE_DISTRIBUTORS:
        version.v[0] = party->tier;
        version.v[1] = (int32_t) party->status;
        break;
    case SETTLE_INTAKE_OUTLETS:
        version.v[0] = party->distributor_id;
        version.v[1] = party->parent_id;
        break;
    case SETTLE_INTAKE_MANAGERS:
        version.v[0] = party->outlet_id;
        break;
    case SETTLE_INTAKE_PRODUCTS:
        version.v[0] = party->carrier_id;
        version.v[1] = party->class_id;
        version.v[2] = party->sales_from;
        version.v[3] = party->sales_to;
        break;
    case SETTLE_INTAKE_CARRIERS:
        version.v[0] = (int32_t) party->status;
        break;
    case SETTLE_INTAKE_ORDERS:
    case SETTLE_INTAKE_BILLS:
    case SETTLE_INTAKE_EVENTS:
    case SETTLE_INTAKE_MONTHS:
    case SETTLE_INTAKE_RECEIPTS:
    case SETTLE_N_INTAKE_KINDS:
        break;
    }
    return version;
}

static gboolean
same(const SettlePartyVersion *a, const SettlePartyVersion *b)
{
    return memcmp(a->v, b->v, sizeof a->v) == 0 && strcmp(a->name, b->name) == 0;
}

/* Walking up from the outlet on that day: comes back to it? */
static gboolean
comes_back(SettlePartyWork *work, int32_t id, SettleDay day)
{
    guint steps = g_hash_table_size(work->versions) + 1;
    const SettlePartyVersion *version = settle_party_on(work->versions, id, day);
    while (version != NULL && version->v[1] != 0 && steps-- > 0) {
        if (version->v[1] == id)
            return TRUE;
        version = settle_party_on(work->versions, version->v[1], day);
    }
    return FALSE;
}

static int
compare_days(gconstpointer a, gconstpointer b)
{
    return *(const SettleDay *) a - *(const SettleDay *) b;
}

/* A row closes a cycle if on any day while it holds the way up comes back. It is tried in place:
 * its version is put in, and the one before restored if it does not stay. */
static gboolean
closes_cycle(SettlePartyWork *work, const SettleIntakeParty *party, const GArray *days)
{
    const GArray *list = g_hash_table_lookup(work->versions, GINT_TO_POINTER(party->id));
    SettleDay until = SETTLE_DAY_MAX;
    for (guint i = list->len; i-- > 0;)
        if (g_array_index(list, SettlePartyVersion, i).valid_from > party->valid_from)
            until = g_array_index(list, SettlePartyVersion, i).valid_from;
    for (guint i = 0; i < days->len; i++) {
        SettleDay day = g_array_index(days, SettleDay, i);
        if (day >= party->valid_from && day < until && comes_back(work, party->id, day))
            return TRUE;
    }
    return FALSE;
}

void
settle_party_put(SettlePartyWork *work, SettleIntakeParty *party)
{
    SettlePartyVersion version = version_of_row(work->job, party);
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

static GArray *
all_days(SettlePartyWork *work)
{
    GArray *days = g_array_new(FALSE, FALSE, sizeof(SettleDay));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GHashTableIter iter;
    gpointer list;
    g_hash_table_iter_init(&iter, work->versions);
    while (g_hash_table_iter_next(&iter, NULL, &list))
        for (guint i = 0; i < ((GArray *) list)->len; i++) {
            SettleDay day = g_array_index((GArray *) list, SettlePartyVersion, i).valid_from;
            if (g_hash_table_add(seen, GINT_TO_POINTER(day)))
                g_array_append_val(days, day);
        }
    for (guint i = 0; i < work->job->parties->len; i++) {
        const SettleIntakeParty *party = work->job->parties->pdata[i];
        if (g_hash_table_add(seen, GINT_TO_POINTER(party->valid_from)))
            g_array_append_val(days, party->valid_from);
    }
    g_array_sort(days, compare_days);
    return days;
}

/* Repeats, conflicts, and the row's version into the picture. */
static gboolean
place_row(SettlePartyWork *work, SettleIntakeParty *party, const GArray *days, GError **error)
{
    SettleIntakeJob *job = work->job;
    int32_t id;
    g_autofree char *message = NULL;
    SettlePartyVersion version;
    const SettlePartyVersion *before = NULL;
    if (party->parent != NULL && *party->parent != '\0')
        party->parent_id = id_or_new(job, SETTLE_DIM_OUTLET, party->parent);
    if (party->class != NULL) {
        party->class_id = id_or_new(job, SETTLE_DIM_CLASS, party->class);
        if (party->class_id > G_MAXINT16)
            return turn_down(work, party, SETTLE_REJECT_TOO_MANY_CODES, PRODUCT_CLASS, error,
                             "is new, and 32767 codes are the limit");
    }
    party->id = id = id_or_new(job, work->dim, party->code);
    version = version_of_row(job, party);
    before = settle_party_on(work->versions, id, party->valid_from);
    if (before != NULL && before->valid_from != party->valid_from)
        before = NULL;
    if (before != NULL && same(before, &version)) {
        party->out = TRUE;
        job->repeated++;
        return TRUE;
    }
    if (before != NULL && before->batch_id == job->batch_id) {
        message = g_strdup_printf("line %d says otherwise for the same day", before->line);
        return turn_down(work, party, SETTLE_REJECT_CONFLICT, -1, error, message);
    }
    settle_party_put(work, party);
    if (job->kind == SETTLE_INTAKE_OUTLETS && party->parent_id != 0 &&
        closes_cycle(work, party, days))
        return settle_party_turn_down(work, party, SETTLE_REJECT_CYCLE, OUTLET_PARENT, error,
                                      "would put the outlet below itself");
    return TRUE;
}

/* Gives the ids of the rows that stayed: the ones given while checking are forgotten, so that a
 * code is known only if a version of it is there. */
static gboolean
number_again(SettlePartyWork *work, const int32_t *first_new, GError **error)
{
    SettleIntakeJob *job = work->job;
    const SettleDim dims[] = {work->dim, SETTLE_DIM_CLASS};
    for (size_t i = 0; i < G_N_ELEMENTS(dims); i++) {
        job->next_id[dims[i]] = first_new[dims[i]];
        if (!load_codes(job, dims[i], error))
            return FALSE;
    }
    for (guint i = 0; i < job->parties->len; i++) {
        SettleIntakeParty *party = job->parties->pdata[i];
        if (party->out)
            continue;
        party->id = id_or_new(job, work->dim, party->code);
        if (party->parent_id != 0)
            party->parent_id = id_or_new(job, SETTLE_DIM_OUTLET, party->parent);
        if (party->class != NULL)
            party->class_id = id_or_new(job, SETTLE_DIM_CLASS, party->class);
    }
    return TRUE;
}

/* In the order of the tables' keys (sql/tables.ini). */
static int
compare_versions(gconstpointer a, gconstpointer b)
{
    const SettleIntakeParty *x = *(const SettleIntakeParty *const *) a;
    const SettleIntakeParty *y = *(const SettleIntakeParty *const *) b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->valid_from < y->valid_from ? -1 : x->valid_from > y->valid_from;
}

static gboolean
copy_versions(SettlePartyWork *work, GError **error)
{
    SettleIntakeJob *job = work->job;
    g_autoptr(SettleWriter) writer = settle_store_copy_in(job->store, kinds[job->kind].copy, error);
    if (writer == NULL)
        return FALSE;
    g_ptr_array_sort(job->parties, compare_versions);
    for (guint i = 0; i < job->parties->len; i++) {
        const SettleIntakeParty *party = job->parties->pdata[i];
        if (party->out)
            continue;
        SettlePartyVersion version = version_of_row(job, party);
        if (!settle_writer_row(writer, 4 + (int) strlen(kinds[job->kind].columns), error))
            return FALSE;
        settle_writer_i32(writer, party->id);
        settle_writer_day(writer, party->valid_from);
        settle_writer_i32(writer, job->batch_id);
        settle_writer_text(writer, party->name, strlen(party->name));
        for (size_t c = 0; kinds[job->kind].columns[c] != '\0'; c++) {
            char type = kinds[job->kind].columns[c];

            if (type == 's')
                settle_writer_i16(writer, (int16_t) version.v[c]);
            else if (type == 'd')
                settle_writer_day(writer, version.v[c]);
            else
                settle_writer_i32(writer, version.v[c]);
        }
        job->accepted++;
    }
    return settle_writer_finish(g_steal_pointer(&writer), error) &&
           settle_failpoint(INTAKE_PARTIES_COPIED, error);
}

gboolean
settle_intake_write_parties(SettleIntakeJob *job, GError **error)
{
    g_auto(SettlePartyWork) work = {
        .job = job,
        .dim = kinds[job->kind].dim,
        .versions = settle_party_versions_new(),
    };
    const SettleDim dims[] = {SETTLE_DIM_CARRIER, SETTLE_DIM_DISTRIBUTOR, SETTLE_DIM_OUTLET,
                              SETTLE_DIM_MANAGER, SETTLE_DIM_PRODUCT,     SETTLE_DIM_CLASS};
    for (size_t i = 0; i < G_N_ELEMENTS(dims); i++)
        if (!load_codes(job, dims[i], error))
            return FALSE;
    int32_t first_new[SETTLE_N_DIMS];
    memcpy(first_new, job->next_id, sizeof first_new);
    if (!settle_party_load(job, job->kind, work.versions, error))
        return FALSE;
    for (guint i = 0; i < job->parties->len; i++)
        if (!resolve(&work, job->parties->pdata[i], error))
            return FALSE;
    if (!resolve_parents(&work, error))
        return FALSE;
    g_autoptr(GArray) days = all_days(&work);
    for (guint i = 0; i < job->parties->len; i++) {
        SettleIntakeParty *party = job->parties->pdata[i];
        if (!party->out && !place_row(&work, party, days, error))
            return FALSE;
    }
    if ((job->kind == SETTLE_INTAKE_OUTLETS && !settle_parties_check_outlets(&work, error)) ||
        (job->kind == SETTLE_INTAKE_MANAGERS && !settle_parties_check_managers(&work, error)))
        return FALSE;
    return number_again(&work, first_new, error) && copy_versions(&work, error);
}
