-- An invoice batch and where it stands. $1 drafting run, $2 carrier code
SELECT b.carrier_id, b.cut_off, b.drafter,
       EXISTS (SELECT 1 FROM settle.control_log l
                WHERE l.action = 'invoice-approve' AND l.subject = $1::integer || '/' || $2) AS is_approved,
       (SELECT i.run_id FROM settle.invoice_issue i
         WHERE i.batch_run_id = b.run_id AND i.carrier_id = b.carrier_id) AS issue_run
  FROM settle.invoice_batch b
  JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id AND c.code = $2
 WHERE b.run_id = $1
