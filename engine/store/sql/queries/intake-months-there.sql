-- What was said last of months: that they are complete, or that it was withdrawn.
SELECT DISTINCT ON (carrier_id, month) carrier_id, month, withdrawn, revision, batch_id
  FROM settle.month_complete
 ORDER BY carrier_id, month, revision DESC, withdrawn DESC
