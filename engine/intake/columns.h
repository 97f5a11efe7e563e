/* The columns of each kind of file (model/file-kind.h). */
#pragma once

#include "model/file-kind.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

#define SETTLE_INTAKE_MAX_COLUMNS 16

typedef struct {
    const char *name;
    gboolean required; /* the header must have it; the value of others may be empty */
    const char *help;
} SettleIntakeColumn;

/* The columns of a kind in their usual order. */
const SettleIntakeColumn *settle_intake_columns(SettleFileKind kind, int *ret_n);

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
    ORDER_CURRENCY,
    ORDER_REVISION,
    ORDER_WITHDRAWN
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
gboolean settle_intake_map_header(SettleFileKind kind, const char *name,
                                  const SettleCsvRecord *header, SettleIntakeMap *ret_map,
                                  GError **error);

G_END_DECLS
