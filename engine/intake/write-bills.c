/* Bills: to the order that holds those of their month and currency (contract-holders.h), or to the
 * waiting table. Everything goes in the order of (contract, currency, month, revision). */
#include "intake/contract-holders.h"

#include <string.h>

typedef struct {
    SettleSpool *orders;     /* of the contracts, by (contract, closing, order id) */
    GHashTable *ends;        /* when they ended: settle_contract_ends_load() */
    SettleSpool *waiting;    /* unresolved bills of the database, by (contract, settle_bill_key) */
    SettleSpool *there;      /* bills that their orders have or had in the same months, by the same;
                              * then by turn and withdrawal: the last row of a key holds */
    SettleSpool *bills;      /* to be written */
    SettleSpool *unresolved; /* to be written as waiting */
    SettleSpool *found;      /* keys of those that waited as a later night's */
} Work;

static void
work_clear(Work *work)
{
    settle_spool_free(work->orders);
    g_hash_table_unref(work->ends);
    settle_spool_free(work->waiting);
    settle_spool_free(work->there);
    settle_spool_free(work->bills);
    settle_spool_free(work->unresolved);
    settle_spool_free(work->found);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

static gboolean
query_orders(SettleIntakeJob *job, const int64_t *ids, size_t n, gpointer user_data, GError **error)
{
    Work *work = user_data;

    /* An order with FOLLOWS at its time may have bills by now. */
    return settle_contracts_find(job, ids, n, SETTLE_ORDER_FOLLOWS, work->orders, error) &&
           settle_bills_waiting(job, ids, n, work->waiting, error);
}

/* The months of orders that the file has bills for. */
typedef struct {
    int32_t *distributors;
    int64_t *orders, *contracts;
    SettleDay *months;
    int32_t *currencies;
    size_t n;
} Wanted;

static void
wanted_clear(Wanted *wanted)
{
    g_free(wanted->distributors);
    g_free(wanted->orders);
    g_free(wanted->contracts);
    g_free(wanted->months);
    g_free(wanted->currencies);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wanted, wanted_clear)

static gboolean
query_there(SettleIntakeJob *job, Work *work, Wanted *wanted, GError **error)
{
    SettleDay from = wanted->months[0], to = wanted->months[0];
    for (size_t i = 1; i < wanted->n; i++) {
        from = MIN(from, wanted->months[i]);
        to = MAX(to, wanted->months[i]);
    }
    g_autoptr(SettleReader) reader = settle_store_read(
        job->store, settle_sql_intake_bills_there, "ILDddLI", wanted->distributors, wanted->n,
        wanted->orders, wanted->n, wanted->months, wanted->n, from, to, wanted->contracts,
        wanted->n, wanted->currencies, wanted->n);
    while (settle_reader_next(reader)) {
        SettleIntakeBillRow row = {0};
        settle_bill_read(reader, 0, &row);
        settle_contract_read(reader, SETTLE_BILL_COLUMNS, &row.order);
        row.currency = settle_reader_i16(reader, SQL_INTAKE_BILLS_THERE_CURRENCY_NOW);
        row.withdrawn =
            settle_reader_bool(reader, SETTLE_BILL_COLUMNS + SETTLE_CONTRACT_COLUMNS) ? 1 : 0;
        SettleSpoolKey key = {
            {(uint64_t) settle_reader_i64(reader, SQL_INTAKE_BILLS_THERE_CONTRACT_NOW),
             settle_bill_key(row.currency, row.month, row.revision),
             (uint64_t) row.turn << 1 | row.withdrawn}};
        SettleIntakeBillRow *to_row = settle_spool_add(work->there, &key, sizeof row, error);
        if (to_row == NULL)
            return FALSE;
        *to_row = row;
    }
    wanted->n = 0;
    return settle_reader_end(reader, error);
}

static gboolean
look_up_bills(SettleIntakeJob *job, Work *work, GError **error)
{
    SettleIntakeCursor rows, orders;
    uint64_t contract = 0, month = 0; /* with its currency */
    g_autoptr(GArray) holders = g_array_new(FALSE, FALSE, sizeof(SettleContractHolder));
    g_autoptr(GArray) of_contract = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract));
    g_auto(Wanted) wanted = {
        g_new(int32_t, SETTLE_INTAKE_SLICE), g_new(int64_t, SETTLE_INTAKE_SLICE),
        g_new(int64_t, SETTLE_INTAKE_SLICE), g_new(SettleDay, SETTLE_INTAKE_SLICE),
        g_new(int32_t, SETTLE_INTAKE_SLICE), 0,
    };
    if (!settle_cursor_start(&rows, job->rows, error) ||
        !settle_cursor_start(&orders, work->orders, error))
        return FALSE;
    while (rows.there) {
        if (rows.key.word[0] != contract || rows.key.word[1] >> 16 != month) {
            if (rows.key.word[0] != contract &&
                !settle_contract_holders_read(holders, of_contract, &orders, rows.key.word[0],
                                              work->ends, error))
                return FALSE;
            contract = rows.key.word[0];
            month = rows.key.word[1] >> 16;

            const SettleContractHolder *holder =
                settle_contract_holder(holders, settle_bill_key_currency(rows.key.word[1]),
                                       settle_bill_key_month(rows.key.word[1]));

            if (holder != NULL) {
                wanted.distributors[wanted.n] = holder->order.distributor_id;
                wanted.orders[wanted.n] = holder->order.order_id;
                wanted.contracts[wanted.n] = (int64_t) contract;
                wanted.currencies[wanted.n] = holder->order.currency;
                wanted.months[wanted.n++] =
                    settle_month_first(settle_bill_key_month(rows.key.word[1]));
                if (wanted.n == SETTLE_INTAKE_SLICE && !query_there(job, work, &wanted, error))
                    return FALSE;
            }
        }
        if (!settle_cursor_step(&rows, error))
            return FALSE;
    }
    return wanted.n == 0 || query_there(job, work, &wanted, error);
}

