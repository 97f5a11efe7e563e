/* The CSV reader: what RFC 4180 allows, what it does not, and where exactly it went wrong. */
#include "intake/columns.h"
#include "intake/csv.h"

#include <string.h>

typedef struct {
    const char *text;
    size_t left;
    size_t step; /* bytes per read: block borders everywhere */
} Memory;

static gssize
read_memory(gpointer user_data, char *buffer, size_t size, G_GNUC_UNUSED GError **error)
{
    Memory *memory = user_data;
    size_t n = MIN(MIN(size, memory->left), memory->step);
    memcpy(buffer, memory->text, n);
    memory->text += n;
    memory->left -= n;
    return (gssize) n;
}

static const char *
fault_name(SettleCsvFault fault)
{
    switch (fault) {
    case SETTLE_CSV_OK:
        return "ok";
    case SETTLE_CSV_STRAY_QUOTE:
        return "stray-quote";
    case SETTLE_CSV_TEXT_AFTER_QUOTE:
        return "text-after-quote";
    case SETTLE_CSV_STRAY_CR:
        return "stray-cr";
    case SETTLE_CSV_NUL:
        return "nul";
    case SETTLE_CSV_UTF8:
        return "utf8";
    }
    g_assert_not_reached();
}

/* "LINE:[field][field]" a record, or "LINE:fault FIELD@COLUMN", then the error's message. */
static char *
render(const char *text, size_t length, size_t step)
{
    Memory memory = {text, length, step};
    g_autoptr(SettleCsv) csv = settle_csv_new("f", read_memory, &memory);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    SettleCsvRecord record;
    while (settle_csv_next(csv, &record, &error)) {
        g_string_append_printf(out, "%" G_GINT64_FORMAT ":", record.line);
        if (record.fault != SETTLE_CSV_OK)
            g_string_append_printf(out, "%s %u@%zu", fault_name(record.fault), record.fault_field,
                                   record.fault_column);
        else
            for (unsigned i = 0; i < record.n_fields; i++)
                g_string_append_printf(out, "[%.*s]", (int) record.fields[i].length,
                                       record.fields[i].text);
        g_string_append_c(out, ' ');
    }
    if (error != NULL)
        g_string_append(out, error->message);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static const struct {
    const char *name;
    const char *text;
    const char *expected;
} cases[] = {
    {"plain", "a,b\n1,2\n", "1:[a][b] 2:[1][2] "},
    {"no line end at the end", "a,b\n1,2", "1:[a][b] 2:[1][2] "},
    {"cr lf", "a,b\r\n1,2\r\n", "1:[a][b] 2:[1][2] "},
    {"byte order mark",
     "\xef\xbb\xbf"
     "a,b\n1,2\n",
     "1:[a][b] 2:[1][2] "},
    {"mark before a quote", "\xef\xbb\xbf\"a\",b\n", "1:[a][b] "},
    {"mark alone", "\xef\xbb\xbf", ""},
    {"nothing", "", ""},
    {"empty fields", "a,,\n,,c\n", "1:[a][][] 2:[][][c] "},
    {"last field empty at the end", "a,", "1:[a][] "},
    {"quoted", "\"a\",\"b,c\"\n", "1:[a][b,c] "},
    {"quoted empty", "\"\",x\n", "1:[][x] "},
    {"doubled quotes", "\"a\"\"b\",\"\"\"\"\n", "1:[a\"b][\"] "},
    {"two fields with doubled quotes", "\"\"\"a\",\"b\"\"\"\n", "1:[\"a][b\"] "},
    {"line end in quotes", "\"a\nb\",c\nd,e\n", "1:[a\nb][c] 3:[d][e] "},
    {"cr lf in quotes", "\"a\r\nb\",c\r\nd,e\r\n", "1:[a\r\nb][c] 3:[d][e] "},
    {"empty lines", "a,b\n\n\r\n1,2\n\n", "1:[a][b] 4:[1][2] "},
    {"a line with a blank", " \n", "1:[] "},
    {"blanks around", " a\t,b b ,\xc2\xa0\n", "1:[a][b b][] "},
    {"blanks in quotes", "\" a \",\"\xe3\x80\x80\",\"a\n\"\n", "1:[a][][a] "},
    {"doubled quote and blanks", "\" \"\"a\"\" \"\n", "1:[\"a\"] "},
    {"zero-width around",
     "\xe2\x80\x8b"
     "a\xef\xbb\xbf,b\n",
     "1:[a][b] "},
    {"chinese", "\xe5\xb9\xbf\xe4\xb8\x9c,b\n", "1:[\xe5\xb9\xbf\xe4\xb8\x9c][b] "},
    {"stray quote", "a,b\"c,d\n1,2,3\n", "1:stray-quote 1@4 2:[1][2][3] "},
    {"quote behind a blank", "a, \"b\"\n1,2\n", "1:stray-quote 1@4 2:[1][2] "},
    {"text after quote", "\"a\"b,c\n1,2\n", "1:text-after-quote 0@4 2:[1][2] "},
    {"blank after quote", "x,\"a\" ,c\n", "1:text-after-quote 1@6 "},
    {"a fault ends quoting", "\"a\"b,\"c\n1,2\n", "1:text-after-quote 0@4 2:[1][2] "},
    {"stray cr", "a\rb,c\n1,2\n", "1:stray-cr 0@2 2:[1][2] "},
    {"cr at the end", "a,b\r", "1:stray-cr 1@4 "},
    {"cr after a quote at the end", "\"a\"\r", "1:text-after-quote 0@4 "},
    {"latin-1", "a,caf\xe9\n1,2\n", "1:utf8 1@6 2:[1][2] "},
    {"latin-1 behind doubled quotes", "\"\"\"\",\xe9\n", "1:utf8 1@6 "},
    {"overlong", "\xc0\xaf,b\n", "1:utf8 0@1 "},
    {"surrogate", "a,\xed\xa0\x80\n", "1:utf8 1@3 "},
    {"never closed", "a,b\n1,\"2\n3,4\n", "1:[a][b] f:2:3: quoted field is never closed"},
    {"never closed behind a line end", "\"a\nb\",\"c", "f:2:4: quoted field is never closed"},
    {"only a quote", "\"", "f:1:1: quoted field is never closed"},
};

static void
test_cases(gconstpointer data)
{
    const size_t steps[] = {1, 2, 3, 7, 1 << 20};
    size_t i = GPOINTER_TO_SIZE(data);
    for (size_t s = 0; s < G_N_ELEMENTS(steps); s++) {
        g_autofree char *got = render(cases[i].text, strlen(cases[i].text), steps[s]);
        g_assert_cmpstr(got, ==, cases[i].expected);
    }
}

static void
test_nul(void)
{
    g_autofree char *got = render("a,b\0c\n1,2\n", 10, 3);
    g_assert_cmpstr(got, ==, "1:nul 1@4 2:[1][2] ");
}

static void
test_raw(void)
{
    Memory memory = {"\"a\"\"b\",\r\nc,d", 12, 5};
    g_autoptr(SettleCsv) csv = settle_csv_new("f", read_memory, &memory);
    SettleCsvRecord record;
    g_assert_true(settle_csv_next(csv, &record, NULL));
    g_assert_cmpuint(record.raw_length, ==, 7);
    g_assert_cmpint(memcmp(record.raw, "\"a\"\"b\",", 7), ==, 0);
    g_assert_true(settle_csv_next(csv, &record, NULL));
    g_assert_cmpuint(record.raw_length, ==, 3);
    g_assert_cmpint(memcmp(record.raw, "c,d", 3), ==, 0);
    g_assert_false(settle_csv_next(csv, &record, NULL));
}

static void
test_long_records(void)
{
    const struct {
        size_t length;
        gboolean quoted;
        gboolean accepted;
    } sizes[] = {
        {SETTLE_CSV_MAX_RECORD, FALSE, TRUE},
        {SETTLE_CSV_MAX_RECORD, TRUE, TRUE},
        {SETTLE_CSV_MAX_RECORD + 1, FALSE, FALSE},
        {3 * SETTLE_CSV_MAX_RECORD, TRUE, FALSE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GString) text = g_string_new("h\n");
        g_autoptr(GError) error = NULL;
        SettleCsvRecord record;
        for (size_t k = 0; k < sizes[i].length; k++)
            g_string_append_c(text, 'x');
        if (sizes[i].quoted) {
            text->str[2] = '"';
            text->str[text->len - 1] = '"';
        }
        g_string_append(text, "\nnext\n");
        Memory memory = {text->str, text->len, 65536};
        g_autoptr(SettleCsv) csv = settle_csv_new("f", read_memory, &memory);
        g_assert_true(settle_csv_next(csv, &record, &error));
        g_assert_cmpint(settle_csv_next(csv, &record, &error), ==, sizes[i].accepted);
        if (sizes[i].accepted) {
            g_assert_cmpuint(record.raw_length, ==, sizes[i].length);
            g_assert_true(settle_csv_next(csv, &record, &error));
            g_assert_cmpint(record.line, ==, 3);
        } else {
            g_assert_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT);
        }
    }
}

