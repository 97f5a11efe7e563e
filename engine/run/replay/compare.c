/* Replay, the comparison: what a chunk computed again against the stored rows, table by table,
 * with a name for each difference. */
#include "run/replay/compare.h"

#include "run/chain.h"
#include "run/replay/rows.h"
#include "store/sql.h"

#include <string.h>

#define N(name)                                                                                    \
    {                                                                                              \
        name, SETTLE_REPLAY_NUMBER                                                                 \
    }
#define MONEY(name)                                                                                \
    {                                                                                              \
        name, SETTLE_REPLAY_MONEY                                                                  \
    }
#define COLUMNS(...)                                                                               \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* --- transfers ------------------------------------------------------------------------------- */

static const SettleReplayTable transfer_table = {
    "transfer",
    COLUMNS(N("distributor"), {"", SETTLE_REPLAY_SUBJECT}, {"rule", SETTLE_REPLAY_SLOT},
            {"debit", SETTLE_REPLAY_ROLE}, {"credit", SETTLE_REPLAY_ROLE}, MONEY("amount"),
            MONEY("target"), {"policy", SETTLE_REPLAY_POLICY}, {"period", SETTLE_REPLAY_MONTH},
            {"origin", SETTLE_REPLAY_MONTH}, {"cause", SETTLE_REPLAY_MONTH},
            {"class", SETTLE_REPLAY_CLASS}, N("revision"), {"kind", SETTLE_REPLAY_KIND}),
    14, 4};

static void
transfer_row(const SettleTransfer *t, int64_t row[14])
{
    const int64_t values[14] = {t->distributor_id,
                                t->subject_id,
                                t->slot,
                                t->debit,
                                t->credit,
                                t->amount_minor,
                                t->target_minor,
                                t->policy_id,
                                settle_month_first(t->period),
                                settle_month_first(t->origin),
                                settle_month_first(t->cause),
                                t->class_id,
                                t->revision,
                                t->kind};

    memcpy(row, values, sizeof values);
}

static int
compare_transfers(gconstpointer a, gconstpointer b)
{
    const SettleTransfer *x = a, *y = b;

    if (x->distributor_id != y->distributor_id)
        return x->distributor_id < y->distributor_id ? -1 : 1;
    if (x->subject_id != y->subject_id)
        return x->subject_id < y->subject_id ? -1 : 1;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (int) x->debit - (int) y->debit;
}

static gboolean
same_transfer(const SettleTransfer *x, const SettleTransfer *y)
{
    return x->amount_minor == y->amount_minor && x->target_minor == y->target_minor &&
           x->policy_id == y->policy_id && x->period == y->period && x->origin == y->origin &&
           x->cause == y->cause && x->class_id == y->class_id && x->revision == y->revision &&
           x->kind == y->kind && x->credit == y->credit;
}

