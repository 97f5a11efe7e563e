#include "policy/build.h"

#include "base/error.h"
#include "policy/fields.h"

#include <string.h>

/* Builds the policy from a tree that holds against the field table, and checks what hangs together.
 */

typedef struct {
    SettleDiagnostics *diagnostics;
    SettlePolicy *policy;
    const SettleNode *top;
    int exponent;
} Build;

#define ERROR(build, code, node, hint, ...)                                                        \
    settle_diagnose((build)->diagnostics, SETTLE_SEVERITY_ERROR, code, node, hint, __VA_ARGS__)
#define WARNING(build, code, node, hint, ...)                                                      \
    settle_diagnose((build)->diagnostics, SETTLE_SEVERITY_WARNING, code, node, hint, __VA_ARGS__)

/* --- values ---------------------------------------------------------------------------------- */

static int64_t
money_of(const Build *build, const SettleNode *node)
{
    int64_t minor = 0;

    settle_invariant(settle_money_parse(node->text, strlen(node->text), build->exponent, &minor) ==
                     SETTLE_PARSE_OK);
    return minor;
}

static SettleRatePpb
rate_of(const SettleNode *node)
{
    SettleRatePpb rate = 0;

    settle_invariant(settle_rate_parse(node->text, strlen(node->text), &rate) == SETTLE_PARSE_OK);
    return rate;
}

static SettlePay
pay_of(const Build *build, const SettleNode *node)
{
    if (node->text[strlen(node->text) - 1] == '%')
        return (SettlePay){.is_rate = TRUE, .rate_ppb = rate_of(node)};
    return (SettlePay){.fixed_minor = money_of(build, node)};
}

/* The value of a key, unless it is left out or has errors. */
static const SettleNode *
sound(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_get(map, key);

    if (node == NULL || node->faulty)
        return NULL;
    return node;
}

static int
integer_of(const SettleNode *node)
{
    return (int) g_ascii_strtoll(node->text, NULL, 10);
}

static gboolean
boolean_of(const SettleNode *map, const char *key, gboolean otherwise)
{
    const SettleNode *node = settle_node_get(map, key);

    return node != NULL ? strcmp(node->text, "true") == 0 : otherwise;
}

/* The place of a choice in its list, counted from 0; `otherwise` if it is left out. */
static int
choice_of(const SettleNode *map, const char *section, const char *key, int otherwise)
{
    const SettleNode *node = sound(map, key);
    const SettleField *field = settle_field_find(section, key);

    if (node == NULL)
        return otherwise;
    for (int i = 0; field->choices[i] != NULL; i++)
        if (strcmp(field->choices[i], node->text) == 0)
            return i;
    settle_unreachable("a validated choice");
}

static SettleInterval
interval_of(const Build *build, const SettleNode *map, const char *key, gboolean is_money)
{
    const SettleNode *node = settle_node_get(map, key);
    SettleInterval interval = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};

    if (node != NULL)
        settle_invariant(settle_interval_read(node->text, is_money, build->exponent, &interval));
    return interval;
}

static void
add_texts(GPtrArray *texts, const SettleNode *node)
{
    if (node->kind == SETTLE_NODE_SCALAR) {
        g_ptr_array_add(texts, g_strdup(node->text));
        return;
    }
    for (guint i = 0; i < node->values->len; i++)
        g_ptr_array_add(texts, g_strdup(((SettleNode *) g_ptr_array_index(node->values, i))->text));
}

static GStrv
take_texts(GPtrArray *texts)
{
    g_ptr_array_add(texts, NULL);
    return (GStrv) g_ptr_array_free(texts, FALSE);
}

static GStrv
texts_of(const SettleNode *map, const char *key)
{
    const SettleNode *node = settle_node_get(map, key);
    GPtrArray *texts;

    if (node == NULL)
        return NULL;
    texts = g_ptr_array_new();
    add_texts(texts, node);
    return take_texts(texts);
}

static gboolean
optional_money(const Build *build, const SettleNode *map, const char *key, int64_t *ret_minor)
{
    const SettleNode *node = settle_node_get(map, key);

    if (node == NULL)
        return FALSE;
    *ret_minor = money_of(build, node);
    return TRUE;
}

