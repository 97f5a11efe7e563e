-- Invoices of a batch with the place of each among its distributor's. $1 drafting run, $2 carrier
SELECT distributor_id, payable_minor, withheld_minor, tax_added_minor, place_of_distributor,
       currency, tax_ppb
  FROM (SELECT i.*, row_number() OVER (PARTITION BY distributor_id
                                       ORDER BY carrier_id, currency, tax_ppb)::integer
                    AS place_of_distributor
          FROM settle.invoice i WHERE i.run_id = $1 AND NOT i.carried) i
 WHERE carrier_id = $2
 ORDER BY distributor_id, place_of_distributor
