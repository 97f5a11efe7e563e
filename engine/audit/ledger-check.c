/* Verify, one distributor of the ledger: its transfers against their digests, orders and totals,
 * and what they add up to against chunks and publications. What ledger.c has read is all it looks
 * at. */
#include "audit/ledger.h"

#include "base/checked.h"
#include "base/decimal.h"
#include "ledger/deposit.h"

#include <stdlib.h>
#include <string.h>

static int
compare_rows(const void *a, const void *b)
{
    const SettleAuditRow *x = a, *y = b;

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
    const SettleAuditTotal *x = a, *y = b;

    for (guint i = 0; i < SETTLE_TOTAL_KEY; i++)
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
    if (settle_kind_is_commission(t->kind))
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
           (names.rule_hash != NULL || !settle_kind_is_commission(t->kind));
}

static void
add_total(SettleAuditLedger *ledger, guint first, const SettleAuditRun *run,
          const SettleAuditPolicy *policy, const SettleTransfer *t)
{
    SettleAuditTotal total = {
        {run->run_id, t->policy_id, t->kind, t->class_id, t->debit, t->credit,
         settle_month_first(t->period), settle_month_first(t->origin), carrier_of(policy, t),
         settle_month_first(settle_day_month(run->date)), 1, t->amount_minor}};

    for (guint i = ledger->totals->len; i > first; i--) {
        SettleAuditTotal *there = &g_array_index(ledger->totals, SettleAuditTotal, i - 1);

        if (memcmp(there->v, total.v, SETTLE_TOTAL_KEY * sizeof(int64_t)) == 0) {
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
order_is_there(const SettleAuditLedger *ledger, int64_t order_id)
{
    return ledger->orders->len > 0 && bsearch(&order_id, ledger->orders->data, ledger->orders->len,
                                              sizeof(int64_t), compare_ids) != NULL;
}

/* Looks at rows [first, last) of one run; FALSE if no digest can be built from them. */
static gboolean
check_rows(SettleAuditLedger *ledger, const SettleAuditRun *run, guint first, guint last)
{
    SettleAudit *audit = ledger->audit;
    guint first_total = ledger->totals->len;
    int32_t id = g_array_index(ledger->rows, SettleAuditRow, first).t.distributor_id;
    SettleAuditChunk *chunk = settle_audit_chunk(run, id);
    gboolean good = settle_audit_distributor_code(audit, id) != NULL;

    if (!good)
        settle_audit_note_distributor(audit, run->run_id, id,
                                      "transfers of a distributor without code");
    if (chunk == NULL)
        settle_audit_note_distributor(audit, run->run_id, id, "transfers that belong to no chunk");
    for (guint i = first; i < last; i++) {
        const SettleAuditRow *row = &g_array_index(ledger->rows, SettleAuditRow, i);
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
digest_rows(SettleAuditLedger *ledger, guint first, guint last)
{
    const SettleAudit *audit = ledger->audit;
    const SettleAuditRow *rows = &g_array_index(ledger->rows, SettleAuditRow, first);

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
             const SettleLedgerLeaf *leaf, const SettleAuditLeaf *recorded)
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

/* --- one origin a slot ------------------------------------------------------------------------ */

typedef struct {
    int64_t subject_id;
    SettleSlot slot; /* of the main leg */
    SettleMonth origin;
    int32_t run_id;
} Origin;

static int
compare_origins(const void *a, const void *b)
{
    const Origin *x = a, *y = b;

    if (x->subject_id != y->subject_id)
        return x->subject_id < y->subject_id ? -1 : 1;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->run_id < y->run_id ? -1 : x->run_id > y->run_id;
}

/* What a rule earned in one item, and whatever was taken back or given back of it, belongs to one
 * month (docs/semantics.md 13.2); what a run posted with another one is a finding. */
static void
check_origins(SettleAuditLedger *ledger, int32_t id)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Origin));

    for (guint i = 0; i < ledger->rows->len; i++) {
        const SettleAuditRow *row = &g_array_index(ledger->rows, SettleAuditRow, i);
        const SettleAuditRun *run = settle_audit_run(ledger->audit, row->run_id);
        const Origin origin = {row->t.subject_id, row->t.slot & ~0xf, row->t.origin, row->run_id};

        if (run != NULL && run->published && settle_kind_is_commission(row->t.kind))
            g_array_append_val(all, origin);
    }
    if (all->len > 1)
        qsort(all->data, all->len, sizeof(Origin), compare_origins);
    for (guint i = 1; i < all->len; i++) {
        const Origin *x = &g_array_index(all, Origin, i), *before = x - 1;
        char now[SETTLE_DAY_TEXT_BYTES], then[SETTLE_DAY_TEXT_BYTES];

        if (x->subject_id == before->subject_id && x->slot == before->slot &&
            x->origin != before->origin)
            settle_audit_note_distributor(
                ledger->audit, x->run_id, id,
                "subject %" G_GINT64_FORMAT
                " slot %d has two origins: %s in run %d, and %s before it",
                x->subject_id, x->slot, settle_month_format(x->origin, now), x->run_id,
                settle_month_format(before->origin, then));
    }
}

/* Rows [first, last) of one run, and what was recorded of it. */
static void
check_run_rows(SettleAuditLedger *ledger, int32_t id, guint first, guint last,
               const SettleAuditLeaf *recorded, guint n_recorded)
{
    SettleAudit *audit = ledger->audit;
    int32_t run_id =
        first < last ? g_array_index(ledger->rows, SettleAuditRow, first).run_id : recorded->run_id;
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
        const SettleAuditLeaf *there = r < n_recorded ? &recorded[r] : NULL;
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
check_totals(SettleAuditLedger *ledger, int32_t id)
{
    SettleAudit *audit = ledger->audit;
    guint ns = ledger->stored_totals->len, nc = ledger->totals->len, s = 0, c = 0;

    if (ns > 0)
        qsort(ledger->stored_totals->data, ns, sizeof(SettleAuditTotal), compare_totals);
    if (nc > 0)
        qsort(ledger->totals->data, nc, sizeof(SettleAuditTotal), compare_totals);
    ledger->n_totals += ns;
    while (s < ns || c < nc) {
        static const SettleAuditTotal none;
        const SettleAuditTotal *a =
            s < ns ? &g_array_index(ledger->stored_totals, SettleAuditTotal, s) : &none;
        const SettleAuditTotal *b =
            c < nc ? &g_array_index(ledger->totals, SettleAuditTotal, c) : &none;
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
check_balances(SettleAuditLedger *ledger, int32_t id)
{
    for (guint i = 0; i < ledger->totals->len; i++) {
        const int64_t *v = g_array_index(ledger->totals, SettleAuditTotal, i).v;
        const SettleAuditPolicy *policy = settle_audit_policy(ledger->audit, (int32_t) v[1]);

        settle_audit_balances_move(ledger->balances, (int32_t) v[0], id, (int32_t) v[8],
                                   policy != NULL ? policy->currency : SETTLE_DEPOSIT_CURRENCY,
                                   (uint8_t) v[4], (uint8_t) v[5], v[11]);
    }
    settle_audit_balances_check(ledger->balances);
}

void
settle_audit_check_distributor(SettleAuditLedger *ledger, int32_t id)
{
    guint n = ledger->rows->len, r = 0;

    g_array_set_size(ledger->totals, 0);
    if (n > 0)
        qsort(ledger->rows->data, n, sizeof(SettleAuditRow), compare_rows);
    if (ledger->orders->len > 0)
        qsort(ledger->orders->data, ledger->orders->len, sizeof(int64_t), compare_ids);
    for (guint first = 0; first < n || r < ledger->recorded->len;) {
        const SettleAuditLeaf *recorded =
            (const SettleAuditLeaf *) (const void *) ledger->recorded->data + r;
        int32_t of_rows =
            first < n ? g_array_index(ledger->rows, SettleAuditRow, first).run_id : G_MAXINT32;
        int32_t run_id = r < ledger->recorded->len ? MIN(of_rows, recorded->run_id) : of_rows;
        guint last = first, n_recorded = 0;

        while (last < n && g_array_index(ledger->rows, SettleAuditRow, last).run_id == run_id)
            last++;
        for (; r < ledger->recorded->len && recorded[n_recorded].run_id == run_id; r++)
            n_recorded++;
        check_run_rows(ledger, id, first, last, recorded, n_recorded);
        first = last;
    }
    check_origins(ledger, id);
    check_totals(ledger, id);
    check_balances(ledger, id);
}

static gboolean
same_amount(const char *text, SettleInt128 amount)
{
    char there[SETTLE_DECIMAL_TEXT_BYTES];

    return strcmp(text, settle_decimal_format(amount, 0, FALSE, there)) == 0;
}

void
settle_audit_check_receipts(SettleAudit *audit)
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
