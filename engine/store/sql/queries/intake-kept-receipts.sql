-- Whether receipts are in quarantine; any that somebody may be told of by now.
SELECT EXISTS (SELECT FROM settle.batch b WHERE b.kind = 'receipts' AND b.quarantined > 0) AS some
