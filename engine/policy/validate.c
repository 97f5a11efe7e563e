#include "policy/build.h"
#include "policy/fields.h"

#include <string.h>

/* Holds every value of the tree against the field table. */

typedef struct {
    SettleDiagnostics *diagnostics;
    int exponent;
} Check;

#define ERROR(check, code, node, hint, ...)                                                        \
    settle_diagnose((check)->diagnostics, SETTLE_SEVERITY_ERROR, code, node, hint, __VA_ARGS__)

static void check_section(Check *check, const char *section, const SettleNode *node);

int
settle_policy_exponent(const SettleNode *top)
{
    const SettleNode *node = settle_node_get(top, "currency");
    SettleCurrency currency;

    if (node == NULL || node->kind != SETTLE_NODE_SCALAR ||
        !settle_currency_lookup(node->text, strlen(node->text), &currency))
        return 2;
    return settle_currency_exponent(currency);
}

/* --- scalars --------------------------------------------------------------------------------- */

static gboolean
check_money_text(Check *check, const SettleNode *node, const char *text, size_t length,
                 gboolean allow_negative)
{
    int64_t minor;

    switch (settle_money_parse(text, length, check->exponent, &minor)) {
    case SETTLE_PARSE_OK:
        if (minor >= 0 || allow_negative)
            return TRUE;
        ERROR(check, "P013", node, NULL, "an amount must not be negative");
        return FALSE;
    case SETTLE_PARSE_TOO_MANY_DECIMALS:
        ERROR(check, "P014", node, NULL, "\"%.*s\" has more decimals than the currency's %d",
              (int) length, text, check->exponent);
        return FALSE;
    case SETTLE_PARSE_OUT_OF_RANGE:
        ERROR(check, "P013", node, NULL, "\"%.*s\" is larger than amounts can be", (int) length,
              text);
        return FALSE;
    case SETTLE_PARSE_NOT_A_NUMBER:
        break;
    }
    ERROR(check, "P013", node, "write amounts like 40.00, without separators or currency",
          "\"%.*s\" is not an amount", (int) length, text);
    return FALSE;
}

static void
check_rate(Check *check, const SettleNode *node)
{
    size_t length = strlen(node->text);
    SettleRatePpb rate;

    if (length == 0 || node->text[length - 1] != '%') {
        ERROR(check, "P015", node, "write rates with a percent sign, like 2.5%",
              "\"%s\" is not a rate", node->text);
        return;
    }
    switch (settle_rate_parse(node->text, length, &rate)) {
    case SETTLE_PARSE_OK:
        if (rate > SETTLE_RATE_ONE)
            settle_diagnose(check->diagnostics, SETTLE_SEVERITY_WARNING, "P102", node, NULL,
                            "%s is more than the whole", node->text);
        return;
    case SETTLE_PARSE_TOO_MANY_DECIMALS:
        ERROR(check, "P015", node, NULL, "a rate has at most 7 decimals");
        return;
    case SETTLE_PARSE_OUT_OF_RANGE:
    case SETTLE_PARSE_NOT_A_NUMBER:
        break;
    }
    ERROR(check, "P015", node, "write rates like 2.5%", "\"%s\" is not a rate", node->text);
}

static void
check_pay(Check *check, const SettleNode *node)
{
    size_t length = strlen(node->text);

    if (length > 0 && node->text[length - 1] == '%')
        check_rate(check, node);
    else
        check_money_text(check, node, node->text, length, FALSE);
}

static gboolean
read_count(const char *text, size_t length, int64_t *ret_value)
{
    return length > 0 && text[0] != '-' &&
           settle_money_parse(text, length, 0, ret_value) == SETTLE_PARSE_OK;
}

static void
check_integer(Check *check, const SettleNode *node, const SettleField *field)
{
    int64_t value;

    if (!read_count(node->text, strlen(node->text), &value) || value < field->min ||
        value > field->max)
        ERROR(check, "P016", node, NULL,
              "\"%s\" must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
              node->text, field->min, field->max);
}

static void
check_choice(Check *check, const SettleNode *node, const SettleField *field)
{
    g_autofree char *list = g_strjoinv(", ", (char **) field->choices);
    g_autofree char *hint = NULL;
    const char *meant;

    if (g_strv_contains(field->choices, node->text))
        return;
    meant = settle_did_you_mean(node->text, field->choices);
    hint = meant != NULL ? g_strdup_printf("did you mean \"%s\"", meant) : NULL;
    ERROR(check, "P019", node, hint, "%s is one of %s, not \"%s\"", field->name, list, node->text);
}

