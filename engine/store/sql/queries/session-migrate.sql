-- Where Citus is: as long as nothing is distributed, changes of the schema are the coordinator's own (the workers get
-- tables when they are handed over); afterwards they reach the workers, over one connection to each.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        RETURN;
    END IF;
    PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', false);
    IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition d
                     JOIN pg_class c ON c.oid = d.logicalrelid
                     JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'settle') THEN
        PERFORM set_config('citus.enable_ddl_propagation', 'off', false);
    END IF;
END
$$
