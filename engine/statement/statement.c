/* A statement as a value: the words for what became of its lines, and what it owns. */
#include "statement/statement.h"

#include "money/money.h"

#include <string.h>

int
settle_statement_exponent(void)
{
    return settle_currency_exponent(SETTLE_STATEMENT_CURRENCY);
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

void
settle_statement_clear(SettleStatement *statement)
{
    g_clear_pointer(&statement->items, g_array_unref);
    g_free(statement->carrier);
    g_free(statement->file);
    g_free(statement->imported_by);
    g_free(statement->imported_at);
    g_free(statement->withdrawal);
    g_free(statement->asked_by);
    g_free(statement->viewer);
    memset(statement, 0, sizeof *statement);
}

char *
settle_statement_title(const char *carrier, SettleMonth period)
{
    char month[SETTLE_DAY_TEXT_BYTES];

    return g_strdup_printf("%s/%s", carrier, settle_month_format(period, month));
}
