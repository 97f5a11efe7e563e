/* Validation of single values, for what is composed of them (validate.c), and their reading. */
#pragma once

#include "document/tree.h"
#include "policy/fields.h"
#include "policy/policy.h"

G_BEGIN_DECLS

typedef struct {
    SettleDiagnostics *diagnostics;
    int exponent;            /* of the policy's currency */
    const SettleNode *rules; /* the document's, or NULL: what examples may name */
} SettleCheck;

#define SETTLE_CHECK_ERROR(check, code, node, hint, ...)                                           \
    settle_diagnose((check)->diagnostics, SETTLE_SEVERITY_ERROR, code, node,                       \
                    settle_field_hint(node, hint), __VA_ARGS__)

/* The hint, or that full-width characters are the reason. */
const char *settle_field_hint(const SettleNode *node, const char *hint);
/* Each adds a diagnostic for a value that is not of its type; nodes are scalars. */
void settle_field_check_scalar(SettleCheck *check, const SettleField *field,
                               const SettleNode *node);
void settle_field_check_interval(SettleCheck *check, const SettleNode *node, gboolean is_money);
void settle_field_check_money(SettleCheck *check, const SettleNode *node);
void settle_field_check_rate(SettleCheck *check, const SettleNode *node);
void settle_field_check_pay(SettleCheck *check, const SettleNode *node);
/* One of the words, which are those of `name`. */
void settle_field_check_word(SettleCheck *check, const SettleNode *node, const char *name,
                             const char *const *words);
/* FALSE: nothing, or too long. */
gboolean settle_field_check_text(SettleCheck *check, const SettleNode *node);
/* Reading of well-formed scalars. exponent: the currency's. */
gboolean settle_interval_read(const char *text, gboolean is_money, int exponent,
                              SettleInterval *ret_interval);

G_END_DECLS
