/* Verify: the balance stored for each account and run is what the transfers up to it add up
 * to. */
#include "audit/state.h"

#include "base/checked.h"
#include "ledger/deposit.h"
#include "run/output/balances.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int64_t account[4]; /* distributor, carrier, currency, role */
    int32_t run_id;
    SettleDay month; /* stored ones */
    int64_t amount_minor;
} Entry;

/* Of the distributor in hand, and of what belongs to none (deposits of carriers), which all of them
 * may move. */
struct SettleAuditBalances {
    SettleAudit *audit;
    GArray *moved[2], *stored[2]; /* Entry; [1]: of no distributor */
};

SettleAuditBalances *
settle_audit_balances_new(SettleAudit *audit)
{
    SettleAuditBalances *balances = g_new0(SettleAuditBalances, 1);

    balances->audit = audit;
    for (int i = 0; i < 2; i++) {
        balances->moved[i] = g_array_new(FALSE, FALSE, sizeof(Entry));
        balances->stored[i] = g_array_new(FALSE, FALSE, sizeof(Entry));
    }
    return balances;
}

void
settle_audit_balances_free(SettleAuditBalances *balances)
{
    for (int i = 0; i < 2; i++) {
        g_array_unref(balances->moved[i]);
        g_array_unref(balances->stored[i]);
    }
    g_free(balances);
}

void
settle_audit_balances_move(SettleAuditBalances *balances, int32_t run_id, int32_t distributor_id,
                           int32_t carrier_id, SettleCurrency currency, uint8_t debit,
                           uint8_t credit, int64_t amount_minor)
{
    for (int side = 0; side < 2; side++) {
        uint8_t role = side == 0 ? debit : credit;
        int32_t of_distributor, of_carrier;
        Entry entry = {.run_id = run_id, .amount_minor = side == 0 ? amount_minor : -amount_minor};

        settle_balances_account((SettleRole) role, (SettleRole) credit, distributor_id, carrier_id,
                                &of_distributor, &of_carrier);
        entry.account[0] = of_distributor;
        entry.account[1] = of_carrier;
        entry.account[2] = currency;
        entry.account[3] = role;
        g_array_append_val(balances->moved[of_distributor == 0], entry);
    }
}

/* Columns of verify-balances.sql. */
void
settle_audit_balances_read(SettleAuditBalances *balances, const SettleReader *reader)
{
    Entry entry = {.account = {settle_reader_i32(reader, SQL_VERIFY_BALANCES_DISTRIBUTOR_ID),
                               settle_reader_i32(reader, SQL_VERIFY_BALANCES_CARRIER_ID),
                               settle_reader_i16(reader, SQL_VERIFY_BALANCES_CURRENCY),
                               settle_reader_i16(reader, SQL_VERIFY_BALANCES_ROLE)},
                   .run_id = settle_reader_i32(reader, SQL_VERIFY_BALANCES_RUN_ID),
                   .month = settle_reader_day(reader, SQL_VERIFY_BALANCES_MONTH),
                   .amount_minor = settle_reader_i64(reader, SQL_VERIFY_BALANCES_BALANCE_MINOR)};

    g_array_append_val(balances->stored[entry.account[0] == 0], entry);
}

static int
compare_entries(const void *a, const void *b)
{
    const Entry *x = a, *y = b;

    for (int i = 0; i < 4; i++)
        if (x->account[i] != y->account[i])
            return x->account[i] < y->account[i] ? -1 : 1;
    return x->run_id < y->run_id ? -1 : x->run_id > y->run_id;
}

/* Leaves one entry an account and run: the balance after it. */
static void
accumulate(GArray *entries)
{
    Entry *all = (Entry *) (void *) entries->data;
    guint kept = 0;

    for (guint i = 0; i < entries->len; i++) {
        Entry entry = all[i];
        Entry *last = kept > 0 ? &all[kept - 1] : NULL;
        gboolean same =
            last != NULL && memcmp(last->account, entry.account, sizeof entry.account) == 0;

        /* what no longer fits is a finding by its difference */
        if (same && !settle_add_i64(entry.amount_minor, last->amount_minor, &entry.amount_minor))
            entry.amount_minor = INT64_MIN;
        if (same && last->run_id == entry.run_id)
            *last = entry;
        else
            all[kept++] = entry;
    }
    g_array_set_size(entries, kept);
}

static void
sort(GArray *entries)
{
    if (entries->len > 0)
        qsort(entries->data, entries->len, sizeof(Entry), compare_entries);
}

static void
compare(SettleAudit *audit, const Entry *moved, const Entry *stored)
{
    const Entry *entry = moved != NULL ? moved : stored;
    const SettleAuditRun *run = settle_audit_run(audit, entry->run_id);
    const char *role = entry->account[3] >= 1 && entry->account[3] < SETTLE_N_ROLES
                           ? settle_role_name((SettleRole) entry->account[3])
                           : "that is none";
    char by_transfers[24] = "nothing", by_balance[24] = "nothing";

    /* what nobody published is nobody's books */
    if (run != NULL && !run->published)
        return;
    if (moved != NULL && stored != NULL && moved->amount_minor == stored->amount_minor &&
        run != NULL && stored->month == settle_month_first(settle_day_month(run->date)))
        return;
    if (moved != NULL)
        g_snprintf(by_transfers, sizeof by_transfers, "%" G_GINT64_FORMAT, moved->amount_minor);
    if (stored != NULL)
        g_snprintf(by_balance, sizeof by_balance, "%" G_GINT64_FORMAT, stored->amount_minor);
    settle_audit_note_distributor(
        audit, entry->run_id, (int32_t) entry->account[0],
        "the account %s of carrier id %d has %s minor units by the transfers, %s by its "
        "balance",
        role, (int) entry->account[1], by_transfers, by_balance);
}

/* One wrong balance makes no finding of those after it: each is held against the one before it and
 * what the run moved. */
static void
check(SettleAuditBalances *balances, int which)
{
    GArray *moved = balances->moved[which], *stored = balances->stored[which];
    const Entry *before = NULL;
    uint64_t drift = 0; /* what the last balance of the account was wrong by */
    guint m = 0, s = 0;

    sort(moved);
    sort(stored);
    accumulate(moved);
    while (m < moved->len || s < stored->len) {
        const Entry *a = m < moved->len ? &g_array_index(moved, Entry, m) : NULL;
        const Entry *b = s < stored->len ? &g_array_index(stored, Entry, s) : NULL;
        int order = a == NULL ? 1 : b == NULL ? -1 : compare_entries(a, b);

        if (order == 0) {
            Entry expected = *a;

            if (before == NULL || memcmp(before->account, a->account, sizeof a->account) != 0)
                drift = 0;
            expected.amount_minor = (int64_t) ((uint64_t) a->amount_minor + drift);
            compare(balances->audit, &expected, b);
            drift = (uint64_t) b->amount_minor - (uint64_t) a->amount_minor;
            before = a;
        } else {
            compare(balances->audit, order < 0 ? a : NULL, order > 0 ? b : NULL);
        }
        m += order <= 0;
        s += order >= 0;
    }
    g_array_set_size(moved, 0);
    g_array_set_size(stored, 0);
}

void
settle_audit_balances_check(SettleAuditBalances *balances)
{
    check(balances, 0);
}

void
settle_audit_balances_finish(SettleAuditBalances *balances)
{
    check(balances, 1);
}
