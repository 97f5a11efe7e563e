/* Which outlets and managers of a file do not belong where it puts them. An outlet is of its
 * parent's distributor, and a manager's outlets are all of one distributor: else orders would earn
 * for the outlet of another. It is asked of every day, because a row may come late, or the outlet
 * above be the one that moves. */
#include "intake/write-parties.h"

#include <string.h>

/* Where something does not fit. */
typedef struct {
    SettleDay day;
    int32_t outlet, distributor;
} Place;

/* --- spans ---------------------------------------------------------------------------------- */

static guint
n_versions(SettlePartyVersions *versions, int32_t id, const SettlePartyVersion **ret_versions)
{
    const GArray *list = g_hash_table_lookup(versions, GINT_TO_POINTER(id));

    *ret_versions = list == NULL ? NULL : (const SettlePartyVersion *) (const void *) list->data;
    return list == NULL ? 0 : list->len;
}

static SettleDay
until(const SettlePartyVersion *versions, guint i, guint n)
{
    return i + 1 < n ? versions[i + 1].valid_from : SETTLE_DAY_MAX;
}

/* Before an outlet is known it is that of whom it will be. */
static SettleDay
since(const SettlePartyVersion *versions, guint i)
{
    return i == 0 ? SETTLE_DAY_MIN : versions[i].valid_from;
}

/* The day on which the version that begins with a row ends. */
static SettleDay
row_until(SettlePartyVersions *versions, const SettleIntakeParty *party)
{
    const SettlePartyVersion *list;
    guint n = n_versions(versions, party->id, &list);

    for (guint i = 0; i < n; i++)
        if (list[i].valid_from == party->valid_from)
            return until(list, i, n);
    return SETTLE_DAY_MAX;
}

/* Is the outlet of another distributor on some day of [from, to)? */
static gboolean
is_anothers(SettlePartyVersions *outlets, int32_t outlet, SettleDay from, SettleDay to,
            int32_t distributor, Place *ret_place)
{
    const SettlePartyVersion *list;
    guint n = n_versions(outlets, outlet, &list);

    for (guint i = 0; i < n; i++)
        if (list[i].v[0] != distributor && since(list, i) < to && until(list, i, n) > from) {
            *ret_place = (Place){MAX(from, since(list, i)), outlet, list[i].v[0]};
            return TRUE;
        }
    return FALSE;
}

/* The distributor of a manager's first outlet; 0: none yet. Another one later: in *ret_place. */
static int32_t
distributor_of(SettlePartyVersions *managers, SettlePartyVersions *outlets, int32_t manager,
               gboolean *ret_leaves, Place *ret_place)
{
    const SettlePartyVersion *list, *of;
    guint n = n_versions(managers, manager, &list);
    int32_t distributor = 0;

    *ret_leaves = FALSE;
    for (guint i = 0; i < n && !*ret_leaves; i++) {
        SettleDay from = list[i].valid_from, to = until(list, i, n);
        guint n_of = n_versions(outlets, list[i].v[0], &of);

        for (guint k = 0; k < n_of && distributor == 0; k++)
            if (since(of, k) < to && until(of, k, n_of) > from)
                distributor = of[k].v[0];
        *ret_leaves = distributor != 0 &&
                      is_anothers(outlets, list[i].v[0], from, to, distributor, ret_place);
    }
    return distributor;
}

/* --- messages ------------------------------------------------------------------------------- */

static const char *
code(SettlePartyWork *work, SettleDim dim, int32_t id)
{
    return settle_party_code(work, dim, id);
}