static void
test_many_fields(void)
{
    g_autoptr(GString) text = g_string_new("a");
    for (int i = 1; i < 100; i++)
        g_string_append(text, ",a");
    Memory memory = {text->str, text->len, 10};
    g_autoptr(SettleCsv) csv = settle_csv_new("f", read_memory, &memory);
    SettleCsvRecord record;
    g_assert_true(settle_csv_next(csv, &record, NULL));
    g_assert_cmpuint(record.n_fields, ==, 100);
}

static void
test_append(void)
{
    const SettleCsvField fields[] = {{"a", 1}, {"b,c", 3}, {"d\"e", 3}, {"", 0}, {"f\ng", 3}};
    g_autoptr(GString) text = g_string_new(NULL);
    settle_csv_append(text, fields, G_N_ELEMENTS(fields));
    g_assert_cmpstr(text->str, ==, "a,\"b,c\",\"d\"\"e\",,\"f\ng\"");
}

static const struct {
    const char *header;
    const char *message; /* NULL: good */
} headers[] = {
    {"carrier,name,valid_from\n", NULL},
    {"valid_from,carrier,name\n", NULL},
    {"carrier,name\n", "f:1: the header lacks the column \"valid_from\" (the day from which this "
                       "holds, YYYY-MM-DD)\nhint: the first line of a file of carriers names its "
                       "columns"},
    {"carrier,nam,valid_from\n", "f:1: unknown column \"nam\" (column 2 of the header)\n"
                                 "hint: did you mean \"name\"?"},
    {"Carrier,name,valid_from\n", "f:1: unknown column \"Carrier\" (column 1 of the header)\n"
                                  "hint: did you mean \"carrier\"?"},
    {"carrier,name,name,valid_from\n", "f:1: duplicate column \"name\" (column 3 of the header)"},
    {"carrier,name,valid_from,postcode\n",
     "f:1: unknown column \"postcode\" (column 4 of the header)\n"
     "hint: the columns of carriers are carrier,name,valid_from,status"},
};

static void
test_headers(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        Memory memory = {headers[i].header, strlen(headers[i].header), 100};
        g_autoptr(SettleCsv) csv = settle_csv_new("f", read_memory, &memory);
        g_autoptr(GError) error = NULL;
        SettleCsvRecord record;
        SettleIntakeMap map;
        g_assert_true(settle_csv_next(csv, &record, NULL));
        gboolean good =
            settle_intake_map_header(SETTLE_FILE_CARRIERS, "f", &record, &map, &error);
        g_assert_cmpstr(good ? NULL : error->message, ==, headers[i].message);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strdup_printf("/csv/%02zu %s", i, cases[i].name);
        g_test_add_data_func(name, GSIZE_TO_POINTER(i), test_cases);
    }
    g_test_add_func("/csv/nul", test_nul);
    g_test_add_func("/csv/raw", test_raw);
    g_test_add_func("/csv/long records", test_long_records);
    g_test_add_func("/csv/many fields", test_many_fields);
    g_test_add_func("/csv/append", test_append);
    g_test_add_func("/csv/headers", test_headers);
    return g_test_run();
}
