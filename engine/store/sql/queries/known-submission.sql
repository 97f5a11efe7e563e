-- Whether a policy was submitted under this number. $1 number
SELECT EXISTS (SELECT 1 FROM settle.policy_submission s WHERE s.position = $1) AS is_known
