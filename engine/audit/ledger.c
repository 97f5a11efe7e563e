/* Verify, the large tables: transfers, totals, leaves and orders walked side by side, distributor
 * by distributor, with one distributor in memory. */
#include "audit/state.h"

#include "base/checked.h"
#include "ledger/deposit.h"
#include "ledger/ledger.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

/* The large tables are walked side by side in the order of distributors; what is held is one
 * distributor's. */
typedef struct {
    SettleStore *store;
    SettleReader *reader;
    gboolean there;
    int32_t distributor_id;
} Walk;

enum { TRANSFERS, DIGESTS, TOTALS, BALANCES, ORDERS, WALKS };

typedef struct {
    int32_t run_id;
    gboolean crooked; /* a column holds what the program never writes */
    SettleTransfer t;
} Row;

typedef struct {
    int32_t run_id, carrier_id;
    gboolean fits;
    int64_t transfers;
    uint8_t digest[SETTLE_DIGEST_BYTES];
} Recorded;

#define TOTAL_KEY    8 /* run, policy, kind, class, debit, credit, period, origin */
#define TOTAL_VALUES 4 /* carrier, month, transfers, amount */
typedef struct {
    int64_t v[TOTAL_KEY + TOTAL_VALUES];
} Total;

typedef struct {
    SettleAudit *audit;
    Walk walks[WALKS];
    GArray *rows, *recorded, *stored_totals, *totals, *orders;
    SettleLedgerDigest *digest;
    SettleAuditBalances *balances;
    int64_t n_totals;
} Ledger;

