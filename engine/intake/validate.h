/* Private to the validators: checks of one value, each FALSE with the verdict filled. */
#pragma once

#include "intake/job.h"

G_BEGIN_DECLS

/* The verdict: the reason, its column (-1: none) and its words. Always FALSE. */
gboolean settle_check_refuse(SettleVerdict *verdict, SettleReject reject, int column,
                             const char *format, ...) G_GNUC_PRINTF(4, 5);
/* A name: no control characters. */
gboolean settle_check_name(SettleVerdict *verdict, SettleCsvField field, int column);
/* A code of a party, product or vocabulary, and a key that the carrier gave (an order's id, a
 * contract): nothing in it that cannot be seen, and not rounded by a spreadsheet. carrier: whose
 * setting may say that such ids are meant; empty where the code is no carrier's. */
gboolean settle_check_code(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field,
                           int column, gboolean may_be_empty, SettleCsvField carrier);
gboolean settle_check_key(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field,
                          int column, gboolean may_be_empty, SettleCsvField carrier);
gboolean settle_check_day(SettleVerdict *verdict, SettleCsvField field, int column,
                          SettleDay *ret_day);
/* A day of a fact must not be implausibly far from the business date. */
gboolean settle_check_plausible(const SettleIntakeJob *job, SettleVerdict *verdict, int column,
                                SettleDay day);
/* A time and its local day. */
gboolean settle_check_instant(SettleIntakeJob *job, SettleVerdict *verdict, SettleCsvField field,
                              int column, SettleInstant *ret_at, SettleDay *ret_day);
/* A whole number within [low, high]. */
gboolean settle_check_number(SettleVerdict *verdict, SettleCsvField field, int column, int64_t low,
                             int64_t high, int64_t *ret_number);
gboolean settle_check_currency(SettleVerdict *verdict, SettleCsvField field, int column,
                               SettleCurrency *ret_currency);
gboolean settle_check_amount(SettleVerdict *verdict, SettleCsvField field, int column,
                             SettleCurrency currency, int64_t *ret_minor);
/* The id of a code in the directory, through the job's cache; 0 if unknown. */
int32_t settle_check_known(SettleIntakeJob *job, SettleDim dim, SettleCsvField field);
/* The id in an open vocabulary: a code that is new gets the next one. */
gboolean settle_check_open(SettleIntakeJob *job, SettleVerdict *verdict, SettleDim dim,
                           SettleCsvField field, int column, int16_t *ret_id);

/* validate-party.c: one a kind of master data (write-parties.h); party is all zero before. */
gboolean settle_validate_carrier(SettleIntakeJob *job, const SettleCsvRecord *record,
                                 SettleIntakeParty *party, SettleVerdict *verdict);
gboolean settle_validate_distributor(SettleIntakeJob *job, const SettleCsvRecord *record,
                                     SettleIntakeParty *party, SettleVerdict *verdict);
gboolean settle_validate_outlet(SettleIntakeJob *job, const SettleCsvRecord *record,
                                SettleIntakeParty *party, SettleVerdict *verdict);
gboolean settle_validate_manager(SettleIntakeJob *job, const SettleCsvRecord *record,
                                 SettleIntakeParty *party, SettleVerdict *verdict);
gboolean settle_validate_product(SettleIntakeJob *job, const SettleCsvRecord *record,
                                 SettleIntakeParty *party, SettleVerdict *verdict);

G_END_DECLS