/* --- bands ----------------------------------------------------------------------------------- */

typedef struct {
    SettleBand band;
    const SettleNode *key, *value;
} BandNode;

static int
compare_bands(gconstpointer a, gconstpointer b)
{
    const BandNode *x = a, *y = b;

    return x->band.interval.from < y->band.interval.from
               ? -1
               : x->band.interval.from > y->band.interval.from;
}

/* Bands in ascending order; that they are not written so, or overlap, are errors. */
static GArray *
read_bands(Build *build, const SettleNode *node, gboolean money_keys)
{
    GArray *bands = g_array_new(FALSE, TRUE, sizeof(BandNode));

    for (guint i = 0; i < node->keys->len; i++) {
        BandNode band = {.key = g_ptr_array_index(node->keys, i),
                         .value = g_ptr_array_index(node->values, i)};

        settle_invariant(
            settle_interval_read(band.key->text, money_keys, build->exponent, &band.band.interval));
        band.band.pay = pay_of(build, band.value);
        if (i > 0 &&
            band.band.interval.from < g_array_index(bands, BandNode, i - 1).band.interval.from)
            ERROR(build, "P044", band.key, "write them in ascending order",
                  "\"%s\" comes after \"%s\"", band.key->text,
                  g_array_index(bands, BandNode, i - 1).key->text);
        g_array_append_val(bands, band);
    }
    g_array_sort(bands, compare_bands);
    for (guint i = 1; i < bands->len; i++) {
        const BandNode *before = &g_array_index(bands, BandNode, i - 1);
        const BandNode *band = &g_array_index(bands, BandNode, i);

        if (before->band.interval.to >= band->band.interval.from)
            ERROR(build, "P035", band->key, NULL, "\"%s\" overlaps \"%s\"", band->key->text,
                  before->key->text);
    }
    return bands;
}

/* A table of single values, like plan fees, has no gaps: what lies between does not exist. */
static gboolean
is_gap(const BandNode *before, const BandNode *band)
{
    return before->band.interval.to != SETTLE_OPEN_HIGH &&
           before->band.interval.to + 1 < band->band.interval.from &&
           before->band.interval.from != before->band.interval.to &&
           band->band.interval.from != band->band.interval.to;
}

static SettleBand *
bands_of(Build *build, const SettleNode *node, gboolean money_keys, guint *ret_n)
{
    g_autoptr(GArray) bands = read_bands(build, node, money_keys);
    SettleBand *result = g_new(SettleBand, bands->len);

    for (guint i = 0; i < bands->len; i++) {
        result[i] = g_array_index(bands, BandNode, i).band;
        if (i > 0 &&
            is_gap(&g_array_index(bands, BandNode, i - 1), &g_array_index(bands, BandNode, i)))
            WARNING(build, "P104", g_array_index(bands, BandNode, i).key, NULL,
                    "nothing is said of what lies between \"%s\" and \"%s\"",
                    g_array_index(bands, BandNode, i - 1).key->text,
                    g_array_index(bands, BandNode, i).key->text);
    }
    *ret_n = bands->len;
    return result;
}

/* --- conditions ------------------------------------------------------------------------------ */

static SettleBillBase
base_of(const SettleNode *map, const char *section)
{
    return (SettleBillBase) (SETTLE_BILL_BILLED + choice_of(map, section, "base", 0));
}

static void
read_test(Build *build, const SettleNode *node, SettleBillTest *test)
{
    static const char *const names[] = {"minutes", "megabytes", "bill", "no-arrears"};
    guint given = 0;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (settle_node_get(node, names[i]) == NULL)
            continue;
        given++;
        test->kind = (SettleTestKind) (SETTLE_TEST_MINUTES + i);
        if (test->kind != SETTLE_TEST_NO_ARREARS)
            test->interval = interval_of(build, node, names[i], test->kind == SETTLE_TEST_BASE);
    }
    test->base = base_of(node, "test");
    if (given != 1)
        ERROR(build, "P042", node, "make a list of tests of it",
              "a test looks at one of minutes, megabytes, bill or no-arrears");
    else if (test->kind != SETTLE_TEST_BASE && settle_node_get(node, "base") != NULL)
        ERROR(build, "P042", node, NULL, "base goes with bill only");
    else if (test->kind == SETTLE_TEST_NO_ARREARS && !boolean_of(node, "no-arrears", TRUE))
        ERROR(build, "P042", node, "leave the test out", "no-arrears: false tests nothing");
}

