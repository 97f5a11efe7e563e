/* Settings: decisions of an approver about how facts are read. Each is a line of the control log,
 * and the last one of a name holds. */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

typedef struct {
    const char *name, *about;
    gboolean of_carrier; /* :CARRIER may follow the name, and is one that is known */
    /* INPUT: the value is none of it. name: with the carrier. */
    gboolean (*check)(SettleStore *store, const char *name, const char *value, GError **error);
} SettleSetting;

/* All there are. */
const SettleSetting *settle_settings(guint *ret_n);
/* The setting of a name, with or without a carrier; NULL: there is none. */
const SettleSetting *settle_setting_find(const char *name);
/* Decides on a setting. name: one that is found, its carrier known. reason: kept. store: opened as
 * approver. INPUT: the value is none of it. */
gboolean settle_setting_decide(SettleStore *store, const char *name, const char *value,
                               const char *reason, GError **error);

G_END_DECLS
