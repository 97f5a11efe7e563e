-- The keys that hold of carriers that sign. $1 carriers
-- Columns as sender-keys-held
SELECT carrier, key FROM settle.sender_key WHERE until IS NULL AND carrier_id = ANY ($1) ORDER BY carrier
