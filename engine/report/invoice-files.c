/* A batch's invoices as tables, one row a line, with a manifest: what a tax portal takes. */
#include "report/invoice-files.h"

#include "base/digest.h"
#include "base/error.h"
#include "model/directory.h"
#include "report/files.h"
#include "store/sql.h"

#include <string.h>

static const SettleCell cells[] = {
    {"number", SETTLE_CELL_TEXT, 0},
    {"document", SETTLE_CELL_TEXT, 0},
    {"batch", SETTLE_CELL_TEXT, 0},
    {"status", SETTLE_CELL_TEXT, 0},
    {"cut_off", SETTLE_CELL_TEXT, 0},
    {"carrier", SETTLE_CELL_TEXT, 0},
    {"carrier_name", SETTLE_CELL_TEXT, 0},
    {"distributor", SETTLE_CELL_TEXT, 0},
    {"distributor_name", SETTLE_CELL_TEXT, 0},
    {"currency", SETTLE_CELL_CURRENCY, 0},
    {"tax_rate", SETTLE_CELL_TEXT, 0},
    {"line", SETTLE_CELL_ORDINAL, 0},
    {"kind", SETTLE_CELL_TEXT, 0},
    {"class", SETTLE_CELL_TEXT, 0},
    {"direction", SETTLE_CELL_TEXT, 0},
    {"settled", SETTLE_CELL_TEXT, 0},
    {"count", SETTLE_CELL_INTEGER, 0},
    {"net", SETTLE_CELL_MONEY, 9},
    {"tax", SETTLE_CELL_MONEY, 9},
    {"gross", SETTLE_CELL_MONEY, 9},
    {"invoice_payable", SETTLE_CELL_MONEY, 9},
    {"invoice_withheld", SETTLE_CELL_MONEY, 9},
    {"invoice_brought_forward", SETTLE_CELL_MONEY, 9},
    {"invoice_covered", SETTLE_CELL_MONEY, 9},
    {"invoice_debt_left", SETTLE_CELL_MONEY, 9},
};

static gboolean
carrier_id(SettleStore *store, const char *carrier, int32_t *ret_id, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_deposit_party, error, "is",
                                                     (int32_t) SETTLE_DIM_CARRIER, carrier);

    if (row == NULL)
        return FALSE;
    *ret_id = settle_result_rows(row) > 0 ? settle_result_i32(row, 0, SQL_DEPOSIT_PARTY_ID) : 0;
    return TRUE;
}

/* invoices-RUN-CARRIER. A code that is no plain word, of which somebody else decides, names no
 * file: the carrier's number does, with a point, which no plain word has. */
static char *
file_stem(int32_t run_id, const char *carrier, int32_t id)
{
    return g_regex_match_simple("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", carrier, G_REGEX_DOLLAR_ENDONLY,
                                0)
               ? g_strdup_printf("invoices-%d-%s", run_id, carrier)
               : g_strdup_printf("invoices-%d-carrier.%d", run_id, id);
}

/* A line of the manifest. */
static gboolean
add_hash(GString *manifest, const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL), *bytes = NULL;
    uint8_t digest[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];
    gsize length;

    if (!g_file_get_contents(path, &bytes, &length, error))
        return FALSE;
    settle_digest_once(bytes, length, digest);
    settle_digest_hex(digest, hex);
    g_string_append_printf(manifest, "%s  %s\n", hex, name);
    return TRUE;
}

static gboolean
write_manifest(const char *path, gpointer user_data, GError **error)
{
    const GString *manifest = user_data;

    return g_file_set_contents(path, manifest->str, (gssize) manifest->len, error);
}

gboolean
settle_invoice_files_write(SettleStore *store, int32_t run_id, const char *carrier,
                           const char *folder, char ***ret_paths, GError **error)
{
    static const char *const ends[] = {".csv", ".xlsx"};
    g_autoptr(SettleResult) rows = NULL;
    g_autoptr(SettleSheet) sheet = NULL;
    g_autoptr(GString) manifest = g_string_new(NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *stem = NULL;
    SettleDay cut_off;
    const char *day;
    int32_t id = 0;
    gboolean parsed;

    if (!carrier_id(store, carrier, &id, error) ||
        (rows = settle_store_query(store, settle_sql_invoice_export, error, "is", run_id,
                                   carrier)) == NULL)
        return FALSE;
    if (settle_result_rows(rows) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "batch %d/%s has no invoices", run_id,
                    carrier);
        settle_error_hint(error, "settle invoice list names the batches");
        return FALSE;
    }
    if (g_mkdir_with_parents(folder, 0777) != 0)
        return settle_files_fail(folder, error);
    day = settle_result_text(rows, 0, SQL_INVOICE_EXPORT_CUT_OFF);
    parsed = settle_day_parse(day, strlen(day), &cut_off);
    settle_invariant(parsed);
    sheet =
        settle_sheet_from_result("invoices", "Invoices", NULL, rows, cells, G_N_ELEMENTS(cells));
    stem = file_stem(run_id, carrier, id);
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *name = g_strconcat(stem, ends[i], NULL);
        char *path = g_build_filename(folder, name, NULL);

        g_ptr_array_add(paths, path);
        if (!settle_files_write(path, sheet, NULL, cut_off, error) ||
            !add_hash(manifest, folder, name, error))
            return FALSE;
    }
    g_ptr_array_add(paths, g_strdup_printf("%s/%s.sha256", folder, stem));
    if (!settle_files_replace(g_ptr_array_index(paths, 2), write_manifest, manifest, error))
        return FALSE;
    g_ptr_array_add(paths, NULL);
    *ret_paths = (char **) g_ptr_array_free(g_steal_pointer(&paths), FALSE);
    return TRUE;
}
