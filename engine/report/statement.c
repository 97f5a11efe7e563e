#include "report/statement.h"

#include "base/checked.h"
#include "model/transfer.h"
#include "money/money.h"
#include "store/sql.h"

#include <string.h>

#define CURRENCY ((SettleCurrency) 156) /* yuan */

int
settle_statement_exponent(void)
{
    return settle_currency_exponent(CURRENCY);
}

const char *
settle_match_name(SettleMatchState state)
{
    static const char *const names[SETTLE_N_MATCHES] = {
        "matched", "short", "over", "other-period", "missing", "unknown", "unreadable"};

    settle_invariant(state < SETTLE_N_MATCHES);
    return names[state];
}

SettleMatchState
settle_match_parse(const char *name)
{
    int state = SETTLE_MATCHED;

    while (state < SETTLE_N_MATCHES && strcmp(settle_match_name(state), name) != 0)
        state++;
    return (SettleMatchState) state;
}

const char *
settle_decided_name(SettleDecided decided)
{
    return decided == SETTLE_DIFFERENCE_OPEN       ? "open"
           : decided == SETTLE_DIFFERENCE_DISPUTED ? "disputed"
                                                   : "accepted";
}

static void
clear_item(gpointer data)
{
    SettleStatementItem *item = data;

    g_free(item->ref);
    g_free(item->subject);
    g_free(item->remark);
    g_free(item->decided_by);
    g_free(item->reason);
}

void
settle_statement_clear(SettleStatement *statement)
{
    g_clear_pointer(&statement->items, g_array_unref);
    g_free(statement->carrier);
    g_free(statement->file);
    g_free(statement->imported_by);
    g_free(statement->imported_at);
    memset(statement, 0, sizeof *statement);
}

/* Under which the control log has it: "CARRIER/2026-03". */
static char *
name_of(const char *carrier, SettleMonth period)
{
    char month[SETTLE_DAY_TEXT_BYTES];

    return g_strdup_printf("%s/%s", carrier, settle_month_format(period, month));
}

/* --- taking in -------------------------------------------------------------------------------- */

typedef struct {
    int64_t n_lines, n_unreadable, total_minor;
    int64_t position;     /* of the second reading */
    SettleWriter *writer; /* of the second reading; NULL: the first */
} Reading;

static gboolean
take_line(gpointer user_data, const SettleStatementLine *line, GError **error)
{
    Reading *reading = user_data;
    SettleWriter *writer = reading->writer;

    reading->n_lines++;
    reading->n_unreadable += line->fault != NULL;
    if (!settle_add_i64(reading->total_minor, line->amount_minor, &reading->total_minor)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                    "the statement adds up to more than 64 bits hold");
        return FALSE;
    }
    if (writer == NULL)
        return TRUE;
    if (!settle_writer_row(writer, 8, error))
        return FALSE;
    settle_writer_i64(writer, reading->position);
    settle_writer_i64(writer, line->line);
    settle_writer_i16(writer, (int16_t) line->kind);
    settle_writer_month(writer, line->origin);
    settle_writer_i64(writer, line->subject_id);
    settle_writer_i64(writer, line->amount_minor);
    settle_writer_text(writer, line->subject, line->subject_length);
    if (line->fault != NULL)
        settle_writer_text(writer, line->fault, strlen(line->fault));
    else
        settle_writer_null(writer);
    return TRUE;
}

static gboolean
find_carrier(SettleStore *store, const char *carrier, int32_t *ret_id, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_deposit_party, error, "is",
                                                     (int32_t) SETTLE_DIM_CARRIER, carrier);

    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"", carrier);
        return FALSE;
    }
    *ret_id = settle_result_i32(row, 0, 0);
    return TRUE;
}

