SELECT policy_id, carrier_id, currency, hash FROM settle.policy ORDER BY 1
