-- What slots name rules by, version by version.
SELECT policy_id, number, kind, rule FROM settle.policy_rule
