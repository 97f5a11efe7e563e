/* Validation of single values: money, rates, days, months, intervals, texts; each message says
 * what is expected. */
#include "policy/validate-scalars.h"
#include "base/near.h"

#include <string.h>

/* Single values: amounts, rates, intervals, days, words. */

const char *
settle_field_hint(const SettleNode *node, const char *hint)
{
    if (node->kind != SETTLE_NODE_SCALAR || strlen(node->text) > 60)
        return hint;
    /* U+FF01 to U+FF5E: letters, digits and signs as wide as a Chinese character; the round
     * brackets are those of names */
    for (const char *c = node->text; c[0] != '\0'; c = g_utf8_next_char(c)) {
        gunichar sign = g_utf8_get_char(c);

        if (sign >= 0xFF01 && sign <= 0xFF5E && sign != 0xFF08 && sign != 0xFF09)
            return "type digits and signs with the keyboard in English mode";
    }
    return hint;
}

void
settle_field_check_money(SettleCheck *check, const SettleNode *node)
{
    size_t length = strlen(node->text);
    int64_t minor;

    switch (settle_money_parse(node->text, length, check->exponent, &minor)) {
    case SETTLE_PARSE_OK:
        if (minor < 0)
            SETTLE_CHECK_ERROR(check, "P013", node, NULL, "an amount must not be negative");
        return;
    case SETTLE_PARSE_TOO_MANY_DECIMALS:
        SETTLE_CHECK_ERROR(check, "P014", node, NULL,
                           "\"%s\" has more decimals than the currency's %d", node->text,
                           check->exponent);
        return;
    case SETTLE_PARSE_OUT_OF_RANGE:
        SETTLE_CHECK_ERROR(check, "P013", node, NULL, "\"%s\" is larger than amounts can be",
                           node->text);
        return;
    case SETTLE_PARSE_NOT_A_NUMBER:
        break;
    }
    SETTLE_CHECK_ERROR(check, "P013", node,
                       "write amounts like 40.00, without separators or currency",
                       "\"%s\" is not an amount", node->text);
}

