/* What the files that look for findings share. findings.c calls them; each looks at one thing, and
 * adds warnings and notes to the diagnostics. Rules that have errors are left out. */
#pragma once

#include "document/tree.h"
#include "policy/policy.h"

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
/* findings-limits.c: a rule's ceiling, and the policy's minimum, without effect. */
void settle_findings_ceiling(const SettleFindings *findings, const SettleRule *rule,
                             const SettleNode *node);
void settle_findings_minimum(const SettleFindings *findings);
/* findings-windows.c: windows that the version starts or ends in. */
void settle_findings_windows(const SettleFindings *findings);

/* --- what kinds share (policy/kind.h finds the rest) --- */

/* findings-months.c. What the rule says of a month after its contract ends. what: "an instalment".
 */
void settle_findings_beyond(const SettleFindings *findings, const SettleRule *rule,
                            const SettleNode *node, const char *what, int month);
/* Conditions on bills that come too late. list: of "if"; months: N of T+N, or -1. */
void settle_findings_conditions(const SettleFindings *findings, const SettleRule *rule,
                                const SettleNode *list, const SettleCondition *conditions,
                                int months);

/* findings-limits.c. The least and the most that a rule can earn before its limits; INT64_MAX:
 * without end. */
typedef struct {
    int64_t least, most;
    gboolean by_quantity; /* a fixed amount for each of several quantities is in it */
} SettleRange;
/* The range so that it holds least and most, too. */
void settle_findings_widen(SettleRange *range, int64_t least, int64_t most);
/* What a rate of a base earns, rounded; INT64_MAX: without end. */
int64_t settle_findings_of_rate(const SettlePolicy *policy, int64_t base, SettleRatePpb rate,
                                SettleRatePpb net);
/* What lies in both. */
SettleInterval settle_findings_common(SettleInterval a, SettleInterval b);
/* The limit under that key never, or always, decides; what and minor say why. */
void settle_findings_never(const SettleFindings *findings, const SettleNode *map, const char *key,
                           const char *id, const char *what, int64_t minor);
void settle_findings_always(const SettleFindings *findings, const SettleNode *map, const char *key,
                            const char *id, const char *what, int64_t minor);
/* The last band ends, and is no single value of a table: what is larger earns nothing, although
 * what is smaller does. what: "orders" or "bills". */
void settle_findings_end(const SettleFindings *findings, const SettleNode *bands,
                         const SettleBand *list, guint n, const char *what);

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