static gboolean
walk_step(Walk *walk, GError **error)
{
    GError *failure = NULL;

    walk->there = settle_reader_next(walk->reader, &failure);
    if (walk->there)
        walk->distributor_id = settle_reader_i32(walk->reader, 0);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean
walk_open(Ledger *ledger, guint which, const char *sql, GError **error)
{
    Walk *walk = &ledger->walks[which];

    walk->store = settle_store_open(ledger->audit->options->conninfo, SETTLE_STORE_AS_READER,
                                    "verify", error);
    if (walk->store == NULL ||
        !settle_store_exec(walk->store, settle_sql_verify_session, error, ""))
        return FALSE;
    walk->reader = settle_store_read(walk->store, sql, error, "");
    return walk->reader != NULL && walk_step(walk, error);
}

/* --- reading a distributor -------------------------------------------------------------------- */

static gboolean
is_first(SettleDay day)
{
    return settle_month_first(settle_day_month(day)) == day;
}

static void
read_transfer(const SettleReader *reader, Row *row)
{
    SettleDay period = settle_reader_day(reader, 7), origin = settle_reader_day(reader, 8),
              cause = settle_reader_day(reader, 14);
    int16_t kind = settle_reader_i16(reader, 11), debit = settle_reader_i16(reader, 12),
            credit = settle_reader_i16(reader, 13);

    row->run_id = settle_reader_i32(reader, 4);
    row->crooked = !is_first(period) || !is_first(origin) || !is_first(cause) || kind < 1 ||
                   kind > 255 || debit < 1 || debit > 255 || credit < 1 || credit > 255;
    row->t = (SettleTransfer){
        .distributor_id = settle_reader_i32(reader, 0),
        .subject_id = settle_reader_i64(reader, 1),
        .amount_minor = settle_reader_i64(reader, 2),
        .target_minor = settle_reader_i64(reader, 3),
        .policy_id = settle_reader_i32(reader, 5),
        .slot = settle_reader_i32(reader, 6),
        .period = settle_day_month(period),
        .origin = settle_day_month(origin),
        .cause = settle_day_month(cause),
        .class_id = settle_reader_i16(reader, 9),
        .revision = settle_reader_i16(reader, 10),
        .kind = (uint8_t) kind,
        .debit = (uint8_t) debit,
        .credit = (uint8_t) credit,
    };
}

static void
read_total(const SettleReader *reader, Total *total)
{
    *total = (Total){{
        settle_reader_i32(reader, 1), /* run */
        settle_reader_i32(reader, 2), /* policy */
        settle_reader_i16(reader, 4), /* kind */
        settle_reader_i16(reader, 5), /* class */
        settle_reader_i16(reader, 6),
        settle_reader_i16(reader, 7),
        settle_reader_day(reader, 9),
        settle_reader_day(reader, 10),
        settle_reader_i32(reader, 3), /* carrier */
        settle_reader_day(reader, 8), /* month */
        settle_reader_i64(reader, 11),
        settle_reader_i64(reader, 12),
    }};
}

static gboolean
read_distributor(Ledger *ledger, int32_t id, GError **error)
{
    Walk *w = ledger->walks;

    g_array_set_size(ledger->rows, 0);
    g_array_set_size(ledger->recorded, 0);
    g_array_set_size(ledger->stored_totals, 0);
    g_array_set_size(ledger->orders, 0);
    while (w[TRANSFERS].there && w[TRANSFERS].distributor_id == id) {
        Row row;

        read_transfer(w[TRANSFERS].reader, &row);
        g_array_append_val(ledger->rows, row);
        if (!walk_step(&w[TRANSFERS], error))
            return FALSE;
    }
    while (w[DIGESTS].there && w[DIGESTS].distributor_id == id) {
        Recorded recorded = {.run_id = settle_reader_i32(w[DIGESTS].reader, 1),
                             .carrier_id = settle_reader_i32(w[DIGESTS].reader, 2),
                             .transfers = settle_reader_i64(w[DIGESTS].reader, 3)};
        size_t length;
        const char *bytes = settle_reader_text(w[DIGESTS].reader, 4, &length);

        recorded.fits = length == sizeof recorded.digest;
        if (recorded.fits)
            memcpy(recorded.digest, bytes, length);
        g_array_append_val(ledger->recorded, recorded);
        if (!walk_step(&w[DIGESTS], error))
            return FALSE;
    }
    while (w[TOTALS].there && w[TOTALS].distributor_id == id) {
        Total total;

        read_total(w[TOTALS].reader, &total);
        g_array_append_val(ledger->stored_totals, total);
        if (!walk_step(&w[TOTALS], error))
            return FALSE;
    }
    while (w[BALANCES].there && w[BALANCES].distributor_id == id) {
        settle_audit_balances_read(ledger->balances, w[BALANCES].reader);
        if (!walk_step(&w[BALANCES], error))
            return FALSE;
    }
    while (w[ORDERS].there && w[ORDERS].distributor_id == id) {
        int64_t order_id = settle_reader_i64(w[ORDERS].reader, 1);

        g_array_append_val(ledger->orders, order_id);
        if (!walk_step(&w[ORDERS], error))
            return FALSE;
    }
    return TRUE;
}

/* --- a distributor ---------------------------------------------------------------------------- */

static int
compare_rows(const void *a, const void *b)
{
    const Row *x = a, *y = b;

    if (x->run_id != y->run_id)
        return x->run_id < y->run_id ? -1 : 1;
    if (x->t.subject_id != y->t.subject_id)
        return x->t.subject_id < y->t.subject_id ? -1 : 1;
    if (x->t.slot != y->t.slot)
        return x->t.slot < y->t.slot ? -1 : 1;
    return (int) x->t.debit - (int) y->t.debit;
}

static int
compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

    return x < y ? -1 : x > y;
}

static int
compare_totals(const void *a, const void *b)
{
    const Total *x = a, *y = b;

    for (guint i = 0; i < TOTAL_KEY; i++)
        if (x->v[i] != y->v[i])
            return x->v[i] < y->v[i] ? -1 : 1;
    return 0;
}

/* Only a deposit moves without a policy. */
static const SettleAuditPolicy *
policy_of(const SettleAudit *audit, const SettleTransfer *t)
{
    static const SettleAuditPolicy none = {.there = TRUE};

    return t->policy_id <= 0 && t->kind == SETTLE_KIND_DEPOSIT &&
                   settle_subject_is_deposit(t->subject_id)
               ? &none
               : settle_audit_policy(audit, t->policy_id);
}

static int32_t
carrier_of(const SettleAuditPolicy *policy, const SettleTransfer *t)
{
    gboolean of_carrier;
    int32_t carrier_id = 0;

    if (policy != NULL && t->policy_id <= 0)
        settle_subject_deposit_parts(t->subject_id, &of_carrier, &carrier_id);
    else if (policy != NULL)
        carrier_id = policy->carrier_id;
    return carrier_id;
}

