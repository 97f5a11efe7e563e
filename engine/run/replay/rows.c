/* Compares rows of whole numbers and says in words which differ. */
#include "run/replay/rows.h"

#include "store/sql.h"

/* --- texts ----------------------------------------------------------------------------------- */

/* What is stored may be anything: a name where there is one, else the number. */
static const char *
code_or_number(const SettleReplay *replay, SettleDim dim, int64_t id, char number[24])
{
    const char *code =
        id > 0 && id <= settle_directory_max_id(replay->context->known.directory, dim)
            ? settle_directory_code(replay->context->known.directory, dim, (int32_t) id)
            : NULL;

    if (code != NULL)
        return code;
    g_snprintf(number, 24, "%" G_GINT64_FORMAT, id);
    return number;
}

static const SettlePolicy *
policy_of(const SettleReplay *replay, const SettleReplayTable *table, const int64_t *row)
{
    for (guint i = 0; i < table->n_columns; i++)
        if (table->columns[i].type == SETTLE_REPLAY_POLICY)
            return row[i] > 0 && row[i] <= G_MAXINT32
                       ? settle_policy_set_get(replay->context->known.policies, (int32_t) row[i])
                       : NULL;
    return NULL;
}

static char *
order_text(SettleStore *store, int64_t distributor_id, int64_t order_id)
{
    g_autoptr(SettleResult) result = settle_store_query(store, settle_sql_replay_order, NULL, "il",
                                                        (int32_t) distributor_id, order_id);

    if (result != NULL && settle_result_rows(result) > 0)
        return g_strdup_printf("order %s",
                               settle_result_text(result, 0, SQL_REPLAY_ORDER_ORDER_TEXT));
    return g_strdup_printf("order id %" G_GINT64_FORMAT, order_id);
}

static char *
subject_text(const SettleReplay *replay, SettleStore *store, int64_t distributor_id,
             int64_t subject_id)
{
    SettleWindowSubject window;
    char month[SETTLE_DAY_TEXT_BYTES], number[24];

    if (settle_subject_is_order(subject_id))
        return order_text(store, distributor_id, subject_id);
    if (settle_subject_is_deposit(subject_id)) {
        gboolean of_carrier;
        int32_t carrier_id;
        const char *code;

        settle_subject_deposit_parts(subject_id, &of_carrier, &carrier_id);
        code =
            settle_directory_code(replay->context->known.directory, SETTLE_DIM_CARRIER, carrier_id);
        return g_strdup_printf("%s deposit%s%s", of_carrier ? "carrier's" : "distributor's",
                               code != NULL ? " " : "", code != NULL ? code : "");
    }
    if (!settle_subject_is_window(subject_id))
        return g_strdup_printf("invoice %" G_GINT64_FORMAT " of run %" G_GINT64_FORMAT,
                               subject_id & 0xfffff, subject_id >> 20 & 0x3fffffffff);
    settle_subject_window_parts(subject_id, &window);
    settle_month_format(window.window_end, month);
    return window.scope_id == 0
               ? g_strdup_printf("window %s", month)
               : g_strdup_printf("window %s of %s %s", month,
                                 window.scope_kind == SETTLE_SCOPE_OF_OUTLET ? "outlet" : "manager",
                                 code_or_number(replay,
                                                window.scope_kind == SETTLE_SCOPE_OF_OUTLET
                                                    ? SETTLE_DIM_OUTLET
                                                    : SETTLE_DIM_MANAGER,
                                                window.scope_id, number));
}

static char *
money_text(const SettleReplay *replay, const SettleReplayTable *table, const int64_t *row,
           int64_t minor)
{
    const SettlePolicy *policy = policy_of(replay, table, row);
    SettleCurrency currency = policy != NULL ? policy->currency : 0;
    char text[SETTLE_MONEY_TEXT_BYTES];

    for (guint i = 0; i < table->n_columns; i++)
        if (table->columns[i].type == SETTLE_REPLAY_CURRENCY && row[i] > 0 && row[i] < 1000 &&
            settle_currency_known((SettleCurrency) row[i]))
            currency = (SettleCurrency) row[i];
    if (currency == 0)
        return g_strdup_printf("%" G_GINT64_FORMAT " minor units", minor);
    return g_strdup(settle_money_format(minor, settle_currency_exponent(currency), text));
}

static char *
slot_text(const SettleReplay *replay, const SettleReplayTable *table, const int64_t *row,
          int64_t slot)
{
    const SettlePolicy *policy = policy_of(replay, table, row);
    guint number = settle_slot_rule((SettleSlot) slot), item = settle_slot_item((SettleSlot) slot),
          leg = settle_slot_leg((SettleSlot) slot);
    const SettleRule *rule = policy != NULL ? settle_policy_rule(policy, number) : NULL;
    GString *text = g_string_new(NULL);

    if (rule != NULL)
        g_string_append(text, rule->id);
    else
        g_string_append_printf(text, "%u", number);
    if (item > 0)
        g_string_append_printf(text, " item %u", item);
    if (leg > 0)
        g_string_append_printf(text, " leg %u", leg);
    return g_string_free(text, FALSE);
}

