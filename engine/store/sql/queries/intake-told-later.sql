-- Rows that named somebody of whom more was told than they could know: by batches after $1 up to $2, or by one that was
-- there and is of a later business date. Open ones, and those that were read again for a night that is still to come and can
-- enter on an earlier one. With the day on which they enter. $3 at most so many,
-- $4 receipts, or all others
WITH told AS MATERIALIZED (
    SELECT 'carrier' AS field, c.code AS value FROM settle.carrier_version v JOIN settle.code c ON c.dim = 1 AND c.id = v.carrier_id
     WHERE v.batch_id > $1 AND v.batch_id <= $2
     UNION
    SELECT 'distributor', c.code FROM settle.distributor_version v JOIN settle.code c ON c.dim = 2 AND c.id = v.distributor_id
     WHERE v.batch_id > $1 AND v.batch_id <= $2
     UNION
    SELECT f.field, c.code FROM settle.outlet_version v JOIN settle.code c ON c.dim = 3 AND c.id = v.outlet_id,
           (VALUES ('outlet'), ('parent')) f (field)
     WHERE v.batch_id > $1 AND v.batch_id <= $2
     UNION
    -- it may say of which distributor these are
    SELECT 'manager', c.code FROM settle.outlet_version v JOIN settle.manager_version m USING (outlet_id)
      JOIN settle.code c ON c.dim = 4 AND c.id = m.manager_id
     WHERE v.batch_id > $1 AND v.batch_id <= $2
     UNION
    SELECT 'manager', c.code FROM settle.manager_version v JOIN settle.code c ON c.dim = 4 AND c.id = v.manager_id
     WHERE v.batch_id > $1 AND v.batch_id <= $2
     UNION
    SELECT 'product', split_part(c.code, E'\x1f', 2)
      FROM settle.product_version v JOIN settle.code c ON c.dim = 5 AND c.id = v.product_id
     WHERE v.batch_id > $1 AND v.batch_id <= $2),
named AS MATERIALIZED (
    SELECT q.batch_id, q.line FROM told t JOIN settle.quarantine q ON q.field = t.field AND q.value = t.value
     WHERE settle.names_somebody(q.reason) AND q.batch_id <= $2
     UNION
    SELECT q.batch_id, q.line FROM settle.quarantine q
     WHERE q.batch_id > $1 AND q.batch_id <= $2 AND settle.names_somebody(q.reason)),
waiting AS MATERIALIZED (
    SELECT o.batch_id, o.line, o.kind, o.header, o.business_date, o.field, o.value, o.raw, NULL::date AS entered
      FROM named n JOIN settle.open_row o USING (batch_id, line) WHERE o.raw IS NOT NULL
     UNION ALL
    SELECT e.batch_id, e.line, e.kind, e.header, e.business_date, e.field, e.value, e.raw, e.entered
      FROM named n JOIN settle.entering_row e USING (batch_id, line) WHERE e.raw IS NOT NULL),
who AS (
    SELECT DISTINCT batch_id, business_date, field, value FROM waiting),
since AS MATERIALIZED (
    SELECT w.batch_id, w.field, w.value, v.carrier, min(greatest(w.business_date, b.business_date)) AS enters
      FROM who w CROSS JOIN LATERAL settle.told_by(w.field, w.value) v JOIN settle.batch b ON b.batch_id = v.batch_id
     WHERE v.batch_id > w.batch_id OR b.business_date > w.business_date
     GROUP BY w.batch_id, w.field, w.value, v.carrier)
SELECT w.batch_id, w.line, w.kind, w.header, min(s.enters) AS enters
  FROM waiting w JOIN since s USING (batch_id, field, value)
 WHERE (w.kind = 'receipts') = $4 AND (s.carrier IS NULL OR strpos(w.raw, s.carrier) > 0 OR strpos(s.carrier, '"') > 0)
 GROUP BY w.batch_id, w.line, w.kind, w.header, w.entered
HAVING w.entered IS NULL OR min(s.enters) < w.entered
 ORDER BY array_position(ARRAY[:all_files], w.kind), enters, w.batch_id, w.line
 LIMIT $3