/* What digests call the ids of a transfer by; FALSE: something that it names is not there. */
static gboolean
names_of(const SettleAudit *audit, const SettleTransfer *t, SettleLedgerNames *ret_names)
{
    const SettleAuditPolicy *policy = policy_of(audit, t);
    SettleLedgerNames names = {.class_code = "", .scope_code = ""};

    if (policy == NULL)
        return FALSE;
    names.carrier_code = settle_audit_carrier_code(audit, carrier_of(policy, t));
    if (t->policy_id > 0)
        names.policy_hash = policy->hash;
    if (t->kind <= SETTLE_N_COMMISSION_KINDS)
        names.rule_hash = settle_audit_rule_hash(audit, t->policy_id, settle_slot_rule(t->slot));
    if (t->class_id != 0)
        names.class_code = settle_audit_code(audit, SETTLE_DIM_CLASS, t->class_id);
    if (settle_subject_is_window(t->subject_id)) {
        SettleWindowSubject window;

        settle_subject_window_parts(t->subject_id, &window);
        if (window.scope_kind != SETTLE_SCOPE_OF_DISTRIBUTOR)
            names.scope_code =
                settle_audit_code(audit,
                                  window.scope_kind == SETTLE_SCOPE_OF_OUTLET ? SETTLE_DIM_OUTLET
                                                                              : SETTLE_DIM_MANAGER,
                                  window.scope_id);
    }
    *ret_names = names;
    return names.carrier_code != NULL && names.class_code != NULL && names.scope_code != NULL &&
           (names.rule_hash != NULL || t->kind > SETTLE_N_COMMISSION_KINDS);
}

static void
add_total(Ledger *ledger, guint first, const SettleAuditRun *run, const SettleAuditPolicy *policy,
          const SettleTransfer *t)
{
    Total total = {{run->run_id, t->policy_id, t->kind, t->class_id, t->debit, t->credit,
                    settle_month_first(t->period), settle_month_first(t->origin),
                    carrier_of(policy, t), settle_month_first(settle_day_month(run->date)), 1,
                    t->amount_minor}};

    for (guint i = ledger->totals->len; i > first; i--) {
        Total *there = &g_array_index(ledger->totals, Total, i - 1);

        if (memcmp(there->v, total.v, TOTAL_KEY * sizeof(int64_t)) == 0) {
            there->v[10]++;
            /* what no longer fits is a finding by its difference */
            if (!settle_add_i64(there->v[11], t->amount_minor, &there->v[11]))
                there->v[11] = -1;
            return;
        }
    }
    g_array_append_val(ledger->totals, total);
}

static gboolean
order_is_there(const Ledger *ledger, int64_t order_id)
{
    return ledger->orders->len > 0 && bsearch(&order_id, ledger->orders->data, ledger->orders->len,
                                              sizeof(int64_t), compare_ids) != NULL;
}

/* Looks at rows [first, last) of one run; FALSE if no digest can be built from them. */
static gboolean
check_rows(Ledger *ledger, const SettleAuditRun *run, guint first, guint last)
{
    SettleAudit *audit = ledger->audit;
    guint first_total = ledger->totals->len;
    int32_t id = g_array_index(ledger->rows, Row, first).t.distributor_id;
    SettleAuditChunk *chunk = settle_audit_chunk(run, id);
    gboolean good = settle_audit_distributor_code(audit, id) != NULL;

    if (!good)
        settle_audit_note_distributor(audit, run->run_id, id,
                                      "transfers of a distributor without code");
    if (chunk == NULL)
        settle_audit_note_distributor(audit, run->run_id, id, "transfers that belong to no chunk");
    for (guint i = first; i < last; i++) {
        const Row *row = &g_array_index(ledger->rows, Row, i);
        const SettleTransfer *t = &row->t;
        const SettleAuditPolicy *policy = policy_of(audit, t);
        SettleLedgerNames names;

        if (row->crooked || !names_of(audit, t, &names) ||
            (i > first && compare_rows(row, row - 1) == 0)) {
            settle_audit_note_distributor(audit, run->run_id, id,
                                          "transfer of subject %" G_GINT64_FORMAT
                                          " slot %d names what is not there, or is there twice",
                                          t->subject_id, t->slot);
            good = FALSE;
        } else if (settle_subject_is_order(t->subject_id) &&
                   !order_is_there(ledger, t->subject_id)) {
            settle_audit_note_distributor(
                audit, run->run_id, id,
                "a transfer is for order %" G_GINT64_FORMAT ", which is not there", t->subject_id);
        }
        add_total(ledger, first_total, run, policy, t);
        if (chunk != NULL) {
            chunk->seen_transfers++;
            chunk->seen_amount += t->amount_minor;
        }
    }
    return good;
}

