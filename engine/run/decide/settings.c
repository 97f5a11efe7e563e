/* The settings there are, what may be said of each, and deciding on one. */
#include "run/decide/settings.h"

#include "base/failpoint.h"
#include "calendar/calendar.h"
#include "store/sql.h"

#include <stdarg.h>
#include <string.h>

#define ROUNDED_IDS "rounded-ids"

static gboolean G_GNUC_PRINTF(3, 4)
    refuse(GError **error, const char *hint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (error != NULL)
        *error = g_error_new_valist(SETTLE_ERROR, SETTLE_ERROR_INPUT, format, arguments);
    va_end(arguments);
    settle_error_hint(error, "%s", hint);
    return FALSE;
}

/* Days are local: what was taken in under one zone is not to be read under another. */
static gboolean
check_zone(SettleStore *store, const char *name, const char *value, GError **error)
{
    g_autoptr(SettleZone) zone = settle_zone_new(value, error);
    g_autoptr(SettleResult) batches = NULL;

    (void) name;
    if (zone == NULL)
        return FALSE;
    batches = settle_store_query(store, settle_sql_setting_batches, error, "");
    if (batches == NULL)
        return FALSE;
    return settle_result_rows(batches) == 0 ||
           refuse(error, "a database of its own can have another one",
                  "facts were taken in already: the zone cannot become %s", value);
}

static gboolean
check_months(SettleStore *store, const char *name, const char *value, GError **error)
{
    (void) store;
    return g_ascii_string_to_unsigned(value, 10, 0, 1200, NULL, NULL) ||
           refuse(error, "0 to 1200", "%s is a number of months", name);
}

static gboolean
check_rounded_ids(SettleStore *store, const char *name, const char *value, GError **error)
{
    (void) store;
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return refuse(error, "yes: such ids are meant; no: they are rejected", "%s is yes or no",
                      name);
    return TRUE;
}

static const SettleSetting settings[] = {
    {"zone", "the settlement zone (Asia/Shanghai); before anything is taken in", FALSE, check_zone},
    {"intake-lookback-months", "how far back the key of an order is looked for (3)", FALSE,
     check_months},
    {"retention-staging", "months that staged rows stay once a batch has read them (0: for good)",
     FALSE, check_months},
    {"retention-quarantine",
     "months that rows stay which were not accepted and need nothing more (0: for good)", FALSE,
     check_months},
    {"retention-texts",
     "months that ids of orders, events and receipts stay, and contracts (0: for good)", FALSE,
     check_months},
    {ROUNDED_IDS,
     "yes: ids like 1.38E+10 are meant; with :CARRIER those of a carrier, else codes of parties",
     TRUE, check_rounded_ids},
};

const SettleSetting *
settle_settings(guint *ret_n)
{
    *ret_n = G_N_ELEMENTS(settings);
    return settings;
}

const SettleSetting *
settle_setting_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        size_t length = strlen(settings[i].name);

        if (strcmp(settings[i].name, name) == 0 ||
            (settings[i].of_carrier && strncmp(settings[i].name, name, length) == 0 &&
             name[length] == ':' && name[length + 1] != '\0'))
            return &settings[i];
    }
    return NULL;
}

gboolean
settle_setting_decide(SettleStore *store, const char *name, const char *value, const char *reason,
                      GError **error)
{
    const SettleSetting *setting = settle_setting_find(name);
    g_autoptr(SettleResult) detail = NULL;

    settle_invariant(setting != NULL);
    if (!setting->check(store, name, value, error) || !settle_store_begin(store, error))
        return FALSE;
    detail = settle_store_query(store, settle_sql_setting_detail, error, "s", value);
    if (detail != NULL &&
        settle_store_control(store, "setting", name, NULL, reason,
                             settle_result_text(detail, 0, SQL_SETTING_DETAIL_DETAIL), NULL,
                             error) &&
        settle_failpoint(SETTING_DECIDED, error) && settle_store_commit(store, error) &&
        settle_failpoint(SETTING_COMMITTED, error))
        return TRUE;
    settle_store_rollback(store);
    return FALSE;
}
