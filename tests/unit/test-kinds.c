/* Kinds of postings: the lists of model/kind.h, and that each commission kind has all of its parts
 * in policy/kind.h and calc/kind.h. */
#include "calc/kind.h"
#include "model/kind.h"
#include "policy/fields.h"
#include "policy/kind.h"

#include <string.h>

static void
test_lists(void)
{
    guint n = 0;

    for (int kind = -1; kind <= 40; kind++) {
        gboolean listed = FALSE;

        for (guint i = 0; i < SETTLE_N_COMMISSION_KINDS; i++)
            listed = listed || (int) settle_commission_kinds[i] == kind;
        g_assert_cmpint(settle_kind_is_commission(kind), ==, listed);
        n += listed;
        if (settle_kind_is_window(kind))
            g_assert_true(listed);
        if (kind <= 0 || kind >= SETTLE_N_KINDS)
            continue;
        g_assert_cmpint(settle_kind_lookup(settle_kind_name((SettleKind) kind)), ==, kind);
    }
    g_assert_cmpuint(n, ==, SETTLE_N_COMMISSION_KINDS);
    g_assert_cmpint(settle_kind_lookup("upfronts"), ==, 0);
    g_assert_cmpint(settle_kind_lookup(""), ==, 0);
    /* kinds that earn by the order come first: matches count on it */
    for (guint i = 1; i < SETTLE_N_COMMISSION_KINDS; i++)
        g_assert_false(settle_kind_is_window((int) settle_commission_kinds[i - 1]) &&
                       !settle_kind_is_window((int) settle_commission_kinds[i]));
}

/* What digests and stored rows hold: never another number. */
static void
test_numbers(void)
{
    static const char *const names[] = {
        "", "upfront", "deferred", "revenue-share", "volume-bonus", "invoice", "deposit"};

    g_assert_cmpint(SETTLE_N_KINDS, >=, (int) G_N_ELEMENTS(names));
    for (int kind = 1; kind < (int) G_N_ELEMENTS(names); kind++)
        g_assert_cmpint(settle_kind_lookup(names[kind]), ==, kind);
    for (int kind = 1; kind <= 4; kind++)
        g_assert_true(settle_kind_is_commission(kind));
    g_assert_true(settle_kind_is_window(SETTLE_KIND_VOLUME_BONUS));
    g_assert_false(settle_kind_is_commission(SETTLE_KIND_INVOICE));
    g_assert_false(settle_kind_is_commission(SETTLE_KIND_DEPOSIT));
}

static void
test_words(void)
{
    g_autofree char *words = settle_commission_kind_words();

    for (guint i = 0; i < SETTLE_N_COMMISSION_KINDS; i++) {
        g_assert_cmpstr(settle_commission_kind_names[i], ==,
                        settle_kind_name(settle_commission_kinds[i]));
        g_assert_nonnull(strstr(words, settle_commission_kind_names[i]));
    }
    g_assert_null(settle_commission_kind_names[SETTLE_N_COMMISSION_KINDS]);
    g_assert_true(g_str_has_prefix(words, "upfront, deferred, "));
    g_assert_nonnull(strstr(words, " or "));
}

/* A descriptor names all of its members, or it would not compile; none of them may be nothing but
 * a schedule. */
static void
test_parts(void)
{
    for (int k = 0; k < SETTLE_N_KINDS; k++) {
        const SettleOrderKind *order = settle_order_kinds[k];
        const SettleWindowKind *window = settle_window_kinds[k];

        g_assert_cmpint(order != NULL, ==,
                        settle_kind_is_commission(k) && !settle_kind_is_window(k));
        g_assert_cmpint(window != NULL, ==, settle_kind_is_window(k));
        if (order != NULL) {
            g_assert_true(order->earns_on == SETTLE_CALC_DUE ||
                          order->earns_on == SETTLE_CALC_BILLS);
            g_assert_cmpint(order->items, >=, SETTLE_ITEMS_NONE);
            g_assert_true(
                order->ask != NULL && order->due != NULL && order->due_needs_history != NULL &&
                order->bill_touches != NULL && order->is_capped != NULL && order->targets != NULL &&
                order->nothing != NULL && order->explain != NULL && order->step_day != NULL);
        }
        if (order != NULL && order->schedule != NULL)
            g_assert_true(order->schedule->n_items != NULL && order->schedule->due_on != NULL &&
                          order->schedule->looks_at_bills != NULL &&
                          order->schedule->promised != NULL);
        if (window != NULL)
            g_assert_true(window->ask != NULL && window->measure != NULL &&
                          window->earned != NULL && window->explain != NULL &&
                          window->steps != NULL);
    }
}

/* Each kind can be read, with keys of its own in the field table. */
static void
test_policy_parts(void)
{
    for (guint i = 0; i < SETTLE_N_COMMISSION_KINDS; i++) {
        const SettlePolicyKind *kind = settle_policy_kind(settle_commission_kinds[i]);
        const char *name = settle_commission_kind_names[i];
        guint n_fields = 0;
        gboolean titled = FALSE;

        g_assert_true(kind->read != NULL && kind->clear != NULL && kind->span != NULL &&
                      kind->find != NULL && kind->window_of_example != NULL);
        for (const SettleField *field = settle_fields; field->section != NULL; field++)
            n_fields += g_str_equal(field->section, name);
        g_assert_cmpuint(n_fields, >, 1);
        for (const SettleFieldSection *s = settle_field_sections; s->section != NULL; s++)
            titled = titled || g_str_equal(s->section, name);
        g_assert_true(titled);
        g_assert_nonnull(settle_field_find(name, name));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/kinds/lists", test_lists);
    g_test_add_func("/kinds/numbers", test_numbers);
    g_test_add_func("/kinds/words", test_words);
    g_test_add_func("/kinds/parts", test_parts);
    g_test_add_func("/kinds/policy-parts", test_policy_parts);
    return g_test_run();
}
