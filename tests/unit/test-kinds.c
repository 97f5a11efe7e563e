/* Kinds of postings and of files: the lists of model/kind.h and model/file-kind.h, and that each
 * commission kind has all of its parts in policy/kind.h and calc/kind.h, each kind of file its
 * parts in intake/kind.h. */
#include "calc/arithmetic.h"
#include "intake/kind.h"
#include "intake/write-parties.h"
#include "model/file-kind.h"
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
        const SettleOrderKind *order = settle_arithmetic_current()->orders[k];
        const SettleWindowKind *window = settle_arithmetic_current()->windows[k];

        g_assert_cmpint(order != NULL, ==,
                        settle_kind_is_commission(k) && !settle_kind_is_window(k));
        g_assert_cmpint(window != NULL, ==, settle_kind_is_window(k));
        if (order != NULL) {
            g_assert_cmpuint(order->earns_on, ==,
                             settle_kind_is_by_bill(k) ? SETTLE_CALC_BILLS : SETTLE_CALC_DUE);
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

/* --- kinds of files --------------------------------------------------------------------------- */

static void
test_files(void)
{
    gboolean nights[SETTLE_N_FILE_KINDS + 1] = {FALSE}, numbers[64] = {FALSE};
    g_autofree char *words = settle_file_kind_words();
    SettleFileKind found;

    for (int k = 0; k < SETTLE_N_FILE_KINDS; k++) {
        const SettleFileKindInfo *kind = settle_file_kind((SettleFileKind) k);
        gboolean stored = FALSE;

        g_assert_true(settle_file_kind_lookup(kind->name, &found) && (int) found == k);
        g_assert_nonnull(strstr(words, kind->name));
        /* each has a turn of its own */
        g_assert_true(kind->night >= 1 && kind->night <= SETTLE_N_FILE_KINDS &&
                      !nights[kind->night]);
        nights[kind->night] = TRUE;
        /* facts have numbers of their own, master data none */
        g_assert_cmpint(kind->fact_no > 0, ==, settle_file_kind_is_fact((SettleFileKind) k));
        g_assert_true(kind->fact_no < 64 && (kind->fact_no == 0 || !numbers[kind->fact_no]));
        numbers[kind->fact_no] = TRUE;
        for (const SettleSqlTable *table = settle_sql_tables; table->name != NULL; table++)
            stored = stored || g_str_equal(table->name, kind->table);
        g_assert_true(stored);
    }
    g_assert_false(settle_file_kind_lookup("order", &found));
}

/* What refers to a kind is taken in after it. */
static void
test_turns(void)
{
    static const SettleFileKind pairs[][2] = {
        {SETTLE_FILE_CARRIERS, SETTLE_FILE_PRODUCTS},
        {SETTLE_FILE_DISTRIBUTORS, SETTLE_FILE_OUTLETS},
        {SETTLE_FILE_OUTLETS, SETTLE_FILE_MANAGERS},
        {SETTLE_FILE_PRODUCTS, SETTLE_FILE_ORDERS},
        {SETTLE_FILE_MANAGERS, SETTLE_FILE_ORDERS},
        {SETTLE_FILE_ORDERS, SETTLE_FILE_BILLS},
        {SETTLE_FILE_ORDERS, SETTLE_FILE_EVENTS},
        {SETTLE_FILE_BILLS, SETTLE_FILE_MONTHS},
    };

    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
        g_assert_cmpint(settle_file_kind(pairs[i][0])->night, <,
                        settle_file_kind(pairs[i][1])->night);
}

static void
test_intake_parts(void)
{
    for (int k = 0; k < SETTLE_N_FILE_KINDS; k++) {
        const SettleFileKindInfo *kind = settle_file_kind((SettleFileKind) k);
        const SettleIntakeKind *intake = settle_intake_kinds[k];
        const SettlePartyKind *party = settle_party_kinds[k];

        g_assert_true(intake != NULL && intake->take != NULL && intake->write != NULL);
        g_assert_true(intake->n_columns > 0 && intake->n_columns <= SETTLE_INTAKE_MAX_COLUMNS);
        g_assert_cmpint(intake->amount >= 0, ==, kind->has_amount);
        g_assert_cmpint(intake->currency >= 0, ==, kind->has_amount);
        g_assert_true(!kind->of_carrier || g_str_equal(intake->columns[0].name, "carrier"));
        g_assert_cmpint(party != NULL, ==, !settle_file_kind_is_fact((SettleFileKind) k));
        if (party != NULL)
            g_assert_true(party->select != NULL && party->copy != NULL && party->columns != NULL &&
                          party->validate != NULL && party->version != NULL);
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
    g_test_add_func("/kinds/files", test_files);
    g_test_add_func("/kinds/turns", test_turns);
    g_test_add_func("/kinds/intake-parts", test_intake_parts);
    return g_test_run();
}
