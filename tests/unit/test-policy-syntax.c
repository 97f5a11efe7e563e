/* The slips of people who are no programmers: named where they were made, with what to type
 * instead. */
#include "document/syntax.h"
#include "policy/load.h"

#include <glib.h>
#include <string.h>

/* A ^ stands right before the place that the first diagnostic must name. */
#define TOP  "policy: a\ncarrier: C\nversion: 1\nclosing: 2026-01-01..\ncurrency: CNY\n"
#define HEAD TOP "rules:\n"
#define RULE HEAD "- upfront: u\n  pay: 1.00\n"

static const struct {
    const char *name, *document, *code, *message, *hint;
} slips[] = {
    {"tab", HEAD "- upfront: u\n^\tpay: 1.00\n", "P001", "a tab indents this line", "blanks"},
    {"no blank behind a colon", "policy: a\ncarrier^:C\nversion: 1\n", "P001",
     "a blank is missing after the colon", "write \"carrier: C\""},
    {"no blank behind the colon of a rule", HEAD "- upfront^:u\n  pay: 1.00\n", "P001",
     "a blank is missing after the colon", "write \"upfront: u\""},
    {"no blank behind a dash", HEAD "^-upfront: u\n  pay: 1.00\n", "P001",
     "a blank is missing after the dash", "write \"- upfront: u\""},
    {"behind a byte order mark", "\xef\xbb\xbfpolicy^:a\ncarrier: C\n", "P001",
     "a blank is missing after the colon", "write \"policy: a\""},
    {"wide colon", "policy: a\ncarrier^：C\nversion: 1\n", "P001", "\"：\" is not the sign",
     "type : and a blank"},
    {"wide comma behind wide characters", HEAD "- upfront: u\n  for: {class: [卡]^，tier: 1}\n",
     "P001", "\"，\" is not the sign", "type , and a blank"},
    {"wide comma", TOP "tax: {rate: 6%^，included: true}\n", "P001", "\"，\" is not the sign",
     "type , and a blank"},
    {"wide brace", TOP "tax: ^｛rate: 6%}\n", "P001", "\"｛\" is not the sign", "type {"},
    {"wide bracket", HEAD "- upfront: u\n  for: {class: ^【a]}\n", "P001", "\"【\" is not the sign",
     "type ["},
    {"wide blank", HEAD "- upfront: u\n^\xe3\x80\x80pay: 1.00\n- upfront: v\n", "P001",
     "a blank that is not the plain one", "plain blanks"},
    {"blank of a web page", HEAD "- upfront: u\n^\xc2\xa0\xc2\xa0pay: 1.00\n- upfront: v\n", "P001",
     "a blank that is not the plain one", "plain blanks"},
    {"percent sign first", HEAD "- upfront: u\n  pay: ^%2.5\n", "P001",
     "the percent sign stands before the number", "write \"2.5%\""},
    {"greater than", HEAD "- upfront: u\n  for: {quantity: ^>50}\n", "P001",
     "intervals have no \">\"", "50.. for 50 and more"},
    {"colon in a text", "policy: a^: b\ncarrier: C\n", "P001", "a second colon", "in quotes"},
    {"quote that is not closed", "policy: ^\"a\ncarrier: C\n", "P001",
     "a quote is opened here and never closed", "close it"},
    {"bracket that is not closed", HEAD "- upfront: u\n  for: {class: [a^}\n", "P001", "expected",
     "opened in line 8, column 16,"},
    {"brace that is not closed", HEAD "- upfront: u\n  for: {class: [a]\n  ^pay: 1.00\n", "P001",
     "expected", "opened in line 8, column 8,"},
    {"key that stands too far right", HEAD "- upfront: u\n  pay: 1.00\n    cap^: 2.00\n", "P001",
     "", "begin in the same column"},
    /* not blamed: what is in quotes, and comments */
    {"wide colon in a comment", HEAD "- upfront: u  # 注：a\n  for: {class: [a^}\n", "P001",
     "expected", "opened in line 8"},
    {"wide colon in quotes", HEAD "- upfront: \"注：a\"\n  for: {class: [a^}\n", "P001", "expected",
     "opened in line 8"},
    /* well-formed, but not what was meant */
    {"no blank in braces",
     TOP "tax: {rate: 6%, ^included:true}\nrules:\n- upfront: u\n  pay: 1.00\n", "P010",
     "tax has no \"included:true\"", "a blank follows the colon: \"included: true\""},
    {"wide colon in braces",
     TOP "tax: {rate: 6%, ^included：true}\nrules:\n- upfront: u\n  pay: 1.00\n", "P010",
     "tax has no", "a blank follows the colon: \"included: true\""},
    {"wide percent sign", HEAD "- upfront: u\n  pay: ^2％\n", "P013", "",
     "keyboard in English mode"},
    {"wide digits", HEAD "- upfront: u\n  pay: ^２.00\n", "P013", "", "keyboard in English mode"},
    {"wide comma between codes", RULE "  for: {class: [^sim，plan]}\n", "P125",
     "\"，\" is part of the code \"sim，plan\"", "in quotes"},
    {"wide brackets around a code", RULE "  for: {class: ^【sim】}\n", "P125", "\"【\" is part",
     "in quotes"},
    {"leading zero", TOP "invoice: {cut-off-day: ^05}\nrules:\n- upfront: u\n  pay: 1.00\n", "P016",
     "", "without leading zeros"},
    {"bands that share an end", HEAD "- upfront: u\n  by-amount: {..9.00: 1.00, ^9.00..: 2.00}\n",
     "P035", "overlaps", "right above"},
};

