/* Validation of a tree against the field table: unknown keys, missing fields, choices, texts that
 * must be unique. */
#include "policy/validate.h"

#include "base/near.h"
#include "document/syntax.h"
#include "policy/kind.h"
#include "policy/validate-scalars.h"

#include <string.h>

/* Holds every value of the tree against the field table. */

static void check_section(SettleCheck *check, const char *section, const SettleNode *node);

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

static gboolean
expect(SettleCheck *check, const SettleNode *node, SettleNodeKind kind, const char *name)
{
    static const char *const shapes[] = {"a single value", "keys with values", "a list"};

    if (node->kind == kind)
        return TRUE;
    SETTLE_CHECK_ERROR(check, "P006", node, NULL, "%s takes %s", name, shapes[kind]);
    return FALSE;
}

/* "sim，plan" is a single code, and one that no order has. In quotes it is meant. */
static void
check_code(SettleCheck *check, const SettleNode *node)
{
    const char *sign;

    if (!settle_field_check_text(check, node) || node->quoted)
        return;
    sign = settle_wide_sign(node->text, strlen(node->text), NULL, NULL);
    if (sign[0] != '\0')
        settle_diagnose(check->diagnostics, SETTLE_SEVERITY_WARNING, "P125", node,
                        "type it with the keyboard in English mode; if the code really has it, put "
                        "the code in quotes",
                        "\"%s\" is part of the code \"%s\" here", sign, node->text);
}

static void
check_texts(SettleCheck *check, const SettleNode *node, const char *name)
{
    if (node->kind == SETTLE_NODE_SCALAR) {
        check_code(check, node);
        return;
    }
    if (!expect(check, node, SETTLE_NODE_LIST, name))
        return;
    if (node->values->len == 0)
        SETTLE_CHECK_ERROR(check, "P022", node, "leave it out if it does not matter", "%s is empty",
                           name);
    for (guint i = 0; i < node->values->len; i++) {
        const SettleNode *item = g_ptr_array_index(node->values, i);

        if (expect(check, item, SETTLE_NODE_SCALAR, name))
            check_code(check, item);
    }
}

typedef void (*CheckScalar)(SettleCheck *check, const SettleNode *node);

/* A map from intervals to what is paid. */
static void
check_bands(SettleCheck *check, const SettleNode *node, const char *name, gboolean money_keys,
            CheckScalar check_value)
{
    if (!expect(check, node, SETTLE_NODE_MAP, name))
        return;
    if (node->keys->len == 0)
        SETTLE_CHECK_ERROR(check, "P022", node, NULL, "%s is empty", name);
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *value = g_ptr_array_index(node->values, i);

        settle_field_check_interval(check, g_ptr_array_index(node->keys, i), money_keys);
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
check_groups(SettleCheck *check, const SettleNode *node)
{
    if (!expect(check, node, SETTLE_NODE_MAP, "groups"))
        return;
    for (guint i = 0; i < node->values->len; i++)
        check_texts(check, g_ptr_array_index(node->values, i), "a group");
}

/* One of the words, or a list of some. */
static void
check_choices(SettleCheck *check, const SettleField *field, const SettleNode *node)
{
    if (node->kind == SETTLE_NODE_SCALAR) {
        settle_field_check_scalar(check, field, node);
        return;
    }
    check_texts(check, node, field->name);
    for (guint i = 0; node->kind == SETTLE_NODE_LIST && i < node->values->len; i++) {
        const SettleNode *item = g_ptr_array_index(node->values, i);

        if (item->kind == SETTLE_NODE_SCALAR)
            settle_field_check_word(check, item, field->name, field->choices);
    }
}

static const SettleNode *
rule_named(const SettleCheck *check, const char *name)
{
    for (guint i = 0; check->rules != NULL && i < check->rules->values->len; i++) {
        const SettleNode *rule = g_ptr_array_index(check->rules->values, i);

        for (guint k = 0; rule->kind == SETTLE_NODE_MAP && settle_commission_kind_names[k] != NULL;
             k++) {
            const SettleNode *id = settle_node_get(rule, settle_commission_kind_names[k]);

            if (id != NULL && id->kind == SETTLE_NODE_SCALAR && strcmp(id->text, name) == 0)
                return rule;
        }
    }
    return NULL;
}

/* The rule that a key of an example names, or NULL with an error. */
static const SettleNode *
check_rule_name(SettleCheck *check, const SettleNode *key)
{
    const SettleNode *rule = rule_named(check, key->text);

    if (rule == NULL)
        SETTLE_CHECK_ERROR(check, "P048", key, NULL, "there is no rule \"%s\"", key->text);
    return rule;
}

/* What an example's rules earn: {rule: 5.00} or {rule: {1..6: 0.50}}. */
static void
check_earns(SettleCheck *check, const SettleNode *node)
{
    if (!expect(check, node, SETTLE_NODE_MAP, "earns"))
        return;
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *value = g_ptr_array_index(node->values, i);

        check_rule_name(check, g_ptr_array_index(node->keys, i));
        if (value->kind == SETTLE_NODE_MAP)
            check_bands(check, value, "earns", FALSE, settle_field_check_money);
        else if (expect(check, value, SETTLE_NODE_SCALAR, "earns") &&
                 settle_field_check_text(check, value))
            settle_field_check_money(check, value);
    }
}

