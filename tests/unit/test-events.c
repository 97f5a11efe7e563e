/* Which events of an order are in force: docs/semantics.md 2, 14.24. */
#include "calc-fixture.h"

#include "calc/events.h"

#define PAID 10000

/* What each event is: 'r' a refund of `amount`, 'w' of the whole (with an amount or without), 'u' a
 * reinstatement of `undoes`, 'c' a cancellation. Ids are the places, from 1; the instant is `at`.
 */
typedef struct {
    char what;
    int at;
    int64_t amount;
    int undoes, version;
} Said;

static const struct {
    const char *name;
    int64_t paid, slack;
    Said events[5];
    const char *counts, *nothing; /* ids in their order */
} cases[] = {
    {"fits", PAID, 0, {{'r', 1, 4000, 0, 0}, {'r', 2, 6000, 0, 0}}, "1 2 ", ""},
    {"beyond", PAID, 0, {{'r', 1, 4000, 0, 0}, {'r', 2, 6001, 0, 0}}, "1 ", "2 "},
    {"later-one-fits",
     PAID,
     0,
     {{'r', 1, 4000, 0, 0}, {'r', 2, 6001, 0, 0}, {'r', 3, 6000, 0, 0}},
     "1 3 ",
     "2 "},
    {"by-time", PAID, 0, {{'r', 5, 4000, 0, 0}, {'r', 2, 7000, 0, 0}}, "2 ", "1 "},
    {"of-one-time-by-id", PAID, 0, {{'r', 2, 7000, 0, 0}, {'r', 2, 7000, 0, 0}}, "1 ", "2 "},
    {"reinstated-leaves-room",
     PAID,
     0,
     {{'r', 1, 3000, 0, 0}, {'r', 2, PAID, 0, 0}, {'u', 3, 0, 1, 0}},
     "2 ",
     ""},
    {"slack", PAID, 1, {{'r', 1, 4000, 0, 0}, {'r', 2, 6001, 0, 0}}, "1 2 ", ""},
    {"beyond-slack", PAID, 1, {{'r', 1, 4000, 0, 0}, {'r', 2, 6002, 0, 0}}, "1 ", "2 "},
    {"whole", PAID, 0, {{'r', 1, 4000, 0, 0}, {'w', 2, 0, 0, 0}}, "1 2 ", ""},
    {"whole-closes",
     PAID,
     0,
     {{'w', 1, 0, 0, 0}, {'r', 2, 1, 0, 0}, {'w', 3, 0, 0, 0}},
     "1 ",
     "2 3 "},
    {"whole-of-nothing-left", PAID, 0, {{'r', 1, PAID, 0, 0}, {'w', 2, 0, 0, 0}}, "1 ", "2 "},
    {"whole-beyond", PAID, 0, {{'r', 1, 1, 0, 0}, {'w', 2, PAID, 0, 0}}, "1 ", "2 "},
    {"nothing-paid", 0, 0, {{'w', 1, 0, 0, 0}, {'w', 2, 0, 0, 0}, {'r', 3, 1, 0, 0}}, "1 ", "2 3 "},
    {"largest",
     G_MAXINT64,
     G_MAXINT64,
     {{'r', 1, G_MAXINT64, 0, 0}, {'r', 2, 1, 0, 0}},
     "1 2 ",
     ""},
    {"undoes-nothing",
     PAID,
     0,
     {{'c', 1, 0, 0, 0}, {'u', 2, 0, 9, 0}, {'u', 3, 0, 2, 0}},
     "1 ",
     "2 3 "},
};

static void
collect(const GArray *events, GString *text)
{
    for (guint i = 0; i < events->len; i++)
        g_string_append_printf(text, "%d ", (int) g_array_index(events, SettleEvent, i).event_id);
}

static SettleEvent
event_of(const Said *said, int id)
{
    return (SettleEvent){
        .event_id = id,
        .at = said->at,
        .day = 100,
        .amount_minor = said->amount,
        .reinstates = said->undoes,
        .whole = said->what == 'w',
        .version = (uint16_t) said->version,
        .kind = said->what == 'c'   ? SETTLE_EVENT_KIND_CANCEL
                : said->what == 'u' ? SETTLE_EVENT_KIND_REINSTATE
                                    : SETTLE_EVENT_KIND_REFUND,
    };
}

/* In every order in which they may be read. */
static void
check(const SettleRefundLimit *limit, const SettleEvent *events, guint n, const char *counts,
      const char *nothing)
{
    for (guint first = 0; first < n; first++) {
        g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(SettleEvent));
        g_autoptr(GString) kept = g_string_new(NULL);
        guint left;

        for (guint i = 0; i < n; i++)
            g_array_append_val(list, events[(first + i) % n]);
        left = settle_events_in_force(list, 100, limit, none);
        collect(list, kept);
        g_assert_cmpstr(kept->str, ==, counts);
        g_assert_cmpuint(left, ==, none->len);
        for (guint i = 0; i < none->len; i++) {
            g_autofree char *id =
                g_strdup_printf("%d ", (int) g_array_index(none, SettleEvent, i).event_id);

            g_assert_nonnull(strstr(nothing, id));
        }
        g_assert_cmpuint(left, ==, (guint) strlen(nothing) / 2);
    }
}

static void
test_case(gconstpointer data)
{
    guint c = GPOINTER_TO_UINT(data), n = 0;
    const SettleRefundLimit limit = {cases[c].paid, cases[c].slack};
    SettleEvent events[5];

    for (; n < G_N_ELEMENTS(events) && cases[c].events[n].what != 0; n++)
        events[n] = event_of(&cases[c].events[n], (int) n + 1);
    check(&limit, events, n, cases[c].counts, cases[c].nothing);
}

/* Of an event's rows the highest version holds; an odd one withdraws it. */
static void
test_versions(void)
{
    const SettleRefundLimit limit = {PAID, 0};
    const Said refund = {'r', 1, 4000, 0, 2}, corrected = {'r', 1, 7000, 0, 4},
               withdrawn = {'r', 1, 7000, 0, 5}, again = {'r', 1, 6500, 0, 6},
               other = {'r', 2, 3500, 0, 2};
    SettleEvent rows[] = {event_of(&refund, 1), event_of(&other, 2), event_of(&corrected, 1),
                          event_of(&withdrawn, 1), event_of(&again, 1)};

    check(&limit, rows, 2, "1 2 ", "");
    check(&limit, rows, 3, "1 ", "2 ");
    check(&limit, rows, 4, "2 ", "");
    check(&limit, rows, 5, "1 2 ", "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint c = 0; c < G_N_ELEMENTS(cases); c++) {
        g_autofree char *path = g_strdup_printf("/events/%s", cases[c].name);

        g_test_add_data_func(path, GUINT_TO_POINTER(c), test_case);
    }
    g_test_add_func("/events/versions", test_versions);
    return g_test_run();
}
