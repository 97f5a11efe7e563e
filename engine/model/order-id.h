/* How an order is named: by its key (carrier, upstream id, line; base/keyed.h), which events,
 * statements and repeats know, and by its id, which is one of the key and the closing month: a
 * carrier that uses an id again after longer than intake looks back names another order
 * (docs/semantics.md 2). */
#pragma once

#include "calendar/calendar.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The id of the order of a key that closed in a month: 1 to 2^62 - 1. For one month it maps keys
 * to ids one to one, so two orders of a month have one id only if they have one key.
 * settle.order_id() is the same in the database. */
int64_t settle_order_id(int64_t key_id, SettleMonth closing_month);

/* An order may be told again, with a higher revision of the carrier's; the same revision again once
 * what it told was withdrawn with its batch: that is its next turn. A row has both in one number,
 * and of an order's rows the highest holds (engine/intake/order-rows.h). */
#define SETTLE_ORDER_REVISIONS 100
#define SETTLE_ORDER_TURNS     20
static inline int16_t
settle_order_row_revision(int said, int turn)
{
    return (int16_t) ((said - 1) * SETTLE_ORDER_TURNS + turn + 1);
}
/* The carrier's revision and the turn of a row. */
static inline int
settle_order_row_said(int revision)
{
    return (revision - 1) / SETTLE_ORDER_TURNS + 1;
}
static inline int
settle_order_row_turn(int revision)
{
    return (revision - 1) % SETTLE_ORDER_TURNS;
}

G_END_DECLS