static void
read_condition(Build *build, const SettleNode *node, SettleCondition *condition)
{
    const SettleNode *month = settle_node_get(node, "month");
    const SettleNode *each = settle_node_get(node, "each-month");
    const SettleNode *any = settle_node_get(node, "any");
    const SettleNode *all = settle_node_get(node, "all");
    const SettleNode *tests = any != NULL ? any : all;

    if ((month == NULL) == (each == NULL)) {
        ERROR(build, "P041", node, "like {each-month: 1..3, any: [{minutes: 10..}]}",
              "a condition names either a month or each-month");
        return;
    }
    if (any != NULL && all != NULL) {
        ERROR(build, "P041", node, "make two conditions of it",
              "a condition has either any or all");
        return;
    }
    if (month != NULL) {
        condition->from_month = condition->to_month = integer_of(month);
    } else {
        SettleInterval interval = interval_of(build, node, "each-month", FALSE);

        if (interval.from == SETTLE_OPEN_LOW || interval.to > 240) {
            ERROR(build, "P041", each, NULL, "each-month names its first and last month");
            return;
        }
        condition->from_month = (int) interval.from;
        condition->to_month = (int) interval.to;
    }
    condition->any = any != NULL;
    if (tests == NULL)
        return;
    condition->n_tests = tests->values->len;
    condition->tests = g_new0(SettleBillTest, MAX(condition->n_tests, 1));
    for (guint i = 0; i < condition->n_tests; i++)
        read_test(build, g_ptr_array_index(tests->values, i), &condition->tests[i]);
}

static void
add_unsupported(Build *build, const char *what, guint line)
{
    g_ptr_array_add(build->policy->unsupported, g_strdup_printf("%s (line %u)", what, line));
}

static SettleCondition *
conditions_of(Build *build, const SettleNode *map, guint *ret_n)
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

        if (node->kind == SETTLE_NODE_SCALAR) {
            add_unsupported(build, node->text, node->line);
            continue;
        }
        read_condition(build, node, &conditions[n]);
        n++;
    }
    *ret_n = n;
    return conditions;
}

/* --- rules ----------------------------------------------------------------------------------- */

/* TRUE if just one of the keys is there; else an error that names them. */
static gboolean
just_one(Build *build, const SettleNode *node, const char *what, const char *const *keys)
{
    g_autofree char *list = g_strjoinv(" or ", (char **) keys);
    guint given = 0;

    for (guint i = 0; keys[i] != NULL; i++)
        given += settle_node_get(node, keys[i]) != NULL;
    if (given == 1)
        return TRUE;
    ERROR(build, "P034", node, NULL,
          given == 0 ? "%s says what it pays: %s" : "%s has only one of %s", what, list);
    return FALSE;
}

static void
read_upfront(Build *build, const SettleNode *node, SettleRule *rule)
{
    static const char *const pays[] = {"pay", "by-amount", NULL};
    SettleUpfront *upfront = &rule->upfront;
    const SettleNode *pay = settle_node_get(node, "pay");
    const SettleNode *bands = settle_node_get(node, "by-amount");
    const SettleNode *days = settle_node_get(node, "active-days");

    if (just_one(build, node, "an upfront rule", pays)) {
        if (pay != NULL)
            upfront->pay = pay_of(build, pay);
        else
            upfront->bands = bands_of(build, bands, TRUE, &upfront->n_bands);
    }
    upfront->has_floor = optional_money(build, node, "floor", &upfront->floor_minor);
    upfront->has_cap = optional_money(build, node, "cap", &upfront->cap_minor);
    if (upfront->has_floor && upfront->has_cap && upfront->floor_minor > upfront->cap_minor)
        ERROR(build, "P038", settle_node_get(node, "floor"), NULL, "the floor is above the cap");
    upfront->withheld = boolean_of(node, "withheld", FALSE);
    upfront->active_days = days != NULL ? integer_of(days) : 0;
    upfront->conditions = conditions_of(build, node, &upfront->n_conditions);
}

