/* Policies side by side, and held against the master data: what policy/check.h promises. */
#include "policy/check.h"

#include <glib.h>
#include <string.h>

#define COUNTS(window)                                                                             \
    "- {volume-bonus: v, window: " window ", mode: marginal, tiers: {1..: 1.00}}\n"
#define LIMITS(window) "- {upfront: u, pay: 1.00, ceiling: {window: " window ", amount: 9.00}}\n"
#define NONE           "- {upfront: u, pay: 1.00}\n"

typedef struct {
    const char *carrier, *version, *closing, *rules;
} Version;

/* Up to four versions; codes: "FILE CODE" of each finding, files counted from 0. */
typedef struct {
    const char *name;
    Version versions[4];
    guint n;
    const char *codes;
} Case;

static const Case cases[] = {
    {"one after the other",
     {{"C", "1", "..2026-06-30", NONE}, {"C", "2", "2026-07-01..", NONE}},
     2,
     ""},
    {"a day in common",
     {{"C", "1", "..2026-07-01", NONE}, {"C", "2", "2026-07-01..", NONE}},
     2,
     "0 P064 1 P064 "},
    {"a day that nobody covers",
     {{"C", "1", "..2026-06-29", NONE}, {"C", "2", "2026-07-01..", NONE}},
     2,
     "1 P120 "},
    {"whichever comes first in the list",
     {{"C", "2", "2026-07-01..", NONE}, {"C", "1", "..2026-06-29", NONE}},
     2,
     "0 P120 "},
    {"of two carriers",
     {{"C", "1", "..2026-07-01", NONE}, {"D", "1", "2026-07-01..", NONE}},
     2,
     ""},
    {"one name",
     {{"C", "1", "..2026-06-30", NONE}, {"C", "1", "2026-07-01..", NONE}},
     2,
     "0 P065 1 P065 "},
    {"the same document",
     {{"C", "1", "2026-07-01..", NONE}, {"C", "1", "2026-07-01..", NONE}},
     2,
     ""},
    {"a long one over two short ones",
     {{"C", "1", "2026-01-01..2026-12-31", NONE},
      {"C", "2", "2026-03-01..2026-03-31", NONE},
      {"C", "3", "2026-06-01..2026-06-30", NONE}},
     3,
     "0 P064 1 P064 2 P064 "},
    {"a gap behind the longest",
     {{"C", "1", "2026-01-01..2026-12-31", NONE},
      {"C", "2", "2026-03-01..2026-03-31", NONE},
      {"C", "3", "2027-02-01..", NONE}},
     3,
     "0 P064 1 P064 2 P120 "},
    {"a quarter in two parts",
     {{"C", "1", "..2026-02-14", COUNTS("quarter")}, {"C", "2", "2026-02-15..", COUNTS("quarter")}},
     2,
     "1 P121 "},
    {"a quarter in two parts with days between",
     {{"C", "1", "..2026-02-14", COUNTS("quarter")}, {"C", "2", "2026-02-20..", COUNTS("quarter")}},
     2,
     "1 P120 P121 "},
    {"a gap over the quarter's end",
     {{"C", "1", "..2026-03-14", COUNTS("quarter")}, {"C", "2", "2026-04-02..", COUNTS("quarter")}},
     2,
     "1 P120 "},
    {"a quarter that only one counts over",
     {{"C", "1", "..2026-02-14", COUNTS("quarter")}, {"C", "2", "2026-02-15..", NONE}},
     2,
     "1 P121 "},
    {"a quarter, then months",
     {{"C", "1", "..2026-02-28", COUNTS("quarter")}, {"C", "2", "2026-03-01..", COUNTS("month")}},
     2,
     "1 P121 "},
    {"months, then a quarter that began before",
     {{"C", "1", "..2026-02-28", COUNTS("month")}, {"C", "2", "2026-03-01..", COUNTS("quarter")}},
     2,
     "1 P121 "},
    {"months after months",
     {{"C", "1", "..2026-02-28", COUNTS("month")}, {"C", "2", "2026-03-01..", COUNTS("month")}},
     2,
     ""},
    {"a rule's ceiling goes on",
     {{"C", "1", "..2026-02-14", LIMITS("quarter")}, {"C", "2", "2026-02-15..", LIMITS("month")}},
     2,
     "1 P121 P121 "},
    {"a ceiling that ends with the version",
     {{"C", "1", "..2026-02-28", LIMITS("month")}, {"C", "2", "2026-03-01..", LIMITS("month")}},
     2,
     ""},
    {"a quarter after a quarter",
     {{"C", "1", "..2026-03-31", COUNTS("quarter")}, {"C", "2", "2026-04-01..", COUNTS("quarter")}},
     2,
     ""},
    {"a year in two parts",
     {{"C", "1", "..2026-03-31", COUNTS("year")}, {"C", "2", "2026-04-01..", COUNTS("year")}},
     2,
     "1 P121 "},
};

