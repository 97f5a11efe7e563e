/* Why a row was not accepted. The order is the order of precedence: of several reasons the first
 * one is stored. The texts are stored and never change. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_REJECT_NONE = 0,
    /* the record */
    SETTLE_REJECT_STRAY_QUOTE,
    SETTLE_REJECT_TEXT_AFTER_QUOTE,
    SETTLE_REJECT_STRAY_CR,
    SETTLE_REJECT_NUL,
    SETTLE_REJECT_UTF8,
    SETTLE_REJECT_FIELD_COUNT,
    SETTLE_REJECT_STAGING_FIELDS, /* a staging row that is no object of known columns */
    /* a value by itself, column after column as the table of columns has them */
    SETTLE_REJECT_MISSING_VALUE,
    SETTLE_REJECT_TOO_LONG,
    SETTLE_REJECT_CONTROL_CHARACTER,
    SETTLE_REJECT_UNSEEN_CHARACTER, /* in a code: of no width, or a blank that is none */
    SETTLE_REJECT_LOOKS_ROUNDED,    /* an id that a spreadsheet took for a number: 2.02601E+16 */
    SETTLE_REJECT_BAD_DATE,
    SETTLE_REJECT_BAD_MONTH,
    SETTLE_REJECT_BAD_TIME,
    SETTLE_REJECT_NONEXISTENT_TIME,
    SETTLE_REJECT_AMBIGUOUS_TIME,
    SETTLE_REJECT_IMPLAUSIBLE_DATE,
    SETTLE_REJECT_BAD_FLAG,
    SETTLE_REJECT_BAD_NUMBER,
    SETTLE_REJECT_OUT_OF_RANGE,
    SETTLE_REJECT_UNKNOWN_CURRENCY,
    SETTLE_REJECT_BAD_AMOUNT,
    SETTLE_REJECT_TOO_MANY_DECIMALS,
    SETTLE_REJECT_NEGATIVE_AMOUNT,
    SETTLE_REJECT_UNKNOWN_EVENT,
    SETTLE_REJECT_UNKNOWN_STATUS,
    SETTLE_REJECT_UNWANTED_VALUE, /* given where this event has none */
    SETTLE_REJECT_TOO_MANY_CODES, /* an open vocabulary is full: 32767 codes */
    /* against the master data of the business date */
    SETTLE_REJECT_UNKNOWN_CARRIER,
    SETTLE_REJECT_UNKNOWN_DISTRIBUTOR,
    SETTLE_REJECT_UNKNOWN_OUTLET,
    SETTLE_REJECT_UNKNOWN_MANAGER,
    SETTLE_REJECT_UNKNOWN_PRODUCT,
    SETTLE_REJECT_NOT_YET_VALID,
    SETTLE_REJECT_OTHER_DISTRIBUTOR, /* manager or parent outlet of another distributor */
    SETTLE_REJECT_MANAGER_LEAVES,    /* a manager, or the outlet with him, to another distributor */
    SETTLE_REJECT_CYCLE,             /* an outlet below itself */
    /* against other facts */
    SETTLE_REJECT_CONFLICT,     /* the same key with other content */
    SETTLE_REJECT_ID_COLLISION, /* another key with the same id */
    SETTLE_N_REJECTS
} SettleReject;

/* "stray-quote", "unknown-product" ... */
const char *settle_reject_code(SettleReject reject);

G_END_DECLS
