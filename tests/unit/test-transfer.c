/* What is packed into a transfer's key, and the names of its numbers (docs/semantics.md 7). */
#include "model/directory.h"
#include "model/outcome.h"
#include "model/transfer.h"

#define MONTH(year, month) ((year) *12 + (month) -1)

static const struct {
    unsigned rule, item, leg;
} slots[] = {
    {0, 0, 0},
    {0, 0, 15},
    {0, 1, 0},
    {0, 4095, 15},
    {1, 0, 0},
    {7, 18, 2},
    {SETTLE_RULE_NUMBER_MAX, 0, 0},
    {SETTLE_RULE_NUMBER_MAX, SETTLE_ITEM_MAX, 15},
};

/* Slots come back as they went in, are never negative and ascend with rule, item, leg. */
static void
test_slots(void)
{
    SettleSlot last = -1;

    for (size_t i = 0; i < G_N_ELEMENTS(slots); i++) {
        SettleSlot slot = settle_slot(slots[i].rule, slots[i].item, slots[i].leg);

        g_assert_cmpuint(settle_slot_rule(slot), ==, slots[i].rule);
        g_assert_cmpuint(settle_slot_item(slot), ==, slots[i].item);
        g_assert_cmpuint(settle_slot_leg(slot), ==, slots[i].leg);
        g_assert_cmpint(slot, >, last);
        last = slot;
    }
}

static const SettleWindowSubject windows[] = {
    {1, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(1900, 1)},
    {1, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(2026, 3)},
    {1, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(2026, 4)},
    {1, SETTLE_SCOPE_OF_OUTLET, 12, MONTH(2026, 3)},
    {1, SETTLE_SCOPE_OF_OUTLET, (1 << 26) - 1, MONTH(2241, 4)},
    {1, SETTLE_SCOPE_OF_MANAGER, 12, MONTH(2026, 3)},
    {2, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(2026, 3)},
    {(1 << 18) - 1, SETTLE_SCOPE_OF_MANAGER, (1 << 26) - 1, MONTH(2241, 4)},
};

static void
test_windows(void)
{
    int64_t last = SETTLE_SUBJECT_SPECIAL - 1; /* the last order there can be */

    for (size_t i = 0; i < G_N_ELEMENTS(windows); i++) {
        int64_t subject = settle_subject_window(&windows[i]);
        SettleWindowSubject window = {0};

        g_assert_true(settle_subject_is_window(subject));
        g_assert_false(settle_subject_is_order(subject));
        settle_subject_window_parts(subject, &window);
        g_assert_cmpint(window.carrier_id, ==, windows[i].carrier_id);
        g_assert_cmpint(window.scope_kind, ==, windows[i].scope_kind);
        g_assert_cmpint(window.scope_id, ==, windows[i].scope_id);
        g_assert_cmpint(window.window_end, ==, windows[i].window_end);
        g_assert_cmpint(subject, >, last);
        last = subject;
    }
    g_assert_cmpint(settle_subject_invoice(1, 1), >, last);
}

static void
test_subjects(void)
{
    int64_t invoice = settle_subject_invoice(G_MAXINT32, (1 << 20) - 1);

    g_assert_true(settle_subject_is_order(1));
    g_assert_true(settle_subject_is_order(SETTLE_SUBJECT_SPECIAL - 1));
    g_assert_false(settle_subject_is_window(1));
    g_assert_false(settle_subject_is_order(invoice));
    g_assert_false(settle_subject_is_window(invoice));
    g_assert_cmpint(invoice, >, 0);
    g_assert_cmpint(settle_subject_invoice(1, 2), >, settle_subject_invoice(1, 1));
    g_assert_cmpint(settle_subject_invoice(2, 1), >, settle_subject_invoice(1, (1 << 20) - 1));
}

