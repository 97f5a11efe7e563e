/* Decisions about policies: submitting, activating and withdrawing a version, and loading those
 * that hold. */
#include "run/decide/policies.h"

#include "base/failpoint.h"
#include "policy/check.h"
#include "policy/load.h"
#include "store/sql.h"

#include <string.h>

/* Takes the version's rows of policy-load-rules.sql from *next on: one a rule, in their order. */
static gboolean
number_rules(SettlePolicy *policy, const SettleResult *rows, int *next, GError **error)
{
    g_autofree guint *numbers = g_new(guint, MAX(policy->n_rules, 1));
    guint n = 0;

    for (; *next < settle_result_rows(rows) &&
           settle_result_i32(rows, *next, SQL_POLICY_LOAD_RULES_POLICY_ID) <= policy->policy_id;
         (*next)++) {
        int32_t number = settle_result_i32(rows, *next, SQL_POLICY_LOAD_RULES_NUMBER);

        if (settle_result_i32(rows, *next, SQL_POLICY_LOAD_RULES_POLICY_ID) == policy->policy_id &&
            n < policy->n_rules &&
            settle_result_i32(rows, *next, SQL_POLICY_LOAD_RULES_ORDINAL) == (int32_t) n &&
            number > 0 && number <= SETTLE_RULE_NUMBER_MAX)
            numbers[n++] = (guint) number;
    }
    if (n != policy->n_rules) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "of policy %d the numbers of %u rules are stored, it has %u", policy->policy_id,
                    n, policy->n_rules);
        return FALSE;
    }
    settle_policy_number_rules(policy, numbers);
    return TRUE;
}

SettlePolicySet *
settle_policies_load(SettleStore *store, int64_t control_position, GError **error)
{
    g_autoptr(SettlePolicySet) set = settle_policy_set_new();
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_policy_load, error, "l", control_position);
    g_autoptr(SettleResult) numbers = NULL;
    int n = 0;

    if (rows == NULL)
        return NULL;
    numbers = settle_store_query(store, settle_sql_policy_load_rules, error, "l", control_position);
    if (numbers == NULL)
        return NULL;
    for (int i = 0; i < settle_result_rows(rows); i++) {
        g_autoptr(SettleDiagnostics) diagnostics = NULL;
        SettlePolicy *policy = NULL;
        size_t length, hash_length;
        const uint8_t *document = settle_result_bytes(rows, i, SQL_POLICY_LOAD_DOCUMENT, &length);
        const uint8_t *hash = settle_result_bytes(rows, i, SQL_POLICY_LOAD_HASH, &hash_length);

        diagnostics = settle_policy_load((const char *) document, length, &policy);
        if (policy == NULL || hash_length != sizeof policy->hash ||
            memcmp(policy->hash, hash, sizeof policy->hash) != 0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                        policy == NULL ? "policy %d as it is stored cannot be read by this program"
                                       : "policy %d is not the document that was activated",
                        settle_result_i32(rows, i, SQL_POLICY_LOAD_POLICY_ID));
            g_clear_pointer(&policy, settle_policy_free);
            return NULL;
        }
        policy->policy_id = settle_result_i32(rows, i, SQL_POLICY_LOAD_POLICY_ID);
        policy->carrier_id = settle_result_i32(rows, i, SQL_POLICY_LOAD_CARRIER_ID);
        if (!number_rules(policy, numbers, &n, error)) {
            settle_policy_free(policy);
            return NULL;
        }
        settle_policy_set_add(set, policy);
    }
    return g_steal_pointer(&set);
}

/* --- activation ------------------------------------------------------------------------------ */

static gboolean
check_unsupported(const SettlePolicy *policy, GError **error)
{
    g_autoptr(GString) terms = NULL;

    if (policy->unsupported->len == 0)
        return TRUE;
    terms = g_string_new(NULL);
    for (guint i = 0; i < policy->unsupported->len; i++)
        g_string_append_printf(terms, "%s%s", i > 0 ? ", " : "",
                               (const char *) g_ptr_array_index(policy->unsupported, i));
    g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT,
                "policy %s version %s has terms that are not settled yet: %s", policy->name,
                policy->version, terms->str);
    settle_error_hint(error, "nothing is ignored silently: take them out, or wait for them");
    return FALSE;
}

/* The carrier's other versions: the same text (*ret_known_id, else 0), or days in common. INPUT:
 * the carrier is not known. */
