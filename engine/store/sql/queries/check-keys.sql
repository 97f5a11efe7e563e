-- The carriers' keys are those that the control log was told of.
SELECT 0, 'the keys of carriers',
       CASE WHEN l.position IS NULL THEN format('key %s of carrier id %s is none that the control log was told of', k.number, k.carrier_id)
            WHEN k.hash IS NULL THEN format('the key that %s of the control log was told of is not there', l.position)
            ELSE format('key %s of carrier id %s is another one than was made', k.number, k.carrier_id) END
  FROM settle.carrier_key_hashes() k
  FULL JOIN (SELECT * FROM settle.control_log WHERE action = 'carrier-key') l
    ON l.detail ->> 'carrier_id' = k.carrier_id::text AND l.detail ->> 'number' = k.number::text
 WHERE l.digest IS DISTINCT FROM k.hash