static void
read_instalment(Build *build, const SettleNode *node, SettleInstalment *instalment)
{
    static const char *const pays[] = {"pay", "by-bill", NULL};
    const SettleNode *pay = settle_node_get(node, "pay");
    const SettleNode *by_bill = settle_node_get(node, "by-bill");

    instalment->months = integer_of(settle_node_get(node, "after"));
    instalment->day = integer_of(settle_node_get(node, "day"));
    if (just_one(build, node, "an instalment", pays)) {
        if (pay != NULL) {
            instalment->pay = pay_of(build, pay);
        } else {
            instalment->band_month = integer_of(settle_node_get(by_bill, "month"));
            instalment->band_base = base_of(by_bill, "by-bill");
            instalment->bands =
                bands_of(build, settle_node_get(by_bill, "bands"), TRUE, &instalment->n_bands);
        }
    }
    instalment->conditions = conditions_of(build, node, &instalment->n_conditions);
    if (settle_node_get(node, "retry") != NULL)
        add_unsupported(build, "retry", settle_node_get(node, "retry")->line);
}

static void
read_deferred(Build *build, const SettleNode *node, SettleRule *rule)
{
    const SettleNode *list = settle_node_get(node, "instalments");

    if (list->values->len > 4095) {
        ERROR(build, "P002", list, NULL, "a rule has at most 4095 instalments");
        return;
    }
    rule->deferred.n_instalments = list->values->len;
    rule->deferred.instalments = g_new0(SettleInstalment, MAX(list->values->len, 1));
    for (guint i = 0; i < list->values->len; i++)
        read_instalment(build, g_ptr_array_index(list->values, i), &rule->deferred.instalments[i]);
}

static void
read_share(Build *build, const SettleNode *node, SettleRule *rule)
{
    static const char *const rates[] = {"rate", "by-month", "by-size", NULL};
    SettleRevenueShare *share = &rule->share;
    SettleInterval months = interval_of(build, node, "months", FALSE);
    const SettleNode *rate = settle_node_get(node, "rate");
    const SettleNode *by_month = settle_node_get(node, "by-month");
    const SettleNode *net = settle_node_get(node, "net-of-tax");

    share->base = base_of(node, "revenue-share");
    share->net_of_tax_ppb = net != NULL ? rate_of(net) : 0;
    share->from_month = months.from == SETTLE_OPEN_LOW ? 0 : (int) MIN(months.from, 4095);
    share->to_month = (int) MIN(months.to, 4095);
    if ((months.to != SETTLE_OPEN_HIGH && months.to > 4095) || months.from > 4095)
        ERROR(build, "P016", settle_node_get(node, "months"), NULL, "contract months end at 4095");
    if (just_one(build, node, "a revenue share", rates)) {
        if (rate != NULL)
            share->rate_ppb = rate_of(rate);
        else if (by_month != NULL)
            share->month_bands = bands_of(build, by_month, FALSE, &share->n_month_bands);
        else
            share->size_bands =
                bands_of(build, settle_node_get(node, "by-size"), TRUE, &share->n_size_bands);
    }
    for (guint i = 0; i < share->n_month_bands; i++)
        if (share->month_bands[i].interval.to < share->from_month ||
            share->month_bands[i].interval.from > share->to_month)
            WARNING(build, "P103", by_month, NULL, "a band of by-month lies outside of months");
    share->has_bill_cap = optional_money(build, node, "cap", &share->bill_cap_minor);
    share->has_life_cap = optional_money(build, node, "life-cap", &share->life_cap_minor);
}

static void
report_gap(Build *build, gboolean amounts, const BandNode *tier, const BandNode *next)
{
    char from[SETTLE_MONEY_TEXT_BYTES], to[SETTLE_MONEY_TEXT_BYTES];
    int exponent = amounts ? build->exponent : 0;

    ERROR(build, "P036", next->key, NULL, "%s..%s lies in no tier: \"%s\" comes after \"%s\"",
          settle_money_format(tier->band.interval.to + 1, exponent, from),
          settle_money_format(next->band.interval.from - 1, exponent, to), next->key->text,
          tier->key->text);
}

