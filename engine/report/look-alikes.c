/* Codes that look like an earlier one: a finding about master data and vocabularies, until a person
 * has seen to it that the sender writes one of them. */
#include "report/reports.h"

#include "model/directory.h"
#include "model/looks.h"
#include "store/sql.h"

SettleSheet *
settle_report_look_alikes(SettleStore *store, const SettleReportScope *scope, const char *name,
                          const char *title, GError **error)
{
    static const SettleColumn columns[] = {{"what", SETTLE_COLUMN_TEXT},
                                           {"code", SETTLE_COLUMN_TEXT},
                                           {"looks_like", SETTLE_COLUMN_TEXT}};
    g_autoptr(SettleSheet) sheet = settle_sheet_new(
        name, title, "Codes that differ from an earlier one in case, width or blanks only.",
        columns, G_N_ELEMENTS(columns));
    g_autoptr(SettleReader) reader =
        settle_store_read(store, settle_sql_code_looks, "i", (int32_t) 0);
    g_autoptr(SettleLooks) looks = settle_looks_new();
    int16_t dim = 0;

    (void) scope;
    while (settle_reader_next(reader)) {
        size_t length;
        const char *code = settle_reader_text(reader, SQL_CODE_LOOKS_CODE, &length), *like;

        if (settle_reader_i16(reader, SQL_CODE_LOOKS_DIM) != dim) {
            dim = settle_reader_i16(reader, SQL_CODE_LOOKS_DIM);
            settle_looks_free(looks);
            looks = settle_looks_new();
        }
        like = settle_looks_add(looks, code, length);
        if (like != NULL) {
            g_autofree char *shown = settle_looks_show(code, length);

            settle_sheet_row(sheet,
                             (const char *const[]){settle_dim_name((SettleDim) dim), shown, like});
        }
    }
    if (!settle_reader_end(reader, error))
        return NULL;
    return g_steal_pointer(&sheet);
}
