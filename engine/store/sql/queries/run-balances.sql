-- What some accounts stood at after the last of some runs that touched them. $1 distributors, $2 carriers, $3 currencies,
-- $4 roles (one of each an account), $5, $6 first and last distributor, $7, $8 months of the runs, $9 first run, $10 the
-- run behind the last, $11 abandoned runs
SELECT DISTINCT ON (k.place) k.place::integer, b.balance_minor
  FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[]) WITH ORDINALITY
       AS k (distributor_id, carrier_id, currency, role, place)
  JOIN settle.account_balance b ON b.distributor_id = k.distributor_id AND b.carrier_id = k.carrier_id
                               AND b.currency = k.currency AND b.role = k.role
 WHERE b.distributor_id BETWEEN $5 AND $6 AND b.month BETWEEN $7 AND $8 AND b.run_id >= $9 AND b.run_id < $10
   AND b.run_id <> ALL ($11::integer[])
 ORDER BY k.place, b.run_id DESC