static char *
document_of(const Version *version)
{
    return g_strdup_printf("policy: a\ncarrier: %s\nversion: %s\nclosing: %s\ncurrency: CNY\n"
                           "rules:\n%s",
                           version->carrier, version->version, version->closing, version->rules);
}

/* What was found after loading, and nothing that loading had found. */
static void
append_found(GString *out, const SettleDiagnostics *diagnostics, guint from)
{
    for (guint i = from; i < diagnostics->items->len; i++)
        g_string_append_printf(
            out, "%s ", ((SettleDiagnostic *) g_ptr_array_index(diagnostics->items, i))->code);
}

static void
test_versions(gconstpointer data)
{
    const Case *row = data;
    SettlePolicyVersion versions[4] = {0};
    SettlePolicy *policies[4] = {0};
    guint before[4];
    g_autoptr(GString) found = g_string_new(NULL);

    for (guint i = 0; i < row->n; i++) {
        g_autofree char *document = document_of(&row->versions[i]);

        versions[i].diagnostics = settle_policy_load(document, strlen(document), &policies[i]);
        g_assert_nonnull(policies[i]);
        versions[i].policy = policies[i];
        versions[i].places = settle_policy_places(document, strlen(document));
        versions[i].label = "f";
        before[i] = versions[i].diagnostics->items->len;
    }
    settle_policy_check_versions(versions, row->n);
    for (guint i = 0; i < row->n; i++) {
        if (versions[i].diagnostics->items->len > before[i])
            g_string_append_printf(found, "%u ", i);
        append_found(found, versions[i].diagnostics, before[i]);
    }
    g_assert_cmpstr(found->str, ==, row->codes);
    for (guint i = 0; i < row->n; i++) {
        settle_diagnostics_free(versions[i].diagnostics);
        settle_policy_places_free((SettlePolicyPlaces *) versions[i].places);
        settle_policy_free(policies[i]);
    }
}

/* Of a version in the database nothing is said there, but at the file beside it. */
static void
test_database(void)
{
    static const Version sides[] = {{"C", "1", "..2026-06-29", NONE},
                                    {"C", "2", "2026-07-01..", NONE}};

    for (guint file = 0; file < 2; file++) {
        SettlePolicyVersion versions[2] = {0};
        SettlePolicy *policies[2] = {0};
        g_autoptr(SettlePolicyPlaces) places = NULL;
        g_autoptr(SettleDiagnostics) said = NULL;

        for (guint i = 0; i < 2; i++) {
            g_autofree char *document = document_of(&sides[i]);
            SettleDiagnostics *diagnostics =
                settle_policy_load(document, strlen(document), &policies[i]);

            versions[i] =
                (SettlePolicyVersion){.label = "policy 3 in the database", .policy = policies[i]};
            if (i != file) {
                settle_diagnostics_free(diagnostics);
                continue;
            }
            said = versions[i].diagnostics = diagnostics;
            versions[i].places = places = settle_policy_places(document, strlen(document));
        }
        settle_policy_check_versions(versions, 2);
        g_assert_cmpuint(said->n_warnings, ==, 1);
        settle_policy_free(policies[0]);
        settle_policy_free(policies[1]);
    }
}

/* --- master data ------------------------------------------------------------------------------ */

static SettleDay
day(const char *text)
{
    SettleDay result = 0;

    g_assert_true(settle_day_parse(text, strlen(text), &result));
    return result;
}

static void
add_code(SettleDirectory *directory, SettleDim dim, int32_t id, const char *code)
{
    settle_directory_add_code(directory, dim, id, code, strlen(code));
}