gboolean
settle_interval_read(const char *text, gboolean is_money, int exponent,
                     SettleInterval *ret_interval)
{
    const char *dots = strstr(text, "..");
    SettleInterval interval = {SETTLE_OPEN_LOW, SETTLE_OPEN_HIGH};
    int digits = is_money ? exponent : 0;

    if (dots == NULL) {
        if (settle_money_parse(text, strlen(text), digits, &interval.from) != SETTLE_PARSE_OK)
            return FALSE;
        interval.to = interval.from;
    } else {
        size_t before = (size_t) (dots - text), after = strlen(dots + 2);

        if (before == 0 && after == 0)
            return FALSE;
        if (before > 0 &&
            settle_money_parse(text, before, digits, &interval.from) != SETTLE_PARSE_OK)
            return FALSE;
        if (after > 0 &&
            settle_money_parse(dots + 2, after, digits, &interval.to) != SETTLE_PARSE_OK)
            return FALSE;
    }
    *ret_interval = interval;
    return TRUE;
}

static void
check_interval(Check *check, const SettleNode *node, gboolean is_money)
{
    SettleInterval interval;

    if (!settle_interval_read(node->text, is_money, check->exponent, &interval))
        ERROR(check, "P020", node,
              is_money ? "write intervals like 10.00..19.99, 10.00.. or ..9.99, both ends included"
                       : "write intervals like 1..5, 3.. or ..5, both ends included",
              "\"%s\" is not an interval%s", node->text,
              is_money ? " of amounts" : " of whole numbers");
    else if (interval.from > interval.to)
        ERROR(check, "P021", node, NULL, "the interval \"%s\" ends before it starts", node->text);
    else if (!is_money && strchr(node->text, '-') != NULL)
        ERROR(check, "P020", node, NULL, "the interval \"%s\" goes below zero", node->text);
}

static void
check_days(Check *check, const SettleNode *node)
{
    const char *dots = strstr(node->text, "..");
    SettleDay from = SETTLE_DAY_MIN, to = SETTLE_DAY_MAX;
    gboolean ok = strlen(node->text) > 2;

    if (dots == NULL)
        ok = settle_day_parse(node->text, strlen(node->text), &from);
    else if (ok && dots > node->text)
        ok = settle_day_parse(node->text, (size_t) (dots - node->text), &from);
    if (ok && dots != NULL && dots[2] != '\0')
        ok = settle_day_parse(dots + 2, strlen(dots + 2), &to);
    if (!ok)
        ERROR(check, "P018", node, "write days like 2026-01-01..2026-12-31",
              "\"%s\" is not a range of days", node->text);
    else if (from > to)
        ERROR(check, "P021", node, NULL, "the range \"%s\" ends before it starts", node->text);
}

static void
check_months_after(Check *check, const SettleNode *node)
{
    const char *blank = strchr(node->text, ' ');
    int64_t n;

    if (blank == NULL || !read_count(node->text, (size_t) (blank - node->text), &n) || n > 240 ||
        (strcmp(blank, " month") != 0 && strcmp(blank, " months") != 0))
        ERROR(check, "P016", node, "write it like 4 months", "\"%s\" is not a number of months",
              node->text);
}

static void
check_currency(Check *check, const SettleNode *node)
{
    SettleCurrency currency;

    if (!settle_currency_lookup(node->text, strlen(node->text), &currency))
        ERROR(check, "P023", node, "use a code of ISO 4217, like CNY", "\"%s\" is not a currency",
              node->text);
}

static gboolean
is_nothing(const SettleNode *node)
{
    return !node->quoted && (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
                             strcmp(node->text, "null") == 0);
}

static gboolean
check_text(Check *check, const SettleNode *node)
{
    if (is_nothing(node) || node->text[0] == '\0') {
        ERROR(check, "P012", node, NULL, "a value is missing here");
        return FALSE;
    }
    if (strlen(node->text) > 200 || !g_utf8_validate(node->text, -1, NULL)) {
        ERROR(check, "P012", node, NULL, "a text has at most 200 bytes");
        return FALSE;
    }
    return TRUE;
}

/* --- composed values ------------------------------------------------------------------------- */

static gboolean
expect(Check *check, const SettleNode *node, SettleNodeKind kind, const char *name)
{
    static const char *const shapes[] = {"a single value", "keys with values", "a list"};

    if (node->kind == kind)
        return TRUE;
    ERROR(check, "P006", node, NULL, "%s takes %s", name, shapes[kind]);
    return FALSE;
}

static void
check_texts(Check *check, const SettleNode *node, const char *name)
{
    if (node->kind == SETTLE_NODE_SCALAR) {
        check_text(check, node);
        return;
    }
    if (!expect(check, node, SETTLE_NODE_LIST, name))
        return;
    if (node->values->len == 0)
        ERROR(check, "P022", node, "leave it out if it does not matter", "%s is empty", name);
    for (guint i = 0; i < node->values->len; i++) {
        const SettleNode *item = g_ptr_array_index(node->values, i);

        if (expect(check, item, SETTLE_NODE_SCALAR, name))
            check_text(check, item);
    }
}