/* The second reading, into the database; the first one's sums must come out again. */
static gboolean
store_lines(SettleStore *store, const char *path, const SettleStatementMapping *mapping,
            int32_t carrier_id, const SettleKeyed *key, SettleMonth period, const Reading *first,
            const char *hash, int64_t position, GError **error)
{
    Reading second = {.position = position};
    uint8_t digest[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];

    second.writer = settle_store_copy_in(store, settle_sql_copy_statement_line, error);
    if (second.writer == NULL)
        return FALSE;
    if (!settle_statement_file_read(path, mapping, carrier_id, key, period,
                                    settle_statement_exponent(), take_line, &second, digest,
                                    error))
        goto failed;
    settle_digest_hex(digest, hex);
    if (strcmp(hex, hash) != 0 || second.n_lines != first->n_lines) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "%s changed while it was read", path);
        goto failed;
    }
    return settle_writer_finish(second.writer, error);
failed:
    settle_writer_abort(second.writer);
    return FALSE;
}

gboolean
settle_statement_import(SettleStore *store, const char *path, const char *carrier,
                        SettleMonth period, const SettleStatementMapping *mapping,
                        int64_t tolerance_minor, SettleStatement *ret_statement, GError **error)
{
    g_autofree char *name = name_of(carrier, period), *how = settle_statement_mapping_hash(mapping),
                    *file = g_path_get_basename(path), *file_shown = g_utf8_make_valid(file, -1);
    g_autoptr(SettleResult) holds = NULL, detail = NULL;
    g_autoptr(GPtrArray) keys = NULL;
    const SettleKeyed *key;
    Reading reading = {.writer = NULL};
    uint8_t digest[SETTLE_DIGEST_BYTES];
    char hex[SETTLE_DIGEST_BYTES * 2 + 1];
    g_autoptr(GArray) sums = g_array_new(FALSE, FALSE, sizeof(SettleTableSum));
    SettleTableSum sum = {.rows = 0};
    int64_t last, position;
    int32_t carrier_id;
    gboolean stored;

    if (!find_carrier(store, carrier, &carrier_id, error) ||
        (keys = settle_store_carrier_keys(store, error)) == NULL)
        return FALSE;
    key = g_ptr_array_index(keys, carrier_id);
    if (!settle_statement_file_read(path, mapping, carrier_id, key, period,
                                    settle_statement_exponent(), take_line, &reading, digest,
                                    error))
        return FALSE;
    settle_digest_hex(digest, hex);
    if (!settle_store_begin(store, error))
        return FALSE;
    /* the counter's row is ours until the end: nobody takes in the same one beside us */
    if (!settle_store_count(store, "control", 0, &last, error) ||
        (holds = settle_store_query(store, settle_sql_statement_current, error, "s", name)) == NULL)
        goto failed;
    if (settle_result_rows(holds) > 0 && strcmp(settle_result_text(holds, 0, 2), hex) == 0 &&
        strcmp(settle_result_text(holds, 0, 3), how) == 0 &&
        settle_result_i64(holds, 0, 5) == tolerance_minor) {
        settle_store_rollback(store);
        return settle_statement_load(store, carrier, period, ret_statement, error);
    }
    settle_store_sum_rows(store, sums);
    stored =
        store_lines(store, path, mapping, carrier_id, key, period, &reading, hex, last + 1, error);
    settle_store_sum_rows(store, NULL);
    if (!stored)
        goto failed;
    if (sums->len > 0)
        sum = g_array_index(sums, SettleTableSum, 0);
    detail = settle_store_query(store, settle_sql_statement_detail, error, "sslllly", file_shown,
                                how, reading.n_lines, reading.n_unreadable, reading.total_minor,
                                tolerance_minor, sum.digest, sizeof sum.digest);
    if (detail == NULL || !settle_store_control(store, "statement-import", name, digest, NULL,
                                                settle_result_text(detail, 0, 0), &position, error))
        goto failed;
    settle_invariant(position == last + 1);
    if (!settle_store_commit(store, error))
        goto failed;
    if (!settle_statement_load(store, carrier, period, ret_statement, error))
        return FALSE;
    ret_statement->is_new = TRUE;
    return TRUE;
failed:
    settle_store_rollback(store);
    return FALSE;
}

