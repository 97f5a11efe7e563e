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
    FIELD_CHOICE, /* one of choices */
    FIELD_CURRENCY,
    FIELD_DAYS,           /* 2026-01-01..2026-12-31 */
    FIELD_MONTHS_AFTER,   /* 4 months */
    FIELD_COUNT_INTERVAL, /* 1..5 */
    FIELD_MONEY_INTERVAL, /* 1.00.. */
    FIELD_TEXTS,          /* [a, b] or a single text */
    FIELD_GROUPS,         /* {name: [a, b]} */
    FIELD_SECTION,        /* keys of another section */
    FIELD_SECTIONS,       /* a list of them */
    FIELD_RULES,
    FIELD_BANDS_MONEY_PAY,  /* {10.00..19.99: 5.00} */
    FIELD_BANDS_MONEY_RATE, /* {10.00..19.99: 5%} */
    FIELD_BANDS_COUNT_RATE, /* {1..6: 5%} */
    FIELD_TIERS,            /* {100..299: 5.00}: what is allowed depends on measure and mode */
    FIELD_LATER,            /* not settled yet: a single value, keys of a section if there is one,
                               or a list of such; the values are not looked at */
} SettleFieldType;

typedef struct {
    const char *section;
    const char *name;
    SettleFieldType type;
    gboolean required;
    gint64 min, max;            /* FIELD_INTEGER; FIELD_MONEY: min */
    const char *const *choices; /* FIELD_CHOICE */
    const char *of;             /* FIELD_SECTION(S): the section */
    const char *default_text;   /* NULL: none */
    const char *help;           /* one sentence */
    const char *example;
} SettleField;

/* All fields, section by section; ends with a NULL section. */
extern const SettleField settle_fields[];
/* The kinds of rules, in the order of the engine: each is a key and a section. */
extern const char *const settle_rule_kinds[];
/* Every code that a diagnostic can have and what it is about; ends with a NULL code. */
typedef struct {
    const char *code;
    const char *about;
} SettlePolicyCode;
extern const SettlePolicyCode settle_policy_codes[];
const SettleField *settle_field_find(const char *section, const char *name);

G_END_DECLS