/* Tiers follow each other without a gap and the last is open: then "from" says it all. */
static void
read_tiers(Build *build, const SettleNode *node, SettleVolumeBonus *volume)
{
    gboolean amounts = volume->measure == SETTLE_MEASURE_AMOUNT;
    gboolean lump = volume->mode == SETTLE_MODE_LUMP;
    g_autoptr(GArray) bands = read_bands(build, node, amounts);

    volume->n_tiers = bands->len;
    volume->tiers = g_new0(SettleTier, MAX(bands->len, 1));
    for (guint i = 0; i < bands->len; i++) {
        const BandNode *tier = &g_array_index(bands, BandNode, i);
        const BandNode *next = i + 1 < bands->len ? tier + 1 : NULL;

        volume->tiers[i].from = tier->band.interval.from;
        volume->tiers[i].pay = tier->band.pay;
        if (tier->band.interval.from == SETTLE_OPEN_LOW || tier->band.interval.from < 0 ||
            (!amounts && tier->band.interval.from == 0))
            ERROR(build, "P036", tier->key, NULL, "the first tier says where it starts, from 1 on");
        if (next == NULL && tier->band.interval.to != SETTLE_OPEN_HIGH)
            ERROR(build, "P039", tier->key, "leave its end open, like 800..",
                  "nothing is said of what lies above \"%s\"", tier->key->text);
        if (next != NULL && tier->band.interval.to != SETTLE_OPEN_HIGH &&
            tier->band.interval.to + 1 < next->band.interval.from)
            report_gap(build, amounts, tier, next);
        if (lump && tier->band.pay.is_rate)
            ERROR(build, "P037", tier->value, NULL, "a lump sum is an amount, not a rate");
        else if (!lump && amounts && !tier->band.pay.is_rate)
            ERROR(build, "P037", tier->value, NULL, "a tier of amounts pays a rate");
        else if (!lump && !amounts && tier->band.pay.is_rate)
            ERROR(build, "P037", tier->value, NULL, "a tier of %s pays an amount for each",
                  volume->measure == SETTLE_MEASURE_UNITS ? "units" : "orders");
    }
}

static void
read_volume(Build *build, const SettleNode *node, SettleRule *rule)
{
    const char *section = "volume-bonus";
    SettleVolumeBonus *volume = &rule->volume;

    volume->window = (SettleWindow) (SETTLE_WINDOW_MONTH + choice_of(node, section, "window", 0));
    volume->scope = (SettleScope) (SETTLE_SCOPE_DISTRIBUTOR + choice_of(node, section, "scope", 0));
    volume->measure =
        (SettleMeasure) (SETTLE_MEASURE_ORDERS + choice_of(node, section, "measure", 0));
    volume->mode = (SettleTierMode) (SETTLE_MODE_MARGINAL + choice_of(node, section, "mode", 0));
    volume->lump_adds = choice_of(node, section, "higher-tiers", 0) == 1;
    volume->progressive = choice_of(node, section, "paid", 0) == 1;
    if (settle_node_get(node, "higher-tiers") != NULL && volume->mode != SETTLE_MODE_LUMP)
        ERROR(build, "P045", settle_node_get(node, "higher-tiers"), NULL,
              "higher-tiers goes with mode: lump only");
    read_tiers(build, settle_node_get(node, "tiers"), volume);
}

static void
add_group(Build *build, GPtrArray *codes, const SettleNode *name)
{
    const SettleNode *groups = settle_node_get(build->top, "groups");
    const SettleNode *members = groups != NULL ? settle_node_get(groups, name->text) : NULL;

    if (groups != NULL && groups->faulty)
        return;
    if (members == NULL)
        ERROR(build, "P040", name, "name it under groups", "there is no group \"%s\"", name->text);
    else
        add_texts(codes, members);
}

/* distributor and distributor-group are two conditions: where both are given a distributor must be
 * in both. None in both is an empty list, which nobody matches. */
