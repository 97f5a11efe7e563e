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

G_END_DECLS
