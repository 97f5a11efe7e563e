-- The walks are ordered by the keys; a sort of everything would go to disk.
SELECT set_config('enable_sort', 'off', false), set_config('enable_seqscan', 'off', false),
       set_config('enable_bitmapscan', 'off', false)