static void
read_distributors(Build *build, const SettleNode *node, SettleSelector *selector)
{
    const SettleNode *named = settle_node_get(node, "distributor-group");
    g_auto(GStrv) listed = texts_of(node, "distributor");
    g_auto(GStrv) grouped = NULL;
    GPtrArray *codes = g_ptr_array_new();

    if (named == NULL) {
        g_ptr_array_free(codes, TRUE);
        selector->distributors = g_steal_pointer(&listed);
        return;
    }
    if (named->kind == SETTLE_NODE_SCALAR)
        add_group(build, codes, named);
    else
        for (guint i = 0; i < named->values->len; i++)
            add_group(build, codes, g_ptr_array_index(named->values, i));
    grouped = take_texts(codes);
    if (listed == NULL) {
        selector->distributors = g_steal_pointer(&grouped);
        return;
    }
    codes = g_ptr_array_new();
    for (guint i = 0; listed[i] != NULL; i++)
        if (g_strv_contains((const char *const *) grouped, listed[i]))
            g_ptr_array_add(codes, g_strdup(listed[i]));
    if (codes->len == 0)
        WARNING(build, "P105", named, NULL,
                "no distributor is in both distributor and distributor-group");
    selector->distributors = take_texts(codes);
}

static void
read_selector(Build *build, const SettleNode *rule_node, SettleSelector *selector)
{
    const SettleNode *node = settle_node_get(rule_node, "for");

    selector->amount = selector->quantity = selector->tier =
        (SettleInterval){SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};
    selector->first_order = -1;
    if (node == NULL)
        return;
    selector->products = texts_of(node, "product");
    selector->classes = texts_of(node, "class");
    selector->regions = texts_of(node, "region");
    selector->channels = texts_of(node, "channel");
    selector->amount = interval_of(build, node, "amount", TRUE);
    selector->quantity = interval_of(build, node, "quantity", FALSE);
    selector->tier = interval_of(build, node, "tier", FALSE);
    if (settle_node_get(node, "first-order") != NULL)
        selector->first_order = boolean_of(node, "first-order", TRUE);

    read_distributors(build, node, selector);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
note_later_terms(Build *build, const char *section, const SettleNode *node)
{
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *key = g_ptr_array_index(node->keys, i);
        const SettleField *field = settle_field_find(section, key->text);

        if (field != NULL && field->type == FIELD_LATER)
            add_unsupported(build, key->text, key->line);
    }
}

static void
read_rule(Build *build, const SettleNode *node, guint ordinal, SettleRule *rule)
{
    const SettleNode *group = settle_node_get(node, "group");
    guint kind = 0;

    while (settle_node_get(node, settle_rule_kinds[kind]) == NULL)
        kind++;
    rule->id = g_strdup(settle_node_get(node, settle_rule_kinds[kind])->text);
    rule->kind = (SettleKind) (SETTLE_KIND_UPFRONT + kind);
    rule->ordinal = ordinal;
    rule->group = group != NULL ? g_strdup(group->text) : NULL;
    read_selector(build, node, &rule->selector);
    note_later_terms(build, settle_rule_kinds[kind], node);
    switch (rule->kind) {
    case SETTLE_KIND_UPFRONT:
        read_upfront(build, node, rule);
        break;
    case SETTLE_KIND_DEFERRED:
        read_deferred(build, node, rule);
        break;
    case SETTLE_KIND_REVENUE_SHARE:
        read_share(build, node, rule);
        break;
    case SETTLE_KIND_VOLUME_BONUS:
        read_volume(build, node, rule);
        break;
    case SETTLE_KIND_INVOICE:
        break;
    }
    for (guint i = 0; i < ordinal; i++)
        if (g_strcmp0(build->policy->rules[i].id, rule->id) == 0)
            ERROR(build, "P032", settle_node_get(node, settle_rule_kinds[kind]), NULL,
                  "there is a rule \"%s\" already", rule->id);
}

static void
read_days(const SettleNode *node, SettlePolicy *policy)
{
    const char *dots = strstr(node->text, "..");

    policy->closing_from = SETTLE_DAY_MIN;
    policy->closing_to = SETTLE_DAY_MAX;
    if (dots == NULL) {
        settle_day_parse(node->text, strlen(node->text), &policy->closing_from);
        policy->closing_to = policy->closing_from;
        return;
    }
    if (dots > node->text)
        settle_day_parse(node->text, (size_t) (dots - node->text), &policy->closing_from);
    if (dots[2] != '\0')
        settle_day_parse(dots + 2, strlen(dots + 2), &policy->closing_to);
}