static char *
cell_text(const SettleReplay *replay, SettleStore *store, const SettleReplayTable *table,
          const int64_t *row, guint column)
{
    char text[SETTLE_MONEY_TEXT_BYTES];
    int64_t value = row[column];

    switch (table->columns[column].type) {
    case SETTLE_REPLAY_MONEY:
        return money_text(replay, table, row, value);
    case SETTLE_REPLAY_MONTH:
    case SETTLE_REPLAY_DAY:
        if (value < SETTLE_DAY_MIN || value > SETTLE_DAY_MAX)
            break;
        return g_strdup(table->columns[column].type == SETTLE_REPLAY_DAY
                            ? settle_day_format((SettleDay) value, text)
                            : settle_month_format(settle_day_month((SettleDay) value), text));
    case SETTLE_REPLAY_ORDER:
        return order_text(store, row[0], value);
    case SETTLE_REPLAY_SUBJECT:
        return subject_text(replay, store, row[0], value);
    case SETTLE_REPLAY_SLOT:
        return slot_text(replay, table, row, value);
    case SETTLE_REPLAY_POLICY: {
        const SettlePolicy *policy = policy_of(replay, table, row);

        if (policy == NULL)
            break;
        return g_strdup_printf("%s %s", policy->carrier, policy->version);
    }
    case SETTLE_REPLAY_CARRIER:
        return g_strdup(code_or_number(replay, SETTLE_DIM_CARRIER, value, text));
    case SETTLE_REPLAY_CLASS:
        return g_strdup(code_or_number(replay, SETTLE_DIM_CLASS, value, text));
    case SETTLE_REPLAY_KIND:
        if (value < 1 || value >= SETTLE_N_KINDS)
            break;
        return g_strdup(settle_kind_name((SettleKind) value));
    case SETTLE_REPLAY_ROLE:
        if (value < 1 || value >= SETTLE_N_ROLES)
            break;
        return g_strdup(settle_role_name((SettleRole) value));
    case SETTLE_REPLAY_CURRENCY:
        if (value < 1 || value > 999 || !settle_currency_known((SettleCurrency) value))
            break;
        return g_strdup(settle_currency_code((SettleCurrency) value));
    case SETTLE_REPLAY_NUMBER:
        break;
    }
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

/* "order A-1, rule activation item 2": the columns of the key after the distributor. */
static char *
key_text(const SettleReplay *replay, SettleStore *store, const SettleReplayTable *table,
         const int64_t *row)
{
    GString *text = g_string_new(NULL);

    for (guint i = 1; i < table->n_key; i++) {
        g_autofree char *cell = cell_text(replay, store, table, row, i);

        if (text->len > 0)
            g_string_append(text, ", ");
        if (table->columns[i].name[0] != '\0')
            g_string_append_printf(text, "%s ", table->columns[i].name);
        g_string_append(text, cell);
    }
    return g_string_free(text, FALSE);
}

/* --- comparing ------------------------------------------------------------------------------- */

static gboolean
is_full(SettleReplay *replay)
{
    gboolean full;

    g_mutex_lock(&replay->mutex);
    full = replay->differences->len >= replay->limit;
    g_mutex_unlock(&replay->mutex);
    return full;
}

void
settle_replay_compare_row(SettleReplay *replay, SettleStore *store, const SettleReplayTable *table,
                          const int64_t *published, const int64_t *recomputed)
{
    const int64_t *row = published != NULL ? published : recomputed;
    g_autofree char *key = NULL;
    char number[24];
    const char *distributor = code_or_number(replay, SETTLE_DIM_DISTRIBUTOR, row[0], number);

    /* Beyond the limit they are only counted: names would have to be looked up. */
    if (!is_full(replay))
        key = key_text(replay, store, table, row);
    if (published == NULL || recomputed == NULL) {
        settle_replay_note(replay, table->what, distributor, key, "row",
                           published != NULL ? "there" : "none",
                           recomputed != NULL ? "there" : "none");
        return;
    }
    for (guint i = table->n_key; i < table->n_columns; i++) {
        g_autofree char *a = NULL, *b = NULL;

        if (published[i] == recomputed[i])
            continue;
        a = cell_text(replay, store, table, published, i);
        b = cell_text(replay, store, table, recomputed, i);
        settle_replay_note(replay, table->what, distributor, key, table->columns[i].name, a, b);
    }
}

static int
compare_keys(gconstpointer a, gconstpointer b, gpointer table)
{
    const int64_t *x = a, *y = b;

    for (guint i = 0; i < ((const SettleReplayTable *) table)->n_key; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

void
settle_replay_compare_rows(SettleReplay *replay, SettleStore *store, const SettleReplayTable *table,
                           GArray *published, GArray *recomputed)
{
    guint n = table->n_columns, np = published->len / n, nr = recomputed->len / n, p = 0, r = 0;
    const int64_t *a = (const int64_t *) (const void *) published->data;
    const int64_t *b = (const int64_t *) (const void *) recomputed->data;

    if (np > 0)
        g_qsort_with_data(published->data, (gint) np, n * sizeof(int64_t), compare_keys,
                          (gpointer) table);
    if (nr > 0)
        g_qsort_with_data(recomputed->data, (gint) nr, n * sizeof(int64_t), compare_keys,
                          (gpointer) table);
    while (p < np || r < nr) {
        int c = p == np   ? 1
                : r == nr ? -1
                          : compare_keys(a + (gsize) p * n, b + (gsize) r * n, (gpointer) table);

        if (c != 0 || memcmp(a + (gsize) p * n, b + (gsize) r * n, n * sizeof(int64_t)) != 0)
            settle_replay_compare_row(replay, store, table, c <= 0 ? a + (gsize) p * n : NULL,
                                      c >= 0 ? b + (gsize) r * n : NULL);
        if (c <= 0)
            p++;
        if (c >= 0)
            r++;
    }
}
