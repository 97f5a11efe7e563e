/* The master data of one moment of the control log: who and what the codes in facts and policies
 * mean, and what held on which day. Filled by store, read by intake, calc and run; immutable while
 * it is read, so threads may share it. Ids are small and dense enough to index arrays. */
#pragma once

#include "calendar/calendar.h"
#include "model/facts.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    SETTLE_DIM_CARRIER = 1,
    SETTLE_DIM_DISTRIBUTOR,
    SETTLE_DIM_OUTLET,
    SETTLE_DIM_MANAGER,
    SETTLE_DIM_PRODUCT, /* keys are namespaced by carrier: "CARRIER\x1fPRODUCT" */
    SETTLE_DIM_CLASS,
    SETTLE_DIM_REGION,
    SETTLE_DIM_CHANNEL,
    SETTLE_N_DIMS
} SettleDim;
/* "carrier", "distributor", ... as in the database */
const char *settle_dim_name(SettleDim dim);

/* How far the cooperation with a party has come; stored: never renumber. */
typedef enum {
    SETTLE_PARTY_APPLIED = 0,
    SETTLE_PARTY_ACTIVE = 1,
    SETTLE_PARTY_ENDED = 2,
} SettlePartyStatus;
#define SETTLE_N_PARTY_STATUS 3
/* "applied", "active", "ended" */
const char *settle_party_status_name(SettlePartyStatus status);

typedef struct SettleDirectory SettleDirectory;

/* An empty directory, the caller's; it is filled, sealed and then only read. */
SettleDirectory *settle_directory_new(void);
void settle_directory_free(SettleDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleDirectory, settle_directory_free)

/* --- filling ------------------------------------------------------------------------------- */
/* Codes are copied. Ids > 0. */
void settle_directory_add_code(SettleDirectory *directory, SettleDim dim, int32_t id,
                               const char *code, size_t length);
/* One version of a party or product, holding from valid_from until its next version. Versions may
 * be added in any order; of two with the same day the later added holds. */
void settle_directory_add_distributor(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                      int16_t tier, SettlePartyStatus status);
void settle_directory_add_outlet(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                 int32_t distributor_id, int32_t parent_id);
void settle_directory_add_manager(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                  int32_t outlet_id);
void settle_directory_add_product(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                  int32_t carrier_id, int16_t class_id);
/* The same of a product that is sold on the days [from, to] only. */
void settle_directory_add_product_sold(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                       int32_t carrier_id, int16_t class_id, SettleDay from,
                                       SettleDay to);
void settle_directory_add_carrier(SettleDirectory *directory, int32_t id, SettleDay valid_from,
                                  SettlePartyStatus status);
/* Sorts what was added; to be called once before the first look-up. */
void settle_directory_seal(SettleDirectory *directory);

/* --- looking up ---------------------------------------------------------------------------- */
/* 0 if unknown; products are looked up by settle_directory_product(). */
int32_t settle_directory_id(const SettleDirectory *directory, SettleDim dim, const char *code,
                            size_t length);
/* A product by its carrier and the carrier's code; 0 if unknown. */
int32_t settle_directory_product(const SettleDirectory *directory, int32_t carrier_id,
                                 const char *code, size_t length);
/* NULL if unknown; the directory owns it. For products: the carrier's code alone. */
const char *settle_directory_code(const SettleDirectory *directory, SettleDim dim, int32_t id);
/* The largest id of a dimension (0 if empty). */
int32_t settle_directory_max_id(const SettleDirectory *directory, SettleDim dim);
/* FALSE if no version holds on that day (not known yet then). */
gboolean settle_directory_holds(const SettleDirectory *directory, SettleDim dim, int32_t id,
                                SettleDay day);
/* The day of the first version; SETTLE_DAY_MAX if none. */
SettleDay settle_directory_valid_from(const SettleDirectory *directory, SettleDim dim, int32_t id);
/* The status of a party on a day and since when it has been that without a break; FALSE if nothing
 * holds on that day yet. */
gboolean settle_directory_status_on(const SettleDirectory *directory, SettleDim dim, int32_t id,
                                    SettleDay day, SettlePartyStatus *ret_status,
                                    SettleDay *ret_since);
/* The first day after `day` on which a version of the party begins; SETTLE_DAY_MAX if none. */
SettleDay settle_directory_next_version(const SettleDirectory *directory, SettleDim dim, int32_t id,
                                        SettleDay day);
/* From which day on the party's present status holds, and that status. */
SettleDay settle_directory_last_status(const SettleDirectory *directory, SettleDim dim, int32_t id,
                                       SettlePartyStatus *ret_status);
/* What a party or product is said to be otherwise on some days. */
enum {
    SETTLE_CHANGED_STATUS = 1 << 0, /* a carrier or distributor: active, or not */
    SETTLE_CHANGED_TIER = 1 << 1,   /* of a distributor */
    SETTLE_CHANGED_END = 1 << 2,    /* from which day on a distributor has ended */
    SETTLE_CHANGED_CLASS = 1 << 3,  /* of a product */
    SETTLE_CHANGED_SALES = 1 << 4,  /* a product: sold, or not */
    SETTLE_CHANGED_OUTLET = 1 << 5, /* of a manager */
};
typedef struct {
    SettleDim dim;
    int32_t id;
    SettleDay from, to; /* both included */
    guint what;
} SettleDirectoryChange;
/* Appends SettleDirectoryChange for what two directories (both sealed) say otherwise of carriers,
 * distributors, managers and products, on days of which `before` knew something. Linear in their
 * versions. An end is a change from the earlier of the two ends on. */
void settle_directory_compare(const SettleDirectory *before, const SettleDirectory *now,
                              GArray *changes);
/* Carrier and class of a product, tier of the distributor, outlet of the manager on the closing
 * day: what rules ask beyond the order's own row (docs/semantics.md 1, 13.9). And whether carrier
 * and distributor were active then, and the product sold (13.13). */
void settle_directory_order_parties(const SettleDirectory *directory, const SettleOrder *order,
                                    SettleOrderParties *ret_parties);
/* TRUE if a product of the carrier is of the class on one of the days [from, to]. */
gboolean settle_directory_class_is_held(const SettleDirectory *directory, int32_t carrier_id,
                                        int32_t class_id, SettleDay from, SettleDay to);
int32_t settle_directory_product_carrier(const SettleDirectory *directory, int32_t product_id);
/* The distributor an outlet belongs to on that day; 0 if none. */
int32_t settle_directory_outlet_distributor(const SettleDirectory *directory, int32_t outlet_id,
                                            SettleDay day);
/* The outlet above it on that day; 0: none. */
int32_t settle_directory_outlet_parent(const SettleDirectory *directory, int32_t outlet_id,
                                       SettleDay day);
int32_t settle_directory_manager_outlet(const SettleDirectory *directory, int32_t manager_id,
                                        SettleDay day);

G_END_DECLS
