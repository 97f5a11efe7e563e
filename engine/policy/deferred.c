/* The policy's part of the kind "deferred" (policy/kind.h): reading instalments, and what is wrong
 * with them although each value is right. */
#include "policy/kind.h"

static void
read_instalment(SettleBuild *build, const SettleNode *node, SettleInstalment *instalment)
{
    static const char *const pays[] = {"pay", "by-bill", NULL};
    const SettleNode *pay = settle_node_get(node, "pay");
    const SettleNode *by_bill = settle_node_get(node, "by-bill");

    instalment->months = settle_build_integer_of(settle_node_get(node, "after"));
    instalment->day = settle_build_integer_of(settle_node_get(node, "day"));
    if (settle_build_just_one(build, node, "an instalment", pays)) {
        if (pay != NULL) {
            instalment->pay = settle_build_pay_of(build, pay);
        } else {
            instalment->band_month = settle_build_integer_of(settle_node_get(by_bill, "month"));
            instalment->band_base = settle_build_base_of(by_bill, "by-bill");
            instalment->bands = settle_build_bands_of(build, settle_node_get(by_bill, "bands"),
                                                      TRUE, &instalment->n_bands);
        }
    }
    instalment->conditions =
        settle_build_conditions_of(build, node, instalment->months, &instalment->n_conditions);
    instalment->wants_active = settle_build_has_word(node, "active");
    instalment->wants_no_refund = settle_build_has_word(node, "no-refund");
    instalment->retry_until = settle_build_months_of(node, "retry-until", 0);
    if (settle_node_get(node, "retry-until") != NULL &&
        instalment->retry_until <= instalment->months)
        SETTLE_BUILD_ERROR(build, "P049", settle_node_get(node, "retry-until"), NULL,
                           "it is not tried again: it falls due %d months after closing anyway",
                           instalment->months);
    if (instalment->retry_until - instalment->months >= SETTLE_ATTEMPTS_MAX)
        SETTLE_BUILD_ERROR(build, "P002", settle_node_get(node, "retry-until"), NULL,
                           "an instalment is tried at most %d times", SETTLE_ATTEMPTS_MAX);
    settle_build_note_later(build, "instalment", node);
}

static void
read_deferred(SettleBuild *build, const SettleNode *node, SettleRule *rule)
{
    const SettleNode *list = settle_node_get(node, "instalments");

    if (list->values->len > SETTLE_INSTALMENTS_MAX) {
        SETTLE_BUILD_ERROR(build, "P002", list, NULL, "a rule has at most %d instalments",
                           SETTLE_INSTALMENTS_MAX);
        return;
    }
    rule->deferred.n_instalments = list->values->len;
    rule->deferred.instalments = g_new0(SettleInstalment, MAX(list->values->len, 1));
    for (guint i = 0; i < list->values->len; i++)
        read_instalment(build, g_ptr_array_index(list->values, i), &rule->deferred.instalments[i]);
}

static void
clear_deferred(SettleRule *rule)
{
    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        SettleInstalment *instalment = &rule->deferred.instalments[i];

        settle_conditions_free(instalment->conditions, instalment->n_conditions);
        g_free(instalment->bands);
    }
    g_free(rule->deferred.instalments);
}

static int
span_of_deferred(const SettleRule *rule)
{
    int span = 0;

    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];
        int later = settle_instalment_attempts(instalment) - 1;

        span = MAX(span, instalment->months + later);
        span = MAX(span, instalment->n_bands > 0 ? instalment->band_month + later : 0);
        span = MAX(span,
                   settle_conditions_span(instalment->conditions, instalment->n_conditions, later));
    }
    return span;
}

static void
look_at_instalment(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node,
                   const SettleInstalment *instalment)
{
    const SettleNode *by_bill = settle_node_get(node, "by-bill");
    int contract = rule->terms.contract_months;

    if (contract > 0 && instalment->months > contract)
        settle_findings_beyond(findings, rule, settle_node_get(node, "after"), "an instalment",
                               instalment->months);
    else if (contract > 0 && instalment->retry_until > contract)
        settle_findings_beyond(findings, rule, settle_node_get(node, "retry-until"), "the last try",
                               instalment->retry_until);
    if (by_bill != NULL && instalment->band_month > instalment->months)
        SETTLE_FINDING_WARNING(findings, "P111", settle_node_get(by_bill, "month"),
                               "look at an earlier month, or let it fall due later",
                               "it waits for the bill of month %d, but falls due in month %d",
                               instalment->band_month, instalment->months);
    settle_findings_conditions(findings, rule, settle_node_get(node, "if"), instalment->conditions,
                               instalment->months);
}

static void
look_at_deferred(const SettleFindings *findings, const SettleRule *rule, const SettleNode *node)
{
    const SettleNode *list = settle_node_get(node, "instalments");

    for (guint i = 0; i < rule->deferred.n_instalments; i++) {
        const SettleInstalment *instalment = &rule->deferred.instalments[i];
        const SettleNode *one = g_ptr_array_index(list->values, i);
        const SettleNode *by_bill = settle_node_get(one, "by-bill");

        look_at_instalment(findings, rule, one, instalment);
        if (by_bill != NULL)
            settle_findings_end(findings, settle_node_get(by_bill, "bands"), instalment->bands,
                                instalment->n_bands, "bills");
    }
}

const SettlePolicyKind settle_policy_kind_deferred = {
    read_deferred, clear_deferred, span_of_deferred, look_at_deferred, settle_kind_no_window,
};
