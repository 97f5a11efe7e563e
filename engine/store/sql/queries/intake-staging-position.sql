-- The last row taken in. $1 source, $2 kind
SELECT coalesce(max(up_to), 0)::bigint AS taken_up_to FROM settle.staging_taken WHERE source = $1 AND kind = $2
