/* Target minus posted, periods, digest: docs/semantics.md 3, 6, 7, example E10. */
#include "ledger/deposit.h"
#include "ledger/ledger.h"

#include "calc-fixture.h"

/* --- periods -------------------------------------------------------------------------------- */

static const struct {
    const char *name, *closed_to, *origin, *posting;
} periods_table[] = {
    {"nothing closed", NULL, "2026-03", "2026-03"},
    {"E10: March is closed", "2026-03", "2026-03", "2026-04"},
    {"E10: the instalment's own period is open", "2026-03", "2026-04", "2026-04"},
    {"14.22: what is before a closed one is closed", "2026-03", "2026-01", "2026-04"},
    {"earlier ones closed", "2026-02", "2026-03", "2026-03"},
    {"over the year", "2025-12", "2025-12", "2026-01"},
};

static void
test_periods(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    SettlePeriods periods = {FALSE, 0};

    if (periods_table[i].closed_to != NULL)
        periods = (SettlePeriods){TRUE, month_of(periods_table[i].closed_to)};
    g_assert_cmpint(settle_periods_posting(&periods, month_of(periods_table[i].origin)), ==,
                    month_of(periods_table[i].posting));
}

/* --- difference ----------------------------------------------------------------------------- */

#define LARGEST SETTLE_MONEY_LARGEST_MINOR
#define CARRIER SETTLE_ROLE_CARRIER
#define DIST    SETTLE_ROLE_DISTRIBUTOR
#define HELD    SETTLE_ROLE_HELD
#define KEPT    SETTLE_ROLE_WITHHELD

/* What a slot stands at by leg (main, held, released, taken, straight), what it is to stand at
 * (kept at source, payable, held), and the transfers in between: leg, amount, debit, credit. */
static const struct {
    const char *name;
    gboolean withheld;
    int64_t posted[SETTLE_N_LEGS];
    SettleStanding wanted;
    struct {
        int leg;
        int64_t amount;
        SettleRole debit, credit;
    } transfers[3];
} differences[] = {
    {"first settlement", FALSE, {0}, {0, 4000, 0}, {{0, 4000, CARRIER, DIST}}},
    {"first settlement, withheld", TRUE, {0}, {4000, 0, 0}, {{0, 4000, CARRIER, KEPT}}},
    {"nothing to do", FALSE, {4000}, {0, 4000, 0}, {{0}}},
    {"nothing earned", FALSE, {0}, {0, 0, 0}, {{0}}},
    {"more", FALSE, {4000}, {0, 4001, 0}, {{0, 1, CARRIER, DIST}}},
    {"E4: 1.95 to 1.45", FALSE, {195}, {0, 145, 0}, {{0, 50, DIST, CARRIER}}},
    {"all taken back", FALSE, {4000}, {0, 0, 0}, {{0, 4000, DIST, CARRIER}}},
    {"the largest", FALSE, {0}, {0, LARGEST, 0}, {{0, LARGEST, CARRIER, DIST}}},
    {"what was withheld is taken back from the distributor",
     TRUE,
     {4000},
     {0, 0, 0},
     {{3, 4000, DIST, CARRIER}}},
    {"and given back there, not kept at source again",
     TRUE,
     {4000, 0, 0, 4000},
     {4000, 0, 0},
     {{3, 4000, CARRIER, DIST}}},
    {"in part", TRUE, {4000, 0, 0, 4000}, {1000, 0, 0}, {{3, 1000, CARRIER, DIST}}},
    {"held back", FALSE, {0}, {0, 5700, 300}, {{0, 5700, CARRIER, DIST}, {1, 300, CARRIER, HELD}}},
    {"released", FALSE, {5700, 300}, {0, 6000, 0}, {{2, 300, HELD, DIST}}},
    {"clawback takes from the held part first",
     FALSE,
     {5700, 300},
     {0, 5700, 100},
     {{1, 200, HELD, CARRIER}}},
    {"and then from the rest",
     FALSE,
     {5700, 300},
     {0, 2000, 0},
     {{0, 3700, DIST, CARRIER}, {1, 300, HELD, CARRIER}}},
    {"what is left of it is released in the same night",
     FALSE,
     {5700, 300},
     {0, 5800, 0},
     {{1, 200, HELD, CARRIER}, {2, 100, HELD, DIST}}},
    {"a clawback after the release",
     FALSE,
     {5700, 300, 300},
     {0, 0, 0},
     {{0, 5700, DIST, CARRIER}, {3, 300, DIST, CARRIER}}},
    {"reinstated after the release",
     FALSE,
     {0, 300, 300, 300},
     {0, 6000, 0},
     {{0, 5700, CARRIER, DIST}, {3, 300, CARRIER, DIST}}},
    {"the held part of what is kept at source is not",
     TRUE,
     {0},
     {5700, 0, 300},
     {{0, 5700, CARRIER, KEPT}, {1, 300, CARRIER, HELD}}},
    {"its release", TRUE, {5700, 300}, {5700, 300, 0}, {{2, 300, HELD, DIST}}},
    {"reinstated when the held part is gone",
     TRUE,
     {5700, 0, 0, 5700},
     {5700, 300, 0},
     {{3, 5700, CARRIER, DIST}, {4, 300, CARRIER, DIST}}},
    {"the carrier paid a part", FALSE, {0, 6000}, {0, 2500, 3500}, {{2, 2500, HELD, DIST}}},
    {"and took it back: no longer payable, held again",
     FALSE,
     {0, 6000, 2500},
     {0, 0, 6000},
     {{1, 2500, CARRIER, HELD}, {3, 2500, DIST, CARRIER}}},
    {"and paid again", FALSE, {0, 8500, 2500, 2500}, {0, 2500, 3500}, {{2, 2500, HELD, DIST}}},
    /* a month of a window that is paid progressively, with which a lower tier came */
    {"less than nothing", FALSE, {0}, {0, -700, 0}, {{3, 700, DIST, CARRIER}}},
    {"and more again",
     FALSE,
     {[3] = 700},
     {0, 200, 0},
     {{0, 200, CARRIER, DIST}, {3, 700, CARRIER, DIST}}},
};

