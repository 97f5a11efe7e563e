-- For its row sum: the columns behind batch_id are those of copy-fact-repeat.sql, in their order.
SELECT batch_id, fact_id, month, kind, currency, revision, batch_id
  FROM settle.fact_repeat
