SELECT (SELECT count(*) FROM settle.run_chunk WHERE run_id = $1) AS chunks, count(*) AS receipts,
       coalesce(sum(facts), 0)::bigint AS sum_facts, coalesce(sum(settled), 0)::bigint AS sum_settled,
       coalesce(sum(zero), 0)::bigint AS sum_zero, coalesce(sum(waiting), 0)::bigint AS sum_waiting,
       coalesce(sum(due), 0)::bigint AS sum_due, coalesce(sum(transfers), 0)::bigint AS sum_transfers,
       coalesce(sum(amount_minor), 0)::text AS sum_amount, coalesce(sum(invoices), 0)::bigint AS sum_invoices
  FROM settle.run_receipt WHERE run_id = $1
