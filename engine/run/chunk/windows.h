/* The volume windows of one distributor as data: what was counted in which month of which, and what
 * was posted of it. volume.c counts in them, evaluates and posts them. */
#pragma once

#include "ledger/ledger.h"
#include "run/known.h"

G_BEGIN_DECLS

/* Of one month: a larger sum, either way, is this one, and the window earns nothing. */
#define SETTLE_MEASURE_LARGEST G_MAXINT64

/* What of a window has an item of its own: a month, of orders that closed in it, or the window as a
 * whole. What is not paid progressively is earned by the whole, what is by the months
 * (docs/semantics.md 13.2). */
typedef struct {
    SettleMonth month; /* of the whole the window's last */
    gboolean whole;
    guint next;        /* place of the next part + 1; 0: there is none */
    SettleMonth cause; /* the latest of what changed what it counts; 0: nothing did */
    gboolean was_posted;
    int64_t delta, before; /* what is counted: by this run, and by those before */
    int64_t measure;       /* of the window up to this month */
    int64_t target_minor;  /* may be below 0 */
    SettleStanding standing;
    int64_t posted[SETTLE_N_LEGS];
} SettleVolumePart;

typedef struct {
    const SettlePolicy *policy; /* by whose terms it is measured */
    const SettleRule *rule;
    SettleMonth window_end;
    int32_t scope_id;
    const char *scope_code; /* of the outlet or manager; "": the distributor */
    guint parts;            /* place of the first + 1: the whole before the months; 0: none */
    gboolean anew;          /* deltas are all of it, not what changed */
    gboolean is_gone;       /* by the terms that hold now there is no such window: nothing counts */
    gboolean evaluated;     /* it is over, or paid each night */
    gboolean failed;        /* an amount left 64 bits: it stands at nothing */
} SettleVolumeWindow;

typedef struct {
    const SettleRunKnown *known; /* borrowed */
    GArray *all;                 /* SettleVolumeWindow */
    GArray *parts;               /* SettleVolumePart */
    GHashTable *index;           /* key of a window -> its place in `all` + 1 */
} SettleWindows;

/* No windows yet; what is known must live as long. */
void settle_windows_init(SettleWindows *windows, const SettleRunKnown *known);
void settle_windows_clear(SettleWindows *windows);
/* Empties it for the next distributor. */
void settle_windows_forget(SettleWindows *windows);

/* The window in which the policy's rule counts, by the terms of its last day (13.9); made if there
 * is none. Valid until the next one is made. */
SettleVolumeWindow *settle_windows_find(SettleWindows *windows, const SettlePolicy *policy,
                                        const SettleRule *rule, SettleMonth window_end,
                                        int32_t scope_id);
/* Its part of a month, and of the whole; made if there is none. Valid until the next one is made.
 */
SettleVolumePart *settle_windows_month(SettleWindows *windows, SettleVolumeWindow *window,
                                       SettleMonth month);
SettleVolumePart *settle_windows_whole(SettleWindows *windows, SettleVolumeWindow *window);
/* Goes through its parts in the order of their items: first the one of `window->parts`, then those
 * of `part->next`. NULL: it is through. */
SettleVolumePart *settle_windows_part(const SettleWindows *windows, guint place);

/* The part's item in slots. */
guint settle_window_item(const SettleVolumePart *part);
/* What kind of scope the rule's windows are of, and the subject of a window's transfers. */
SettleScopeKind settle_window_scope_kind(const SettleRule *rule);
int64_t settle_window_subject(const SettleVolumeWindow *window);

G_END_DECLS
