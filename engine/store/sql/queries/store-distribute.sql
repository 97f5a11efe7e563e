-- Spreads what is local yet over the workers of Citus. What a table is led by decides: distributors (of digests, too,
-- though the run comes first in their key), or the contracts and keys of orders that bills and events look up before they know
-- the distributor. Versions of master data, and all other tables, are whole on each node; the list of migrations stays
-- where settle migrate looks at it.
-- Run by the login in a transaction; says in settings what it did (a DO block returns nothing).
DO $$
DECLARE
    relation record;
    led constant text[] := ARRAY['distributor_id', 'contract_id', 'key_id', 'fact_id'];
    spread integer := 0;
    copied integer := 0;
BEGIN
    FOR relation IN
        SELECT c.oid::regclass AS name,
               CASE WHEN c.relname = 'run_distributor' THEN 'distributor_id'
                    WHEN a.attname = ANY (led)
                     AND NOT EXISTS (SELECT 1 FROM pg_attribute v
                                      WHERE v.attrelid = c.oid AND v.attname = 'valid_from')
                    THEN a.attname END AS led_by
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'settle'
          JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_migration'
           AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_partition d WHERE d.logicalrelid = c.oid)
         ORDER BY led_by NULLS FIRST, c.relname
    LOOP
        -- Of a schema from before the extension; partitions have their own.
        DECLARE
            trigger record;
        BEGIN
            FOR trigger IN
                SELECT t.tgname, t.tgrelid::regclass AS name
                  FROM pg_trigger t
                 WHERE NOT t.tgisinternal AND t.tgparentid = 0 -- a partition's copy goes with its table's
                   AND (t.tgrelid = relation.name
                        OR t.tgrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = relation.name))
            LOOP
                EXECUTE format('DROP TRIGGER %I ON %s', trigger.tgname, trigger.name);
            END LOOP;
        END;
        IF relation.led_by IS NULL THEN
            PERFORM create_reference_table(relation.name);
            copied := copied + 1;
        ELSE
            PERFORM create_distributed_table(relation.name, relation.led_by);
            spread := spread + 1;
        END IF;
    END LOOP;

    -- The schema was made on the workers before its grants.
    FOR relation IN SELECT x.privilege_type, r.rolname
                      FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) x JOIN pg_roles r ON r.oid = x.grantee
                     WHERE n.nspname = 'settle' LOOP
        EXECUTE format('GRANT %s ON SCHEMA settle TO %I', relation.privilege_type, relation.rolname);
    END LOOP;
    PERFORM set_config('settle.spread', spread::text, true), set_config('settle.copied', copied::text, true);
END
$$
