/* A statement's lines held against what is published now: by order, kind and origin, volume bonuses
 * by distributor, rule and window. What does not match becomes an item; decisions on items come
 * from decide.c. */
#include "statement/internal.h"

#include "base/checked.h"
#include "model/transfer.h"
#include "store/sql.h"

#include <string.h>

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
        settle_store_read(m->store, settle_sql_statement_lines, "l", m->statement->position);

    while (settle_reader_next(reader)) {
        const Line line = {
            .line = settle_reader_i64(reader, SQL_STATEMENT_LINES_LINE),
            .kind = (uint8_t) settle_reader_i16(reader, SQL_STATEMENT_LINES_KIND),
            .origin = settle_reader_month(reader, SQL_STATEMENT_LINES_ORIGIN),
            .subject_id = settle_reader_i64(reader, SQL_STATEMENT_LINES_SUBJECT_ID),
            .amount_minor = settle_reader_i64(reader, SQL_STATEMENT_LINES_AMOUNT_MINOR),
        };

        g_array_append_val(m->lines, line);
    }
    if (!settle_reader_end(reader, error))
        return FALSE;
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
    int kind = settle_reader_i16(reader, SQL_STATEMENT_OURS_KIND);
    int64_t subject_id = settle_reader_i64(reader, SQL_STATEMENT_OURS_SUBJECT_KEY),
            ours = settle_reader_i64(reader, SQL_STATEMENT_OURS_NET_MINOR), less;
    g_autofree char *subject = NULL;
    SettleStatementItem item;
    Line *line;

    if (settle_kind_is_window(kind)) {
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
        settle_store_read(m->store, settle_sql_statement_ours, "imh", m->statement->carrier_id,
                          m->statement->period, (int) SETTLE_STATEMENT_CURRENCY);

    while (settle_reader_next(reader))
        if (!take_ours(m, reader, error))
            return FALSE;
    return settle_reader_end(reader, error);
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

    for (guint i = 0; i < m->lines->len; i++) {
        const Line *line = &g_array_index(m->lines, Line, i);

        if (line->state != SETTLE_UNKNOWN || line->before != 0)
            continue;
        any_volume = any_volume || settle_kind_is_window(line->kind);
        if (!settle_kind_is_window(line->kind))
            g_array_append_val(orders, line->subject_id);
    }
    if (orders->len > 0) {
        g_autoptr(SettleReader) reader = settle_store_read(
            m->store, settle_sql_statement_elsewhere, "imLh", s->carrier_id, s->period,
            orders->data, (gsize) orders->len, (int) SETTLE_STATEMENT_CURRENCY);

        while (settle_reader_next(reader))
            explain(m, settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_KEY_ID),
                    settle_reader_i16(reader, SQL_STATEMENT_ELSEWHERE_KIND),
                    settle_reader_month(reader, SQL_STATEMENT_ELSEWHERE_ORIGIN),
                    settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_NET_MINOR));
        if (!settle_reader_end(reader, error))
            return FALSE;
    }
    if (any_volume) {
        g_autoptr(SettleReader) reader =
            settle_store_read(m->store, settle_sql_statement_elsewhere_volume, "imh", s->carrier_id,
                              s->period, (int) SETTLE_STATEMENT_CURRENCY);

        while (settle_reader_next(reader)) {
            g_autofree char *subject = volume_subject(reader, 0, 1);

            explain(m, settle_statement_volume_id(s->carrier_id, subject, strlen(subject)),
                    settle_reader_i16(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_KIND),
                    settle_reader_month(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_ORIGIN),
                    settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_NET_MINOR));
        }
        return settle_reader_end(reader, error);
    }
    return TRUE;
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
    guint i = 0;

    while (i < items->len && g_array_index(items, SettleStatementItem, i).line > 0)
        g_array_append_val(lines, g_array_index(items, SettleStatementItem, i++).line);
    if (lines->len == 0)
        return TRUE;
    reader = settle_store_read(m->store, settle_sql_statement_texts, "lL", m->statement->position,
                               lines->data, (gsize) lines->len);
    i = 0;
    while (settle_reader_next(reader)) {
        SettleStatementItem *item;

        while (i < items->len && g_array_index(items, SettleStatementItem, i).line <
                                     settle_reader_i64(reader, SQL_STATEMENT_TEXTS_LINE))
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
    return settle_reader_end(reader, error);
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
    ok = ok && load_texts(&m, error) && settle_statement_load_decisions(store, statement, error);
    g_hash_table_unref(m.index);
    g_array_unref(m.lines);
    return ok;
}
