/* Digests over what a run posted, a leaf for each distributor and carrier (docs/architecture.md
 * "Digest"). */
#include "base/error.h"
#include "ledger/ledger.h"

#include <string.h>

/* Version 2 of the encoding of a transfer, all big-endian:
 *   type of subject 1, what it is 8, last month of a window 4, rule 8, item 4, leg 1,
 *   policy hash's first 8 bytes 8, kind 1, debit 1, credit 1, amount 8, target 8, period 4,
 *   origin 4, cause 4, revision 2, class code 16 (cut or filled with NUL)
 * What a subject is: the id of an order; of a window the kind of scope 1 and the first 7 bytes of
 * SHA-256 over its code (zeros: the distributor); of an invoice its place among those of the leaf,
 * from 1; of a deposit whose it is. A leaf starts with the version and the codes of distributor and
 * carrier, a NUL after each. A subject's records, and all that are not of orders, come in the
 * order of their bytes: no number that the database gave decides. */
#define ENCODING_VERSION 2
#define RECORD           83
#define CLASS_BYTES      16
#define BUFFERED         256 /* records fed to SHA-256 at once: it is slow on small pieces */

typedef struct {
    int32_t carrier_id;
    int64_t transfers;
    SettleDigest *sha;
    GByteArray *records; /* not fed yet */
    gsize group;         /* where in them those begin that are still to be sorted */
    int64_t subject_id;  /* of the last one; 0: none */
    uint64_t invoices;   /* subjects that are one, so far */
} Leaf;

struct SettleLedgerDigest {
    GPtrArray *leaves; /* Leaf; the first n_leaves are in use */
    guint n_leaves;
    Leaf *leaf; /* the last one that took something */
    char *distributor_code;
    GArray *ended; /* SettleLedgerLeaf */
    gboolean any;
    int64_t last_subject;
    SettleSlot last_slot;
    uint8_t last_debit;
};

static void
leaf_free(gpointer data)
{
    Leaf *leaf = data;

    settle_digest_free(leaf->sha);
    g_byte_array_unref(leaf->records);
    g_free(leaf);
}

SettleLedgerDigest *
settle_ledger_digest_new(void)
{
    SettleLedgerDigest *digest = g_new0(SettleLedgerDigest, 1);

    digest->leaves = g_ptr_array_new_with_free_func(leaf_free);
    digest->ended = g_array_new(FALSE, FALSE, sizeof(SettleLedgerLeaf));
    return digest;
}

void
settle_ledger_digest_free(SettleLedgerDigest *digest)
{
    g_ptr_array_unref(digest->leaves);
    g_array_unref(digest->ended);
    g_free(digest->distributor_code);
    g_free(digest);
}

void
settle_ledger_digest_begin(SettleLedgerDigest *digest, const char *distributor_code)
{
    uint8_t dropped[SETTLE_DIGEST_BYTES];

    /* a distributor given up half-way by a failed chunk */
    for (guint i = 0; i < digest->n_leaves; i++)
        settle_digest_finish(((Leaf *) g_ptr_array_index(digest->leaves, i))->sha, dropped);
    digest->n_leaves = 0;
    digest->leaf = NULL;
    digest->any = FALSE;
    g_free(digest->distributor_code);
    digest->distributor_code = g_strdup(distributor_code);
}

static Leaf *
leaf_of(SettleLedgerDigest *digest, int32_t carrier_id, const char *carrier_code)
{
    uint8_t version = ENCODING_VERSION;
    Leaf *leaf;

    for (guint i = 0; i < digest->n_leaves; i++) {
        leaf = g_ptr_array_index(digest->leaves, i);
        if (leaf->carrier_id == carrier_id)
            return leaf;
    }
    if (digest->n_leaves == digest->leaves->len) {
        leaf = g_new0(Leaf, 1);
        leaf->sha = settle_digest_new();
        leaf->records = g_byte_array_new();
        g_ptr_array_add(digest->leaves, leaf);
    }
    leaf = g_ptr_array_index(digest->leaves, digest->n_leaves++);
    leaf->carrier_id = carrier_id;
    leaf->transfers = 0;
    leaf->group = 0;
    leaf->subject_id = 0;
    leaf->invoices = 0;
    g_byte_array_set_size(leaf->records, 0);
    settle_digest_update(leaf->sha, &version, 1);
    settle_digest_update(leaf->sha, digest->distributor_code, strlen(digest->distributor_code) + 1);
    settle_digest_update(leaf->sha, carrier_code, strlen(carrier_code) + 1);
    return leaf;
}

static int
compare_records(gconstpointer a, gconstpointer b, gpointer unused)
{
    (void) unused;
    return memcmp(a, b, RECORD);
}

/* Sorts what belongs together; what came before it can be fed. */
static void
close_group(Leaf *leaf)
{
    uint8_t *records = leaf->records->data + leaf->group;
    gsize n = (leaf->records->len - leaf->group) / RECORD;
    gboolean sorted = TRUE;

    for (gsize i = 1; i < n && sorted; i++)
        sorted = memcmp(records + (i - 1) * RECORD, records + i * RECORD, RECORD) <= 0;
    if (!sorted)
        g_qsort_with_data(records, (gint) n, RECORD, compare_records, NULL);
    leaf->group = leaf->records->len;
}

static void
feed(Leaf *leaf)
{
    settle_digest_update(leaf->sha, leaf->records->data, leaf->records->len);
    g_byte_array_set_size(leaf->records, 0);
    leaf->group = 0;
}

static inline uint8_t *
put_64(uint8_t *at, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    memcpy(at, &value, 8);
    return at + 8;
}