static void
fill_row(SettleIntakeJob *job, const SettleIntakeBill *bill, SettleIntakeBillRow *row)
{
    *row = (SettleIntakeBillRow){
        .order = {.contract_id = bill->contract_id},
        .billed_minor = bill->billed_minor,
        .tax_minor = bill->tax_minor,
        .cash_minor = bill->cash_minor,
        .arrears_minor = bill->arrears_minor,
        .megabytes = bill->megabytes,
        .source_batch_id = job->batch_id,
        .line = bill->place.line,
        .minutes = bill->minutes,
        .month = bill->month,
        .issue_day = bill->issue_day,
        .carrier_id = bill->carrier_id,
        .revision = bill->revision,
        .currency = bill->currency,
        .contract_length = bill->contract_length,
    };
}

static gboolean
differ(const SettleIntakeBillRow *a, const SettleIntakeBillRow *b, GString *names, int *ret_column)
{
    const struct {
        int column;
        gboolean same;
    } columns[] = {
        {BILL_ISSUED, a->issue_day == b->issue_day},
        {BILL_BILLED, a->billed_minor == b->billed_minor},
        {BILL_TAX, a->tax_minor == b->tax_minor},
        {BILL_CASH, a->cash_minor == b->cash_minor},
        {BILL_ARREARS, a->arrears_minor == b->arrears_minor},
        {BILL_MINUTES, a->minutes == b->minutes},
        {BILL_MEGABYTES, a->megabytes == b->megabytes},
        {BILL_CURRENCY, a->currency == b->currency},
    };
    int n;
    const SettleIntakeColumn *table = settle_intake_columns(SETTLE_FILE_BILLS, &n);
    g_string_truncate(names, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        if (!columns[i].same) {
            if (names->len == 0)
                *ret_column = columns[i].column;
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   table[columns[i].column].name);
        }
    return names->len > 0;
}

