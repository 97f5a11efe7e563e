/* What a distributor's orders and windows have earned, by whoever they belong to: an outlet and all
 * below it, a manager, or the distributor as a whole (docs/semantics.md 1, 5.7). An order belongs
 * to where its manager stood on its closing day; each counts once. */
#pragma once

#include "model/directory.h"
#include "model/kind.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef enum {
    SETTLE_PART_DISTRIBUTOR = 0,
    SETTLE_PART_OUTLET,
    SETTLE_PART_MANAGER,
    SETTLE_N_PARTS
} SettlePart;

/* What is asked for. Whoever sees an outlet sees all below it; at most one of outlet and manager.
 */
typedef struct {
    const char *distributor, *manager; /* codes; manager NULL: any */
    int32_t distributor_id;            /* of the same; a scoped login (store.h) needs none */
    int32_t outlet_id;                 /* 0: any */
    SettleMonth from, to;              /* closing months, both included */
    const char *order; /* only the orders of this id, or id/line, and no window; NULL: all */
} SettleActivityQuery;

/* Of one order, or of one volume window. All in minor units of `currency`. */
typedef struct {
    gboolean is_window;
    gboolean withdrawn;    /* there is no such order any more, or it is another distributor's */
    const char *name;      /* upstream id; "window 2026-03" */
    const char *closed_at; /* in the settlement zone; "" of a window */
    const char *zero;      /* why nothing was posted; "" */
    const char *cut_by;    /* what takes cut_minor: "ceiling", "policy-ceiling", "life-cap"; "" */
    int64_t cut_minor;     /* of an order: earned but for them */
    /* withdrawn, fraud, refunded, cancelled, ported-out, number-transferred, suspended,
     * partly-refunded: the first of these that is in force; else settled, zero, or waiting (nothing
     * due yet) */
    const char *state;
    SettleMonth month; /* of closing; the window's last */
    SettleDay day;     /* of closing; the window's last: where whoever it is of stood */
    const char *carrier, *outlet, *manager, *product; /* codes; "" none */
    int32_t outlet_id;                                /* 0: none */
    SettleCurrency currency;
    int64_t paid_minor, quantity; /* 0 of a window and of what is withdrawn */
    int64_t kind_minor[SETTLE_N_KINDS];
    int64_t total_minor, held_minor, taken_back_minor;
    int64_t part_minor[SETTLE_N_PARTS]; /* how the total is divided by the rules' splits */
} SettleActivity;

typedef gboolean (*SettleActivityRow)(const SettleActivity *row, gpointer user_data,
                                      GError **error);

/* Calls row for each order by closing time and id, then for each window. Bounded memory: one
 * row at a time. directory: with the outlets, where outlet_id is given (else NULL); zone: of the
 * settlement. Of a scoped login nothing comes that it may not see. FALSE and error. */
gboolean settle_activity_read(SettleStore *store, const SettleDirectory *directory,
                              const char *zone, const SettleActivityQuery *query,
                              SettleActivityRow row, gpointer user_data, GError **error);

G_END_DECLS
