/* The header of a file mapped to the columns of its kind, and what is wrong with one that cannot
 * be. */
#include "intake/columns.h"

#include "base/error.h"
#include "base/near.h"
#include "intake/csv.h"
#include "intake/kind.h"

#include <string.h>

static void
hint_nearest(SettleFileKind kind, const SettleCsvField *field, GError **error)
{
    const char *nearest = NULL;
    unsigned least = 4; /* further away is no help */
    for (int i = 0; i < settle_intake_kinds[kind]->n_columns; i++) {
        const char *name = settle_intake_kinds[kind]->columns[i].name;
        unsigned d = settle_near_edits(field->text, field->length, name, strlen(name));
        if (d < least && d < strlen(name)) {
            least = d;
            nearest = name;
        }
    }
    if (nearest != NULL) {
        settle_error_hint(error, "did you mean \"%s\"?", nearest);
        return;
    }
    g_autoptr(GString) list = g_string_new(NULL);
    for (int i = 0; i < settle_intake_kinds[kind]->n_columns; i++)
        g_string_append_printf(list, "%s%s", i > 0 ? "," : "",
                               settle_intake_kinds[kind]->columns[i].name);
    settle_error_hint(error, "the columns of %s are %s", settle_file_kind_name(kind), list->str);
}

static int
column_of(SettleFileKind kind, const SettleCsvField *field)
{
    for (int i = 0; i < settle_intake_kinds[kind]->n_columns; i++) {
        const char *column = settle_intake_kinds[kind]->columns[i].name;

        if (strlen(column) == field->length && memcmp(column, field->text, field->length) == 0)
            return i;
    }
    return -1;
}

/* Whether these are all columns of a kind, with all that it cannot do without. */
static gboolean
fits(SettleFileKind kind, const SettleCsvRecord *header)
{
    gboolean there[SETTLE_INTAKE_MAX_COLUMNS] = {FALSE};

    for (unsigned f = 0; f < header->n_fields; f++) {
        int at = column_of(kind, &header->fields[f]);

        if (at < 0)
            return FALSE;
        there[at] = TRUE;
    }
    for (int i = 0; i < settle_intake_kinds[kind]->n_columns; i++)
        if (settle_intake_kinds[kind]->columns[i].required && !there[i])
            return FALSE;
    return TRUE;
}

/* Where the header does not fit the kind, another one that it fits; else `kind`. */
static SettleFileKind
kind_of_header(SettleFileKind kind, const SettleCsvRecord *header)
{
    for (int other = 0; !fits(kind, header) && other < SETTLE_N_FILE_KINDS; other++)
        if (fits((SettleFileKind) other, header))
            return (SettleFileKind) other;
    return kind;
}

gboolean
settle_intake_map_header(SettleFileKind kind, const char *name, const SettleCsvRecord *header,
                         SettleIntakeMap *ret_map, GError **error)
{
    SettleFileKind other;
    SettleIntakeMap map;
    memset(map.at, -1, sizeof map.at);
    if (header->n_fields > SETTLE_CSV_MAX_FIELDS) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_LIMIT,
                    "%s:%" G_GINT64_FORMAT ": header has %u columns, the limit is %d", name,
                    header->line, header->n_fields, SETTLE_CSV_MAX_FIELDS);
        return FALSE;
    }
    other = kind_of_header(kind, header);
    if (other != kind) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                    "%s:%" G_GINT64_FORMAT ": the header has the columns of %s, not of %s", name,
                    header->line, settle_file_kind_name(other), settle_file_kind_name(kind));
        settle_error_hint(error, "settle import %s %s", settle_file_kind_name(other), name);
        return FALSE;
    }
    for (unsigned f = 0; f < header->n_fields; f++) {
        const SettleCsvField *field = &header->fields[f];
        int found = column_of(kind, field);
        if (found < 0 || map.at[found] >= 0) {
            g_autofree char *text = g_strndup(field->text, MIN(field->length, 100));
            g_autofree char *shown = g_strescape(text, NULL);
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                        "%s:%" G_GINT64_FORMAT ": %s column \"%s\" (column %u of the header)", name,
                        header->line, found < 0 ? "unknown" : "duplicate",
                        g_utf8_validate(text, -1, NULL) ? text : shown, f + 1);
            if (found < 0)
                hint_nearest(kind, field, error);
            return FALSE;
        }
        map.at[found] = (int8_t) f;
    }
    for (int i = 0; i < settle_intake_kinds[kind]->n_columns; i++)
        if (settle_intake_kinds[kind]->columns[i].required && map.at[i] < 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                        "%s:%" G_GINT64_FORMAT ": the header lacks the column \"%s\" (%s)", name,
                        header->line, settle_intake_kinds[kind]->columns[i].name,
                        settle_intake_kinds[kind]->columns[i].help);
            settle_error_hint(error, "the first line of a file of %s names its columns",
                              settle_file_kind_name(kind));
            return FALSE;
        }
    *ret_map = map;
    return TRUE;
}
