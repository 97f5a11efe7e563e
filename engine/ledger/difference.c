/* Target minus posted: the transfers that bring the legs of each slot from what was posted to
 * what is owed (docs/semantics.md 6). Pure. */
#include "base/error.h"
#include "ledger/ledger.h"

static const struct {
    uint8_t debit, credit; /* of an amount that goes up; the other way for one that goes down */
} legs[SETTLE_N_LEGS] = {
    [SETTLE_LEG_MAIN] = {SETTLE_ROLE_CARRIER, SETTLE_ROLE_DISTRIBUTOR},
    [SETTLE_LEG_HELD] = {SETTLE_ROLE_CARRIER, SETTLE_ROLE_HELD},
    [SETTLE_LEG_RELEASED] = {SETTLE_ROLE_HELD, SETTLE_ROLE_DISTRIBUTOR},
    [SETTLE_LEG_TAKEN] = {SETTLE_ROLE_DISTRIBUTOR, SETTLE_ROLE_CARRIER},
    [SETTLE_LEG_STRAIGHT] = {SETTLE_ROLE_CARRIER, SETTLE_ROLE_DISTRIBUTOR},
};

const char *
settle_leg_name(guint leg)
{
    static const char *const names[SETTLE_N_LEGS] = {"main", "held", "released", "taken-back",
                                                     "straight"};

    return leg < SETTLE_N_LEGS ? names[leg] : NULL;
}

/* The target of each leg. All amounts of one slot are far below 64 bits
 * (SETTLE_MONEY_LARGEST_MINOR), so that sums of a few fit. */
static void
plan(gboolean withheld, const SettleStanding *wanted, const int64_t posted[SETTLE_N_LEGS],
     int64_t ret_legs[SETTLE_N_LEGS])
{
    /* the distributor kept it at source once: it is not kept a second time, nor given back there */
    int64_t kept = withheld ? MAX(posted[SETTLE_LEG_MAIN], wanted->withheld_minor) : 0;
    int64_t straight = posted[withheld ? SETTLE_LEG_STRAIGHT : SETTLE_LEG_MAIN];
    int64_t side = wanted->withheld_minor + wanted->payable_minor;
    int64_t held = posted[SETTLE_LEG_HELD], released = posted[SETTLE_LEG_RELEASED];
    int64_t now_held = held - released, rest;

    if (wanted->held_minor >= now_held) {
        held += wanted->held_minor - now_held;
    } else {
        /* what leaves it goes to the distributor as far as that is still owed, else back */
        int64_t leaves = now_held - wanted->held_minor;
        int64_t owed = side - (kept + straight + released - posted[SETTLE_LEG_TAKEN]);
        int64_t goes = CLAMP(owed, 0, leaves);

        released += goes;
        held -= leaves - goes;
    }
    rest = side - kept - released;
    ret_legs[SETTLE_LEG_MAIN] = withheld ? kept : MAX(rest, 0);
    ret_legs[SETTLE_LEG_HELD] = held;
    ret_legs[SETTLE_LEG_RELEASED] = released;
    ret_legs[SETTLE_LEG_TAKEN] = MAX(-rest, 0);
    ret_legs[SETTLE_LEG_STRAIGHT] = withheld ? MAX(rest, 0) : 0;
}

guint
settle_ledger_differences(const SettleTransfer *like, SettleMonth taken, gboolean withheld,
                          const SettleStanding *wanted, const int64_t posted[SETTLE_N_LEGS],
                          const SettlePeriods *periods, SettleTransfer ret_transfers[SETTLE_N_LEGS])
{
    int64_t stand[SETTLE_N_LEGS];
    guint n = 0;

    plan(withheld, wanted, posted, stand);
    for (guint leg = 0; leg < SETTLE_N_LEGS; leg++) {
        gboolean up = stand[leg] > posted[leg];
        SettleTransfer *t = &ret_transfers[n];

        if (stand[leg] == posted[leg])
            continue;
        settle_invariant(stand[leg] >= 0);
        *t = *like;
        t->slot = like->slot + (SettleSlot) leg;
        t->amount_minor = up ? stand[leg] - posted[leg] : posted[leg] - stand[leg];
        t->target_minor = stand[leg];
        t->debit = up ? legs[leg].debit : legs[leg].credit;
        t->credit = up ? legs[leg].credit : legs[leg].debit;
        if (leg == SETTLE_LEG_MAIN && withheld) {
            settle_invariant(up);
            t->credit = SETTLE_ROLE_WITHHELD;
        }
        /* 13.2: whatever takes something back or gives it back, the origin is the slot's */
        if (t->credit == SETTLE_ROLE_CARRIER && taken != 0)
            t->cause = taken;
        t->period = settle_periods_posting(periods, like->origin);
        n++;
    }
    return n;
}
