-- The walks are ordered by the keys; a sort of everything would go to disk. The digests alone are sorted: a row a
-- distributor and night.
SELECT set_config('work_mem', '64MB', false), set_config('enable_sort', 'off', false), set_config('enable_seqscan', 'off', false),
       set_config('enable_bitmapscan', 'off', false)
