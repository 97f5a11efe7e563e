-- Where autovacuum looks at a partition at this moment it does the same work; a night waited for it, up to five seconds.
CREATE OR REPLACE FUNCTION settle.analyze_partition(table_name text, month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s'
    SET default_statistics_target = '30' SET client_min_messages = 'error'
AS $$
DECLARE
    partition constant regclass := settle.partition_named(table_name, month);
BEGIN
    IF partition IS NOT NULL THEN
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', partition);
    END IF;
END
$$;
