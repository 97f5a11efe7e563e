/* The JSON Schema and the reference page of the policy language, both written from the field
 * table. */
#include "policy/fields.h"
#include "policy/load.h"

#include <jansson.h>
#include <string.h>

/* The JSON Schema and the reference page, both from the field table. */

#define MONEY "[0-9]+(\\.[0-9]+)?"
#define COUNT "[0-9]+"
#define RATE  "[0-9]+(\\.[0-9]+)?%"
#define DAY   "[0-9]{4}-[0-9]{2}-[0-9]{2}"

#define COUNTS  "(" COUNT "(\\.\\.(" COUNT ")?)?|\\.\\." COUNT ")"
#define AMOUNTS "(" MONEY "(\\.\\.(" MONEY ")?)?|\\.\\." MONEY ")"

/* What cannot be read as a number: rates, days, numbers of months. */
static json_t *
word_pattern(const char *regex)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", regex);
}

/* Editors hand unquoted numbers over as numbers: a text may be one, too. */
static json_t *
pattern(const char *regex)
{
    return json_pack("{s:[s,s,s], s:s}", "type", "string", "number", "integer", "pattern", regex);
}

static json_t *
reference_to(const char *section)
{
    g_autofree char *path = g_strconcat("#/definitions/", section, NULL);

    return json_pack("{s:s}", "$ref", path);
}

static json_t *
map_of(const char *key_pattern, json_t *value)
{
    return json_pack("{s:s, s:i, s:{s:o}, s:b}", "type", "object", "minProperties", 1,
                     "patternProperties", key_pattern, value, "additionalProperties", 0);
}

static json_t *
texts_schema(void)
{
    return json_pack("{s:[{s:[s,s]}, {s:s, s:i, s:{s:[s,s]}}]}", "anyOf", "type", "string",
                     "number", "type", "array", "minItems", 1, "items", "type", "string", "number");
}

static json_t *
rules_schema(void)
{
    json_t *kinds = json_array();

    for (guint i = 0; settle_commission_kind_names[i] != NULL; i++)
        json_array_append_new(kinds, reference_to(settle_commission_kind_names[i]));
    return json_pack("{s:s, s:i, s:i, s:{s:o}}", "type", "array", "minItems", 1, "maxItems", 4095,
                     "items", "oneOf", kinds);
}

static json_t *
choice_schema(const SettleField *field)
{
    json_t *choices = json_array();

    for (guint i = 0; field->choices[i] != NULL; i++)
        json_array_append_new(choices, json_string(field->choices[i]));
    return json_pack("{s:o}", "enum", choices);
}

static json_t *
sections_schema(const SettleField *field)
{
    json_t *item = reference_to(field->of);

    if (field->choices != NULL)
        item = json_pack("{s:[o, o]}", "anyOf", item, choice_schema(field));
    return json_pack("{s:s, s:i, s:o}", "type", "array", "minItems", 1, "items", item);
}

/* One of the words, or a list of some. */
static json_t *
choices_schema(const SettleField *field)
{
    json_t *one = choice_schema(field);

    return json_pack("{s:[O, {s:s, s:i, s:o}]}", "anyOf", one, "type", "array", "minItems", 1,
                     "items", one);
}

static json_t *
earns_schema(void)
{
    json_t *amount = pattern("^" MONEY "$");

    return json_pack("{s:s, s:{s:[O, o]}}", "type", "object", "additionalProperties", "anyOf",
                     amount, map_of("^" COUNTS "$", amount));
}

