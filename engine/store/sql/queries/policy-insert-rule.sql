INSERT INTO settle.policy_rule (policy_id, ordinal, kind, rule) VALUES ($1, $2, $3, $4)
