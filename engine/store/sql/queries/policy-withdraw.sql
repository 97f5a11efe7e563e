-- $1 number of the submission, $2 why
SELECT settle.withdraw_policy($1, $2)
