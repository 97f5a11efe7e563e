SELECT ordinal, kind, rule FROM settle.policy_rule WHERE policy_id = $1 ORDER BY ordinal
