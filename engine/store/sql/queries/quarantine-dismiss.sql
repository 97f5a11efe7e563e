-- Dismisses open rows, by batch. $1 batch (0: any), $2 line (0: any), $3 why they were rejected (NULL: any), $4 reason
SELECT count(d.position) AS batches, coalesce(sum(d.n), 0)::bigint AS rows
  FROM (SELECT b.n, settle.dismiss_rows(b.batch_id, b.lines, $4) AS position
          FROM (SELECT o.batch_id, count(*) AS n, array_agg(o.line ORDER BY o.line) AS lines
                  FROM settle.open_row o
                 WHERE ($1::integer = 0 OR o.batch_id = $1) AND ($2::bigint = 0 OR o.line = $2)
                   AND ($3::text IS NULL OR o.reason = $3)
                 GROUP BY 1 ORDER BY 1) b) d