void
settle_field_check_rate(SettleCheck *check, const SettleNode *node)
{
    size_t length = strlen(node->text);
    SettleRatePpb rate;

    if (length == 0 || node->text[length - 1] != '%') {
        SETTLE_CHECK_ERROR(check, "P015", node, "write rates with a percent sign, like 2.5%",
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
        SETTLE_CHECK_ERROR(check, "P015", node, NULL, "a rate has at most 7 decimals");
        return;
    case SETTLE_PARSE_OUT_OF_RANGE:
    case SETTLE_PARSE_NOT_A_NUMBER:
        break;
    }
    SETTLE_CHECK_ERROR(check, "P015", node, "write rates like 2.5%", "\"%s\" is not a rate",
                       node->text);
}

void
settle_field_check_pay(SettleCheck *check, const SettleNode *node)
{
    size_t length = strlen(node->text);

    if (length > 0 && node->text[length - 1] == '%')
        settle_field_check_rate(check, node);
    else
        settle_field_check_money(check, node);
}

static gboolean
read_count(const char *text, size_t length, int64_t *ret_value)
{
    return length > 0 && text[0] != '-' &&
           settle_money_parse(text, length, 0, ret_value) == SETTLE_PARSE_OK;
}

static void
check_integer(SettleCheck *check, const SettleNode *node, const SettleField *field)
{
    int64_t value;

    if (!read_count(node->text, strlen(node->text), &value) || value < field->min ||
        value > field->max)
        SETTLE_CHECK_ERROR(
            check, "P016", node,
            node->text[0] == '0' && node->text[1] != '\0' ? "write it without leading zeros" : NULL,
            "\"%s\" must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
            node->text, field->min, field->max);
}

void
settle_field_check_word(SettleCheck *check, const SettleNode *node, const char *name,
                        const char *const *words)
{
    g_autofree char *list = NULL;
    g_autofree char *hint = NULL;
    const char *meant;

    if (g_strv_contains(words, node->text))
        return;
    list = g_strjoinv(", ", (char **) words);
    meant = settle_did_you_mean(node->text, words);
    hint = meant != NULL ? g_strdup_printf("did you mean \"%s\"", meant) : NULL;
    SETTLE_CHECK_ERROR(check, "P019", node, hint, "%s is one of %s, not \"%s\"", name, list,
                       node->text);
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

/* TRUE if it fails for its decimals alone. */
static gboolean
has_too_many_decimals(const char *text, int exponent)
{
    const char *dots = strstr(text, "..");
    const char *last = dots != NULL ? dots + 2 : text;
    int64_t minor;

    return (dots != NULL && settle_money_parse(text, (size_t) (dots - text), exponent, &minor) ==
                                SETTLE_PARSE_TOO_MANY_DECIMALS) ||
           settle_money_parse(last, strlen(last), exponent, &minor) ==
               SETTLE_PARSE_TOO_MANY_DECIMALS;
}

void
settle_field_check_interval(SettleCheck *check, const SettleNode *node, gboolean is_money)
{
    SettleInterval interval;

    if (is_money && has_too_many_decimals(node->text, check->exponent))
        SETTLE_CHECK_ERROR(check, "P014", node, NULL,
                           "\"%s\" has more decimals than the currency's %d", node->text,
                           check->exponent);
    else if (!settle_interval_read(node->text, is_money, check->exponent, &interval))
        SETTLE_CHECK_ERROR(check, "P020", node,
                           is_money
                               ? "write intervals like 10.00..19.99, 10.00.. or ..9.99, both ends "
                                 "included"
                               : "write intervals like 1..5, 3.. or ..5, both ends included",
                           "\"%s\" is not an interval%s", node->text,
                           is_money ? " of amounts" : " of whole numbers");
    else if (interval.from > interval.to)
        SETTLE_CHECK_ERROR(check, "P021", node, NULL, "the interval \"%s\" ends before it starts",
                           node->text);
    else if (!is_money && strchr(node->text, '-') != NULL)
        SETTLE_CHECK_ERROR(check, "P020", node, NULL, "the interval \"%s\" goes below zero",
                           node->text);
}

/* 1..3, so-far, last 3 */
static void
check_so_far(SettleCheck *check, const SettleNode *node)
{
    int64_t n;

    if (strcmp(node->text, "so-far") == 0)
        return;
    if (!g_str_has_prefix(node->text, "last ")) {
        settle_field_check_interval(check, node, FALSE);
        return;
    }
    if (!read_count(node->text + 5, strlen(node->text + 5), &n) || n < 1 || n > 240)
        SETTLE_CHECK_ERROR(check, "P020", node, "write it like last 3",
                           "\"%s\" is not a number of months", node->text);
}

static void
check_day(SettleCheck *check, const SettleNode *node)
{
    SettleDay day;

    if (!settle_day_parse(node->text, strlen(node->text), &day))
        SETTLE_CHECK_ERROR(check, "P018", node, "write days like 2026-01-31", "\"%s\" is not a day",
                           node->text);
}

static void
check_days(SettleCheck *check, const SettleNode *node)
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
        SETTLE_CHECK_ERROR(check, "P018", node, "write days like 2026-01-01..2026-12-31",
                           "\"%s\" is not a range of days", node->text);
    else if (from > to)
        SETTLE_CHECK_ERROR(check, "P021", node, NULL, "the range \"%s\" ends before it starts",
                           node->text);
}

/* TRUE for "N months", "1 month"; with other words likewise. */
static gboolean
is_number_of(const char *text, const char *one, const char *many, int64_t max)
{
    const char *blank = strchr(text, ' ');
    int64_t n;

    return blank != NULL && read_count(text, (size_t) (blank - text), &n) && n <= max &&
           (strcmp(blank + 1, one) == 0 || strcmp(blank + 1, many) == 0);
}

static void
check_months(SettleCheck *check, const SettleNode *node)
{
    if (!is_number_of(node->text, "month", "months", 240))
        SETTLE_CHECK_ERROR(check, "P016", node, "write it like 4 months",
                           "\"%s\" is not a number of months", node->text);
}

static void
check_span(SettleCheck *check, const SettleNode *node)
{
    if (!is_number_of(node->text, "month", "months", 240) &&
        !is_number_of(node->text, "day", "days", 3660))
        SETTLE_CHECK_ERROR(check, "P016", node, "write it like 90 days or 6 months",
                           "\"%s\" is not a number of days or months", node->text);
}

static void
check_take(SettleCheck *check, const SettleNode *node)
{
    static const char *const words[] = {"all", "pro-rata", "refunded-part", NULL};

    if (g_str_has_suffix(node->text, "%"))
        settle_field_check_rate(check, node);
    else
        settle_field_check_word(check, node, "take", words);
}

static void
check_currency(SettleCheck *check, const SettleNode *node)
{
    SettleCurrency currency;

    if (!settle_currency_lookup(node->text, strlen(node->text), &currency))
        SETTLE_CHECK_ERROR(check, "P023", node, "use a code of ISO 4217, like CNY",
                           "\"%s\" is not a currency", node->text);
}

static gboolean
is_nothing(const SettleNode *node)
{
    return !node->quoted && (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
                             strcmp(node->text, "null") == 0);
}

gboolean
settle_field_check_text(SettleCheck *check, const SettleNode *node)
{
    if (is_nothing(node) || node->text[0] == '\0') {
        SETTLE_CHECK_ERROR(check, "P012", node, NULL, "a value is missing here");
        return FALSE;
    }
    if (strlen(node->text) > 200 || !g_utf8_validate(node->text, -1, NULL)) {
        SETTLE_CHECK_ERROR(check, "P012", node, NULL, "a text has at most 200 bytes");
        return FALSE;
    }
    return TRUE;
}

void
settle_field_check_scalar(SettleCheck *check, const SettleField *field, const SettleNode *node)
{
    if (!settle_field_check_text(check, node))
        return;
    switch (field->type) {
    case FIELD_MONEY:
        settle_field_check_money(check, node);
        return;
    case FIELD_RATE:
        settle_field_check_rate(check, node);
        return;
    case FIELD_PAY:
        settle_field_check_pay(check, node);
        return;
    case FIELD_INTEGER:
        check_integer(check, node, field);
        return;
    case FIELD_BOOLEAN:
        if (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0)
            SETTLE_CHECK_ERROR(check, "P017", node, NULL, "%s is true or false, not \"%s\"",
                               field->name, node->text);
        return;
    case FIELD_CHOICE:
    case FIELD_CHOICES:
        settle_field_check_word(check, node, field->name, field->choices);
        return;
    case FIELD_CURRENCY:
        check_currency(check, node);
        return;
    case FIELD_DAY:
        check_day(check, node);
        return;
    case FIELD_DAYS:
        check_days(check, node);
        return;
    case FIELD_MONTHS:
        check_months(check, node);
        return;
    case FIELD_SPAN:
        check_span(check, node);
        return;
    case FIELD_TAKE:
        check_take(check, node);
        return;
    case FIELD_COUNT_INTERVAL:
        settle_field_check_interval(check, node, FALSE);
        return;
    case FIELD_MONEY_INTERVAL:
        settle_field_check_interval(check, node, TRUE);
        return;
    case FIELD_SO_FAR:
        check_so_far(check, node);
        return;
    case FIELD_TEXT:
    case FIELD_TEXTS:
    case FIELD_GROUPS:
    case FIELD_SECTION:
    case FIELD_SECTIONS:
    case FIELD_RULES:
    case FIELD_BANDS_MONEY_PAY:
    case FIELD_BANDS_MONEY_RATE:
    case FIELD_BANDS_COUNT_RATE:
    case FIELD_TIERS:
    case FIELD_MEASURES:
    case FIELD_EARNS:
        return;
    }
}
