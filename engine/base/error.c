/* The error domain of the program, its hints, and the end of the program when it broke its own
 * promise. */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

G_DEFINE_QUARK(settle - error - quark, settle_error)

SettleErrorCode
settle_error_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case ENAMETOOLONG:
    case EEXIST:
        return SETTLE_ERROR_INPUT;
    default:
        return SETTLE_ERROR_IO;
    }
}

void
settle_error_hint(GError **error, const char *format, ...)
{
    g_autofree char *hint = NULL;
    char *message;
    va_list arguments;

    if (error == NULL || *error == NULL)
        return;
    va_start(arguments, format);
    hint = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    message = g_strdup_printf("%s\nhint: %s", (*error)->message, hint);
    g_free((*error)->message);
    (*error)->message = message;
}

void
settle_invariant_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "settle: %s:%d: broken invariant: %s\n", file, line, what);
    abort();
}
