-- A carrier's active versions; one row without one if it has none, no row if nobody knows it. $1 its code
SELECT carrier_id, policy_id, version, closing_from, closing_to, hash FROM settle.versions_of($1)
