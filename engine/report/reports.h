/* The reports by name (docs/semantics.md 10): each is a sheet from the published books. Figures
 * come from the totals that verify proves against the transfers, or from the transfers themselves.
 */
#pragma once

#include "report/sheet.h"

G_BEGIN_DECLS

/* Which part of the books; NULL: all. */
typedef struct {
    const char *period; /* "2026-03" */
    const char *carrier, *distributor;
} SettleReportScope;

typedef struct SettleReport SettleReport;

/* The n-th report; NULL after the last. */
const SettleReport *settle_report_nth(guint n);
const SettleReport *settle_report_find(const char *name);
const char *settle_report_name(const SettleReport *report);
const char *settle_report_about(const SettleReport *report);
/* The column that a chart shows; NULL: none. */
const char *settle_report_bars(const SettleReport *report);
/* TRUE: it is of what is to come, and in a pack of all of that. */
gboolean settle_report_is_ahead(const SettleReport *report);
/* What a report with that scope is of and as of when: "postings of period 2026-03 (closed), carrier
 * C1, as of the night of 2026-04-15 and run 40". report NULL: a pack's. NULL and error: DATABASE.
 * g_free. */
char *settle_report_of(SettleStore *store, const SettleReport *report,
                       const SettleReportScope *scope, GError **error);
/* What is wrong with a scope for this report, or NULL: a text for the command line. */
const char *settle_report_refuses(const SettleReport *report, const SettleReportScope *scope);

/* The sheet with its totals. NULL and error: DATABASE, OVERFLOW. The caller owns it. */
SettleSheet *settle_report_load(SettleStore *store, const SettleReport *report,
                                const SettleReportScope *scope, GError **error);

/* reports-computed.c, reports-schedule.c, look-alikes.c: those that are more than a statement of
 * SQL. */
SettleSheet *settle_report_volume_standing(SettleStore *store, const SettleReportScope *scope,
                                           const char *name, const char *title, GError **error);
SettleSheet *settle_report_schedule(SettleStore *store, const SettleReportScope *scope,
                                    const char *name, const char *title, GError **error);
SettleSheet *settle_report_look_alikes(SettleStore *store, const SettleReportScope *scope,
                                       const char *name, const char *title, GError **error);
SettleSheet *settle_report_differences(SettleStore *store, const SettleReportScope *scope,
                                       const char *name, const char *title, GError **error);

G_END_DECLS
