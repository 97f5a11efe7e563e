/* Examples that a policy carries: an imagined order, what becomes of it, and what it must earn.
 * Texts and amounts as the policy writes them; contract months instead of calendar months. */
#pragma once

#include "calendar/calendar.h"
#include "document/diagnostic.h"

G_BEGIN_DECLS

#define SETTLE_EXAMPLES_MAX      500  /* of a policy */
#define SETTLE_EXAMPLE_BILLS_MAX 1000 /* of an example, each month counted */

typedef struct {
    char *product, *class, *region, *channel, *distributor; /* NULL: not said */
    int tier;
    int64_t paid_minor;
    int quantity;
    gboolean first_order;
    SettleDay closing_day;
} SettleExampleOrder;

typedef struct {
    int from_month, to_month; /* contract months; one such bill in each */
    int64_t billed_minor, arrears_minor, cash_minor;
    int32_t minutes;
    int64_t megabytes;
    gboolean has_issue_day; /* else the first day of the month after */
    SettleDay issue_day;
} SettleExampleBill;

/* What happens to the order after closing: a SettleEventKind of model/facts.h by its number. */
typedef struct {
    int kind;
    gboolean whole;       /* a refund of everything */
    int64_t amount_minor; /* of another refund */
    SettleDay day;
    guint undoes; /* of a reinstatement: place of the event that it undoes, from 1 */
} SettleExampleEvent;

/* What one rule must earn: in all, or for each of some items (instalments counted from 1, contract
 * months). */
typedef struct {
    guint rule; /* ordinal */
    gboolean in_all;
    int from_item, to_item; /* unless in_all */
    int64_t minor;
    SettlePlace place;
} SettleExpectation;

typedef struct {
    guint rule;      /* ordinal of a volume bonus */
    int64_t measure; /* orders, units or minor units */
} SettleExampleWindow;

typedef struct {
    char *name;
    SettlePlace place;
    SettleExampleOrder order;
    SettleExampleBill *bills;
    guint n_bills;
    SettleExampleWindow *windows;
    guint n_windows;
    SettleExampleEvent *events;
    guint n_events;
    SettleDay as_of; /* SETTLE_DAY_MAX: everything */
    SettleExpectation *earns;
    guint n_earns;
} SettleExample;

/* Frees what it holds, not itself. */
void settle_example_clear(SettleExample *example);

G_END_DECLS