/* Carriers C (1) and D (2); products of C: P1 (plan, since 2025), P2 (plan up to 2025, then sim),
 * P3 (phone, from 2027 on); of D: P9 (tablet). Distributors D1 since 2025, D2 from 2027 on. */
static SettleDirectory *
make_directory(void)
{
    static const char *const classes[] = {"plan", "sim", "phone", "tablet"};
    SettleDirectory *directory = settle_directory_new();
    SettleDay since = day("2025-01-01"), next = day("2026-01-01"), later = day("2027-01-01");

    add_code(directory, SETTLE_DIM_CARRIER, 1, "C");
    add_code(directory, SETTLE_DIM_CARRIER, 2, "D");
    settle_directory_add_carrier(directory, 1, since, SETTLE_PARTY_ACTIVE);
    settle_directory_add_carrier(directory, 2, since, SETTLE_PARTY_ACTIVE);
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++)
        add_code(directory, SETTLE_DIM_CLASS, (int32_t) i + 1, classes[i]);
    add_code(directory, SETTLE_DIM_PRODUCT, 1, "C\x1fP1");
    add_code(directory, SETTLE_DIM_PRODUCT, 2, "C\x1fP2");
    add_code(directory, SETTLE_DIM_PRODUCT, 3, "C\x1fP3");
    add_code(directory, SETTLE_DIM_PRODUCT, 4, "D\x1fP9");
    settle_directory_add_product(directory, 1, since, 1, 1);
    settle_directory_add_product(directory, 2, since, 1, 1);
    settle_directory_add_product(directory, 2, next, 1, 2);
    settle_directory_add_product(directory, 3, later, 1, 3);
    settle_directory_add_product(directory, 4, since, 2, 4);
    add_code(directory, SETTLE_DIM_DISTRIBUTOR, 1, "D1");
    add_code(directory, SETTLE_DIM_DISTRIBUTOR, 2, "D2");
    settle_directory_add_distributor(directory, 1, since, 3, SETTLE_PARTY_ACTIVE);
    settle_directory_add_distributor(directory, 2, later, 3, SETTLE_PARTY_ACTIVE);
    add_code(directory, SETTLE_DIM_REGION, 1, "Guangdong");
    add_code(directory, SETTLE_DIM_CHANNEL, 1, "online");
    settle_directory_seal(directory);
    return directory;
}

static const struct {
    const char *name, *carrier, *closing, *selector, *codes, *hint;
} known[] = {
    {"nothing is named", "C", "2026-01-01..2026-12-31", "{tier: 3}", "", NULL},
    {"all is known", "C", "2026-01-01..2026-12-31",
     "{product: [P1, P2], class: [plan, sim], distributor: D1, region: Guangdong, channel: online}",
     "", NULL},
    {"an unknown carrier", "E", "2026-01-01..2026-12-31", "{class: [plam]}", "P066 ",
     "did you mean \"C\""},
    {"another carrier's product", "C", "2026-01-01..2026-12-31", "{product: P9}", "P122 ", NULL},
    {"an unknown product", "C", "2026-01-01..2026-12-31", "{product: P1x}", "P122 ",
     "did you mean \"P1\""},
    {"an unknown class", "C", "2026-01-01..2026-12-31", "{class: plna}", "P122 ", NULL},
    {"an unknown distributor", "C", "2026-01-01..2026-12-31", "{distributor: Nobody}", "P122 ",
     NULL},
    {"each is told once", "C", "2026-01-01..2026-12-31",
     "{class: [pln, pln]}, group: a}\n- {upfront: w, pay: 1.00, for: {class: pln}", "P122 ",
     "did you mean \"plan\""},
    {"a product that comes later", "C", "2026-01-01..2026-12-31", "{product: P3}", "P123 ", NULL},
    {"a product that comes on the last day", "C", "2026-01-01..2027-01-01", "{product: P3}", "",
     NULL},
    {"a distributor that comes later", "C", "2026-01-01..2026-12-31", "{distributor: D2}", "P123 ",
     NULL},
    {"a class of another carrier", "C", "2026-01-01..2026-12-31", "{class: tablet}", "P123 ", NULL},
    {"a class that comes later", "C", "2026-01-01..2026-12-31", "{class: phone}", "P123 ", NULL},
    {"a class that a product leaves", "C", "2026-01-01..2026-12-31", "{class: plan}", "", NULL},
    {"a class that a product gets", "C", "2025-01-01..2025-12-31", "{class: sim}", "P123 ", NULL},
    {"a class that a product gets on the last day", "C", "2025-01-01..2026-01-01", "{class: sim}",
     "", NULL},
    {"a region that is nearly known", "C", "2026-01-01..", "{region: Guangdon}", "P124 ",
     "did you mean \"Guangdong\""},
    {"a new region", "C", "2026-01-01..", "{region: Hainan}", "P203 ", NULL},
    {"a channel that is nearly known", "C", "2026-01-01..", "{channel: on-line}", "P124 ",
     "did you mean \"online\""},
};

