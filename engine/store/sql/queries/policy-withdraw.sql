-- No row: it is there and does not wait (withdrawn or activated before).
-- $1 number of the submission, $2 why
SELECT settle.withdraw_policy($1, $2)
 WHERE EXISTS (SELECT 1 FROM settle_view.policy_waiting WHERE submission = $1)
    OR NOT EXISTS (SELECT 1 FROM settle.policy_submission WHERE position = $1)
