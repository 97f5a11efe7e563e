/* The subject of a transfer packed into 64 bits: an order, a volume window, an invoice or a
 * deposit. */
#include "model/transfer.h"

#include "base/error.h"

#define MONTH_BASE   (1900 * 12)
#define TYPE_INVOICE (INT64_C(1) << 58)
#define TYPE_DEPOSIT (INT64_C(2) << 58)
#define TYPES        (INT64_C(15) << 58)
#define OF_CARRIER   (INT64_C(1) << 40)

int64_t
settle_subject_window(const SettleWindowSubject *w)
{
    settle_invariant(w->carrier_id > 0 && w->carrier_id < 1 << 18);
    settle_invariant(w->scope_id >= 0 && w->scope_id < 1 << 26 &&
                     (w->scope_id > 0) == (w->scope_kind != SETTLE_SCOPE_OF_DISTRIBUTOR));
    settle_invariant(w->window_end >= MONTH_BASE && w->window_end < MONTH_BASE + 4096);
    return SETTLE_SUBJECT_SPECIAL | (int64_t) w->carrier_id << 40 | (int64_t) w->scope_kind << 38 |
           (int64_t) w->scope_id << 12 | (w->window_end - MONTH_BASE);
}

int64_t
settle_subject_invoice(int32_t run_id, int32_t place)
{
    settle_invariant(run_id > 0 && place > 0 && place < 1 << 20);
    return SETTLE_SUBJECT_SPECIAL | TYPE_INVOICE | (int64_t) run_id << 20 | place;
}

int64_t
settle_subject_deposit(gboolean of_carrier, int32_t carrier_id)
{
    settle_invariant(carrier_id >= 0 && (carrier_id > 0 || !of_carrier));
    return SETTLE_SUBJECT_SPECIAL | TYPE_DEPOSIT | (of_carrier ? OF_CARRIER : 0) | carrier_id;
}

void
settle_subject_deposit_parts(int64_t subject_id, gboolean *ret_of_carrier, int32_t *ret_carrier_id)
{
    settle_invariant(settle_subject_is_deposit(subject_id));
    *ret_of_carrier = (subject_id & OF_CARRIER) != 0;
    *ret_carrier_id = (int32_t) (subject_id & G_MAXINT32);
}

gboolean
settle_subject_is_order(int64_t subject_id)
{
    return subject_id < SETTLE_SUBJECT_SPECIAL;
}

gboolean
settle_subject_is_window(int64_t subject_id)
{
    return !settle_subject_is_order(subject_id) && (subject_id & TYPES) == 0;
}

gboolean
settle_subject_is_deposit(int64_t subject_id)
{
    return !settle_subject_is_order(subject_id) && (subject_id & TYPES) == TYPE_DEPOSIT;
}

void
settle_subject_window_parts(int64_t subject_id, SettleWindowSubject *ret_window)
{
    settle_invariant(settle_subject_is_window(subject_id));
    ret_window->carrier_id = (int32_t) (subject_id >> 40 & 0x3ffff);
    ret_window->scope_kind = (SettleScopeKind) (subject_id >> 38 & 3);
    ret_window->scope_id = (int32_t) (subject_id >> 12 & 0x3ffffff);
    ret_window->window_end = (SettleMonth) (subject_id & 0xfff) + MONTH_BASE;
}
