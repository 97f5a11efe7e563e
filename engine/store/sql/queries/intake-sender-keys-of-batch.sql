-- The same of the carriers of a batch. $1 batch
-- Columns as sender-keys-held
SELECT k.carrier, k.key
  FROM settle.sender_key k JOIN settle.batch b ON k.carrier_id = ANY (b.carriers)
 WHERE k.until IS NULL AND b.batch_id = $1 ORDER BY carrier
