/* Reads the master data that a run, an import or a report sees into a directory
 * (engine/model/directory.h). */
#include "store/internal.h"
#include "store/sql.h"

typedef void (*AddRow)(SettleDirectory *directory, const SettleReader *reader);

static void
add_code(SettleDirectory *directory, const SettleReader *reader)
{
    size_t length;
    const char *code = settle_reader_text(reader, SQL_STORE_CODES_CODE, &length);

    settle_directory_add_code(directory, (SettleDim) settle_reader_i16(reader, SQL_STORE_CODES_DIM),
                              settle_reader_i32(reader, SQL_STORE_CODES_ID), code, length);
}

static void
add_carrier(SettleDirectory *directory, const SettleReader *reader)
{
    settle_directory_add_carrier(
        directory, settle_reader_i32(reader, SQL_STORE_CARRIERS_CARRIER_ID),
        settle_reader_day(reader, SQL_STORE_CARRIERS_VALID_FROM),
        (SettlePartyStatus) settle_reader_i16(reader, SQL_STORE_CARRIERS_STATUS));
}

static void
add_distributor(SettleDirectory *directory, const SettleReader *reader)
{
    settle_directory_add_distributor(
        directory, settle_reader_i32(reader, SQL_STORE_DISTRIBUTORS_DISTRIBUTOR_ID),
        settle_reader_day(reader, SQL_STORE_DISTRIBUTORS_VALID_FROM),
        settle_reader_i16(reader, SQL_STORE_DISTRIBUTORS_TIER),
        (SettlePartyStatus) settle_reader_i16(reader, SQL_STORE_DISTRIBUTORS_STATUS));
}

static void
add_outlet(SettleDirectory *directory, const SettleReader *reader)
{
    settle_directory_add_outlet(directory, settle_reader_i32(reader, SQL_STORE_OUTLETS_OUTLET_ID),
                                settle_reader_day(reader, SQL_STORE_OUTLETS_VALID_FROM),
                                settle_reader_i32(reader, SQL_STORE_OUTLETS_DISTRIBUTOR_ID),
                                settle_reader_i32(reader, SQL_STORE_OUTLETS_PARENT_ID));
}

static void
add_manager(SettleDirectory *directory, const SettleReader *reader)
{
    settle_directory_add_manager(directory,
                                 settle_reader_i32(reader, SQL_STORE_MANAGERS_MANAGER_ID),
                                 settle_reader_day(reader, SQL_STORE_MANAGERS_VALID_FROM),
                                 settle_reader_i32(reader, SQL_STORE_MANAGERS_OUTLET_ID));
}

static void
add_product(SettleDirectory *directory, const SettleReader *reader)
{
    settle_directory_add_product_sold(directory,
                                      settle_reader_i32(reader, SQL_STORE_PRODUCTS_PRODUCT_ID),
                                      settle_reader_day(reader, SQL_STORE_PRODUCTS_VALID_FROM),
                                      settle_reader_i32(reader, SQL_STORE_PRODUCTS_CARRIER_ID),
                                      settle_reader_i16(reader, SQL_STORE_PRODUCTS_CLASS_ID),
                                      settle_reader_day(reader, SQL_STORE_PRODUCTS_SALES_FROM),
                                      settle_reader_day(reader, SQL_STORE_PRODUCTS_SALES_TO));
}

/* Takes the reader over. */
static gboolean
read_all(SettleDirectory *directory, SettleReader *stream, AddRow add, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader))
        add(directory, reader);
    return settle_reader_end(reader, error);
}

static gboolean
eligible_batches(SettleStore *store, SettleDay date, int32_t run_id, GArray *batches,
                 GError **error)
{
    g_autoptr(SettleReader) reader = NULL;

    reader = run_id == 0 ? settle_store_read(store, settle_sql_store_batches_sealed, "d", date)
                         : settle_store_read(store, settle_sql_store_batches_of_run, "i", run_id);
    while (settle_reader_next(reader)) {
        int32_t batch_id = settle_reader_i32(reader, SQL_MASTER_BATCH_BATCH_ID);

        g_array_append_val(batches, batch_id);
    }
    return settle_reader_end(reader, error);
}

SettleDirectory *
settle_store_directory(SettleStore *store, SettleDay date, int32_t run_id, GError **error)
{
    const struct {
        const char *sql;
        AddRow add;
    } tables[] = {
        {settle_sql_store_carriers, add_carrier}, {settle_sql_store_distributors, add_distributor},
        {settle_sql_store_outlets, add_outlet},   {settle_sql_store_managers, add_manager},
        {settle_sql_store_products, add_product},
    };
    g_autoptr(SettleDirectory) directory = settle_directory_new();
    g_autoptr(GArray) batches = g_array_new(FALSE, FALSE, sizeof(int32_t));

    /* An explicit list of batches, never a snapshot, decides what is seen. */
    if (!eligible_batches(store, date, run_id, batches, error) ||
        !read_all(directory, settle_store_read(store, settle_sql_store_codes, ""), add_code, error))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        SettleReader *reader =
            settle_store_read(store, tables[i].sql, "I", batches->data, (size_t) batches->len);

        if (!read_all(directory, reader, tables[i].add, error))
            return NULL;
    }
    settle_directory_seal(directory);
    return g_steal_pointer(&directory);
}

SettleDirectory *
settle_store_scope_directory(SettleStore *store, GError **error)
{
    g_autoptr(SettleDirectory) directory = settle_directory_new();
    g_autoptr(SettleReader) reader = settle_store_read(store, settle_sql_scope_outlets, "");
    int32_t last = 0;

    while (settle_reader_next(reader)) {
        int32_t outlet_id = settle_reader_i32(reader, SQL_SCOPE_OUTLETS_OUTLET_ID);
        size_t length;
        const char *code = settle_reader_text(reader, SQL_SCOPE_OUTLETS_OUTLET, &length);

        if (outlet_id != last)
            settle_directory_add_code(directory, SETTLE_DIM_OUTLET, outlet_id, code, length);
        settle_directory_add_outlet(directory, outlet_id,
                                    settle_reader_day(reader, SQL_SCOPE_OUTLETS_SINCE), 0,
                                    settle_reader_i32(reader, SQL_SCOPE_OUTLETS_PARENT_ID));
        last = outlet_id;
    }
    if (!settle_reader_end(reader, error))
        return NULL;
    settle_directory_seal(directory);
    return g_steal_pointer(&directory);
}