static gboolean
load_transfers(SettleReplay *replay, SettleStore *store, const SettleOutput *output, int32_t first,
               int32_t last, GArray *transfers, GError **error)
{
    gboolean any = output->sums.first_period != 0;
    SettleMonth from = any ? output->sums.first_period : settle_day_month(SETTLE_DAY_MAX);
    SettleMonth to = any ? output->sums.last_period : settle_day_month(SETTLE_DAY_MIN);
    g_autoptr(SettleReader) reader =
        settle_store_read(store, settle_sql_replay_transfers, "iiimmm", replay->context->run_id,
                          first, last, settle_day_month(replay->context->date), from, to);
    gboolean sorted = TRUE;

    while (settle_reader_next(reader)) {
        SettleTransfer t = {
            .subject_id = settle_reader_i64(reader, SQL_REPLAY_TRANSFERS_SUBJECT_ID),
            .amount_minor = settle_reader_i64(reader, SQL_REPLAY_TRANSFERS_AMOUNT_MINOR),
            .target_minor = settle_reader_i64(reader, SQL_REPLAY_TRANSFERS_TARGET_MINOR),
            .distributor_id = settle_reader_i32(reader, SQL_REPLAY_TRANSFERS_DISTRIBUTOR_ID),
            .policy_id = settle_reader_i32(reader, SQL_REPLAY_TRANSFERS_POLICY_ID),
            .slot = settle_reader_i32(reader, SQL_REPLAY_TRANSFERS_SLOT),
            .period = settle_reader_month(reader, SQL_REPLAY_TRANSFERS_PERIOD),
            .origin = settle_reader_month(reader, SQL_REPLAY_TRANSFERS_ORIGIN),
            .class_id = settle_reader_i16(reader, SQL_REPLAY_TRANSFERS_CLASS_ID),
            .revision = settle_reader_i16(reader, SQL_REPLAY_TRANSFERS_REVISION),
            .kind = (uint8_t) settle_reader_i16(reader, SQL_REPLAY_TRANSFERS_KIND),
            .debit = (uint8_t) settle_reader_i16(reader, SQL_REPLAY_TRANSFERS_DEBIT),
            .credit = (uint8_t) settle_reader_i16(reader, SQL_REPLAY_TRANSFERS_CREDIT),
            .cause = settle_reader_month(reader, SQL_REPLAY_TRANSFERS_CAUSE),
        };

        sorted = sorted &&
                 (transfers->len == 0 ||
                  compare_transfers(&g_array_index(transfers, SettleTransfer, transfers->len - 1),
                                    &t) <= 0);
        g_array_append_val(transfers, t);
    }
    if (!settle_reader_end(reader, error))
        return FALSE;
    if (!sorted)
        g_array_sort(transfers, compare_transfers);
    return TRUE;
}

static gboolean
compare_all_transfers(SettleReplay *replay, SettleStore *store, const SettleOutput *output,
                      int32_t first, int32_t last, GError **error)
{
    g_autoptr(GArray) stored = g_array_new(FALSE, FALSE, sizeof(SettleTransfer));
    guint s = 0, k = 0;

    if (!load_transfers(replay, store, output, first, last, stored, error))
        return FALSE;
    while (s < stored->len || k < output->kept->len) {
        const SettleTransfer *a =
            s < stored->len ? &g_array_index(stored, SettleTransfer, s) : NULL;
        const SettleTransfer *b =
            k < output->kept->len ? &g_array_index(output->kept, SettleTransfer, k) : NULL;
        int c = a == NULL ? 1 : b == NULL ? -1 : compare_transfers(a, b);
        int64_t x[14], y[14];

        if (c <= 0)
            s++;
        if (c >= 0)
            k++;
        if (c == 0 && same_transfer(a, b))
            continue;
        if (c <= 0)
            transfer_row(a, x);
        if (c >= 0)
            transfer_row(b, y);
        settle_replay_compare_row(replay, store, &transfer_table, c <= 0 ? x : NULL,
                                  c >= 0 ? y : NULL);
    }
    return TRUE;
}

/* --- what stands beside them ----------------------------------------------------------------- */

static void
put(GArray *rows, guint n, const int64_t *values)
{
    g_array_append_vals(rows, values, n);
}
#define PUT(rows, ...)                                                                             \
    put(rows, G_N_ELEMENTS(((const int64_t[]){__VA_ARGS__})), (const int64_t[]){__VA_ARGS__})

static const SettleReplayTable total_table = {
    "total",
    COLUMNS(N("distributor"), {"policy", SETTLE_REPLAY_POLICY}, {"", SETTLE_REPLAY_KIND},
            {"class", SETTLE_REPLAY_CLASS}, {"period", SETTLE_REPLAY_MONTH},
            {"origin", SETTLE_REPLAY_MONTH}, {"debit", SETTLE_REPLAY_ROLE},
            {"credit", SETTLE_REPLAY_ROLE}, {"carrier", SETTLE_REPLAY_CARRIER}, N("transfers"),
            MONEY("amount")),
    11, 8};

