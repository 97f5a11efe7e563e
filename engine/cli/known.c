/* Looking up what a command line names, and what may have been meant by what nobody knows. */
#include "cli/known.h"

#include "base/near.h"
#include "model/directory.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

/* As many are named in a hint when nothing comes near. */
#define SHOWN 8

/* --- the nearest of many -----------------------------------------------------------------------
 */

typedef struct {
    const char *word;
    guint least;
    char *best;       /* the nearest so far, or NULL */
    GString *first;   /* the first SHOWN of them */
    char *last;       /* the one before: names of one code come one after the other */
    gint64 n;         /* different ones */
    GPtrArray *named; /* codes with this name, or with it in their name */
    gboolean exactly; /* the names are the word itself */
} Search;

static void
search_init(Search *search, const char *word)
{
    *search = (Search){.word = word, .least = settle_near_limit(word)};
    search->first = g_string_new(NULL);
    search->named = g_ptr_array_new_with_free_func(g_free);
}

static void
search_clear(Search *search)
{
    g_free(search->best);
    g_free(search->last);
    g_string_free(search->first, TRUE);
    g_ptr_array_unref(search->named);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

static void
search_add(Search *search, const char *candidate)
{
    guint n = settle_near_edits(search->word, strlen(search->word), candidate, strlen(candidate));

    if (g_strcmp0(search->last, candidate) == 0)
        return;
    g_free(search->last);
    search->last = g_strdup(candidate);
    if (search->n++ < SHOWN)
        g_string_append_printf(search->first, "%s%s", search->n > 1 ? ", " : "", candidate);
    if (n < search->least) {
        search->least = n;
        g_free(search->best);
        search->best = g_strdup(candidate);
    }
}

/* A name that is the word, or holds it, whatever its case. */
static void
search_add_name(Search *search, const char *code, const char *name)
{
    g_autofree char *asked = g_utf8_make_valid(search->word, -1); /* of a command line */
    g_autofree char *word = g_utf8_casefold(asked, -1), *text = g_utf8_casefold(name, -1);
    gboolean exactly = strcmp(word, text) == 0;
    g_autofree char *entry = NULL;

    if (strlen(word) < 3 || strstr(text, word) == NULL || (search->exactly && !exactly) ||
        (search->exactly == exactly && search->named->len >= SHOWN))
        return;
    if (exactly && !search->exactly)
        g_ptr_array_set_size(search->named, 0);
    search->exactly = exactly;
    entry = g_strdup_printf("%s (%s)", code, name);
    if (!g_ptr_array_find_with_equal_func(search->named, entry, g_str_equal, NULL))
        g_ptr_array_add(search->named, g_steal_pointer(&entry));
}

static char *
text_of(const SettleReader *reader, int column)
{
    size_t length;
    const char *text = settle_reader_text(reader, column, &length);

    return g_strndup(text, length);
}

/* Every first column of a query; with_names: the second is a name. Takes the reader over. */
static gboolean
search_rows(Search *search, SettleReader *stream, gboolean with_names, GError **error)
{
    g_autoptr(SettleReader) reader = stream;

    while (settle_reader_next(reader)) {
        g_autofree char *code = text_of(reader, 0);

        search_add(search, code);
        if (with_names) {
            g_autofree char *name = text_of(reader, 1);

            search_add_name(search, code, name);
        }
    }
    return settle_reader_end(reader, error);
}

/* --- parties -----------------------------------------------------------------------------------
 */

static const char *const plurals[] = {
    [SETTLE_DIM_CARRIER] = "carriers",
    [SETTLE_DIM_DISTRIBUTOR] = "distributors",
    [SETTLE_DIM_OUTLET] = "outlets",
    [SETTLE_DIM_MANAGER] = "managers",
};

static gboolean
is_order(SettleStore *store, const char *id, gboolean *ret_known, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_known_order, error, "s", id);

    if (row == NULL)
        return FALSE;
    *ret_known = settle_result_bool(row, 0, SQL_KNOWN_ORDER_IS_KNOWN);
    return TRUE;
}

/* "CMCC-GD-2026-000020" */
static gboolean
looks_like_invoice(const char *text)
{
    return g_regex_match_simple("^.+-[0-9]{4}-[0-9]{6,}$", text, 0, 0);
}

