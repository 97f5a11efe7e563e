/* Private to intake: master data while it is written. All versions of the kinds that matter are in
 * memory, those of the file among them. */
#pragma once

#include "intake/job.h"

G_BEGIN_DECLS

/* One version as the database or an accepted row has it. */
typedef struct SettlePartyVersion {
    SettleDay valid_from;
    int32_t v[4]; /* carriers: status; outlets: distributor, parent; managers: outlet; products:
                   * carrier, class, first and last day of sale; distributors: tier, status */
    int32_t batch_id, line; /* line: of a row of this file */
    const char *name;
} SettlePartyVersion;

/* id -> GArray of SettlePartyVersion, by day, of one day the last one */
typedef GHashTable SettlePartyVersions;

typedef struct {
    SettleIntakeJob *job;
    SettleDim dim;
    SettlePartyVersions *versions;   /* of the kind itself, with those of the rows */
    GPtrArray *texts[SETTLE_N_DIMS]; /* codes by id, for messages; NULL: not asked for yet */
} SettlePartyWork;

/* --- party-versions.c ----------------------------------------------------------------------- */
/* Descriptors list all members in this order: one that is left out is a compiler's warning, and so
 * an error. */
typedef struct {
    SettleDim dim;
    const char *select, *copy;
    const char *columns; /* after id, day, batch and name: smallint, integer, day */
    /* A row, or the verdict. What a value refers to is looked up later: it may stand further down
     * in the same file. */
    gboolean (*validate)(SettleIntakeJob *job, const SettleCsvRecord *record,
                         SettleIntakeParty *party, SettleVerdict *verdict);
    /* Fills v[] of the version that a row says. */
    void (*version)(const SettleIntakeParty *party, SettlePartyVersion *version);
} SettlePartyKind;
/* By kind of file; NULL for facts. */
extern const SettlePartyKind *const settle_party_kinds[SETTLE_N_FILE_KINDS];

/* None yet; the caller's. */
SettlePartyVersions *settle_party_versions_new(void);
/* Adds the versions of a kind that the database has. */
gboolean settle_party_load(SettleIntakeJob *job, SettleFileKind kind, SettlePartyVersions *versions,
                           GError **error);
/* What holds of an id on a day, or NULL; as long as nothing is put in or taken back. */
SettlePartyVersion *settle_party_on(SettlePartyVersions *versions, int32_t id, SettleDay day);
/* What a row says, of the job's kind. */
SettlePartyVersion settle_party_version(const SettleIntakeJob *job, const SettleIntakeParty *party);
/* The row's version into the picture; what it corrects is kept with the row. */
void settle_party_put(SettlePartyWork *work, SettleIntakeParty *party);
/* And out of it again: what it corrected holds. */
void settle_party_take_back(SettlePartyWork *work, const SettleIntakeParty *party);
/* To quarantine: a row that is not in the picture. */
gboolean settle_party_reject(SettlePartyWork *work, SettleIntakeParty *party, SettleReject reject,
                             int column, GError **error, const char *message);
/* To quarantine, and out of the picture: a row that is in it. */
gboolean settle_party_turn_down(SettlePartyWork *work, SettleIntakeParty *party,
                                SettleReject reject, int column, GError **error,
                                const char *message);
/* The code of an id, of whatever kind, among those known and those of this file. */
const char *settle_party_code(SettlePartyWork *work, SettleDim dim, int32_t id);

/* --- belongs.c ------------------------------------------------------------------------------ */
/* On every day an outlet is of its parent's distributor, and a manager of one distributor for ever
 * (docs/semantics.md 1). Which rows are turned down does not depend on their order. */
gboolean settle_parties_check_outlets(SettlePartyWork *work, GError **error);
gboolean settle_parties_check_managers(SettlePartyWork *work, GError **error);

G_END_DECLS
