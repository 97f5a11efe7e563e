/* Options, operands, days, periods and files as people get them wrong, and what may have been
 * meant. */
#include "cli/slips.h"

#include "base/near.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- options -----------------------------------------------------------------------------------
 */

/* Words of other programs for options of ours. */
static const struct {
    const char *word, *option;
} synonyms[] = {
    {"month", "period"},       {"operator", "carrier"},  {"telco", "carrier"},
    {"dealer", "distributor"}, {"agent", "distributor"}, {"partner", "distributor"},
    {"shop", "outlet"},        {"store", "outlet"},      {"day", "date"},
    {"as-of", "date"},         {"until", "date"},        {"to", "date"},
    {"type", "kind"},          {"number", "invoice"},    {"file", "output"},
    {"out", "output"},         {"outdir", "output"},     {"threads", "workers"},
    {"jobs", "workers"},       {"why", "reason"},        {"comment", "reason"},
    {"force", "yes"},          {"top", "limit"},         {"max", "limit"},
    {"since", "from"},         {"total", "sum"},         {"rows", "count"},
};

static const GOptionEntry *
find_entry(const GOptionEntry *entries, const char *name, size_t length)
{
    for (; entries != NULL && entries->long_name != NULL; entries++)
        if (strlen(entries->long_name) == length && memcmp(entries->long_name, name, length) == 0)
            return entries;
    return NULL;
}

/* What may be meant by an option that there is not. NULL: nothing. */
static char *
option_hint(const GOptionEntry *entries, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *meant;

    for (guint i = 0; i < G_N_ELEMENTS(synonyms); i++)
        if (strcmp(synonyms[i].word, name) == 0 &&
            find_entry(entries, synonyms[i].option, strlen(synonyms[i].option)) != NULL)
            return g_strdup_printf("did you mean --%s?", synonyms[i].option);
    if (strcmp(name, "host") == 0 || strcmp(name, "user") == 0 || strcmp(name, "dbname") == 0 ||
        strcmp(name, "database") == 0 || strcmp(name, "port") == 0)
        return g_strdup("--db 'host=... dbname=... user=...', or PGHOST, PGDATABASE, PGUSER");
    for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
        g_ptr_array_add(names, (gpointer) entry->long_name);
    g_ptr_array_add(names, (gpointer) "help");
    g_ptr_array_add(names, (gpointer) "db");
    g_ptr_array_add(names, (gpointer) "format");
    g_ptr_array_add(names, NULL);
    meant = settle_did_you_mean(name, (const char *const *) names->pdata);
    if (meant != NULL)
        return g_strdup_printf("did you mean --%s?", meant);
    if (strcmp(name, "output") == 0 || strcmp(name, "csv") == 0 || strcmp(name, "json") == 0)
        return g_strdup("--format csv or --format json, and > FILE");
    return NULL;
}

/* The words before the operands: "policy show NAME" is the command "policy show". */
static char *
command_of(const char *usage)
{
    size_t length = 0;

    while (g_ascii_islower(usage[length]) || usage[length] == '-' ||
           (usage[length] == ' ' && g_ascii_islower(usage[length + 1])))
        length++;
    return g_strndup(usage, length);
}

static int
no_option(const char *usage, const GOptionEntry *entries, const char *option, const char *name)
{
    g_autofree char *command = command_of(usage);
    g_autofree char *hint = option_hint(entries, name);

    if (hint == NULL)
        hint = g_strdup_printf("settle %s --help lists its options", command);
    return settle_cli_usage(hint, "unknown option %s of %s", option, command);
}

/* Whether it is a number where one is wanted. */
static gboolean
value_fits(const GOptionEntry *entry, const char *value, int *ret_exit)
{
    g_autofree char *hint = NULL;
    g_autoptr(GError) error = NULL;
    gboolean wide = entry->arg == G_OPTION_ARG_INT64, large;
    gint64 number;

    if ((entry->arg != G_OPTION_ARG_INT && !wide) ||
        g_ascii_string_to_signed(value, 10, wide ? G_MININT64 : G_MININT,
                                 wide ? G_MAXINT64 : G_MAXINT, &number, &error))
        return TRUE;
    large = error->code == G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS;
    hint = g_strdup_printf("--%s %s: %s", entry->long_name, entry->arg_description,
                           entry->description);
    *ret_exit = settle_cli_usage(hint, "--%s \"%s\" is %s", entry->long_name, value,
                                 large ? "too large" : "no whole number");
    return FALSE;
}

