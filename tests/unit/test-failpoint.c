/* Failpoints: what is set, when it happens, what is told; and that other builds have none. */
#include "base/failpoint.h"

#ifdef SETTLE_WITH_FAILPOINTS

#include <string.h>

static const struct {
    const char *name;
    const char *spec;
    const char *refused; /* NULL: it is taken */
} specs[] = {
    {"none", "", NULL},
    {"NULL", NULL, NULL},
    {"first time", "run-locked:die", NULL},
    {"a later time", "run-locked:error@12", NULL},
    {"several", "run-locked:die@2,run-chunk-committed:error,run-locked:error", NULL},
    {"no such point", "run-looked:die", "there is no failpoint \"run-looked\"*hint: *"},
    {"half a name", "run:die", "there is no failpoint \"run\"*"},
    {"no action", "run-locked", "*\"run-locked\" does not look like NAME:ACTION*"},
    {"an empty action", "run-locked:", "*there are die and error"},
    {"another action", "run-locked:explode", "*there are die and error"},
    {"pass is told, not asked for", "run-locked:pass", "*there are die and error"},
    {"half an action", "run-locked:di", "*there are die and error"},
    {"zero", "run-locked:die@0", "*a number from 1 on"},
    {"negative", "run-locked:die@-1", "*a number from 1 on"},
    {"no number", "run-locked:die@", "*a number from 1 on"},
    {"a number and more", "run-locked:die@1x", "*a number from 1 on"},
    {"the second is wrong", "run-locked:die,nothing:die", "there is no failpoint \"nothing\"*"},
    {"a comma too many", "run-locked:die,", "*does not look like NAME:ACTION*"},
};

static void
test_spec(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", specs[i].name);
        g_assert_cmpint(settle_failpoint_set(specs[i].spec, NULL, NULL, &error), ==,
                        specs[i].refused == NULL);
        if (specs[i].refused == NULL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE);
        g_assert_true(g_pattern_match_simple(specs[i].refused, error->message));
    }
    g_assert_true(settle_failpoint_set(NULL, NULL, NULL, NULL));
}

static void
test_refused_sets_nothing(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(settle_failpoint_set("run-locked:error@2", NULL, NULL, NULL));
    g_assert_true(settle_failpoint(RUN_LOCKED, NULL));
    g_assert_false(settle_failpoint_set("run-locked:error@1,x:die", NULL, NULL, NULL));
    g_assert_false(settle_failpoint(RUN_LOCKED, &error)); /* the second time still counts */
    g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_DATABASE);
    g_assert_true(settle_failpoint_set(NULL, NULL, NULL, NULL));
    g_assert_true(settle_failpoint(RUN_LOCKED, NULL));
}

static void
append(const char *name, const char *action, gpointer text)
{
    g_string_append_printf(text, "%s %s\n", name, action);
}

static void
test_the_nth_time(void)
{
    g_autoptr(GString) told = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(
        settle_failpoint_set("run-chunk-committed:error@2,run-locked:error", append, told, NULL));
    g_assert_true(settle_failpoint(RUN_CHUNK_COMMITTED, &error));
    g_assert_true(settle_failpoint(RUN_CHUNK_RECEIPT, &error));
    g_assert_no_error(error);
    g_assert_false(settle_failpoint(RUN_CHUNK_COMMITTED, &error));
    /* what comes after a commit is a lost connection: nobody knows whether it was done */
    g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_CONNECTION);
    g_assert_true(
        g_pattern_match_simple("failpoint \"run-chunk-committed\": *hint: *", error->message));
    g_assert_true(settle_failpoint(RUN_CHUNK_COMMITTED, NULL));
    g_assert_cmpstr(told->str, ==,
                    "run-chunk-committed pass\nrun-chunk-before-commit pass\n"
                    "run-chunk-committed error\nrun-chunk-committed pass\n");
    g_assert_true(settle_failpoint_set(NULL, NULL, NULL, NULL));
}

static void
test_die(void)
{
    if (g_test_subprocess()) {
        g_assert_true(settle_failpoint_set("run-locked:die@2", NULL, NULL, NULL));
        settle_failpoint(RUN_LOCKED, NULL);
        g_printerr("once\n");
        settle_failpoint(RUN_LOCKED, NULL);
        g_printerr("twice\n");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*once*");
    g_test_trap_assert_stderr_unmatched("*twice*");
}

static gpointer
pass_often(gpointer failures)
{
    for (int i = 0; i < 1000; i++)
        if (!settle_failpoint(RUN_CHUNK_TRANSFER, NULL))
            g_atomic_int_inc((int *) failures);
    return NULL;
}

static void
test_threads(void)
{
    GThread *threads[4];
    int failures = 0;

    g_assert_true(settle_failpoint_set("run-chunk-transfer:error@2500", NULL, NULL, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("pass", pass_often, &failures);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_cmpint(failures, ==, 1);
    g_assert_true(settle_failpoint_set(NULL, NULL, NULL, NULL));
}

static void
test_names(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (SettleFailpoint point = 0; point < SETTLE_N_FAILPOINTS; point++) {
        const char *name = settle_failpoint_name(point);

        g_assert_true(g_hash_table_add(seen, (gpointer) name));
        g_assert_cmpuint(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen(name));
        g_assert_cmpstr(settle_failpoint_about(point), !=, "");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/failpoint/spec", test_spec);
    g_test_add_func("/failpoint/refused-sets-nothing", test_refused_sets_nothing);
    g_test_add_func("/failpoint/the-nth-time", test_the_nth_time);
    g_test_add_func("/failpoint/die", test_die);
    g_test_add_func("/failpoint/threads", test_threads);
    g_test_add_func("/failpoint/names", test_names);
    return g_test_run();
}

#else

static void
test_nothing_is_left(void)
{
    GError *error = NULL;

    g_setenv("SETTLE_FAILPOINT", "run-locked:error", TRUE);
    g_assert_true(settle_failpoint(RUN_LOCKED, &error));
    g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/failpoint/nothing-is-left", test_nothing_is_left);
    return g_test_run();
}

#endif