gboolean
settle_statement_load(SettleStore *store, const char *carrier, SettleMonth period,
                      SettleStatement *ret_statement, GError **error)
{
    g_autofree char *name = name_of(carrier, period);
    g_autoptr(SettleResult) row = NULL;
    const uint8_t *bytes;
    size_t length;
    int32_t carrier_id;

    if (!find_carrier(store, carrier, &carrier_id, error) ||
        (row = settle_store_query(store, settle_sql_statement_current, error, "s", name)) == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "no statement of %s was taken in",
                    name);
        settle_error_hint(error, "settle reconcile statement FILE.csv --carrier C --period P");
        return FALSE;
    }
    *ret_statement = (SettleStatement){
        .carrier = g_strdup(carrier),
        .period = period,
        .carrier_id = carrier_id,
        .position = settle_result_i64(row, 0, 0),
        .n_lines = settle_result_i64(row, 0, 4),
        .tolerance_minor = settle_result_i64(row, 0, 5),
        .file = g_strdup(settle_result_text(row, 0, 1)),
        .imported_by = g_strdup(settle_result_text(row, 0, 6)),
        .imported_at = g_strdup(settle_result_text(row, 0, 7)),
    };
    bytes = settle_result_bytes(row, 0, 8, &length);
    memcpy(ret_statement->digest, bytes, MIN(length, sizeof ret_statement->digest));
    return TRUE;
}

/* --- matching --------------------------------------------------------------------------------- */

/* A line of theirs; its texts stay in the database until somebody wants to see them. */
typedef struct {
    int64_t subject_id, line, amount_minor;
    int64_t before; /* of a repeated line: the first one's */
    SettleMonth origin, ours_origin;
    uint8_t kind, state;
    gboolean taken; /* it has found its own */
} Line;

typedef struct {
    SettleStore *store;
    SettleStatement *statement;
    GArray *lines;     /* Line, never moved once it is filled */
    GHashTable *index; /* Line -> itself, by subject, kind and origin */
} Matching;

static guint
hash_line(gconstpointer data)
{
    const Line *line = data;
    guint64 h = ((guint64) line->subject_id ^ (guint64) line->kind << 56) *
                G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);

    return (guint) (h >> 32) ^ (guint) line->origin * 31u;
}

static gboolean
same_line(gconstpointer a, gconstpointer b)
{
    const Line *x = a, *y = b;

    return x->subject_id == y->subject_id && x->kind == y->kind && x->origin == y->origin;
}

static Line *
find(const Matching *m, int64_t subject_id, int kind, SettleMonth origin)
{
    const Line key = {.subject_id = subject_id, .kind = (uint8_t) kind, .origin = origin};

    return g_hash_table_lookup(m->index, &key);
}

static gboolean
count(Matching *m, SettleMatchState state, int64_t theirs_minor, int64_t ours_minor, GError **error)
{
    SettleStatement *s = m->statement;

    s->n[state]++;
    if (settle_add_i64(s->theirs_minor[state], theirs_minor, &s->theirs_minor[state]) &&
        settle_add_i64(s->ours_minor[state], ours_minor, &s->ours_minor[state]))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                "the statement adds up to more than 64 bits hold");
    return FALSE;
}

static gboolean
load_lines(Matching *m, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(m->store, settle_sql_statement_lines, error, "l", m->statement->position);
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (settle_reader_next(reader, &failure)) {
        const Line line = {
            .line = settle_reader_i64(reader, 0),
            .kind = (uint8_t) settle_reader_i16(reader, 1),
            .origin = settle_reader_month(reader, 2),
            .subject_id = settle_reader_i64(reader, 3),
            .amount_minor = settle_reader_i64(reader, 4),
        };

        g_array_append_val(m->lines, line);
    }
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    for (guint i = 0; i < m->lines->len; i++) {
        Line *line = &g_array_index(m->lines, Line, i);
        const Line *before = line->kind != 0 ? g_hash_table_lookup(m->index, line) : NULL;

        line->state = line->kind == 0 ? SETTLE_UNREADABLE : SETTLE_UNKNOWN;
        if (before != NULL)
            line->before = before->line;
        else if (line->kind != 0)
            g_hash_table_add(m->index, line);
    }
    return TRUE;
}

static char *
text_of(const SettleReader *reader, int column)
{
    size_t length;
    const char *text = settle_reader_text(reader, column, &length);

    return g_strndup(text, length);
}

