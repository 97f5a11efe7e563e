/* What a test build does at the named places where state changes: die, fail, or write down that it
 * was there. */
#include "base/failpoint.h"

#ifdef SETTLE_WITH_FAILPOINTS

#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef enum { PASS, DIE, FAIL } Action;

static const char *const action_names[] = {[PASS] = "pass", [DIE] = "die", [FAIL] = "error"};

static const struct {
    const char *name;
    SettleErrorCode code;
    const char *about;
} points[SETTLE_N_FAILPOINTS] = {
#define POINT(id, name, code, about) {name, SETTLE_ERROR_##code, about},
    SETTLE_FAILPOINTS(POINT)
#undef POINT
};

/* What is to happen where. The same point may be set twice: at its first and at its third time. */
typedef struct {
    SettleFailpoint point;
    Action action;
    guint64 at;
} Setting;

typedef struct {
    guint64 hits[SETTLE_N_FAILPOINTS];
    GArray *settings; /* Setting */
    SettleFailpointPassed passed;
    gpointer user_data;
} State;

static State state;
static GMutex mutex;

const char *
settle_failpoint_name(SettleFailpoint point)
{
    return points[point].name;
}

const char *
settle_failpoint_about(SettleFailpoint point)
{
    return points[point].about;
}

static gboolean
find_point(const char *name, SettleFailpoint *ret_point)
{
    for (guint i = 0; i < SETTLE_N_FAILPOINTS; i++) {
        if (strcmp(points[i].name, name) == 0) {
            *ret_point = (SettleFailpoint) i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
parse_setting(const char *text, Setting *ret_setting, GError **error)
{
    g_auto(GStrv) sides = g_strsplit(text, ":", 2);
    g_auto(GStrv) action = NULL;
    Setting setting = {.at = 1};

    if (sides[0] == NULL || sides[1] == NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "failpoint \"%s\" does not look like NAME:ACTION[@N]", text);
        return FALSE;
    }
    if (!find_point(sides[0], &setting.point)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE, "there is no failpoint \"%s\"",
                    sides[0]);
        settle_error_hint(error, "settle --failpoints lists them");
        return FALSE;
    }
    action = g_strsplit(sides[1], "@", 2);
    for (Action a = DIE; a <= FAIL; a++)
        if (action[0] != NULL && strcmp(action[0], action_names[a]) == 0)
            setting.action = a;
    if (setting.action == PASS) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "failpoint \"%s\": there are die and error", text);
        return FALSE;
    }
    if (action[1] != NULL &&
        !g_ascii_string_to_unsigned(action[1], 10, 1, G_MAXINT32, &setting.at, NULL)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE,
                    "failpoint \"%s\": after @ comes a number from 1 on", text);
        return FALSE;
    }
    *ret_setting = setting;
    return TRUE;
}

gboolean
settle_failpoint_set(const char *spec, SettleFailpointPassed passed, gpointer user_data,
                     GError **error)
{
    g_autoptr(GArray) settings = g_array_new(FALSE, FALSE, sizeof(Setting));
    g_auto(GStrv) parts = g_strsplit(spec != NULL ? spec : "", ",", -1);

    for (guint i = 0; parts[i] != NULL; i++) {
        Setting setting;

        if (!parse_setting(parts[i], &setting, error))
            return FALSE;
        g_array_append_val(settings, setting);
    }
    g_mutex_lock(&mutex);
    g_clear_pointer(&state.settings, g_array_unref);
    memset(&state, 0, sizeof state);
    if (settings->len > 0)
        state.settings = g_steal_pointer(&settings);
    state.passed = passed;
    state.user_data = user_data;
    g_mutex_unlock(&mutex);
    return TRUE;
}

static gboolean
fail(SettleFailpoint point, GError **error)
{
    g_set_error(error, SETTLE_ERROR, (int) points[point].code, "failpoint \"%s\": %s",
                points[point].name, points[point].about);
    if (points[point].code == SETTLE_ERROR_CONNECTION)
        settle_error_hint(error, "the reply to the commit was lost; starting again finds out and "
                                 "continues");
    return FALSE;
}

gboolean
settle_failpoint_pass(SettleFailpoint point, GError **error)
{
    Action action = PASS;

    /* Held while it dies, so that no other thread gets further than this one. */
    g_mutex_lock(&mutex);
    state.hits[point]++;
    for (guint i = 0; state.settings != NULL && i < state.settings->len; i++) {
        const Setting *setting = &g_array_index(state.settings, Setting, i);

        if (setting->point == point && setting->at == state.hits[point])
            action = setting->action;
    }
    if (state.passed != NULL)
        state.passed(points[point].name, action_names[action], state.user_data);
    if (action == DIE)
        kill(getpid(), SIGKILL);
    g_mutex_unlock(&mutex);
    return action == PASS || fail(point, error);
}

#endif