static inline uint8_t *
put_32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(at, &value, 4);
    return at + 4;
}

/* bytes: NULL puts zeros */
static inline uint8_t *
put_8_bytes(uint8_t *at, const uint8_t *bytes)
{
    if (bytes != NULL)
        memcpy(at, bytes, 8);
    else
        memset(at, 0, 8);
    return at + 8;
}

static uint8_t *
put_window(uint8_t *at, int64_t subject_id, const char *scope_code)
{
    uint8_t bytes[SETTLE_DIGEST_BYTES] = {0};
    SettleWindowSubject window;

    settle_subject_window_parts(subject_id, &window);
    if (window.scope_kind != SETTLE_SCOPE_OF_DISTRIBUTOR)
        settle_digest_once(scope_code, strlen(scope_code), bytes);
    *at++ = 1;
    *at++ = (uint8_t) window.scope_kind;
    memcpy(at, bytes, 7);
    return put_32(at + 7, (uint32_t) window.window_end);
}

static uint8_t *
put_subject(uint8_t *at, Leaf *leaf, const SettleTransfer *t, const SettleLedgerNames *names)
{
    gboolean of_carrier;
    int32_t carrier_id;

    if (settle_subject_is_order(t->subject_id)) {
        *at++ = 0;
        at = put_64(at, (uint64_t) t->subject_id);
    } else if (settle_subject_is_window(t->subject_id)) {
        return put_window(at, t->subject_id, names->scope_code);
    } else if (settle_subject_is_deposit(t->subject_id)) {
        settle_subject_deposit_parts(t->subject_id, &of_carrier, &carrier_id);
        *at++ = 3;
        at = put_64(at, of_carrier ? 1 : 0);
    } else {
        if (leaf->subject_id != t->subject_id)
            leaf->invoices++;
        *at++ = 2;
        at = put_64(at, leaf->invoices);
    }
    return put_32(at, 0);
}

static void
put_record(Leaf *leaf, const SettleTransfer *t, const SettleLedgerNames *names)
{
    gsize size = leaf->records->len;
    uint8_t *start, *at;

    g_byte_array_set_size(leaf->records, (guint) (size + RECORD));
    at = start = leaf->records->data + size;
    at = put_subject(at, leaf, t, names);
    at = put_8_bytes(at, names->rule_hash);
    at = put_32(at, settle_slot_item(t->slot));
    *at++ = (uint8_t) settle_slot_leg(t->slot);
    at = put_8_bytes(at, names->policy_hash);
    *at++ = t->kind;
    *at++ = t->debit;
    *at++ = t->credit;
    at = put_64(at, (uint64_t) t->amount_minor);
    at = put_64(at, (uint64_t) t->target_minor);
    at = put_32(at, (uint32_t) t->period);
    at = put_32(at, (uint32_t) t->origin);
    at = put_32(at, (uint32_t) t->cause);
    *at++ = (uint8_t) ((uint16_t) t->revision >> 8);
    *at++ = (uint8_t) t->revision;
    memset(at, 0, CLASS_BYTES);
    memcpy(at, names->class_code, strnlen(names->class_code, CLASS_BYTES));
    at += CLASS_BYTES;
    settle_invariant(at - start == RECORD);
}

void
settle_ledger_digest_add(SettleLedgerDigest *digest, int32_t carrier_id, const SettleTransfer *t,
                         const SettleLedgerNames *names)
{
    Leaf *leaf = digest->leaf;

    settle_invariant(digest->distributor_code != NULL);
    settle_invariant(!digest->any || t->subject_id > digest->last_subject ||
                     (t->subject_id == digest->last_subject &&
                      (t->slot > digest->last_slot ||
                       (t->slot == digest->last_slot && t->debit > digest->last_debit))));
    digest->any = TRUE;
    digest->last_subject = t->subject_id;
    digest->last_slot = t->slot;
    digest->last_debit = t->debit;

    if (leaf == NULL || leaf->carrier_id != carrier_id)
        leaf = digest->leaf = leaf_of(digest, carrier_id, names->carrier_code);
    /* All that are not of orders come after them, and are sorted together at the end. */
    if (t->subject_id != leaf->subject_id &&
        (leaf->subject_id == 0 || settle_subject_is_order(leaf->subject_id))) {
        close_group(leaf);
        if (leaf->records->len >= BUFFERED * RECORD)
            feed(leaf);
    }
    put_record(leaf, t, names);
    leaf->subject_id = t->subject_id;
    leaf->transfers++;
}

static int
compare_leaves(gconstpointer a, gconstpointer b)
{
    const SettleLedgerLeaf *x = a, *y = b;

    return x->carrier_id < y->carrier_id ? -1 : x->carrier_id > y->carrier_id;
}

const GArray *
settle_ledger_digest_end(SettleLedgerDigest *digest)
{
    settle_invariant(digest->distributor_code != NULL);
    g_array_set_size(digest->ended, 0);
    for (guint i = 0; i < digest->n_leaves; i++) {
        Leaf *leaf = g_ptr_array_index(digest->leaves, i);
        SettleLedgerLeaf ended = {.carrier_id = leaf->carrier_id, .transfers = leaf->transfers};

        close_group(leaf);
        feed(leaf);
        settle_digest_finish(leaf->sha, ended.digest);
        g_array_append_val(digest->ended, ended);
    }
    g_array_sort(digest->ended, compare_leaves);
    digest->n_leaves = 0;
    digest->leaf = NULL;
    g_clear_pointer(&digest->distributor_code, g_free);
    return digest->ended;
}
