/* The kinds of file as intake sees them: the columns of each, which of them the control sum is of,
 * and what takes and writes its rows. */
#include "intake/kind.h"

static const SettleIntakeColumn carriers[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"name", TRUE, "its name"},
    {"valid_from", TRUE, "the day from which this holds, YYYY-MM-DD"},
    {"status", FALSE, "applied, active or ended from that day on; empty is active"},
};
const SettleIntakeKind settle_intake_kind_carriers = {
    carriers,
    G_N_ELEMENTS(carriers),
    -1,
    -1,
    FALSE,
    settle_intake_take_party,
    settle_intake_write_parties,
    NULL,
};

static const SettleIntakeColumn distributors[] = {
    {"distributor", TRUE, "code of the distributor"},
    {"name", TRUE, "its name"},
    {"tier", FALSE, "0 to 99; empty is 0"},
    {"valid_from", TRUE, "the day from which this holds"},
    {"status", FALSE, "applied, active or ended from that day on; empty is active"},
};
const SettleIntakeKind settle_intake_kind_distributors = {
    distributors,
    G_N_ELEMENTS(distributors),
    -1,
    -1,
    FALSE,
    settle_intake_take_party,
    settle_intake_write_parties,
    NULL,
};

static const SettleIntakeColumn outlets[] = {
    {"outlet", TRUE, "code of the outlet"},
    {"name", TRUE, "its name"},
    {"distributor", TRUE, "code of its distributor"},
    {"parent", FALSE, "code of the outlet above it; empty at the top"},
    {"valid_from", TRUE, "the day from which this holds"},
};
const SettleIntakeKind settle_intake_kind_outlets = {
    outlets,
    G_N_ELEMENTS(outlets),
    -1,
    -1,
    FALSE,
    settle_intake_take_party,
    settle_intake_write_parties,
    NULL,
};

static const SettleIntakeColumn managers[] = {
    {"manager", TRUE, "code of the manager"},
    {"name", TRUE, "the name"},
    {"outlet", TRUE, "code of the outlet"},
    {"valid_from", TRUE, "the day from which this holds"},
};
const SettleIntakeKind settle_intake_kind_managers = {
    managers,
    G_N_ELEMENTS(managers),
    -1,
    -1,
    FALSE,
    settle_intake_take_party,
    settle_intake_write_parties,
    NULL,
};

static const SettleIntakeColumn products[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"product", TRUE, "the carrier's code of the product"},
    {"name", TRUE, "its name"},
    {"class", TRUE, "product class, an open vocabulary"},
    {"valid_from", TRUE, "the day from which this holds"},
    {"sales_from", FALSE, "the first day on which it is sold; empty: always was"},
    {"sales_to", FALSE, "the last day on which it is sold; empty: always will be"},
};
const SettleIntakeKind settle_intake_kind_products = {
    products,
    G_N_ELEMENTS(products),
    -1,
    -1,
    FALSE,
    settle_intake_take_party,
    settle_intake_write_parties,
    NULL,
};

static const SettleIntakeColumn orders[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"order_id", TRUE, "the carrier's id of the order, up to 200 bytes"},
    {"line", FALSE, "the line of the order, up to 100 bytes; empty if it has none"},
    {"distributor", TRUE, "code of the distributor"},
    {"manager", FALSE, "code of the account manager; empty if none"},
    {"product", TRUE, "the carrier's code of the product"},
    {"region", TRUE, "an open vocabulary"},
    {"channel", TRUE, "an open vocabulary"},
    {"contract", FALSE, "the subscriber's contract, up to 200 bytes; empty if none"},
    {"first_order", FALSE, "true, yes, 1, false, no, 0; empty is false"},
    {"closed_at", TRUE, "ISO 8601 with offset or Z; without one it is local"},
    {"paid", TRUE, "amount paid, 0 or more"},
    {"quantity", TRUE, "1 to 1000000"},
    {"currency", TRUE, "ISO 4217"},
    {"revision", FALSE, "1 (also if empty) and up to 100; the highest one told holds"},
    {"withdrawn", FALSE, "yes: as of this revision there is no such order; no if empty"},
};
const SettleIntakeKind settle_intake_kind_orders = {
    orders,
    G_N_ELEMENTS(orders),
    ORDER_CURRENCY,
    ORDER_PAID,
    FALSE,
    settle_intake_take_order,
    settle_intake_write_orders,
    settle_intake_withdraw_orders,
};

