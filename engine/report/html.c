/* Sheets as one page of HTML, without script and without anything from outside. */
#include "report/html.h"

#include "money/money.h"

#include <string.h>

static const char style[] =
    ":root{--ink:#1b2733;--soft:#5b6b7a;--line:#d9e0e7;--tint:#f4f7fa;--bar:#3b7dd8;--bad:#b3261e;"
    "--good:#1e7b4a;--paper:#fff}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa8b5;--line:#33404d;"
    "--tint:#1c252e;--bar:#6aa5f0;--bad:#ff8a80;--good:#7bd8a4;--paper:#11181f}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:1280px;padding:24px;background:var(--paper);color:var(--ink);"
    "font:15px/1.45 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}"
    "h1{font-size:26px;margin:0}h2{font-size:19px;margin:40px 0 2px}"
    "p{margin:2px 0 12px;color:var(--soft)}a{color:inherit}"
    "nav{margin:20px 0 0;line-height:1.9}nav a{margin-right:16px;white-space:nowrap}"
    ".figures{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0 0}"
    ".figures div{flex:1 1 180px;padding:12px 16px;border:1px solid var(--line);"
    "border-radius:8px;background:var(--tint)}"
    ".figures span{display:block;color:var(--soft);font-size:13px}"
    ".figures b{font-size:20px;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    ".good b{color:var(--good)}.bad b{color:var(--bad)}"
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-size:14px}"
    "th,td{padding:5px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);"
    "overflow-wrap:anywhere}"
    "th{background:var(--tint);font-weight:600;overflow-wrap:normal}"
    ".w{white-space:nowrap;overflow-wrap:normal}"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}"
    ".t td{font-weight:700;border-bottom:2px solid var(--ink)}"
    ".m{color:var(--bad)}"
    "svg{display:block}.bar{width:120px;padding-right:0}"
    "svg rect{fill:var(--bar)}svg rect.m{fill:var(--bad)}svg rect.d{fill:var(--soft)}"
    ".bridge{display:grid;grid-template-columns:auto 1fr auto;gap:6px 14px;max-width:860px;"
    "align-items:center}.bridge svg{width:100%;height:18px}"
    "@media screen and (max-width:700px){body{padding:14px}h1{font-size:21px}"
    "thead{display:none}table,tbody,tr,td{display:block;width:auto}"
    "tr{padding:8px 0;border-bottom:1px solid var(--line)}"
    "td{display:flex;justify-content:space-between;gap:16px;border:0;padding:1px 0}"
    ".t td{border:0}.t{background:var(--tint);border-bottom:2px solid var(--ink)}"
    "td::before{content:attr(data-l);color:var(--soft);font-weight:400;flex:none;white-space:"
    "nowrap}"
    "td:empty,td.bar{display:none}}"
    "@media print{body{max-width:none;padding:0;font-size:10pt;--paper:#fff;--ink:#000}"
    "table{font-size:8.5pt}thead{display:table-header-group}tr{break-inside:avoid}nav{display:none}"
    "}"
    "@page{size:A4 landscape;margin:12mm}";

static void
text(GString *out, const char *said)
{
    g_autofree char *valid = g_utf8_make_valid(said, -1);
    g_autofree char *escaped = g_markup_escape_text(valid, -1);

    g_string_append(out, escaped);
}

/* "taken_back" as "Taken back". */
static char *
heading(const char *name)
{
    char *words = g_strdelimit(g_strdup(name), "_", ' ');

    words[0] = g_ascii_toupper(words[0]);
    return words;
}

/* "-1234567.89" as "-1,234,567.89" */
static void
number(GString *out, const char *digits)
{
    const char *point = strchr(digits, '.');
    size_t whole = point != NULL ? (size_t) (point - digits) : strlen(digits), from = 0;

    if (*digits == '-') {
        g_string_append(out, "\u2212");
        from = 1;
    }
    for (size_t i = from; i < whole; i++) {
        g_string_append_c(out, digits[i]);
        if (i + 1 < whole && (whole - i - 1) % 3 == 0)
            g_string_append_c(out, ',');
    }
    if (point != NULL)
        g_string_append(out, point);
}

/* --- the page --------------------------------------------------------------------------------- */

void
settle_html_begin(GString *out, const char *title, const char *about)
{
    g_string_append(out,
                    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "style-src 'unsafe-inline'\">\n<title>");
    text(out, title);
    g_string_append_printf(out, "</title>\n<style>%s</style></head>\n<body>\n<h1>", style);
    text(out, title);
    g_string_append(out, "</h1>\n");
    if (about != NULL) {
        g_string_append(out, "<p>");
        text(out, about);
        g_string_append(out, "</p>\n");
    }
}

void
settle_html_figures(GString *out, const SettleHtmlFigure *figures, guint n)
{
    static const char *const moods[] = {"", " class=\"good\"", " class=\"bad\""};

    g_string_append(out, "<section class=\"figures\">\n");
    for (guint i = 0; i < n; i++) {
        g_string_append_printf(out, "<div%s><span>", moods[figures[i].mood]);
        text(out, figures[i].name);
        g_string_append(out, "</span><b>");
        if (figures[i].unit == NULL) {
            text(out, figures[i].text);
        } else {
            number(out, figures[i].text);
            g_string_append_c(out, ' ');
            text(out, figures[i].unit);
        }
        g_string_append(out, "</b></div>\n");
    }
    g_string_append(out, "</section>\n");
}

