-- What store-citus-nodes found.
SELECT current_setting('settle.workers')::integer AS workers
