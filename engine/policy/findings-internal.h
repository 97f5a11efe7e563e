/* What the files that look for findings share. findings.c calls them; each looks at one thing, and
 * adds warnings and notes to the diagnostics. Rules that have errors are left out. */
#pragma once

#include "policy/findings.h"

G_BEGIN_DECLS

typedef struct {
    const SettlePolicy *policy;
    const SettleNode *top;
    const SettleNode *rules; /* the list; a rule's ordinal is its place */
    const guint8 *sound;     /* by rule: 1 if it has no errors */
    SettleDiagnostics *diagnostics;
    int exponent;
} SettleFindings;

#define SETTLE_FINDING_WARNING(findings, code, node, hint, ...)                                    \
    settle_diagnose((findings)->diagnostics, SETTLE_SEVERITY_WARNING, code, node, hint, __VA_ARGS__)
#define SETTLE_FINDING_NOTE(findings, code, node, hint, ...)                                       \
    settle_diagnose((findings)->diagnostics, SETTLE_SEVERITY_NOTE, code, node, hint, __VA_ARGS__)

/* cover.c: rules that never apply, and rules that share orders. */
void settle_findings_cover(const SettleFindings *findings);
/* findings-tiers.c: what one more order is worth. */
void settle_findings_tiers(const SettleFindings *findings, guint rule);
/* findings-months.c: months beyond the contract, of bills that come later, without a rate. */
void settle_findings_months(const SettleFindings *findings, guint rule);
/* findings-limits.c: caps and floors without effect, bands outside of what the rule is for. */
void settle_findings_limits(const SettleFindings *findings, guint rule);
void settle_findings_minimum(const SettleFindings *findings);
/* findings-windows.c: windows that the version starts or ends in. */
void settle_findings_windows(const SettleFindings *findings);

/* The rule's node in the document. */
static inline const SettleNode *
settle_findings_node(const SettleFindings *findings, guint rule)
{
    return g_ptr_array_index(findings->rules->values, rule);
}

/* "1,505.00" */
static inline char *
settle_findings_money(const SettleFindings *findings, int64_t minor,
                      char text[SETTLE_MONEY_TEXT_BYTES])
{
    return settle_money_format_grouped(minor, findings->exponent, text);
}

G_END_DECLS
