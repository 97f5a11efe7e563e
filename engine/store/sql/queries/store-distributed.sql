-- What store-distribute did, in the same transaction.
SELECT current_setting('settle.spread')::integer AS spread, current_setting('settle.copied')::integer AS copied