static void
test_known(void)
{
    g_autoptr(SettleDirectory) directory = make_directory();

    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autofree char *document =
            g_strdup_printf("policy: a\ncarrier: %s\nversion: 1\nclosing: %s\ncurrency: CNY\n"
                            "rules:\n- {upfront: u, pay: 1.00, for: %s}\n",
                            known[i].carrier, known[i].closing, known[i].selector);
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics =
            settle_policy_load(document, strlen(document), &policy);
        g_autoptr(SettlePolicyPlaces) places = settle_policy_places(document, strlen(document));
        g_autoptr(GString) found = g_string_new(NULL);
        guint before = diagnostics->items->len;

        g_test_message("%s", known[i].name);
        g_assert_nonnull(policy);
        if (policy == NULL)
            continue;
        settle_policy_check_known(policy, places, directory, diagnostics);
        append_found(found, diagnostics, before);
        g_assert_cmpstr(found->str, ==, known[i].codes);
        if (known[i].hint != NULL && diagnostics->items->len > before)
            g_assert_cmpstr(
                ((SettleDiagnostic *) g_ptr_array_index(diagnostics->items, before))->hint, ==,
                known[i].hint);
    }
}

/* Each code stands where it is written first; distributors of groups are named there. */
static void
test_places(void)
{
    static const char document[] =
        "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\n"
        "groups: {south: [D1]}\nrules:\n"
        "- {upfront: u, pay: 1.00, for: {class: [plan, sim], distributor: D1}}\n"
        "- {upfront: w, group: g, pay: 1.00, for: {class: sim, product: P1}}\n";
    static const SettlePolicyName names[] = {
        {SETTLE_DIM_DISTRIBUTOR, (char *) "D1", {6, 18, 2}},
        {SETTLE_DIM_CLASS, (char *) "plan", {8, 41, 4}},
        {SETTLE_DIM_CLASS, (char *) "sim", {8, 47, 3}},
        {SETTLE_DIM_PRODUCT, (char *) "P1", {9, 64, 2}},
    };
    g_autoptr(SettlePolicyPlaces) places = settle_policy_places(document, strlen(document));

    g_assert_cmpuint(places->carrier.line, ==, 2);
    g_assert_cmpuint(places->version.line, ==, 3);
    g_assert_cmpuint(places->closing.line, ==, 4);
    g_assert_cmpuint(places->closing.column, ==, 10);
    g_assert_cmpuint(places->names->len, ==, G_N_ELEMENTS(names));
    for (guint i = 0; i < MIN(places->names->len, G_N_ELEMENTS(names)); i++) {
        const SettlePolicyName *name = &g_array_index(places->names, SettlePolicyName, i);

        g_assert_cmpint(name->dim, ==, names[i].dim);
        g_assert_cmpstr(name->code, ==, names[i].code);
        g_assert_cmpuint(name->place.line, ==, names[i].place.line);
        g_assert_cmpuint(name->place.column, ==, names[i].place.column);
        g_assert_cmpuint(name->place.width, ==, names[i].place.width);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/policy-versions/%s", cases[i].name);

        g_test_add_data_func(path, &cases[i], test_versions);
    }
    g_test_add_func("/policy-versions/database", test_database);
    g_test_add_func("/policy-versions/known", test_known);
    g_test_add_func("/policy-versions/places", test_places);
    return g_test_run();
}
