-- The outlets that a scoped login sees, from which day where; each one's rows together.
SELECT o.outlet_id, o.outlet, o.since, o.parent_id FROM settle_scope.outlets() o
 ORDER BY o.outlet_id, o.since
