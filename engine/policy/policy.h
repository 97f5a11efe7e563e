/* A checked, compiled policy: what the calculation reads. Built only by policy/load.h (or by
 * tests); immutable and shareable between threads afterwards. Amounts are minor units of the
 * policy's currency. (docs/semantics.md 5) */
#pragma once

#include "calendar/calendar.h"
#include "model/transfer.h"
#include "money/money.h"
#include "policy/example.h"
#include "policy/terms.h"

#include <glib.h>

G_BEGIN_DECLS

#define SETTLE_POLICY_RULES_MAX 4095

/* An interval with both ends included; open ends are the extremes of int64. */
typedef struct {
    int64_t from;
    int64_t to;
} SettleInterval;
#define SETTLE_OPEN_LOW  INT64_MIN
#define SETTLE_OPEN_HIGH INT64_MAX
static inline gboolean
settle_interval_holds(SettleInterval interval, int64_t value)
{
    return interval.from <= value && value <= interval.to;
}

/* What is paid: a fixed amount or a rate of the base. */
typedef struct {
    gboolean is_rate;
    int64_t fixed_minor;    /* if !is_rate */
    SettleRatePpb rate_ppb; /* if is_rate */
} SettlePay;

/* Texts are codes as the policy writes them; settle_matcher_new() resolves them to ids.
 * NULL/0 entries: no condition. */
typedef struct {
    GStrv products; /* carrier product codes */
    GStrv classes;  /* product classes */
    GStrv regions;
    GStrv channels;
    GStrv distributors;    /* distributor codes; named groups are expanded here by the loader */
    SettleInterval amount; /* paid amount, minor units */
    SettleInterval quantity;
    SettleInterval tier; /* distributor tier */
    int first_order;     /* -1 no condition, 0 must not be, 1 must be the subscriber's first */
} SettleSelector;

typedef enum {
    SETTLE_BILL_BILLED = 1,          /* what was billed */
    SETTLE_BILL_BILLED_LESS_ARREARS, /* "net bill" of P1 */
    SETTLE_BILL_CASH,                /* cash received */
} SettleBillBase;

typedef enum {
    SETTLE_TEST_MINUTES = 1, /* minutes in interval */
    SETTLE_TEST_MEGABYTES,
    SETTLE_TEST_BASE,       /* a bill amount (SettleBillBase) in interval */
    SETTLE_TEST_NO_ARREARS, /* arrears == 0 */
} SettleTestKind;

typedef struct {
    SettleTestKind kind;
    SettleBillBase base;     /* for SETTLE_TEST_BASE */
    SettleInterval interval; /* minutes, megabytes or minor units */
} SettleBillTest;

/* Which end of a condition's months an instalment that is tried again takes along: of so-far the
 * last one, of "last M" both. */
enum { SETTLE_MOVES_LAST = 1 << 0, SETTLE_MOVES_FIRST = 1 << 1 };

/* A condition on bills: every month of [from_month, to_month] (contract months, 0 = closing month)
 * must have a bill for which at least one of the tests holds (any), or all of them (all); or the
 * tests look at the sum of those months (together). (docs/semantics.md 5.2, 13.7) */
typedef struct {
    int from_month;
    int to_month;
    guint moves; /* with a later attempt of the instalment: SETTLE_MOVES_LAST and _FIRST */
    gboolean together;
    gboolean any; /* TRUE: one test suffices; FALSE: all must hold */
    SettleBillTest *tests;
    guint n_tests; /* 0: only that the bill is there ("billed") */
} SettleCondition;

/* Frees a list of them. */
void settle_conditions_free(SettleCondition *conditions, guint n);
/* The last month that one of them looks at, so many months later. */
int settle_conditions_span(const SettleCondition *conditions, guint n, int later);

/* A band maps a value to what is paid: by contract month or by the size of a bill. */
typedef struct {
    SettleInterval interval;
    SettlePay pay;
} SettleBand;

typedef struct {
    SettlePay pay; /* if n_bands == 0 */
    gboolean has_floor, has_cap;
    int64_t floor_minor, cap_minor;
    gboolean withheld;           /* kept at source; else payable */
    int active_days;             /* earned on closing day + n days (0: at closing) */
    SettleCondition *conditions; /* all must hold; on first bills */
    guint n_conditions;
    SettleBand *bands; /* by paid amount (whole amount at its band), for "by plan fee" tables */
    guint n_bands;
    gboolean wants_active, wants_no_refund; /* on the day it is earned */
} SettleUpfront;

typedef struct {
    int months;                  /* N of T+N, >= 0 */
    int day;                     /* due day 1..31 */
    SettlePay pay;               /* if n_bands == 0 */
    SettleCondition *conditions; /* all must hold */
    guint n_conditions;
    /* pay by the size of a bill: the band that holds the base of contract month band_month */
    int band_month;
    SettleBillBase band_base;
    SettleBand *bands;
    guint n_bands;
    gboolean wants_active, wants_no_refund; /* conditions of one word, on the due day */
    int retry_until; /* M of T+M: tried again each month up to then; 0: forfeited at once */
} SettleInstalment;

/* How often an instalment is tried, at least once. */
static inline int
settle_instalment_attempts(const SettleInstalment *instalment)
{
    return instalment->retry_until > instalment->months
               ? instalment->retry_until - instalment->months + 1
               : 1;
}

typedef struct {
    SettleInstalment *instalments; /* in document order; item of the slot = index + 1 */
    guint n_instalments;
} SettleDeferred;