static const GArray *
digest_rows(Ledger *ledger, guint first, guint last)
{
    const SettleAudit *audit = ledger->audit;
    const Row *rows = &g_array_index(ledger->rows, Row, first);

    settle_ledger_digest_begin(ledger->digest,
                               settle_audit_distributor_code(audit, rows->t.distributor_id));
    for (guint i = 0; i < last - first; i++) {
        const SettleTransfer *t = &rows[i].t;
        SettleLedgerNames names;

        settle_invariant(names_of(audit, t, &names));
        settle_ledger_digest_add(ledger->digest, carrier_of(policy_of(audit, t), t), t, &names);
    }
    return settle_ledger_digest_end(ledger->digest);
}

/* A leaf as it is and as it was recorded; either may be missing. */
static void
compare_leaf(SettleAudit *audit, int32_t run_id, int32_t id, int32_t carrier_id,
             const SettleLedgerLeaf *leaf, const Recorded *recorded)
{
    const char *carrier = settle_audit_carrier_code(audit, carrier_id);
    char hex[65] = "none", stored[65] = "none";

    if (leaf != NULL && recorded != NULL && recorded->fits &&
        recorded->transfers == leaf->transfers &&
        memcmp(recorded->digest, leaf->digest, sizeof leaf->digest) == 0)
        return;
    if (leaf != NULL)
        settle_digest_hex(leaf->digest, hex);
    if (recorded != NULL && recorded->fits)
        settle_digest_hex(recorded->digest, stored);
    settle_audit_note_distributor(
        audit, run_id, id,
        "%" G_GINT64_FORMAT
        " transfers of %s have the digest %.12s; published were %" G_GINT64_FORMAT " with %.12s",
        leaf != NULL ? leaf->transfers : 0,
        carrier == NULL      ? "a carrier without code"
        : carrier[0] == '\0' ? "no carrier"
                             : carrier,
        hex, recorded != NULL ? recorded->transfers : 0, stored);
}

/* Rows [first, last) of one run, and what was recorded of it. */
static void
check_run_rows(Ledger *ledger, int32_t id, guint first, guint last, const Recorded *recorded,
               guint n_recorded)
{
    SettleAudit *audit = ledger->audit;
    int32_t run_id =
        first < last ? g_array_index(ledger->rows, Row, first).run_id : recorded->run_id;
    const SettleAuditRun *run = settle_audit_run(audit, run_id);
    const GArray *leaves;
    guint l = 0, r = 0;

    if (run == NULL) {
        settle_audit_note_distributor(audit, run_id, id, "%u transfers of a run that is not there",
                                      last - first);
        return;
    }
    /* what nobody published is nobody's books */
    if (!run->published)
        return;
    if (first == last) {
        settle_audit_note_distributor(
            audit, run_id, id, "%" G_GINT64_FORMAT " transfers were published, none is there",
            recorded->transfers);
        return;
    }
    if (!check_rows(ledger, run, first, last))
        return;
    leaves = digest_rows(ledger, first, last);
    while (l < leaves->len || r < n_recorded) {
        const SettleLedgerLeaf *leaf =
            l < leaves->len ? &g_array_index(leaves, SettleLedgerLeaf, l) : NULL;
        const Recorded *there = r < n_recorded ? &recorded[r] : NULL;
        int64_t of_leaf = leaf != NULL ? leaf->carrier_id : G_MAXINT64;
        int64_t of_there = there != NULL ? there->carrier_id : G_MAXINT64;
        int64_t carrier_id = MIN(of_leaf, of_there);

        compare_leaf(audit, run_id, id, (int32_t) carrier_id, of_leaf == carrier_id ? leaf : NULL,
                     of_there == carrier_id ? there : NULL);
        l += of_leaf == carrier_id;
        r += of_there == carrier_id;
    }
}

