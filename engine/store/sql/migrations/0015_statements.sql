-- Carriers' own statements, line by line as they came, and what was decided on where they differ from ours
-- (docs/semantics.md 10, 14.46). What matches is worked out from both sides whenever somebody asks: only what people
-- said is stored. A statement is the place of its import in the control log.

ALTER TABLE settle.control_log DROP CONSTRAINT control_log_action_check;
ALTER TABLE settle.control_log ADD CONSTRAINT control_log_action_check
    CHECK (action IN ('setting', 'policy-submit', 'policy-withdraw', 'policy-activate', 'period-close',
                      'period-reopen', 'quarantine-release', 'invoice-approve', 'run-abandon',
                      'deposit-amount', 'deposit-cover', 'deposit-forfeit',
                      'statement-import', 'statement-accept', 'statement-dispute'));
CREATE INDEX control_log_statements ON settle.control_log (subject, position) WHERE action LIKE 'statement-%';

CREATE TABLE settle.statement_line (
    position     bigint NOT NULL,     -- of its import in the control log
    line         bigint NOT NULL,     -- of the file
    kind         smallint NOT NULL CHECK (kind BETWEEN 0 AND 4),   -- 0: cannot be read
    origin       date NOT NULL,
    subject_id   bigint NOT NULL,
    amount_minor bigint NOT NULL,
    subject      text NOT NULL,       -- order, or distributor and rule; of a line that cannot be read the line
    fault        text,
    PRIMARY KEY (position, line),
    CHECK ((kind = 0) = (fault IS NOT NULL))
);

GRANT SELECT ON settle.statement_line TO settle_reader, settle_runner, settle_approver;
GRANT INSERT ON settle.statement_line TO settle_runner;

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settle.statement_line
            FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change();
        ALTER TABLE settle.statement_line ENABLE ALWAYS TRIGGER append_only;
    END IF;
END
$$;

-- As before; statements are taken in by the runner, and decided on by somebody else.
CREATE OR REPLACE FUNCTION settle.check_decision() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text;
BEGIN
    wanted := CASE NEW.action
              WHEN 'quarantine-release' THEN 'settle_runner'
              WHEN 'run-abandon' THEN 'settle_runner'
              WHEN 'statement-import' THEN 'settle_runner'
              WHEN 'policy-submit' THEN 'settle_owner'
              WHEN 'policy-withdraw' THEN 'settle_owner'
              ELSE 'settle_approver' END;
    IF NOT pg_has_role(current_user, wanted, 'MEMBER') AND current_user <> 'settle_owner' THEN
        RAISE EXCEPTION 'settle: % is not for %', NEW.action, current_user
            USING ERRCODE = 'insufficient_privilege', HINT = format('It takes %s.', wanted);
    END IF;
    IF NEW.action = 'invoice-approve' AND EXISTS (
        SELECT 1 FROM settle.invoice_batch b
          JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id
         WHERE NEW.subject = b.run_id || '/' || c.code AND b.drafter = session_user)
    THEN
        RAISE EXCEPTION 'settle: who drafted invoice batch % cannot approve it', NEW.subject
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.action IN ('statement-accept', 'statement-dispute') AND session_user = (
        SELECT l.actor FROM settle.control_log l
         WHERE l.action = 'statement-import' AND l.subject = NEW.subject ORDER BY l.position DESC LIMIT 1)
    THEN
        RAISE EXCEPTION 'settle: who took in the statement of % cannot decide on its differences', NEW.subject
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
