-- An invoice says what the ledger's totals say of the runs that it binds, line by line, what the one before it left, and
-- what its issue posted.
-- Columns as check-finding
SELECT c.run_id, format('invoice of distributor id %s, carrier id %s', c.distributor_id, c.carrier_id) AS place,
       f.finding
  FROM settle_view.invoice_check c
 CROSS JOIN LATERAL (
    SELECT format('it says %s (amounts in minor units)', string_agg(format('%s %s, the ledger %s', v.what, v.says, v.ledger), '; '
                                                          ORDER BY v.place)) AS finding
      FROM unnest('{transfers, net, tax, gross, withheld, brought forward, covered, payable, tax added, debt left}'::text[],
                  c.says, c.ledger) WITH ORDINALITY v (what, says, ledger, place)
     WHERE v.says <> v.ledger
    HAVING count(*) > 0
    UNION ALL
    SELECT format('%s of its lines are other than the ledger has them, by %s minor units', c.n_lines_off, c.lines_off_minor)
     WHERE c.n_lines_off > 0
    UNION ALL
    SELECT format('it says payable %s, withheld %s, tax added %s; its issue posted %s, %s, %s, and %s elsewhere', c.says[8],
                  c.says[5], c.says[9], c.posted[1], c.posted[2], c.posted[3], c.posted[4])
     WHERE c.posted <> ARRAY[c.says[8], c.says[5], c.says[9], 0]) f