static void
put_totals(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->totals->len; i++) {
        const SettleTotal *t = &g_array_index(output->totals, SettleTotal, i);

        PUT(rows, t->distributor_id, t->policy_id, t->kind, t->class_id,
            settle_month_first(t->period), settle_month_first(t->origin), t->debit, t->credit,
            t->carrier_id, t->transfers, t->amount_minor);
    }
}

static const SettleReplayTable balance_table = {
    "balance",
    COLUMNS(N("distributor"), {"carrier", SETTLE_REPLAY_CARRIER}, {"", SETTLE_REPLAY_CURRENCY},
            {"account", SETTLE_REPLAY_ROLE}, MONEY("balance")),
    5, 4};

static void
put_balances(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->balances->len; i++) {
        const SettleBalanceRow *b = &g_array_index(output->balances, SettleBalanceRow, i);

        PUT(rows, b->distributor_id, b->carrier_id, b->currency, b->role, b->balance_minor);
    }
}

static const SettleReplayTable cut_table = {
    "cut",
    COLUMNS(N("distributor"), {"of", SETTLE_REPLAY_MONTH}, {"", SETTLE_REPLAY_SUBJECT},
            {"rule", SETTLE_REPLAY_SLOT}, N("what"), {"policy", SETTLE_REPLAY_POLICY},
            MONEY("earned"), MONEY("cut")),
    8, 5};

static void
put_cuts(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->cuts->len; i++) {
        const SettleCutRow *c = &g_array_index(output->cuts, SettleCutRow, i);

        PUT(rows, c->distributor_id, settle_month_first(c->month), c->subject_id, c->slot, c->what,
            c->policy_id, c->earned_minor, c->cut_minor);
    }
}

static const SettleReplayTable outcome_table = {
    "reason for zero",
    COLUMNS(N("distributor"), {"closed in", SETTLE_REPLAY_MONTH}, {"", SETTLE_REPLAY_ORDER},
            N("reason"), N("paid_minor"), {"carrier", SETTLE_REPLAY_CARRIER}),
    6, 3};

static void
put_outcomes(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->outcomes->len; i++) {
        const SettleOutcomeRow *o = &g_array_index(output->outcomes, SettleOutcomeRow, i);

        PUT(rows, o->distributor_id, settle_month_first(o->closing_month), o->order_id, o->outcome,
            o->paid_minor, o->carrier_id);
    }
}

static const SettleReplayTable agenda_table = {
    "agenda",
    COLUMNS(N("distributor"), {"", SETTLE_REPLAY_ORDER}, N("what"), N("slot"),
            {"look on", SETTLE_REPLAY_DAY}, {"closed in", SETTLE_REPLAY_MONTH},
            {"bill month", SETTLE_REPLAY_MONTH}, N("revision"), {"carrier", SETTLE_REPLAY_CARRIER}),
    9, 6};

static void
put_agenda(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->agenda->len; i++) {
        const SettleAgendaRow *a = &g_array_index(output->agenda, SettleAgendaRow, i);

        PUT(rows, a->distributor_id, a->order_id, a->what, a->slot, a->look_day,
            settle_month_first(a->closing_month),
            a->bill_month >= 0 ? settle_month_first(a->bill_month) : 0,
            a->revision > 0 ? a->revision : 0, a->carrier_id);
    }
}

static const SettleReplayTable measure_table = {
    "measure",
    COLUMNS(N("distributor"), {"window", SETTLE_REPLAY_MONTH}, {"policy", SETTLE_REPLAY_POLICY},
            N("what"), N("rule"), N("kind of scope"), N("scope"), {"of", SETTLE_REPLAY_MONTH},
            {"carrier", SETTLE_REPLAY_CARRIER}, N("change")),
    10, 9};