static void
test_differences(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data), n = 0;
    SettleMonth march = month_of("2026-03");
    SettlePeriods periods = {TRUE, march};
    const SettleTransfer like = {.subject_id = 71,
                                 .distributor_id = 4,
                                 .policy_id = 11,
                                 .class_id = 22,
                                 .slot = settle_slot(3, 2, 0),
                                 .origin = march,
                                 .cause = march + 1,
                                 .revision = 2,
                                 .kind = SETTLE_KIND_REVENUE_SHARE};
    SettleTransfer transfers[SETTLE_N_LEGS];
    guint got =
        settle_ledger_differences(&like, march + 2, differences[i].withheld, &differences[i].wanted,
                                  differences[i].posted, &periods, transfers);

    for (; n < 3 && differences[i].transfers[n].amount != 0; n++) {
        int leg = differences[i].transfers[n].leg;
        gboolean back = differences[i].transfers[n].credit == CARRIER;

        g_assert_cmpuint(n, <, got);
        g_assert_cmpint(transfers[n].slot, ==, settle_slot(3, 2, (unsigned) leg));
        g_assert_cmpint(transfers[n].amount_minor, ==, differences[i].transfers[n].amount);
        g_assert_cmpint(transfers[n].debit, ==, differences[i].transfers[n].debit);
        g_assert_cmpint(transfers[n].credit, ==, differences[i].transfers[n].credit);
        g_assert_cmpint(transfers[n].subject_id, ==, 71);
        g_assert_cmpint(transfers[n].distributor_id, ==, 4);
        g_assert_cmpint(transfers[n].policy_id, ==, 11);
        g_assert_cmpint(transfers[n].class_id, ==, 22);
        g_assert_cmpint(transfers[n].revision, ==, 2);
        g_assert_cmpint(transfers[n].kind, ==, SETTLE_KIND_REVENUE_SHARE);
        /* 13.2: a slot has one origin, also of what is taken back; March is closed */
        g_assert_cmpint(transfers[n].origin, ==, march);
        g_assert_cmpint(transfers[n].period, ==, march + 1);
        g_assert_cmpint(transfers[n].cause, ==, back ? march + 2 : march + 1);
    }
    g_assert_cmpuint(got, ==, n);
}

/* --- digest --------------------------------------------------------------------------------- */

