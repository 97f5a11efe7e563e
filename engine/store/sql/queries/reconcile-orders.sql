-- What became of every sealed order that closed in a month, in count and money, and how much of it is posted. $1 month,
-- $2 carrier, $3 distributor (NULL: any)
SELECT c.code, s.currency, s.state, s.reason, count(*) AS orders, sum(s.paid_minor)::bigint AS sum_paid, sum(s.stated)::bigint AS sum_stated
  FROM (SELECT o.carrier_id, o.currency, o.paid_minor, coalesce(z.paid_minor, o.paid_minor) AS stated,
               CASE WHEN n.run_id IS NULL OR q.run_id IS NULL OR w.look_day IS NOT NULL THEN 'waiting'
                    WHEN z.outcome IN (7, 8) THEN 'zero'
                    WHEN t.posted THEN 'settled' WHEN z.outcome IS NOT NULL OR k.cut THEN 'zero' ELSE 'settled' END AS state,
               CASE WHEN n.run_id IS NULL THEN 'its night is not settled yet'
                    WHEN q.run_id IS NULL THEN 'its run is not published yet'
                    WHEN w.look_day IS NOT NULL THEN 'dated after the night, for a day to come'
                    WHEN z.outcome IN (7, 8) THEN v.reason
                    WHEN t.posted THEN 'posted' WHEN z.outcome = 5 AND o.contract_id = 0 THEN 'it names no contract'
                    WHEN k.cut AND coalesce(z.outcome, 4::smallint) = 4 THEN 'a ceiling or cap takes it'
                    WHEN z.outcome IS NOT NULL THEN v.reason
                    ELSE 'nothing is due yet' END AS reason
          FROM settle.closed_order o
          JOIN settle.batch b ON b.batch_id = o.batch_id AND b.state = 'sealed'
          LEFT JOIN settle.batch_consumption n ON n.batch_id = o.batch_id
          LEFT JOIN settle.run_publication q ON q.run_id = n.run_id
          LEFT JOIN LATERAL (SELECT a.look_day FROM settle.agenda a
                              WHERE a.distributor_id = o.distributor_id AND a.order_id = o.order_id AND a.what = 1
                                AND a.look_day > (SELECT max(business_date) FROM settle.run_publication)
                                AND o.closing_day > (SELECT max(business_date) FROM settle.run_publication)
                              LIMIT 1) w ON true
          LEFT JOIN LATERAL (SELECT nullif(x.outcome, 0::smallint) AS outcome,
                                    CASE WHEN x.outcome <> 0 THEN x.paid_minor END AS paid_minor FROM settle.order_outcome x
                               JOIN settle.run_publication p ON p.run_id = x.run_id
                              WHERE x.distributor_id = o.distributor_id AND x.closing_month = o.closing_month
                                AND x.order_id = o.order_id
                              ORDER BY x.run_id DESC LIMIT 1) z ON true
          LEFT JOIN (VALUES (1::smallint, 'no policy holds'), (2::smallint, 'another currency'), (3::smallint, 'no rule matches'),
                            (4::smallint, 'it earns nothing'), (5::smallint, 'its bills serve another order'),
                            (6::smallint, 'its amounts leave 64 bits'),
                            (7::smallint, 'carrier or distributor were not active'),
                            (8::smallint, 'the product was not sold')) v (outcome, reason) ON v.outcome = z.outcome
          LEFT JOIN LATERAL (SELECT true AS posted FROM settle.transfer x
                               JOIN settle.run_publication p ON p.run_id = x.run_id
                              WHERE x.distributor_id = o.distributor_id AND x.period >= o.closing_month
                                AND x.subject_id = o.order_id
                              LIMIT 1) t ON true
          LEFT JOIN LATERAL (SELECT true AS cut
                               FROM (SELECT DISTINCT ON (y.month, y.slot, y.what) y.cut_minor
                                       FROM settle.cut y
                                       JOIN settle.run_publication p USING (run_id)
                                      WHERE y.distributor_id = o.distributor_id AND y.subject_id = o.order_id
                                        AND y.month >= o.closing_month AND y.what < 4
                                      ORDER BY y.month, y.slot, y.what, y.run_id DESC) y
                              WHERE y.cut_minor > 0
                              LIMIT 1) k ON NOT coalesce(t.posted, false)
         WHERE o.closing_month = $1::text::date AND NOT o.withdrawn
           AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                            WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                              AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn)
           AND ($3::text IS NULL OR o.distributor_id = (SELECT id FROM settle.code WHERE dim = 2 AND code = $3))) s
  JOIN settle.code c ON c.dim = 1 AND c.id = s.carrier_id
 WHERE $2::text IS NULL OR c.code = $2
 GROUP BY 1, 2, 3, 4
 ORDER BY c.code COLLATE "C", 2, 3, 4
