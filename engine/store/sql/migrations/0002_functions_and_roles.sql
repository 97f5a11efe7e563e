-- Who may do what, that published rows stay as they are, and the few functions that do for the runner
-- what only an owner may do. Runs as settle_owner, who owns everything here and cannot log in.

-- Functions of ours are for nobody until they are granted; new tables and views are for reading.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA settle
    GRANT SELECT ON TABLES TO settle_reader, settle_runner, settle_approver;

GRANT USAGE ON SCHEMA settle TO settle_reader, settle_runner, settle_approver;
GRANT SELECT ON ALL TABLES IN SCHEMA settle TO settle_reader, settle_runner, settle_approver;

-- ---------------------------------------------------------------------------- append only ---

CREATE FUNCTION settle.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'settle: published rows are never changed'
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
              DETAIL = format('%s on %I.%I was refused.', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME),
              HINT = 'Post a correction: what should be minus what is.';
END
$$;

-- Grants and triggers of every table. By name of column nobody may supply who did it and when: those
-- are the columns' defaults. Citus refuses triggers on its tables; there the grants stand alone.
DO $$
DECLARE
    append_only constant boolean :=
        NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus');
    relation record;
    columns text;
BEGIN
    FOR relation IN
        SELECT c.oid, c.relname
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'settle' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
           AND c.relname <> 'schema_migration'
    LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
          FROM pg_attribute
         WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
           AND NOT (attname IN ('actor', 'at', 'drafter') AND atthasdef);

        IF relation.relname <> 'counter' THEN
            EXECUTE format('GRANT INSERT (%s) ON settle.%I TO settle_runner', columns,
                           relation.relname);
        END IF;
        IF relation.relname IN ('control_log', 'policy', 'policy_rule', 'code') THEN
            EXECUTE format('GRANT INSERT (%s) ON settle.%I TO settle_approver', columns,
                           relation.relname);
        END IF;

        -- Counters count; what was staged by others may be cleared away by the owner.
        IF append_only AND relation.relname <> 'staging' THEN
            EXECUTE format('CREATE TRIGGER append_only BEFORE %s ON settle.%I '
                           'FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change()',
                           CASE WHEN relation.relname IN ('counter', 'invoice_series')
                                THEN 'DELETE OR TRUNCATE' ELSE 'UPDATE OR DELETE OR TRUNCATE' END,
                           relation.relname);
            EXECUTE format('ALTER TABLE settle.%I ENABLE ALWAYS TRIGGER append_only',
                           relation.relname);
        END IF;
    END LOOP;
END
$$;

GRANT UPDATE (value) ON settle.counter TO settle_runner, settle_approver;
GRANT UPDATE (last_number) ON settle.invoice_series TO settle_runner;

-- ----------------------------------------------------------------------------- partitions ---

-- The month's partition of a table, attached or not there at all: a half-made one cannot be seen.
CREATE FUNCTION settle.partition_of(table_name text, month date) RETURNS regclass
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.oid::regclass
      FROM pg_class p
      JOIN pg_namespace n ON n.oid = p.relnamespace AND n.nspname = 'settle'
      JOIN pg_inherits i ON i.inhparent = p.oid
      JOIN pg_class c ON c.oid = i.inhrelid
     WHERE p.relname = table_name AND p.relkind = 'p'
       AND c.relname = table_name || '_' || to_char(month, 'YYYY_MM')
$$;

-- Makes one partition beside the table and attaches it: ATTACH lets readers and writers of the table
-- go on, PARTITION OF would wait for them and make new ones wait. Indexes come by LIKE and are taken
-- over by ATTACH; triggers are not copied by LIKE, and a statement on the partition itself would not
-- fire those of its parent. Rows here are only ever inserted: vacuum soon (so that BRIN ranges are
-- summarised and pages known to be visible) and freeze at once, so that no page is rewritten later.
CREATE FUNCTION settle.create_partition(table_name text, month date) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    partition constant text := table_name || '_' || to_char(month, 'YYYY_MM');
BEGIN
    EXECUTE format('CREATE TABLE settle.%I (LIKE settle.%I INCLUDING ALL) WITH ('
                   'autovacuum_vacuum_insert_scale_factor = 0.1, '
                   'autovacuum_analyze_scale_factor = 0.05, '
                   'autovacuum_freeze_min_age = 0)', partition, table_name);
    IF EXISTS (SELECT 1 FROM pg_trigger
                WHERE tgrelid = format('settle.%I', table_name)::regclass
                  AND tgname = 'append_only') THEN
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE '
                       'ON settle.%I FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change()',
                       partition);
        EXECUTE format('ALTER TABLE settle.%I ENABLE ALWAYS TRIGGER append_only', partition);
    END IF;
    EXECUTE format('ALTER TABLE settle.%I ATTACH PARTITION settle.%I FOR VALUES FROM (%L) TO (%L)',
                   table_name, partition, month, month + interval '1 month');
END
$$;

-- Which partitions the months from..to still lack.
CREATE FUNCTION settle.missing_partitions(from_month date, to_month date)
    RETURNS TABLE (table_name text, month date)
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.relname::text, m::date
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'settle'
     CROSS JOIN generate_series(date_trunc('month', from_month::timestamp),
                                date_trunc('month', to_month::timestamp), interval '1 month') m
     WHERE c.relkind = 'p' AND NOT c.relispartition
       AND settle.partition_of(c.relname::text, m::date) IS NULL
     ORDER BY 2, 1
$$;

-- Returns how many were made. The advisory lock is only taken when something is missing; who waited for
-- it looks again.
CREATE FUNCTION settle.ensure_partitions(from_month date, to_month date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    missing record;
    made integer := 0;
BEGIN
    IF from_month IS NULL OR to_month IS NULL OR to_month < from_month
       OR to_month > from_month + interval '50 years' THEN
        RAISE EXCEPTION 'settle: partitions are asked for from % to %', from_month, to_month
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM settle.missing_partitions(from_month, to_month)) THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('settle partitions', 0));
    FOR missing IN SELECT * FROM settle.missing_partitions(from_month, to_month) LOOP
        PERFORM settle.create_partition(missing.table_name, missing.month);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- The partition, or an error for a name that is no partitioned table of ours.
CREATE FUNCTION settle.partition_named(table_name text, month date) RETURNS regclass
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'settle' AND c.relname = table_name
                      AND c.relkind = 'p') THEN
        RAISE EXCEPTION 'settle: % is no table by month', table_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN settle.partition_of(table_name, month);
END
$$;

-- Brings the BRIN indexes of a month up to date; returns how many page ranges were summarised.
CREATE FUNCTION settle.summarize(table_name text, month date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    ranges integer;
BEGIN
    SELECT coalesce(sum(brin_summarize_new_values(c.oid)), 0) INTO ranges
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_am a ON a.oid = c.relam AND a.amname = 'brin'
     WHERE i.indrelid = settle.partition_named(table_name, month);
    RETURN ranges;
END
$$;

CREATE FUNCTION settle.analyze_partition(table_name text, month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    partition constant regclass := settle.partition_named(table_name, month);
BEGIN
    IF partition IS NOT NULL THEN
        EXECUTE format('ANALYZE %s', partition);
    END IF;
END
$$;

-- The default privileges above do not reach back to a function made in the same breath on every
-- version; said outright it holds.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA settle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.ensure_partitions(date, date), settle.summarize(text, date),
    settle.analyze_partition(text, date) TO settle_runner;