static const SettleIntakeColumn bills[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"contract", TRUE, "the subscriber's contract"},
    {"month", TRUE, "YYYY-MM"},
    {"revision", FALSE, "1 to 32767; empty is 1"},
    {"issued", TRUE, "day of issue, YYYY-MM-DD"},
    {"billed", TRUE, "amount billed; may be negative"},
    {"tax", TRUE, "tax in it"},
    {"cash", TRUE, "cash received; may be negative"},
    {"arrears", TRUE, "amount in arrears"},
    {"minutes", TRUE, "minutes used, 0 or more"},
    {"megabytes", TRUE, "megabytes used, 0 or more"},
    {"currency", TRUE, "ISO 4217, that of the order"},
};
const SettleIntakeKind settle_intake_kind_bills = {
    bills,
    G_N_ELEMENTS(bills),
    BILL_CURRENCY,
    BILL_BILLED,
    FALSE,
    settle_intake_take_bill,
    settle_intake_write_bills,
    settle_intake_withdraw_bills,
};

static const SettleIntakeColumn events[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"event_id", TRUE, "the carrier's id of the event, up to 200 bytes"},
    {"order_id", TRUE, "the carrier's id of the order that it happened to"},
    {"line", FALSE, "the line of the order; empty if it has none"},
    {"event", TRUE,
     "refund, full-refund, cancel, suspend, resume, fraud, number-transfer, port-out, reinstate"},
    {"at", TRUE, "ISO 8601 with offset or Z; without one it is local"},
    {"amount", FALSE, "of a refund: what was paid back; empty else"},
    {"reinstates", FALSE, "of a reinstatement: the id of the event that is undone; empty else"},
    {"currency", FALSE, "ISO 4217, that of the order; a refund's amount needs it"},
    {"closed_month", FALSE, "YYYY-MM in which the order closed, where its id was used again"},
};
const SettleIntakeKind settle_intake_kind_events = {
    events,
    G_N_ELEMENTS(events),
    EVENT_CURRENCY,
    EVENT_AMOUNT,
    TRUE,
    settle_intake_take_event,
    settle_intake_write_events,
    settle_intake_withdraw_events,
};

static const SettleIntakeColumn months[] = {
    {"carrier", TRUE, "code of the carrier that has delivered all bills of the month"},
    {"month", TRUE, "YYYY-MM"},
};
const SettleIntakeKind settle_intake_kind_months = {
    months,
    G_N_ELEMENTS(months),
    -1,
    -1,
    FALSE,
    settle_intake_take_notice,
    settle_intake_write_notices,
    settle_intake_withdraw_notices,
};

static const SettleIntakeColumn receipts[] = {
    {"carrier", TRUE, "code of the carrier that has paid"},
    {"receipt_id", TRUE, "its id of the payment, up to 200 bytes"},
    {"distributor", TRUE, "code of the distributor for whose commission it is"},
    {"month", TRUE, "the origin period that is paid for, YYYY-MM"},
    {"amount", TRUE, "what was paid; below zero: taken back"},
    {"currency", TRUE, "ISO 4217"},
};
const SettleIntakeKind settle_intake_kind_receipts = {
    receipts,
    G_N_ELEMENTS(receipts),
    RECEIPT_CURRENCY,
    RECEIPT_AMOUNT,
    FALSE,
    settle_intake_take_notice,
    settle_intake_write_notices,
    settle_intake_withdraw_notices,
};

#define AT_PLACE(SYMBOL, member, ...) [SETTLE_FILE_##SYMBOL] = &settle_intake_kind_##member,

const SettleIntakeKind *const settle_intake_kinds[SETTLE_N_FILE_KINDS] = {
    SETTLE_FILE_KINDS(AT_PLACE)};

const SettleIntakeColumn *
settle_intake_columns(SettleFileKind kind, int *ret_n)
{
    *ret_n = settle_intake_kinds[kind]->n_columns;
    return settle_intake_kinds[kind]->columns;
}
