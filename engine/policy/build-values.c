/* Building, single values: amounts, rates, months, intervals, bands and conditions from nodes that
 * were checked before. */
#include "policy/build-values.h"

#include "base/error.h"
#include "policy/validate-scalars.h"

#include <string.h>

/* --- values ---------------------------------------------------------------------------------- */

static int64_t
money_of(const SettleBuild *build, const SettleNode *node)
{
    int64_t minor = 0;

    settle_invariant(settle_money_parse(node->text, strlen(node->text), build->exponent, &minor) ==
                     SETTLE_PARSE_OK);
    return minor;
}

SettleRatePpb
settle_build_rate_of(const SettleNode *node)
{
    SettleRatePpb rate = 0;

    settle_invariant(settle_rate_parse(node->text, strlen(node->text), &rate) == SETTLE_PARSE_OK);
    return rate;
}

SettlePay
settle_build_pay_of(const SettleBuild *build, const SettleNode *node)
{
    if (node->text[strlen(node->text) - 1] == '%')
        return (SettlePay){.is_rate = TRUE, .rate_ppb = settle_build_rate_of(node)};
    return (SettlePay){.fixed_minor = money_of(build, node)};
}

int
settle_build_months_of(const SettleNode *map, const char *key, int otherwise)
{
    const SettleNode *node = settle_node_sound(map, key);

    return node != NULL ? settle_build_integer_of(node) : otherwise;
}

int
settle_build_integer_of(const SettleNode *node)
{
    return (int) g_ascii_strtoll(node->text, NULL, 10);
}

gboolean
settle_build_boolean_of(const SettleNode *map, const char *key, gboolean otherwise)
{
    const SettleNode *node = settle_node_get(map, key);

    return node != NULL ? strcmp(node->text, "true") == 0 : otherwise;
}

/* The place of a choice in its list, counted from 0; `otherwise` if it is left out. */
int
settle_build_choice_of(const SettleNode *map, const char *section, const char *key, int otherwise)
{
    const SettleNode *node = settle_node_sound(map, key);
    const SettleField *field = settle_field_find(section, key);

    if (node == NULL)
        return otherwise;
    for (int i = 0; field->choices[i] != NULL; i++)
        if (strcmp(field->choices[i], node->text) == 0)
            return i;
    settle_unreachable("a validated choice");
}

SettleInterval
settle_build_interval_of(const SettleBuild *build, const SettleNode *map, const char *key,
                         gboolean is_money)
{
    const SettleNode *node = settle_node_get(map, key);
    SettleInterval interval = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};

    if (node != NULL)
        settle_invariant(settle_interval_read(node->text, is_money, build->exponent, &interval));
    return interval;
}

void
settle_build_add_texts(GPtrArray *texts, const SettleNode *node)
{
    if (node->kind == SETTLE_NODE_SCALAR) {
        g_ptr_array_add(texts, g_strdup(node->text));
        return;
    }
    for (guint i = 0; i < node->values->len; i++)
        g_ptr_array_add(texts, g_strdup(((SettleNode *) g_ptr_array_index(node->values, i))->text));
}

GStrv
settle_build_take_texts(GPtrArray *texts)
{
    g_ptr_array_add(texts, NULL);
    return (GStrv) g_ptr_array_free(texts, FALSE);
}

GStrv
settle_build_texts_of(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_get(map, key);
    GPtrArray *texts;

    if (node == NULL)
        return NULL;
    texts = g_ptr_array_new();
    settle_build_add_texts(texts, node);
    return settle_build_take_texts(texts);
}

gboolean
settle_build_optional_money(const SettleBuild *build, const SettleNode *map, const char *key,
                            int64_t *ret_minor)
{
    const SettleNode *node = settle_node_get(map, key);

    if (node == NULL)
        return FALSE;
    *ret_minor = money_of(build, node);
    return TRUE;
}

/* --- bands ----------------------------------------------------------------------------------- */

static int
compare_bands(gconstpointer a, gconstpointer b)
{
    const SettleBandNode *x = a, *y = b;

    return x->band.interval.from < y->band.interval.from
               ? -1
               : x->band.interval.from > y->band.interval.from;
}