static gboolean
take_again(SettleIntakeJob *job, const SettleIntakeBill *bill, const SettleIntakeBillRow *row,
           const SettleIntakeBillRow *before, GString *names, GError **error)
{
    SettleVerdict verdict = {.reject = SETTLE_REJECT_CONFLICT,
                             .against = {before->source_batch_id, before->line},
                             .field = -1};
    gboolean in_file = before->source_batch_id == job->batch_id;
    if (!differ(row, before, names, &verdict.column)) {
        job->repeated++;
        return in_file || settle_intake_repeat(job, bill->contract_id, bill->month, bill->currency,
                                               bill->revision, error);
    }
    g_autofree char *of_batch =
        in_file ? g_strdup("") : g_strdup_printf(" of batch %d", before->source_batch_id);
    g_snprintf(verdict.message, sizeof verdict.message,
               "the same revision of this bill stands in line %d%s with another %s", before->line,
               of_batch, names->str);
    return settle_intake_quarantine_kept(job, &verdict, &bill->place, error);
}

static gboolean
accept(SettleIntakeJob *job, Work *work, const SettleIntakeBill *bill, SettleIntakeBillRow *row,
       const SettleIntakeContract *order, GError **error)
{
    if (order == NULL) {
        SettleSpoolKey key = {{(uint64_t) bill->contract_id,
                               settle_bill_key(bill->currency, bill->month, bill->revision), 0}};
        SettleIntakeBillRow *to =
            settle_spool_add(work->unresolved, &key, sizeof *row + bill->contract_length, error);
        if (to == NULL)
            return FALSE;
        *to = *row;
        memcpy(to->text, bill->text, bill->contract_length);
        job->waiting++;
        return TRUE;
    }
    row->order = *order;
    job->accepted++;
    return settle_bill_add(work->bills, row, error);
}

/* What is known of the key that the rows are at. */
typedef struct {
    uint64_t contract, month, revision; /* these two with the currency: parts of settle_bill_key */
    gboolean any;                       /* a row of this month is there already */
    gboolean has_before;
    int16_t turn;               /* of a row that is written for it */
    SettleIntakeBillRow before; /* the row that holds this key; last: text follows it */
} Seen;

/* Moves on to a new key: what the database has of the month and of the key. */
static gboolean
see_key(Seen *seen, const SettleIntakeCursor *rows, SettleIntakeCursor *there,
        SettleIntakeCursor *waiting, GError **error)
{
    uint64_t contract = rows->key.word[0], word = rows->key.word[1];
    if (contract != seen->contract || word >> 16 != seen->month) {
        *seen = (Seen){.contract = contract, .month = word >> 16};
        if (!settle_cursor_seek(there, contract, seen->month << 16, error))
            return FALSE;
        seen->any = there->there && there->key.word[0] == contract &&
                    there->key.word[1] >> 16 == seen->month;
    }
    if (word == seen->revision)
        return TRUE;
    seen->revision = word;
    seen->has_before = FALSE;
    seen->turn = 0;
    if (!settle_cursor_seek(there, contract, word, error) ||
        !settle_cursor_seek(waiting, contract, word, error))
        return FALSE;
    if (waiting->there && waiting->key.word[0] == contract && waiting->key.word[1] == word) {
        seen->before = *(const SettleIntakeBillRow *) waiting->bytes;
        seen->has_before = TRUE;
    }
    while (there->there && there->key.word[0] == contract && there->key.word[1] == word) {
        const SettleIntakeBillRow *row = there->bytes;
        if ((uint64_t) row->order.contract_id == contract && row->order.currency == row->currency) {
            seen->has_before = !row->withdrawn;
            seen->before = *row;
        }
        seen->turn = (int16_t) (row->turn + 1);
        if (!settle_cursor_step(there, error))
            return FALSE;
    }
    return TRUE;
}