static void
test_slips(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(slips); i++) {
        const char *mark = strchr(slips[i].document, '^');
        g_autofree char *text = g_strdup_printf("%.*s%s", (int) (mark - slips[i].document),
                                                slips[i].document, mark + 1);
        g_autoptr(SettlePolicy) policy = NULL;
        g_autoptr(SettleDiagnostics) diagnostics = settle_policy_load(text, strlen(text), &policy);
        const SettleDiagnostic *found;
        guint line = 1, column = 1;

        for (const char *c = slips[i].document; c < mark; c = g_utf8_next_char(c)) {
            column = *c == '\n' ? 1 : column + (g_utf8_get_char(c) != 0xFEFF);
            line += *c == '\n';
        }
        g_test_message("%s", slips[i].name);
        g_assert_cmpuint(diagnostics->items->len, >, 0);
        if (diagnostics->items->len == 0)
            continue;
        found = g_ptr_array_index(diagnostics->items, 0);
        g_assert_cmpstr(found->code, ==, slips[i].code);
        g_assert_cmpuint(found->line, ==, line);
        g_assert_cmpuint(found->column, ==, column);
        if (strstr(found->message, slips[i].message) == NULL)
            g_test_fail_printf("%s: %s", slips[i].name, found->message);
        if (found->hint == NULL || strstr(found->hint, slips[i].hint) == NULL)
            g_test_fail_printf("%s: %s", slips[i].name, found->hint);
    }
}

/* A code that is really written with such a sign, and names with the brackets of Chinese texts. */
static void
test_meant(void)
{
    static const char text[] =
        RULE "  for: {class: [\"sim，plan\", 宽带（100M）, a：b（c）]}\n# 注：【】\n";
    g_autoptr(SettlePolicy) policy = NULL;
    g_autoptr(SettleDiagnostics) diagnostics = settle_policy_load(text, strlen(text), &policy);

    g_assert_nonnull(policy);
    g_assert_cmpuint(diagnostics->items->len, ==, 1); /* the colon of the last code */
    g_assert_cmpuint(diagnostics->n_warnings, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/policy-syntax/slips", test_slips);
    g_test_add_func("/policy-syntax/meant", test_meant);
    return g_test_run();
}
