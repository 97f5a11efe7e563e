-- Orders whose id differs from the text by case or blanks, or begins with it or ends in it; and rows with it that were
-- not accepted. $1 text
(SELECT o.upstream_id, NULL::integer AS batch_id, NULL::bigint AS line, '' AS reason
   FROM settle.closed_order o
  WHERE lower(o.upstream_id) = lower(btrim($1))
     OR length($1) > 3 AND (starts_with(o.upstream_id, $1) OR right(o.upstream_id, length($1)) = $1)
  LIMIT 3)
UNION ALL
(SELECT '', q.batch_id, q.line, q.reason
   FROM settle.open_row q
  WHERE strpos(',' || q.raw || ',', ',' || $1 || ',') > 0
  LIMIT 1)
