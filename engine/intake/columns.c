/* Intake, columns: the kinds of file, the columns of each, and how the header of a file is mapped
 * to them. */
#include "intake/columns.h"

#include "base/error.h"
#include "base/near.h"
#include "intake/csv.h"

#include <string.h>

static const SettleIntakeColumn carriers[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"name", TRUE, "its name"},
    {"valid_from", TRUE, "the day from which this holds, YYYY-MM-DD"},
    {"status", FALSE, "applied, active or ended from that day on; empty is active"},
};
static const SettleIntakeColumn distributors[] = {
    {"distributor", TRUE, "code of the distributor"},
    {"name", TRUE, "its name"},
    {"tier", FALSE, "0 to 99; empty is 0"},
    {"valid_from", TRUE, "the day from which this holds"},
    {"status", FALSE, "applied, active or ended from that day on; empty is active"},
};
static const SettleIntakeColumn outlets[] = {
    {"outlet", TRUE, "code of the outlet"},
    {"name", TRUE, "its name"},
    {"distributor", TRUE, "code of its distributor"},
    {"parent", FALSE, "code of the outlet above it; empty at the top"},
    {"valid_from", TRUE, "the day from which this holds"},
};
static const SettleIntakeColumn managers[] = {
    {"manager", TRUE, "code of the manager"},
    {"name", TRUE, "the name"},
    {"outlet", TRUE, "code of the outlet"},
    {"valid_from", TRUE, "the day from which this holds"},
};
static const SettleIntakeColumn products[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"product", TRUE, "the carrier's code of the product"},
    {"name", TRUE, "its name"},
    {"class", TRUE, "product class, an open vocabulary"},
    {"valid_from", TRUE, "the day from which this holds"},
    {"sales_from", FALSE, "the first day on which it is sold; empty: always was"},
    {"sales_to", FALSE, "the last day on which it is sold; empty: always will be"},
};
static const SettleIntakeColumn orders[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"order_id", TRUE, "the carrier's id of the order, up to 200 bytes"},
    {"line", FALSE, "the line of the order, up to 100 bytes; empty if it has none"},
    {"distributor", TRUE, "code of the distributor"},
    {"manager", FALSE, "code of the account manager; empty if none"},
    {"product", TRUE, "the carrier's code of the product"},
    {"region", TRUE, "an open vocabulary"},
    {"channel", TRUE, "an open vocabulary"},
    {"contract", FALSE, "the subscriber's contract, up to 200 bytes; empty if none"},
    {"first_order", FALSE, "true, yes, 1, false, no, 0; empty is false"},
    {"closed_at", TRUE, "ISO 8601 with offset or Z; without one it is local"},
    {"paid", TRUE, "amount paid, 0 or more"},
    {"quantity", TRUE, "1 to 1000000"},
    {"currency", TRUE, "ISO 4217"},
};
static const SettleIntakeColumn bills[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"contract", TRUE, "the subscriber's contract"},
    {"month", TRUE, "YYYY-MM"},
    {"revision", FALSE, "1 to 32767; empty is 1"},
    {"issued", TRUE, "day of issue, YYYY-MM-DD"},
    {"billed", TRUE, "amount billed; may be negative"},
    {"tax", TRUE, "tax in it"},
    {"cash", TRUE, "cash received; may be negative"},
    {"arrears", TRUE, "amount in arrears"},
    {"minutes", TRUE, "minutes used, 0 or more"},
    {"megabytes", TRUE, "megabytes used, 0 or more"},
    {"currency", TRUE, "ISO 4217, that of the order"},
};
static const SettleIntakeColumn events[] = {
    {"carrier", TRUE, "code of the carrier"},
    {"event_id", TRUE, "the carrier's id of the event, up to 200 bytes"},
    {"order_id", TRUE, "the carrier's id of the order that it happened to"},
    {"line", FALSE, "the line of the order; empty if it has none"},
    {"event", TRUE,
     "refund, full-refund, cancel, suspend, resume, fraud, number-transfer, port-out, reinstate"},
    {"at", TRUE, "ISO 8601 with offset or Z; without one it is local"},
    {"amount", FALSE, "of a refund: what was paid back; empty else"},
    {"reinstates", FALSE, "of a reinstatement: the id of the event that is undone; empty else"},
    {"currency", FALSE, "ISO 4217, that of the order; a refund's amount needs it"},
    {"closed_month", FALSE, "YYYY-MM in which the order closed, where its id was used again"},
};
static const SettleIntakeColumn months[] = {
    {"carrier", TRUE, "code of the carrier that has delivered all bills of the month"},
    {"month", TRUE, "YYYY-MM"},
};
static const SettleIntakeColumn receipts[] = {
    {"carrier", TRUE, "code of the carrier that has paid"},
    {"receipt_id", TRUE, "its id of the payment, up to 200 bytes"},
    {"distributor", TRUE, "code of the distributor for whose commission it is"},
    {"month", TRUE, "the origin period that is paid for, YYYY-MM"},
    {"amount", TRUE, "what was paid; below zero: taken back"},
    {"currency", TRUE, "ISO 4217"},
};

