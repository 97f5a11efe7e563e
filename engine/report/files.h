/* Reports as files: written beside their place and renamed, so that a file is whole or not there.
 */
#pragma once

#include "calendar/calendar.h"
#include "report/reports.h"

G_BEGIN_DECLS

/* Says why the file could not be read or written, by errno; FALSE. */
gboolean settle_files_fail(const char *path, GError **error);

/* TRUE if the name ends in .xlsx, .html, .csv or .json. */
gboolean settle_files_can_write(const char *path);

/* A sheet in the format that the path's end names; one that is there is replaced. bars: a column
 * for the page's chart, or NULL. as_of: the day that the file says it was made on. FALSE and error:
 * INPUT. */
gboolean settle_files_write(const char *path, const SettleSheet *sheet, const char *bars,
                            SettleDay as_of, GError **error);

/* The day of the last settled night, as of which reports are. FALSE and error: STATE (there is
 * none), DATABASE. */
gboolean settle_files_as_of(SettleStore *store, SettleDay *ret_day, GError **error);

/* A sheet that says of each of the sheets what it shows, and of which part of the books. */
SettleSheet *settle_files_contents(GPtrArray *sheets);

/* Calls write with a path beside the place, syncs what it wrote, and renames it. */
typedef gboolean (*SettleFilesWrite)(const char *path, gpointer user_data, GError **error);
gboolean settle_files_replace(const char *path, SettleFilesWrite write, gpointer user_data,
                              GError **error);

G_END_DECLS
