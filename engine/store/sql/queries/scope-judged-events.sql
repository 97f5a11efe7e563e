-- As facts-for-nothing, of what a scoped login sees. $1 distributor's code
-- Columns as judged-event
SELECT 0 AS distributor_id, e.order_id, e.paid_minor, e.closing_day, e.event_id, e.amount_minor, e.reinstates, e.day, e.kind,
       e.whole, e.happened_at, e.night, e.version, e.slack_minor
  FROM settle_scope.judged_events($1) e