static void
put_measures(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->deltas->len; i++) {
        const SettleVolumeRow *v = &g_array_index(output->deltas, SettleVolumeRow, i);

        PUT(rows, v->distributor_id, settle_month_first(v->window_end), v->policy_id, v->what,
            v->rule, v->scope_kind, v->scope_id, settle_month_first(v->month), v->carrier_id,
            v->value);
    }
}

static const SettleReplayTable window_table = {
    "window",
    COLUMNS(N("distributor"), {"window", SETTLE_REPLAY_MONTH}, {"policy", SETTLE_REPLAY_POLICY},
            N("rule"), N("kind of scope"), N("scope"), N("item"),
            {"carrier", SETTLE_REPLAY_CARRIER}, N("measure"), MONEY("target"),
            MONEY("through held"), MONEY("released"), MONEY("taken back")),
    13, 7};

static void
put_windows(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->postings->len; i++) {
        const SettleVolumeRow *v = &g_array_index(output->postings, SettleVolumeRow, i);

        PUT(rows, v->distributor_id, settle_month_first(v->window_end), v->policy_id, v->rule,
            v->scope_kind, v->scope_id, v->item, v->carrier_id, v->value, v->target_minor,
            v->held_minor, v->released_minor, v->taken_minor);
    }
}

static const SettleReplayTable invoice_table = {
    "invoice",
    COLUMNS(N("distributor"), {"carrier", SETTLE_REPLAY_CARRIER}, {"", SETTLE_REPLAY_CURRENCY},
            N("tax_ppb"), N("tax rounding"), N("tax per"), N("carried forward"), N("lines"),
            N("transfers"), MONEY("net"), MONEY("tax"), MONEY("gross"), MONEY("withheld"),
            MONEY("payable"), MONEY("tax added"), MONEY("brought forward"), MONEY("covered"),
            MONEY("debt left")),
    18, 4};
static const SettleReplayTable binding_table = {
    "invoice binding",
    COLUMNS(N("distributor"), {"carrier", SETTLE_REPLAY_CARRIER}, {"", SETTLE_REPLAY_CURRENCY},
            N("tax_ppb"), N("after run"), N("up to run")),
    6, 5};
static const SettleReplayTable line_table = {
    "invoice line",
    COLUMNS(N("distributor"), {"carrier", SETTLE_REPLAY_CARRIER}, {"", SETTLE_REPLAY_CURRENCY},
            N("tax_ppb"), N("line"), {"kind", SETTLE_REPLAY_KIND}, {"class", SETTLE_REPLAY_CLASS},
            N("taken back"), N("withheld"), N("tax included"), N("transfers"), MONEY("net"),
            MONEY("tax"), MONEY("gross")),
    14, 5};

static void
put_invoices(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->invoices->len; i++) {
        const SettleInvoiceRow *row = &g_array_index(output->invoices, SettleInvoiceRow, i);
        const SettleInvoice *v = row->invoice;

        PUT(rows, v->distributor_id, row->carrier_id, v->currency, v->tax_ppb, v->tax_rounding,
            v->tax_per, v->carried != FALSE, v->carried ? 0 : v->lines->len, v->count, v->net_minor,
            v->tax_minor, v->gross_minor, v->withheld_minor, v->payable_minor, v->tax_added_minor,
            v->brought_minor, v->covered_minor, v->left_minor);
    }
}

static void
put_bindings(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->invoices->len; i++) {
        const SettleInvoiceRow *row = &g_array_index(output->invoices, SettleInvoiceRow, i);
        const SettleInvoice *v = row->invoice;

        PUT(rows, v->distributor_id, row->carrier_id, v->currency, v->tax_ppb, row->after_run,
            output->context->run_id);
    }
}

