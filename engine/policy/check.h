/* Findings that need more than one document: a policy held against other versions of its carrier,
 * and against the master data. Pure; what is found is added to the diagnostics of a policy, which
 * are to be sorted afterwards. */
#pragma once

#include "model/directory.h"
#include "policy/load.h"

G_BEGIN_DECLS

/* A code that a policy names. */
typedef struct {
    SettleDim dim; /* product, class, region, channel, distributor */
    char *code;
    SettlePlace place;
} SettlePolicyName;

/* Where a document says what. */
typedef struct {
    SettlePlace carrier, version, closing;
    GArray *names; /* SettlePolicyName, each code of a dimension once, in document order */
} SettlePolicyPlaces;

/* Of a document that was loaded without errors. */
SettlePolicyPlaces *settle_policy_places(const char *text, size_t length);
void settle_policy_places_free(SettlePolicyPlaces *places);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettlePolicyPlaces, settle_policy_places_free)

/* One version among others. */
typedef struct {
    const char *label;                /* a file's name, or "policy 3 in the database" */
    const SettlePolicy *policy;       /* NULL: left out */
    const SettlePolicyPlaces *places; /* NULL with diagnostics */
    SettleDiagnostics *diagnostics;   /* NULL: nothing is to be said there */
} SettlePolicyVersion;

/* Versions of one carrier: days in common, days between that nobody covers, names given twice,
 * windows that two of them share. The same document twice is left out. */
void settle_policy_check_versions(const SettlePolicyVersion *versions, guint n);

/* What a policy has to do to fit beside an active version with days in common, which cannot be
 * shortened: "let this one start on 2027-01-01 or later". g_free. */
char *settle_policy_room(const SettlePolicy *policy, SettleDay from, SettleDay to);

/* Codes that the master data does not know, or not on any of the closing days. */
void settle_policy_check_known(const SettlePolicy *policy, const SettlePolicyPlaces *places,
                               const SettleDirectory *directory, SettleDiagnostics *diagnostics);

G_END_DECLS
