/* The facts of a chunk: arrays sorted by distributor and order, which gather.c fills and merge.c
 * walks. Orders are SettleOrder; bills and events begin with the order they are of. */
#pragma once

#include "model/facts.h"
#include "run/context.h"

G_BEGIN_DECLS

/* An order that was there before this run, or once: what holds of it changed. */
typedef struct {
    SettleOrder order; /* as it is now; of one that is gone as it was */
    SettleOrder was;
    gboolean was_there, is_gone;
} SettleRevised;

typedef struct {
    GArray *new_orders;   /* settled for the first time */
    GArray *due_orders;   /* old ones that something falls due for */
    GArray *told_orders;  /* old ones of parties of which master data was told late */
    GArray *woken_orders; /* old ones that waited for a month's bills */
    GArray *joint_orders; /* old ones of pairs that are settled jointly */
    GArray *revised;      /* SettleRevised: old ones of which another row holds from this run on, or
                           * that other rules apply to since master data was told late */
    GArray *recounted;    /* old ones that count otherwise in windows, or whose findings may act
                           * otherwise, since a version was activated or master data was told late;
                           * what they earn by themselves is as it was */
    GArray *was;          /* what the revised ones that were there before were (SettleOrder) */
    GArray *versions;     /* all rows of orders that have several, version in flags (versions.h) */
    GArray *new_bills;    /* SettleBill by month, revision, turn, withdrawn */
    GArray *new_events;   /* SettleEvent: count from this run on */
    GArray *events;       /* SettleEvent: all that count of these orders, new ones too */
} SettleFacts;

/* Empty arrays; clear gives them back. */
void settle_facts_init(SettleFacts *facts);
void settle_facts_clear(SettleFacts *facts);

/* Distributor first, then order: less than, equal to or greater than 0. */
int settle_order_key_compare(int32_t distributor_a, int64_t order_a, int32_t distributor_b,
                             int64_t order_b);
/* The same of two SettleOrder (or of rows that begin with one): a GCompareFunc. */
int settle_facts_compare_orders(gconstpointer a, gconstpointer b);
/* The same, then by version. */
int settle_facts_compare_versions(gconstpointer a, gconstpointer b);
/* Sorts an array unless it is sorted: intake stores a batch in the order that is needed, so with
 * one batch there is nothing to do. */
void settle_facts_sort(GArray *array, GCompareFunc compare);
/* Two rows of one revision of an order: it fell with its batch, and neither counts. */
gboolean settle_facts_same_revision(const SettleOrder *a, const SettleOrder *b);
/* Sorts rows by distributor, id and version, and leaves each there once: what was read for two
 * reasons is no second version. */
void settle_facts_leave_out_repeats(GArray *rows);
/* Sorts orders by distributor and id, each row once; of the rows of an order that was revised or
 * withdrawn the last of those that count holds. Few are: most arrays are left as they came. */
void settle_facts_keep_versions(GArray *orders);

/* A row against an order, by distributor and order. */
typedef int (*SettleCompareToOrder)(gconstpointer row, const SettleOrder *order);
/* Where the rows of an order begin in an array that is sorted by distributor and order (where they
 * would stand, if there are none), and how many they are. */
guint settle_facts_rows_of(const GArray *sorted, SettleCompareToOrder compare,
                           const SettleOrder *order, guint *ret_n);
/* The same of rows that begin with an order. */
guint settle_facts_rows_of_order(const GArray *sorted, const SettleOrder *order, guint *ret_n);
/* The events of an order among sorted ones; NULL if there are none. */
const SettleEvent *settle_facts_events_of(const GArray *sorted, const SettleOrder *order,
                                          guint *ret_n);

/* The order that a row of orders, bills or events is of. */
static inline const SettleOrder *
settle_facts_nth_order(const GArray *facts, guint i)
{
    gsize size = g_array_get_element_size((GArray *) (uintptr_t) facts);

    return (const SettleOrder *) (const void *) (facts->data + i * size);
}

/* The months in which the orders of these facts closed, from the first to the last. facts: arrays
 * of orders, bills or events. */
SettleMonths settle_facts_closing_months(GArray *const *facts, guint n_facts);
/* How many facts each of those months has, from the first on (to be freed; NULL: no facts). */
guint *settle_facts_count_months(GArray *const *facts, guint n_facts, SettleMonths *ret_months);

G_END_DECLS
