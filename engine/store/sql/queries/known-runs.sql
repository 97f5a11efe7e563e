-- Whether runs of a span are published, and which runs are, of all. $1 first, $2 last
SELECT coalesce(bool_or(p.run_id BETWEEN $1 AND $2), false) AS is_known, min(p.run_id) AS first_run, max(p.run_id) AS last_run
  FROM settle.run_publication p