static void
hint_party(SettleDim dim, const char *code, const Search *search, gboolean order, GError **error)
{
    if (search->n == 0) {
        settle_error_hint(error, "no %s is known yet: settle import %s FILE", settle_dim_name(dim),
                          plurals[dim]);
    } else if (search->named->len > 0 && (search->exactly || search->best == NULL)) {
        g_autoptr(GString) names = g_string_new(NULL);

        for (guint i = 0; i < search->named->len; i++)
            g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
                                   (const char *) g_ptr_array_index(search->named, i));
        settle_error_hint(error, "that is a name; did you mean the code of %s?", names->str);
    } else if (search->best != NULL) {
        settle_error_hint(error, "did you mean \"%s\"?", search->best);
    } else if (order) {
        settle_error_hint(error, "\"%s\" is an order: settle ledger transfers --order %s", code,
                          code);
    } else if (looks_like_invoice(code)) {
        settle_error_hint(error, "the number of an invoice: settle invoice show %s", code);
    } else if (search->n <= SHOWN) {
        settle_error_hint(error, "there are %s", search->first->str);
    } else {
        settle_error_hint(error, "there are %s and %" G_GINT64_FORMAT " more", search->first->str,
                          search->n - SHOWN);
    }
}

static gboolean
known_party(SettleStore *store, SettleDim dim, const char *code, GError **error)
{
    g_autoptr(SettleResult) rows = NULL;
    g_auto(Search) search = {0};
    gboolean order = FALSE;

    search_init(&search, code);
    rows = settle_store_query(store, settle_sql_known_code, error, "s", code);
    if (rows == NULL)
        return FALSE;
    for (int i = 0; i < settle_result_rows(rows); i++)
        if (settle_result_i32(rows, i, SQL_KNOWN_CODE_DIM) == (int32_t) dim)
            return TRUE;
    if (settle_result_rows(rows) > 0) {
        const char *is =
            settle_dim_name((SettleDim) settle_result_i32(rows, 0, SQL_KNOWN_CODE_DIM));

        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no %s \"%s\"",
                    settle_dim_name(dim), code);
        settle_error_hint(error, "it is the code of a%s %s: did you mean --%s %s?",
                          is[0] == 'o' ? "n" : "", is, is, code);
        return FALSE;
    }
    if (!search_rows(&search, settle_store_read(store, settle_sql_known_parties, "h", (int) dim),
                     TRUE, error))
        return FALSE;
    if (search.best == NULL && search.named->len == 0 && !is_order(store, code, &order, error))
        return FALSE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no %s \"%s\"",
                settle_dim_name(dim), code);
    hint_party(dim, code, &search, order, error);
    return FALSE;
}

/* --- orders ------------------------------------------------------------------------------------
 */

static gboolean
known_order(SettleStore *store, const char *id, GError **error)
{
    g_autoptr(SettleResult) rows = NULL;
    g_autoptr(SettleResult) parties = NULL;
    g_autoptr(GString) near = g_string_new(NULL);
    gboolean known;

    if (!is_order(store, id, &known, error))
        return FALSE;
    if (known)
        return TRUE;
    if ((rows = settle_store_query(store, settle_sql_known_orders_near, error, "s", id)) == NULL ||
        (parties = settle_store_query(store, settle_sql_known_code, error, "s", id)) == NULL)
        return FALSE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no order \"%s\"", id);
    if (settle_result_rows(parties) > 0) {
        const char *is =
            settle_dim_name((SettleDim) settle_result_i32(parties, 0, SQL_KNOWN_CODE_DIM));

        settle_error_hint(error, "it is the code of a%s %s: did you mean --%s %s?",
                          is[0] == 'o' ? "n" : "", is, is, id);
        return FALSE;
    }
    for (int i = 0; i < settle_result_rows(rows); i++) {
        if (settle_result_is_null(rows, i, SQL_KNOWN_ORDERS_NEAR_BATCH_ID)) {
            g_string_append_printf(near, "%s\"%s\"", near->len > 0 ? " or " : "",
                                   settle_result_text(rows, i, SQL_KNOWN_ORDERS_NEAR_UPSTREAM_ID));
        } else if (near->len == 0) {
            settle_error_hint(error,
                              "line %" G_GINT64_FORMAT " of batch %d has it and was not accepted "
                              "[%s]: settle quarantine list --batch %d",
                              settle_result_i64(rows, i, SQL_KNOWN_ORDERS_NEAR_LINE),
                              settle_result_i32(rows, i, SQL_KNOWN_ORDERS_NEAR_BATCH_ID),
                              settle_result_text(rows, i, SQL_KNOWN_ORDERS_NEAR_REASON),
                              settle_result_i32(rows, i, SQL_KNOWN_ORDERS_NEAR_BATCH_ID));
            return FALSE;
        }
    }
    if (near->len > 0)
        settle_error_hint(error, "did you mean %s?", near->str);
    else if (looks_like_invoice(id))
        settle_error_hint(error, "the number of an invoice: --invoice %s", id);
    else
        settle_error_hint(error, "settle activity list --distributor CODE names a distributor's "
                                 "orders, settle quarantine list what was not accepted");
    return FALSE;
}

