/* Master data by id and day: versions of distributors, outlets, managers, products and carriers,
 * and their look-up by code. */
#include "model/directory.h"

#include "base/error.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>

#define MOST_CODES 100000000 /* as the database has it: ids index arrays */

/* One version of a party or product. What a and b are depends on the dimension:
 *   carrier: -, status; distributor: tier, status; outlet: distributor, parent; manager: outlet;
 *   product: carrier, class, and its first and last day of sale in c and d */
typedef struct {
    int32_t id;
    SettleDay valid_from;
    guint32 added; /* of two versions of a day the later added holds */
    int32_t a, b, c, d;
} Version;

typedef struct {
    const char *code;
    size_t length;
    int32_t name_space; /* a product's carrier; 0 else */
    int32_t id;         /* 0: free place */
} CodeSlot;

typedef struct {
    GArray *codes;   /* char * by id (may be NULL) */
    CodeSlot *slots; /* open addressing over (name space, code) */
    guint n_slots, n_used;
    GArray *versions; /* Version, sorted by id, day, added when sealed */
    guint32 *first;   /* by id: index of its first version; first[id + 1] ends it */
    int32_t max_id;
} Dim;

struct SettleDirectory {
    Dim dims[SETTLE_N_DIMS];
    gboolean sealed;
    gboolean any_ended; /* some distributor has ended: mostly none */
};

SettleDirectory *
settle_directory_new(void)
{
    SettleDirectory *directory = g_new0(SettleDirectory, 1);

    for (int d = 1; d < SETTLE_N_DIMS; d++) {
        directory->dims[d].codes = g_array_new(FALSE, TRUE, sizeof(char *));
        directory->dims[d].versions = g_array_new(FALSE, FALSE, sizeof(Version));
        directory->dims[d].n_slots = 64;
        directory->dims[d].slots = g_new0(CodeSlot, 64);
    }
    return directory;
}

void
settle_directory_free(SettleDirectory *directory)
{
    for (int d = 1; d < SETTLE_N_DIMS; d++) {
        Dim *dim = &directory->dims[d];

        for (guint i = 0; i < dim->codes->len; i++)
            g_free(g_array_index(dim->codes, char *, i));
        g_array_unref(dim->codes);
        g_array_unref(dim->versions);
        g_free(dim->slots);
        g_free(dim->first);
    }
    g_free(directory);
}

/* --- codes ---------------------------------------------------------------------------------- */

static guint64
hash_code(int32_t name_space, const char *code, size_t length)
{
    guint64 h = G_GUINT64_CONSTANT(0xcbf29ce484222325) ^ (guint32) name_space;

    for (size_t i = 0; i < length; i++)
        h = (h ^ (guint8) code[i]) * G_GUINT64_CONSTANT(0x100000001b3);
    return h ^ h >> 29;
}

static CodeSlot *
find_slot(const Dim *dim, int32_t name_space, const char *code, size_t length)
{
    guint place = (guint) hash_code(name_space, code, length) & (dim->n_slots - 1);

    for (;;) {
        CodeSlot *slot = &dim->slots[place];

        if (slot->id == 0 || (slot->name_space == name_space && slot->length == length &&
                              memcmp(slot->code, code, length) == 0))
            return slot;
        place = (place + 1) & (dim->n_slots - 1);
    }
}

static void
grow(Dim *dim)
{
    CodeSlot *old = dim->slots;
    guint n = dim->n_slots;

    dim->n_slots = n * 2;
    dim->slots = g_new0(CodeSlot, dim->n_slots);
    for (guint i = 0; i < n; i++)
        if (old[i].id != 0)
            *find_slot(dim, old[i].name_space, old[i].code, old[i].length) = old[i];
    g_free(old);
}

/* Products are "CARRIER\x1fPRODUCT" in the database: their carrier is the name space here. */
static void
add_code(Dim *dim, int32_t id, int32_t name_space, const char *code, size_t length)
{
    CodeSlot *slot;

    settle_invariant(id > 0 && id <= MOST_CODES);
    if ((guint) id >= dim->codes->len)
        g_array_set_size(dim->codes, (guint) id + 1);
    settle_invariant(g_array_index(dim->codes, char *, id) == NULL);
    g_array_index(dim->codes, char *, id) = g_strndup(code, length);
    dim->max_id = MAX(dim->max_id, id);
    if (dim->n_used * 2 >= dim->n_slots)
        grow(dim);
    slot = find_slot(dim, name_space, code, length);
    settle_invariant(slot->id == 0);
    *slot = (CodeSlot){g_array_index(dim->codes, char *, id), length, name_space, id};
    dim->n_used++;
}

