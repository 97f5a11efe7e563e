/* A report as data: titled columns, rows of texts, totals. Every format is written from it, so all
 * of them have the same figures. */
#pragma once

#include "report/table.h"
#include "store/store.h"

G_BEGIN_DECLS

/* What a result's column is. Money columns name the column that holds their currency. */
typedef struct {
    const char *name;
    enum {
        SETTLE_CELL_TEXT,
        SETTLE_CELL_INTEGER,
        SETTLE_CELL_ORDINAL,
        SETTLE_CELL_MONEY,
        SETTLE_CELL_CURRENCY
    } kind;
    int currency; /* MONEY: result column with the currency's number */
} SettleCell;

typedef struct {
    char *name;  /* a word: file and tab names come from it */
    char *title; /* for people */
    char *note;  /* what it shows; NULL */
    char *of;    /* of which part of the books, as of when; NULL */
    guint n_columns;
    SettleColumn *columns; /* names are owned */
    guint n_rows;
    GPtrArray *texts; /* n_columns a row: owned */
    guint n_totals;
    GPtrArray *totals; /* the same, of what adds up; not among the rows */
} SettleSheet;

/* Columns are copied; title and note may be NULL. */
SettleSheet *settle_sheet_new(const char *name, const char *title, const char *note,
                              const SettleColumn *columns, guint n);
void settle_sheet_free(SettleSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleSheet, settle_sheet_free)
/* n_columns texts, copied. NULL counts as "". */
void settle_sheet_row(SettleSheet *sheet, const char *const *texts);
const char *settle_sheet_text(const SettleSheet *sheet, guint row, guint column);
const char *settle_sheet_total(const SettleSheet *sheet, guint total, guint column);

/* All of a result: column i of it is cells[i]; cells without a name are not shown. */
SettleSheet *settle_sheet_from_result(const char *name, const char *title, const char *note,
                                      const SettleResult *result, const SettleCell *cells, guint n);

/* Adds up the columns of numbers, for each text of the column "currency" (or all together, without
 * one). FALSE: a sum leaves 64 bits; nothing is added then. */
gboolean settle_sheet_add_totals(SettleSheet *sheet);

/* Rows only: what adds up is a matter of whoever reads tables. */
void settle_sheet_print(const SettleSheet *sheet, SettleFormat format, FILE *out);

G_END_DECLS