static gboolean
check_versions(SettleStore *store, const SettlePolicy *policy, int32_t *ret_carrier_id,
               int32_t *ret_known_id, GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_policy_versions, error, "s", policy->carrier);

    if (rows == NULL)
        return FALSE;
    if (settle_result_rows(rows) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "there is no carrier \"%s\"",
                    policy->carrier);
        settle_error_hint(error, "settle import carriers FILE makes it known");
        return FALSE;
    }
    *ret_carrier_id = settle_result_i32(rows, 0, SQL_POLICY_VERSIONS_CARRIER_ID);
    *ret_known_id = 0;
    for (int i = 0; i < settle_result_rows(rows) &&
                    !settle_result_is_null(rows, i, SQL_POLICY_VERSIONS_POLICY_ID);
         i++) {
        SettleDay from = settle_result_day(rows, i, SQL_POLICY_VERSIONS_CLOSING_FROM),
                  to = settle_result_day(rows, i, SQL_POLICY_VERSIONS_CLOSING_TO);
        char text_from[SETTLE_DAY_TEXT_BYTES], text_to[SETTLE_DAY_TEXT_BYTES];
        size_t length;

        if (memcmp(settle_result_bytes(rows, i, SQL_POLICY_VERSIONS_HASH, &length), policy->hash,
                   sizeof policy->hash) == 0) {
            *ret_known_id = settle_result_i32(rows, i, SQL_POLICY_VERSIONS_POLICY_ID);
            return TRUE;
        }
        if (strcmp(settle_result_text(rows, i, SQL_POLICY_VERSIONS_VERSION), policy->version) ==
            0) {
            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                        "version %s of %s is active already with another text", policy->version,
                        policy->carrier);
            settle_error_hint(error, "an activated policy is never edited: give the new text a "
                                     "version and closing days of its own");
            return FALSE;
        }
        if (policy->closing_from <= to && from <= policy->closing_to) {
            g_autofree char *room = settle_policy_room(policy, from, to);

            g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                        "version %s of %s covers closing days that version %s has: %s to %s",
                        policy->version, policy->carrier,
                        settle_result_text(rows, i, SQL_POLICY_VERSIONS_VERSION),
                        settle_day_format(from, text_from), settle_day_format(to, text_to));
            settle_error_hint(error, "policy %d is active and cannot be shortened: %s",
                              settle_result_i32(rows, i, SQL_POLICY_VERSIONS_POLICY_ID), room);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
check_not_settled(SettleStore *store, const SettlePolicy *policy, int32_t carrier_id,
                  GError **error)
{
    g_autoptr(SettleResult) row =
        settle_store_query(store, settle_sql_policy_settled_days, error, "idd", carrier_id,
                           policy->closing_from, policy->closing_to);
    char text[SETTLE_DAY_TEXT_BYTES];

    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0)
        return TRUE;
    g_set_error(
        error, SETTLE_ERROR, SETTLE_ERROR_STATE,
        "orders of %s that closed on %s are settled already, or by a night that is not finished",
        policy->carrier,
        settle_day_format(settle_result_day(row, 0, SQL_POLICY_SETTLED_DAYS_CLOSING_DAY), text));
    settle_error_hint(error, "a new version holds for closing days to come");
    return FALSE;
}

/* Four eyes: somebody else has submitted this very document. The database checks it once more. */
static gboolean
check_submitted(SettleStore *store, const SettlePolicy *policy, GError **error)
{
    g_autoptr(SettleResult) row = settle_store_query(store, settle_sql_policy_submitters, error,
                                                     "y", policy->hash, sizeof policy->hash);

    if (row == NULL)
        return FALSE;
    if (settle_result_is_null(row, 0, SQL_POLICY_SUBMITTERS_SUBMITTER)) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "policy %s version %s, as it is here, was not submitted", policy->name,
                    policy->version);
        settle_error_hint(error,
                          "settle policy submit FILE, by somebody else than who activates it");
        return FALSE;
    }
    if (strcmp(settle_result_text(row, 0, SQL_POLICY_SUBMITTERS_SUBMITTER),
               settle_result_text(row, 0, SQL_POLICY_SUBMITTERS_SESSION_USER)) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "policy %s version %s was submitted by %s, who cannot activate it",
                    policy->name, policy->version,
                    settle_result_text(row, 0, SQL_POLICY_SUBMITTERS_SUBMITTER));
        settle_error_hint(error,
                          "connect as somebody else: settle --db 'user=...' policy activate");
        return FALSE;
    }
    return TRUE;
}

#define N_PARTS G_N_ELEMENTS(((SettleRule *) NULL)->terms.split_parts)

static gboolean
insert(SettleStore *store, const SettlePolicy *policy, int32_t *ret_policy_id, GError **error)
{
    g_autofree int32_t *kinds = g_new(int32_t, MAX(policy->n_rules, 1));
    g_autofree const char **names = g_new(const char *, MAX(policy->n_rules, 1));
    g_autofree int32_t *splits = g_new(int32_t, MAX(policy->n_rules * N_PARTS, 1));
    g_autoptr(SettleResult) result = NULL;

    for (guint i = 0; i < policy->n_rules; i++) {
        kinds[i] = (int32_t) policy->rules[i].kind;
        names[i] = policy->rules[i].id;
        for (guint k = 0; k < N_PARTS; k++)
            splits[i * N_PARTS + k] = policy->rules[i].terms.split_parts[k];
    }
    result = settle_store_query(store, settle_sql_policy_activate, error, "ysssddhlbISI",
                                policy->hash, sizeof policy->hash, policy->carrier, policy->name,
                                policy->version, policy->closing_from, policy->closing_to,
                                (int) policy->currency, policy->tax_ppb, policy->tax_included,
                                kinds, (gsize) policy->n_rules, names, (gsize) policy->n_rules,
                                splits, (gsize) policy->n_rules * N_PARTS);
    if (result == NULL)
        return FALSE;
    *ret_policy_id = settle_result_i32(result, 0, SQL_POLICY_ACTIVATE_POLICY_ID);
    return settle_failpoint(POLICY_INSERTED, error);
}