gboolean
settle_cli_scan(const char *usage, const GOptionEntry *entries, int argc, char **argv,
                int *ret_exit)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        gboolean is_long = g_str_has_prefix(argv[i], "--");
        const char *equals = is_long ? strchr(argv[i], '=') : NULL, *value;
        g_autofree char *name = NULL;
        const GOptionEntry *entry;

        if (argv[i][0] != '-' || argv[i][1] == '\0')
            continue;
        name = equals != NULL ? g_strndup(argv[i] + 2, (gsize) (equals - argv[i] - 2))
                              : g_strdup(argv[i] + (is_long ? 2 : 1));
        entry = is_long ? find_entry(entries, name, strlen(name)) : NULL;
        if (entry == NULL) {
            *ret_exit = no_option(usage, entries, argv[i], name);
            return FALSE;
        }
        if (entry->arg == G_OPTION_ARG_NONE) {
            if (equals == NULL)
                continue;
            *ret_exit = settle_cli_usage(NULL, "--%s takes no value", name);
            return FALSE;
        }
        value = equals != NULL ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;
        if (value == NULL || (equals == NULL && g_str_has_prefix(value, "--"))) {
            g_autofree char *hint =
                g_strdup_printf("--%s %s: %s", name, entry->arg_description, entry->description);

            *ret_exit = settle_cli_usage(hint, "--%s needs a value", name);
            return FALSE;
        }
        if (!value_fits(entry, value, ret_exit))
            return FALSE;
        if (entry->arg != G_OPTION_ARG_STRING_ARRAY && !g_hash_table_add(seen, (gpointer) entry)) {
            *ret_exit =
                settle_cli_usage("say the command once for each", "--%s is given twice", name);
            return FALSE;
        }
    }
    return TRUE;
}

/* --- days and periods --------------------------------------------------------------------------
 */

typedef struct {
    int n[3];   /* the numbers in the text */
    int len[3]; /* their digits */
    int count;
    gboolean dots; /* 31.3.2026 */
} Numbers;

static gboolean
read_numbers(const char *text, Numbers *numbers)
{
    *numbers = (Numbers){.count = 0};
    for (const char *c = text; *c != '\0';) {
        char *end;

        if (!g_ascii_isdigit(*c)) {
            numbers->dots = numbers->dots || *c == '.';
            c++;
            continue;
        }
        if (numbers->count == 3)
            return FALSE;
        numbers->n[numbers->count] = (int) strtol(c, &end, 10);
        numbers->len[numbers->count++] = (int) (end - c);
        if (end - c > 8)
            return FALSE;
        c = end;
    }
    return numbers->count > 0;
}

/* A day or month (day 0) that may be meant by the text. */
static gboolean
guess(const char *text, int *ret_year, int *ret_month, int *ret_day)
{
    Numbers x;

    *ret_day = 0;
    if (!read_numbers(text, &x))
        return FALSE;
    if (x.len[0] == 8 && x.count == 1) { /* 20260331 */
        *ret_year = x.n[0] / 10000;
        *ret_month = x.n[0] / 100 % 100;
        *ret_day = x.n[0] % 100;
    } else if (x.len[0] == 6 && x.count == 1) { /* 202603 */
        *ret_year = x.n[0] / 100;
        *ret_month = x.n[0] % 100;
    } else if (x.len[0] == 4 && x.count >= 2) { /* 2026/3/31, 2026-3 */
        *ret_year = x.n[0];
        *ret_month = x.n[1];
        *ret_day = x.count == 3 ? x.n[2] : 0;
    } else if (x.count == 3 && x.len[2] == 4 && (x.dots || x.n[0] > 12 || x.n[1] > 12)) {
        *ret_year = x.n[2]; /* 31.3.2026; 3/4/2026 may be either */
        *ret_month = x.dots || x.n[0] > 12 ? x.n[1] : x.n[0];
        *ret_day = x.dots || x.n[0] > 12 ? x.n[0] : x.n[1];
    } else if (x.count == 2 && x.len[1] == 4) { /* 3/2026 */
        *ret_year = x.n[1];
        *ret_month = x.n[0];
    } else {
        return FALSE;
    }
    return *ret_month >= 1 && *ret_month <= 12 && *ret_year >= 1900;
}