static void
put_lines(const SettleOutput *output, GArray *rows)
{
    for (guint i = 0; i < output->invoices->len; i++) {
        const SettleInvoiceRow *row = &g_array_index(output->invoices, SettleInvoiceRow, i);
        const SettleInvoice *v = row->invoice;

        for (guint j = 0; !v->carried && j < v->lines->len; j++) {
            const SettleInvoiceLine *l = &g_array_index(v->lines, SettleInvoiceLine, j);

            PUT(rows, v->distributor_id, row->carrier_id, v->currency, v->tax_ppb, j + 1, l->kind,
                l->class_id, l->taken_back != FALSE, l->withheld != FALSE, l->tax_included != FALSE,
                l->count, l->net_minor, l->tax_minor, l->gross_minor);
        }
    }
}

/* Months with an outcome or a cut: one in another is what verify finds; here the
 * whole history would have to be read for it. */
static void
outcome_months(const SettleOutput *output, SettleMonth *ret_first, SettleMonth *ret_last)
{
    *ret_first = *ret_last = settle_day_month(output->context->date);
    for (guint i = 0; i < output->outcomes->len; i++) {
        const SettleOutcomeRow *o = &g_array_index(output->outcomes, SettleOutcomeRow, i);

        *ret_first = MIN(*ret_first, o->closing_month);
        *ret_last = MAX(*ret_last, o->closing_month);
    }
    for (guint i = 0; i < output->cuts->len; i++) {
        const SettleCutRow *c = &g_array_index(output->cuts, SettleCutRow, i);

        *ret_first = MIN(*ret_first, c->month);
        *ret_last = MAX(*ret_last, c->month);
    }
}

typedef enum { ALL, IN_MONTH, IN_CLOSING_MONTHS } Where;

static gboolean
compare_table(SettleReplay *replay, SettleStore *store, const SettleOutput *output, int32_t first,
              int32_t last, const SettleReplayTable *table, const char *sql, Where where,
              void (*put_rows)(const SettleOutput *output, GArray *rows), GError **error)
{
    g_autoptr(GArray) stored = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) computed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(SettleReader) reader = NULL;
    int32_t run_id = replay->context->run_id;
    SettleMonth from, to;

    outcome_months(output, &from, &to);
    switch (where) {
    case ALL:
        reader = settle_store_read(store, sql, "iii", run_id, first, last);
        break;
    case IN_MONTH:
        reader = settle_store_read(store, sql, "iiim", run_id, first, last,
                                   settle_day_month(replay->context->date));
        break;
    case IN_CLOSING_MONTHS:
        reader = settle_store_read(store, sql, "iiimm", run_id, first, last, from, to);
        break;
    }
    while (settle_reader_next(reader))
        for (guint i = 0; i < table->n_columns; i++) {
            int64_t value = settle_reader_i64(reader, (int) i);

            g_array_append_val(stored, value);
        }
    if (!settle_reader_end(reader, error))
        return FALSE;
    put_rows(output, computed);
    settle_replay_compare_rows(replay, store, table, stored, computed);
    return TRUE;
}

/* --- digests --------------------------------------------------------------------------------- */

static int
compare_leaves(int32_t distributor_id, int32_t carrier_id, const SettleDistributorRow *d)
{
    if (distributor_id != d->distributor_id)
        return distributor_id < d->distributor_id ? -1 : 1;
    return carrier_id < d->carrier_id ? -1 : carrier_id > d->carrier_id;
}

