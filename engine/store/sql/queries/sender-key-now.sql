-- The key of a carrier that holds. $1 carrier
SELECT key FROM settle.sender_key WHERE carrier = $1 AND until IS NULL
