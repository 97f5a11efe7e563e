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

static gboolean
load_codes(SettleIntakeJob *job, SettleDim dim, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(job->store, settle_sql_intake_codes, "i", (int32_t) dim);
    settle_intake_codes_free(job->codes[dim]);
    job->codes[dim] = settle_intake_codes_new();
    while (settle_reader_next(reader)) {
        size_t length;
        const char *code = settle_reader_text(reader, SQL_INTAKE_CODES_CODE, &length);
        settle_intake_codes_put(job->codes[dim], code, length,
                                settle_reader_i32(reader, SQL_INTAKE_CODES_ID), FALSE);
        job->next_id[dim] =
            MAX(job->next_id[dim], settle_reader_i32(reader, SQL_INTAKE_CODES_ID) + 1);
    }
    return settle_reader_end(reader, error);
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
            return settle_party_reject(work, party, SETTLE_REJECT_UNKNOWN_CARRIER, PRODUCT_CARRIER,
                                       error, "is no known carrier");
        /* Products are keyed with their carrier. */
        g_autofree char *key = g_strconcat(party->carrier, "\x1f", party->code, NULL);
        party->code = settle_arena_strndup(work->job->arena, key, strlen(key));
    }
    if (party->distributor != NULL) {
        party->distributor_id = known(work, SETTLE_DIM_DISTRIBUTOR, party->distributor);
        if (party->distributor_id == 0)
            return settle_party_reject(work, party, SETTLE_REJECT_UNKNOWN_DISTRIBUTOR,
                                       OUTLET_DISTRIBUTOR, error, "is no known distributor");
    }
    if (party->outlet != NULL) {
        party->outlet_id = known(work, SETTLE_DIM_OUTLET, party->outlet);
        if (party->outlet_id == 0)
            return settle_party_reject(work, party, SETTLE_REJECT_UNKNOWN_OUTLET, MANAGER_OUTLET,
                                       error, "is no known outlet");
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
            if (!settle_party_reject(work, party, SETTLE_REJECT_UNKNOWN_OUTLET, OUTLET_PARENT,
                                     error,
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

/* Repeats, conflicts, and the row's version into the picture. What a later night says is not known
 * yet on this one's. */
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
            return settle_party_reject(work, party, SETTLE_REJECT_TOO_MANY_CODES, PRODUCT_CLASS,
                                       error, "is new, and 32767 codes are the limit");
    }
    party->id = id = id_or_new(job, work->dim, party->code);
    version = settle_party_version(job, party);
    before = settle_party_on(work->versions, id, party->valid_from);
    if (before != NULL && before->valid_from != party->valid_from)
        before = NULL;
    if (before != NULL && !settle_intake_is_later(job, before->batch_id) &&
        same(before, &version)) {
        party->out = TRUE;
        job->repeated++;
        return TRUE;
    }
    if (before != NULL && before->batch_id == job->batch_id) {
        message = g_strdup_printf("line %d says otherwise for the same day", before->line);
        return settle_party_reject(work, party, SETTLE_REJECT_CONFLICT, -1, error, message);
    }
    settle_party_put(work, party);
    if (job->kind == SETTLE_FILE_OUTLETS && party->parent_id != 0 &&
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
    g_autoptr(SettleWriter) writer =
        settle_store_copy_in(job->store, settle_party_kinds[job->kind]->copy, error);
    if (writer == NULL)
        return FALSE;
    g_ptr_array_sort(job->parties, compare_versions);
    for (guint i = 0; i < job->parties->len; i++) {
        const SettleIntakeParty *party = job->parties->pdata[i];
        if (party->out)
            continue;
        SettlePartyVersion version = settle_party_version(job, party);
        if (!settle_writer_row(writer, 4 + (int) strlen(settle_party_kinds[job->kind]->columns),
                               error))
            return FALSE;
        settle_writer_i32(writer, party->id);
        settle_writer_day(writer, party->valid_from);
        settle_writer_i32(writer, job->batch_id);
        settle_writer_text(writer, party->name, strlen(party->name));
        for (size_t c = 0; settle_party_kinds[job->kind]->columns[c] != '\0'; c++) {
            char type = settle_party_kinds[job->kind]->columns[c];

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
        .dim = settle_party_kinds[job->kind]->dim,
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
    if ((job->kind == SETTLE_FILE_OUTLETS && !settle_parties_check_outlets(&work, error)) ||
        (job->kind == SETTLE_FILE_MANAGERS && !settle_parties_check_managers(&work, error)))
        return FALSE;
    return number_again(&work, first_new, error) && copy_versions(&work, error);
}