static gboolean
turn_down_leaving(SettlePartyWork *work, SettleIntakeParty *party, int column, int32_t manager,
                  int32_t distributor, const Place *place, GError **error)
{
    char day[SETTLE_DAY_TEXT_BYTES];
    g_autofree char *message = NULL;

    if (place->day == SETTLE_DAY_MAX)
        message = g_strdup_printf(
            "orders of manager %s were taken in under distributor %s, and outlet %s is one of %s",
            code(work, SETTLE_DIM_MANAGER, manager),
            code(work, SETTLE_DIM_DISTRIBUTOR, distributor),
            code(work, SETTLE_DIM_OUTLET, place->outlet),
            code(work, SETTLE_DIM_DISTRIBUTOR, place->distributor));
    else
        message = g_strdup_printf(
            "manager %s is one of distributor %s, and on %s outlet %s is one of %s",
            code(work, SETTLE_DIM_MANAGER, manager),
            code(work, SETTLE_DIM_DISTRIBUTOR, distributor), settle_day_format(place->day, day),
            code(work, SETTLE_DIM_OUTLET, place->outlet),
            code(work, SETTLE_DIM_DISTRIBUTOR, place->distributor));
    return settle_party_turn_down(work, party, SETTLE_REJECT_MANAGER_LEAVES, column, error,
                                  message);
}

static gboolean
turn_down_parent(SettlePartyWork *work, SettleIntakeParty *party, int32_t outlet,
                 const char *relation, const Place *place, GError **error)
{
    char day[SETTLE_DAY_TEXT_BYTES];
    g_autofree char *message =
        g_strdup_printf("is one of distributor %s, and on %s outlet %s, %s, is one of %s",
                        code(work, SETTLE_DIM_DISTRIBUTOR, party->distributor_id),
                        settle_day_format(place->day, day), code(work, SETTLE_DIM_OUTLET, outlet),
                        relation, code(work, SETTLE_DIM_DISTRIBUTOR, place->distributor));

    return settle_party_turn_down(
        work, party, SETTLE_REJECT_OTHER_DISTRIBUTOR,
        strcmp(relation, "above it") == 0 ? OUTLET_PARENT : OUTLET_DISTRIBUTOR, error, message);
}

/* --- managers ------------------------------------------------------------------------------- */

static gboolean
has_orders(SettleIntakeJob *job, int32_t manager, int32_t distributor, gboolean *ret_has,
           GError **error)
{
    g_autoptr(SettleResult) result = settle_store_query(
        job->store, settle_sql_intake_manager_has_orders, error, "ii", distributor, manager);

    if (result == NULL)
        return FALSE;
    *ret_has = settle_result_rows(result) > 0;
    return TRUE;
}

/* The first outlet of a manager who has one. */
static Place
first_place(SettlePartyVersions *managers, int32_t manager, int32_t distributor)
{
    const SettlePartyVersion *list;
    guint n = n_versions(managers, manager, &list);

    settle_invariant(n > 0 && list != NULL);
    return (Place){list[0].valid_from, list[0].v[0], distributor};
}

/* Is the manager of one distributor, as things stand in the picture? before: of whom it was until
 * now (0: of nobody); a slip may be corrected as long as no order came through the manager. */
static gboolean
fits(SettlePartyWork *work, SettlePartyVersions *managers, SettlePartyVersions *outlets,
     int32_t manager, int32_t before, gboolean *ret_fits, int32_t *ret_distributor,
     Place *ret_place, GError **error)
{
    gboolean leaves, has = FALSE;
    int32_t now = distributor_of(managers, outlets, manager, &leaves, ret_place);

    if (before != 0 && now != 0 && now != before) {
        *ret_place = first_place(managers, manager, now);
        if (!leaves) {
            ret_place->day = SETTLE_DAY_MAX; /* it is the orders that do not fit */
            if (!has_orders(work->job, manager, before, &has, error))
                return FALSE;
        }
    }
    *ret_fits = !leaves && !has;
    *ret_distributor = before != 0 ? before : now;
    return TRUE;
}

static int
compare_rows(gconstpointer a, gconstpointer b)
{
    const SettleIntakeParty *x = *(SettleIntakeParty *const *) a,
                            *y = *(SettleIntakeParty *const *) b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    if (x->valid_from != y->valid_from)
        return x->valid_from < y->valid_from ? -1 : 1;
    return x->place.line - y->place.line;
}