/* Whether the rule, of whatever kind it says to be, measures windows. */
static gboolean
has_window(const SettleNode *rule, gboolean *ret_amounts)
{
    for (guint k = 0; k < SETTLE_N_COMMISSION_KINDS; k++)
        if (settle_node_get(rule, settle_commission_kind_names[k]) != NULL &&
            settle_policy_kind(settle_commission_kinds[k])->window_of_example(rule, ret_amounts))
            return TRUE;
    return FALSE;
}

/* Where an example's windows stand: {rule: 500}, in what the rule measures. */
static void
check_measures(SettleCheck *check, const SettleNode *node)
{
    static const SettleField count = {.name = "window", .type = FIELD_INTEGER, .max = G_MAXINT64};

    if (!expect(check, node, SETTLE_NODE_MAP, "window"))
        return;
    for (guint i = 0; i < node->keys->len; i++) {
        const SettleNode *key = g_ptr_array_index(node->keys, i);
        const SettleNode *value = g_ptr_array_index(node->values, i);
        const SettleNode *rule = check_rule_name(check, key);
        gboolean amounts;

        if (!expect(check, value, SETTLE_NODE_SCALAR, "window") ||
            !settle_field_check_text(check, value) || rule == NULL)
            continue;
        if (!has_window(rule, &amounts))
            SETTLE_CHECK_ERROR(check, "P048", key, NULL, "\"%s\" is of a kind without windows",
                               key->text);
        else if (amounts)
            settle_field_check_money(check, value);
        else
            settle_field_check_scalar(check, &count, value);
    }
}

static void
check_rule(SettleCheck *check, const SettleNode *node)
{
    const char *kind = NULL;

    if (!expect(check, node, SETTLE_NODE_MAP, "a rule"))
        return;
    for (guint i = 0; settle_commission_kind_names[i] != NULL; i++) {
        const char *name = settle_commission_kind_names[i];

        if (settle_node_get(node, name) == NULL)
            continue;
        if (kind != NULL) {
            SETTLE_CHECK_ERROR(check, "P031", node, "make two rules of it",
                               "a rule is either %s or %s", kind, name);
            return;
        }
        kind = name;
    }
    if (kind == NULL) {
        g_autofree char *hint = NULL, *kinds = settle_commission_kind_words();

        if (node->keys->len > 0) {
            const char *word = ((const SettleNode *) g_ptr_array_index(node->keys, 0))->text;
            const char *meant = settle_did_you_mean(word, settle_commission_kind_names);

            hint = meant != NULL ? g_strdup_printf("did you mean \"%s: ...\"", meant)
                                 : g_strdup("start it like \"- upfront: its-name\"");
        }
        SETTLE_CHECK_ERROR(check, "P030", node, hint, "a rule says its kind: %s", kinds);
        return;
    }
    check_section(check, kind, node);
}