gboolean
settle_policy_activate(SettleStore *store, const SettlePolicy *policy, int32_t *ret_policy_id,
                       gboolean *ret_known, GError **error)
{
    int32_t carrier_id, known_id = 0, policy_id = 0;

    if (!check_unsupported(policy, error))
        return FALSE;
    if (!settle_store_begin(store, error))
        return FALSE;
    /* The control row is locked first: two activations, or one and a run's manifest, take turns. */
    if (!settle_store_count(store, "control", 0, &(int64_t){0}, error) ||
        !check_versions(store, policy, &carrier_id, &known_id, error))
        goto fail;
    if (known_id != 0) {
        settle_store_rollback(store);
        *ret_policy_id = known_id;
        *ret_known = TRUE;
        return TRUE;
    }
    if (!check_submitted(store, policy, error) ||
        !check_not_settled(store, policy, carrier_id, error) ||
        !insert(store, policy, &policy_id, error) ||
        !settle_failpoint(POLICY_BEFORE_COMMIT, error) || !settle_store_commit(store, error) ||
        !settle_failpoint(POLICY_COMMITTED, error))
        goto fail;
    *ret_policy_id = policy_id;
    *ret_known = FALSE;
    return TRUE;

fail:
    settle_store_rollback(store);
    return FALSE;
}

/* --- submission ------------------------------------------------------------------------------ */

gboolean
settle_policy_submit(SettleStore *store, const char *text, size_t length,
                     const SettlePolicy *policy, int64_t *ret_submission, gboolean *ret_known,
                     int32_t *ret_active_id, GError **error)
{
    g_autoptr(SettleResult) row = NULL;
    int32_t carrier_id, active_id;

    /* what could not be activated is not submitted */
    if (!check_versions(store, policy, &carrier_id, &active_id, error))
        return FALSE;
    if (active_id != 0) {
        *ret_active_id = active_id;
        return TRUE;
    }

    if (!settle_failpoint(POLICY_SUBMIT_BEFORE, error))
        return FALSE;
    row = settle_store_query(store, settle_sql_policy_submit, error, "sssddy", policy->carrier,
                             policy->name, policy->version, policy->closing_from,
                             policy->closing_to, text, length);
    if (row == NULL || !settle_failpoint(POLICY_SUBMIT_COMMITTED, error))
        return FALSE;
    *ret_submission = settle_result_i64(row, 0, SQL_POLICY_SUBMIT_SUBMISSION);
    *ret_known = settle_result_bool(row, 0, SQL_POLICY_SUBMIT_IS_KNOWN);
    *ret_active_id = 0;
    return TRUE;
}

gboolean
settle_policy_waiting(SettleStore *store, const char *name, char **ret_text, gsize *ret_length,
                      GError **error)
{
    g_autoptr(SettleResult) rows =
        settle_store_query(store, settle_sql_policy_submission, error, "s", name);
    const uint8_t *bytes;
    size_t length;

    if (rows == NULL)
        return FALSE;
    if (settle_result_rows(rows) == 0) {
        *ret_text = NULL;
        *ret_length = 0;
        return TRUE;
    }
    if (settle_result_rows(rows) > 1) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_INPUT, "several policies wait as \"%s\"",
                    name);
        settle_error_hint(error, "settle policy list shows them with their numbers");
        return FALSE;
    }
    bytes = settle_result_bytes(rows, 0, SQL_POLICY_SUBMISSION_DOCUMENT, &length);
    *ret_text = g_strndup((const char *) bytes, length);
    *ret_length = length;
    return TRUE;
}

gboolean
settle_policy_withdraw(SettleStore *store, int64_t submission, const char *reason, GError **error)
{
    g_autoptr(SettleResult) row = NULL;

    if (!settle_failpoint(POLICY_WITHDRAW_BEFORE, error))
        return FALSE;
    row = settle_store_query(store, settle_sql_policy_withdraw, error, "ls", submission, reason);
    if (row == NULL)
        return FALSE;
    if (settle_result_rows(row) == 0) {
        g_set_error(error, SETTLE_ERROR, SETTLE_ERROR_STATE,
                    "submission %" G_GINT64_FORMAT
                    " does not wait: it was withdrawn or activated already",
                    submission);
        return FALSE;
    }
    return settle_failpoint(POLICY_WITHDRAW_COMMITTED, error);
}
