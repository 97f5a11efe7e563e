-- Orders and revisions that a batch told, first or again, and those that it only took from a distributor for another one's.
-- is_again: it repeated what another batch told. is_repeated: a batch that stands did. $1 batch
WITH told AS (
    SELECT o.key_id, o.order_id, o.closing_month, ((o.revision - 1) / 20 + 1)::smallint AS said, false AS is_again
      FROM settle.closed_order o WHERE o.batch_id = $1
     UNION ALL
    -- an order's id is of its key and month: settle.order_id()
    SELECT (r.fact_id - (r.month - date '1900-01-01') * 5436284455931) & 4611686018427387903, r.fact_id, r.month,
           greatest(r.revision, 1::smallint), true
      FROM settle.fact_repeat r WHERE r.batch_id = $1 AND r.kind = :orders_fact
), each AS MATERIALIZED (
    SELECT key_id, order_id, closing_month, said, bool_or(is_again) AS is_again FROM told GROUP BY 1, 2, 3, 4
)
SELECT t.key_id, t.closing_month, t.said, t.is_again,
       EXISTS (SELECT 1 FROM settle.fact_repeat a
                WHERE a.fact_id = t.order_id AND a.month = t.closing_month AND a.kind = :orders_fact
                  AND greatest(a.revision, 1::smallint) = t.said
                  AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id)) AS is_repeated
  FROM each t
