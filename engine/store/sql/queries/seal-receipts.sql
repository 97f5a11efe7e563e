-- Their receipts. $1 run, $2 the run before
SELECT r.chunk, r.epoch, r.facts, r.settled, r.zero, r.waiting, r.due, r.transfers, r.amount_minor, r.invoices, r.at,
       (SELECT string_agg(concat_ws(' ', s.table_name, s.rows, encode(s.digest, 'hex')), ',' ORDER BY s.table_name COLLATE "C")
          FROM settle.chunk_rows s WHERE s.run_id = r.run_id AND s.chunk = r.chunk)
  FROM settle.run_receipt r WHERE r.run_id = $1 AND $2 = $2 ORDER BY 1
