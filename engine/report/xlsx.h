/* Sheets as a workbook (the only user of libxlsxwriter). */
#pragma once

#include "calendar/calendar.h"
#include "report/sheet.h"

G_BEGIN_DECLS

/* Writes a workbook, a tab a sheet: numbers as numbers, texts as texts whatever they start with,
 * the header frozen, totals in bold under it. A sheet longer than a tab (1,048,576 rows) goes on on
 * the next, "NAME (2)". as_of: the day that the workbook says it was made on,
 * so that the same figures are the same bytes. FALSE and error (INPUT): it cannot be written; what
 * is at path then is of no use. */
gboolean settle_xlsx_write(const char *path, GPtrArray *sheets, const char *title, SettleDay as_of,
                           GError **error);

G_END_DECLS