static const uint8_t policy_hash[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static SettleTransfer
transfer_of(int64_t subject, SettleSlot slot)
{
    return (SettleTransfer){.subject_id = subject,
                            .amount_minor = 4000,
                            .target_minor = 4000,
                            .distributor_id = 1,
                            .policy_id = 1,
                            .slot = slot,
                            .period = 24316,
                            .origin = 24315,
                            .cause = 24314,
                            .class_id = 1,
                            .revision = 1,
                            .kind = SETTLE_KIND_UPFRONT,
                            .debit = SETTLE_ROLE_CARRIER,
                            .credit = SETTLE_ROLE_DISTRIBUTOR};
}

static const uint8_t rule_hash[SETTLE_RULE_HASH_BYTES] = {11, 12, 13, 14, 15, 16, 17, 18};
static const SettleLedgerNames names = {"C1", policy_hash, rule_hash, "sim", ""};

/* All of one carrier. */
static void
digest_of(SettleLedgerDigest *digest, const char *code, const SettleTransfer *transfers, guint n,
          const SettleLedgerNames *called, uint8_t ret_bytes[SETTLE_DIGEST_BYTES])
{
    const GArray *leaves;

    settle_ledger_digest_begin(digest, code);
    for (guint i = 0; i < n; i++)
        settle_ledger_digest_add(digest, 7, &transfers[i], called);
    leaves = settle_ledger_digest_end(digest);
    g_assert_cmpuint(leaves->len, ==, 1);
    g_assert_cmpint(g_array_index(leaves, SettleLedgerLeaf, 0).carrier_id, ==, 7);
    g_assert_cmpint(g_array_index(leaves, SettleLedgerLeaf, 0).transfers, ==, n);
    memcpy(ret_bytes, g_array_index(leaves, SettleLedgerLeaf, 0).digest, SETTLE_DIGEST_BYTES);
}

#define HEAD   7
#define RECORD 83
static const uint8_t encoded[HEAD + RECORD] = {
    2,   'D', '1',  0,    'C', '1', 0,                /* version, distributor, carrier */
    0,   0,   0,    0,    0,   0,   0,    0x03, 0xe9, /* order 1001 */
    0,   0,   0,    0,                                /* no window */
    11,  12,  13,   14,   15,  16,  17,   18,         /* rule */
    0,   0,   0,    2,    0,                          /* item 2, leg 0 */
    1,   2,   3,    4,    5,   6,   7,    8,          /* policy */
    1,   1,   2,                                      /* kind, debit, credit */
    0,   0,   0,    0,    0,   0,   0x0f, 0xa0,       /* amount 40.00 */
    0,   0,   0,    0,    0,   0,   0x0f, 0xa0,       /* target */
    0,   0,   0x5e, 0xfc, 0,   0,   0x5e, 0xfb,       /* 2026-05 and 2026-04 */
    0,   0,   0x5e, 0xfa,                             /* because of 2026-03 */
    0,   1,                                           /* revision */
    's', 'i', 'm',  0,    0,   0,   0,    0,    0,    0, 0, 0, 0, 0, 0, 0, /* class */
};

/* The encoding is stored for ever: one record written out by hand, as digest.c documents it. */
static void
test_encoding(void)
{
    g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
    SettleTransfer transfer = transfer_of(1001, settle_slot(3, 2, 0));
    uint8_t expected[SETTLE_DIGEST_BYTES], actual[SETTLE_DIGEST_BYTES];

    settle_digest_once(encoded, sizeof encoded, expected);
    digest_of(digest, "D1", &transfer, 1, &names, actual);
    g_assert_cmpmem(expected, sizeof expected, actual, sizeof actual);
}

/* Every field that is not an id of the database changes the digest; those ids do not. */
static const struct {
    const char *name;
    SettleTransfer change; /* added to the transfer's fields */
    gboolean differs;
} fields[] = {
    {"subject", {.subject_id = 1}, TRUE},
    {"leg", {.slot = 1}, TRUE},
    {"item", {.slot = 1 << 4}, TRUE},
    {"number of the rule", {.slot = 1 << 16}, FALSE},
    {"amount", {.amount_minor = 1}, TRUE},
    {"target", {.target_minor = 1}, TRUE},
    {"period", {.period = 1}, TRUE},
    {"origin", {.origin = 1}, TRUE},
    {"cause", {.cause = 1}, TRUE},
    {"revision", {.revision = 1}, TRUE},
    {"kind", {.kind = 1}, TRUE},
    {"debit", {.debit = 1}, TRUE},
    {"credit", {.credit = 1}, TRUE},
    {"distributor id", {.distributor_id = 1}, FALSE},
    {"policy id", {.policy_id = 1}, FALSE},
    {"class id", {.class_id = 1}, FALSE},
};

static void
test_fields(gconstpointer data)
{
    const SettleTransfer *change = &fields[GPOINTER_TO_UINT(data)].change;
    g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
    SettleTransfer t = transfer_of(1001, settle_slot(3, 2, 0));
    uint8_t before[SETTLE_DIGEST_BYTES], after[SETTLE_DIGEST_BYTES];

    digest_of(digest, "D1", &t, 1, &names, before);
    t.subject_id += change->subject_id;
    t.slot += change->slot;
    t.amount_minor += change->amount_minor;
    t.target_minor += change->target_minor;
    t.period += change->period;
    t.origin += change->origin;
    t.cause += change->cause;
    t.revision = (int16_t) (t.revision + change->revision);
    t.kind = (uint8_t) (t.kind + change->kind);
    t.debit = (uint8_t) (t.debit + change->debit);
    t.credit = (uint8_t) (t.credit + change->credit);
    t.distributor_id += change->distributor_id;
    t.policy_id += change->policy_id;
    t.class_id = (int16_t) (t.class_id + change->class_id);
    digest_of(digest, "D1", &t, 1, &names, after);
    g_assert_cmpint(memcmp(before, after, sizeof before) != 0, ==,
                    fields[GPOINTER_TO_UINT(data)].differs);
}

static void
test_heads(void)
{
    static const uint8_t other_hash[32] = {1, 2, 3, 4, 5, 6, 7, 9, 9};
    const SettleLedgerNames others[] = {
        {"C2", policy_hash, rule_hash, "sim", ""},  {"C1", other_hash, rule_hash, "sim", ""},
        {"C1", policy_hash, other_hash, "sim", ""}, {"C1", policy_hash, rule_hash, "", ""},
        {"C1", NULL, rule_hash, "sim", ""},
    };
    enum { N = G_N_ELEMENTS(others) + 2 };
    g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
    SettleTransfer t = transfer_of(1001, settle_slot(3, 2, 0));
    uint8_t all[N][SETTLE_DIGEST_BYTES];

    digest_of(digest, "D1", &t, 1, &names, all[N - 2]);
    digest_of(digest, "D2", &t, 1, &names, all[N - 1]);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        digest_of(digest, "D1", &t, 1, &others[i], all[i]);
    for (guint i = 0; i < N; i++)
        for (guint j = 0; j < i; j++)
            g_assert_cmpint(memcmp(all[i], all[j], SETTLE_DIGEST_BYTES), !=, 0);
}

/* More than the buffer holds: as if the bytes had been hashed in one piece; and nothing of what
 * went before (another distributor, one given up half-way) shows. */
static void
test_feeding(void)
{
    enum { N = 5000 };
    g_autofree SettleTransfer *transfers = g_new(SettleTransfer, N);
    g_autofree uint8_t *bytes = g_malloc(HEAD + N * RECORD);
    g_autoptr(SettleLedgerDigest) fresh = settle_ledger_digest_new();
    g_autoptr(SettleLedgerDigest) used = settle_ledger_digest_new();
    uint8_t whole[SETTLE_DIGEST_BYTES], actual[SETTLE_DIGEST_BYTES];
    uint8_t *at = bytes;

    memcpy(at, encoded, HEAD);
    at += HEAD;
    for (int i = 0; i < N; i++) {
        int64_t subject = GINT64_TO_BE(INT64_C(1001) + i);

        transfers[i] = transfer_of(1001 + i, settle_slot(3, 2, 0));
        memcpy(at, encoded + HEAD, RECORD);
        memcpy(at + 1, &subject, 8);
        at += RECORD;
    }
    settle_digest_once(bytes, HEAD + N * RECORD, whole);
    digest_of(fresh, "D1", transfers, N, &names, actual);
    g_assert_cmpmem(whole, sizeof whole, actual, sizeof actual);

    digest_of(used, "D0", transfers + 17, 1500, &names, actual);
    settle_ledger_digest_begin(used, "D9");
    settle_ledger_digest_add(used, 3, &transfers[40], &names);
    digest_of(used, "D1", transfers, N, &names, actual);
    g_assert_cmpmem(whole, sizeof whole, actual, sizeof actual);
}

/* Two carriers' transfers in turn: each has the leaf that it has alone. */
static void
test_leaves(void)
{
    const SettleLedgerNames second = {"C2", policy_hash, rule_hash, "sim", ""};
    g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
    SettleTransfer mixed[6], of_second[3];
    uint8_t alone[2][SETTLE_DIGEST_BYTES];
    const GArray *leaves;

    for (int i = 0; i < 6; i++)
        mixed[i] = transfer_of(1001 + i, settle_slot(3, 2, 0));
    settle_ledger_digest_begin(digest, "D1");
    for (int i = 0; i < 6; i++)
        settle_ledger_digest_add(digest, i % 2 == 0 ? 9 : 7, &mixed[i],
                                 i % 2 == 0 ? &second : &names);
    leaves = settle_ledger_digest_end(digest);
    g_assert_cmpuint(leaves->len, ==, 2);
    for (int i = 0; i < 2; i++)
        memcpy(alone[i], g_array_index(leaves, SettleLedgerLeaf, i).digest, SETTLE_DIGEST_BYTES);
    g_assert_cmpint(g_array_index(leaves, SettleLedgerLeaf, 0).carrier_id, ==, 7);
    for (int i = 0; i < 2; i++) {
        uint8_t expected[SETTLE_DIGEST_BYTES];

        for (int k = 0; k < 3; k++)
            of_second[k] = mixed[2 * k + (i == 0 ? 1 : 0)];
        digest_of(digest, "D1", of_second, 3, i == 0 ? &names : &second, expected);
        g_assert_cmpmem(expected, sizeof expected, alone[i], sizeof alone[i]);
    }
}

/* Numbers of rules, outlets, managers, versions and runs decide the order in which transfers come,
 * and nothing in the digest: the same postings under other numbers give the same. */
static void
test_numbers_do_not_matter(void)
{
    static const uint8_t other_rule[SETTLE_RULE_HASH_BYTES] = {9};
    const SettleLedgerNames called[] = {
        {"C1", policy_hash, rule_hash, "sim", ""}, {"C1", policy_hash, other_rule, "sim", ""},
        {"C1", policy_hash, rule_hash, "", "O-1"}, {"C1", policy_hash, rule_hash, "", "O-2"},
        {"C1", policy_hash, NULL, "", ""},
    };
    static const struct {
        int names;
        int32_t policy, outlet, run; /* of the order: all 0 */
        guint rule;
    } runs[2][5] = {
        {{0, 0, 0, 0, 1}, {1, 0, 0, 0, 2}, {2, 3, 5, 0, 1}, {3, 3, 6, 0, 1}, {4, 0, 0, 8, 0}},
        {{1, 0, 0, 0, 4}, {0, 0, 0, 0, 9}, {3, 4, 2, 0, 9}, {2, 4, 7, 0, 9}, {4, 0, 0, 2, 0}},
    };
    g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
    uint8_t got[2][SETTLE_DIGEST_BYTES];

    for (int i = 0; i < 2; i++) {
        settle_ledger_digest_begin(digest, "D1");
        for (int k = 0; k < 5; k++) {
            const SettleWindowSubject window = {runs[i][k].policy, SETTLE_SCOPE_OF_OUTLET,
                                                runs[i][k].outlet, 24315};
            SettleTransfer t = transfer_of(1001, settle_slot(runs[i][k].rule, 0, 0));

            if (runs[i][k].outlet != 0)
                t.subject_id = settle_subject_window(&window);
            if (runs[i][k].run != 0)
                t.subject_id = settle_subject_invoice(runs[i][k].run, 1);
            t.amount_minor = 100 + runs[i][k].names;
            settle_ledger_digest_add(digest, 1, &t, &called[runs[i][k].names]);
        }
        memcpy(got[i], g_array_index(settle_ledger_digest_end(digest), SettleLedgerLeaf, 0).digest,
               SETTLE_DIGEST_BYTES);
    }
    g_assert_cmpmem(got[0], sizeof got[0], got[1], sizeof got[1]);
}

/* Keys that do not ascend are a broken promise of our own. Each row: two keys in turn. */
static const struct {
    const char *name;
    int64_t subjects[2];
    SettleSlot slots[2];
    uint8_t debits[2];
    gboolean allowed;
} keys[] = {
    {"subject ascends", {1, 2}, {9, 1}, {2, 1}, TRUE},
    {"slot ascends", {1, 1}, {1, 2}, {2, 1}, TRUE},
    {"debit ascends", {1, 1}, {1, 1}, {1, 2}, TRUE},
    {"the same twice", {1, 1}, {1, 1}, {1, 1}, FALSE},
    {"subject descends", {2, 1}, {1, 2}, {1, 2}, FALSE},
    {"slot descends", {1, 1}, {2, 1}, {1, 2}, FALSE},
    {"debit descends", {1, 1}, {1, 1}, {2, 1}, FALSE},
};

static void
test_keys(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);

    if (g_test_subprocess()) {
        g_autoptr(SettleLedgerDigest) digest = settle_ledger_digest_new();
        SettleTransfer transfers[2];
        uint8_t bytes[SETTLE_DIGEST_BYTES];

        for (int n = 0; n < 2; n++) {
            transfers[n] = transfer_of(keys[i].subjects[n], keys[i].slots[n]);
            transfers[n].debit = keys[i].debits[n];
        }
        digest_of(digest, "D1", transfers, 2, &names, bytes);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    if (keys[i].allowed) {
        g_test_trap_assert_passed();
    } else {
        g_test_trap_assert_failed();
        g_test_trap_assert_stderr("*broken invariant*");
    }
}

/* Frozen 100, 30 forfeited, topped up by 10, a debt of 50 covered and the rest given back at the
 * end; then frozen again. */
static void
test_deposit(void)
{
    static const struct {
        guint leg;
        gboolean out;
        int64_t amount, frozen, used;
    } steps[] = {
        {SETTLE_DEPOSIT_CASH, FALSE, 100, 100, 0},
        {SETTLE_DEPOSIT_FORFEIT, TRUE, 30, 100, 30},
        {SETTLE_DEPOSIT_CASH, FALSE, 10, 110, 30},
        {SETTLE_DEPOSIT_COVER | SETTLE_DEPOSIT_END, TRUE, 50, 110, 80},
        {SETTLE_DEPOSIT_CASH | SETTLE_DEPOSIT_END, TRUE, 30, 0, 0},
        {SETTLE_DEPOSIT_CASH, FALSE, 70, 70, 0},
        /* used up, but not at its end: it stays known */
        {SETTLE_DEPOSIT_INVOICED, TRUE, 70, 70, 70},
    };
    SettleDeposit deposit = {0, 0};

    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_assert_true(settle_deposit_take(&deposit, steps[i].leg, steps[i].out, steps[i].amount));
        g_assert_cmpint(deposit.frozen_minor, ==, steps[i].frozen);
        g_assert_cmpint(deposit.used_minor, ==, steps[i].used);
    }
    g_assert_cmpint(settle_deposit_balance(&deposit), ==, 0);
    /* nothing but cash goes into a deposit, and there are no more legs than these */
    g_assert_false(settle_deposit_take(&deposit, SETTLE_DEPOSIT_FORFEIT, FALSE, 1));
    g_assert_false(settle_deposit_take(&deposit, 8, TRUE, 1));
    deposit.frozen_minor = INT64_MAX;
    g_assert_false(settle_deposit_take(&deposit, SETTLE_DEPOSIT_CASH, FALSE, 1));
}

