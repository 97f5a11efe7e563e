-- Who may do what, and that published rows stay as they are. Runs as settle_owner, who owns everything here and cannot
-- log in.

GRANT USAGE ON SCHEMA settle, settle_view TO settle_reader, settle_runner, settle_approver, settle_author, settle_treasury;
GRANT SELECT ON ALL TABLES IN SCHEMA settle TO settle_reader, settle_runner, settle_approver, settle_treasury;
GRANT SELECT ON settle.policy_submission, settle.schema_migration TO settle_author;

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

        -- What comes in and what a run writes in bulk, the runner adds itself, by COPY. All
        -- else is written by the functions of 0010 (docs/operations.md "Who may do what").
        IF relation.relname NOT IN ('batch', 'batch_consumption', 'batch_rows', 'batch_withdrawal', 'chunk_rows', 'code', 'control_log', 'counter', 'invoice_base',
               'invoice_batch', 'invoice_issue', 'invoice_series', 'policy', 'policy_rule',
               'rule', 'policy_submission',
               'quarantine_dismissal', 'quarantine_release', 'quarantine_wake', 'receipt', 'run', 'run_abandonment', 'run_batch', 'run_chunk', 'run_policy',
               'run_publication', 'run_receipt', 'run_seal', 'staging_taken', 'statement_line') THEN
            EXECUTE format('GRANT INSERT (%s) ON settle.%I TO settle_runner', columns,
                           relation.relname);
        END IF;

        -- What carriers pay and say comes in by a login of its own, with the rows around it.
        IF relation.relname IN ('receipt', 'statement_line', 'fact_repeat', 'quarantine', 'batch_slice') THEN
            EXECUTE format('GRANT INSERT (%s) ON settle.%I TO settle_treasury', columns, relation.relname);
        END IF;

        -- Counters count; what was staged by others may be cleared away by the owner.
        IF append_only AND relation.relname <> 'staging' THEN
            PERFORM settle.guard(relation.oid, CASE WHEN relation.relname IN ('counter', 'invoice_series')
                                                    THEN 'DELETE OR TRUNCATE' ELSE 'UPDATE OR DELETE OR TRUNCATE' END,
                                 false);
        END IF;
    END LOOP;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA settle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.ensure_partitions(date, date), settle.summarize(text, date),
    settle.analyze_partition(text, date) TO settle_runner, settle_treasury;
GRANT EXECUTE ON FUNCTION settle.refuse_moved_managers(integer[]) TO settle_runner; -- by its triggers
GRANT EXECUTE ON FUNCTION settle.names_somebody(text), settle.told_by(text, text) TO settle_runner, settle_treasury;
GRANT EXECUTE ON FUNCTION settle.batch_digest(integer) TO settle_reader, settle_runner, settle_approver, settle_treasury;
GRANT EXECUTE ON FUNCTION settle.closed_to(bigint) TO settle_reader, settle_runner, settle_approver, settle_treasury;

DO $$
DECLARE
    shared text;
BEGIN
    -- Citus takes no triggers. Nobody but the owner's functions moves a counter.
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        RETURN;
    END IF;
    FOREACH shared IN ARRAY ARRAY['batch_slice', 'quarantine', 'fact_repeat', 'receipt'] LOOP
        EXECUTE format('CREATE TRIGGER counted AFTER INSERT ON settle.%I REFERENCING NEW TABLE AS added '
                       'FOR EACH STATEMENT EXECUTE FUNCTION settle.check_counted()', shared);
        EXECUTE format('ALTER TABLE settle.%I ENABLE ALWAYS TRIGGER counted', shared);
    END LOOP;
    CREATE TRIGGER belongs AFTER INSERT ON settle.manager_version REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION settle.check_managers();
    ALTER TABLE settle.manager_version ENABLE ALWAYS TRIGGER belongs;
    CREATE TRIGGER belongs AFTER INSERT ON settle.outlet_version REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION settle.check_outlets();
    ALTER TABLE settle.outlet_version ENABLE ALWAYS TRIGGER belongs;
    CREATE TRIGGER only_up BEFORE UPDATE ON settle.counter
        FOR EACH ROW EXECUTE FUNCTION settle.check_counter();
    ALTER TABLE settle.counter ENABLE ALWAYS TRIGGER only_up;
END
$$;
