/* Kinds of postings (docs/semantics.md 5, 7), in one list.
 *
 * All that there is to know of a commission kind is in its descriptors: what the policy layer does
 * with it (policy/kind.h) and what the calculation does (calc/kind.h). Both tables, the enum and
 * the names are made of the lists below, so a kind without a descriptor does not link, and a
 * descriptor that leaves out a part does not compile. Queries get the numbers from the same lists
 * when they are built in; a test holds the names in settle_view.kind against them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* KIND(number, SYMBOL, member, name, column). number: stored, never changed, without gaps over all
 * lists; SYMBOL: the end of the enumerator's name; member: of the union in SettleRule, and the end
 * of the descriptors' names; name: what policies, files, messages and reports call it; column: the
 * name of a report's column with its amounts. */

/* Commission that a single order earns at closing, or on days that follow from it. */
#define SETTLE_DUE_KINDS(KIND)                                                                     \
    KIND(1, UPFRONT, upfront, "upfront", "upfront")                                                \
    KIND(2, DEFERRED, deferred, "deferred", "deferred")
/* That it earns with each of its bills, in an item of the bill's contract month. */
#define SETTLE_BILL_KINDS(KIND) KIND(3, REVENUE_SHARE, share, "revenue-share", "revenue_share")
/* Commission for what a distributor's orders of a window of months measure together. */
#define SETTLE_WINDOW_KINDS(KIND) KIND(4, VOLUME_BONUS, volume, "volume-bonus", "volume_bonus")
/* Postings that no rule of a policy asks for: issuing an invoice; a party's deposit moves (13.13,
 * 14.44). */
#define SETTLE_OTHER_KINDS(KIND)                                                                   \
    KIND(5, INVOICE, invoice, "invoice", "invoice")                                                \
    KIND(6, DEPOSIT, deposit, "deposit", "deposit")

/* An order's rules of these kinds have targets. */
#define SETTLE_ORDER_KINDS(KIND)                                                                   \
    SETTLE_DUE_KINDS(KIND)                                                                         \
    SETTLE_BILL_KINDS(KIND)
#define SETTLE_COMMISSION_KINDS(KIND)                                                              \
    SETTLE_ORDER_KINDS(KIND)                                                                       \
    SETTLE_WINDOW_KINDS(KIND)
#define SETTLE_ALL_KINDS(KIND)                                                                     \
    SETTLE_COMMISSION_KINDS(KIND)                                                                  \
    SETTLE_OTHER_KINDS(KIND)

#define SETTLE_KIND_ENUMERATOR(number, SYMBOL, member, name, column)                               \
    SETTLE_KIND_##SYMBOL = (number),
typedef enum { SETTLE_ALL_KINDS(SETTLE_KIND_ENUMERATOR) } SettleKind;

#define SETTLE_KIND_ONE(number, SYMBOL, member, name, column) +1
#define SETTLE_KIND_BIT(number, SYMBOL, member, name, column) | 1u << (number)

#define SETTLE_N_COMMISSION_KINDS (0 SETTLE_COMMISSION_KINDS(SETTLE_KIND_ONE))
/* One more than there are: arrays by kind leave their first entry unused. */
#define SETTLE_N_KINDS (1 SETTLE_ALL_KINDS(SETTLE_KIND_ONE))
G_STATIC_ASSERT((0u SETTLE_ALL_KINDS(SETTLE_KIND_BIT)) == (1u << SETTLE_N_KINDS) - 2);

/* Any number may be asked for, also one that is no kind. */
static inline gboolean
settle_kind_is_commission(int kind)
{
    return kind > 0 && kind < SETTLE_N_KINDS &&
           ((0u SETTLE_COMMISSION_KINDS(SETTLE_KIND_BIT)) >> kind & 1) != 0;
}
static inline gboolean
settle_kind_is_window(int kind)
{
    return kind > 0 && kind < SETTLE_N_KINDS &&
           ((0u SETTLE_WINDOW_KINDS(SETTLE_KIND_BIT)) >> kind & 1) != 0;
}

static inline gboolean
settle_kind_is_by_bill(int kind)
{
    return kind > 0 && kind < SETTLE_N_KINDS &&
           ((0u SETTLE_BILL_KINDS(SETTLE_KIND_BIT)) >> kind & 1) != 0;
}

/* The commission kinds, those that earn by the order first. */
extern const SettleKind settle_commission_kinds[SETTLE_N_COMMISSION_KINDS];
/* Their names in the same order; ends with NULL. */
extern const char *const settle_commission_kind_names[SETTLE_N_COMMISSION_KINDS + 1];
/* "upfront, deferred, revenue-share or volume-bonus"; the caller frees it. */
char *settle_commission_kind_words(void);

/* "upfront", "invoice" ... */
const char *settle_kind_name(SettleKind kind);
/* 0: no kind has the name. */
int settle_kind_lookup(const char *name);
/* The same among the commission kinds. */
int settle_commission_lookup(const char *name);

G_END_DECLS