static char *
ref_of(int kind, SettleMonth origin, const char *subject)
{
    char month[SETTLE_DAY_TEXT_BYTES];

    return g_strdup_printf("%s/%s/%s", settle_kind_name((SettleKind) kind),
                           settle_month_format(origin, month), subject);
}

/* "DISTRIBUTOR/RULE" of columns of a row. */
static char *
volume_subject(const SettleReader *reader, int shop, int rule)
{
    g_autofree char *distributor = text_of(reader, shop), *name = text_of(reader, rule);

    return g_strdup_printf("%s/%s", distributor, name);
}

/* One of our amounts finds its line, or is missing at the carrier. */
static gboolean
take_ours(Matching *m, const SettleReader *reader, GError **error)
{
    SettleStatement *s = m->statement;
    int kind = settle_reader_i16(reader, 1);
    int64_t subject_id = settle_reader_i64(reader, 0), ours = settle_reader_i64(reader, 2), less;
    g_autofree char *subject = NULL;
    SettleStatementItem item;
    Line *line;

    if (kind == SETTLE_KIND_VOLUME_BONUS) {
        subject = volume_subject(reader, 3, 5);
        subject_id = settle_statement_volume_id(s->carrier_id, subject, strlen(subject));
    }
    line = find(m, subject_id, kind, s->period);
    if (line == NULL) {
        if (!count(m, SETTLE_MISSING, 0, ours, error))
            return FALSE;
        item = (SettleStatementItem){
            .state = SETTLE_MISSING,
            .subject = subject != NULL ? g_steal_pointer(&subject) : text_of(reader, 4),
            .kind = kind,
            .origin = s->period,
            .ours_minor = ours,
        };
        item.ref = ref_of(kind, item.origin, item.subject);
        g_array_append_val(s->items, item);
        return TRUE;
    }
    line->taken = TRUE;
    /* amounts of one order: far below 64 bits, or they could not be sums of it */
    if (!settle_sub_i64(ours, line->amount_minor, &less))
        less = G_MAXINT64;
    line->state = ABS(less) <= s->tolerance_minor ? SETTLE_MATCHED
                  : less > 0                      ? SETTLE_SHORT
                                                  : SETTLE_OVER;
    if (!count(m, (SettleMatchState) line->state, line->amount_minor, ours, error))
        return FALSE;
    if (line->state == SETTLE_MATCHED)
        return TRUE;
    item = (SettleStatementItem){.state = (SettleMatchState) line->state,
                                 .line = line->line,
                                 .kind = kind,
                                 .origin = line->origin,
                                 .theirs_minor = line->amount_minor,
                                 .ours_minor = ours};
    g_array_append_val(s->items, item);
    return TRUE;
}

