-- Policies activated since the run before. $1 run, $2 the run before
SELECT policy_id, carrier_id, name, version, closing_from, closing_to, currency, hash, document, position,
       tax_ppb, tax_included
  FROM settle.policy
 WHERE position > (SELECT coalesce(max(control_position), 0) FROM settle.run WHERE run_id = $2)
   AND position <= (SELECT max(control_position) FROM settle.run WHERE run_id = $1) ORDER BY 1
