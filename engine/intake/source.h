/* Private to intake: where records come from. All look like records of one CSV file. */
#pragma once

#include "base/digest.h"
#include "intake/columns.h"
#include "intake/csv.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef struct SettleIntakeSource SettleIntakeSource;

/* The records of a file that is open at fd; name: for messages. The caller closes fd after
 * settle_intake_source_free. */
SettleIntakeSource *settle_intake_source_file(const char *name, int fd);
/* SHA-256 and size of a file that was read to its end; FALSE: it is no file. */
gboolean settle_intake_source_file_sum(SettleIntakeSource *source,
                                       uint8_t ret_sha256[SETTLE_DIGEST_BYTES], int64_t *ret_bytes);
/* Rows of settle.staging after row `after`. A row that is no object of known columns has the fault
 * text settle_intake_source_fault. */
SettleIntakeSource *settle_intake_source_staging(SettleStore *store, SettleFileKind kind,
                                                 const char *source, int64_t after);
/* Quarantined rows of a batch. reason NULL, line 0: any. dismissed: those, too. */
SettleIntakeSource *settle_intake_source_kept(SettleStore *store, int32_t batch_id,
                                              const char *header, int64_t line, const char *reason,
                                              gboolean dismissed, gboolean woken);
/* Those of these lines. */
SettleIntakeSource *settle_intake_source_lines_kept(SettleStore *store, int32_t batch_id,
                                                    const char *header, const int64_t *lines,
                                                    size_t n);
void settle_intake_source_free(SettleIntakeSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettleIntakeSource, settle_intake_source_free)

/* The header. INPUT if there is none, or it is not text. */
gboolean settle_intake_source_header(SettleIntakeSource *source, SettleCsvRecord *ret_record,
                                     GError **error);
/* FALSE with *error unset: the end. */
gboolean settle_intake_source_next(SettleIntakeSource *source, SettleCsvRecord *ret_record,
                                   GError **error);
/* What is wrong with the current staging row; NULL if nothing. */
const char *settle_intake_source_fault(const SettleIntakeSource *source);
/* Ends the reading, so that the connection is free for other statements. */
void settle_intake_source_end(SettleIntakeSource *source);
/* Line of the last record; lines of the kept rows that were read. */
int64_t settle_intake_source_last_line(const SettleIntakeSource *source);
const GArray *settle_intake_source_lines(const SettleIntakeSource *source);

G_END_DECLS