static gboolean
compare_digests(SettleReplay *replay, SettleStore *store, const SettleOutput *output, int32_t first,
                int32_t last, GError **error)
{
    const SettleDirectory *directory = replay->context->known.directory;
    g_autoptr(SettleResult) rows = settle_store_query(store, settle_sql_replay_distributors, error,
                                                      "iii", replay->context->run_id, first, last);
    int stored = 0;

    if (rows == NULL)
        return FALSE;
    for (guint i = 0; i < output->distributors->len || stored < settle_result_rows(rows);) {
        const SettleDistributorRow *d =
            i < output->distributors->len
                ? &g_array_index(output->distributors, SettleDistributorRow, i)
                : NULL;
        gboolean there = stored < settle_result_rows(rows);
        int32_t id =
            there ? settle_result_i32(rows, stored, SQL_REPLAY_DISTRIBUTORS_DISTRIBUTOR_ID) : 0;
        int32_t carrier_id =
            there ? settle_result_i32(rows, stored, SQL_REPLAY_DISTRIBUTORS_CARRIER_ID) : 0;
        int c = d == NULL ? -1 : !there ? 1 : compare_leaves(id, carrier_id, d);
        char published[SETTLE_DIGEST_BYTES * 2 + 1] = "none";
        char recomputed[SETTLE_DIGEST_BYTES * 2 + 1] = "none";
        const char *code = settle_run_distributor_code(directory, c < 0 ? id : d->distributor_id);
        const char *carrier =
            settle_run_carrier_code(directory, c < 0 ? carrier_id : d->carrier_id);
        int64_t transfers = -1;

        if (c <= 0) {
            size_t length;
            const uint8_t *bytes =
                settle_result_bytes(rows, stored, SQL_REPLAY_DISTRIBUTORS_DIGEST, &length);

            if (length == SETTLE_DIGEST_BYTES)
                settle_digest_hex(bytes, published);
            transfers = settle_result_i64(rows, stored, SQL_REPLAY_DISTRIBUTORS_TRANSFERS);
            stored++;
        }
        if (c >= 0) {
            SettleDistributorDigest digest = {.code = code, .carrier_code = carrier};

            settle_digest_hex(d->digest, recomputed);
            memcpy(digest.digest, d->digest, sizeof digest.digest);
            g_mutex_lock(&replay->mutex);
            g_array_append_val(replay->digests, digest);
            g_mutex_unlock(&replay->mutex);
            if (c == 0 && transfers != d->transfers) {
                g_autofree char *a = g_strdup_printf("%" G_GINT64_FORMAT, transfers);
                g_autofree char *b = g_strdup_printf("%" G_GINT64_FORMAT, d->transfers);

                settle_replay_note(replay, "digest", code, carrier, "transfers", a, b);
            }
            i++;
        }
        if (strcmp(published, recomputed) != 0)
            settle_replay_note(replay, "digest", code, carrier, "digest", published, recomputed);
    }
    return TRUE;
}

gboolean
settle_replay_compare(SettleReplay *replay, SettleStore *store, const SettleOutput *output,
                      int32_t first, int32_t last, GError **error)
{
    return compare_digests(replay, store, output, first, last, error) &&
           compare_all_transfers(replay, store, output, first, last, error) &&
           compare_table(replay, store, output, first, last, &total_table, settle_sql_replay_totals,
                         IN_MONTH, put_totals, error) &&
           compare_table(replay, store, output, first, last, &balance_table,
                         settle_sql_replay_balances, IN_MONTH, put_balances, error) &&
           compare_table(replay, store, output, first, last, &cut_table, settle_sql_replay_cuts,
                         IN_CLOSING_MONTHS, put_cuts, error) &&
           compare_table(replay, store, output, first, last, &outcome_table,
                         settle_sql_replay_outcomes, IN_CLOSING_MONTHS, put_outcomes, error) &&
           compare_table(replay, store, output, first, last, &agenda_table,
                         settle_sql_replay_agenda, ALL, put_agenda, error) &&
           compare_table(replay, store, output, first, last, &measure_table,
                         settle_sql_replay_measures, ALL, put_measures, error) &&
           compare_table(replay, store, output, first, last, &window_table,
                         settle_sql_replay_windows, ALL, put_windows, error) &&
           compare_table(replay, store, output, first, last, &invoice_table,
                         settle_sql_replay_invoices, ALL, put_invoices, error) &&
           compare_table(replay, store, output, first, last, &line_table,
                         settle_sql_replay_invoice_lines, ALL, put_lines, error) &&
           compare_table(replay, store, output, first, last, &binding_table,
                         settle_sql_replay_invoice_bindings, ALL, put_bindings, error);
}