/* Bands in ascending order; that they are not written so, or overlap, are errors. */
GArray *
settle_build_read_bands(SettleBuild *build, const SettleNode *node, gboolean money_keys)
{
    GArray *bands = g_array_new(FALSE, TRUE, sizeof(SettleBandNode));

    for (guint i = 0; i < node->keys->len; i++) {
        SettleBandNode band = {.key = g_ptr_array_index(node->keys, i),
                               .value = g_ptr_array_index(node->values, i)};

        settle_invariant(
            settle_interval_read(band.key->text, money_keys, build->exponent, &band.band.interval));
        band.band.pay = settle_build_pay_of(build, band.value);
        if (i > 0 && band.band.interval.from <
                         g_array_index(bands, SettleBandNode, i - 1).band.interval.from)
            SETTLE_BUILD_ERROR(build, "P044", band.key, "write them in ascending order",
                               "\"%s\" comes after \"%s\"", band.key->text,
                               g_array_index(bands, SettleBandNode, i - 1).key->text);
        g_array_append_val(bands, band);
    }
    g_array_sort(bands, compare_bands);
    for (guint i = 1; i < bands->len; i++) {
        const SettleBandNode *before = &g_array_index(bands, SettleBandNode, i - 1);
        const SettleBandNode *band = &g_array_index(bands, SettleBandNode, i);

        if (before->band.interval.to >= band->band.interval.from)
            SETTLE_BUILD_ERROR(build, "P035", band->key,
                               "both ends are included: let it start right above",
                               "\"%s\" overlaps \"%s\"", band->key->text, before->key->text);
    }
    return bands;
}

/* A table of single values, like plan fees, has no gaps: what lies between does not exist. */
static gboolean
is_gap(const SettleBandNode *before, const SettleBandNode *band)
{
    return before->band.interval.to != SETTLE_OPEN_HIGH &&
           before->band.interval.to + 1 < band->band.interval.from &&
           before->band.interval.from != before->band.interval.to &&
           band->band.interval.from != band->band.interval.to;
}

SettleBand *
settle_build_bands_of(SettleBuild *build, const SettleNode *node, gboolean money_keys, guint *ret_n)
{
    g_autoptr(GArray) bands = settle_build_read_bands(build, node, money_keys);
    SettleBand *result = g_new(SettleBand, bands->len);

    for (guint i = 0; i < bands->len; i++) {
        result[i] = g_array_index(bands, SettleBandNode, i).band;
        if (i > 0 && is_gap(&g_array_index(bands, SettleBandNode, i - 1),
                            &g_array_index(bands, SettleBandNode, i)))
            SETTLE_BUILD_WARNING(build, "P104", g_array_index(bands, SettleBandNode, i).key, NULL,
                                 "nothing is said of what lies between \"%s\" and \"%s\"",
                                 g_array_index(bands, SettleBandNode, i - 1).key->text,
                                 g_array_index(bands, SettleBandNode, i).key->text);
    }
    *ret_n = bands->len;
    return result;
}

/* --- conditions ------------------------------------------------------------------------------ */

SettleBillBase
settle_build_base_of(const SettleNode *map, const char *section)
{
    return (SettleBillBase) (SETTLE_BILL_BILLED + settle_build_choice_of(map, section, "base", 0));
}

static void
read_test(SettleBuild *build, const SettleNode *node, SettleBillTest *test)
{
    static const char *const names[] = {"minutes", "megabytes", "bill", "no-arrears"};
    guint given = 0;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (settle_node_get(node, names[i]) == NULL)
            continue;
        given++;
        test->kind = (SettleTestKind) (SETTLE_TEST_MINUTES + i);
        if (test->kind != SETTLE_TEST_NO_ARREARS)
            test->interval =
                settle_build_interval_of(build, node, names[i], test->kind == SETTLE_TEST_BASE);
    }
    test->base = settle_build_base_of(node, "test");
    if (given != 1)
        SETTLE_BUILD_ERROR(build, "P042", node, "make a list of tests of it",
                           "a test looks at one of minutes, megabytes, bill or no-arrears");
    else if (test->kind != SETTLE_TEST_BASE && settle_node_get(node, "base") != NULL)
        SETTLE_BUILD_ERROR(build, "P042", node, NULL, "base goes with bill only");
    else if (test->kind == SETTLE_TEST_NO_ARREARS &&
             !settle_build_boolean_of(node, "no-arrears", TRUE))
        SETTLE_BUILD_ERROR(build, "P042", node, "leave the test out",
                           "no-arrears: false tests nothing");
}

/* The months that each-month or months-together names. */
static gboolean
read_months(SettleBuild *build, const SettleNode *node, int months, SettleCondition *condition)
{
    SettleInterval interval = {0, 0};
    gboolean so_far = strcmp(node->text, "so-far") == 0;
    gboolean last = g_str_has_prefix(node->text, "last ");

    if (so_far || last) {
        int n = last ? (int) g_ascii_strtoll(node->text + 5, NULL, 10) : months;

        if (months < 1 || n > months) {
            SETTLE_BUILD_ERROR(build, "P047", node, "name the months, like 1..3",
                               months < 0 ? "\"%s\" goes with instalments only"
                                          : "an instalment after so few months has no \"%s\"",
                               node->text);
            return FALSE;
        }
        condition->from_month = months - n;
        condition->to_month = months - 1;
        condition->moves = last ? SETTLE_MOVES_FIRST | SETTLE_MOVES_LAST : SETTLE_MOVES_LAST;
        return TRUE;
    }
    settle_invariant(settle_interval_read(node->text, FALSE, 0, &interval));
    if (interval.from == SETTLE_OPEN_LOW || interval.to > 240) {
        SETTLE_BUILD_ERROR(build, "P041", node, NULL,
                           "the months of a condition have a first and a last one");
        return FALSE;
    }
    condition->from_month = (int) interval.from;
    condition->to_month = (int) interval.to;
    return TRUE;
}