static const struct {
    const char *name;
    const SettleIntakeColumn *columns;
    int n;
} kinds[SETTLE_N_INTAKE_KINDS] = {
    [SETTLE_INTAKE_CARRIERS] = {"carriers", carriers, G_N_ELEMENTS(carriers)},
    [SETTLE_INTAKE_DISTRIBUTORS] = {"distributors", distributors, G_N_ELEMENTS(distributors)},
    [SETTLE_INTAKE_OUTLETS] = {"outlets", outlets, G_N_ELEMENTS(outlets)},
    [SETTLE_INTAKE_MANAGERS] = {"managers", managers, G_N_ELEMENTS(managers)},
    [SETTLE_INTAKE_PRODUCTS] = {"products", products, G_N_ELEMENTS(products)},
    [SETTLE_INTAKE_ORDERS] = {"orders", orders, G_N_ELEMENTS(orders)},
    [SETTLE_INTAKE_BILLS] = {"bills", bills, G_N_ELEMENTS(bills)},
    [SETTLE_INTAKE_EVENTS] = {"events", events, G_N_ELEMENTS(events)},
    [SETTLE_INTAKE_MONTHS] = {"months", months, G_N_ELEMENTS(months)},
    [SETTLE_INTAKE_RECEIPTS] = {"receipts", receipts, G_N_ELEMENTS(receipts)},
};

const char *
settle_intake_kind_name(SettleIntakeKind kind)
{
    settle_invariant(kind < SETTLE_N_INTAKE_KINDS);
    return kinds[kind].name;
}

gboolean
settle_intake_kind_lookup(const char *name, SettleIntakeKind *ret_kind)
{
    for (int i = 0; i < SETTLE_N_INTAKE_KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *ret_kind = (SettleIntakeKind) i;
            return TRUE;
        }
    return FALSE;
}

const SettleIntakeColumn *
settle_intake_columns(SettleIntakeKind kind, int *ret_n)
{
    settle_invariant(kind < SETTLE_N_INTAKE_KINDS);
    *ret_n = kinds[kind].n;
    return kinds[kind].columns;
}

static void
hint_nearest(SettleIntakeKind kind, const SettleCsvField *field, GError **error)
{
    const char *nearest = NULL;
    unsigned least = 4; /* further away is no help */
    for (int i = 0; i < kinds[kind].n; i++) {
        const char *name = kinds[kind].columns[i].name;
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
    for (int i = 0; i < kinds[kind].n; i++)
        g_string_append_printf(list, "%s%s", i > 0 ? "," : "", kinds[kind].columns[i].name);
    settle_error_hint(error, "the columns of %s are %s", kinds[kind].name, list->str);
}

static int
column_of(SettleIntakeKind kind, const SettleCsvField *field)
{
    for (int i = 0; i < kinds[kind].n; i++) {
        const char *column = kinds[kind].columns[i].name;

        if (strlen(column) == field->length && memcmp(column, field->text, field->length) == 0)
            return i;
    }
    return -1;
}

/* Whether these are all columns of a kind, with all that it cannot do without. */
static gboolean
fits(SettleIntakeKind kind, const SettleCsvRecord *header)
{
    gboolean there[SETTLE_INTAKE_MAX_COLUMNS] = {FALSE};

    for (unsigned f = 0; f < header->n_fields; f++) {
        int at = column_of(kind, &header->fields[f]);

        if (at < 0)
            return FALSE;
        there[at] = TRUE;
    }
    for (int i = 0; i < kinds[kind].n; i++)
        if (kinds[kind].columns[i].required && !there[i])
            return FALSE;
    return TRUE;
}

/* Where the header does not fit the kind, another one that it fits; else `kind`. */
static SettleIntakeKind
kind_of_header(SettleIntakeKind kind, const SettleCsvRecord *header)
{
    for (int other = 0; !fits(kind, header) && other < SETTLE_N_INTAKE_KINDS; other++)
        if (fits((SettleIntakeKind) other, header))
            return (SettleIntakeKind) other;
    return kind;
}

gboolean
settle_intake_map_header(SettleIntakeKind kind, const char *name, const SettleCsvRecord *header,
                         SettleIntakeMap *ret_map, GError **error)
{
    SettleIntakeKind other;
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
                    header->line, kinds[other].name, kinds[kind].name);
        settle_error_hint(error, "settle import %s %s", kinds[other].name, name);
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
    for (int i = 0; i < kinds[kind].n; i++)
        if (kinds[kind].columns[i].required && map.at[i] < 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                        "%s:%" G_GINT64_FORMAT ": the header lacks the column \"%s\" (%s)", name,
                        header->line, kinds[kind].columns[i].name, kinds[kind].columns[i].help);
            settle_error_hint(error, "the first line of a file of %s names its columns",
                              kinds[kind].name);
            return FALSE;
        }
    *ret_map = map;
    return TRUE;
}
