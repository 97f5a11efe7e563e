-- Of each sealed batch and each statement, and each of their carriers that signed then: the keys that held (two, if they
-- changed within a minute of it). is_due: it must be signed. A batch that reads kept rows again has the signature of the file
-- that they came in with; what carries a withdrawal out has none.
WITH RECURSIVE origin AS (
    SELECT b.batch_id, b.batch_id AS of_batch
      FROM settle.batch b
     WHERE b.state = 'sealed' AND b.kind IN (:fact_files) AND EXISTS (SELECT 1 FROM settle.sender_key)
       AND NOT EXISTS (SELECT 1 FROM settle.quarantine_release r WHERE r.into_batch = b.batch_id)
       AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.by_batch = b.batch_id)
     UNION
    SELECT r.into_batch, o.of_batch FROM origin o JOIN settle.quarantine_release r USING (batch_id)
)
SELECT format('batch %s', b.batch_id) AS place, coalesce(c.run_id, 0) AS run_id, k.carrier, k.key, f.file_sha256, f.file_signature,
       k.at < f.at - interval '1 minute' AND (k.until IS NULL OR k.until > f.at + interval '1 minute') AS is_due,
       k.actor = b.actor AS is_own
  FROM origin o
  JOIN settle.batch b USING (batch_id)
  JOIN settle.batch f ON f.batch_id = o.of_batch
  JOIN settle.sender_key k ON k.carrier_id = ANY (b.carriers) AND k.at < f.at + interval '1 minute'
   AND (k.until IS NULL OR k.until > f.at - interval '1 minute')
  LEFT JOIN settle.batch_consumption c ON c.batch_id = b.batch_id
 UNION ALL
SELECT format('statement %s', l.subject), 0, k.carrier, k.key, l.digest, decode(l.detail ->> 'signature', 'hex'),
       k.at < l.at - interval '1 minute' AND (k.until IS NULL OR k.until > l.at + interval '1 minute'), k.actor = l.actor
  FROM settle.control_log l
  JOIN settle.sender_key k ON k.carrier = left(l.subject, -8) AND k.at < l.at + interval '1 minute'
   AND (k.until IS NULL OR k.until > l.at - interval '1 minute')
 WHERE l.action = 'statement-import'
 ORDER BY place, carrier, file_sha256
