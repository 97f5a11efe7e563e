/* The ledger as plain text that other accounting programs read: hledger, ledger, beancount. One
 * transaction a transfer, in the order of runs; accounts are declared before they are used. */
#pragma once

#include "store/store.h"

#include <stdio.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_JOURNAL_HLEDGER,
    SETTLE_JOURNAL_LEDGER,
    SETTLE_JOURNAL_BEANCOUNT
} SettleJournalFormat;
/* FALSE: there is no such format. */
gboolean settle_journal_format(const char *name, SettleJournalFormat *ret_format);

/* A code as a part of an account's name: letters A to Z, a to z and digits stay, every other byte
 * is a hyphen and two hex digits; a first character that is no digit or capital (and a Z) is
 * written as Z and its two. No two codes have the same name, and every program takes it. g_free. */
char *settle_journal_part(const char *code);

/* Filters may be NULL: any. Writes to out, which stays the caller's. FALSE and error if reading
 * failed; what was written is then not a whole journal. */
gboolean settle_journal_write(SettleStore *store, SettleJournalFormat format, const char *carrier,
                              const char *distributor, const char *period, FILE *out,
                              GError **error);

G_END_DECLS
