-- Whether runs of a span are published, and which runs are, of all. $1 first, $2 last
SELECT coalesce(bool_or(p.run_id BETWEEN $1 AND $2), false), min(p.run_id), max(p.run_id)
  FROM settle.run_publication p