/* --- runs, batches, months ---------------------------------------------------------------------
 */

gboolean
settle_cli_known_runs(SettleStore *store, int32_t first, int32_t last, const char *text,
                      GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_known_runs, error, "ii", first, last);

    if (row == NULL)
        return FALSE;
    if (settle_result_bool(row, 0, SQL_KNOWN_RUNS_IS_KNOWN))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no published run %s", text);
    if (settle_result_is_null(row, 0, SQL_KNOWN_RUNS_FIRST_RUN))
        settle_error_hint(error, "no night has been settled yet: settle run --date DAY");
    else
        settle_error_hint(error, "there are %d to %d: settle report run-history lists them",
                          settle_result_i32(row, 0, SQL_KNOWN_RUNS_FIRST_RUN),
                          settle_result_i32(row, 0, SQL_KNOWN_RUNS_LAST_RUN));
    return FALSE;
}

static gboolean
known_batch(SettleStore *store, int batch, GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_known_batches, error, "i", batch);

    if (row == NULL)
        return FALSE;
    if (settle_result_bool(row, 0, SQL_KNOWN_BATCHES_IS_KNOWN))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no batch %d", batch);
    if (settle_result_is_null(row, 0, SQL_KNOWN_BATCHES_LAST_BATCH))
        settle_error_hint(error, "no file has been taken in yet: settle import KIND FILE");
    else
        settle_error_hint(error, "the last one is %d; settle import says the number of each",
                          settle_result_i32(row, 0, SQL_KNOWN_BATCHES_LAST_BATCH));
    return FALSE;
}

gboolean
settle_cli_known_period(SettleStore *store, const char *period, gboolean or_later, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_known_months, error, "");
    const char *first, *last;
    SettleMonth month, from, to;

    if (row == NULL)
        return FALSE;
    first = settle_result_text(row, 0, SQL_KNOWN_MONTHS_FIRST_MONTH_TEXT);
    last = settle_result_text(row, 0, SQL_KNOWN_MONTHS_LAST_MONTH_TEXT);
    /* of an empty database everything is empty */
    if (!settle_month_parse(first, strlen(first), &from) ||
        !settle_month_parse(last, strlen(last), &to) ||
        !settle_month_parse(period, strlen(period), &month))
        return TRUE;
    /* the month that begins may be asked for before its first night */
    if (month >= from && (or_later || month <= to + 1))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "nothing is known of period %s", period);
    if (settle_result_is_null(row, 0, SQL_KNOWN_MONTHS_LAST_DAY))
        settle_error_hint(error, "facts are of %s to %s, and no night has been settled yet", first,
                          last);
    else
        settle_error_hint(error, "facts and nights are of %s to %s, settled up to %s", first, last,
                          settle_result_text(row, 0, SQL_KNOWN_MONTHS_LAST_DAY));
    return FALSE;
}

/* --- all together ------------------------------------------------------------------------------
 */

gboolean
settle_cli_known(SettleStore *store, const SettleNamed *named, GError **error)
{
    const struct {
        SettleDim dim;
        const char *code;
    } parties[] = {
        {SETTLE_DIM_CARRIER, named->carrier},
        {SETTLE_DIM_DISTRIBUTOR, named->distributor},
        {SETTLE_DIM_OUTLET, named->outlet},
        {SETTLE_DIM_MANAGER, named->manager},
    };
    char run[16];

    g_snprintf(run, sizeof run, "%d", named->run);
    for (guint i = 0; i < G_N_ELEMENTS(parties); i++)
        if (parties[i].code != NULL && !known_party(store, parties[i].dim, parties[i].code, error))
            return FALSE;
    return (named->run == 0 || settle_cli_known_runs(store, named->run, named->run, run, error)) &&
           (named->batch == 0 || known_batch(store, named->batch, error)) &&
           (named->period == NULL || settle_cli_known_period(store, named->period, FALSE, error)) &&
           (named->order == NULL || known_order(store, named->order, error));
}