static void
check_rules(SettleCheck *check, const SettleNode *node)
{
    if (!expect(check, node, SETTLE_NODE_LIST, "rules"))
        return;
    if (node->values->len == 0)
        SETTLE_CHECK_ERROR(check, "P033", node, NULL, "a policy has at least one rule");
    if (node->values->len > SETTLE_POLICY_RULES_MAX)
        SETTLE_CHECK_ERROR(check, "P043", node, NULL, "a policy has at most %d rules",
                           SETTLE_POLICY_RULES_MAX);
    for (guint i = 0; i < node->values->len; i++) {
        SettleNode *rule = g_ptr_array_index(node->values, i);
        guint before = check->diagnostics->n_errors;

        check_rule(check, rule);
        rule->faulty = check->diagnostics->n_errors > before;
    }
}

static void
check_sections(SettleCheck *check, const SettleField *field, const SettleNode *node)
{
    if (!expect(check, node, SETTLE_NODE_LIST, field->name))
        return;
    if (node->values->len == 0)
        SETTLE_CHECK_ERROR(check, "P022", node,
                           g_strcmp0(field->of, "test") == 0
                               ? "leave it out: {month: 1} alone is met when that bill is there"
                               : "leave it out",
                           "%s is empty", field->name);
    for (guint i = 0; i < node->values->len; i++) {
        const SettleNode *item = g_ptr_array_index(node->values, i);

        if (field->choices != NULL && item->kind == SETTLE_NODE_SCALAR)
            settle_field_check_word(check, item, "a condition of one word", field->choices);
        else if (expect(check, item, SETTLE_NODE_MAP, field->of))
            check_section(check, field->of, item);
    }
}

static void
check_field(SettleCheck *check, const SettleField *field, const SettleNode *section,
            const SettleNode *node)
{
    switch (field->type) {
    case FIELD_TEXTS:
        check_texts(check, node, field->name);
        return;
    case FIELD_CHOICES:
        check_choices(check, field, node);
        return;
    case FIELD_GROUPS:
        check_groups(check, node);
        return;
    case FIELD_SECTION:
        if (expect(check, node, SETTLE_NODE_MAP, field->name))
            check_section(check, field->of, node);
        return;
    case FIELD_SECTIONS:
        check_sections(check, field, node);
        return;
    case FIELD_RULES:
        check_rules(check, node);
        return;
    case FIELD_BANDS_MONEY_PAY:
        check_bands(check, node, field->name, TRUE, settle_field_check_pay);
        return;
    case FIELD_BANDS_MONEY_RATE:
        check_bands(check, node, field->name, TRUE, settle_field_check_rate);
        return;
    case FIELD_BANDS_COUNT_RATE:
        check_bands(check, node, field->name, FALSE, settle_field_check_rate);
        return;
    case FIELD_TIERS:
        check_bands(check, node, field->name, measures_amount(section), settle_field_check_pay);
        return;
    case FIELD_EARNS:
        check_earns(check, node);
        return;
    case FIELD_MEASURES:
        check_measures(check, node);
        return;
    case FIELD_TEXT:
    case FIELD_MONEY:
    case FIELD_RATE:
    case FIELD_PAY:
    case FIELD_INTEGER:
    case FIELD_BOOLEAN:
    case FIELD_CHOICE:
    case FIELD_CURRENCY:
    case FIELD_DAY:
    case FIELD_DAYS:
    case FIELD_MONTHS:
    case FIELD_SPAN:
    case FIELD_TAKE:
    case FIELD_COUNT_INTERVAL:
    case FIELD_MONEY_INTERVAL:
    case FIELD_SO_FAR:
        if (expect(check, node, SETTLE_NODE_SCALAR, field->name))
            settle_field_check_scalar(check, field, node);
        return;
    }
}

