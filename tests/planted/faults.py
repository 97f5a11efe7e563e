"""Faults that the properties and the second implementation must find, one at a time: a line, and what is written over it."""
import collections

Fault = collections.namedtuple('Fault', 'name file old new')

CALC, CHUNK = 'engine/calc/', 'engine/run/chunk/'

TABLE = (
    # --- what an order earns ---
    Fault('upfront-quantity', CALC + 'upfront.c',
          'settle_mul_i64(pay->fixed_minor, order->quantity, &minor)',
          'settle_mul_i64(pay->fixed_minor, 1, &minor)'),
    Fault('upfront-band-of-refunded', CALC + 'upfront.c',
          'settle_band_find(upfront->bands, upfront->n_bands, order->paid_minor);\n\n        if (band == NULL) {\n'
          '            *ret_minor = 0;',
          'settle_band_find(upfront->bands, upfront->n_bands, base_minor);\n\n        if (band == NULL) {\n'
          '            *ret_minor = 0;'),
    Fault('upfront-active-a-day-early', CALC + 'upfront.c',
          'return order->closing_day + upfront->active_days;',
          'return order->closing_day + upfront->active_days - (upfront->active_days > 0);'),
    Fault('rounding-down-everywhere', CALC + 'share.c',
          'settle_money_rate_net(base, rate, share->net_of_tax_ppb),\n                            policy->rounding',
          'settle_money_rate_net(base, rate, share->net_of_tax_ppb),\n                            SETTLE_ROUND_DOWN'),
    Fault('share-months-from', CALC + 'share.c',
          'k < 0 || k < share->from_month', 'k < 0 || k <= share->from_month'),
    Fault('share-cap-for-life-not-used-up', CALC + 'share.c', 'left -= minor;', 'left -= minor > 0;'),
    Fault('withdrawn-bill-counts', CALC + 'conditions.c', 'return !bills[i].withdrawn &&', 'return'),
    Fault('deferred-due-a-month-late', CALC + 'deferred.c',
          'instalment->months + attempt,', 'instalment->months + 2 * attempt,'),
    Fault('deferred-base-forgets-refunds', CALC + 'deferred.c',
          'base -= settle_events_refunded(', 'base += 0 * settle_events_refunded('),
    Fault('condition-any-for-all', CALC + 'conditions.c',
          'condition->any ? any : all', 'condition->any ? all : any'),
    Fault('condition-last-month-left-out', CALC + 'conditions.c',
          'k <= last_month(condition, look->later) && holds', 'k < last_month(condition, look->later) && holds'),
    Fault('condition-complete-month-waits', CALC + 'conditions.c',
          'bill == NULL && settle_scope_complete(look->scope, closing + k)',
          'bill == NULL && settle_scope_complete(look->scope, closing + k + 1)'),
    # --- events ---
    Fault('clawback-window-a-day-short', CALC + 'events.c',
          'day - closing <= span->to)', 'day - closing < span->to)'),
    Fault('clawback-months-open', CALC + 'events.c',
          'return day <= settle_day_add_months(closing, span->to);', 'return TRUE;'),
    Fault('pro-rata-begun-months', CALC + 'events.c',
          'if (k > 0 && settle_day_add_months(closing, k) > day)\n        k--;', ''),
    Fault('suspended-days-twice', CALC + 'events.c',
          'from == SETTLE_DAY_MIN)\n            from = event->day;', 'TRUE)\n            from = event->day;'),
    Fault('refund-takes-share-of-fixed', CALC + 'events.c', 'if (refunded && !has_refund_term(rule) &&',
          'if (refunded &&'),
    Fault('cancelled-is-active', CALC + 'events.c',
          '(1u << SETTLE_EVENT_CANCEL | 1u << SETTLE_EVENT_PORT_OUT)', '(1u << SETTLE_EVENT_PORT_OUT)'),
    Fault('reinstatement-forgotten', CALC + 'events.c',
          '} else if (has_id(undone, event.event_id)) {', '} else if (has_id(undone, event.event_id) && event.kind == SETTLE_EVENT_KIND_REFUND) {'),
    # --- holdback, volume ---
    Fault('holdback-a-day-late', CALC + 'hold.c',
          'date - start < terms->holdback_days', 'date - start <= terms->holdback_days'),
    Fault('clawback-not-from-held', CALC + 'hold.c',
          'held = MAX(held - (earned_minor - target_minor), 0);', 'held = MIN(held, target_minor);'),
    Fault('tier-begins-after', CALC + 'volume.c',
          'measure >= volume->tiers[reached].from', 'measure > volume->tiers[reached].from'),
    Fault('lump-adds-always', CALC + 'volume.c',
          'for (guint i = volume->lump_adds ? 0 : reached - 1; i < reached; i++)\n            sum +=',
          'for (guint i = 0; i < reached; i++)\n            sum +='),
    Fault('quarter-ends-a-month-early', 'engine/policy/windows.c',
          'month % months + months - 1;', 'month % months + months - 1 - (months == 3);'),
    # --- the ledger ---
    Fault('withheld-given-back-at-source', 'engine/ledger/difference.c',
          'MAX(posted[SETTLE_LEG_MAIN], wanted->withheld_minor)', 'wanted->withheld_minor + 0 * posted[SETTLE_LEG_MAIN]'),
    Fault('released-leg-forgotten', 'engine/ledger/difference.c',
          'rest = side - kept - released;', 'rest = side - kept;'),
    Fault('held-goes-back-whole', 'engine/ledger/difference.c',
          'int64_t goes = CLAMP(owed, 0, leaves);', 'int64_t goes = 0 * CLAMP(owed, 0, leaves);'),
    # --- the run ---
    Fault('bills-of-a-new-order-forgotten', CHUNK + 'order.c',
          'if (!settle_targets_whole(settling->targets, subject, subject->bills, subject->n_bills,\n'
          '                              settle_decisions_findings(settling->decisions, subject)) ||\n'
          '        !add_first(',
          'if (!settle_targets_whole(settling->targets, subject, subject->bills, 0,\n'
          '                              settle_decisions_findings(settling->decisions, subject)) ||\n'
          '        !add_first('),
    Fault('revised-order-counts-twice', CHUNK + 'counting.c',
          '-settle_targets_measure_before(targets, &was, rule,', '0 * settle_targets_measure_before(targets, &was, rule,'),
    Fault('withdrawn-receipt-frees', CHUNK + 'paid.c',
          'if (settle_reader_bool(reader, SQL_RUN_RECEIPTS_WITHDRAWN))\n            money.minor = 0;', ''),
    Fault('money-frees-again', CHUNK + 'paid.c', 'money->minor -= freed;', 'money->minor -= 0 * freed;'),
    Fault('ceiling-not-filled', CHUNK + 'decisions.c', 'use.used_minor = target_minor;', 'use.used_minor = 0 * target_minor;'),
    Fault('cheapest-finding-acts', CHUNK + 'joint.c',
          'return x->total_minor > y->total_minor ? -1 : 1;', 'return x->total_minor < y->total_minor ? -1 : 1;'),
    # --- invoices ---
    Fault('covered-not-paid-out', 'engine/invoice/invoice.c',
          'settle_add_i64(invoice->payable_minor, amount, &invoice->payable_minor);\n    line = find_line',
          'settle_add_i64(invoice->payable_minor, 0, &invoice->payable_minor);\n    line = find_line'),
    Fault('withheld-is-paid-out', 'engine/invoice/invoice.c',
          '? settle_add_i64(invoice->withheld_minor, amount, &invoice->withheld_minor)',
          '? settle_add_i64(invoice->payable_minor, amount, &invoice->payable_minor)'),
    Fault('brought-forward-forgotten', 'engine/invoice/invoice.c',
          'settle_sub_i64(owed, invoice->payable_minor, &invoice->left_minor)', 'settle_sub_i64(owed, owed, &invoice->left_minor)'),
    Fault('carried-lines-forgotten', CHUNK + 'invoicing.c',
          'a = MIN(*a, coverage->after_run);', 'a = MAX(*a, coverage->after_run);'),
)