void
settle_directory_add_code(SettleDirectory *directory, SettleDim dim, int32_t id, const char *code,
                          size_t length)
{
    int32_t name_space = 0;

    settle_invariant((int) dim > 0 && dim < SETTLE_N_DIMS);
    if (dim == SETTLE_DIM_PRODUCT) {
        const char *separator = memchr(code, '\x1f', length);
        size_t carrier_length;

        settle_invariant(separator != NULL);
        carrier_length = (size_t) (separator - code);
        name_space = settle_directory_id(directory, SETTLE_DIM_CARRIER, code, carrier_length);
        settle_invariant(name_space != 0); /* carriers are added before their products */
        code = separator + 1;
        length -= carrier_length + 1;
    }
    add_code(&directory->dims[dim], id, name_space, code, length);
}

int32_t
settle_directory_id(const SettleDirectory *directory, SettleDim dim, const char *code,
                    size_t length)
{
    return find_slot(&directory->dims[dim], 0, code, length)->id;
}

int32_t
settle_directory_product(const SettleDirectory *directory, int32_t carrier_id, const char *code,
                         size_t length)
{
    return find_slot(&directory->dims[SETTLE_DIM_PRODUCT], carrier_id, code, length)->id;
}

const char *
settle_directory_code(const SettleDirectory *directory, SettleDim dim, int32_t id)
{
    const Dim *d = &directory->dims[dim];

    return id > 0 && (guint) id < d->codes->len ? g_array_index(d->codes, char *, id) : NULL;
}

int32_t
settle_directory_max_id(const SettleDirectory *directory, SettleDim dim)
{
    return directory->dims[dim].max_id;
}

/* --- versions ------------------------------------------------------------------------------- */

static void
add_version(SettleDirectory *directory, SettleDim dim, int32_t id, SettleDay valid_from, int32_t a,
            int32_t b)
{
    GArray *versions = directory->dims[dim].versions;
    Version version = {id, valid_from, versions->len, a, b, SETTLE_DAY_MIN, SETTLE_DAY_MAX};

    settle_invariant(!directory->sealed && id > 0 && id <= MOST_CODES);
    directory->dims[dim].max_id = MAX(directory->dims[dim].max_id, id);
    g_array_append_val(versions, version);
}

void
settle_directory_add_distributor(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                 int16_t tier, SettlePartyStatus status)
{
    add_version(directory, SETTLE_DIM_DISTRIBUTOR, id, valid_from, tier, (int32_t) status);
    directory->any_ended = directory->any_ended || status == SETTLE_PARTY_ENDED;
}

void
settle_directory_add_outlet(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                            int32_t distributor_id, int32_t parent_id)
{
    add_version(directory, SETTLE_DIM_OUTLET, id, valid_from, distributor_id, parent_id);
}

void
settle_directory_add_manager(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                             int32_t outlet_id)
{
    add_version(directory, SETTLE_DIM_MANAGER, id, valid_from, outlet_id, 0);
}

void
settle_directory_add_product(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                             int32_t carrier_id, int16_t class_id)
{
    add_version(directory, SETTLE_DIM_PRODUCT, id, valid_from, carrier_id, class_id);
}

void
settle_directory_add_product_sold(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                  int32_t carrier_id, int16_t class_id, SettleDay from,
                                  SettleDay to)
{
    GArray *versions = directory->dims[SETTLE_DIM_PRODUCT].versions;
    Version *version;

    add_version(directory, SETTLE_DIM_PRODUCT, id, valid_from, carrier_id, class_id);
    version = &g_array_index(versions, Version, versions->len - 1);
    version->c = from;
    version->d = to;
}

void
settle_directory_add_carrier(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                             SettlePartyStatus status)
{
    add_version(directory, SETTLE_DIM_CARRIER, id, valid_from, 0, (int32_t) status);
}