/* What was told for a later night, told again for an earlier one: it is there from that on. A bill
 * that waits does so with what was told of it last. */
static gboolean
tell_earlier(const SettleIntakeJob *job, Work *work, const SettleIntakeCursor *rows,
             const SettleIntakeBillRow *row, Seen *seen, GString *names, GError **error)
{
    SettleSpoolKey key = rows->key;
    int column;

    if (!seen->has_before || !settle_intake_is_later(job, seen->before.source_batch_id) ||
        differ(row, &seen->before, names, &column))
        return TRUE;
    seen->has_before = FALSE;
    key.word[2] = (uint64_t) seen->before.turn;
    return seen->before.order.order_id != 0 ||
           settle_spool_add(work->found, &key, 0, error) != NULL;
}

static gboolean
sort_out(SettleIntakeJob *job, Work *work, GError **error)
{
    SettleIntakeCursor rows, orders, there, waiting;
    uint64_t contract = 0;
    Seen seen = {0};
    g_autoptr(GArray) holders = g_array_new(FALSE, FALSE, sizeof(SettleContractHolder));
    g_autoptr(GArray) of_contract = g_array_new(FALSE, FALSE, sizeof(SettleIntakeContract));
    g_autoptr(GString) names = g_string_new(NULL);
    if (!settle_cursor_start(&rows, job->rows, error) ||
        !settle_cursor_start(&orders, work->orders, error) ||
        !settle_cursor_start(&there, work->there, error) ||
        !settle_cursor_start(&waiting, work->waiting, error))
        return FALSE;
    while (rows.there) {
        const SettleIntakeBill *bill = rows.bytes;
        const SettleContractHolder *holder;
        SettleIntakeBillRow row;
        gboolean ok;
        fill_row(job, bill, &row);
        if (rows.key.word[0] != contract) {
            contract = rows.key.word[0];
            if (!settle_contract_holders_read(holders, of_contract, &orders, contract, work->ends,
                                              error))
                return FALSE;
        }
        holder = settle_contract_holder(holders, bill->currency, bill->month);
        if (!see_key(&seen, &rows, &there, &waiting, error) ||
            !tell_earlier(job, work, &rows, &row, &seen, names, error))
            return FALSE;
        if (seen.has_before) {
            ok = take_again(job, bill, &row, &seen.before, names, error);
        } else {
            row.follows = seen.any ? 1 : 0;
            row.turn = seen.turn;
            seen.any = seen.has_before = TRUE;
            seen.before = row;
            ok = accept(job, work, bill, &row, holder != NULL ? &holder->order : NULL, error);
        }
        if (!ok || !settle_cursor_step(&rows, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
copy_waiting(SettleIntakeJob *job, const Work *work, GError **error)
{
    gboolean again = settle_spool_count(work->found) > 0;

    if (!settle_bills_copy_found(job, work->found, error) ||
        !settle_bills_copy_waiting(job, work->unresolved, again, error))
        return FALSE;
    job->bills_found = 0; /* they wait on */
    return TRUE;
}

gboolean
settle_intake_write_bills(SettleIntakeJob *job, GError **error)
{
    g_auto(Work) work = {
        .orders = settle_spool_new(job->memory),
        .ends = g_hash_table_new(NULL, NULL),
        .waiting = settle_spool_new(job->memory),
        .there = settle_spool_new(job->memory),
        .bills = settle_spool_new(job->memory),
        .unresolved = settle_spool_new(job->memory),
        .found = settle_spool_new(job->memory),
    };
    return settle_intake_each_slice(job, job->rows, query_orders, &work, error) &&
           settle_contract_ends_load(job, work.orders, FALSE, work.ends, error) &&
           look_up_bills(job, &work, error) && sort_out(job, &work, error) &&
           settle_bills_copy(job, work.bills, error) &&
           copy_waiting(job, &work, error);
}