gboolean
settle_cli_day(const char *option, const char *text, SettleDay *ret_day, GError **error)
{
    char meant[32];
    int year, month, day;
    SettleDay real;
    gboolean guessed;

    if (settle_day_parse(text, strlen(text), ret_day))
        return TRUE;
    guessed = guess(text, &year, &month, &day);
    g_snprintf(meant, sizeof meant, "%04d-%02d-%02d", guessed ? year : 0, guessed ? month : 0,
               guessed ? day : 0);
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE, "%s \"%s\" is not a day", option, text);
    if (guessed && day == 0)
        settle_error_hint(error, "that is a month; write days like %.7s-15", meant);
    else if (guessed && settle_day_parse(meant, strlen(meant), &real))
        settle_error_hint(error, "did you mean %s?", meant);
    else if (guessed && day > 28)
        settle_error_hint(error, "%.7s has no day %d", meant, day);
    else
        settle_error_hint(error, "write days like 2026-03-31");
    return FALSE;
}

gboolean
settle_cli_month(const char *option, const char *text, SettleMonth *ret_month, GError **error)
{
    int year, month, day;

    if (settle_month_parse(text, strlen(text), ret_month))
        return TRUE;
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_USAGE, "%s \"%s\" is not a period", option, text);
    if (guess(text, &year, &month, &day))
        settle_error_hint(error, "did you mean %04d-%02d?", year, month);
    else
        settle_error_hint(error, "write periods like 2026-03");
    return FALSE;
}

/* --- amounts -----------------------------------------------------------------------------------
 */

char *
settle_cli_amount_meant(const char *text)
{
    static const char *const around[] = {"CNY", "RMB", "yuan", "\302\245", "\357\277\245", "元"};
    g_autoptr(GString) meant = g_string_new(text);

    for (guint i = 0; i < G_N_ELEMENTS(around); i++)
        g_string_replace(meant, around[i], "", 0);
    g_string_replace(meant, " ", "", 0);
    if (g_regex_match_simple("^-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?$", meant->str, 0, 0))
        g_string_replace(meant, ",", "", 0);
    if (strcmp(meant->str, text) == 0 ||
        !g_regex_match_simple("^-?[0-9]+([.][0-9]+)?$", meant->str, G_REGEX_DOLLAR_ENDONLY, 0))
        return NULL;
    return g_string_free(g_steal_pointer(&meant), FALSE);
}

/* --- operands ----------------------------------------------------------------------------------
 */

int
settle_cli_surplus(const char *command, const char *operand, const GOptionEntry *entries)
{
    g_autofree char *hint = NULL, *meant = settle_cli_amount_meant(operand);
    int year, month, day;
    gboolean dated = guess(operand, &year, &month, &day);

    if (strcmp(operand, "help") == 0)
        hint = g_strdup_printf("settle %s --help", command);
    else if (find_entry(entries, "amount", 6) != NULL &&
             (meant != NULL || g_regex_match_simple("^[0-9]+([.][0-9]+)?$", operand, 0, 0)))
        hint = g_strdup_printf("did you mean --amount %s?", meant != NULL ? meant : operand);
    else if (find_entry(entries, "run", 3) != NULL &&
             g_regex_match_simple("^[0-9]{1,9}([.][.][0-9]{0,9})?$", operand, 0, 0) && !dated)
        hint = g_strdup_printf("did you mean --run %s?", operand);
    else if (dated && find_entry(entries, "period", 6) != NULL)
        hint = g_strdup_printf("did you mean --period %04d-%02d?", year, month);
    else if (dated && day > 0 && find_entry(entries, "date", 4) != NULL)
        hint = g_strdup_printf("did you mean --date %04d-%02d-%02d?", year, month, day);
    else if (find_entry(entries, operand, strlen(operand)) != NULL)
        hint = g_strdup_printf("did you mean --%s?", operand);
    else if (find_entry(entries, "distributor", 11) != NULL)
        hint = g_strdup_printf("did you mean --distributor %s%s%s?", operand,
                               find_entry(entries, "carrier", 7) != NULL ? " or --carrier " : "",
                               find_entry(entries, "carrier", 7) != NULL ? operand : "");
    else
        hint = g_strdup_printf("settle %s --help says what it takes", command);
    return settle_cli_usage(hint, "%s takes no \"%s\"", command, operand);
}

