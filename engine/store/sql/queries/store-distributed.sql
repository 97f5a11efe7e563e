-- What store-distribute did, in the same transaction.
SELECT current_setting('settle.spread')::integer, current_setting('settle.copied')::integer
