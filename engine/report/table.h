/* Rows for people and machines: an aligned table, CSV or JSON. CSV and JSON are written row by row;
 * a table is kept until its end, to align it. Same rows, same bytes. */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

typedef enum { SETTLE_FORMAT_TABLE, SETTLE_FORMAT_CSV, SETTLE_FORMAT_JSON } SettleFormat;

typedef enum {
    SETTLE_COLUMN_TEXT,
    SETTLE_COLUMN_INTEGER, /* whole numbers: JSON numbers */
    SETTLE_COLUMN_ORDINAL, /* the same, where a sum of them means nothing */
    SETTLE_COLUMN_MONEY,   /* decimals: aligned right; JSON strings, so that nothing is lost */
} SettleColumnKind;

typedef struct {
    const char *name;
    SettleColumnKind kind;
} SettleColumn;

typedef struct SettleTable SettleTable;

/* columns: n of them, kept by the caller until the end. out: written to; stays the caller's. */
SettleTable *settle_table_new(SettleFormat format, const SettleColumn *columns, guint n, FILE *out);
/* cells: n texts, copied. NULL counts as "". */
void settle_table_row(SettleTable *table, const char *const *cells);
/* One row as a JSON object that holds a list, too: what is written to out until the end (by another
 * table) is the value of its member `name`. The end frees the table. */
void settle_table_row_begin(SettleTable *table, const char *const *cells, const char *name);
void settle_table_row_end(SettleTable *table);
/* Frees without writing what is left. */
void settle_table_abandon(SettleTable *table);
/* Writes what is left and frees. */
void settle_table_end(SettleTable *table);

/* A text as somebody copied it from our CSV: without the apostrophe that kept it a text there. The
 * same text, or its rest. */
const char *settle_table_unguard(const char *text);

G_END_DECLS