gboolean
settle_cli_known_word(const char *noun, const char *word, const char *const *words, GError **error)
{
    const char *meant;

    if (g_strv_contains(words, word))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no %s \"%s\"", noun, word);
    meant = settle_did_you_mean(word, words);
    if (meant != NULL) {
        settle_error_hint(error, "did you mean \"%s\"?", meant);
    } else {
        g_autofree char *list = g_strjoinv(", ", (char **) words);

        settle_error_hint(error, "there are %s", list);
    }
    return FALSE;
}

static void
append(GString *text, const char *noun, const char *value)
{
    if (value != NULL)
        g_string_append_printf(text, "%s%s%s%s", text->len > 0 ? ", " : "", noun,
                               noun[0] != '\0' ? " " : "", value);
}

void
settle_cli_nothing(const SettleCli *cli, const char *what, const SettleNamed *named)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char run[16], batch[16];

    if (cli->format != SETTLE_FORMAT_TABLE)
        return;
    g_snprintf(run, sizeof run, "%d", named->run);
    g_snprintf(batch, sizeof batch, "%d", named->batch);
    append(text, "carrier", named->carrier);
    append(text, "distributor", named->distributor);
    append(text, "outlet", named->outlet);
    append(text, "manager", named->manager);
    append(text, "order", named->order);
    append(text, "period", named->period);
    append(text, "run", named->run != 0 ? run : NULL);
    append(text, "batch", named->batch != 0 ? batch : NULL);
    append(text, "", named->other);
    fflush(stdout);
    fprintf(stderr, "there are no %s%s%s\n", what,
            text->len == 0                          ? ""
            : g_str_has_prefix(text->str, "up to ") ? " "
                                                    : " of ",
            text->str);
}

int
settle_cli_one_more(gint64 limit)
{
    return limit > 0 && limit < G_MAXINT ? (int) limit + 1 : 0;
}

gboolean
settle_cli_print_cut(const SettleCli *cli, SettleResult *rows, const SettleCell *cells, guint n,
                     gint64 limit, const char *what, const SettleNamed *named)
{
    g_autoptr(SettleResult) owned = rows;
    g_autoptr(SettleSheet) sheet = NULL;
    gboolean cut;

    if (owned == NULL)
        return FALSE;
    sheet = settle_sheet_from_result("", NULL, NULL, owned, cells, n);
    cut = limit > 0 && sheet->n_rows > limit;
    if (cut)
        sheet->n_rows = (guint) limit;
    settle_sheet_print(sheet, cli->format, stdout);
    if (cut)
        settle_cli_cut(limit);
    if (sheet->n_rows == 0)
        settle_cli_nothing(cli, what, named);
    return TRUE;
}

/* --- invoices ----------------------------------------------------------------------------------
 */

/* "CMCC-GD-2026-20" as numbers are written; and "CMCC-GD-" alone. */
static char *
full_number(const char *number, char **ret_carrier)
{
    g_autoptr(GRegex) regex =
        g_regex_new("^(.+-)([0-9]{4}-)0*([0-9]{1,6})$", G_REGEX_DOLLAR_ENDONLY, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *year = NULL, *place = NULL;

    if (!g_regex_match(regex, number, 0, &match))
        return NULL;
    *ret_carrier = g_match_info_fetch(match, 1);
    year = g_match_info_fetch(match, 2);
    place = g_match_info_fetch(match, 3);
    return g_strdup_printf("%s%s%06d", *ret_carrier, year, atoi(place));
}

void
settle_cli_no_invoice(SettleStore *store, const char *number, GError **error)
{
    g_autofree char *carrier = NULL, *full = full_number(number, &carrier);
    g_auto(Search) search = {0};

    search_init(&search, full != NULL ? full : number);
    search.least = MIN(search.least, 3); /* numbers are all alike */
    if (!search_rows(&search, settle_store_read(store, settle_sql_known_invoices, "s", carrier),
                     FALSE, error))
        return;
    if (search.n == 0 && carrier != NULL && /* of another carrier, perhaps */
        !search_rows(&search, settle_store_read(store, settle_sql_known_invoices, "s", NULL), FALSE,
                     error))
        return;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no invoice \"%s\"", number);
    if (search.n == 0)
        settle_error_hint(error, "no invoice has been drafted yet");
    else if (g_regex_match_simple("^[0-9]+/.+$", number, 0, 0))
        settle_error_hint(error, "that is a batch: settle invoice list --batch %s", number);
    else if (search.best != NULL)
        settle_error_hint(error, "did you mean \"%s\"? settle invoice list names them all",
                          search.best);
    else
        settle_error_hint(error, "settle invoice list names them; the last is %s", search.last);
}