static void
read_condition(SettleBuild *build, const SettleNode *node, int months, SettleCondition *condition)
{
    const SettleNode *month = settle_node_get(node, "month");
    const SettleNode *each = settle_node_get(node, "each-month");
    const SettleNode *together = settle_node_get(node, "months-together");
    const SettleNode *any = settle_node_get(node, "any");
    const SettleNode *all = settle_node_get(node, "all");
    const SettleNode *tests = any != NULL ? any : all;

    if ((month != NULL) + (each != NULL) + (together != NULL) != 1) {
        SETTLE_BUILD_ERROR(build, "P041", node, "like {each-month: 1..3, any: [{minutes: 10..}]}",
                           "a condition names one of month, each-month and months-together");
        return;
    }
    if (any != NULL && all != NULL) {
        SETTLE_BUILD_ERROR(build, "P041", node, "make two conditions of it",
                           "a condition has either any or all");
        return;
    }
    if (month != NULL)
        condition->from_month = condition->to_month = settle_build_integer_of(month);
    else if (!read_months(build, each != NULL ? each : together, months, condition))
        return;
    condition->together = together != NULL;
    condition->any = any != NULL;
    if (tests == NULL) {
        if (together != NULL)
            SETTLE_BUILD_ERROR(build, "P041", node,
                               "like {months-together: 1..3, all: [{minutes: "
                               "100..}]}",
                               "months-together has nothing to add up: it needs any or all");
        return;
    }
    condition->n_tests = tests->values->len;
    condition->tests = g_new0(SettleBillTest, MAX(condition->n_tests, 1));
    for (guint i = 0; i < condition->n_tests; i++)
        read_test(build, g_ptr_array_index(tests->values, i), &condition->tests[i]);
}

void
settle_build_note_later(SettleBuild *build, const char *section, const SettleNode *node)
{
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *key = g_ptr_array_index(node->keys, i);
        const SettleNode *value = g_ptr_array_index(node->values, i);
        const SettleField *field = settle_field_find(section, key->text);

        if (field != NULL && field->later &&
            (value->kind != SETTLE_NODE_SCALAR || g_strcmp0(value->text, field->default_text) != 0))
            g_ptr_array_add(build->policy->unsupported,
                            g_strdup_printf("%s (line %u)", key->text, key->line));
    }
}

gboolean
settle_build_has_word(const SettleNode *map, const char *word)
{
    const SettleNode *list = settle_node_get(map, "if");

    for (guint i = 0; list != NULL && i < list->values->len; i++) {
        const SettleNode *node = g_ptr_array_index(list->values, i);

        if (node->kind == SETTLE_NODE_SCALAR && strcmp(node->text, word) == 0)
            return TRUE;
    }
    return FALSE;
}

SettleCondition *
settle_build_conditions_of(SettleBuild *build, const SettleNode *map, int months, guint *ret_n)
{
    const SettleNode *list = settle_node_get(map, "if");
    SettleCondition *conditions;
    guint n = 0;

    *ret_n = 0;
    if (list == NULL)
        return NULL;
    conditions = g_new0(SettleCondition, list->values->len);
    for (guint i = 0; i < list->values->len; i++) {
        const SettleNode *node = g_ptr_array_index(list->values, i);

        /* active, no-refund: settle_build_has_word */
        if (node->kind == SETTLE_NODE_SCALAR)
            continue;
        read_condition(build, node, months, &conditions[n]);
        n++;
    }
    *ret_n = n;
    return conditions;
}

gboolean
settle_build_just_one(SettleBuild *build, const SettleNode *node, const char *what,
                      const char *const *keys)
{
    g_autofree char *list = g_strjoinv(" or ", (char **) keys);
    guint given = 0;

    for (guint i = 0; keys[i] != NULL; i++)
        given += settle_node_get(node, keys[i]) != NULL;
    if (given == 1)
        return TRUE;
    SETTLE_BUILD_ERROR(build, "P034", node, NULL,
                       given == 0 ? "%s says what it pays: %s" : "%s has only one of %s", what,
                       list);
    return FALSE;
}
