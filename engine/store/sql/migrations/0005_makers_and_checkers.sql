-- Who decides what, held by the database itself: the one who activates a policy is not the one who
-- submitted it, the one who approves invoices not the one who drafted them, and each kind of decision
-- belongs to one group of logins. The login counts, whatever role it has taken on.

-- --------------------------------------------------------------------------- submission ---

ALTER TABLE settle.control_log DROP CONSTRAINT control_log_action_check;
ALTER TABLE settle.control_log ADD CONSTRAINT control_log_action_check
    CHECK (action IN ('setting', 'policy-submit', 'policy-withdraw', 'policy-activate', 'period-close',
                      'quarantine-release', 'invoice-approve', 'run-abandon'));

-- A policy that somebody wants to hold. Its number is the place of its submission in the control log.
CREATE TABLE settle.policy_submission (
    position     bigint PRIMARY KEY,
    carrier      text NOT NULL,
    name         text NOT NULL,
    version      text NOT NULL,
    closing_from date NOT NULL,
    closing_to   date NOT NULL,
    hash         bytea NOT NULL CHECK (hash = sha256(document)),
    document     bytea NOT NULL,     -- the text, byte for byte
    actor        text NOT NULL DEFAULT session_user,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (closing_from <= closing_to)
);

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settle.policy_submission
            FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change();
        ALTER TABLE settle.policy_submission ENABLE ALWAYS TRIGGER append_only;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA settle TO settle_author;
GRANT SELECT ON settle.policy_submission, settle.schema_migration TO settle_author;

-- Takes a policy in and returns its number. Authors write nothing else, so they get no table.
CREATE FUNCTION settle.submit_policy(carrier text, name text, version text, closing_from date,
                                     closing_to date, document bytea) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place bigint;
BEGIN
    UPDATE settle.counter c SET value = c.value + 1 WHERE c.name = 'control' RETURNING value INTO place;
    INSERT INTO settle.control_log (position, action, subject, detail)
    VALUES (place, 'policy-submit', carrier || '/' || version,
            jsonb_build_object('hash', encode(sha256(document), 'hex')));
    INSERT INTO settle.policy_submission (position, carrier, name, version, closing_from, closing_to,
                                          hash, document)
    VALUES (place, carrier, name, version, closing_from, closing_to, sha256(document), document);
    RETURN place;
END
$$;

-- Takes a submission back: its author, or an approver, who turns it down.
CREATE FUNCTION settle.withdraw_policy(submission bigint, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place bigint;
    author text;
BEGIN
    UPDATE settle.counter c SET value = c.value + 1 WHERE c.name = 'control' RETURNING value INTO place;
    SELECT actor INTO author FROM settle.policy_submission WHERE position = submission;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no submission %', submission USING ERRCODE = 'no_data_found';
    END IF;
    IF author <> session_user AND NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        RAISE EXCEPTION 'submission % is not yours', submission
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO settle.control_log (position, action, subject, detail)
    VALUES (place, 'policy-withdraw', submission::text, jsonb_build_object('reason', reason));
END
$$;
GRANT EXECUTE ON FUNCTION settle.submit_policy, settle.withdraw_policy TO settle_author;
GRANT EXECUTE ON FUNCTION settle.withdraw_policy TO settle_approver;

-- Submitted, and neither withdrawn nor active.
CREATE VIEW settle_view.policy_waiting AS
SELECT s.position AS submission, s.carrier, s.name, s.version, s.closing_from, s.closing_to, s.hash,
       s.actor AS submitted_by, s.at AS submitted_at
  FROM settle.policy_submission s
 WHERE NOT EXISTS (SELECT 1 FROM settle.control_log l
                    WHERE l.action = 'policy-withdraw' AND l.subject = s.position::text)
   AND NOT EXISTS (SELECT 1 FROM settle.policy p WHERE p.hash = s.hash);

GRANT USAGE ON SCHEMA settle_view TO settle_author;
GRANT SELECT ON settle_view.policy_waiting TO settle_reader, settle_runner, settle_approver, settle_author;

-- ------------------------------------------------------------------------------ who may ---

-- The runner never adds policies.
REVOKE INSERT ON settle.policy, settle.policy_rule FROM settle_runner;
DO $$
DECLARE
    columns text;
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['policy', 'policy_rule'] LOOP
        SELECT string_agg(quote_ident(attname), ', ') INTO columns
          FROM pg_attribute
         WHERE attrelid = ('settle.' || relation)::regclass AND attnum > 0 AND NOT attisdropped;
        EXECUTE format('REVOKE INSERT (%s) ON settle.%I FROM settle_runner', columns, relation);
    END LOOP;
END
$$;

-- Each kind of decision has its group. The functions above come in as the owner.
CREATE FUNCTION settle.check_decision() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text;
BEGIN
    wanted := CASE NEW.action
              WHEN 'quarantine-release' THEN 'settle_runner'
              WHEN 'run-abandon' THEN 'settle_runner'
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
    RETURN NEW;
END
$$;

-- A policy comes to hold only as somebody else submitted it.
CREATE FUNCTION settle.check_policy() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.hash <> sha256(NEW.document) THEN
        RAISE EXCEPTION 'settle: policy % is not the document of its hash', NEW.name
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM settle.policy_submission s
                    WHERE s.hash = NEW.hash AND s.actor <> session_user
                      AND NOT EXISTS (SELECT 1 FROM settle.control_log l
                                       WHERE l.action = 'policy-withdraw'
                                         AND l.subject = s.position::text))
    THEN
        RAISE EXCEPTION 'settle: policy % was not submitted by somebody else', NEW.name
            USING ERRCODE = 'insufficient_privilege', HINT = 'It takes two: settle policy submit.';
    END IF;
    RETURN NEW;
END
$$;

-- Counters only count, and approvers only those of their decisions.
CREATE FUNCTION settle.check_counter() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.value < OLD.value THEN
        RAISE EXCEPTION 'settle: counter % never goes back', OLD.name USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.name IN ('batch', 'run', 'watermark', 'epoch') AND current_user <> 'settle_owner'
       AND NOT pg_has_role(current_user, 'settle_runner', 'MEMBER')
    THEN
        RAISE EXCEPTION 'settle: counter % is not for %', OLD.name, current_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

DO $$
BEGIN
    -- Citus takes no triggers; there the program alone keeps the roles apart.
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        RETURN;
    END IF;
    CREATE TRIGGER decision BEFORE INSERT ON settle.control_log
        FOR EACH ROW EXECUTE FUNCTION settle.check_decision();
    ALTER TABLE settle.control_log ENABLE ALWAYS TRIGGER decision;
    CREATE TRIGGER four_eyes BEFORE INSERT ON settle.policy
        FOR EACH ROW EXECUTE FUNCTION settle.check_policy();
    ALTER TABLE settle.policy ENABLE ALWAYS TRIGGER four_eyes;
    CREATE TRIGGER only_up BEFORE UPDATE ON settle.counter
        FOR EACH ROW EXECUTE FUNCTION settle.check_counter();
    ALTER TABLE settle.counter ENABLE ALWAYS TRIGGER only_up;
END
$$;
