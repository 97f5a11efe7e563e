SELECT (SELECT count(*) FROM settle.run_chunk WHERE run_id = $1), count(*),
       coalesce(sum(facts), 0)::bigint, coalesce(sum(settled), 0)::bigint,
       coalesce(sum(zero), 0)::bigint, coalesce(sum(waiting), 0)::bigint,
       coalesce(sum(due), 0)::bigint, coalesce(sum(transfers), 0)::bigint,
       coalesce(sum(amount_minor), 0)::text, coalesce(sum(invoices), 0)::bigint
  FROM settle.run_receipt WHERE run_id = $1
