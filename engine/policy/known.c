/* Findings about codes that the database does not know: carriers, products, classes, distributors,
 * and their days. */
#include "base/near.h"
#include "policy/check.h"

#include <string.h>

/* Codes of a policy held against the master data. Products, classes and distributors are imported,
 * so an unknown one is mostly a slip; regions and channels become known by the orders that have
 * them, so a new one is no mistake unless one that is nearly the same is in use. */

typedef struct {
    const SettlePolicy *policy;
    const SettleDirectory *directory;
    SettleDiagnostics *diagnostics;
    int32_t carrier_id;
    GPtrArray *candidates[SETTLE_N_DIMS]; /* codes, NULL after them; made when first asked for */
} Search;

static int32_t
id_of(const Search *search, const SettlePolicyName *name)
{
    size_t length = strlen(name->code);

    return name->dim == SETTLE_DIM_PRODUCT
               ? settle_directory_product(search->directory, search->carrier_id, name->code, length)
               : settle_directory_id(search->directory, name->dim, name->code, length);
}

/* The known code that is nearly the same, or NULL. */
static const char *
meant(Search *search, SettleDim dim, const char *code)
{
    GPtrArray **list = &search->candidates[dim];

    if (*list == NULL) {
        *list = g_ptr_array_new();
        for (int32_t id = 1; id <= settle_directory_max_id(search->directory, dim); id++) {
            const char *known = settle_directory_code(search->directory, dim, id);

            if (known != NULL &&
                (dim != SETTLE_DIM_PRODUCT ||
                 settle_directory_product_carrier(search->directory, id) == search->carrier_id))
                g_ptr_array_add(*list, (gpointer) known);
        }
        g_ptr_array_add(*list, NULL);
    }
    return settle_did_you_mean(code, (const char *const *) (*list)->pdata);
}

static gboolean
is_imported(SettleDim dim)
{
    return dim == SETTLE_DIM_PRODUCT || dim == SETTLE_DIM_CLASS || dim == SETTLE_DIM_DISTRIBUTOR;
}

static void
report_unknown(Search *search, const SettlePolicyName *name)
{
    const char *near = meant(search, name->dim, name->code);
    g_autofree char *hint = near != NULL ? g_strdup_printf("did you mean \"%s\"", near) : NULL;
    const char *what = settle_dim_name(name->dim);

    if (is_imported(name->dim))
        settle_diagnose_at(search->diagnostics, SETTLE_SEVERITY_WARNING, "P122", name->place, hint,
                           name->dim == SETTLE_DIM_PRODUCT ? "%s \"%s\" of %s is not known"
                                                           : "%s \"%s\" is not known",
                           what, name->code, search->policy->carrier);
    else if (near != NULL)
        settle_diagnose_at(search->diagnostics, SETTLE_SEVERITY_WARNING, "P124", name->place, hint,
                           "no order had %s \"%s\" yet, but \"%s\"", what, name->code, near);
    else
        settle_diagnose_at(search->diagnostics, SETTLE_SEVERITY_NOTE, "P203", name->place, NULL,
                           "no order had %s \"%s\" yet", what, name->code);
}

/* Parties and products hold from their first day on. */
static void
look_at_days(const Search *search, const SettlePolicyName *name, int32_t id)
{
    char from[SETTLE_DAY_TEXT_BYTES], to[SETTLE_DAY_TEXT_BYTES];
    SettleDay since = settle_directory_valid_from(search->directory, name->dim, id);

    if (name->dim == SETTLE_DIM_CLASS) {
        if (!settle_directory_class_is_held(search->directory, search->carrier_id, id,
                                            search->policy->closing_from,
                                            search->policy->closing_to))
            settle_diagnose_at(search->diagnostics, SETTLE_SEVERITY_WARNING, "P123", name->place,
                               NULL, "no product of %s is of class \"%s\" on any closing day",
                               search->policy->carrier, name->code);
    } else if (since > search->policy->closing_to) {
        settle_diagnose_at(search->diagnostics, SETTLE_SEVERITY_WARNING, "P123", name->place, NULL,
                           "%s \"%s\" is known from %s on, and the last closing day is %s",
                           settle_dim_name(name->dim), name->code, settle_day_format(since, from),
                           settle_day_format(search->policy->closing_to, to));
    }
}

void
settle_policy_check_known(const SettlePolicy *policy, const SettlePolicyPlaces *places,
                          const SettleDirectory *directory, SettleDiagnostics *diagnostics)
{
    Search search = {
        .policy = policy,
        .directory = directory,
        .diagnostics = diagnostics,
        .carrier_id = settle_directory_id(directory, SETTLE_DIM_CARRIER, policy->carrier,
                                          strlen(policy->carrier)),
    };

    if (search.carrier_id == 0) {
        const char *near = meant(&search, SETTLE_DIM_CARRIER, policy->carrier);
        g_autofree char *hint = near != NULL
                                    ? g_strdup_printf("did you mean \"%s\"", near)
                                    : g_strdup("settle import carriers FILE makes it known");

        settle_diagnose_at(diagnostics, SETTLE_SEVERITY_ERROR, "P066", places->carrier, hint,
                           "carrier \"%s\" is not known", policy->carrier);
    }
    for (guint i = 0; i < places->names->len; i++) {
        const SettlePolicyName *name = &g_array_index(places->names, SettlePolicyName, i);
        int32_t id = id_of(&search, name);

        /* of an unknown carrier no product can be known */
        if (search.carrier_id == 0 &&
            (name->dim == SETTLE_DIM_PRODUCT || name->dim == SETTLE_DIM_CLASS))
            continue;
        if (id == 0)
            report_unknown(&search, name);
        else if (is_imported(name->dim))
            look_at_days(&search, name, id);
    }
    for (guint d = 0; d < SETTLE_N_DIMS; d++)
        if (search.candidates[d] != NULL)
            g_ptr_array_unref(search.candidates[d]);
}
