/* A statement's lines held against what is published now: by order, kind and origin (take-backs
 * also by the month of their cause), volume bonuses by distributor, rule and window. What does not
 * match becomes an item; decisions on items come from decide.c. */
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

/* A line of theirs; its texts stay in the database until somebody wants to see them. Lines of one
 * subject, kind and month belong together: the first of them holds what they come to. */
typedef struct Line Line;
struct Line {
    int64_t subject_id, line, amount_minor;
    int64_t before;         /* an earlier line that says the same; 0: none */
    Line *first;            /* of those that belong together */
    int64_t sum_minor;      /* of the first: of all of them ... */
    int64_t distinct_minor; /* ... of those that no earlier line says, too */
    int64_t theirs_minor;   /* of the first, once it has found ours: which of the two did */
    guint n_all, n_distinct;
    SettleMonth origin, ours_origin;
    uint8_t kind, state;
    gboolean taken; /* it has found its own */
};

/* What is ours of a subject and kind where the two ways to speak of take-backs differ. */
typedef struct {
    int64_t subject_id, net_minor, caused_minor;
    char *subject; /* NULL: a line has it */
    int kind;
} Either;

typedef struct {
    SettleStore *store;
    SettleStatement *statement;
    GArray *lines;       /* Line, never moved once it is filled */
    GHashTable *index;   /* first Line -> itself, by subject, kind and origin */
    GHashTable *said;    /* Line -> itself, by these and the amount */
    GArray *claims;      /* Line *: of another month, taken back of it in the statement's */
    GHashTable *claimed; /* Line -> itself: the sum of these, by subject, kind, statement's month */
    GArray *either;      /* Either */
} Matching;

static void
clear_either(gpointer data)
{
    g_free(((Either *) data)->subject);
}

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

static guint
hash_said(gconstpointer data)
{
    return hash_line(data) ^ g_int64_hash(&((const Line *) data)->amount_minor);
}

static gboolean
same_said(gconstpointer a, gconstpointer b)
{
    return same_line(a, b) && ((const Line *) a)->amount_minor == ((const Line *) b)->amount_minor;
}

static Line *
find(const Matching *m, int64_t subject_id, int kind, SettleMonth origin)
{
    const Line key = {.subject_id = subject_id, .kind = (uint8_t) kind, .origin = origin};

    return g_hash_table_lookup(m->index, &key);
}

static gboolean
too_much(GError **error)
{
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_OVERFLOW,
                "the statement adds up to more than 64 bits hold");
    return FALSE;
}

static gboolean
count(Matching *m, SettleMatchState state, int64_t theirs_minor, int64_t ours_minor, GError **error)
{
    SettleStatement *s = m->statement;

    s->n[state]++;
    if (settle_add_i64(s->theirs_minor[state], theirs_minor, &s->theirs_minor[state]) &&
        settle_add_i64(s->ours_minor[state], ours_minor, &s->ours_minor[state]))
        return TRUE;
    return too_much(error);
}

/* A line finds those that it belongs to. */
static gboolean
join(Matching *m, Line *line, GError **error)
{
    Line *first, *before;

    line->state = line->kind == 0 ? SETTLE_UNREADABLE : SETTLE_UNKNOWN;
    line->first = line;
    if (line->kind == 0)
        return TRUE;
    first = g_hash_table_lookup(m->index, line);
    before = g_hash_table_lookup(m->said, line);
    if (first == NULL)
        g_hash_table_add(m->index, first = line);
    if (before == NULL)
        g_hash_table_add(m->said, line);
    else
        line->before = before->line;
    line->first = first;
    first->n_all++;
    first->n_distinct += before == NULL;
    return (settle_add_i64(first->sum_minor, line->amount_minor, &first->sum_minor) &&
            (before != NULL || settle_add_i64(first->distinct_minor, line->amount_minor,
                                              &first->distinct_minor))) ||
           too_much(error);
}

static gboolean
fits(const Matching *m, int64_t ours, int64_t theirs)
{
    int64_t less;

    /* amounts of one order: far below 64 bits, or they could not be sums of it */
    return settle_sub_i64(ours, theirs, &less) && ABS(less) <= m->statement->tolerance_minor;
}

/* Whether lines that belong together come to an amount of ours: what each says once, or all of
 * them. */