/* Limits are promises of the caller: refused loudly, never packed over their neighbours. */
static const struct {
    const char *name;
    SettleWindowSubject window;
} refused[] = {
    {"no policy", {0, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(2026, 3)}},
    {"policy too large", {1 << 18, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(2026, 3)}},
    {"scope too large", {1, SETTLE_SCOPE_OF_OUTLET, 1 << 26, MONTH(2026, 3)}},
    {"negative scope", {1, SETTLE_SCOPE_OF_OUTLET, -1, MONTH(2026, 3)}},
    {"an outlet that is none", {1, SETTLE_SCOPE_OF_OUTLET, 0, MONTH(2026, 3)}},
    {"a distributor by number", {1, SETTLE_SCOPE_OF_DISTRIBUTOR, 3, MONTH(2026, 3)}},
    {"before 1900", {1, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(1899, 12)}},
    {"after 4,096 months", {1, SETTLE_SCOPE_OF_DISTRIBUTOR, 0, MONTH(2241, 5)}},
};

static void
test_window_refused(gconstpointer data)
{
    const size_t i = GPOINTER_TO_SIZE(data);

    if (g_test_subprocess()) {
        settle_subject_window(&refused[i].window);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*broken invariant*");
}

/* The numbers and the names are stored. */
static void
test_names(void)
{
    static const char *const roles[] = {"carrier",  "distributor", "held",    "withheld",
                                        "invoiced", "cash",        "deposit", "fee"};
    static const char *const kinds[] = {"upfront",      "deferred", "revenue-share",
                                        "volume-bonus", "invoice",  "deposit"};
    static const char *const dims[] = {"carrier", "distributor", "outlet", "manager",
                                       "product", "class",       "region", "channel"};
    static const char *const outcomes[] = {"settled", "no-policy", "currency", "no-rule",
                                           "zero",    "no-bills",  "overflow"};

    g_assert_cmpint(G_N_ELEMENTS(roles), ==, SETTLE_N_ROLES - 1);
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        g_assert_cmpstr(settle_role_name((SettleRole) (i + 1)), ==, roles[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        g_assert_cmpstr(settle_kind_name((SettleKind) (i + 1)), ==, kinds[i]);
    g_assert_cmpint(G_N_ELEMENTS(dims), ==, SETTLE_N_DIMS - 1);
    for (size_t i = 0; i < G_N_ELEMENTS(dims); i++)
        g_assert_cmpstr(settle_dim_name((SettleDim) (i + 1)), ==, dims[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        const char *text = settle_outcome_text((SettleOutcome) i);

        g_assert_cmpstr(settle_outcome_name((SettleOutcome) i), ==, outcomes[i]);
        g_assert_nonnull(text);
        g_assert_true(text != NULL && text[0] != '\0' && !g_str_has_suffix(text, "."));
    }
}

static void
test_deposit_subjects(void)
{
    static const struct {
        gboolean of_carrier;
        int32_t carrier_id;
    } cases[] = {{FALSE, 0}, {FALSE, 7}, {FALSE, G_MAXINT32}, {TRUE, 1}, {TRUE, G_MAXINT32}};
    int64_t before = settle_subject_invoice(G_MAXINT32, 1);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t subject = settle_subject_deposit(cases[i].of_carrier, cases[i].carrier_id);
        gboolean of_carrier;
        int32_t carrier_id;

        /* behind orders, windows and invoices, and no two alike */
        g_assert_cmpint(subject, >, before);
        before = subject;
        g_assert_true(settle_subject_is_deposit(subject));
        g_assert_false(settle_subject_is_window(subject));
        g_assert_false(settle_subject_is_order(subject));
        settle_subject_deposit_parts(subject, &of_carrier, &carrier_id);
        g_assert_cmpint(of_carrier, ==, cases[i].of_carrier);
        g_assert_cmpint(carrier_id, ==, cases[i].carrier_id);
    }
    g_assert_false(settle_subject_is_deposit(settle_subject_invoice(1, 1)));
    g_assert_false(settle_subject_is_deposit(settle_subject_window(&windows[1])));
    g_assert_false(settle_subject_is_deposit(1));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/transfer/slot", test_slots);
    g_test_add_func("/transfer/window", test_windows);
    g_test_add_func("/transfer/subject", test_subjects);
    g_test_add_func("/transfer/deposit", test_deposit_subjects);
    g_test_add_func("/transfer/names", test_names);
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *path = g_strdup_printf("/transfer/window-refused/%zu", i);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_window_refused);
    }
    return g_test_run();
}
