/* The kinds of file and their columns. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_INTAKE_CARRIERS = 0,
    SETTLE_INTAKE_DISTRIBUTORS,
    SETTLE_INTAKE_OUTLETS,
    SETTLE_INTAKE_MANAGERS,
    SETTLE_INTAKE_PRODUCTS,
    SETTLE_INTAKE_ORDERS,
    SETTLE_INTAKE_BILLS,
    SETTLE_INTAKE_EVENTS,
    SETTLE_INTAKE_MONTHS,
    SETTLE_INTAKE_RECEIPTS,
    SETTLE_N_INTAKE_KINDS
} SettleIntakeKind;

/* "carriers", "orders" ... */
const char *settle_intake_kind_name(SettleIntakeKind kind);
gboolean settle_intake_kind_lookup(const char *name, SettleIntakeKind *ret_kind);

#define SETTLE_INTAKE_MAX_COLUMNS 16

typedef struct {
    const char *name;
    gboolean required; /* the header must have it; the value of others may be empty */
    const char *help;
} SettleIntakeColumn;

/* The columns of a kind in their usual order. */
const SettleIntakeColumn *settle_intake_columns(SettleIntakeKind kind, int *ret_n);

/* Places in those tables. */
enum { CARRIER_CARRIER, CARRIER_NAME, CARRIER_VALID_FROM, CARRIER_STATUS };
enum {
    DISTRIBUTOR_DISTRIBUTOR,
    DISTRIBUTOR_NAME,
    DISTRIBUTOR_TIER,
    DISTRIBUTOR_VALID_FROM,
    DISTRIBUTOR_STATUS
};
enum { OUTLET_OUTLET, OUTLET_NAME, OUTLET_DISTRIBUTOR, OUTLET_PARENT, OUTLET_VALID_FROM };
enum { MANAGER_MANAGER, MANAGER_NAME, MANAGER_OUTLET, MANAGER_VALID_FROM };
enum {
    PRODUCT_CARRIER,
    PRODUCT_PRODUCT,
    PRODUCT_NAME,
    PRODUCT_CLASS,
    PRODUCT_VALID_FROM,
    PRODUCT_SALES_FROM,
    PRODUCT_SALES_TO
};
enum {
    ORDER_CARRIER,
    ORDER_ORDER_ID,
    ORDER_LINE,
    ORDER_DISTRIBUTOR,
    ORDER_MANAGER,
    ORDER_PRODUCT,
    ORDER_REGION,
    ORDER_CHANNEL,
    ORDER_CONTRACT,
    ORDER_FIRST_ORDER,
    ORDER_CLOSED_AT,
    ORDER_PAID,
    ORDER_QUANTITY,
    ORDER_CURRENCY
};
enum {
    BILL_CARRIER,
    BILL_CONTRACT,
    BILL_MONTH,
    BILL_REVISION,
    BILL_ISSUED,
    BILL_BILLED,
    BILL_TAX,
    BILL_CASH,
    BILL_ARREARS,
    BILL_MINUTES,
    BILL_MEGABYTES,
    BILL_CURRENCY
};

enum {
    EVENT_CARRIER,
    EVENT_EVENT_ID,
    EVENT_ORDER_ID,
    EVENT_LINE,
    EVENT_EVENT,
    EVENT_AT,
    EVENT_AMOUNT,
    EVENT_REINSTATES,
    EVENT_CURRENCY,
    EVENT_CLOSED_MONTH
};

enum { MONTH_CARRIER, MONTH_MONTH };
enum {
    RECEIPT_CARRIER,
    RECEIPT_RECEIPT_ID,
    RECEIPT_DISTRIBUTOR,
    RECEIPT_MONTH,
    RECEIPT_AMOUNT,
    RECEIPT_CURRENCY
};

/* The place of a kind's column in a record, by its place in the table; -1: the file lacks it. */
typedef struct {
    int8_t at[SETTLE_INTAKE_MAX_COLUMNS];
} SettleIntakeMap;

typedef struct SettleCsvRecord SettleCsvRecord;

/* Maps a header. INPUT error naming the first column that is unknown (with the nearest known one as
 * a hint), given twice or missing. name: of the file, for the message. */
gboolean settle_intake_map_header(SettleIntakeKind kind, const char *name,
                                  const SettleCsvRecord *header, SettleIntakeMap *ret_map,
                                  GError **error);

G_END_DECLS
