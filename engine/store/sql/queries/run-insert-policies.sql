-- Read first, and then written: on Citus the other way would lock the source for writing, which is not granted.
WITH held AS MATERIALIZED (SELECT policy_id, hash FROM settle.policy WHERE position <= $2)
INSERT INTO settle.run_policy (run_id, policy_id, hash)
SELECT $1, policy_id, hash FROM held
