-- Numbers of a carrier and year go up without a gap, in the order of runs and chunks.
-- Columns as check-finding
WITH given AS (
    SELECT b.run_id, b.chunk, b.carrier_id, b.year, b.base, coalesce(i.n, 0) AS n, coalesce(i.highest, 0) AS highest,
           b.base - lag(b.base + coalesce(i.n, 0), 1, 0::bigint) OVER (PARTITION BY b.carrier_id, b.year ORDER BY b.run_id, b.chunk) AS gap,
           lead(1) OVER (PARTITION BY b.carrier_id, b.year ORDER BY b.run_id, b.chunk) IS NULL AS is_last
      FROM settle.invoice_base b
      JOIN settle.run_publication USING (run_id)
      LEFT JOIN (SELECT run_id, chunk, carrier_id, count(*) AS n, max(place) AS highest
                   FROM settle.invoice WHERE NOT carried GROUP BY 1, 2, 3) i USING (run_id, chunk, carrier_id))
SELECT g.run_id, format('invoice numbers of carrier id %s in %s', g.carrier_id, g.year) AS place,
       format('chunk %s starts behind %s with %s invoices up to place %s: a gap of %s, the series ends at %s',
              g.chunk, g.base, g.n, g.highest, g.gap, s.last_number) AS finding
  FROM given g LEFT JOIN settle.invoice_series s USING (carrier_id, year)
 WHERE g.gap <> 0 OR g.n <> g.highest OR (g.is_last AND g.base + g.n IS DISTINCT FROM s.last_number)
UNION ALL
SELECT i.run_id, format('invoice of distributor id %s', i.distributor_id), 'has no number'
  FROM settle.invoice i JOIN settle.run_publication USING (run_id)
 WHERE NOT i.carried AND NOT EXISTS (SELECT 1 FROM settle.invoice_base b
                                      WHERE b.run_id = i.run_id AND b.chunk = i.chunk AND b.carrier_id = i.carrier_id)
