-- All events of the orders of which some count for nothing by what the last run that looked at them found, each order's
-- together. Seen: a person has. $1 distributor, 0: all
-- Columns as judged-event
SELECT e.distributor_id, e.order_id, e.paid_minor, e.closing_day, e.event_id, e.amount_minor, e.reinstates, e.day, e.kind,
       e.whole, e.happened_at, e.night, e.version, e.slack_minor, e.currency_no, e.carrier, e.distributor, e.order_no,
       e.event_no, e.seen
  FROM settle_view.judged_event e
 WHERE $1::integer IN (0, e.distributor_id)
 ORDER BY e.carrier COLLATE "C", e.distributor COLLATE "C", e.order_no COLLATE "C", e.order_id, e.happened_at, e.event_id
