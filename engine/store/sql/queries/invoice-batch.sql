-- A batch before its approval. $1 run, $2 carrier code
SELECT b.drafter, session_user::text,
       EXISTS (SELECT 1 FROM settle.control_log l
                WHERE l.action = 'invoice-approve' AND l.subject = $1::integer || '/' || $2) AS is_approved,
       b.invoices, b.gross_minor::text, b.digest
  FROM settle.invoice_batch b
  JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id AND c.code = $2
 WHERE b.run_id = $1 AND b.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