typedef void (*CheckScalar)(Check *check, const SettleNode *node);

/* A map from intervals to what is paid. */
static void
check_bands(Check *check, const SettleNode *node, const char *name, gboolean money_keys,
            CheckScalar check_value)
{
    if (!expect(check, node, SETTLE_NODE_MAP, name))
        return;
    if (node->keys->len == 0)
        ERROR(check, "P022", node, NULL, "%s is empty", name);
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *value = g_ptr_array_index(node->values, i);

        check_interval(check, g_ptr_array_index(node->keys, i), money_keys);
        if (expect(check, value, SETTLE_NODE_SCALAR, name))
            check_value(check, value);
    }
}

static gboolean
measures_amount(const SettleNode *rule)
{
    const SettleNode *measure = settle_node_get(rule, "measure");

    return measure != NULL && measure->kind == SETTLE_NODE_SCALAR &&
           strcmp(measure->text, "amount") == 0;
}

static void
check_groups(Check *check, const SettleNode *node)
{
    if (!expect(check, node, SETTLE_NODE_MAP, "groups"))
        return;
    for (guint i = 0; i < node->values->len; i++)
        check_texts(check, g_ptr_array_index(node->values, i), "a group");
}

static void
check_rule(Check *check, const SettleNode *node)
{
    const char *kind = NULL;

    if (!expect(check, node, SETTLE_NODE_MAP, "a rule"))
        return;
    for (guint i = 0; settle_rule_kinds[i] != NULL; i++) {
        if (settle_node_get(node, settle_rule_kinds[i]) == NULL)
            continue;
        if (kind != NULL) {
            ERROR(check, "P031", node, "make two rules of it", "a rule is either %s or %s", kind,
                  settle_rule_kinds[i]);
            return;
        }
        kind = settle_rule_kinds[i];
    }
    if (kind == NULL) {
        g_autofree char *hint = NULL;

        if (node->keys->len > 0) {
            const char *word = ((const SettleNode *) g_ptr_array_index(node->keys, 0))->text;
            const char *meant = settle_did_you_mean(word, settle_rule_kinds);

            hint = meant != NULL ? g_strdup_printf("did you mean \"%s: ...\"", meant)
                                 : g_strdup("start it like \"- upfront: its-name\"");
        }
        ERROR(check, "P030", node, hint,
              "a rule says its kind: upfront, deferred, revenue-share or volume-bonus");
        return;
    }
    check_section(check, kind, node);
}

/* Loosely, for its values are not used; but a key that will never exist is told now. */
static void
check_later(Check *check, const SettleField *field, const SettleNode *node)
{
    if (node->kind == SETTLE_NODE_SCALAR)
        check_text(check, node);
    else if (node->kind == SETTLE_NODE_MAP && field->of != NULL)
        check_section(check, field->of, node);
    else if (node->kind == SETTLE_NODE_MAP)
        expect(check, node, SETTLE_NODE_SCALAR, field->name);
    else
        for (guint i = 0; i < node->values->len; i++)
            check_later(check, field, g_ptr_array_index(node->values, i));
}

static void
check_rules(Check *check, const SettleNode *node)
{
    if (!expect(check, node, SETTLE_NODE_LIST, "rules"))
        return;
    if (node->values->len == 0)
        ERROR(check, "P033", node, NULL, "a policy has at least one rule");
    if (node->values->len > SETTLE_POLICY_RULES_MAX)
        ERROR(check, "P043", node, NULL, "a policy has at most %d rules", SETTLE_POLICY_RULES_MAX);
    for (guint i = 0; i < node->values->len; i++) {
        SettleNode *rule = g_ptr_array_index(node->values, i);
        guint before = check->diagnostics->n_errors;

        check_rule(check, rule);
        rule->faulty = check->diagnostics->n_errors > before;
    }
}