static void
check_totals(Ledger *ledger, int32_t id)
{
    SettleAudit *audit = ledger->audit;
    guint ns = ledger->stored_totals->len, nc = ledger->totals->len, s = 0, c = 0;

    if (ns > 0)
        qsort(ledger->stored_totals->data, ns, sizeof(Total), compare_totals);
    if (nc > 0)
        qsort(ledger->totals->data, nc, sizeof(Total), compare_totals);
    ledger->n_totals += ns;
    while (s < ns || c < nc) {
        static const Total none;
        const Total *a = s < ns ? &g_array_index(ledger->stored_totals, Total, s) : &none;
        const Total *b = c < nc ? &g_array_index(ledger->totals, Total, c) : &none;
        int order = s == ns ? 1 : c == nc ? -1 : compare_totals(a, b);
        int32_t run_id = (int32_t) (order <= 0 ? a : b)->v[0];
        const SettleAuditRun *run = settle_audit_run(audit, run_id);

        s += order <= 0;
        c += order >= 0;
        if ((run != NULL && !run->published) ||
            (order == 0 && memcmp(a->v, b->v, sizeof a->v) == 0))
            continue;
        settle_audit_note_distributor(
            audit, run_id, id,
            "a total says %" G_GINT64_FORMAT " minor units over %" G_GINT64_FORMAT
            " transfers, the transfers say %" G_GINT64_FORMAT " over %" G_GINT64_FORMAT,
            order <= 0 ? a->v[11] : 0, order <= 0 ? a->v[10] : 0, order >= 0 ? b->v[11] : 0,
            order >= 0 ? b->v[10] : 0);
    }
}

/* From the totals as the transfers give them. */
static void
check_balances(Ledger *ledger, int32_t id)
{
    for (guint i = 0; i < ledger->totals->len; i++) {
        const int64_t *v = g_array_index(ledger->totals, Total, i).v;
        const SettleAuditPolicy *policy = settle_audit_policy(ledger->audit, (int32_t) v[1]);

        settle_audit_balances_move(ledger->balances, (int32_t) v[0], id, (int32_t) v[8],
                                   policy != NULL ? policy->currency : SETTLE_DEPOSIT_CURRENCY,
                                   (uint8_t) v[4], (uint8_t) v[5], v[11]);
    }
    settle_audit_balances_check(ledger->balances);
}

static void
check_distributor(Ledger *ledger, int32_t id)
{
    guint n = ledger->rows->len, r = 0;

    g_array_set_size(ledger->totals, 0);
    if (n > 0)
        qsort(ledger->rows->data, n, sizeof(Row), compare_rows);
    if (ledger->orders->len > 0)
        qsort(ledger->orders->data, ledger->orders->len, sizeof(int64_t), compare_ids);
    for (guint first = 0; first < n || r < ledger->recorded->len;) {
        const Recorded *recorded = (const Recorded *) (const void *) ledger->recorded->data + r;
        int32_t of_rows = first < n ? g_array_index(ledger->rows, Row, first).run_id : G_MAXINT32;
        int32_t run_id = r < ledger->recorded->len ? MIN(of_rows, recorded->run_id) : of_rows;
        guint last = first, n_recorded = 0;

        while (last < n && g_array_index(ledger->rows, Row, last).run_id == run_id)
            last++;
        for (; r < ledger->recorded->len && recorded[n_recorded].run_id == run_id; r++)
            n_recorded++;
        check_run_rows(ledger, id, first, last, recorded, n_recorded);
        first = last;
    }
    check_totals(ledger, id);
    check_balances(ledger, id);
}

/* --- all of them ------------------------------------------------------------------------------ */

