-- What was told of the orders of an id, or id/line: by carrier and closing month, lowest revision first. Rows that only
-- say that another revision took the order elsewhere are left out, and those of withdrawals: what these took back fell.
-- told: the batch's business date; night: that of the
-- run that saw it first (NULL: none yet). changed: what is otherwise than in the row before. $1 id, $2 zone
WITH rows AS (
    SELECT o.*,
           EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn) AS over,
          EXISTS (SELECT 1 FROM settle.closed_order x JOIN settle.batch_withdrawal w ON w.by_batch = x.batch_id
                   WHERE x.distributor_id = o.distributor_id AND x.closing_month = o.closing_month
                     AND x.order_id = o.order_id AND x.revision = o.revision AND x.withdrawn <> o.withdrawn) AS fell
      FROM settle.closed_order o
     WHERE o.key_id IN (SELECT i.key_id FROM settle.closed_order i
                         WHERE i.upstream_id = $1 OR i.order_line <> '' AND i.upstream_id || '/' || i.order_line = $1)
      AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.by_batch = o.batch_id)
), told AS (
    SELECT DISTINCT ON (o.key_id, o.closing_month, o.revision, o.withdrawn) o.*
      FROM rows o
     WHERE NOT (o.withdrawn
                AND EXISTS (SELECT 1 FROM rows t
                             WHERE t.key_id = o.key_id AND t.closing_month = o.closing_month AND t.revision = o.revision
                               AND t.distributor_id <> o.distributor_id AND NOT t.withdrawn)
                AND NOT EXISTS (SELECT 1 FROM rows t
                                 WHERE t.key_id = o.key_id AND t.closing_month = o.closing_month
                                   AND t.revision = o.revision AND t.distributor_id = o.distributor_id
                                   AND NOT t.withdrawn))
     ORDER BY o.key_id, o.closing_month, o.revision, o.withdrawn, o.over, o.batch_id
), named AS (
    SELECT t.*, c.code AS carrier, d.code AS distributor, coalesce(m.code, '') AS manager,
           split_part(p.code, E'\x1f', 2) AS product, coalesce(r.code, '') AS region, coalesce(h.code, '') AS channel,
           coalesce(t.contract, '(erased)') AS contract_text,
           to_char(t.closing_at AT TIME ZONE $2::text, 'YYYY-MM-DD"T"HH24:MI:SS') AS closed_at,
           (t.flags & 1) <> 0 AS first_order, b.business_date AS told, b.source, q.business_date AS night, q.run_id
      FROM told t
      JOIN settle.batch b ON b.batch_id = t.batch_id
      LEFT JOIN settle.batch_consumption n ON n.batch_id = t.batch_id
      LEFT JOIN settle.run_publication q ON q.run_id = n.run_id
      JOIN settle.code c ON c.dim = 1 AND c.id = t.carrier_id
      JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id
      LEFT JOIN settle.code m ON m.dim = 4 AND m.id = t.manager_id
      JOIN settle.code p ON p.dim = 5 AND p.id = t.product_id
      LEFT JOIN settle.code r ON r.dim = 7 AND r.id = t.region_id
      LEFT JOIN settle.code h ON h.dim = 8 AND h.id = t.channel_id
)
SELECT n.carrier, coalesce(n.upstream_id || coalesce('/' || NULLIF(n.order_line, ''), ''), '(erased)'),
       to_char(n.closing_month, 'YYYY-MM'), (n.revision - 1) / 20 + 1,
       CASE WHEN n.fell THEN 'fell with its batch'
            WHEN n.night IS NULL THEN 'for the next night' WHEN n.over THEN 'replaced' WHEN n.withdrawn THEN 'withdrawn'
            ELSE 'holds' END,
       n.told::text, n.night::text, n.batch_id, n.source, n.line, n.distributor, n.manager, n.product, n.region, n.channel,
       n.contract_text, n.first_order::text, n.closed_at, n.paid_minor, n.quantity, n.currency,
       CASE WHEN n.withdrawn THEN 'withdrawn'
            WHEN lag(n.revision) OVER w IS NOT NULL
            THEN concat_ws(', ', CASE WHEN lag(n.withdrawn) OVER w THEN 'told anew' END,
                           CASE WHEN n.distributor <> lag(n.distributor) OVER w THEN 'distributor' END,
                           CASE WHEN n.manager <> lag(n.manager) OVER w THEN 'manager' END,
                           CASE WHEN n.product <> lag(n.product) OVER w THEN 'product' END,
                           CASE WHEN n.region <> lag(n.region) OVER w THEN 'region' END,
                           CASE WHEN n.channel <> lag(n.channel) OVER w THEN 'channel' END,
                           CASE WHEN n.contract_text <> lag(n.contract_text) OVER w THEN 'contract' END,
                           CASE WHEN n.first_order <> lag(n.first_order) OVER w THEN 'first_order' END,
                           CASE WHEN n.closed_at <> lag(n.closed_at) OVER w THEN 'closed_at' END,
                           CASE WHEN n.paid_minor <> lag(n.paid_minor) OVER w THEN 'paid' END,
                           CASE WHEN n.quantity <> lag(n.quantity) OVER w THEN 'quantity' END,
                           CASE WHEN n.currency <> lag(n.currency) OVER w THEN 'currency' END) END
  FROM named n
WINDOW w AS (PARTITION BY n.key_id, n.closing_month ORDER BY n.revision, n.withdrawn)
 ORDER BY n.carrier COLLATE "C", n.upstream_id COLLATE "C", n.order_line COLLATE "C", n.key_id, n.closing_month,
          n.revision, n.withdrawn
