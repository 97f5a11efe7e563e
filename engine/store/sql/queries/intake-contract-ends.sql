-- The first local day on which orders were cancelled or ported out, of those that were: by the last row of each event,
-- without those that were undone. $1 distributors, $2 closing months, $3 orders, $4, $5 first and last of the months
WITH in_force AS (
    SELECT e.distributor_id, e.closing_month, e.order_id, e.event_id, e.kind, e.day, e.reinstates
      FROM unnest($1::integer[], $2::date[], $3::bigint[]) AS n (distributor_id, closing_month, order_id)
      JOIN settle.event e USING (distributor_id, closing_month, order_id)
     WHERE e.closing_month BETWEEN $4 AND $5 AND e.kind IN (:cancel_event, :port_out_event, :reinstate_event)
       AND NOT e.withdrawn
       AND NOT EXISTS (SELECT 1 FROM settle.event n
                        WHERE n.distributor_id = e.distributor_id AND n.closing_month = e.closing_month
                          AND n.closing_month BETWEEN $4 AND $5 AND n.order_id = e.order_id AND n.event_id = e.event_id
                          AND (n.revision, n.withdrawn) > (e.revision, e.withdrawn)))
SELECT e.order_id, min(e.day) AS ended_on
  FROM in_force e
 WHERE e.kind IN (:cancel_event, :port_out_event)
   AND NOT EXISTS (SELECT 1 FROM in_force r
                    WHERE r.distributor_id = e.distributor_id AND r.order_id = e.order_id
                      AND r.kind = :reinstate_event AND r.reinstates = e.event_id)
 GROUP BY e.order_id
