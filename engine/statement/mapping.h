/* What the columns and words of a carrier's statement are called (docs/semantics.md 14.46). */
#pragma once

#include "document/diagnostic.h"

G_BEGIN_DECLS

/* Which columns of the carrier's file hold what. */
typedef enum {
    SETTLE_STATEMENT_ORDER,
    SETTLE_STATEMENT_LINE, /* of the order; may be missing or empty: none */
    SETTLE_STATEMENT_KIND,
    SETTLE_STATEMENT_PERIOD, /* may be missing: the statement's */
    SETTLE_STATEMENT_AMOUNT,
    SETTLE_STATEMENT_DISTRIBUTOR, /* of volume bonuses */
    SETTLE_STATEMENT_RULE,        /* of volume bonuses */
    SETTLE_STATEMENT_COLUMNS
} SettleStatementColumn;

typedef struct {
    char *columns[SETTLE_STATEMENT_COLUMNS]; /* names in the header */
    GHashTable *kinds;                       /* word -> SettleKind; NULL: our own names */
    gboolean minor;                          /* amounts are in minor units */
} SettleStatementMapping;

/* The default: order_id, line, kind, period, amount, distributor, rule; kinds by our names;
 * decimals. */
void settle_statement_mapping_init(SettleStatementMapping *mapping);
void settle_statement_mapping_clear(SettleStatementMapping *mapping);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleStatementMapping, settle_statement_mapping_clear)
/* Of all that decides how a file is read: 64 hex digits. g_free. */
char *settle_statement_mapping_hash(const SettleStatementMapping *mapping);
/* From a small YAML: columns, kinds, unit. Always returns diagnostics; the mapping is usable if
 * there are no errors. */
SettleDiagnostics *settle_statement_mapping_read(const char *text, size_t length,
                                                 SettleStatementMapping *mapping);

G_END_DECLS
