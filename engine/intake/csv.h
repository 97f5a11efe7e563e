/* A strict, streaming reader of RFC 4180 with exact positions. UTF-8, with or without a byte order
 * mark; LF or CR LF; quoted fields, doubled quotes, line ends inside quotes. Empty lines are
 * skipped. Blanks around a field, of whatever kind, are no part of it (base/text.h); those before
 * an opening or after a closing quote are a fault.
 *
 * What concerns one record is a fault of that record (data, not an error) and reading goes on
 * after its line. What makes the rest of the file doubtful is an INPUT or LIMIT error: a quote
 * that is never closed, a record over 1 MiB. */
#pragma once

#include "base/error.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

#define SETTLE_CSV_MAX_RECORD (1024 * 1024)
#define SETTLE_CSV_MAX_FIELDS 64

typedef enum {
    SETTLE_CSV_OK = 0,
    SETTLE_CSV_STRAY_QUOTE,      /* a quote inside an unquoted field */
    SETTLE_CSV_TEXT_AFTER_QUOTE, /* something between a closing quote and the comma */
    SETTLE_CSV_STRAY_CR,         /* a carriage return that is not part of a line end */
    SETTLE_CSV_NUL,
    SETTLE_CSV_UTF8,
} SettleCsvFault;

typedef struct {
    const char *text; /* unquoted, without outer blanks; no NUL after it */
    size_t length;
} SettleCsvField;

typedef struct SettleCsvRecord {
    SettleCsvField fields[SETTLE_CSV_MAX_FIELDS];
    unsigned n_fields; /* may exceed SETTLE_CSV_MAX_FIELDS: those beyond are only counted */
    int64_t line;      /* physical line on which it starts, from 1 */
    const char *raw;   /* the record as it came, without its line end */
    size_t raw_length;
    SettleCsvFault fault; /* the first one; NUL and UTF8 after the others */
    unsigned fault_field; /* from 0 */
    size_t fault_column;  /* byte in the record, from 1 */
} SettleCsvRecord;

/* Reads up to size bytes. 0: the end. -1 and error: failure. */
typedef gssize (*SettleCsvRead)(gpointer user_data, char *buffer, size_t size, GError **error);

typedef struct SettleCsv SettleCsv;

/* name: for messages. */
SettleCsv *settle_csv_new(const char *name, SettleCsvRead read, gpointer user_data);
/* A text in memory; user_data is a SettleCsvMemory, which is moved on. Never fails. */
typedef struct {
    const char *text;
    size_t left;
} SettleCsvMemory;
/* Reads from a SettleCsvMemory, as settle_csv_new wants its reader; never fails. */
gssize settle_csv_read_memory(gpointer user_data, char *buffer, size_t size, GError **error);
/* A read() that is no failure when a signal comes; name: for its error. INPUT if it is a folder. */
gssize settle_csv_read_fd(const char *name, int fd, char *buffer, size_t size, GError **error);
void settle_csv_free(SettleCsv *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleCsv, settle_csv_free)

/* TRUE: a record is there; its texts are valid until the next call. FALSE with *error unset: the
 * end. */
gboolean settle_csv_next(SettleCsv *csv, SettleCsvRecord *ret_record, GError **error);

/* Writes a record: fields quoted where they must be, commas between, no line end. */
void settle_csv_append(GString *text, const SettleCsvField *fields, size_t n);

G_END_DECLS