typedef struct {
    SettleBillBase base;
    SettleRatePpb net_of_tax_ppb; /* 0: with tax; else base * 1/(1+tax) */
    int from_month, to_month;     /* contract months a..b */
    SettleRatePpb rate_ppb;       /* if no bands */
    SettleBand *month_bands;      /* by contract month; pay.is_rate always */
    guint n_month_bands;
    SettleBand
        *size_bands; /* by the bill's base before tax is taken out; whole amount at its band */
    guint n_size_bands;
    gboolean has_bill_cap, has_life_cap;
    int64_t bill_cap_minor, life_cap_minor;
} SettleRevenueShare;

typedef enum { SETTLE_WINDOW_MONTH = 1, SETTLE_WINDOW_QUARTER, SETTLE_WINDOW_YEAR } SettleWindow;
typedef enum {
    SETTLE_SCOPE_DISTRIBUTOR = 1,
    SETTLE_SCOPE_OUTLET,
    SETTLE_SCOPE_MANAGER
} SettleScope;
typedef enum {
    SETTLE_MEASURE_ORDERS = 1,
    SETTLE_MEASURE_UNITS,
    SETTLE_MEASURE_AMOUNT
} SettleMeasure;
typedef enum { SETTLE_MODE_MARGINAL = 1, SETTLE_MODE_WHOLE, SETTLE_MODE_LUMP } SettleTierMode;

typedef struct {
    int64_t from;  /* orders, units or minor units; "from n" starts with the n-th (13.9) */
    SettlePay pay; /* counts: fixed per unit; amounts: rate; lump: fixed sum */
} SettleTier;

/* Of a kind that earns for what orders of some months measure together. */
typedef struct {
    SettleWindow length; /* 0: the rule's kind has no windows */
    SettleScope scope;
    gboolean progressive; /* paid each night; else at the window's end */
    gboolean in_amounts;  /* what is measured is minor units; else a count */
} SettleRuleWindow;

typedef struct {
    SettleMeasure measure;
    SettleTierMode mode;
    gboolean lump_adds; /* lump: higher tiers add to (TRUE) or replace (FALSE) lower ones */
    SettleTier *tiers;  /* ascending by from */
    guint n_tiers;
} SettleVolumeBonus;

#define SETTLE_RULE_HASH_BYTES 8
/* What digests call a rule by: the head of SHA-256 over its kind and name. */
void settle_rule_name_hash(SettleKind kind, const char *name,
                           uint8_t ret_hash[SETTLE_RULE_HASH_BYTES]);

typedef struct {
    char *id; /* unique within the policy */
    SettleKind kind;
    guint ordinal; /* 0-based place in the document */
    guint number;  /* part of every slot: what the carrier's rule of this kind, name and currency
                    * was given at the first activation; before, ordinal + 1 */
    uint8_t name_hash[SETTLE_RULE_HASH_BYTES];
    char *group; /* NULL: the kind's unnamed group */
    SettleSelector selector;
    SettleTerms terms;
    SettleRuleWindow window;
    union { /* by kind */
        SettleUpfront upfront;
        SettleDeferred deferred;
        SettleRevenueShare share;
        SettleVolumeBonus volume;
    };
} SettleRule;

typedef enum {
    SETTLE_CYCLE_NONE = 0,
    SETTLE_CYCLE_MONTHLY,
    SETTLE_CYCLE_WEEKLY,
    SETTLE_CYCLE_DAILY
} SettleCycle;

typedef struct {
    SettleCycle cycle;
    int cut_off_day;       /* monthly: 1..31, clipped; weekly: 1 Monday .. 7 Sunday */
    int64_t minimum_minor; /* on the gross total; below it is carried forward */
    gboolean credit_note;  /* a total below zero becomes one; else it is carried, too */
} SettleInvoiceTerms;

typedef struct {
    char *name;    /* "policy:" */
    char *carrier; /* carrier code */
    char *version;
    SettleDay closing_from, closing_to; /* both included */
    SettleCurrency currency;
    SettleRounding rounding;
    SettleRatePpb tax_ppb;
    gboolean tax_included;
    SettleInvoiceTerms invoice;
    SettlePolicyTerms terms;
    SettleRule *rules;
    guint n_rules;
    guint *by_number; /* ordinals, by ascending number */
    int span_months;  /* no rule speaks of a contract month after it, and none falls due later */
    SettleExample *examples;
    guint n_examples;
    /* terms the document uses that are parsed and checked but not settled yet: activation refuses a
     * policy with any. Array of char* "clawback (line 31)" */
    GPtrArray *unsupported;
    guint n_unsettled; /* how many of them are the whole policy's, not a rule's */

    uint8_t hash[32];   /* SHA-256 of the document's bytes */
    int32_t policy_id;  /* given at activation, set by the shell; 0 before */
    int32_t carrier_id; /* set by the shell */
} SettlePolicy;

/* Takes NULL, too. */
void settle_policy_free(SettlePolicy *policy);
/* numbers: by ordinal, no two alike, at most SETTLE_RULE_NUMBER_MAX; NULL: ordinal + 1. */
void settle_policy_number_rules(SettlePolicy *policy, const guint *numbers);
/* The rule of that number; NULL: the version has none. */
const SettleRule *settle_policy_rule(const SettlePolicy *policy, guint number);
/* Some fraud findings of a distributor and closing month act as none (docs/semantics.md 5.5).
 * Whether one acts then depends on the others, so that volume windows are measured from all orders,
 * not by what changed. */
gboolean settle_policy_tolerates_findings(const SettlePolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettlePolicy, settle_policy_free)

G_END_DECLS
