/* All reports of a period: one workbook, one page. */
#pragma once

#include "report/reports.h"

G_BEGIN_DECLS

/* Writes settle-2026-03.xlsx and settle-2026-03.html (of one carrier: settle-2026-03-carrier-ID, by
 * its number, as names of files come from no data) into the folder, which is made if it is not
 * there. scope: a period, and a carrier or not. *ret_paths: what was written. The caller frees. */
gboolean settle_pack_write(SettleStore *store, const SettleReportScope *scope, const char *folder,
                           char ***ret_paths, GError **error);

G_END_DECLS
