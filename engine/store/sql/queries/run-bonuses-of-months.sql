-- What windows were posted to last. Parameters as above.
-- Columns as run-window, run-bonus
SELECT DISTINCT ON (distributor_id, carrier_id, rule, window_end, scope_kind, scope_id, item)
       distributor_id, carrier_id, rule, window_end, scope_kind, scope_id, target_minor AS value, item,
       held_minor, released_minor, taken_minor
  FROM settle.window_posting
 WHERE distributor_id BETWEEN $1 AND $2 AND window_end = ANY ($3::date[])
   AND run_id < $4 AND run_id <> ALL ($5::integer[])
 ORDER BY 1, 2, 3, 4, 5, 6, item, run_id DESC
