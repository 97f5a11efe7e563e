-- The same decision, word for word, that is not brought about yet. $1 action, $2 subject, $3 detail, $4 reason
SELECT min(l.position) AS first_position
  FROM settle.control_log l
 WHERE l.action = $1 AND l.subject = $2 AND l.detail = $3::jsonb AND l.reason = coalesce($4::text, '')
   AND l.position > (SELECT coalesce(max(r.control_position), 0)
                       FROM settle.run r JOIN settle.run_publication USING (run_id) WHERE r.kind = 'deposit')