static json_t *
type_schema(const SettleField *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        return json_pack("{s:[s,s], s:i}", "type", "string", "number", "minLength", 1);
    case FIELD_MONEY:
        return pattern("^" MONEY "$");
    case FIELD_RATE:
        return word_pattern("^" RATE "$");
    case FIELD_PAY:
        return pattern("^" MONEY "%?$");
    case FIELD_INTEGER:
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t) field->min,
                         "maximum", (json_int_t) field->max);
    case FIELD_BOOLEAN:
        return json_pack("{s:s}", "type", "boolean");
    case FIELD_CHOICE:
        return choice_schema(field);
    case FIELD_CURRENCY:
        return word_pattern("^[A-Z]{3}$");
    case FIELD_DAYS:
        return word_pattern("^(" DAY "(\\.\\.(" DAY ")?)?|\\.\\." DAY ")$");
    case FIELD_MONTHS:
        return word_pattern("^" COUNT " months?$");
    case FIELD_COUNT_INTERVAL:
        return pattern("^" COUNTS "$");
    case FIELD_MONEY_INTERVAL:
        return pattern("^" AMOUNTS "$");
    case FIELD_TEXTS:
        return texts_schema();
    case FIELD_GROUPS:
        return json_pack("{s:s, s:o}", "type", "object", "additionalProperties", texts_schema());
    case FIELD_SECTION:
        return reference_to(field->of);
    case FIELD_SECTIONS:
        return sections_schema(field);
    case FIELD_RULES:
        return rules_schema();
    case FIELD_BANDS_MONEY_PAY:
    case FIELD_TIERS:
        return map_of("^" AMOUNTS "$", pattern("^" MONEY "%?$"));
    case FIELD_BANDS_MONEY_RATE:
        return map_of("^" AMOUNTS "$", word_pattern("^" RATE "$"));
    case FIELD_BANDS_COUNT_RATE:
        return map_of("^" COUNTS "$", word_pattern("^" RATE "$"));
    case FIELD_CHOICES:
        return choices_schema(field);
    case FIELD_DAY:
        return word_pattern("^" DAY "$");
    case FIELD_SPAN:
        return word_pattern("^" COUNT " (day|month)s?$");
    case FIELD_TAKE:
        return word_pattern("^(all|pro-rata|refunded-part|" RATE ")$");
    case FIELD_SO_FAR:
        return pattern("^(so-far|last " COUNT "|" COUNTS ")$");
    case FIELD_MEASURES:
        return json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
                         pattern("^" MONEY "$"));
    case FIELD_EARNS:
        return earns_schema();
    }
    return json_object();
}

static json_t *
section_schema(const char *section)
{
    json_t *properties = json_object(), *required = json_array();
    json_t *schema;

    for (const SettleField *field = settle_fields; field->section != NULL; field++) {
        json_t *property;

        if (strcmp(field->section, section) != 0)
            continue;
        property = type_schema(field);
        json_object_set_new(property, "description", json_string(field->help));
        if (field->default_text != NULL)
            json_object_set_new(property, "default", json_string(field->default_text));
        json_object_set_new(properties, field->name, property);
        if (field->required)
            json_array_append_new(required, json_string(field->name));
    }
    schema = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
                       "additionalProperties", 0);
    if (json_array_size(required) > 0)
        json_object_set_new(schema, "required", required);
    else
        json_decref(required);
    return schema;
}