void
settle_html_contents(GString *out, GPtrArray *sheets)
{
    g_string_append(out, "<nav>");
    for (guint i = 0; i < sheets->len; i++) {
        const SettleSheet *sheet = g_ptr_array_index(sheets, i);

        g_string_append_printf(out, "<a href=\"#%s\">", sheet->name);
        text(out, sheet->title);
        g_string_append(out, "</a>\n");
    }
    g_string_append(out, "</nav>\n");
}

void
settle_html_link(GString *out, const char *file, const char *name)
{
    g_string_append_printf(out, "<nav><a href=\"%s\">", file);
    text(out, name);
    g_string_append(out, "</a></nav>\n");
}

void
settle_html_end(GString *out)
{
    g_string_append(out, "</body></html>\n");
}

/* --- the bridge --------------------------------------------------------------------------------
 */

#define BAR_UNITS 1000

void
settle_html_bridge(GString *out, const char *title, const char *unit, const char *const *names,
                   const int64_t *minor, const int64_t *shown, const gboolean *total, guint n,
                   int exponent)
{
    int64_t level = 0, low = 0, high = 0, step;

    for (guint i = 0; i < n; i++) {
        level = total[i] ? minor[i] : level + minor[i];
        low = MIN(low, level);
        high = MAX(high, level);
    }
    step = (high - low) / BAR_UNITS + 1; /* minor units a unit of width: a picture, no figure */
    g_string_append(out, "<h2>");
    text(out, title);
    g_string_append(out, "</h2>\n<p>");
    text(out, unit);
    g_string_append(out, "</p>\n<div class=\"bridge\">\n");
    level = 0;
    for (guint i = 0; i < n; i++) {
        int64_t from = total[i] ? 0 : level, to = total[i] ? minor[i] : level + minor[i];
        char amount[SETTLE_MONEY_TEXT_BYTES];

        g_string_append(out, "<span>");
        text(out, names[i]);
        g_string_append_printf(
            out,
            "</span><svg viewBox=\"0 0 %d 10\" preserveAspectRatio=\"none\"><rect%s "
            "x=\"%" G_GINT64_FORMAT "\" width=\"%" G_GINT64_FORMAT
            "\" height=\"10\"/></svg><span class=\"n\">",
            BAR_UNITS, to < from ? " class=\"d\"" : "", (MIN(from, to) - low) / step,
            from == to ? 0 : MAX(ABS(to - from) / step, 1));
        number(out, settle_money_format(shown[i], exponent, amount));
        g_string_append(out, "</span>\n");
        level = to;
    }
    g_string_append(out, "</div>\n");
}

/* --- tables ------------------------------------------------------------------------------------
 */

/* Amounts only as long as a bar: the largest has the full width. */
static int64_t
minor_of(const char *amount)
{
    const char *point = strchr(amount, '.');
    int64_t value;

    return settle_money_parse(amount, strlen(amount), point != NULL ? (int) strlen(point + 1) : 0,
                              &value) == SETTLE_PARSE_OK
               ? ABS(value)
               : 0;
}

/* Up to here a text is not broken, however long its neighbours are. */
#define WORD_BYTES 14

static void
row(GString *out, const SettleColumn *columns, guint n, char *const *headings,
    const char *const *texts, gboolean total, int bars, int64_t longest)
{
    g_string_append(out, total ? "<tr class=\"t\">" : "<tr>");
    for (guint c = 0; c < n; c++) {
        gboolean is_number = columns[c].kind != SETTLE_COLUMN_TEXT;

        g_string_append(out, "<td");
        if (is_number)
            g_string_append(out, texts[c][0] == '-' ? " class=\"n m\"" : " class=\"n\"");
        else if (strlen(texts[c]) <= WORD_BYTES)
            g_string_append(out, " class=\"w\"");
        g_string_append_printf(out, " data-l=\"%s\">", headings[c]);
        if (is_number && columns[c].kind != SETTLE_COLUMN_ORDINAL)
            number(out, texts[c]);
        else
            text(out, texts[c]);
        g_string_append(out, "</td>");
    }
    if (bars >= 0) {
        g_string_append(out, "<td class=\"bar\">");
        if (!total && longest > 0)
            g_string_append_printf(
                out,
                "<svg width=\"110\" height=\"14\"><rect%s width=\"%" G_GINT64_FORMAT
                "\" height=\"14\"/></svg>",
                texts[bars][0] == '-' ? " class=\"m\"" : "",
                minor_of(texts[bars]) / (longest / 110 + 1));
        g_string_append(out, "</td>");
    }
    g_string_append(out, "</tr>\n");
}

typedef struct {
    guint row;
    int64_t length; /* of its bar */
} Place;

