-- Of each sealed batch of a file or of staging and each statement, and each of their carriers that signed then: the keys that held (two, if they
-- changed within a minute of it). is_due: it must be signed.
SELECT format('batch %s', b.batch_id) AS place, coalesce(c.run_id, 0) AS run_id, k.carrier, k.key, b.file_sha256, b.file_signature,
       k.at < b.at - interval '1 minute' AND (k.until IS NULL OR k.until > b.at + interval '1 minute') AS is_due,
       k.actor = b.actor AS is_own
  FROM settle.batch b
  JOIN settle.sender_key k ON k.carrier_id = ANY (b.carriers) AND k.at < b.at + interval '1 minute'
   AND (k.until IS NULL OR k.until > b.at - interval '1 minute')
  LEFT JOIN settle.batch_consumption c USING (batch_id)
 WHERE b.state = 'sealed' AND b.kind IN (:fact_files) AND (b.file_name IS NOT NULL OR b.source LIKE 'staging %')
 UNION ALL
SELECT format('statement %s', l.subject), 0, k.carrier, k.key, l.digest, decode(l.detail ->> 'signature', 'hex'),
       k.at < l.at - interval '1 minute' AND (k.until IS NULL OR k.until > l.at + interval '1 minute'), k.actor = l.actor
  FROM settle.control_log l
  JOIN settle.sender_key k ON k.carrier = left(l.subject, -8) AND k.at < l.at + interval '1 minute'
   AND (k.until IS NULL OR k.until > l.at - interval '1 minute')
 WHERE l.action = 'statement-import'
 ORDER BY place, carrier, file_sha256