char *
settle_policy_schema(void)
{
    json_t *schema = section_schema("policy"), *definitions = json_object();
    g_autoptr(GString) text = g_string_new(NULL);
    char *dump;

    for (const SettleFieldSection *each = settle_field_sections; each->section != NULL; each++)
        if (strcmp(each->section, "policy") != 0)
            json_object_set_new(definitions, each->section, section_schema(each->section));
    json_object_set_new(schema, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
    json_object_set_new(schema, "definitions", definitions);
    json_object_set_new(schema, "title", json_string("Settle commission policy"));
    dump = json_dumps(schema, JSON_INDENT(2) | JSON_SORT_KEYS);
    json_decref(schema);
    g_string_append(text, dump);
    g_string_append_c(text, '\n');
    free(dump);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- the reference page ---------------------------------------------------------------------- */

static char *
words_text(const char *before, const char *const *words)
{
    g_autofree char *list = g_strjoinv(", ", (char **) words);

    return g_strconcat(before, list, NULL);
}

static char *
type_text(const SettleField *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        return g_strdup("text");
    case FIELD_MONEY:
        return g_strdup("amount");
    case FIELD_RATE:
        return g_strdup("rate");
    case FIELD_PAY:
        return g_strdup("amount or rate");
    case FIELD_INTEGER:
        return g_strdup_printf("%" G_GINT64_FORMAT "..%" G_GINT64_FORMAT, field->min, field->max);
    case FIELD_BOOLEAN:
        return g_strdup("true, false");
    case FIELD_CHOICE:
        return g_strjoinv(", ", (char **) field->choices);
    case FIELD_CURRENCY:
        return g_strdup("currency code");
    case FIELD_DAYS:
        return g_strdup("interval of days");
    case FIELD_MONTHS:
        return g_strdup("N months");
    case FIELD_COUNT_INTERVAL:
        return g_strdup("interval of numbers");
    case FIELD_MONEY_INTERVAL:
        return g_strdup("interval of amounts");
    case FIELD_TEXTS:
        return g_strdup("list of texts");
    case FIELD_GROUPS:
        return g_strdup("names with lists");
    case FIELD_SECTION:
    case FIELD_RULES:
        return g_strdup("keys, see below");
    case FIELD_SECTIONS:
        return field->choices != NULL
                   ? words_text("list of keys, see below, or of ", field->choices)
                   : g_strdup("list of keys, see below");
    case FIELD_BANDS_MONEY_PAY:
        return g_strdup("interval of amounts: amount or rate");
    case FIELD_BANDS_MONEY_RATE:
        return g_strdup("interval of amounts: rate");
    case FIELD_BANDS_COUNT_RATE:
        return g_strdup("interval of numbers: rate");
    case FIELD_TIERS:
        return g_strdup("interval: amount or rate");
    case FIELD_CHOICES:
        return words_text("one or several of ", field->choices);
    case FIELD_DAY:
        return g_strdup("day");
    case FIELD_SPAN:
        return g_strdup("N days or N months");
    case FIELD_TAKE:
        return g_strdup("all, rate, pro-rata, refunded-part");
    case FIELD_SO_FAR:
        return g_strdup("interval of numbers, so-far, last N");
    case FIELD_MEASURES:
        return g_strdup("rule: number or amount");
    case FIELD_EARNS:
        return g_strdup("rule: amount, or rule: interval: amount");
    }
    return g_strdup("");
}

static const char *
unit_text(const SettleField *field)
{
    switch (field->type) {
    case FIELD_MONEY:
    case FIELD_MONEY_INTERVAL:
        return "the policy's currency";
    case FIELD_RATE:
    case FIELD_BANDS_COUNT_RATE:
        return "per cent";
    case FIELD_PAY:
    case FIELD_BANDS_MONEY_PAY:
    case FIELD_BANDS_MONEY_RATE:
    case FIELD_TIERS:
        return "currency, per cent";
    case FIELD_INTEGER:
    case FIELD_COUNT_INTERVAL:
        return "a whole number";
    case FIELD_MONTHS:
        return "months";
    case FIELD_DAYS:
        return "days";
    case FIELD_TEXT:
    case FIELD_BOOLEAN:
    case FIELD_CHOICE:
    case FIELD_CURRENCY:
    case FIELD_TEXTS:
    case FIELD_GROUPS:
    case FIELD_SECTION:
    case FIELD_SECTIONS:
    case FIELD_RULES:
    case FIELD_CHOICES:
    case FIELD_DAY:
    case FIELD_TAKE:
    case FIELD_MEASURES:
        return "";
    case FIELD_SPAN:
        return "days, months";
    case FIELD_SO_FAR:
        return "months";
    case FIELD_EARNS:
        return "the policy's currency";
    }
    return "";
}

static void
append_field(GString *out, const SettleField *field)
{
    g_autofree char *type = type_text(field);

    g_string_append_printf(out, "| `%s`%s | %s | %s | %s | %s | `%s` |\n", field->name,
                           field->later ? " \\*" : "", type, unit_text(field),
                           field->required               ? "required"
                           : field->default_text != NULL ? field->default_text
                                                         : "",
                           field->help, field->example);
}

static void
append_codes(GString *out)
{
    g_string_append(out, "\n## Messages\n\nErrors begin with P0: the policy is refused. Warnings "
                         "begin with P1: it can be used, but is\nhardly meant so. Notes begin with "
                         "P2: what it does, for those who did not know.\n`settle policy "
                         "explain-code P031` shows lines with the mistake and without.\n\n| code | "
                         "about | what it means, and what to do |\n| --- | --- | --- |\n");
    for (const SettlePolicyCode *code = settle_policy_codes; code->code != NULL; code++)
        g_string_append_printf(out, "| `%s` | %s | %s |\n", code->code, code->about, code->explain);
}

char *
settle_policy_reference(void)
{
    g_autoptr(GString) out =
        g_string_new("# Reference of the policy language\n\n"
                     "Generated by `settle policy reference`; do not edit. "
                     "One notation for intervals: `a..b` with both\n"
                     "ends included, `a..` and `..b` open, `a` alone for a "
                     "single value. Amounts are written like\n"
                     "`40.00`, rates like `2.5%`. A key marked \\* is read and "
                     "checked, but not settled yet: a policy\n"
                     "that uses it is refused at activation, by name.\n");

    for (const SettleFieldSection *each = settle_field_sections; each->section != NULL; each++) {
        g_string_append_printf(out, "\n## %s\n\n", each->title);
        if (each->about != NULL)
            g_string_append_printf(out, "%s\n\n", each->about);
        g_string_append(out, "| key | value | unit | default | meaning | example |\n"
                             "| --- | --- | --- | --- | --- | --- |\n");
        for (const SettleField *field = settle_fields; field->section != NULL; field++)
            if (strcmp(field->section, each->section) == 0)
                append_field(out, field);
    }
    append_codes(out);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
