/* Kinds of files and batches, in one list: what master data there is, and what facts.
 *
 * Enum, names and what the layers above ask about a kind are made of the list; so are the
 * descriptors of intake (intake/kind.h), where a kind that is listed here and has none does not
 * link. Queries get their lists from here, too (store/embed-sql.py: :fact_files and others), and a
 * test holds the CHECKs of the schema against it. */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* KIND(SYMBOL, member, name, sort, night, of_carrier, has_amount, fact_no, table).
 * SYMBOL: the end of the enumerator's name; member: the end of intake's descriptor's name; name:
 * that of the kind in files, batches and commands; the others: see SettleFileKindInfo. */

/* Kept by versions: what a night knows, not what it settles. */
#define SETTLE_MASTER_FILES(KIND)                                                                  \
    KIND(CARRIERS, carriers, "carriers", MASTER, 1, FALSE, FALSE, 0, "carrier_version")            \
    KIND(DISTRIBUTORS, distributors, "distributors", MASTER, 3, FALSE, FALSE, 0,                   \
         "distributor_version")                                                                    \
    KIND(OUTLETS, outlets, "outlets", MASTER, 4, FALSE, FALSE, 0, "outlet_version")                \
    KIND(MANAGERS, managers, "managers", MASTER, 5, FALSE, FALSE, 0, "manager_version")            \
    KIND(PRODUCTS, products, "products", MASTER, 2, TRUE, FALSE, 0, "product_version")
/* What a night settles: its chunks count them. */
#define SETTLE_FACT_FILES(KIND)                                                                    \
    KIND(ORDERS, orders, "orders", OF_ORDER, 6, TRUE, TRUE, 1, "closed_order")                     \
    KIND(BILLS, bills, "bills", OF_ORDER, 7, TRUE, TRUE, 2, "bill")                                \
    KIND(EVENTS, events, "events", OF_ORDER, 8, TRUE, TRUE, 3, "event")                            \
    KIND(MONTHS, months, "months", OF_CARRIER, 9, TRUE, FALSE, 5, "month_complete")                \
    KIND(RECEIPTS, receipts, "receipts", OF_CARRIER, 10, TRUE, TRUE, 4, "receipt")

#define SETTLE_FILE_KINDS(KIND)                                                                    \
    SETTLE_MASTER_FILES(KIND)                                                                      \
    SETTLE_FACT_FILES(KIND)

#define SETTLE_FILE_ENUMERATOR(SYMBOL, ...) SETTLE_FILE_##SYMBOL,
/* Numbers of a process: what is stored is the name. */
typedef enum { SETTLE_FILE_KINDS(SETTLE_FILE_ENUMERATOR) SETTLE_N_FILE_KINDS } SettleFileKind;

typedef enum {
    SETTLE_SORT_MASTER = 1, /* master data */
    SETTLE_SORT_OF_ORDER,   /* facts of orders: those may wait for their order, partitioned by month
                             */
    SETTLE_SORT_OF_CARRIER, /* facts that a carrier tells of a whole month */
} SettleFileSort;

typedef struct {
    const char *name;
    SettleFileSort sort;
    int night; /* its place among the files of a night: what others refer to comes first */
    gboolean of_carrier; /* a file holds rows of one carrier: the carrier can owe it as a feed */
    gboolean has_amount; /* it has an amount column, and so a control sum */
    int16_t fact_no;     /* what settle.fact_repeat calls such facts by; 0: master data. Stored */
    const char *table;   /* that its rows are stored in (store/sql/tables.ini) */
} SettleFileKindInfo;

/* Never NULL. */
const SettleFileKindInfo *settle_file_kind(SettleFileKind kind);
/* "carriers", "orders" ... */
const char *settle_file_kind_name(SettleFileKind kind);
gboolean settle_file_kind_lookup(const char *name, SettleFileKind *ret_kind);
/* Facts, as opposed to master data. */
static inline gboolean
settle_file_kind_is_fact(SettleFileKind kind)
{
    return settle_file_kind(kind)->sort != SETTLE_SORT_MASTER;
}
/* "carriers, distributors ... or receipts"; the caller frees it. */
char *settle_file_kind_words(void);

G_END_DECLS