static gboolean
match_ours(Matching *m, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(m->store, settle_sql_statement_ours, error, "imh",
                          m->statement->carrier_id, m->statement->period, (int) CURRENCY);
    GError *failure = NULL;

    if (reader == NULL)
        return FALSE;
    while (failure == NULL && settle_reader_next(reader, &failure))
        take_ours(m, reader, &failure);
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* We have this amount in another month than the statement's: the line that says it for that month,
 * or for the statement's, is explained. */
static void
explain(Matching *m, int64_t subject_id, int kind, SettleMonth origin, int64_t net)
{
    Line *const lines[] = {find(m, subject_id, kind, m->statement->period),
                           find(m, subject_id, kind, origin)};

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        if (lines[i] != NULL && lines[i]->state == SETTLE_UNKNOWN &&
            lines[i]->amount_minor == net) {
            lines[i]->state = SETTLE_OTHER_PERIOD;
            lines[i]->ours_origin = origin;
        }
}

/* Of what is left over: do we have it in another month? */
static gboolean
match_elsewhere(Matching *m, GError **error)
{
    const SettleStatement *s = m->statement;
    g_autoptr(GArray) orders = g_array_new(FALSE, FALSE, sizeof(int64_t));
    gboolean any_volume = FALSE;
    GError *failure = NULL;

    for (guint i = 0; i < m->lines->len; i++) {
        const Line *line = &g_array_index(m->lines, Line, i);

        if (line->state != SETTLE_UNKNOWN || line->before != 0)
            continue;
        any_volume = any_volume || line->kind == SETTLE_KIND_VOLUME_BONUS;
        if (line->kind != SETTLE_KIND_VOLUME_BONUS)
            g_array_append_val(orders, line->subject_id);
    }
    if (orders->len > 0) {
        g_autoptr(SettleReader) reader = settle_store_read(
            m->store, settle_sql_statement_elsewhere, error, "imLh", s->carrier_id, s->period,
            orders->data, (gsize) orders->len, (int) CURRENCY);

        if (reader == NULL)
            return FALSE;
        while (settle_reader_next(reader, &failure))
            explain(m, settle_reader_i64(reader, 0), settle_reader_i16(reader, 1),
                    settle_reader_month(reader, 2), settle_reader_i64(reader, 3));
    }
    if (any_volume && failure == NULL) {
        g_autoptr(SettleReader) reader =
            settle_store_read(m->store, settle_sql_statement_elsewhere_volume, error, "imh",
                              s->carrier_id, s->period, (int) CURRENCY);

        if (reader == NULL)
            return FALSE;
        while (settle_reader_next(reader, &failure)) {
            g_autofree char *subject = volume_subject(reader, 0, 1);

            explain(m, settle_statement_volume_id(s->carrier_id, subject, strlen(subject)),
                    SETTLE_KIND_VOLUME_BONUS, settle_reader_month(reader, 2),
                    settle_reader_i64(reader, 3));
        }
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* What nothing of ours was found for becomes items. */
static gboolean
take_rest(Matching *m, GError **error)
{
    for (guint i = 0; i < m->lines->len; i++) {
        const Line *line = &g_array_index(m->lines, Line, i);
        char month[SETTLE_DAY_TEXT_BYTES];
        int64_t ours = 0;
        SettleStatementItem item = {.state = (SettleMatchState) line->state,
                                    .line = line->line,
                                    .kind = line->kind,
                                    .origin = line->origin,
                                    .theirs_minor = line->amount_minor};

        if (line->taken)
            continue;
        if (line->state == SETTLE_OTHER_PERIOD) {
            item.remark =
                g_strdup_printf("ours is of %s", settle_month_format(line->ours_origin, month));
        } else if (line->before != 0) {
            item.remark = g_strdup_printf("said before, on line %" G_GINT64_FORMAT, line->before);
        }
        g_array_append_val(m->statement->items, item);
        if (!count(m, item.state, item.theirs_minor, ours, error))
            return FALSE;
    }
    return TRUE;
}

static int
compare_items(gconstpointer a, gconstpointer b)
{
    const SettleStatementItem *x = a, *y = b;
    int c;

    if ((x->line == 0) != (y->line == 0))
        return x->line == 0 ? 1 : -1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    c = g_strcmp0(x->subject, y->subject);
    return c != 0 ? c : x->kind - y->kind;
}

/* What the lines say, of those that did not match. Items are by line. */
static gboolean
load_texts(Matching *m, GError **error)
{
    GArray *items = m->statement->items;
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(SettleReader) reader = NULL;
    GError *failure = NULL;
    guint i = 0;

    while (i < items->len && g_array_index(items, SettleStatementItem, i).line > 0)
        g_array_append_val(lines, g_array_index(items, SettleStatementItem, i++).line);
    if (lines->len == 0)
        return TRUE;
    reader = settle_store_read(m->store, settle_sql_statement_texts, error, "lL",
                               m->statement->position, lines->data, (gsize) lines->len);
    if (reader == NULL)
        return FALSE;
    i = 0;
    while (settle_reader_next(reader, &failure)) {
        SettleStatementItem *item;

        while (i < items->len &&
               g_array_index(items, SettleStatementItem, i).line < settle_reader_i64(reader, 0))
            i++;
        settle_invariant(i < items->len);
        item = &g_array_index(items, SettleStatementItem, i);
        item->subject = text_of(reader, 1);
        if (item->kind == 0) {
            item->remark = text_of(reader, 2);
            item->ref = g_strdup_printf("line/%" G_GINT64_FORMAT, item->line);
        } else {
            g_autofree char *ref = ref_of(item->kind, item->origin, item->subject);

            /* of a repeated one, which */
            item->ref = item->remark != NULL && item->state == SETTLE_UNKNOWN
                            ? g_strdup_printf("%s#%" G_GINT64_FORMAT, ref, item->line)
                            : g_steal_pointer(&ref);
        }
    }
    if (failure != NULL)
        g_propagate_error(error, failure);
    return failure == NULL;
}

/* --- decisions -------------------------------------------------------------------------------- */

/* What was decided holds as long as both amounts are what they were then. */
static gboolean
load_decisions(Matching *m, GError **error)
{
    SettleStatement *s = m->statement;
    g_autofree char *name = name_of(s->carrier, s->period);
    g_autoptr(SettleResult) rows =
        settle_store_query(m->store, settle_sql_statement_decisions, error, "s", name);
    g_autoptr(GHashTable) last = g_hash_table_new(g_str_hash, g_str_equal); /* ref -> row + 1 */

    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++)
        g_hash_table_insert(last, (gpointer) settle_result_text(rows, i, 0),
                            GINT_TO_POINTER(i + 1));
    for (guint i = 0; i < s->items->len; i++) {
        SettleStatementItem *item = &g_array_index(s->items, SettleStatementItem, i);
        int row = GPOINTER_TO_INT(g_hash_table_lookup(last, item->ref)) - 1;

        if (row >= 0 && settle_result_i64(rows, row, 2) == item->theirs_minor &&
            settle_result_i64(rows, row, 3) == item->ours_minor) {
            item->decided = settle_result_bool(rows, row, 1) ? SETTLE_DIFFERENCE_ACCEPTED
                                                             : SETTLE_DIFFERENCE_DISPUTED;
            item->decided_by = g_strdup(settle_result_text(rows, row, 4));
            item->reason = g_strdup(settle_result_text(rows, row, 5));
        }
        s->n_open += item->decided != SETTLE_DIFFERENCE_ACCEPTED;
    }
    return TRUE;
}

gboolean
settle_statement_match(SettleStore *store, SettleStatement *statement, GError **error)
{
    Matching m = {.store = store, .statement = statement};
    gboolean ok;

    statement->items = g_array_new(FALSE, TRUE, sizeof(SettleStatementItem));
    g_array_set_clear_func(statement->items, clear_item);
    m.lines =
        g_array_sized_new(FALSE, FALSE, sizeof(Line), (guint) MIN(statement->n_lines, 1 << 28));
    m.index = g_hash_table_new(hash_line, same_line);
    ok = load_lines(&m, error) && match_ours(&m, error) && match_elsewhere(&m, error) &&
         take_rest(&m, error);
    if (ok)
        g_array_sort(statement->items, compare_items);
    ok = ok && load_texts(&m, error) && load_decisions(&m, error);
    g_hash_table_unref(m.index);
    g_array_unref(m.lines);
    return ok;
}

gboolean
settle_statement_decide(SettleStore *store, const SettleStatement *statement,
                        const GPtrArray *items, SettleDecided decided, const char *reason,
                        GError **error)
{
    g_autofree char *name = name_of(statement->carrier, statement->period);
    const char *action =
        decided == SETTLE_DIFFERENCE_ACCEPTED ? "statement-accept" : "statement-dispute";

    if (!settle_store_begin(store, error))
        return FALSE;
    for (guint i = 0; i < items->len; i++) {
        const SettleStatementItem *item = g_ptr_array_index(items, i);
        g_autoptr(SettleResult) detail =
            settle_store_query(store, settle_sql_statement_decision_detail, error, "sll", item->ref,
                               item->theirs_minor, item->ours_minor);

        if (detail == NULL ||
            !settle_store_control(store, action, name, statement->digest, reason,
                                  settle_result_text(detail, 0, 0), NULL, error)) {
            settle_store_rollback(store);
            return FALSE;
        }
    }
    return settle_store_commit(store, error);
}