/* The rows of one manager: all of them, or else one by one by their days. */
static gboolean
check_manager_rows(SettlePartyWork *work, SettlePartyVersions *outlets, SettleIntakeParty **rows,
                   guint n, GError **error)
{
    int32_t id = rows[0]->id, before, distributor;
    gboolean good, leaves;
    Place place;

    for (guint i = n; i-- > 0;)
        settle_party_take_back(work, rows[i]);
    before = distributor_of(work->versions, outlets, id, &leaves, &place);
    for (guint i = 0; i < n; i++)
        settle_party_put(work, rows[i]);
    if (!fits(work, work->versions, outlets, id, before, &good, &distributor, &place, error))
        return FALSE;
    if (good)
        return TRUE;
    for (guint i = n; i-- > 0;)
        settle_party_take_back(work, rows[i]);
    for (guint i = 0; i < n; i++) {
        settle_party_put(work, rows[i]);
        if (!fits(work, work->versions, outlets, id, before, &good, &distributor, &place, error) ||
            (!good &&
             !turn_down_leaving(work, rows[i], MANAGER_OUTLET, id, distributor, &place, error)))
            return FALSE;
    }
    return TRUE;
}

gboolean
settle_parties_check_managers(SettlePartyWork *work, GError **error)
{
    g_autoptr(GHashTable) outlets = settle_party_versions_new();
    g_autoptr(GPtrArray) rows = g_ptr_array_new();

    for (guint i = 0; i < work->job->parties->len; i++) {
        SettleIntakeParty *party = work->job->parties->pdata[i];

        if (!party->out)
            g_ptr_array_add(rows, party);
    }
    if (rows->len == 0)
        return TRUE;
    if (!settle_party_load(work->job, SETTLE_FILE_OUTLETS, outlets, error))
        return FALSE;
    g_ptr_array_sort(rows, compare_rows);
    for (guint i = 0, n; i < rows->len; i += n) {
        SettleIntakeParty **first = (SettleIntakeParty **) &rows->pdata[i];

        for (n = 1; i + n < rows->len && first[n]->id == first[0]->id;)
            n++;
        if (!check_manager_rows(work, outlets, first, n, error))
            return FALSE;
    }
    return TRUE;
}

/* --- outlets -------------------------------------------------------------------------------- */

/* What is below and in outlets that change distributors: asked for only where one does. */
typedef struct {
    GHashTable *changing;            /* ids of outlets of more than one distributor */
    GHashTable *children, *managers; /* outlet -> GArray of ids that are ever below, or in it */
    SettlePartyVersions *manager_versions, *before; /* before: outlets without the file's rows */
} Below;

static void
below_clear(Below *below)
{
    g_clear_pointer(&below->changing, g_hash_table_unref);
    g_clear_pointer(&below->children, g_hash_table_unref);
    g_clear_pointer(&below->managers, g_hash_table_unref);
    g_clear_pointer(&below->manager_versions, g_hash_table_unref);
    g_clear_pointer(&below->before, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Below, below_clear)

static void
free_ids(gpointer ids)
{
    g_array_unref(ids);
}

/* By what they ever refer to in column v: which ids do. */
static GHashTable *
turned_round(SettlePartyVersions *versions, int v)
{
    GHashTable *table = g_hash_table_new_full(NULL, NULL, NULL, free_ids);
    GHashTableIter iter;
    gpointer id, value;

    g_hash_table_iter_init(&iter, versions);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const GArray *list = value;
        int32_t own = GPOINTER_TO_INT(id), last = 0;

        for (guint i = 0; i < list->len; i++) {
            int32_t to = g_array_index(list, SettlePartyVersion, i).v[v];
            GArray *ids = g_hash_table_lookup(table, GINT_TO_POINTER(to));

            if (to == 0 || to == last)
                continue;
            last = to;
            if (ids == NULL) {
                ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
                g_hash_table_insert(table, GINT_TO_POINTER(to), ids);
            }
            g_array_append_val(ids, own);
        }
    }
    return table;
}