/* What other systems call it; the first of our words that the section has is meant. */
static const char *
word_of_others(const char *word, const char *const *names)
{
    static const struct {
        const char *word, *ours;
    } words[] = {
        {"max", "cap"},
        {"maximum", "cap"},
        {"limit", "cap"},
        {"max", "ceiling"},
        {"arrears", "no-arrears"},
        {"paid-up", "no-arrears"},
        {"amount", "pay"},
        {"commission", "pay"},
        {"fixed", "pay"},
        {"percent", "rate"},
        {"percentage", "rate"},
        {"share", "rate"},
        {"vat", "tax"},
        {"min", "minimum"},
        {"threshold", "minimum"},
        {"filter", "for"},
        {"where", "for"},
        {"match", "for"},
        {"when", "if"},
        {"condition", "if"},
        {"conditions", "if"},
        {"traffic", "megabytes"},
        {"mb", "megabytes"},
        {"voice", "minutes"},
        {"operator", "carrier"},
        {"telco", "carrier"},
        {"valid", "closing"},
        {"period", "closing"},
        {"dates", "closing"},
        {"name", "policy"},
        {"id", "policy"},
        {"bands", "tiers"},
        {"steps", "tiers"},
        {"schedule", "instalments"},
        {"installments", "instalments"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, word) == 0 && g_strv_contains(names, words[i].ours))
            return words[i].ours;
    return NULL;
}

static void
unknown_key(SettleCheck *check, const char *section, const SettleNode *key)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *hint = NULL;
    const char *meant;

    for (const SettleField *field = settle_fields; field->section != NULL; field++)
        if (strcmp(field->section, section) == 0)
            g_ptr_array_add(names, (gpointer) field->name);
    g_ptr_array_add(names, NULL);
    /* a hint that nobody is shown is not looked for */
    meant = word_of_others(key->text, (const char *const *) names->pdata);
    if (meant == NULL && check->diagnostics->n_errors < SETTLE_DIAGNOSTICS_SHOWN_MAX)
        meant = settle_did_you_mean(key->text, (const char *const *) names->pdata);
    if (meant != NULL)
        hint = g_strdup_printf("did you mean \"%s\"", meant);
    /* in braces "rate:6%" is a key, and a value is missing */
    for (guint i = 0; hint == NULL && i + 1 < names->len; i++) {
        const char *name = g_ptr_array_index(names, i), *rest = key->text + strlen(name);

        if (!g_str_has_prefix(key->text, name))
            continue;
        if (rest[0] == '=' && rest[1] != '\0')
            hint = g_strdup_printf("a colon and a blank, not =: \"%s: %s\"", name, rest + 1);
        rest += g_str_has_prefix(rest, "：") ? strlen("：") : rest[0] == ':' ? 1 : 0;
        if (hint == NULL && rest > key->text + strlen(name))
            hint = g_strdup_printf("a blank follows the colon: \"%s: %s\"", name, rest);
    }
    settle_diagnose(check->diagnostics, SETTLE_SEVERITY_ERROR, "P010", key, hint,
                    "%s has no \"%s\"", strcmp(section, "policy") == 0 ? "a policy" : section,
                    key->text);
}

static void
check_section(SettleCheck *check, const char *section, const SettleNode *node)
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
        if (field->required && field->section[0] == section[0] &&
            strcmp(field->section, section) == 0 &&
            settle_node_get(node, field->name) == NULL)
            SETTLE_CHECK_ERROR(check, "P011", node, field->example, "%s needs \"%s\": %s",
                               strcmp(section, "policy") == 0 ? "a policy" : section, field->name,
                               field->help);
}

static SettleCheck
check_for(const SettleNode *document, SettleDiagnostics *diagnostics)
{
    const SettleNode *rules = settle_node_get(document, "rules");

    return (SettleCheck){
        .diagnostics = diagnostics,
        .exponent = settle_policy_exponent(document),
        .rules = rules != NULL && rules->kind == SETTLE_NODE_LIST ? rules : NULL,
    };
}

void
settle_policy_validate(SettleNode *top, SettleDiagnostics *diagnostics)
{
    SettleCheck check = check_for(top, diagnostics);

    check_section(&check, "policy", top);
}

void
settle_example_validate(SettleNode *node, const SettleNode *document,
                        SettleDiagnostics *diagnostics)
{
    SettleCheck check = check_for(document, diagnostics);

    check_section(&check, "example", node);
}
