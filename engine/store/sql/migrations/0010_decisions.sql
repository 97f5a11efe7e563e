-- Decisions, counters and runs: nobody writes these rows but by the functions here. They run as settle_owner, so who
-- asks is session_user, which nobody can set. What they hold, they hold on Citus, too, which takes no triggers.

CREATE FUNCTION settle.refuse_unless(wanted text) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_has_role(session_user, wanted, 'MEMBER') THEN
        RAISE EXCEPTION 'settle: this is not for %', session_user
            USING ERRCODE = 'insufficient_privilege', HINT = format('It takes %s.', wanted);
    END IF;
END
$$;

-- Who takes in what carriers pay and say (receipts, statements) does nothing else with it: a login that runs nights as
-- well is refused, superusers aside.
CREATE FUNCTION settle.refuse_unless_treasury() RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_treasury');
    IF pg_has_role(session_user, 'settle_runner', 'MEMBER')
       AND NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user) THEN
        RAISE EXCEPTION 'settle: % runs nights, and takes in no receipts or statements', session_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'settle_runner and settle_treasury are for different logins.';
    END IF;
END
$$;

-- --- counters -------------------------------------------------------------------------------------------------------

-- Adds to a counter; its row stays locked until the end of the transaction.
CREATE FUNCTION settle.add_to_counter(counter text, n bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    counted bigint;
BEGIN
    UPDATE settle.counter c SET value = c.value + n WHERE c.name = counter RETURNING c.value INTO counted;
    IF counted IS NULL THEN
        RAISE EXCEPTION 'settle: there is no counter %', counter USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN counted;
END
$$;

CREATE FUNCTION settle.add_to_counter_soon(counter text, n bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s'
AS $$
BEGIN
    RETURN settle.add_to_counter(counter, n);
END
$$;

-- The same. After five seconds a runner ends sessions that decided something and left the transaction open; who may hold
-- the counter is waited for as long as the session waits for any lock.
CREATE FUNCTION settle.counted(counter text, n bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_has_role(session_user, 'settle_runner', 'MEMBER') THEN
        BEGIN
            RETURN settle.add_to_counter_soon(counter, n);
        EXCEPTION WHEN lock_not_available THEN
            PERFORM settle.end_sessions(ARRAY(SELECT l.pid FROM pg_locks l
                                               WHERE l.relation = 'settle.counter'::regclass AND l.granted
                                                 AND l.mode = 'RowExclusiveLock'));
        END;
    END IF;
    RETURN settle.add_to_counter(counter, n);
END
$$;

-- What is told to a function at once is bounded: it makes rows of it.
CREATE FUNCTION settle.refuse_more(n integer, most integer, what text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(n, 0) > most THEN
        RAISE EXCEPTION 'settle: % % at once, % at most', n, what, most USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

-- The number of a lock, as the program makes it (engine/store/control.c).
CREATE FUNCTION settle.lock_key(name text) RETURNS bigint
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT ('x' || encode(substr(sha256(convert_to('settle lock ' || name, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint $$;

-- Ends the sessions that hold an advisory lock of ours and may not; for runners. Returns how many.
CREATE FUNCTION settle.free_lock(key bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    -- an import of receipts holds the lock of imports
    RETURN settle.end_sessions(settle.holders_of(key), CASE WHEN key = settle.lock_key('intake') THEN 'settle_treasury'
                                                            ELSE 'settle_owner' END);
END
$$;

-- How long a runner waits for a session that takes receipts in and holds the lock of imports meanwhile: that takes seconds.
CREATE FUNCTION settle.patience() RETURNS bigint
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT 300000::bigint $$;

-- Takes an advisory lock of ours for a runner who has waited so long in all: ends who holds it, or stands before him, and is
-- no runner. Whoever takes it again meanwhile is ended as well. NULL: a runner holds it. false: wait on.
CREATE FUNCTION settle.seize_lock(key bigint, waited_ms bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pids integer[];
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    FOR attempt IN 1 .. 20 LOOP
        IF pg_try_advisory_lock(key) THEN
            RETURN true;
        END IF;
        pids := settle.holders_of(key);
        IF EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = ANY (pids) AND pg_has_role(a.usesysid, 'settle_runner', 'MEMBER')) THEN
            RETURN NULL;
        ELSIF waited_ms < settle.patience() THEN
            RETURN false;
        END IF;
        PERFORM settle.end_sessions(pids || ARRAY(SELECT l.pid FROM pg_locks l
                                                   WHERE l.locktype = 'advisory' AND NOT l.granted AND l.objsubid = 1
                                                     AND l.database = (SELECT d.oid FROM pg_database d
                                                                        WHERE d.datname = current_database())
                                                     AND l.classid = ((key >> 32) & 4294967295)::oid
                                                     AND l.objid = (key & 4294967295)::oid));
    END LOOP;
    RETURN NULL;
END
$$;

-- What a program counts by itself: batches one by one, up to which of them rows in quarantine were looked at again, the
-- epoch of a runner that starts (or, by 0, only its lock), and the lock of the control log. All other counters move with what they count.
CREATE FUNCTION settle.count(counter text, n bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF counter = 'control' AND n = 0 THEN
        IF NOT pg_has_role(session_user, 'settle_approver', 'MEMBER')
           AND NOT pg_has_role(session_user, 'settle_treasury', 'MEMBER') THEN
            PERFORM settle.refuse_unless('settle_runner');
        END IF;
    ELSIF (counter = 'batch' AND n = 1
           -- crashes leave numbers out, never so many; where who takes receipts in used them up the night still has some
           AND (SELECT c.value FROM settle.counter c WHERE c.name = 'batch')
               < coalesce((SELECT max(b.batch_id) FROM settle.batch b), 0)
                 + CASE WHEN pg_has_role(session_user, 'settle_runner', 'MEMBER') THEN 1500 ELSE 1000 END) OR (counter = 'epoch' AND n IN (0, 1)) OR
        (counter = 'looked-again' AND n >= 0 AND (SELECT l.value + n <= b.value FROM settle.counter l, settle.counter b
                                                   WHERE l.name = 'looked-again' AND b.name = 'batch')) THEN
        IF counter <> 'batch' OR NOT pg_has_role(session_user, 'settle_treasury', 'MEMBER') THEN
            PERFORM settle.refuse_unless('settle_runner');
        END IF;
    ELSE
        RAISE EXCEPTION 'settle: counter % is not counted by %', counter, n USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN settle.counted(counter, n);
END
$$;

-- New codes of a dimension, in the order of their ids; returns the last id.
CREATE FUNCTION settle.add_codes(dimension smallint, codes text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last bigint;
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.refuse_more(cardinality(codes), 2000000, 'codes');
    last := settle.counted('code-' || (ARRAY['carrier', 'distributor', 'outlet', 'manager', 'product', 'class', 'region',
                                             'channel'])[dimension], cardinality(codes));
    INSERT INTO settle.code (dim, id, code)
    SELECT dimension, (last - cardinality(codes) + n.place)::integer, n.code
      FROM unnest(codes) WITH ORDINALITY n (code, place);
    RETURN last;
END
$$;

-- --- batches --------------------------------------------------------------------------------------------------------

-- A batch under a number that was counted, with the row sums of what its transaction stored. tables, rows, digests
-- (in hex) belong together. Receipts are added by who takes them in; what withdraws some, by the runner.
CREATE FUNCTION settle.add_batch(told settle.batch, tables text[], rows bigint[], digests text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF told.kind = 'receipts' AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.by_batch = told.batch_id) THEN
        PERFORM settle.refuse_unless_treasury();
    ELSE
        PERFORM settle.refuse_unless('settle_runner');
    END IF;
    IF told.batch_id > (SELECT c.value FROM settle.counter c WHERE c.name = 'batch') THEN
        RAISE EXCEPTION 'settle: batch % was not counted', told.batch_id USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM settle.refuse_more(cardinality(tables), 100, 'row sums');
    PERFORM settle.check_sender(told);
    told.actor := session_user;
    told.at := clock_timestamp();
    INSERT INTO settle.batch SELECT told.*;
    INSERT INTO settle.batch_rows (batch_id, table_name, rows, digest)
    SELECT told.batch_id, s.name, s.rows, decode(s.digest, 'hex')
      FROM unnest(tables, add_batch.rows, digests) s (name, rows, digest);
END
$$;

-- Up to which row another system's staging was taken in, by a batch that read each row up to it.
CREATE FUNCTION settle.take_staged(source text, kind text, up_to bigint, batch integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    IF NOT EXISTS (SELECT 1 FROM settle.batch b
                    WHERE b.batch_id = take_staged.batch AND b.kind = take_staged.kind AND b.state = 'sealed'
                      AND b.source = 'staging ' || take_staged.source
                      AND b.rows_read = (SELECT count(*) FROM settle.staging s
                                          WHERE s.source = take_staged.source AND s.kind = take_staged.kind
                                            AND s.row_no <= take_staged.up_to
                                            AND s.row_no > (SELECT coalesce(max(n.up_to), 0) FROM settle.staging_taken n
                                                             WHERE n.source = take_staged.source
                                                               AND n.kind = take_staged.kind)))
       OR NOT EXISTS (SELECT 1 FROM settle.staging s
                       WHERE s.source = take_staged.source AND s.kind = take_staged.kind AND s.row_no = take_staged.up_to)
    THEN
        RAISE EXCEPTION 'settle: batch % did not take in % of % up to %', batch, kind, source, up_to
            USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO settle.staging_taken (source, kind, up_to, batch_id) VALUES (source, kind, up_to, batch);
END
$$;

-- --- decisions ------------------------------------------------------------------------------------------------------

-- The seal of the last published run: the books that whoever decides on periods or deposits looks at.
CREATE FUNCTION settle.head() RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT s.seal FROM settle.run_seal s ORDER BY s.run_id DESC LIMIT 1), sha256(''))
$$;

CREATE FUNCTION settle.log(action text, subject text, digest bytea, reason text, detail jsonb) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place constant bigint := settle.counted('control', 1);
BEGIN
    INSERT INTO settle.control_log (position, action, subject, digest, reason, detail)
    VALUES (place, action, subject, digest, coalesce(reason, ''), coalesce(detail, '{}'));
    RETURN place;
END
$$;

-- An invoice batch is approved once, as it stands, by somebody else than who drafted it.
CREATE FUNCTION settle.check_approval(subject text, digest bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    batch record;
BEGIN
    SELECT b.drafter, b.digest INTO batch
      FROM settle.invoice_batch b
      JOIN settle.run_publication p USING (run_id)
      JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id
     WHERE b.run_id || '/' || c.code = check_approval.subject;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'settle: there is no invoice batch %', subject USING ERRCODE = 'no_data_found';
    ELSIF batch.drafter = session_user THEN
        RAISE EXCEPTION 'settle: who drafted invoice batch % cannot approve it', subject
            USING ERRCODE = 'insufficient_privilege';
    ELSIF batch.digest IS DISTINCT FROM check_approval.digest THEN
        RAISE EXCEPTION 'settle: invoice batch % is another one than was looked at', subject
            USING ERRCODE = 'restrict_violation';
    ELSIF EXISTS (SELECT 1 FROM settle.control_log l
                   WHERE l.action = 'invoice-approve' AND l.subject = check_approval.subject) THEN
        RAISE EXCEPTION 'settle: invoice batch % is approved already', subject USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;

-- Decisions are on the statement that holds, named by its import and its file. Who took it in does not decide on its
-- differences. It is withdrawn by two: one asks, another one, who may approve, agrees; or it is refused, by the one who asked
-- or by an approver.
CREATE FUNCTION settle.check_statement(action text, subject text, digest bytea, detail jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    held record;
BEGIN
    SELECT s.* INTO held
      FROM settle.statement s WHERE s.subject = check_statement.subject AND s.state = 'holds';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'settle: there is no statement %', subject USING ERRCODE = 'no_data_found';
    ELSIF action IN ('statement-accept', 'statement-dispute') AND held.actor = session_user THEN
        RAISE EXCEPTION 'settle: who took in the statement of % cannot decide on its differences', subject
            USING ERRCODE = 'insufficient_privilege';
    ELSIF held.digest IS DISTINCT FROM check_statement.digest
          OR detail ->> 'statement' IS DISTINCT FROM held.position::text THEN
        RAISE EXCEPTION 'settle: the statement of % is another one than was looked at', subject
            USING ERRCODE = 'restrict_violation';
    ELSIF action = 'statement-withdrawal-ask' AND held.withdrawal = 'asked' THEN
        RAISE EXCEPTION 'settle: the withdrawal of the statement of % is asked for already', subject
            USING ERRCODE = 'restrict_violation';
    ELSIF action IN ('statement-withdrawal-approve', 'statement-withdrawal-refuse')
          AND held.withdrawal IS DISTINCT FROM 'asked' THEN
        RAISE EXCEPTION 'settle: nobody asks for the withdrawal of the statement of %', subject
            USING ERRCODE = 'restrict_violation';
    ELSIF action = 'statement-withdrawal-approve' AND held.asked_by = session_user THEN
        RAISE EXCEPTION 'settle: who asked for the withdrawal of the statement of % cannot approve it', subject
            USING ERRCODE = 'insufficient_privilege';
    ELSIF action = 'statement-withdrawal-refuse' AND held.asked_by <> session_user
          AND NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        RAISE EXCEPTION 'settle: the withdrawal of the statement of % was asked for by somebody else', subject
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- A month is closed when its last night is settled, and opened again when it is closed; on the books as they are.
CREATE FUNCTION settle.check_period(action text, subject text, digest bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month constant date := (subject || '-01')::date;
    closed constant date := settle.closed_to(9223372036854775807);
BEGIN
    IF digest IS DISTINCT FROM settle.head() THEN
        RAISE EXCEPTION 'settle: the books are others than were looked at' USING ERRCODE = 'restrict_violation';
    ELSIF action = 'period-reopen' AND coalesce(closed < month, true) THEN
        RAISE EXCEPTION 'settle: period % is not closed', subject USING ERRCODE = 'restrict_violation';
    ELSIF action = 'period-close' AND (closed >= month OR NOT EXISTS (
        SELECT 1 FROM settle.run_publication p JOIN settle.run r USING (run_id)
         WHERE r.kind = 'nightly' AND p.business_date >= (month + interval '1 month')::date - 1))
    THEN
        RAISE EXCEPTION 'settle: period % is closed already, or not over', subject USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;

CREATE FUNCTION settle.check_abandoned(subject text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM settle.run r
                    WHERE r.run_id::text = subject
                      AND NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)
                      AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)) THEN
        RAISE EXCEPTION 'settle: run % is not unfinished', subject USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;

-- A batch is withdrawn by two: one asks, another one, who may approve, agrees; or it is refused, by the one who asked or
-- by an approver, as long as it is not carried out.
CREATE FUNCTION settle.check_withdrawal(action text, subject text, digest bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    batch constant integer := substr(subject, 7)::integer;
    last record;
BEGIN
    SELECT w.* INTO last FROM settle.withdrawal w WHERE w.batch_id = batch;
    IF NOT EXISTS (SELECT 1 FROM settle.batch b WHERE b.batch_id = batch AND b.state = 'sealed') THEN
        RAISE EXCEPTION 'settle: there is no sealed batch %', batch USING ERRCODE = 'no_data_found';
    ELSIF EXISTS (SELECT 1 FROM settle.batch b
                   WHERE b.batch_id = batch
                     AND b.kind IN ('carriers', 'products', 'distributors', 'outlets', 'managers')) THEN
        RAISE EXCEPTION 'settle: batch % holds master data, which is told again and never withdrawn', batch
            USING ERRCODE = 'restrict_violation';
    ELSIF EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = batch OR w.by_batch = batch) THEN
        RAISE EXCEPTION 'settle: batch % is withdrawn, or withdraws another one', batch
            USING ERRCODE = 'restrict_violation';
    ELSIF digest IS DISTINCT FROM settle.batch_digest(batch) THEN
        RAISE EXCEPTION 'settle: batch % is another one than was looked at', batch USING ERRCODE = 'restrict_violation';
    ELSIF action = 'withdrawal-ask' AND last.state IN ('asked', 'approved') THEN
        RAISE EXCEPTION 'settle: the withdrawal of batch % is asked for already', batch
            USING ERRCODE = 'restrict_violation';
    ELSIF action = 'withdrawal-approve' AND last.state IS DISTINCT FROM 'asked' THEN
        RAISE EXCEPTION 'settle: nobody asks for the withdrawal of batch %', batch USING ERRCODE = 'restrict_violation';
    ELSIF action = 'withdrawal-approve' AND last.asked_by = session_user THEN
        RAISE EXCEPTION 'settle: who asked for the withdrawal of batch % cannot approve it', batch
            USING ERRCODE = 'insufficient_privilege';
    ELSIF action = 'withdrawal-refuse' AND coalesce(last.state NOT IN ('asked', 'approved'), true) THEN
        RAISE EXCEPTION 'settle: nobody asks for the withdrawal of batch %', batch USING ERRCODE = 'restrict_violation';
    ELSIF action = 'withdrawal-refuse' AND last.asked_by <> session_user
          AND NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        RAISE EXCEPTION 'settle: the withdrawal of batch % was asked for by somebody else', batch
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Takes a decision and returns its place. digest: of what is decided on (an invoice batch's; a statement's file; of
-- periods and deposits the last run's seal), which must still be so. Policies and releases have functions of their own.
CREATE FUNCTION settle.decide(action text, subject text, digest bytea, reason text, detail jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted constant text := CASE
        WHEN action = 'run-abandon' THEN 'settle_runner'
        WHEN action = 'statement-import' OR (action IN ('statement-withdrawal-ask', 'statement-withdrawal-refuse')
             AND NOT pg_has_role(session_user, 'settle_approver', 'MEMBER'))
        THEN 'settle_treasury'
        WHEN action IN ('withdrawal-ask', 'withdrawal-refuse') AND NOT pg_has_role(session_user, 'settle_approver', 'MEMBER')
        THEN CASE WHEN pg_has_role(session_user, 'settle_treasury', 'MEMBER') THEN 'settle_treasury' ELSE 'settle_runner' END
        WHEN action IN ('setting', 'period-close', 'period-reopen', 'invoice-approve', 'deposit-amount',
                        'deposit-cover', 'deposit-forfeit', 'statement-accept', 'statement-dispute', 'fact-seen',
                        'feed-expect', 'feed-stop', 'feed-waive', 'withdrawal-ask', 'withdrawal-approve',
                        'withdrawal-refuse', 'statement-withdrawal-ask', 'statement-withdrawal-approve',
                        'statement-withdrawal-refuse', 'sender-key-set', 'sender-key-end')
        THEN 'settle_approver' END;
    place bigint;
BEGIN
    IF wanted IS NULL THEN
        RAISE EXCEPTION 'settle: % is not decided like this', action USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM settle.refuse_unless(wanted);
    IF action = 'statement-import' THEN
        PERFORM settle.refuse_unless_treasury();
        PERFORM settle.check_statement_sender(subject, detail);
    END IF;
    -- Locked first: two who decide on the same take turns.
    PERFORM settle.counted('control', 0);
    PERFORM settle.check_detail(action, subject, detail);
    CASE
    WHEN action = 'invoice-approve' THEN
        PERFORM settle.check_approval(subject, digest);
    WHEN action IN ('period-close', 'period-reopen') THEN
        PERFORM settle.check_period(action, subject, digest);
    WHEN action LIKE 'statement-%' AND action <> 'statement-import' THEN
        PERFORM settle.check_statement(action, subject, digest, detail);
    WHEN action IN ('deposit-cover', 'deposit-forfeit', 'deposit-amount', 'fact-seen') THEN
        IF digest IS DISTINCT FROM settle.head() THEN
            RAISE EXCEPTION 'settle: the books are others than were looked at' USING ERRCODE = 'restrict_violation';
        END IF;
    WHEN action = 'run-abandon' THEN
        PERFORM settle.check_abandoned(subject);
    WHEN action LIKE 'withdrawal-%' THEN
        PERFORM settle.check_withdrawal(action, subject, digest);
    WHEN action LIKE 'sender-key-%' THEN
        PERFORM settle.check_sender_key(action, subject, digest, detail);
    ELSE
        NULL;
    END CASE;
    place := settle.log(action, subject, digest, reason, detail);
    IF action = 'run-abandon' THEN
        INSERT INTO settle.run_abandonment (run_id, reason, position) VALUES (subject::integer, reason, place);
    END IF;
    RETURN place;
END
$$;

-- Kept rows that went into another batch: each is one, and goes once.
CREATE FUNCTION settle.release_rows(batch integer, lines bigint[], into_batch integer, detail jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place bigint;
    kept bytea;
BEGIN
    IF (SELECT b.kind FROM settle.batch b WHERE b.batch_id = batch) = 'receipts' THEN
        PERFORM settle.refuse_unless_treasury();
    ELSE
        PERFORM settle.refuse_unless('settle_runner');
    END IF;
    SELECT b.digest INTO kept FROM settle.batch_rows b WHERE b.batch_id = batch AND b.table_name = 'quarantine';
    -- what was put there beside the batch is nothing that came in with it
    IF kept IS NULL
       OR (SELECT count(*) FROM settle.quarantine q WHERE q.batch_id = batch)
          <> (SELECT b.quarantined FROM settle.batch b WHERE b.batch_id = batch)
       OR NOT EXISTS (SELECT 1 FROM settle.batch o JOIN settle.batch b USING (kind)
                       WHERE o.batch_id = batch AND b.batch_id = release_rows.into_batch
                         AND b.source IN ('release of batch ' || batch, 'batch ' || batch || ' looked at again')
                         AND b.rows_read = cardinality(lines))
       OR EXISTS (SELECT 1 FROM settle.quarantine_release r WHERE r.into_batch = release_rows.into_batch) THEN
        RAISE EXCEPTION 'settle: batch % keeps no rows, or batch % did not read them again', batch, into_batch
            USING ERRCODE = 'no_data_found';
    END IF;
    IF cardinality(lines) <> (SELECT count(*)
                                FROM (SELECT k.line FROM settle.kept_row k
                                       WHERE k.batch_id = batch AND k.line = ANY (lines)
                                       UNION ALL
                                      SELECT e.line FROM settle.entering_row e
                                       WHERE e.batch_id = batch AND e.line = ANY (lines)) n) THEN
        RAISE EXCEPTION 'settle: a line is not in quarantine, or was released' USING ERRCODE = 'no_data_found';
    END IF;
    place := settle.log('quarantine-release', 'batch ' || batch, kept, '', detail);
    INSERT INTO settle.quarantine_release (batch_id, line, into_batch, position)
    SELECT batch, n.line, release_rows.into_batch, place FROM unnest(lines) n (line);
    RETURN place;
END
$$;

-- Kept rows that need nothing more, as a person says who looked at them.
CREATE FUNCTION settle.dismiss_rows(batch integer, lines bigint[], reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place bigint;
    kept constant bytea := (SELECT b.digest FROM settle.batch_rows b
                             WHERE b.batch_id = batch AND b.table_name = 'quarantine');
BEGIN
    PERFORM settle.refuse_unless('settle_approver');
    IF coalesce(dismiss_rows.reason, '') = '' THEN
        RAISE EXCEPTION 'settle: rows are dismissed with a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    place := settle.log('quarantine-dismiss', 'batch ' || batch, kept, dismiss_rows.reason,
                        jsonb_build_object('rows', cardinality(lines)));
    IF cardinality(lines) <> (SELECT count(*) FROM settle.kept_row k
                               WHERE k.batch_id = batch AND k.line = ANY (lines)) THEN
        RAISE EXCEPTION 'settle: a line of batch % is not in quarantine, or was released', batch
            USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO settle.quarantine_dismissal (batch_id, line, position)
    SELECT batch, n.line, place FROM unnest(lines) n (line);
    RETURN place;
END
$$;

-- Begins to carry out a withdrawal that two people decided on, in the transaction of the batch that carries it: from here
-- on what the withdrawn batch told has one supporter less. Batches into which its rows were released go with it.
CREATE FUNCTION settle.withdraw_batch(batch integer, by_batch integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decided record;
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.counted('control', 0);
    SELECT a.*, w.of_batch INTO decided
      FROM settle.withdrawal_approved w JOIN settle.withdrawal_asked a ON a.batch_id = w.of_batch
     WHERE w.batch_id = batch;
    IF NOT FOUND OR decided.asked_by = decided.decided_by
       OR decided.digest IS DISTINCT FROM settle.batch_digest(decided.of_batch) THEN
        RAISE EXCEPTION 'settle: the withdrawal of batch % is not approved as it stands', batch
            USING ERRCODE = 'insufficient_privilege', HINT = 'It takes two: settle batch withdraw, settle batch approve.';
    END IF;
    INSERT INTO settle.batch_withdrawal (batch_id, by_batch, position)
    VALUES (batch, withdraw_batch.by_batch, decided.decided_position);
END
$$;

-- A further row of each receipt that the withdrawn batch alone told (intake-withdrawn-receipts.sql says which), in the
-- transaction of the batch that carries the withdrawal. A runner adds no receipts itself: what falls stands in what two
-- people decided on. Its text, where it was not erased, is committed to as before.
CREATE FUNCTION settle.withdraw_receipts(by_batch integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    batch constant integer := (SELECT w.batch_id FROM settle.batch_withdrawal w WHERE w.by_batch = withdraw_receipts.by_batch);
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    IF batch IS NULL OR EXISTS (SELECT 1 FROM settle.batch b WHERE b.batch_id = withdraw_receipts.by_batch) THEN
        RAISE EXCEPTION 'settle: batch % withdraws nothing, or did', by_batch USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO settle.receipt (distributor_id, receipt_id, batch_id, line, carrier_id, month, currency, revision, withdrawn,
                                amount_minor, commitment, salt, upstream_id)
    SELECT r.distributor_id, r.receipt_id, withdraw_receipts.by_batch, r.line, r.carrier_id, r.month, r.currency, r.revision,
           true, r.amount_minor, CASE WHEN r.salt IS NULL THEN '00000000-0000-0000-0000-000000000000' ELSE r.commitment END,
           r.salt, r.upstream_id
      FROM (SELECT DISTINCT ON (t.receipt_id) t.*
              FROM settle.receipt t
             WHERE t.receipt_id IN (SELECT o.receipt_id FROM settle.receipt o WHERE o.batch_id = batch
                                     UNION ALL
                                    SELECT a.fact_id FROM settle.fact_repeat a WHERE a.batch_id = batch AND a.kind = 4)
             ORDER BY t.receipt_id, t.revision DESC, t.withdrawn DESC) r
     WHERE NOT r.withdrawn
       AND EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = r.batch_id)
       AND NOT EXISTS (SELECT 1 FROM settle.fact_repeat a
                        WHERE a.fact_id = r.receipt_id AND a.kind = 4
                          AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = a.batch_id));
END
$$;

-- Kept rows that contradicted what a withdrawal took back.
CREATE FUNCTION settle.wake_rows(by_batch integer, batches integer[], lines bigint[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    IF NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.by_batch = wake_rows.by_batch)
       AND NOT EXISTS (SELECT 1 FROM settle.batch b WHERE b.batch_id = wake_rows.by_batch AND b.kind = 'orders') THEN
        RAISE EXCEPTION 'settle: batch % withdraws nothing', by_batch USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO settle.quarantine_wake (batch_id, line, by_batch)
    SELECT n.batch, n.line, wake_rows.by_batch
      FROM unnest(batches, lines) n (batch, line) JOIN settle.quarantine q ON q.batch_id = n.batch AND q.line = n.line;
END
$$;

-- --- policies -------------------------------------------------------------------------------------------------------

-- Takes a policy in and returns its number. Authors write nothing else, so they get no table.
CREATE FUNCTION settle.submit_policy(carrier text, name text, version text, closing_from date,
                                     closing_to date, document bytea) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place bigint;
BEGIN
    PERFORM settle.refuse_unless('settle_author');
    place := settle.log('policy-submit', carrier || '/' || version, sha256(document), '', '{}');
    INSERT INTO settle.policy_submission (position, carrier, name, version, closing_from, closing_to,
                                          hash, document)
    VALUES (place, carrier, name, version, closing_from, closing_to, sha256(document), document);
    RETURN place;
END
$$;

-- Whether a carrier is known (else there is no row), and its active versions, if it has any: what a new one must fit
-- beside. Authors may read no table that holds it.
CREATE FUNCTION settle.versions_of(of_carrier text)
    RETURNS TABLE (carrier_id integer, policy_id integer, version text, closing_from date, closing_to date, hash bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.id, p.policy_id, p.version, p.closing_from, p.closing_to, p.hash
      FROM settle.code c LEFT JOIN settle.policy p ON p.carrier_id = c.id
     WHERE c.dim = 1 AND c.code = of_carrier
     ORDER BY p.closing_from
$$;

-- Takes a submission back: its author, or an approver, who turns it down.
CREATE FUNCTION settle.withdraw_policy(submission bigint, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    submitted record;
BEGIN
    SELECT actor, hash INTO submitted FROM settle.policy_submission WHERE position = submission;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no submission %', submission USING ERRCODE = 'no_data_found';
    END IF;
    IF submitted.actor <> session_user AND NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        RAISE EXCEPTION 'submission % is not yours', submission
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM settle.log('policy-withdraw', submission::text, submitted.hash, reason, '{}');
END
$$;

-- A rule of a version that is being activated: its number is that of the carrier's rule of the same kind, name and
-- currency, or the next one. Activations take turns: each has locked the control log's counter.
CREATE FUNCTION settle.add_policy_rule(policy integer, ordinal integer, kind smallint, name text, split integer[] DEFAULT '{}')
    RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_carrier  constant integer := (SELECT p.carrier_id FROM settle.policy p WHERE p.policy_id = policy);
    in_currency constant smallint := (SELECT p.currency FROM settle.policy p WHERE p.policy_id = policy);
    its_number  integer;
BEGIN
    SELECT r.number INTO its_number FROM settle.rule r
     WHERE r.carrier_id = of_carrier AND r.kind = add_policy_rule.kind AND r.rule = name AND r.currency = in_currency;
    IF its_number IS NULL THEN
        SELECT coalesce(max(r.number), 0) + 1 INTO its_number FROM settle.rule r WHERE r.carrier_id = of_carrier;
        IF its_number > 32767 THEN
            RAISE EXCEPTION 'settle: the carrier has 32,767 names of rules over all its versions'
                USING ERRCODE = 'program_limit_exceeded', HINT = 'Let new versions use names that there are.';
        END IF;
        INSERT INTO settle.rule VALUES (of_carrier, kind, name, in_currency, its_number);
    END IF;
    INSERT INTO settle.policy_rule VALUES (policy, ordinal, kind, name, its_number, split);
    RETURN its_number;
END
$$;

-- A policy comes to hold as somebody else submitted it: the same text, carrier, version and days. Each submission once.
CREATE FUNCTION settle.activate_policy(hash bytea, carrier text, name text, version text, closing_from date,
                                       closing_to date, currency smallint, tax_ppb bigint, tax_included boolean,
                                       kinds integer[], rules text[], splits integer[] DEFAULT '{}')
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place bigint;
    policy integer;
    submitted settle.policy_submission;
    known_carrier integer;
BEGIN
    PERFORM settle.refuse_unless('settle_approver');
    PERFORM settle.refuse_more(cardinality(rules), 4095, 'rules');
    place := settle.log('policy-activate', carrier || '/' || version, hash, '', '{}');
    SELECT s.* INTO submitted
      FROM settle.policy_submission s
     WHERE s.hash = activate_policy.hash AND s.actor <> session_user AND s.carrier = activate_policy.carrier
       AND s.name = activate_policy.name AND s.version = activate_policy.version
       AND s.closing_from = activate_policy.closing_from AND s.closing_to = activate_policy.closing_to
       AND NOT EXISTS (SELECT 1 FROM settle.control_log l
                        WHERE l.action = 'policy-withdraw' AND l.subject = s.position::text)
     ORDER BY s.position LIMIT 1;
    SELECT c.id INTO known_carrier FROM settle.code c WHERE c.dim = 1 AND c.code = activate_policy.carrier;
    IF submitted.position IS NULL OR known_carrier IS NULL THEN
        RAISE EXCEPTION 'settle: policy % was not submitted like this by somebody else', name
            USING ERRCODE = 'insufficient_privilege', HINT = 'It takes two: settle policy submit.';
    ELSIF EXISTS (SELECT 1 FROM settle.policy p
                   WHERE p.carrier_id = known_carrier
                     AND (p.hash = activate_policy.hash OR p.version = activate_policy.version
                          OR (p.closing_from <= activate_policy.closing_to
                              AND activate_policy.closing_from <= p.closing_to))) THEN
        RAISE EXCEPTION 'settle: a version of % has this text, name or closing days already', carrier
            USING ERRCODE = 'restrict_violation';
    END IF;
    policy := settle.counted('policy', 1);
    INSERT INTO settle.policy (policy_id, carrier_id, name, version, closing_from, closing_to, currency, hash,
                               document, position, tax_ppb, tax_included)
    VALUES (policy, known_carrier, name, version, closing_from, closing_to, currency, hash, submitted.document, place,
            tax_ppb, tax_included);
    FOR ordinal IN 1 .. cardinality(rules) LOOP
        PERFORM settle.add_policy_rule(policy, ordinal - 1, kinds[ordinal]::smallint, rules[ordinal],
            CASE WHEN 0 <> ANY (splits[3 * ordinal - 2 : 3 * ordinal]) THEN splits[3 * ordinal - 2 : 3 * ordinal] ELSE '{}' END);
    END LOOP;
    RETURN policy;
END
$$;

-- --- runs -----------------------------------------------------------------------------------------------------------

-- A newer runner may have taken over; until the end of the transaction none can.
CREATE FUNCTION settle.hold_epoch(epoch bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    IF settle.counted('epoch', 0) <> epoch THEN
        RAISE EXCEPTION 'settle: another runner has taken over' USING ERRCODE = 'lock_not_available';
    END IF;
END
$$;

-- A run that is neither published nor given up.
CREATE FUNCTION settle.check_unfinished(run integer) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.check_abandoned(run::text);
END
$$;

-- Begins a run: gives its number, the position in the control log that it sees (nobody can decide anything until the
-- transaction ends) and whether what falls due that day is its own, and writes its manifest: the policies that hold
-- and, of a night, the sealed batches up to its day that no run has consumed.
CREATE FUNCTION settle.begin_run(kind text, business_date date, calculation integer, engine text, epoch bigint,
                                 OUT run integer, OUT control_position bigint, OUT due boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    night date;
BEGIN
    PERFORM settle.hold_epoch(epoch);
    control_position := settle.counted('control', 0);
    PERFORM settle.check_server();
    SELECT max(p.business_date) INTO night
      FROM settle.run_publication p JOIN settle.run r USING (run_id) WHERE r.kind = 'nightly';
    IF EXISTS (SELECT 1 FROM settle.run r
                WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)
                  AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = r.run_id)) THEN
        RAISE EXCEPTION 'settle: a run is unfinished' USING ERRCODE = 'restrict_violation';
    ELSIF (CASE WHEN begin_run.kind = 'nightly' THEN business_date NOT IN (night, night + 1)
                ELSE coalesce(business_date <> night, true) END) THEN
        RAISE EXCEPTION 'settle: the last night is that of %: % does not follow', night, business_date
            USING ERRCODE = 'restrict_violation';
    END IF;
    due := begin_run.kind = 'nightly' AND coalesce(business_date > night, true);
    run := settle.counted('run', 1);
    INSERT INTO settle.run (run_id, kind, business_date, due, control_position, calculation, engine, server)
    VALUES (run, begin_run.kind, business_date, due, control_position, calculation, engine, settle.server());
    INSERT INTO settle.run_policy (run_id, policy_id, hash)
    SELECT run, p.policy_id, p.hash FROM settle.policy p WHERE p.position <= control_position;
    IF begin_run.kind = 'nightly' THEN
        INSERT INTO settle.run_batch (run_id, batch_id)
        SELECT run, b.batch_id
          FROM settle.batch b
         WHERE b.state = 'sealed' AND b.business_date <= begin_run.business_date
           AND NOT EXISTS (SELECT 1 FROM settle.batch_consumption c WHERE c.batch_id = b.batch_id);
    END IF;
END
$$;

-- The chunks of a run, once: ranges of distributors that do not meet.
CREATE FUNCTION settle.plan_chunks(run integer, chunks integer[], first integer[], last integer[], expected bigint[])
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.check_unfinished(run);
    PERFORM settle.refuse_more(cardinality(chunks), 1000000, 'chunks');
    IF EXISTS (SELECT 1 FROM settle.run_chunk c WHERE c.run_id = run)
       OR EXISTS (SELECT 1
                    FROM (SELECT n.first, n.last, lag(n.last) OVER (ORDER BY n.first) AS before
                            FROM unnest(plan_chunks.first, plan_chunks.last) n (first, last)) r
                   WHERE r.first > r.last OR r.first <= r.before) THEN
        RAISE EXCEPTION 'settle: run % is divided already, or its chunks meet', run
            USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO settle.run_chunk (run_id, chunk, first_distributor, last_distributor, expected)
    SELECT run, n.chunk, n.first, n.last, n.expected
      FROM unnest(chunks, plan_chunks.first, plan_chunks.last, plan_chunks.expected) n (chunk, first, last, expected);
END
$$;

-- A chunk's receipt and the row sums of what stands beside its transfers: only of a chunk that was planned, and only
-- while this runner's epoch is the current one.
CREATE FUNCTION settle.write_receipt(run integer, chunk integer, epoch bigint, facts bigint, settled bigint, zero bigint,
                                     waiting bigint, due bigint, transfers bigint, amount numeric, invoices integer,
                                     tables text[], rows bigint[], digests text[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.refuse_more(cardinality(tables), 100, 'row sums');
    IF NOT EXISTS (SELECT 1 FROM settle.counter c WHERE c.name = 'epoch' AND c.value = write_receipt.epoch)
       OR NOT EXISTS (SELECT 1 FROM settle.run_chunk c WHERE c.run_id = run AND c.chunk = write_receipt.chunk) THEN
        RETURN false;
    END IF;
    INSERT INTO settle.run_receipt (run_id, chunk, epoch, facts, settled, zero, waiting, due, transfers,
                                    amount_minor, invoices)
    VALUES (run, write_receipt.chunk, write_receipt.epoch, write_receipt.facts, write_receipt.settled,
            write_receipt.zero, write_receipt.waiting, write_receipt.due, write_receipt.transfers, amount,
            write_receipt.invoices);
    INSERT INTO settle.chunk_rows (run_id, chunk, table_name, rows, digest)
    SELECT run, write_receipt.chunk, n.name, n.rows, decode(n.digest, 'hex')
      FROM unnest(tables, write_receipt.rows, digests) n (name, rows, digest);
    RETURN true;
END
$$;

-- Gives each chunk the base of its invoice numbers: the carrier's series of the year goes on, chunk by chunk in the
-- order of distributors, without a gap because the series only moves here.
CREATE FUNCTION settle.number_invoices(run integer, of_year integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part record;
    last bigint;
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.check_unfinished(run);
    IF of_year IS DISTINCT FROM (SELECT extract(year FROM r.business_date) FROM settle.run r WHERE r.run_id = run) THEN
        RAISE EXCEPTION 'settle: % is not the year of run %', of_year, run USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR part IN SELECT i.chunk, i.carrier_id, count(*) AS n
                  FROM settle.invoice i WHERE i.run_id = run AND NOT i.carried
                 GROUP BY 1, 2 ORDER BY i.carrier_id, i.chunk LOOP
        INSERT INTO settle.invoice_series AS s (carrier_id, year, last_number)
        VALUES (part.carrier_id, of_year, part.n)
        ON CONFLICT (carrier_id, year) DO UPDATE SET last_number = s.last_number + excluded.last_number
        RETURNING s.last_number INTO last;
        INSERT INTO settle.invoice_base (run_id, chunk, carrier_id, year, base)
        VALUES (run, part.chunk, part.carrier_id, of_year, last - part.n);
    END LOOP;
END
$$;

-- What a carrier's invoices of a run add up to; carried: how many are no documents.
CREATE FUNCTION settle.documents_of(run integer, carrier integer, OUT invoices integer, OUT lines integer, OUT net_minor numeric,
                                    OUT tax_minor numeric, OUT gross_minor numeric, OUT withheld_minor numeric,
                                    OUT payable_minor numeric, OUT carried integer)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (count(*) FILTER (WHERE NOT i.carried))::integer, coalesce(sum(i.lines) FILTER (WHERE NOT i.carried), 0)::integer,
           coalesce(sum(i.net_minor) FILTER (WHERE NOT i.carried), 0),
           coalesce(sum(i.tax_minor) FILTER (WHERE NOT i.carried), 0),
           coalesce(sum(i.gross_minor) FILTER (WHERE NOT i.carried), 0),
           coalesce(sum(i.withheld_minor) FILTER (WHERE NOT i.carried), 0),
           coalesce(sum(i.payable_minor) FILTER (WHERE NOT i.carried), 0),
           (count(*) FILTER (WHERE i.carried))::integer
      FROM settle.invoice i WHERE i.run_id = run AND i.carrier_id = carrier
$$;

-- A carrier's invoice batch of a run: its control totals are those of the invoices that are there.
CREATE FUNCTION settle.draft_invoices(run integer, carrier integer, cut_off date, digest bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.check_unfinished(run);
    INSERT INTO settle.invoice_batch (run_id, carrier_id, cut_off, invoices, lines, net_minor, tax_minor, gross_minor,
                                      withheld_minor, payable_minor, carried, digest)
    SELECT run, carrier, draft_invoices.cut_off, d.invoices, d.lines, d.net_minor, d.tax_minor, d.gross_minor,
           d.withheld_minor, d.payable_minor, d.carried, draft_invoices.digest
      FROM settle.documents_of(run, carrier) d;
END
$$;

-- The documents of a batch are those that it was drafted with, and the totals that they bind are those of the transfers.
CREATE FUNCTION settle.check_documents(batch_run integer, carrier integer) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    off record;
BEGIN
    IF EXISTS (SELECT 1 FROM settle.invoice_batch b, settle.documents_of(b.run_id, b.carrier_id) d
                WHERE b.run_id = batch_run AND b.carrier_id = carrier
                  AND (d.*) IS DISTINCT FROM (b.invoices, b.lines, b.net_minor, b.tax_minor, b.gross_minor, b.withheld_minor,
                                          b.payable_minor, b.carried)) THEN
        RAISE EXCEPTION 'settle: the invoices of this batch are not those that it was drafted with'
            USING ERRCODE = 'restrict_violation', HINT = 'settle verify says which.';
    END IF;
    -- Of each distributor and run that a document binds. The totals say in which months the transfers are.
    WITH bound AS (
        SELECT DISTINCT g.distributor_id, t.run_id, t.period
          FROM settle.invoice_binding g
          JOIN settle.ledger_total t ON t.distributor_id = g.distributor_id AND t.carrier_id = g.carrier_id
           AND t.run_id > g.after_run AND t.run_id <= g.up_to_run
         WHERE g.run_id = batch_run AND g.carrier_id = carrier
    )
    SELECT coalesce(s.distributor_id, p.distributor_id) AS distributor_id, coalesce(s.run_id, p.run_id) AS run_id INTO off
      FROM (SELECT t.distributor_id, t.run_id, t.period, t.policy_id, t.kind, t.class_id, t.debit, t.credit,
                   sum(t.transfers) AS n, sum(t.amount_minor) AS amount
              FROM settle.ledger_total t JOIN bound USING (distributor_id, run_id, period) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) s
      FULL JOIN (SELECT t.distributor_id, t.run_id, t.period, t.policy_id, t.kind, t.class_id, t.debit, t.credit,
                        count(*) AS n, sum(t.amount_minor) AS amount
                   FROM settle.transfer t JOIN bound USING (distributor_id, run_id, period) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) p
        ON (s.distributor_id, s.run_id, s.period, s.policy_id, s.kind, s.class_id, s.debit, s.credit)
         = (p.distributor_id, p.run_id, p.period, p.policy_id, p.kind, p.class_id, p.debit, p.credit)
     WHERE (s.n, s.amount) IS DISTINCT FROM (p.n, p.amount)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settle: totals of distributor % and run % are not those of the transfers', off.distributor_id, off.run_id
            USING ERRCODE = 'restrict_violation', HINT = 'Nothing of this batch is issued. settle verify says what is off.';
    END IF;
END
$$;

-- An invoice batch is issued once, by a run that sees its approval: as it stands, and by another login than drafted it.
CREATE FUNCTION settle.issue_batch(batch_run integer, carrier integer, run integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.check_unfinished(run);
    IF NOT EXISTS (SELECT 1
                     FROM settle.invoice_batch b
                     JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id
                     JOIN settle.control_log l ON l.action = 'invoice-approve' AND l.subject = b.run_id || '/' || c.code
                     JOIN settle.run r ON r.run_id = run AND r.kind = 'issue' AND l.position <= r.control_position
                    WHERE b.run_id = batch_run AND b.carrier_id = carrier AND l.digest = b.digest
                      AND l.actor <> b.drafter) THEN
        RAISE EXCEPTION 'settle: this invoice batch is not approved as it stands, by somebody else than drafted it'
            USING ERRCODE = 'insufficient_privilege', HINT = 'It takes two: settle invoice approve.';
    END IF;
    PERFORM settle.check_documents(batch_run, carrier);
    INSERT INTO settle.invoice_issue (batch_run_id, carrier_id, run_id) VALUES (batch_run, carrier, run);
END
$$;

-- Publishes what the receipts of a run add up to, on the digest of the run before it. Its seal follows.
CREATE FUNCTION settle.publish_run(run integer, epoch bigint, digest bytea, previous bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.hold_epoch(epoch);
    PERFORM settle.check_unfinished(run);
    PERFORM settle.check_server();
    IF previous <> coalesce((SELECT p.digest FROM settle.run_publication p ORDER BY p.run_id DESC LIMIT 1),
                            decode(repeat('00', 32), 'hex'))
       OR EXISTS (SELECT 1 FROM settle.run_chunk c
                   WHERE c.run_id = run
                     AND NOT EXISTS (SELECT 1 FROM settle.run_receipt e
                                      WHERE e.run_id = c.run_id AND e.chunk = c.chunk)) THEN
        RAISE EXCEPTION 'settle: run % does not follow the run before it, or is not done', run
            USING ERRCODE = 'restrict_violation';
    ELSIF (SELECT coalesce(sum(e.facts), 0) FROM settle.run_receipt e WHERE e.run_id = run)
          <> (SELECT coalesce(sum(s.facts), 0) FROM settle.run_batch b JOIN settle.batch_slice s USING (batch_id)
               WHERE b.run_id = run) THEN
        RAISE EXCEPTION 'settle: the receipts of run % have other facts than its batches', run
            USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO settle.batch_consumption (batch_id, run_id)
    SELECT b.batch_id, b.run_id FROM settle.run_batch b WHERE b.run_id = run;
    INSERT INTO settle.run_publication (run_id, business_date, facts, settled, zero, waiting, due, transfers,
                                        amount_minor, invoices, digest, previous)
    SELECT run, max(r.business_date), coalesce(sum(e.facts), 0), coalesce(sum(e.settled), 0), coalesce(sum(e.zero), 0),
           coalesce(sum(e.waiting), 0), coalesce(sum(e.due), 0), coalesce(sum(e.transfers), 0),
           coalesce(sum(e.amount_minor), 0), coalesce(sum(e.invoices), 0), publish_run.digest, publish_run.previous
      FROM settle.run r LEFT JOIN settle.run_receipt e USING (run_id)
     WHERE r.run_id = run;
END
$$;

-- Seals a published run, and lets it be seen.
CREATE FUNCTION settle.seal_run(run integer, codes integer[], parts bytea, seal bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    IF NOT EXISTS (SELECT 1 FROM settle.run_publication p WHERE p.run_id = run) THEN
        RAISE EXCEPTION 'settle: run % is not published', run USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO settle.run_seal (run_id, codes, parts, seal) VALUES (run, codes, parts, seal);
    UPDATE settle.counter SET value = run WHERE name = 'watermark' AND value < run;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA settle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.count, settle.decide TO settle_runner, settle_approver, settle_treasury;
GRANT EXECUTE ON FUNCTION settle.add_batch, settle.release_rows TO settle_treasury;
GRANT EXECUTE ON FUNCTION settle.free_lock, settle.seize_lock, settle.add_codes, settle.add_batch, settle.take_staged, settle.release_rows, settle.withdraw_batch, settle.withdraw_receipts, settle.wake_rows, settle.begin_run, settle.plan_chunks,
    settle.write_receipt, settle.number_invoices, settle.draft_invoices, settle.issue_batch, settle.publish_run,
    settle.seal_run TO settle_runner;
GRANT EXECUTE ON FUNCTION settle.activate_policy, settle.dismiss_rows TO settle_approver;
GRANT EXECUTE ON FUNCTION settle.submit_policy TO settle_author;
GRANT EXECUTE ON FUNCTION settle.versions_of TO settle_author, settle_approver;
GRANT EXECUTE ON FUNCTION settle.withdraw_policy TO settle_author, settle_approver;
GRANT EXECUTE ON FUNCTION settle.head TO settle_reader, settle_runner, settle_approver, settle_treasury;