static gboolean
load_below(SettlePartyWork *work, Below *below, GError **error)
{
    GPtrArray *rows = work->job->parties;

    below->before = settle_party_versions_new();
    if (!settle_party_load(work->job, SETTLE_FILE_OUTLETS, below->before, error))
        return FALSE;
    below->changing = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < rows->len; i++) {
        const SettleIntakeParty *party = rows->pdata[i];
        Place place;

        if (!party->out && (is_anothers(work->versions, party->id, SETTLE_DAY_MIN, SETTLE_DAY_MAX,
                                        party->distributor_id, &place) ||
                            is_anothers(below->before, party->id, SETTLE_DAY_MIN, SETTLE_DAY_MAX,
                                        party->distributor_id, &place)))
            g_hash_table_add(below->changing, GINT_TO_POINTER(party->id));
    }
    if (g_hash_table_size(below->changing) == 0)
        return TRUE;
    below->manager_versions = settle_party_versions_new();
    if (!settle_party_load(work->job, SETTLE_FILE_MANAGERS, below->manager_versions, error))
        return FALSE;
    below->children = turned_round(work->versions, 1);
    below->managers = turned_round(below->manager_versions, 0);
    return TRUE;
}

/* Is an outlet that is below this one while the row holds another distributor's? */
static gboolean
child_is_anothers(SettlePartyWork *work, const Below *below, const SettleIntakeParty *party,
                  int32_t *ret_child, Place *ret_place)
{
    const GArray *ids = g_hash_table_lookup(below->children, GINT_TO_POINTER(party->id));
    SettleDay to = row_until(work->versions, party);

    for (guint i = 0; ids != NULL && i < ids->len; i++) {
        const SettlePartyVersion *list;
        int32_t child = g_array_index(ids, int32_t, i);
        guint n = n_versions(work->versions, child, &list);

        for (guint k = 0; k < n; k++) {
            SettleDay from = MAX(list[k].valid_from, party->valid_from),
                      end = MIN(until(list, k, n), to);

            if (list[k].v[1] != party->id || list[k].v[0] == party->distributor_id || from >= end)
                continue;
            *ret_child = child;
            *ret_place = (Place){from, child, list[k].v[0]};
            return TRUE;
        }
    }
    return FALSE;
}

/* Does a manager that is in this outlet while the row holds not belong to its distributor? */
static gboolean
manager_leaves(SettlePartyWork *work, const Below *below, const SettleIntakeParty *party,
               gboolean *ret_leaves, int32_t *ret_manager, int32_t *ret_distributor,
               Place *ret_place, GError **error)
{
    const GArray *ids = g_hash_table_lookup(below->managers, GINT_TO_POINTER(party->id));
    SettleDay to = row_until(work->versions, party);

    *ret_leaves = FALSE;
    for (guint i = 0; ids != NULL && i < ids->len; i++) {
        const SettlePartyVersion *list;
        int32_t manager = g_array_index(ids, int32_t, i), before;
        guint n = n_versions(below->manager_versions, manager, &list);
        gboolean leaves, good, is_here = FALSE;
        Place place;

        before = distributor_of(below->manager_versions, below->before, manager, &leaves, &place);
        for (guint k = 0; k < n && !is_here; k++)
            is_here = list[k].v[0] == party->id && list[k].valid_from < to &&
                      until(list, k, n) > party->valid_from;
        if (!is_here)
            continue;
        if (!fits(work, below->manager_versions, work->versions, manager, before, &good,
                  ret_distributor, &place, error))
            return FALSE;
        if (good || *ret_distributor == party->distributor_id)
            continue;
        *ret_leaves = TRUE;
        *ret_manager = manager;
        *ret_place = (Place){place.day == SETTLE_DAY_MAX ? SETTLE_DAY_MAX : party->valid_from,
                             party->id, party->distributor_id};
        return TRUE;
    }
    return TRUE;
}

