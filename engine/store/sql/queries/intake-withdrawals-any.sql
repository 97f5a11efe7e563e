-- Was any batch withdrawn?
SELECT EXISTS (SELECT 1 FROM settle.batch_withdrawal) AS any_withdrawn
