INSERT INTO settle.run_policy (run_id, policy_id, hash)
SELECT $1, policy_id, hash FROM settle.policy WHERE position <= $2