static gboolean
same_amount(const char *text, SettleInt128 amount)
{
    char digits[48];
    char *at = digits + sizeof digits - 1;

    *at = '\0';
    do {
        *--at = (char) ('0' + (int) (amount % 10));
        amount /= 10;
    } while (amount != 0);
    return strcmp(text, at) == 0;
}

static void
check_receipts(SettleAudit *audit)
{
    for (guint i = 0; i < audit->runs->len; i++) {
        const SettleAuditRun *run = g_ptr_array_index(audit->runs, i);
        int64_t transfers = 0;

        if (!run->published)
            continue;
        for (guint c = 0; c < run->chunks->len; c++) {
            const SettleAuditChunk *chunk = &g_array_index(run->chunks, SettleAuditChunk, c);
            g_autofree char *place = g_strdup_printf("chunk %d", chunk->chunk);

            transfers += chunk->seen_transfers;
            if (!chunk->has_receipt)
                settle_audit_note(audit, run->run_id, place, "has no receipt");
            else if (chunk->transfers != chunk->seen_transfers ||
                     !same_amount(chunk->amount, chunk->seen_amount))
                settle_audit_note(audit, run->run_id, place,
                                  "its receipt says %" G_GINT64_FORMAT
                                  " transfers of %s minor units; %" G_GINT64_FORMAT
                                  " are there, or of another amount",
                                  chunk->transfers, chunk->amount, chunk->seen_transfers);
        }
        if (transfers != run->transfers)
            settle_audit_note(audit, run->run_id, "publication",
                              "%" G_GINT64_FORMAT " transfers were published, %" G_GINT64_FORMAT
                              " are there",
                              run->transfers, transfers);
    }
}

static gboolean
walk_all(Ledger *ledger, GError **error)
{
    SettleAudit *audit = ledger->audit;

    if (!walk_open(ledger, TRANSFERS, settle_sql_verify_transfers, error) ||
        !walk_open(ledger, DIGESTS, settle_sql_verify_distributors, error) ||
        !walk_open(ledger, TOTALS, settle_sql_verify_totals, error) ||
        !walk_open(ledger, BALANCES, settle_sql_verify_balances, error) ||
        !walk_open(ledger, ORDERS, settle_sql_verify_orders, error))
        return FALSE;
    for (;;) {
        int32_t id = G_MAXINT32;
        gboolean any = FALSE;

        for (guint i = 0; i < WALKS; i++)
            if (ledger->walks[i].there) {
                id = MIN(id, ledger->walks[i].distributor_id);
                any = TRUE;
            }
        if (!any)
            break;
        if (!read_distributor(ledger, id, error))
            return FALSE;
        check_distributor(ledger, id);
        g_mutex_lock(&audit->mutex);
        audit->done_transfers += ledger->rows->len;
        g_mutex_unlock(&audit->mutex);
    }
    settle_audit_balances_finish(ledger->balances);
    check_receipts(audit);
    audit->found->transfers = audit->done_transfers;
    audit->found->totals = ledger->n_totals;
    return TRUE;
}

gboolean
settle_audit_ledger(SettleAudit *audit, GError **error)
{
    Ledger ledger = {.audit = audit};
    gboolean good;

    ledger.rows = g_array_new(FALSE, FALSE, sizeof(Row));
    ledger.recorded = g_array_new(FALSE, FALSE, sizeof(Recorded));
    ledger.stored_totals = g_array_new(FALSE, FALSE, sizeof(Total));
    ledger.totals = g_array_new(FALSE, FALSE, sizeof(Total));
    ledger.orders = g_array_new(FALSE, FALSE, sizeof(int64_t));
    ledger.digest = settle_ledger_digest_new();
    ledger.balances = settle_audit_balances_new(audit);
    good = walk_all(&ledger, error);
    for (guint i = 0; i < WALKS; i++) {
        g_clear_pointer(&ledger.walks[i].reader, settle_reader_free);
        g_clear_pointer(&ledger.walks[i].store, settle_store_close);
    }
    settle_ledger_digest_free(ledger.digest);
    settle_audit_balances_free(ledger.balances);
    g_array_unref(ledger.rows);
    g_array_unref(ledger.recorded);
    g_array_unref(ledger.stored_totals);
    g_array_unref(ledger.totals);
    g_array_unref(ledger.orders);
    return good;
}
