/* A carrier's own statement held against what we posted (docs/semantics.md 10, 14.46): by order,
 * kind and origin period, volume bonuses by distributor, rule and window. What was said is stored;
 * what matches is worked out anew whenever somebody asks. */
#pragma once

#include "statement/read.h"
#include "store/store.h"

G_BEGIN_DECLS

#define SETTLE_STATEMENT_CURRENCY ((SettleCurrency) 156) /* yuan */

typedef enum {
    SETTLE_MATCHED,
    SETTLE_SHORT,        /* they say less than we */
    SETTLE_OVER,         /* they say more */
    SETTLE_OTHER_PERIOD, /* we have it, in another month */
    SETTLE_MISSING,      /* we have it, they say nothing */
    SETTLE_UNKNOWN,      /* they say it, we have nothing, or it was said before */
    SETTLE_UNREADABLE,
    SETTLE_N_MATCHES
} SettleMatchState;
/* The state as it is printed; static. */
const char *settle_match_name(SettleMatchState state);
/* SETTLE_N_MATCHES if no state has the name. */
SettleMatchState settle_match_parse(const char *name);

typedef enum {
    SETTLE_DIFFERENCE_OPEN,
    SETTLE_DIFFERENCE_DISPUTED, /* open, and told to the carrier */
    SETTLE_DIFFERENCE_ACCEPTED, /* no longer open, as long as both amounts stay what they were */
} SettleDecided;
/* The decision as it is printed; static. */
const char *settle_decided_name(SettleDecided decided);

/* Something that did not match. */
typedef struct {
    SettleMatchState state;
    int64_t line;  /* of the file; 0: missing there */
    char *ref;     /* what people call it when they decide: KIND/MONTH/SUBJECT, or line/N */
    char *subject; /* order, or "DISTRIBUTOR/RULE"; of an unreadable line all of it */
    int kind;      /* SettleKind; 0: unreadable */
    int64_t subject_id; /* of an order its key */
    SettleMonth origin;
    gboolean is_again; /* not the first line of its subject, kind and month */
    int64_t theirs_minor, ours_minor;
    char *remark; /* where ours is, where it was said before, why it cannot be read; or NULL */
    SettleDecided decided;
    char *decided_by, *reason; /* NULL if open */
} SettleStatementItem;

/* A statement that was taken in. */
typedef struct {
    char *carrier;
    SettleMonth period;
    int32_t carrier_id;
    int64_t position; /* of its import in the control log */
    int64_t n_lines, tolerance_minor;
    char *file, *imported_by, *imported_at;
    char *withdrawal; /* what became of the last request: "asked", "refused"; or "" */
    char *asked_by;   /* who asked last, or "" */
    char *viewer;     /* the login that looks at it */
    uint8_t digest[SETTLE_DIGEST_BYTES]; /* of the file */
    gboolean is_new;                     /* it was taken in just now */

    /* filled by matching: */
    GArray *items;     /* SettleStatementItem: all that did not match, by line, missing ones last */
    gboolean by_cause; /* it speaks of take-backs in the month that caused them */
    int64_t n[SETTLE_N_MATCHES];
    int64_t n_together; /* further lines, counted with the first of their subject, kind and month */
    int64_t theirs_minor[SETTLE_N_MATCHES], ours_minor[SETTLE_N_MATCHES];
    int64_t n_open;
} SettleStatement;

/* Gives back what the statement holds, not the struct. */
void settle_statement_clear(SettleStatement *statement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SettleStatement, settle_statement_clear)

/* Minor digits of a statement's amounts: they are in yuan. */
int settle_statement_exponent(void);

/* Takes a file in as the carrier's statement of the month; from then on it is the one that holds.
 * The same file under the same mapping and tolerance again changes nothing. tolerance: amounts
 * that differ by at most so much match. yes: also a file of which most lines name another month, or
 * that holds as the statement of another month. Wants the runner. FALSE and error: INPUT (see
 * settle_statement_file_read(); no such carrier; without yes those above), DATABASE. */
gboolean settle_statement_import(SettleStore *store, const char *path, const char *carrier,
                                 SettleMonth period, const SettleStatementMapping *mapping,
                                 int64_t tolerance_minor, gboolean yes,
                                 SettleStatement *ret_statement, GError **error);

/* The one that holds of a carrier's month. FALSE and error: INPUT (none holds), DATABASE. */
gboolean settle_statement_load(SettleStore *store, const char *carrier, SettleMonth period,
                               SettleStatement *ret_statement, GError **error);

/* Holds it against what is published now. */
gboolean settle_statement_match(SettleStore *store, SettleStatement *statement, GError **error);

/* Keeps what was decided on some of a matched statement's items, in one transaction. Wants an
 * approver who is not the one who took the statement in (held by the database). */
gboolean settle_statement_decide(SettleStore *store, const SettleStatement *statement,
                                 const GPtrArray *items, SettleDecided decided, const char *reason,
                                 GError **error);

typedef enum {
    SETTLE_STATEMENT_ASK,     /* store: as runner or approver */
    SETTLE_STATEMENT_APPROVE, /* as approver, another login than asked */
    SETTLE_STATEMENT_REFUSE,  /* as approver, or as who asked */
} SettleStatementStep;
/* Takes a decision on whether a loaded statement is withdrawn: once approved it holds no more, and
 * what was decided on its differences falls (docs/semantics.md 14.66). FALSE and error: STATE (it
 * does not follow from the decision before, or is this login's own), CONSTRAINT (the statement is
 * another one by now), DATABASE. reason: may be NULL for an approval. */
gboolean settle_statement_withdraw(SettleStore *store, const SettleStatement *statement,
                                   SettleStatementStep step, const char *reason, GError **error);

/* Under which the control log has it: "CARRIER/2026-03". g_free. */
char *settle_statement_title(const char *carrier, SettleMonth period);

G_END_DECLS
