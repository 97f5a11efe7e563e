/* Private to intake: what it does with each kind of file (model/file-kind.h). A kind that is listed
 * there and has no descriptor does not link. */
#pragma once

#include "intake/job.h"

G_BEGIN_DECLS

/* Checks a record and keeps its row with the job's, if it is valid; else *ret_valid is FALSE and
 * the verdict says why. FALSE if it fails. */
typedef gboolean (*SettleIntakeTake)(SettleIntakeJob *job, const SettleCsvRecord *record,
                                     const SettleIntakePlace *place, gboolean *ret_valid,
                                     SettleVerdict *verdict, GError **error);

/* Descriptors list all members in this order: one that is left out is a compiler's warning, and so
 * an error. */
typedef struct {
    const SettleIntakeColumn *columns; /* in their usual order */
    int n_columns;
    /* Places of the columns that the control sum is of; -1: none. It agrees with has_amount of
     * model/file-kind.h. */
    int currency, amount;
    gboolean amount_is_optional; /* a row without one adds nothing, and is not unreadable */
    SettleIntakeTake take;
    /* From the valid rows to the tables, inside the transaction of the batch. */
    gboolean (*write)(SettleIntakeJob *job, GError **error);
    /* Inside the transaction of a batch that withdraws another one: what falls with it. NULL: such
     * a batch cannot be withdrawn. */
    gboolean (*withdraw)(SettleIntakeJob *job, GError **error);
} SettleIntakeKind;

#define SETTLE_INTAKE_KIND_DECLARE(SYMBOL, member, ...)                                            \
    extern const SettleIntakeKind settle_intake_kind_##member;
SETTLE_FILE_KINDS(SETTLE_INTAKE_KIND_DECLARE)

/* By kind; none is NULL. */
extern const SettleIntakeKind *const settle_intake_kinds[SETTLE_N_FILE_KINDS];

/* records.c */
gboolean settle_intake_take_order(SettleIntakeJob *job, const SettleCsvRecord *record,
                                  const SettleIntakePlace *place, gboolean *ret_valid,
                                  SettleVerdict *verdict, GError **error);
gboolean settle_intake_take_bill(SettleIntakeJob *job, const SettleCsvRecord *record,
                                 const SettleIntakePlace *place, gboolean *ret_valid,
                                 SettleVerdict *verdict, GError **error);
gboolean settle_intake_take_event(SettleIntakeJob *job, const SettleCsvRecord *record,
                                  const SettleIntakePlace *place, gboolean *ret_valid,
                                  SettleVerdict *verdict, GError **error);
gboolean settle_intake_take_notice(SettleIntakeJob *job, const SettleCsvRecord *record,
                                   const SettleIntakePlace *place, gboolean *ret_valid,
                                   SettleVerdict *verdict, GError **error);
gboolean settle_intake_take_party(SettleIntakeJob *job, const SettleCsvRecord *record,
                                  const SettleIntakePlace *place, gboolean *ret_valid,
                                  SettleVerdict *verdict, GError **error);

G_END_DECLS
