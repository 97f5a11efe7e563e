-- What some distributors' windows were posted to last. Parameters as of run-measures-of-windows.sql.
-- Columns as run-window, run-bonus
SELECT DISTINCT ON (p.distributor_id, p.carrier_id, p.rule, p.window_end, p.scope_kind, p.scope_id, p.item)
       p.distributor_id, p.carrier_id, p.rule, p.window_end, p.scope_kind, p.scope_id, p.target_minor AS value,
       p.item, p.held_minor, p.released_minor, p.taken_minor
  FROM unnest($1::integer[], $2::date[], $3::integer[]) AS k (distributor_id, window_end, carrier_id)
  JOIN settle.window_posting p ON p.distributor_id = k.distributor_id AND p.window_end = k.window_end
                              AND p.carrier_id = k.carrier_id
 WHERE p.distributor_id BETWEEN $4 AND $5 AND p.run_id < $6 AND p.run_id <> ALL ($7::integer[])
 ORDER BY 1, 2, 3, 4, 5, 6, p.item, p.run_id DESC