/* --- files -------------------------------------------------------------------------------------
 */

char *
settle_cli_file_hint(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
    g_autoptr(GDir) entries = NULL;
    g_autofree char *best = NULL;
    guint least = settle_near_limit(name);
    const char *entry;

    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return g_strdup_printf("name its files, like %s%s*", path,
                               g_str_has_suffix(path, "/") ? "" : "/");
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    entries = g_dir_open(folder, 0, NULL);
    if (entries == NULL)
        return g_strdup_printf("there is no folder \"%s\"", folder);
    while ((entry = g_dir_read_name(entries)) != NULL) {
        guint n = settle_near_edits(name, strlen(name), entry, strlen(entry));

        /* of equally near ones the first by name: folders have no order */
        if (n < least || (best != NULL && n == least && strcmp(entry, best) < 0)) {
            least = n;
            g_free(best);
            best = g_strdup(entry);
        }
    }
    if (best == NULL)
        return NULL;
    if (strcmp(folder, ".") == 0 && !g_str_has_prefix(path, "./"))
        return g_strdup_printf("did you mean \"%s\"?", best);
    return g_strdup_printf("did you mean \"%s/%s\"?", strcmp(folder, "/") == 0 ? "" : folder, best);
}

/* What a file begins with, where that is no text; NULL: nothing known. */
static const char *
kind_of_bytes(const char *bytes, size_t n, const char **ret_hint)
{
    static const struct {
        const char *bytes, *what, *hint;
    } kinds[] = {
        {"PK\x03\x04", "a workbook", "save its sheet as CSV in UTF-8"},
        {"\xD0\xCF\x11\xE0", "a workbook", "save its sheet as CSV in UTF-8"},
        {"\x1F\x8B", "compressed", "gunzip it first, or zcat FILE | settle import KIND -"},
        {"%PDF", "a PDF", "ask for the table that it was made from, as CSV in UTF-8"},
        {"\xFF\xFE", "in UTF-16", "save it as CSV in UTF-8, or iconv -f UTF-16 -t UTF-8 FILE"},
        {"\xFE\xFF", "in UTF-16", "save it as CSV in UTF-8, or iconv -f UTF-16 -t UTF-8 FILE"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        size_t length = strlen(kinds[i].bytes);

        if (n >= length && memcmp(bytes, kinds[i].bytes, length) == 0) {
            *ret_hint = kinds[i].hint;
            return kinds[i].what;
        }
    }
    return NULL;
}

int
settle_cli_open_text(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), number = errno;
    const char *what, *hint;
    struct stat found;
    char bytes[8];
    ssize_t n;

    if (fd >= 0 && fstat(fd, &found) == 0 && S_ISDIR(found.st_mode)) {
        close(fd);
        fd = -1;
        number = EISDIR;
    }
    if (fd < 0) {
        g_autofree char *meant = settle_cli_file_hint(path);

        g_set_error(error, SETTLE_ERROR, settle_error_of_errno(number),
                    number == EISDIR ? "\"%s\" is a folder" : "cannot read \"%s\": %s", path,
                    g_strerror(number));
        if (meant != NULL)
            settle_error_hint(error, "%s", meant);
        return -1;
    }
    /* of a pipe nothing may be read before its time */
    n = S_ISREG(found.st_mode) ? pread(fd, bytes, sizeof bytes, 0) : -1;
    if (n == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "\"%s\" is empty", path);
        settle_error_hint(error, "its first line names the columns: settle import --help lists "
                                 "them");
    } else if (n > 0 && (what = kind_of_bytes(bytes, (size_t) n, &hint)) != NULL) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "\"%s\" is %s, no CSV", path, what);
        settle_error_hint(error, "%s", hint);
    } else {
        return fd;
    }
    close(fd);
    return -1;
}
