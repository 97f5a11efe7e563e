/* Values in the text of a statement, for what takes no parameters (COPY). */
#include "store/internal.h"

#include <stdarg.h>

static void
put_date(GString *text, SettleDay day)
{
    char digits[SETTLE_DAY_TEXT_BYTES];

    g_string_append(text, settle_day_format(day, digits));
}

/* What stands for one parameter, whose type is one of "ilhbdmID"; in parentheses, for an array that
 * a subscript follows. */
static char *
literal(char type, va_list *arguments)
{
    GString *text = g_string_new(NULL);

    switch (type) {
    case 'i':
        g_string_printf(text, "((%d)::integer)", va_arg(*arguments, int32_t));
        break;
    case 'l':
        g_string_printf(text, "((%" G_GINT64_FORMAT ")::bigint)", va_arg(*arguments, int64_t));
        break;
    case 'h':
        g_string_printf(text, "((%d)::smallint)", va_arg(*arguments, int));
        break;
    case 'b':
        g_string_assign(text, va_arg(*arguments, gboolean) ? "true" : "false");
        break;
    case 'd':
    case 'm':
        g_string_assign(text, "('");
        put_date(text, type == 'd' ? va_arg(*arguments, SettleDay)
                                   : settle_month_first(va_arg(*arguments, SettleMonth)));
        g_string_append(text, "'::date)");
        break;
    default: { /* I, D */
        const int32_t *items = va_arg(*arguments, const int32_t *);
        size_t n = va_arg(*arguments, size_t);

        g_string_assign(text, "('{");
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                g_string_append_c(text, ',');
            if (type == 'I')
                g_string_append_printf(text, "%d", items[i]);
            else
                put_date(text, items[i]);
        }
        g_string_append(text, type == 'I' ? "}'::integer[])" : "}'::date[])");
    }
    }
    return g_string_free(text, FALSE);
}

char *
settle_statement_with_values(const char *sql, const char *types, va_list arguments)
{
    g_auto(GStrv) literals = NULL;
    size_t n = types != NULL ? strlen(types) : 0;
    GString *text;
    va_list copy;

    if (n > 0 && strspn(types, "ilhbdmID") < n)
        return NULL;
    literals = g_new0(char *, n + 1);
    va_copy(copy, arguments);
    for (size_t i = 0; i < n; i++)
        literals[i] = literal(types[i], &copy);
    va_end(copy);
    text = g_string_new(NULL);
    for (const char *at = sql; *at != '\0';) {
        size_t plain = strcspn(at, "$");
        char *end;
        guint64 number;

        g_string_append_len(text, at, (gssize) plain);
        at += plain;
        if (*at == '\0')
            break;
        number = g_ascii_strtoull(at + 1, &end, 10);
        settle_invariant(end != at + 1 && number >= 1 && number <= n);
        g_string_append(text, literals[number - 1]);
        at = end;
    }
    return g_string_free(text, FALSE);
}