gboolean
settle_cli_known_invoice_batch(SettleStore *store, int32_t run, const char *carrier, GError **error)
{
    g_autofree char *text = g_strdup_printf("%d/%s", run, carrier);
    g_auto(Search) search = {0};
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_invoice_batch, error, "is", run, carrier);

    search_init(&search, text);
    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) > 0)
        return TRUE;
    if (!settle_cli_known(store, &(SettleNamed){.carrier = carrier}, error))
        return FALSE;
    if (!search_rows(&search, settle_store_read(store, settle_sql_known_invoice_batches, ""), FALSE,
                     error))
        return FALSE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no invoice batch %s", text);
    if (search.n == 0)
        settle_error_hint(error, "no invoice has been drafted yet");
    else
        settle_error_hint(error, "settle invoice batches lists them; the last are %s",
                          search.first->str);
    return FALSE;
}

/* What is no RUN/CARRIER may be the number of an invoice: then the message names its batch. */
static gboolean
batch_of_invoice(const SettleCli *cli, const char *text, const char *what, int *ret_exit)
{
    g_autoptr(SettleStore) store = NULL;
    g_autoptr(SettleResult) row = NULL;
    GError *error = NULL;

    store = settle_cli_open(cli, SETTLE_STORE_AS_LOGIN, "invoice", &error);
    row = store != NULL ? settle_store_query(store, settle_sql_ledger_invoice, &error, "s", text)
                        : NULL;
    if (row != NULL && settle_result_rows(row) == 0) {
        settle_cli_no_invoice(store, text, &error);
    } else if (row != NULL) {
        g_set_error(&error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    "\"%s\" is an invoice of batch %d/%s, no batch", text,
                    settle_result_i32(row, 0, SQL_LEDGER_INVOICE_UP_TO_RUN),
                    settle_result_text(row, 0, SQL_LEDGER_INVOICE_CARRIER));
        settle_error_hint(&error, "settle invoice %s %d/%s, with all its invoices", what,
                          settle_result_i32(row, 0, SQL_LEDGER_INVOICE_UP_TO_RUN),
                          settle_result_text(row, 0, SQL_LEDGER_INVOICE_CARRIER));
    }
    *ret_exit = settle_cli_fail(error);
    return FALSE;
}

gboolean
settle_cli_batch(const SettleCli *cli, const char *text, const char *what, int32_t *ret_run,
                 const char **ret_carrier, int *ret_exit)
{
    const char *slash = strrchr(text, '/');
    char *end;
    long run = strtol(text, &end, 10);

    if (end > text && *end == '/' && end[1] != '\0' && run > 0 && run <= G_MAXINT32) {
        *ret_run = (int32_t) run;
        *ret_carrier = end + 1;
        return TRUE;
    }
    if (looks_like_invoice(text))
        return batch_of_invoice(cli, text, what, ret_exit);
    if (slash != NULL && g_regex_match_simple("^.+/[1-9][0-9]{0,8}$", text, 0, 0)) {
        g_autofree char *hint =
            g_strdup_printf("did you mean %s/%.*s?", slash + 1, (int) (slash - text), text);

        *ret_exit = settle_cli_usage(hint, "\"%s\" is no invoice batch: %s which", text, what);
        return FALSE;
    }
    *ret_exit = settle_cli_usage("write it as RUN/CARRIER, like 31/CMCC-GD; settle invoice batches "
                                 "lists them",
                                 "\"%s\" is no invoice batch: %s which batch", text, what);
    return FALSE;
}

/* --- policies ----------------------------------------------------------------------------------
 */

void
settle_cli_no_policy(SettleStore *store, const char *name, gboolean waiting, GError **error)
{
    g_auto(Search) search = {0};

    search_init(&search, name);
    if (!search_rows(&search, settle_store_read(store, settle_sql_known_policies, "b", waiting),
                     FALSE, error))
        return;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                waiting ? "no policy \"%s\" waits to be activated" : "there is no policy \"%s\"",
                name);
    if (search.best != NULL)
        settle_error_hint(error, "did you mean \"%s\"?", search.best);
    else if (search.n == 0)
        settle_error_hint(error, waiting ? "none waits: settle policy submit FILE, and settle "
                                           "policy list shows those that hold"
                                         : "there is none yet: settle policy submit FILE");
    else
        settle_error_hint(error, "there are %s%s; settle policy list shows them", search.first->str,
                          search.n > SHOWN ? " ..." : "");
}
