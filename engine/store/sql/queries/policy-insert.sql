INSERT INTO settle.policy (policy_id, carrier_id, name, version, closing_from, closing_to, currency, hash,
                           document, position, tax_ppb)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