static void
read_terms(Build *build, SettlePolicy *policy)
{
    const SettleNode *tax = sound(build->top, "tax");
    const SettleNode *invoice = sound(build->top, "invoice");
    const SettleNode *day = NULL;

    policy->tax_included = TRUE;
    if (tax != NULL) {
        policy->tax_ppb = rate_of(settle_node_get(tax, "rate"));
        policy->tax_included = boolean_of(tax, "included", TRUE);
    }
    policy->invoice.cycle = SETTLE_CYCLE_MONTHLY;
    policy->invoice.cut_off_day = 31;
    if (invoice == NULL)
        return;
    switch (choice_of(invoice, "invoice", "cycle", 0)) {
    case 0:
        policy->invoice.cycle = SETTLE_CYCLE_MONTHLY;
        break;
    case 1:
        policy->invoice.cycle = SETTLE_CYCLE_WEEKLY;
        policy->invoice.cut_off_day = 7;
        break;
    case 2:
        policy->invoice.cycle = SETTLE_CYCLE_DAILY;
        break;
    default:
        policy->invoice.cycle = SETTLE_CYCLE_NONE;
        break;
    }
    day = settle_node_get(invoice, "cut-off-day");
    if (day != NULL) {
        policy->invoice.cut_off_day = integer_of(day);
        if (policy->invoice.cycle == SETTLE_CYCLE_WEEKLY && policy->invoice.cut_off_day > 7)
            ERROR(build, "P016", day, NULL, "a week's cut-off day is 1 (Monday) to 7 (Sunday)");
        if (policy->invoice.cycle == SETTLE_CYCLE_DAILY ||
            policy->invoice.cycle == SETTLE_CYCLE_NONE)
            ERROR(build, "P045", day, NULL, "cut-off-day goes with monthly and weekly cycles");
    }
    optional_money(build, invoice, "minimum", &policy->invoice.minimum_minor);
}

static char *
text_of(const SettleNode *map, const char *key)
{
    const SettleNode *node = sound(map, key);

    return node != NULL ? g_strdup(node->text) : NULL;
}

/* A faulty rule keeps its place, without a kind and an id. */
static void
read_rules(Build *build, const SettleNode *rules)
{
    build->policy->rules = g_new0(SettleRule, rules->values->len);
    for (guint i = 0; i < rules->values->len; i++) {
        const SettleNode *rule = g_ptr_array_index(rules->values, i);

        if (!rule->faulty)
            read_rule(build, rule, i, &build->policy->rules[i]);
        build->policy->n_rules = i + 1;
    }
    settle_policy_find_covered(build->policy, rules, build->diagnostics);
}

SettlePolicy *
settle_policy_build(const SettleNode *top, SettleDiagnostics *diagnostics)
{
    SettlePolicy *policy = g_new0(SettlePolicy, 1);
    Build build = {.diagnostics = diagnostics,
                   .policy = policy,
                   .top = top,
                   .exponent = settle_policy_exponent(top)};
    const SettleNode *rules = settle_node_get(top, "rules");
    const SettleNode *currency = sound(top, "currency");
    const SettleNode *closing = sound(top, "closing");

    policy->unsupported = g_ptr_array_new_with_free_func(g_free);
    policy->name = text_of(top, "policy");
    policy->carrier = text_of(top, "carrier");
    policy->version = text_of(top, "version");
    if (currency != NULL)
        settle_invariant(
            settle_currency_lookup(currency->text, strlen(currency->text), &policy->currency));
    policy->rounding =
        (SettleRounding) choice_of(top, "policy", "rounding", SETTLE_ROUND_HALF_AWAY);
    if (closing != NULL)
        read_days(closing, policy);
    read_terms(&build, policy);
    note_later_terms(&build, "policy", top);

    if (rules != NULL && rules->kind == SETTLE_NODE_LIST &&
        rules->values->len <= SETTLE_POLICY_RULES_MAX)
        read_rules(&build, rules);
    return policy;
}