static void
check_field(Check *check, const SettleField *field, const SettleNode *section,
            const SettleNode *node)
{
    switch (field->type) {
    case FIELD_TEXTS:
        check_texts(check, node, field->name);
        return;
    case FIELD_GROUPS:
        check_groups(check, node);
        return;
    case FIELD_SECTION:
        if (expect(check, node, SETTLE_NODE_MAP, field->name))
            check_section(check, field->of, node);
        return;
    case FIELD_SECTIONS:
        if (!expect(check, node, SETTLE_NODE_LIST, field->name))
            return;
        if (node->values->len == 0)
            ERROR(check, "P022", node, NULL, "%s is empty", field->name);
        for (guint i = 0; i < node->values->len; i++) {
            const SettleNode *item = g_ptr_array_index(node->values, i);

            /* "active" and "no-refund" are conditions of one word, not settled yet */
            if (strcmp(field->of, "condition") == 0 && item->kind == SETTLE_NODE_SCALAR &&
                (strcmp(item->text, "active") == 0 || strcmp(item->text, "no-refund") == 0))
                continue;
            if (expect(check, item, SETTLE_NODE_MAP, field->of))
                check_section(check, field->of, item);
        }
        return;
    case FIELD_RULES:
        check_rules(check, node);
        return;
    case FIELD_BANDS_MONEY_PAY:
        check_bands(check, node, field->name, TRUE, check_pay);
        return;
    case FIELD_BANDS_MONEY_RATE:
        check_bands(check, node, field->name, TRUE, check_rate);
        return;
    case FIELD_BANDS_COUNT_RATE:
        check_bands(check, node, field->name, FALSE, check_rate);
        return;
    case FIELD_TIERS:
        check_bands(check, node, field->name, measures_amount(section), check_pay);
        return;
    case FIELD_LATER:
        check_later(check, field, node);
        return;
    case FIELD_TEXT:
    case FIELD_MONEY:
    case FIELD_RATE:
    case FIELD_PAY:
    case FIELD_INTEGER:
    case FIELD_BOOLEAN:
    case FIELD_CHOICE:
    case FIELD_CURRENCY:
    case FIELD_DAYS:
    case FIELD_MONTHS_AFTER:
    case FIELD_COUNT_INTERVAL:
    case FIELD_MONEY_INTERVAL:
        break;
    }

    if (!expect(check, node, SETTLE_NODE_SCALAR, field->name) || !check_text(check, node))
        return;
    if (field->type == FIELD_MONEY)
        check_money_text(check, node, node->text, strlen(node->text), FALSE);
    else if (field->type == FIELD_RATE)
        check_rate(check, node);
    else if (field->type == FIELD_PAY)
        check_pay(check, node);
    else if (field->type == FIELD_INTEGER)
        check_integer(check, node, field);
    else if (field->type == FIELD_CHOICE)
        check_choice(check, node, field);
    else if (field->type == FIELD_CURRENCY)
        check_currency(check, node);
    else if (field->type == FIELD_DAYS)
        check_days(check, node);
    else if (field->type == FIELD_MONTHS_AFTER)
        check_months_after(check, node);
    else if (field->type == FIELD_COUNT_INTERVAL)
        check_interval(check, node, FALSE);
    else if (field->type == FIELD_MONEY_INTERVAL)
        check_interval(check, node, TRUE);
    else if (field->type == FIELD_BOOLEAN && strcmp(node->text, "true") != 0 &&
             strcmp(node->text, "false") != 0)
        ERROR(check, "P017", node, NULL, "%s is true or false, not \"%s\"", field->name,
              node->text);
}

static void
unknown_key(Check *check, const char *section, const SettleNode *key)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *hint = NULL;
    const char *meant;

    for (const SettleField *field = settle_fields; field->section != NULL; field++)
        if (strcmp(field->section, section) == 0)
            g_ptr_array_add(names, (gpointer) field->name);
    g_ptr_array_add(names, NULL);
    /* a hint that nobody is shown is not looked for */
    meant = check->diagnostics->n_errors < SETTLE_POLICY_SHOWN_MAX
                ? settle_did_you_mean(key->text, (const char *const *) names->pdata)
                : NULL;
    if (meant != NULL)
        hint = g_strdup_printf("did you mean \"%s\"", meant);
    ERROR(check, "P010", key, hint, "%s has no \"%s\"",
          strcmp(section, "policy") == 0 ? "a policy" : section, key->text);
}

static void
check_section(Check *check, const char *section, const SettleNode *node)
{
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *key = g_ptr_array_index(node->keys, i);
        const SettleField *field = settle_field_find(section, key->text);
        SettleNode *value = g_ptr_array_index(node->values, i);
        guint before = check->diagnostics->n_errors;

        if (field == NULL)
            unknown_key(check, section, key);
        else
            check_field(check, field, node, value);
        /* of the rules each has its own mark */
        if (field == NULL || field->type != FIELD_RULES || value->kind != SETTLE_NODE_LIST)
            value->faulty = check->diagnostics->n_errors > before;
    }
    for (const SettleField *field = settle_fields; field->section != NULL; field++)
        if (field->required && strcmp(field->section, section) == 0 &&
            settle_node_get(node, field->name) == NULL)
            ERROR(check, "P011", node, field->example, "%s needs \"%s\": %s",
                  strcmp(section, "policy") == 0 ? "a policy" : section, field->name, field->help);
}

void
settle_policy_validate(SettleNode *top, SettleDiagnostics *diagnostics)
{
    Check check = {diagnostics, settle_policy_exponent(top)};

    check_section(&check, "policy", top);
}
