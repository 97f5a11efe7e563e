/* A carrier's own statement as a file: its lines (docs/semantics.md 10, 14.46). */
#pragma once

#include "base/keyed.h"
#include "calendar/calendar.h"
#include "statement/mapping.h"

G_BEGIN_DECLS

typedef struct {
    int64_t line;        /* of the file, from 1 */
    int kind;            /* SettleKind; 0: the line cannot be read, see fault */
    SettleMonth origin;  /* of the statement if the line says none */
    int64_t subject_id;  /* an order's key; of a volume bonus settle_statement_volume_id() */
    const char *subject; /* order, "ORDER/LINE" or "DISTRIBUTOR/RULE"; the line itself where it is
                          * faulty */
    size_t subject_length;
    int64_t amount_minor;
    const char *fault; /* column, value and reason; NULL: none */
} SettleStatementLine;

/* What a volume bonus is matched by beside its origin, above the ids of orders. */
int64_t settle_statement_volume_id(int32_t carrier_id, const char *subject, size_t length);

typedef gboolean (*SettleStatementTake)(gpointer user_data, const SettleStatementLine *line,
                                        GError **error);

/* Reads a file to its end, line by line in its order; a line that cannot be read is a line, too.
 * key: of the carrier. exponent: of the
 * amounts' currency. ret_digest: of its bytes. FALSE and error: INPUT (it cannot
 * be opened, is no CSV, a column is not in its header), or what take said. */
gboolean settle_statement_file_read(const char *path, const SettleStatementMapping *mapping,
                                    int32_t carrier_id, const SettleKeyed *key, SettleMonth period,
                                    int exponent, SettleStatementTake take, gpointer user_data,
                                    uint8_t ret_digest[SETTLE_DIGEST_BYTES], GError **error);

G_END_DECLS
