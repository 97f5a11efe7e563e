/* Private to intake: the rows of the orders of one key, those of the database and those of the file
 * in hand, and what follows where an order was told more than once (docs/semantics.md 14.64).
 *
 * A row's revision says which of the carrier's it is of, and which turn of that (model/order-id.h).
 * At each distributor the highest (revision, withdrawn) holds. So an order that another revision
 * puts at another distributor leaves a row there that withdraws it as of that revision, and
 * likewise with each contract that it was of.
 *
 * What a revision told falls with its batch by the counterpart of each of its rows: of two rows of
 * one revision, turn and distributor, or contract, neither counts, and the next lower one holds. */
#pragma once

#include "intake/order-contracts.h"

G_BEGIN_DECLS

typedef struct {
    int64_t key_id;
    GByteArray *bytes; /* SettleIntakeOrder, end to end */
    GArray *at;        /* gsize: where each begins */
    guint in_database; /* so many come first that are there already */
} SettleOrderRows;

/* No rows of any key; clear gives back what they take. */
void settle_order_rows_init(SettleOrderRows *rows);
void settle_order_rows_clear(SettleOrderRows *rows);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleOrderRows, settle_order_rows_clear)

/* Those of the database, of another key; existing: a cursor over them by key. */
gboolean settle_order_rows_start(SettleOrderRows *rows, int64_t key_id,
                                 SettleIntakeCursor *existing, GError **error);
/* Adds a row of the file, whose revision is the carrier's, in the turn that comes next. */
void settle_order_rows_add(SettleOrderRows *rows, const SettleIntakeOrder *row, gsize length,
                           int turn);
/* What was told of a revision of the carrier's of the order that the row is of; NULL: nothing that
 * stands. *ret_turn: the next one; SETTLE_ORDER_TURNS: there is none left. */
const SettleIntakeOrder *settle_order_rows_told(const SettleOrderRows *rows,
                                                const SettleIntakeOrder *row, int *ret_turn,
                                                gboolean *ret_in_database);
/* An order of a month that is too near to be another order's, if the row makes one of its month
 * that is not there yet; NULL: none. */
const SettleIntakeOrder *settle_order_rows_near(const SettleOrderRows *rows,
                                                const SettleIntakeOrder *row, int lookback_months,
                                                gboolean *ret_in_database);
/* Hands the file's rows, and those that follow from them, over to the work. */
gboolean settle_order_rows_finish(SettleIntakeJob *job, SettleOrderRows *rows,
                                  SettleOrderWork *work, GError **error);

/* --- withdrawn batches ------------------------------------------------------------------------ */
/* What was told of a revision of the carrier's of the order of a month, in its last turn; NULL:
 * nothing that stands. place.at: its batch. */
const SettleIntakeOrder *settle_order_rows_last(const SettleOrderRows *rows, SettleMonth month,
                                                int said);
/* The rows of that revision fall; what the order's contracts have of it is to fall, too: falls gets
 * (contract, order, revision), some more than once. */
gboolean settle_order_rows_fall(SettleIntakeJob *job, SettleOrderRows *rows, SettleMonth month,
                                int revision, SettleOrderWork *work, SettleSpool *falls,
                                GError **error);
/* After all that falls of the order of a month: what follows from it. */
gboolean settle_order_rows_fallen(SettleIntakeJob *job, SettleOrderRows *rows, SettleMonth month,
                                  SettleOrderWork *work, GError **error);

G_END_DECLS