static gboolean
comes_to(const Matching *m, const Line *first, int64_t ours)
{
    return fits(m, ours, first->distinct_minor) || fits(m, ours, first->sum_minor);
}

/* They have found ours. */
static void
settle_on(const Matching *m, Line *first, int64_t ours)
{
    gboolean all = !fits(m, ours, first->distinct_minor) && fits(m, ours, first->sum_minor);

    first->taken = TRUE;
    first->theirs_minor = all ? first->sum_minor : first->distinct_minor;
    m->statement->n_together += (all ? first->n_all : first->n_distinct) - 1;
}

/* A line that is counted with the first of those it belongs to. */
static gboolean
is_part(const Line *line)
{
    const Line *first = line->first;

    return line != first && first->taken &&
           (line->before == 0 || first->theirs_minor != first->distinct_minor);
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
    for (guint i = 0; i < m->lines->len; i++)
        if (!join(m, &g_array_index(m->lines, Line, i), error))
            return FALSE;
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

/* One of our amounts finds its lines, or is missing at the carrier. subject: of those that no line
 * has. */
static gboolean
take_ours(Matching *m, int64_t subject_id, int kind, const char *subject, int64_t ours,
          GError **error)
{
    SettleStatement *s = m->statement;
    Line *line = find(m, subject_id, kind, s->period);
    SettleStatementItem item = {
        .kind = kind, .subject_id = subject_id, .origin = s->period, .ours_minor = ours};

    if (ours == 0)
        return TRUE;
    if (line == NULL) {
        item.state = SETTLE_MISSING;
        item.subject = g_strdup(subject);
        item.ref = ref_of(kind, item.origin, item.subject);
        g_array_append_val(s->items, item);
        return count(m, SETTLE_MISSING, 0, ours, error);
    }
    settle_on(m, line, ours);
    line->state = fits(m, ours, line->theirs_minor) ? SETTLE_MATCHED
                  : ours > line->theirs_minor       ? SETTLE_SHORT
                                                    : SETTLE_OVER;
    if (line->state != SETTLE_MATCHED) {
        item.state = (SettleMatchState) line->state;
        item.line = line->line;
        item.theirs_minor = line->theirs_minor;
        if (line->n_distinct > 1)
            item.remark = g_strdup_printf("%u lines together", line->n_distinct);
        g_array_append_val(s->items, item);
    }
    return count(m, (SettleMatchState) line->state, line->theirs_minor, ours, error);
}

/* What is the same however the statement speaks of take-backs is taken at once. */
static gboolean
match_row(Matching *m, const SettleReader *reader, GError **error)
{
    const SettleMonth period = m->statement->period;
    int kind = settle_reader_i16(reader, SQL_STATEMENT_OURS_KIND);
    gboolean is_window = settle_kind_is_window(kind);
    g_autofree char *subject =
        is_window ? volume_subject(reader, SQL_STATEMENT_OURS_DISTRIBUTOR,
                                   SQL_STATEMENT_OURS_RULE_NAME)
                  : NULL;
    Either either = {
        .subject_id = is_window ? settle_statement_volume_id(m->statement->carrier_id, subject,
                                                             strlen(subject))
                                : settle_reader_i64(reader, SQL_STATEMENT_OURS_SUBJECT_KEY),
        .net_minor = settle_reader_i64(reader, SQL_STATEMENT_OURS_NET_MINOR),
        .caused_minor = settle_reader_i64(reader, SQL_STATEMENT_OURS_CAUSED_MINOR),
        .kind = kind,
    };
    const Line key = {.subject_id = either.subject_id, .kind = (uint8_t) kind, .origin = period};

    if (subject == NULL && find(m, either.subject_id, kind, period) == NULL)
        subject = text_of(reader, SQL_STATEMENT_OURS_ORDER_TEXT);
    if (either.net_minor == either.caused_minor && !g_hash_table_contains(m->claimed, &key))
        return take_ours(m, either.subject_id, kind, subject, either.net_minor, error);
    either.subject = g_steal_pointer(&subject);
    g_array_append_val(m->either, either);
    return TRUE;
}

/* What of ours take-backs and give-backs caused in the month come to, without what lines say of it
 * under its own month. */
static int64_t
caused(const Matching *m, const Either *either)
{
    const Line key = {.subject_id = either->subject_id,
                      .kind = (uint8_t) either->kind,
                      .origin = m->statement->period};
    const Line *claimed = g_hash_table_lookup(m->claimed, &key);

    return either->caused_minor - (claimed != NULL ? claimed->sum_minor : 0);
}

/* A statement speaks of take-backs in the month that caused them if more of its lines fit so than
 * fit by the month of what is taken back (docs/semantics.md 14.46). */
static void
decide_how(Matching *m)
{
    int64_t by_cause = m->claims->len, by_origin = 0;

    for (guint i = 0; i < m->either->len; i++) {
        const Either *either = &g_array_index(m->either, Either, i);
        const Line *line = find(m, either->subject_id, either->kind, m->statement->period);

        if (line == NULL)
            continue;
        by_origin += comes_to(m, line, either->net_minor);
        by_cause += comes_to(m, line, caused(m, either));
    }
    m->statement->by_cause = by_cause > by_origin;
}

static gboolean
match_ours(Matching *m, GError **error)
{
    g_autoptr(SettleReader) reader =
        settle_store_read(m->store, settle_sql_statement_ours, "imh", m->statement->carrier_id,
                          m->statement->period, (int) SETTLE_STATEMENT_CURRENCY);

    while (settle_reader_next(reader))
        if (!match_row(m, reader, error))
            return FALSE;
    if (!settle_reader_end(reader, error))
        return FALSE;
    decide_how(m);
    for (guint i = 0; i < m->claims->len && m->statement->by_cause; i++) {
        Line *line = g_array_index(m->claims, Line *, i);

        settle_on(m, line, line->theirs_minor);
        line->state = SETTLE_MATCHED;
        if (!count(m, SETTLE_MATCHED, line->theirs_minor, line->theirs_minor, error))
            return FALSE;
    }
    for (guint i = 0; i < m->either->len; i++) {
        const Either *either = &g_array_index(m->either, Either, i);

        if (!take_ours(m, either->subject_id, either->kind, either->subject,
                       m->statement->by_cause ? caused(m, either) : either->net_minor, error))
            return FALSE;
    }
    return TRUE;
}

/* We have this amount in another month than the statement's: the line that says it for that month,
 * or for the statement's, is explained. */
static gboolean
explain(Matching *m, int64_t subject_id, int kind, SettleMonth origin, int64_t net_minor,
        int64_t caused_minor G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    Line *const lines[] = {find(m, subject_id, kind, m->statement->period),
                           find(m, subject_id, kind, origin)};

    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        if (lines[i] != NULL && lines[i]->state == SETTLE_UNKNOWN && net_minor != 0 &&
            lines[i]->distinct_minor == net_minor) {
            lines[i]->state = SETTLE_OTHER_PERIOD;
            lines[i]->ours_origin = origin;
        }
    return TRUE;
}

/* Of a line of another month: what the statement's month took back of it, or gave back, is what it
 * says. */
static gboolean
claim(Matching *m, int64_t subject_id, int kind, SettleMonth origin,
      int64_t net_minor G_GNUC_UNUSED, int64_t caused_minor, GError **error)
{
    Line *line = caused_minor != 0 ? find(m, subject_id, kind, origin) : NULL;
    Line key = {
        .subject_id = subject_id, .kind = (uint8_t) kind, .origin = m->statement->period};
    Line *sum;

    /* to the fen: what else is near it may be something else */
    if (line == NULL || (line->distinct_minor != caused_minor && line->sum_minor != caused_minor))
        return TRUE;
    line->theirs_minor = caused_minor;
    g_array_append_val(m->claims, line);
    sum = g_hash_table_lookup(m->claimed, &key);
    if (sum == NULL)
        g_hash_table_add(m->claimed, sum = g_memdup2(&key, sizeof key));
    return settle_add_i64(sum->sum_minor, caused_minor, &sum->sum_minor) || too_much(error);
}

typedef gboolean (*Wanted)(const Matching *m, const Line *line);
typedef gboolean (*Found)(Matching *m, int64_t subject_id, int kind, SettleMonth origin,
                          int64_t net_minor, int64_t caused_minor, GError **error);

static gboolean
of_another_month(const Matching *m, const Line *line)
{
    return line->kind != 0 && line->origin != m->statement->period;
}

static gboolean
is_left_over(const Matching *m G_GNUC_UNUSED, const Line *line)
{
    return line->state == SETTLE_UNKNOWN;
}

static gboolean
volumes_elsewhere(Matching *m, Found found, GError **error)
{
    const SettleStatement *s = m->statement;
    g_autoptr(SettleReader) reader =
        settle_store_read(m->store, settle_sql_statement_elsewhere_volume, "imh", s->carrier_id,
                          s->period, (int) SETTLE_STATEMENT_CURRENCY);

    while (settle_reader_next(reader)) {
        g_autofree char *subject =
            volume_subject(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_CODE,
                           SQL_STATEMENT_ELSEWHERE_VOLUME_RULE);

        if (!found(m, settle_statement_volume_id(s->carrier_id, subject, strlen(subject)),
                   settle_reader_i16(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_KIND),
                   settle_reader_month(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_ORIGIN),
                   settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_NET_MINOR),
                   settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_VOLUME_CAUSED_MINOR), error))
            return FALSE;
    }
    return settle_reader_end(reader, error);
}

