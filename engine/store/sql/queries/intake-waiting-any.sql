-- Does any bill wait for its order?
SELECT EXISTS (SELECT 1 FROM settle.bill_waiting w
                WHERE NOT EXISTS (SELECT 1 FROM settle.bill_found f
                                   WHERE f.contract_id = w.contract_id AND f.currency = w.currency AND f.turn = w.turn AND f.month = w.month
                                     AND f.revision = w.revision)) AS any_waits