static int
compare_lengths(gconstpointer a, gconstpointer b)
{
    const Place *x = a, *y = b;

    if (x->length != y->length)
        return x->length > y->length ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static int
compare_places(gconstpointer a, gconstpointer b)
{
    const Place *x = a, *y = b;

    return x->row < y->row ? -1 : x->row > y->row;
}

/* The rows to show, in their order. */
static GArray *
pick_rows(const SettleSheet *sheet, int bars, guint most)
{
    GArray *places = g_array_sized_new(FALSE, FALSE, sizeof(Place), sheet->n_rows);

    for (guint r = 0; r < sheet->n_rows; r++) {
        Place place = {r, bars >= 0 ? minor_of(settle_sheet_text(sheet, r, (guint) bars)) : 0};

        g_array_append_val(places, place);
    }
    if (most > 0 && places->len > most) {
        g_array_sort(places, compare_lengths);
        g_array_set_size(places, most);
        g_array_sort(places, compare_places);
    }
    return places;
}

static char **
headings_of(const SettleColumn *columns, guint n)
{
    char **headings = g_new0(char *, n + 1);

    for (guint c = 0; c < n; c++) {
        g_autofree char *words = heading(columns[c].name);

        headings[c] = g_markup_escape_text(words, -1);
    }
    return headings;
}

static void
title_of(GString *out, const char *name, const char *title)
{
    g_string_append_printf(out, "<h2 id=\"%s\">", name);
    text(out, title);
    g_string_append(out, "</h2>\n");
}

/* The line of headings is left open. */
static void
table_head(GString *out, const SettleColumn *columns, guint n, char *const *headings)
{
    g_string_append(out, "<div class=\"scroll\"><table><thead><tr>");
    for (guint c = 0; c < n; c++)
        g_string_append_printf(out, "<th%s>%s</th>",
                               columns[c].kind != SETTLE_COLUMN_TEXT ? " class=\"n\"" : "",
                               headings[c]);
}

void
settle_html_sheet(GString *out, const SettleSheet *sheet, const char *bars, guint most)
{
    g_autoptr(GArray) places = NULL;
    g_auto(GStrv) headings = headings_of(sheet->columns, sheet->n_columns);
    int at = -1;
    int64_t longest = 0;

    for (guint c = 0; c < sheet->n_columns; c++) {
        if (bars != NULL && strcmp(sheet->columns[c].name, bars) == 0)
            at = (int) c;
    }
    for (guint r = 0; at >= 0 && r < sheet->n_rows; r++)
        longest = MAX(longest, minor_of(settle_sheet_text(sheet, r, (guint) at)));
    title_of(out, sheet->name, sheet->title);
    if (sheet->of != NULL) {
        g_string_append(out, "<p>");
        text(out, sheet->of);
        g_string_append(out, "</p>\n");
    }
    if (sheet->note != NULL) {
        g_string_append(out, "<p>");
        text(out, sheet->note);
        g_string_append(out, "</p>\n");
    }
    if (sheet->n_rows == 0) {
        g_string_append(out, "<p>Nothing.</p>\n");
        return;
    }
    places = pick_rows(sheet, at, most);
    if (places->len < sheet->n_rows)
        g_string_append_printf(out,
                               "<p>The %s %u of %u rows; all are in the workbook beside this page. "
                               "Totals are of all.</p>\n",
                               at >= 0 ? "largest" : "first", places->len, sheet->n_rows);
    table_head(out, sheet->columns, sheet->n_columns, headings);
    g_string_append(out, at >= 0 ? "<th class=\"bar\"></th></tr></thead><tbody>\n"
                                 : "</tr></thead><tbody>\n");
    for (guint t = 0; t < sheet->n_totals; t++)
        row(out, sheet->columns, sheet->n_columns, headings,
            (const char *const *) &sheet->totals->pdata[t * sheet->n_columns], TRUE, at, longest);
    for (guint i = 0; i < places->len; i++) {
        guint r = g_array_index(places, Place, i).row;

        row(out, sheet->columns, sheet->n_columns, headings,
            (const char *const *) &sheet->texts->pdata[r * sheet->n_columns], FALSE, at, longest);
    }
    g_string_append(out, "</tbody></table></div>\n");
}

/* --- tables whose rows come one by one ----------------------------------------------------------
 */

struct SettleHtmlTable {
    const SettleColumn *columns;
    guint n;
    char **headings;
};

SettleHtmlTable *
settle_html_table_begin(GString *out, const char *name, const char *title,
                        const SettleColumn *columns, guint n)
{
    SettleHtmlTable *table = g_new(SettleHtmlTable, 1);

    *table = (SettleHtmlTable){columns, n, headings_of(columns, n)};
    title_of(out, name, title);
    table_head(out, columns, n, table->headings);
    g_string_append(out, "</tr></thead><tbody>\n");
    return table;
}

void
settle_html_table_row(const SettleHtmlTable *table, GString *out, const char *const *texts)
{
    row(out, table->columns, table->n, table->headings, texts, FALSE, -1, 0);
}

void
settle_html_table_end(GString *out)
{
    g_string_append(out, "</tbody></table></div>\n");
}

void
settle_html_table_free(SettleHtmlTable *table)
{
    g_strfreev(table->headings);
    g_free(table);
}
