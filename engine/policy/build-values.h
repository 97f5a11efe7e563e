/* Building, single values: what all that builds a policy reads amounts, rates, months, bands and
 * conditions with. Nodes were held against the field table before. */
#pragma once

#include "document/tree.h"
#include "policy/fields.h"
#include "policy/policy.h"

G_BEGIN_DECLS

typedef struct {
    SettleDiagnostics *diagnostics;
    SettlePolicy *policy;
    const SettleNode *top;
    int exponent;
} SettleBuild;

typedef struct {
    SettleBand band;
    const SettleNode *key, *value;
} SettleBandNode;

#define SETTLE_BUILD_ERROR(build, code, node, hint, ...)                                           \
    settle_diagnose((build)->diagnostics, SETTLE_SEVERITY_ERROR, code, node, hint, __VA_ARGS__)
#define SETTLE_BUILD_WARNING(build, code, node, hint, ...)                                         \
    settle_diagnose((build)->diagnostics, SETTLE_SEVERITY_WARNING, code, node, hint, __VA_ARGS__)

/* Values of nodes that validation has accepted; of a map: the value under the key, or what is
 * said to hold otherwise (optional_money: FALSE). Returned texts and arrays are the caller's. */
SettleRatePpb settle_build_rate_of(const SettleNode *node);
SettlePay settle_build_pay_of(const SettleBuild *build, const SettleNode *node);
int settle_build_integer_of(const SettleNode *node);
gboolean settle_build_boolean_of(const SettleNode *map, const char *key, gboolean otherwise);
int settle_build_choice_of(const SettleNode *map, const char *section, const char *key,
                           int otherwise);
SettleInterval settle_build_interval_of(const SettleBuild *build, const SettleNode *map,
                                        const char *key, gboolean is_money);
void settle_build_add_texts(GPtrArray *texts, const SettleNode *node);
GStrv settle_build_take_texts(GPtrArray *texts);
GStrv settle_build_texts_of(const SettleNode *map, const char *key);
gboolean settle_build_optional_money(const SettleBuild *build, const SettleNode *map,
                                     const char *key, int64_t *ret_minor);
GArray *settle_build_read_bands(SettleBuild *build, const SettleNode *node, gboolean money_keys);
SettleBand *settle_build_bands_of(SettleBuild *build, const SettleNode *node, gboolean money_keys,
                                  guint *ret_n);
SettleBillBase settle_build_base_of(const SettleNode *map, const char *section);
/* The conditions under "if". months: N of T+N for an instalment, which may say so-far and last M;
 * -1 where there is no such N. Conditions of one word are left out. */
SettleCondition *settle_build_conditions_of(SettleBuild *build, const SettleNode *map, int months,
                                            guint *ret_n);
/* TRUE if the word stands under "if". */
gboolean settle_build_has_word(const SettleNode *map, const char *word);
/* TRUE if just one of the keys is there; else an error that names them. */
gboolean settle_build_just_one(SettleBuild *build, const SettleNode *node, const char *what,
                               const char *const *keys);
/* Lists what the section's keys say that is not settled yet. */
void settle_build_note_later(SettleBuild *build, const char *section, const SettleNode *node);
/* The number before the first blank: of "4 months". */
int settle_build_months_of(const SettleNode *map, const char *key, int otherwise);

G_END_DECLS
