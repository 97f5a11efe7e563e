/* Private to intake: what orders and bills share when they are written. */
#pragma once

#include "intake/job.h"

G_BEGIN_DECLS

/* What a bill copies of its order. */
typedef struct {
    int64_t order_id, key_id, contract_id, paid_minor; /* key_id: of orders that events name */
    SettleInstant closing_at;
    int32_t distributor_id, batch_id, product_id, manager_id, quantity;
    SettleDay closing_day;
    int16_t region_id, channel_id, currency;
    uint16_t flags;
    int16_t revision; /* of the row, not the carrier's (versions.h) */
    guint8 withdrawn; /* the order is not there, or not of this contract */
} SettleIntakeContract;

/* A row of settle.bill; with order.order_id 0, of settle.bill_waiting. */
typedef struct {
    SettleIntakeContract order;
    int64_t billed_minor, tax_minor, cash_minor, arrears_minor, megabytes;
    int32_t source_batch_id, line, minutes;
    SettleMonth month;
    SettleDay issue_day;
    int32_t carrier_id; /* waiting ones only; of new ones the contract's text comes after the row */
    int16_t revision, currency;
    int16_t turn; /* how often it came back to the order, or to waiting */
    guint8 withdrawn, follows;
    uint16_t contract_length;
    char text[];
} SettleIntakeBillRow;

/* Reads spools in step with another one that is sorted by the same key. */
typedef struct {
    SettleSpool *spool;
    SettleSpoolKey key;
    const void *bytes;
    size_t length;
    gboolean there;
} SettleIntakeCursor;

/* Starts at the first record. */
gboolean settle_cursor_start(SettleIntakeCursor *cursor, SettleSpool *spool, GError **error);
gboolean settle_cursor_step(SettleIntakeCursor *cursor, GError **error);
/* Steps on to the first record that is not before these words of the key. */
gboolean settle_cursor_seek(SettleIntakeCursor *cursor, uint64_t first, uint64_t second,
                            GError **error);

/* Orders and bills are written in the order of their tables' keys: by distributor, then month. */
static inline uint64_t
settle_intake_month_word(int32_t distributor_id, SettleMonth month)
{
    return (uint64_t) distributor_id << 32 | (uint64_t) month;
}

static inline uint64_t
settle_bill_word(SettleMonth month, int revision)
{
    return (uint64_t) month << 16 | (uint64_t) revision;
}

/* The key of a bill within its contract: bills in one currency have nothing to do with those in
 * another. */
static inline uint64_t
settle_bill_key(int16_t currency, SettleMonth month, int revision)
{
    return (uint64_t) (uint16_t) currency << 48 | settle_bill_word(month, revision);
}

static inline int16_t
settle_bill_key_currency(uint64_t key)
{
    return (int16_t) (key >> 48);
}

static inline SettleMonth
settle_bill_key_month(uint64_t key)
{
    return (SettleMonth) (key >> 16 & 0xffffffff);
}

static inline uint64_t
settle_instant_word(SettleInstant instant)
{
    return (uint64_t) instant ^ UINT64_C(1) << 63; /* unsigned order = signed order */
}

/* Of two rows of one order and distributor, or contract: which holds, less than, equal to or
 * greater than 0. */
static inline int
settle_contract_compare_versions(const SettleIntakeContract *a, const SettleIntakeContract *b)
{
    return a->revision != b->revision ? a->revision - b->revision : a->withdrawn - b->withdrawn;
}
/* Of the first n rows of an order, ascending by revision and withdrawn, the last that stands is the
 * one before the number that is returned: two of one revision fell with their batch. 0: none. */
guint settle_contract_count_standing(const SettleIntakeContract *rows, guint n);

/* Reads columns first.. of a reader: order_id, contract_id, distributor_id, batch_id, closing_at,
 * closing_day, product_id, manager_id, quantity, paid_minor, region_id, channel_id, currency,
 * flags. */
#define SETTLE_CONTRACT_COLUMNS 14
/* The contract in the columns that are named above, from column first on. */
void settle_contract_read(const SettleReader *reader, int first,
                          SettleIntakeContract *ret_contract);
/* What rows of bills and events carry of their order, in the order of their tables' columns:
 * batch_id, closing_day, product_id, manager_id, quantity, paid_minor, region_id, channel_id,
 * currency, flags. */
void settle_contract_put(SettleWriter *writer, const SettleIntakeContract *order);
/* The same from closing_day on. */
void settle_contract_put_sale(SettleWriter *writer, const SettleIntakeContract *order);
/* The row of intake-contracts.sql that the reader is at. */
void settle_contract_read_row(const SettleReader *reader, SettleIntakeContract *ret_row);
/* Adds a row to orders, by (contract, closing, order id). */
gboolean settle_contract_add(SettleSpool *orders, const SettleIntakeContract *row, GError **error);
/* Adds the database's orders of these contracts to orders likewise; without_flags are taken off
 * them. */
gboolean settle_contracts_find(SettleIntakeJob *job, const int64_t *ids, size_t n,
                               uint16_t without_flags, SettleSpool *orders, GError **error);
/* Reads columns first..: month, revision, issue_day, billed_minor, tax_minor, cash_minor,
 * arrears_minor, minutes, megabytes, source_batch_id, line, turn. */
#define SETTLE_BILL_COLUMNS 12
/* The bill in these columns. */
void settle_bill_read(const SettleReader *reader, int first, SettleIntakeBillRow *ret_bill);
/* Adds a bill to the spool of rows to write, by (distributor, order, month and revision). */
gboolean settle_bill_add(SettleSpool *bills, const SettleIntakeBillRow *row, GError **error);
/* COPYs the spool into settle.bill and counts its slices. */
gboolean settle_bills_copy(SettleIntakeJob *job, SettleSpool *bills, GError **error);
/* COPYs the keys of bills that wait no more: (contract, settle_bill_key, turn). */
gboolean settle_bills_copy_found(SettleIntakeJob *job, SettleSpool *found, GError **error);
/* COPYs bills without an order into settle.bill_waiting: by (contract, settle_bill_key), each with
 * the contract's text after it; without one: the text was erased. had_orders: some come back
 * from one or waited before, else they are bills that nothing was known of. */
gboolean settle_bills_copy_waiting(SettleIntakeJob *job, SettleSpool *bills, gboolean had_orders,
                                   GError **error);
/* Reads the unresolved bills of contracts into a spool by (contract, settle_bill_key); each is a
 * SettleIntakeBillRow without the contract's text. */
gboolean settle_bills_waiting(SettleIntakeJob *job, const int64_t *contracts, size_t n,
                              SettleSpool *waiting, GError **error);

G_END_DECLS