/* What we have in other months than the statement's of what the wanted lines name. */
static gboolean
look_elsewhere(Matching *m, Wanted wanted, Found found, GError **error)
{
    const SettleStatement *s = m->statement;
    g_autoptr(GArray) orders = g_array_new(FALSE, FALSE, sizeof(int64_t));
    gboolean any_volume = FALSE;

    for (guint i = 0; i < m->lines->len; i++) {
        const Line *line = &g_array_index(m->lines, Line, i);

        if (line->first != line || !wanted(m, line))
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
            if (!found(m, settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_KEY_ID),
                       settle_reader_i16(reader, SQL_STATEMENT_ELSEWHERE_KIND),
                       settle_reader_month(reader, SQL_STATEMENT_ELSEWHERE_ORIGIN),
                       settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_NET_MINOR),
                       settle_reader_i64(reader, SQL_STATEMENT_ELSEWHERE_CAUSED_MINOR), error))
                return FALSE;
        if (!settle_reader_end(reader, error))
            return FALSE;
    }
    return !any_volume || volumes_elsewhere(m, found, error);
}

/* What nothing of ours was found for becomes items. */
static gboolean
take_rest(Matching *m, GError **error)
{
    for (guint i = 0; i < m->lines->len; i++) {
        Line *line = &g_array_index(m->lines, Line, i);
        char month[SETTLE_DAY_TEXT_BYTES];
        SettleStatementItem item = {.state = (SettleMatchState) line->state,
                                    .line = line->line,
                                    .kind = line->kind,
                                    .subject_id = line->subject_id,
                                    .origin = line->origin,
                                    .is_again = line->first != line,
                                    .theirs_minor = line->amount_minor};

        if (line->taken || is_part(line))
            continue;
        if (line->state == SETTLE_OTHER_PERIOD) {
            settle_on(m, line, line->distinct_minor);
            item.theirs_minor = line->theirs_minor;
            item.remark =
                g_strdup_printf("ours is of %s", settle_month_format(line->ours_origin, month));
        } else if (line->before != 0) {
            item.remark = g_strdup_printf("said before, on line %" G_GINT64_FORMAT, line->before);
        }
        g_array_append_val(m->statement->items, item);
        if (!count(m, item.state, item.theirs_minor, 0, error))
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

            /* of several, which */
            item->ref = item->is_again
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
    m.said = g_hash_table_new(hash_said, same_said);
    m.claims = g_array_new(FALSE, FALSE, sizeof(Line *));
    m.claimed = g_hash_table_new_full(hash_line, same_line, g_free, NULL);
    m.either = g_array_new(FALSE, FALSE, sizeof(Either));
    g_array_set_clear_func(m.either, clear_either);
    ok = load_lines(&m, error) && look_elsewhere(&m, of_another_month, claim, error) &&
         match_ours(&m, error) && look_elsewhere(&m, is_left_over, explain, error) &&
         take_rest(&m, error);
    if (ok)
        g_array_sort(statement->items, compare_items);
    ok = ok && load_texts(&m, error) && settle_statement_load_decisions(store, statement, error);
    g_hash_table_unref(m.index);
    g_hash_table_unref(m.said);
    g_hash_table_unref(m.claimed);
    g_array_unref(m.claims);
    g_array_unref(m.either);
    g_array_unref(m.lines);
    return ok;
}
