/* The language in one table: what may stand where. It drives validation, messages, the JSON Schema
 * and the reference page. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    FIELD_TEXT,    /* any text */
    FIELD_MONEY,   /* an amount of the policy's currency */
    FIELD_RATE,    /* 2.5% */
    FIELD_PAY,     /* an amount or a rate */
    FIELD_INTEGER, /* min..max */
    FIELD_BOOLEAN,
    FIELD_CHOICE,  /* one of choices */
    FIELD_CHOICES, /* one of choices, or a list of some */
    FIELD_CURRENCY,
    FIELD_DAY,            /* 2026-01-01 */
    FIELD_DAYS,           /* 2026-01-01..2026-12-31 */
    FIELD_MONTHS,         /* 4 months */
    FIELD_SPAN,           /* 90 days, or 6 months */
    FIELD_TAKE,           /* all, a rate, pro-rata, refunded-part */
    FIELD_COUNT_INTERVAL, /* 1..5 */
    FIELD_MONEY_INTERVAL, /* 1.00.. */
    FIELD_SO_FAR,         /* 1..5, so-far, last 3 */
    FIELD_TEXTS,          /* [a, b] or a single text */
    FIELD_GROUPS,         /* {name: [a, b]} */
    FIELD_SECTION,        /* keys of another section */
    FIELD_SECTIONS, /* a list of them; items may be one of choices instead, if there are any */
    FIELD_RULES,
    FIELD_BANDS_MONEY_PAY,  /* {10.00..19.99: 5.00} */
    FIELD_BANDS_MONEY_RATE, /* {10.00..19.99: 5%} */
    FIELD_BANDS_COUNT_RATE, /* {1..6: 5%} */
    FIELD_TIERS,            /* {100..299: 5.00}: what is allowed depends on measure and mode */
    FIELD_MEASURES,         /* {rule: 500}: in what the volume rule measures */
    FIELD_EARNS,            /* {rule: 5.00} or {rule: {1..6: 0.50}} */
} SettleFieldType;

typedef struct {
    const char *section;
    const char *name;
    SettleFieldType type;
    gboolean required;
    gboolean later;             /* read and checked, but not settled yet: activation refuses it,
                                 * unless the value is its default */
    gint64 min, max;            /* FIELD_INTEGER */
    const char *const *choices; /* FIELD_CHOICE(S); FIELD_SECTIONS: words for items */
    const char *of;             /* FIELD_SECTION(S): the section */
    const char *default_text;   /* NULL: none */
    const char *help;           /* one sentence */
    const char *example;
} SettleField;

/* All fields, section by section; ends with a NULL section. */
extern const SettleField settle_fields[];
/* The sections in the order of the reference page, each with its title there and the sentence
 * below the title or NULL; ends with a NULL section. */
typedef struct {
    const char *section;
    const char *title;
    const char *about;
} SettleFieldSection;
extern const SettleFieldSection settle_field_sections[];
/* Every code that a diagnostic can have; ends with a NULL code. */
typedef struct {
    const char *code;
    const char *about;      /* one line */
    const char *explain;    /* what it means for the money, and what to do about it */
    const char *around;     /* a document with @ where bad and good can be put; NULL: they cannot */
    const char *bad, *good; /* a line of a policy that draws it, and one that does not; or NULL */
} SettlePolicyCode;
extern const SettlePolicyCode settle_policy_codes[];
/* NULL if there is none. */
const SettlePolicyCode *settle_policy_code_find(const char *code);
const SettleField *settle_field_find(const char *section, const char *name);

G_END_DECLS
