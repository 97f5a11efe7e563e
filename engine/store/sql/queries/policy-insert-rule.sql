-- A rule of the version that is being activated, under its number. $1 policy, $2 ordinal, $3 kind, $4 name
SELECT settle.add_policy_rule($1, $2, $3, $4)
