/* Activity as rows of texts: the list (清单), an order or window a row, and the summary (汇总). The
 * command and the pages have the same columns. */
#pragma once

#include "report/activity.h"
#include "report/table.h"

G_BEGIN_DECLS

#define SETTLE_ACTIVITY_AMOUNTS         (7 + SETTLE_N_COMMISSION_KINDS)
#define SETTLE_ACTIVITY_LIST_COLUMNS    (13 + SETTLE_ACTIVITY_AMOUNTS)
#define SETTLE_ACTIVITY_SUMMARY_COLUMNS (8 + SETTLE_ACTIVITY_AMOUNTS)
extern const SettleColumn settle_activity_list_columns[SETTLE_ACTIVITY_LIST_COLUMNS];
extern const SettleColumn settle_activity_summary_columns[SETTLE_ACTIVITY_SUMMARY_COLUMNS];

/* Takes a row of n cells, valid during the call. */
typedef void (*SettleActivityCells)(const char *const *cells, gpointer user_data);

/* The row of an order or window. distributor: whose code. */
void settle_activity_list_row(const SettleActivity *activity, const char *distributor,
                              SettleActivityCells take, gpointer user_data);

/* A summary: sums by closing month, carrier, distributor and currency. by: by outlet, or by outlet
 * and manager, too. */
typedef enum { SETTLE_BY_NOTHING, SETTLE_BY_OUTLET, SETTLE_BY_MANAGER } SettleActivityBy;
typedef struct SettleActivitySums SettleActivitySums;
SettleActivitySums *settle_activity_sums_new(SettleActivityBy by);
void settle_activity_sums_free(SettleActivitySums *sums);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleActivitySums, settle_activity_sums_free)
/* FALSE and error: OVERFLOW. Texts are copied. */
gboolean settle_activity_sums_add(SettleActivitySums *sums, const SettleActivity *activity,
                                  const char *distributor, GError **error);
/* Each row, in the order of its texts. */
void settle_activity_sums_rows(const SettleActivitySums *sums, SettleActivityCells take,
                               gpointer user_data);

G_END_DECLS
