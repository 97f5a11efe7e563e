-- What verify holds the stored rows against (docs/architecture.md "Row sums and seals").

-- The row sum of all that a batch's transaction stored of it, and of what a chunk wrote beside its
-- transfers. NULL: from before.
ALTER TABLE settle.batch ADD COLUMN content bytea CHECK (length(content) = 32);
ALTER TABLE settle.run_receipt ADD COLUMN content bytea CHECK (length(content) = 32);
GRANT INSERT (content) ON settle.batch, settle.run_receipt TO settle_runner;

-- A run's seal covers its digest, every small row of it, the decisions since the run before, and the seal of
-- the run before. parts: a digest each, so that a difference has a name. codes: the highest id of each
-- dimension by then; the codes since the run before are sealed, too.
CREATE TABLE settle.run_seal (
    run_id integer PRIMARY KEY,
    codes  integer[] NOT NULL CHECK (cardinality(codes) = 8),
    parts  bytea NOT NULL CHECK (length(parts) % 32 = 0),
    seal   bytea NOT NULL CHECK (length(seal) = 32)
);
GRANT INSERT ON settle.run_seal TO settle_runner;

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settle.run_seal
            FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change();
        ALTER TABLE settle.run_seal ENABLE ALWAYS TRIGGER append_only;
    END IF;
END
$$;