static int
compare_versions(const void *a, const void *b)
{
    const Version *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    if (x->valid_from != y->valid_from)
        return x->valid_from < y->valid_from ? -1 : 1;
    return x->added < y->added ? -1 : x->added > y->added;
}

void
settle_directory_seal(SettleDirectory *directory)
{
    for (int d = 1; d < SETTLE_N_DIMS; d++) {
        Dim *dim = &directory->dims[d];
        guint place = 0;

        if (dim->versions->len > 0)
            qsort(dim->versions->data, dim->versions->len, sizeof(Version), compare_versions);
        g_free(dim->first);
        dim->first = g_new0(guint32, (gsize) dim->max_id + 2);
        for (int32_t id = 0; id <= dim->max_id + 1; id++) {
            while (place < dim->versions->len &&
                   g_array_index(dim->versions, Version, place).id < id)
                place++;
            dim->first[id] = place;
        }
    }
    directory->sealed = TRUE;
}

/* The version that holds on the day, or NULL. */
static gboolean
begins_until(gconstpointer versions, guint at, gconstpointer day)
{
    return ((const Version *) versions)[at].valid_from <= *(const SettleDay *) day;
}

static const Version *
find_version(const SettleDirectory *directory, SettleDim dim, int32_t id, SettleDay day)
{
    const Dim *d = &directory->dims[dim];
    guint end;

    settle_invariant(directory->sealed);
    if (id <= 0 || id > d->max_id)
        return NULL;
    /* the last of those with valid_from <= day; there is mostly one */
    end = settle_lower_bound(d->versions->data, d->first[id], d->first[id + 1], &day, begins_until);
    return end > d->first[id] ? &g_array_index(d->versions, Version, end - 1) : NULL;
}

gboolean
settle_directory_holds(const SettleDirectory *directory, SettleDim dim, int32_t id, SettleDay day)
{
    return find_version(directory, dim, id, day) != NULL;
}

SettleDay
settle_directory_valid_from(const SettleDirectory *directory, SettleDim dim, int32_t id)
{
    const Dim *d = &directory->dims[dim];

    settle_invariant(directory->sealed);
    if (id <= 0 || id > d->max_id || d->first[id] == d->first[id + 1])
        return SETTLE_DAY_MAX;
    return g_array_index(d->versions, Version, d->first[id]).valid_from;
}

const char *
settle_party_status_name(SettlePartyStatus status)
{
    static const char *const names[SETTLE_N_PARTY_STATUS] = {"applied", "active", "ended"};

    settle_invariant(status < SETTLE_N_PARTY_STATUS);
    return names[status];
}

gboolean
settle_directory_status_on(const SettleDirectory *directory, SettleDim dim, int32_t id,
                           SettleDay day, SettlePartyStatus *ret_status, SettleDay *ret_since)
{
    const Version *version = find_version(directory, dim, id, day);
    const Version *first;

    if (version == NULL)
        return FALSE;
    first = &g_array_index(directory->dims[dim].versions, Version, directory->dims[dim].first[id]);
    *ret_status = (SettlePartyStatus) version->b;
    for (; version >= first && version->b == (int32_t) *ret_status; version--)
        *ret_since = version->valid_from;
    return TRUE;
}

SettleDay
settle_directory_next_version(const SettleDirectory *directory, SettleDim dim, int32_t id,
                              SettleDay day)
{
    const Dim *d = &directory->dims[dim];

    settle_invariant(directory->sealed);
    if (id <= 0 || id > d->max_id)
        return SETTLE_DAY_MAX;
    for (guint32 i = d->first[id]; i < d->first[id + 1]; i++) {
        SettleDay from = g_array_index(d->versions, Version, i).valid_from;

        if (from > day)
            return from;
    }
    return SETTLE_DAY_MAX;
}

SettleDay
settle_directory_last_status(const SettleDirectory *directory, SettleDim dim, int32_t id,
                             SettlePartyStatus *ret_status)
{
    SettleDay since = SETTLE_DAY_MAX;

    settle_invariant(
        settle_directory_status_on(directory, dim, id, SETTLE_DAY_MAX, ret_status, &since));
    return since;
}

/* Of a party of which nothing holds yet nothing is sold either. */
static gboolean
is_active(const Version *party)
{
    return party != NULL && party->b == SETTLE_PARTY_ACTIVE;
}

