/* The keys that carriers' ids are made under. */
#include "store/store.h"

#include "base/keyed.h"
#include "store/sql.h"

GPtrArray *
settle_store_carrier_keys(SettleStore *store, GError **error)
{
    g_autoptr(SettleResult) made =
        settle_store_query(store, settle_sql_store_make_keys, error, "");
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify) settle_keyed_free);
    g_autoptr(SettleReader) reader = NULL;

    if (made == NULL)
        return NULL;
    reader = settle_store_read(store, settle_sql_store_keys, "");
    while (settle_reader_next(reader)) {
        int32_t id = settle_reader_i32(reader, SQL_STORE_KEYS_CARRIER_ID);
        size_t length;
        const char *key = settle_reader_text(reader, SQL_STORE_KEYS_KEY, &length);

        settle_invariant(id >= 0 && length == SETTLE_KEY_BYTES);
        if ((guint) id >= keys->len)
            g_ptr_array_set_size(keys, id + 1);
        g_ptr_array_index(keys, id) = settle_keyed_new((const uint8_t *) key);
    }
    if (!settle_reader_end(reader, error))
        return NULL;
    return g_steal_pointer(&keys);
}
