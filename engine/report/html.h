/* Sheets as one page of HTML: no script, nothing from outside, for a screen, a phone and paper. */
#pragma once

#include "report/sheet.h"

G_BEGIN_DECLS

typedef struct {
    const char *name; /* "earned" */
    const char *text; /* "1234.56", or a word */
    const char *unit; /* "CNY"; NULL: the text is no number */
    enum { SETTLE_FIGURE_PLAIN, SETTLE_FIGURE_GOOD, SETTLE_FIGURE_BAD } mood;
} SettleHtmlFigure;

/* Begins a page: its head, the title and the line under it (NULL: none). out stays the caller's. */
void settle_html_begin(GString *out, const char *title, const char *about);
/* What is to be seen first, in large. */
void settle_html_figures(GString *out, const SettleHtmlFigure *figures, guint n);
/* Links to the sheets below. */
void settle_html_contents(GString *out, GPtrArray *sheets);
/* From the first amount to the last, each step a bar: steps' names, what each adds, and the figure
 * beside it (as the table has it, whichever way the step goes); a bar from zero where total[i]. */
void settle_html_bridge(GString *out, const char *title, const char *unit, const char *const *names,
                        const int64_t *minor, const int64_t *shown, const gboolean *total, guint n,
                        int exponent);
/* A sheet as a table, its totals on top; with bars for one column of money, or NULL. most: show no
 * more rows than that (0: all), those with the longest bars where there are any, and say so. */
void settle_html_sheet(GString *out, const SettleSheet *sheet, const char *bars, guint most);
/* A link to another page of the same folder. */
void settle_html_link(GString *out, const char *file, const char *name);
void settle_html_end(GString *out);

/* A table whose rows come one by one. columns stay the caller's; the free takes it. */
typedef struct SettleHtmlTable SettleHtmlTable;
SettleHtmlTable *settle_html_table_begin(GString *out, const char *name, const char *title,
                                         const SettleColumn *columns, guint n);
void settle_html_table_row(const SettleHtmlTable *table, GString *out, const char *const *texts);
void settle_html_table_end(GString *out);
void settle_html_table_free(SettleHtmlTable *table);

G_END_DECLS