void
settle_directory_order_parties(const SettleDirectory *directory, const SettleOrder *order,
                               SettleOrderParties *ret_parties)
{
    const Version *product =
        find_version(directory, SETTLE_DIM_PRODUCT, order->product_id, order->closing_day);
    const Version *distributor =
        find_version(directory, SETTLE_DIM_DISTRIBUTOR, order->distributor_id, order->closing_day);

    ret_parties->carrier_id = product != NULL ? product->a : 0;
    ret_parties->class_id = product != NULL ? (int16_t) product->b : 0;
    ret_parties->tier = distributor != NULL ? (int16_t) distributor->a : 0;
    ret_parties->not_active = !is_active(distributor) ||
                              !is_active(find_version(directory, SETTLE_DIM_CARRIER,
                                                      ret_parties->carrier_id, order->closing_day));
    ret_parties->not_sold = product != NULL && (order->closing_day < product->c ||
                                                order->closing_day > product->d);
    ret_parties->ended_from = SETTLE_DAY_MAX;
    if (directory->any_ended && distributor != NULL) {
        SettlePartyStatus status;
        SettleDay from = settle_directory_last_status(directory, SETTLE_DIM_DISTRIBUTOR,
                                                      order->distributor_id, &status);

        if (status == SETTLE_PARTY_ENDED)
            ret_parties->ended_from = from;
    }
    ret_parties->outlet_id =
        order->manager_id != 0
            ? settle_directory_manager_outlet(directory, order->manager_id, order->closing_day)
            : 0;
}

gboolean
settle_directory_class_is_held(const SettleDirectory *directory, int32_t carrier_id,
                               int32_t class_id, SettleDay from, SettleDay to)
{
    const GArray *versions = directory->dims[SETTLE_DIM_PRODUCT].versions;

    settle_invariant(directory->sealed);
    for (guint i = 0; i < versions->len; i++) {
        const Version *version = &g_array_index(versions, Version, i), *next = version + 1;
        gboolean is_last = i + 1 == versions->len || next->id != version->id;

        if (version->a == carrier_id && version->b == class_id && version->valid_from <= to &&
            (is_last || (next->valid_from > from && next->valid_from > version->valid_from)))
            return TRUE;
    }
    return FALSE;
}

int32_t
settle_directory_product_carrier(const SettleDirectory *directory, int32_t product_id)
{
    const Version *product =
        find_version(directory, SETTLE_DIM_PRODUCT, product_id, SETTLE_DAY_MAX);

    return product != NULL ? product->a : 0;
}

int32_t
settle_directory_outlet_distributor(const SettleDirectory *directory, int32_t outlet_id,
                                    SettleDay day)
{
    const Version *outlet = find_version(directory, SETTLE_DIM_OUTLET, outlet_id, day);

    return outlet != NULL ? outlet->a : 0;
}

int32_t
settle_directory_outlet_parent(const SettleDirectory *directory, int32_t outlet_id, SettleDay day)
{
    const Version *outlet = find_version(directory, SETTLE_DIM_OUTLET, outlet_id, day);

    return outlet != NULL ? outlet->b : 0;
}

int32_t
settle_directory_manager_outlet(const SettleDirectory *directory, int32_t manager_id, SettleDay day)
{
    const Version *manager = find_version(directory, SETTLE_DIM_MANAGER, manager_id, day);

    return manager != NULL ? manager->a : 0;
}

/* --- comparing ------------------------------------------------------------------------------ */

/* The versions of one party or product in one directory, and which of them holds. */
typedef struct {
    const Version *next, *end, *holds; /* holds NULL: nothing yet */
} Line;

static Line
line_of(const SettleDirectory *directory, SettleDim dim, int32_t id)
{
    const Dim *d = &directory->dims[dim];
    const Version *versions = (const Version *) (const void *) d->versions->data;

    if (id > d->max_id)
        return (Line){NULL, NULL, NULL};
    return (Line){versions + d->first[id], versions + d->first[id + 1], NULL};
}

static SettleDay
next_day(const Line *line)
{
    return line->next < line->end ? line->next->valid_from : SETTLE_DAY_MAX;
}

static void
step_to(Line *line, SettleDay day)
{
    for (; line->next < line->end && line->next->valid_from <= day; line->next++)
        line->holds = line->next;
}

