INSERT INTO settle.run_publication (run_id, business_date, facts, settled, zero, waiting, due, transfers,
                                    amount_minor, invoices, digest, previous)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::numeric, $10, $11, $12)