static void
test_release_day(void)
{
    static const char *const days[][2] = {{"2026-01-01", "2026-03-31"},
                                          {"2026-01-31", "2026-03-31"},
                                          {"2025-12-15", "2026-02-28"},
                                          {"2027-12-31", "2028-02-29"}};

    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        char text[SETTLE_DAY_TEXT_BYTES];
        SettleDay ended = 0;

        g_assert_true(settle_day_parse(days[i][0], strlen(days[i][0]), &ended));
        g_assert_cmpstr(settle_day_format(settle_deposit_release_day(ended), text), ==, days[i][1]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    ADD_TABLE("/ledger/periods/", periods_table, test_periods)
    ADD_TABLE("/ledger/difference/", differences, test_differences)
    ADD_TABLE("/ledger/digest/field/", fields, test_fields)
    ADD_TABLE("/ledger/digest/keys/", keys, test_keys)
    g_test_add_func("/ledger/deposit", test_deposit);
    g_test_add_func("/ledger/deposit/release", test_release_day);
    g_test_add_func("/ledger/digest/encoding", test_encoding);
    g_test_add_func("/ledger/digest/heads", test_heads);
    g_test_add_func("/ledger/digest/feeding", test_feeding);
    g_test_add_func("/ledger/digest/leaves", test_leaves);
    g_test_add_func("/ledger/digest/numbers", test_numbers_do_not_matter);
    return g_test_run();
}