/* What is wrong with a row; which is said once all have been looked at. */
typedef struct {
    SettleIntakeParty *party;
    enum { NOT_YET, PARENT, CHILD, MANAGER } what;
    int32_t who, distributor;
    Place place;
} Fault;

static gboolean
turn_down_all(SettlePartyWork *work, const GArray *faults, GError **error)
{
    for (guint i = 0; i < faults->len; i++) {
        const Fault *fault = &g_array_index(faults, Fault, i);
        gboolean done = FALSE;

        switch (fault->what) {
        case NOT_YET:
            done = settle_party_turn_down(
                work, fault->party, SETTLE_REJECT_NOT_YET_VALID, OUTLET_PARENT, error,
                "does not hold yet on the day from which the outlet holds");
            break;
        case PARENT:
            done =
                turn_down_parent(work, fault->party, fault->who, "above it", &fault->place, error);
            break;
        case CHILD:
            done =
                turn_down_parent(work, fault->party, fault->who, "below it", &fault->place, error);
            break;
        case MANAGER:
            done = turn_down_leaving(work, fault->party, OUTLET_DISTRIBUTOR, fault->who,
                                     fault->distributor, &fault->place, error);
            break;
        }
        if (!done)
            return FALSE;
    }
    return TRUE;
}

/* Rows whose parent is not there, or another distributor's. */
static GArray *
find_above(SettlePartyWork *work)
{
    GPtrArray *rows = work->job->parties;
    GArray *faults = g_array_new(FALSE, FALSE, sizeof(Fault));

    for (guint i = 0; i < rows->len; i++) {
        SettleIntakeParty *party = rows->pdata[i];
        Fault fault = {.party = party, .what = NOT_YET, .who = party->parent_id};

        if (party->out || party->parent_id == 0)
            continue;
        if (settle_party_on(work->versions, party->parent_id, party->valid_from) != NULL) {
            fault.what = PARENT;
            if (!is_anothers(work->versions, party->parent_id, party->valid_from,
                             row_until(work->versions, party), party->distributor_id, &fault.place))
                continue;
        }
        g_array_append_val(faults, fault);
    }
    return faults;
}

/* Rows that take what is below or in the outlet to another distributor. NULL: error. */
static GArray *
find_below(SettlePartyWork *work, const Below *below, GError **error)
{
    GPtrArray *rows = work->job->parties;
    g_autoptr(GArray) faults = g_array_new(FALSE, FALSE, sizeof(Fault));

    for (guint i = 0; i < rows->len; i++) {
        SettleIntakeParty *party = rows->pdata[i];
        Fault fault = {.party = party, .what = CHILD};
        gboolean leaves = FALSE;

        if (party->out || !g_hash_table_contains(below->changing, GINT_TO_POINTER(party->id)))
            continue;
        if (!child_is_anothers(work, below, party, &fault.who, &fault.place)) {
            fault.what = MANAGER;
            if (!manager_leaves(work, below, party, &leaves, &fault.who, &fault.distributor,
                                &fault.place, error))
                return NULL;
            if (!leaves)
                continue;
        }
        g_array_append_val(faults, fault);
    }
    return g_steal_pointer(&faults);
}

/* Taking rows out may take the ground from under others: until nothing changes. Each time all rows
 * are looked at before any is taken out, so that their order decides nothing. */
gboolean
settle_parties_check_outlets(SettlePartyWork *work, GError **error)
{
    g_auto(Below) below = {0};

    if (!load_below(work, &below, error))
        return FALSE;
    for (;;) {
        g_autoptr(GArray) above = find_above(work);
        g_autoptr(GArray) under = NULL;

        if (!turn_down_all(work, above, error))
            return FALSE;
        if (above->len > 0)
            continue;
        if (g_hash_table_size(below.changing) == 0)
            return TRUE;
        under = find_below(work, &below, error);
        if (under == NULL || !turn_down_all(work, under, error))
            return FALSE;
        if (under->len == 0)
            return TRUE;
    }
}
