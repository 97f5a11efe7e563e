/* A subject: one order with everything that concerns it in this run. merge.c fills in the facts,
 * settle_subject_match() the policy and its rules. */
#pragma once

#include "calc/match.h"
#include "model/outcome.h"
#include "run/chunk/facts.h"
#include "run/known.h"

G_BEGIN_DECLS

/* What it points to belongs to the chunk's facts, the policies and a match of the caller's. */
typedef struct {
    const SettleOrder *order;
    gboolean is_new, is_due;
    gboolean is_woken;            /* what it waited for has come */
    gboolean is_recounted;        /* it counts otherwise than before; the rest is as it was */
    const SettleRevised *revised; /* it was told anew, or its parties were; NULL: not */
    gboolean is_joint;            /* settled with the distributor's others under its policy */
    const SettleBill *bills;      /* new ones */
    guint n_bills;
    const SettleEvent *new_events; /* count from this run on */
    guint n_new_events;
    const SettleEvent *events; /* all that are known and dated by now, undone ones too */
    guint n_events;
    SettleOrderParties parties;
    const SettlePolicy *policy; /* NULL: none of the carrier holds on the closing day */
    const SettleMatch *match;   /* its rules: each of the version that it earns by. NULL: it is not
                                 * settled, for the reason, or it is gone */
    SettleOutcome reason;       /* NONE where there is a match */
    struct { /* the same of what it was: revised and there before, or recounted */
        SettleOrderParties parties;
        const SettlePolicy *policy;
        const SettleMatch *match;
        gboolean other_tolerance; /* of findings of its closing month */
        SettleOutcome reason;
    } was;
} SettleSubject;

/* The matchers of the policies that orders came for. One for each thread; what is known outlives
 * it. */
typedef struct SettleMatchers SettleMatchers;
/* before: the master data that the run before knew; NULL: as it is now. */
SettleMatchers *settle_matchers_new(const SettleRunKnown *known, const SettleDirectory *before);
void settle_matchers_free(SettleMatchers *matchers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleMatchers, settle_matchers_free)

/* Fills in parties and policy. FALSE: no policy of the order's currency holds. */
gboolean settle_subject_find_policy(const SettleRunKnown *known, SettleSubject *subject);
/* The version by whose terms a rule of the match counts the order in its window: the one that holds
 * on the window's last day (13.9), or, of what the order was, that did as the night before knew. */
const SettlePolicy *settle_subject_window_policy(const SettleRunKnown *known,
                                                 const SettleSubject *subject,
                                                 const SettleRule *rule);
/* The same as the first, and the rules, those that measure windows of the versions that hold on
 * their last days: match is filled, and the subject points to it; or the reason why the
 * order is not settled (docs/semantics.md 13.13). */
void settle_subject_match(SettleMatchers *matchers, SettleSubject *subject, SettleMatch *match);
/* Fills in `was` of an order that was told anew or is counted again, by what was known before;
 * match: as above, another one. */
void settle_subject_match_was(SettleMatchers *matchers, SettleSubject *subject, SettleMatch *match);
/* The order as it was, with its events; the subject was matched by both. */
SettleSubject settle_subject_was(const SettleSubject *subject);
/* It makes a difference for the order: other rules apply, or it is settled for no other reason, or
 * something falls due between two ends of its distributor, or it counts in another window. The
 * subject was matched by both. */
gboolean settle_subject_differs(const SettleSubject *subject);
/* Of one that differs: what it earns by itself does not, nor whether it counts in any window. It is
 * enough to count it again. */
gboolean settle_subject_only_counts(const SettleSubject *subject);

/* Nothing but being counted again happens to it. */
static inline gboolean
settle_subject_is_at_rest(const SettleSubject *subject)
{
    return subject->is_recounted && !subject->is_due && !subject->is_woken &&
           subject->n_bills == 0 && subject->n_new_events == 0;
}

G_END_DECLS
