SELECT policy_id, version, closing_from, closing_to, hash
  FROM settle.policy WHERE carrier_id = $1 ORDER BY closing_from