static void
add_change(GArray *changes, SettleDim dim, int32_t id, SettleDay from, SettleDay to, guint what)
{
    SettleDirectoryChange change = {dim, id, from, to, what};

    if (what != 0 && from <= to)
        g_array_append_val(changes, change);
}

static guint
what_changed(SettleDim dim, const Version *before, const Version *now)
{
    guint what = 0;

    if ((dim == SETTLE_DIM_CARRIER || dim == SETTLE_DIM_DISTRIBUTOR) &&
        is_active(before) != is_active(now))
        what |= SETTLE_CHANGED_STATUS;
    if (dim == SETTLE_DIM_DISTRIBUTOR && (now == NULL || before->a != now->a))
        what |= SETTLE_CHANGED_TIER;
    if (dim == SETTLE_DIM_PRODUCT && (now == NULL || before->b != now->b))
        what |= SETTLE_CHANGED_CLASS;
    if (dim == SETTLE_DIM_MANAGER && (now == NULL || before->a != now->a))
        what |= SETTLE_CHANGED_OUTLET;
    return what;
}

/* Days of [from, to] between where a product's sale begins, or ends, by the one and by the other.
 */
static void
compare_sales(const Version *before, const Version *now, SettleDay from, SettleDay to,
              GArray *changes)
{
    int32_t id = before->id;

    if (now == NULL)
        return; /* nobody knows the product any more: its class changed, too */
    if (before->c != now->c)
        add_change(changes, SETTLE_DIM_PRODUCT, id, MAX(from, MIN(before->c, now->c)),
                   MIN(to, MAX(before->c, now->c) - 1), SETTLE_CHANGED_SALES);
    if (before->d != now->d)
        add_change(changes, SETTLE_DIM_PRODUCT, id, MAX(from, MIN(before->d, now->d) + 1),
                   MIN(to, MAX(before->d, now->d)), SETTLE_CHANGED_SALES);
}

static SettleDay
ended_from(const SettleDirectory *directory, int32_t id)
{
    SettlePartyStatus status;
    SettleDay from;

    if (!directory->any_ended ||
        !settle_directory_holds(directory, SETTLE_DIM_DISTRIBUTOR, id, SETTLE_DAY_MAX))
        return SETTLE_DAY_MAX;
    from = settle_directory_last_status(directory, SETTLE_DIM_DISTRIBUTOR, id, &status);
    return status == SETTLE_PARTY_ENDED ? from : SETTLE_DAY_MAX;
}

static void
compare_one(const SettleDirectory *before, const SettleDirectory *now, SettleDim dim, int32_t id,
            GArray *changes)
{
    Line was = line_of(before, dim, id), is = line_of(now, dim, id);

    while (was.next < was.end || is.next < is.end) {
        SettleDay from = MIN(next_day(&was), next_day(&is)), to;

        step_to(&was, from);
        step_to(&is, from);
        to = MIN(next_day(&was), next_day(&is));
        to = to == SETTLE_DAY_MAX ? to : to - 1;
        if (was.holds == NULL) /* no order that closed then was taken in */
            continue;
        add_change(changes, dim, id, from, to, what_changed(dim, was.holds, is.holds));
        if (dim == SETTLE_DIM_PRODUCT)
            compare_sales(was.holds, is.holds, from, to, changes);
    }
    if (dim == SETTLE_DIM_DISTRIBUTOR) {
        SettleDay ended_before = ended_from(before, id), ended_now = ended_from(now, id);

        if (ended_before != ended_now)
            add_change(changes, dim, id, MIN(ended_before, ended_now), SETTLE_DAY_MAX,
                       SETTLE_CHANGED_END);
    }
}

void
settle_directory_compare(const SettleDirectory *before, const SettleDirectory *now, GArray *changes)
{
    static const SettleDim dims[] = {SETTLE_DIM_CARRIER, SETTLE_DIM_DISTRIBUTOR,
                                     SETTLE_DIM_MANAGER, SETTLE_DIM_PRODUCT};

    settle_invariant(before->sealed && now->sealed);
    for (guint i = 0; i < G_N_ELEMENTS(dims); i++)
        for (int32_t id = 1; id <= before->dims[dims[i]].max_id; id++)
            compare_one(before, now, dims[i], id, changes);
}
