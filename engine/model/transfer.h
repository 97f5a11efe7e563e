/* The ledger's row: one debit account, one credit, one positive amount (docs/semantics.md 7).
 *
 * The numbers of the enums are stored: never renumber, only append. */
#pragma once

#include "calendar/calendar.h"
#include "model/kind.h"

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_ROLE_CARRIER = 1,     /* what the carrier owes for this distributor */
    SETTLE_ROLE_DISTRIBUTOR = 2, /* owed to the distributor, not yet invoiced */
    SETTLE_ROLE_HELD = 3,
    SETTLE_ROLE_WITHHELD = 4, /* earned and kept at source, not yet invoiced */
    SETTLE_ROLE_INVOICED = 5,
    SETTLE_ROLE_CASH = 6,
    SETTLE_ROLE_DEPOSIT = 7,
    SETTLE_ROLE_FEE = 8,
} SettleRole;
#define SETTLE_N_ROLES 9 /* index 0 unused */
/* The name as printed and hashed; static. */
const char *settle_role_name(SettleRole role);

/* The subject of a transfer is an order, or a volume window, an invoice, or a deposit. Orders have
 * ids below 2^62; the others have the bit 2^62 set, so they sort after a distributor's orders, and
 * four bits after it say of which of sixteen types they are. */
#define SETTLE_SUBJECT_SPECIAL (INT64_C(1) << 62)
/* Whose orders count in a window, and are one by one where several are; stored. */
typedef enum {
    SETTLE_SCOPE_OF_DISTRIBUTOR = 0,
    SETTLE_SCOPE_OF_OUTLET = 1,
    SETTLE_SCOPE_OF_MANAGER = 2,
} SettleScopeKind;
typedef struct {
    int32_t carrier_id;
    SettleScopeKind scope_kind;
    int32_t scope_id; /* outlet or manager; 0: the distributor */
    SettleMonth window_end;
} SettleWindowSubject;
/* Window: special | 0 << 58 | carrier id (18 bits) << 40 | kind of scope (2 bits) << 38 | scope id
 * (26 bits) << 12 | last month's number counted from 1900-01 (12 bits). The rule is in the slot.
 * The carrier is there because rules of two carriers share numbers; windows go over versions. */
int64_t settle_subject_window(const SettleWindowSubject *window);
/* Invoice: special | 1 << 58 | run id of the drafting << 20 | place in its chunk's distributor. */
int64_t settle_subject_invoice(int32_t run_id, int32_t place); /* place: order of the distributor's
                                                                * invoices within the run, from 1 */
/* Deposit: special | 2 << 58 | whose it is << 40 (0: the distributor's, 1: the carrier's) | carrier
 * id: the carrier whose deposit it is, or the one whose claim is covered; 0: none. */
int64_t settle_subject_deposit(gboolean of_carrier, int32_t carrier_id);
void settle_subject_deposit_parts(int64_t subject_id, gboolean *ret_of_carrier,
                                  int32_t *ret_carrier_id);
gboolean settle_subject_is_deposit(int64_t subject_id);
gboolean settle_subject_is_window(int64_t subject_id);
gboolean settle_subject_is_order(int64_t subject_id);
void settle_subject_window_parts(int64_t subject_id, SettleWindowSubject *ret_window);

/* What a posting is for within its subject: rule (the number that its carrier, kind and name were
 * given once, from 1, whatever version names it; 0: none), item (an attempt of an instalment, a
 * contract month, a month of a window; 0 for upfront and a window that is paid at its end), leg (0:
 * the main one; further legs of one target are 1..15). Fits int32, never negative. All postings of
 * a subject, rule and item have one origin (docs/semantics.md 13.2). */
#define SETTLE_RULE_NUMBER_MAX 32767
#define SETTLE_ITEM_MAX        4095
typedef int32_t SettleSlot;
static inline SettleSlot
settle_slot(unsigned rule_number, unsigned item, unsigned leg)
{
    return (SettleSlot) (rule_number << 16 | item << 4 | leg);
}
static inline unsigned
settle_slot_rule(SettleSlot slot)
{
    return (unsigned) slot >> 16;
}
static inline unsigned
settle_slot_item(SettleSlot slot)
{
    return (unsigned) slot >> 4 & 0xfff;
}
static inline unsigned
settle_slot_leg(SettleSlot slot)
{
    return (unsigned) slot & 0xf;
}

/* The items of a rule with instalments (from 1) that are tried again: the first attempt (0) has the
 * instalment's number, each further one 64 more. */
#define SETTLE_INSTALMENTS_MAX 63
#define SETTLE_ATTEMPTS_MAX    64
static inline unsigned
settle_item_of_attempt(unsigned instalment, unsigned attempt)
{
    return attempt << 6 | instalment;
}
static inline unsigned
settle_item_instalment(unsigned item)
{
    return item & 0x3f;
}
static inline unsigned
settle_item_attempt(unsigned item)
{
    return item >> 6;
}

/* The item of a month of a window that is paid progressively, 1 to 12: no window is longer than a
 * year. */
static inline unsigned
settle_item_of_month(SettleMonth month)
{
    return (unsigned) (month % 12) + 1;
}
static inline SettleMonth
settle_month_of_item(unsigned item, SettleMonth window_end)
{
    return window_end - (window_end - (SettleMonth) item + 1 + 12) % 12;
}

typedef struct {
    int64_t subject_id;
    int64_t amount_minor;   /* > 0 */
    int64_t target_minor;   /* the slot's posted amount in all, after this transfer */
    int32_t distributor_id; /* 0: none, of a carrier's own deposit */
    int32_t policy_id;      /* <= 0: none, of a deposit that no claim is covered from; of a
                             * carrier's the negative of its id */
    SettleSlot slot;
    SettleMonth period;
    SettleMonth origin;
    SettleMonth cause; /* of the event or bill that this comes of; the origin where none is */
    int16_t class_id;
    int16_t revision; /* of the bill it comes from; 0: from the order */
    uint8_t kind;     /* SettleKind */
    uint8_t debit;    /* SettleRole */
    uint8_t credit;
} SettleTransfer;

G_END_DECLS
