-- What the database itself does: refuse changes, make partitions.

-- Functions of ours are for nobody until they are granted (0008).
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- Partitions that are made later are for reading.
ALTER DEFAULT PRIVILEGES IN SCHEMA settle
    GRANT SELECT ON TABLES TO settle_reader, settle_runner, settle_approver, settle_treasury;

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

-- The texts of a row may be erased, all at once and with their salt, and nothing else be changed. Arguments: their columns.
CREATE FUNCTION settle.refuse_other_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_jsonb(OLD) - TG_ARGV <> to_jsonb(NEW) - TG_ARGV OR jsonb_strip_nulls(to_jsonb(NEW)) ?| TG_ARGV THEN
        RAISE EXCEPTION 'settle: published rows are never changed'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
                  DETAIL = format('%s on %I.%I was refused: texts are erased with their salt, or not at all.', TG_OP,
                                  TG_TABLE_SCHEMA, TG_TABLE_NAME),
                  HINT = 'settle erase does it.';
    END IF;
    RETURN NEW;
END
$$;

-- Makes a table append-only. The columns from `salt` on, where it has them, may be erased. refused: the verbs that are
-- refused where it has none. The trigger of each row comes to partitions by ATTACH.
CREATE FUNCTION settle.guard(target regclass, refused text, is_partition boolean) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    salt smallint;
    kept text;
    erased text;
BEGIN
    SELECT a.attnum INTO salt FROM pg_attribute a WHERE a.attrelid = target AND a.attname = 'salt';
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attnum < salt),
           string_agg(quote_literal(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attnum >= salt)
      INTO kept, erased
      FROM pg_attribute a WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE format('CREATE TRIGGER append_only BEFORE %s ON %s FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change()',
                   CASE WHEN salt IS NULL THEN refused ELSE format('DELETE OR TRUNCATE OR UPDATE OF %s', kept) END, target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', target);
    IF salt IS NOT NULL AND NOT is_partition THEN
        EXECUTE format('CREATE TRIGGER only_erased BEFORE UPDATE ON %s FOR EACH ROW '
                       'EXECUTE FUNCTION settle.refuse_other_change(%s)', target, erased);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER only_erased', target);
    END IF;
END
$$;

-- Ends those of the sessions whose login is neither a runner nor the owner: who only reads, writes policies or decides can
-- take an advisory lock by its number, or leave a transaction open, and the night would wait for it. may_hold: one more
-- group whose logins are left alone. Returns how many ended; 0 also where settle_owner may end none (0000).
CREATE FUNCTION settle.end_sessions(pids integer[], may_hold text DEFAULT 'settle_owner') RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ended integer := 0;
    session record;
BEGIN
    FOR session IN
        SELECT a.pid, a.usename
          FROM pg_stat_activity a
         WHERE a.pid = ANY (pids) AND a.pid <> pg_backend_pid()
           AND NOT pg_has_role(a.usesysid, 'settle_runner', 'MEMBER')
           AND NOT pg_has_role(a.usesysid, 'settle_owner', 'MEMBER')
           AND NOT pg_has_role(a.usesysid, may_hold, 'MEMBER')
    LOOP
        BEGIN
            IF pg_terminate_backend(session.pid, 5000) THEN
                ended := ended + 1;
                RAISE WARNING 'settle: a session of % held a lock of the night and was ended', session.usename;
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
    RETURN ended;
END
$$;

-- Who holds an advisory lock.
CREATE FUNCTION settle.holders_of(key bigint) RETURNS integer[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(l.pid)
      FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND l.classid = ((key >> 32) & 4294967295)::oid AND l.objid = (key & 4294967295)::oid
$$;

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
        PERFORM settle.guard(format('settle.%I', partition)::regclass, 'UPDATE OR DELETE OR TRUNCATE', true);
    END IF;
    EXECUTE format('ALTER TABLE settle.%I ATTACH PARTITION settle.%I FOR VALUES FROM (%L) TO (%L)',
                   table_name, partition, month, month + interval '1 month');
END
$$;

-- Makes the partitions that the months from..to still lack; returns how many. Asked each night: one query, planned once a
-- session, that looks each name up. The advisory lock is only taken when something is missing; who waited for it looks
-- again. Facts are at most 20 years older and one younger than their batch; the clock bounds that, which no login can set:
-- however often it is asked, there are 45 years of months.
CREATE FUNCTION settle.ensure_partitions(from_month date, to_month date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    missing record;
    made integer := 0;
BEGIN
    IF from_month IS NULL OR to_month IS NULL OR to_month < from_month
       OR from_month < current_date - interval '40 years' OR to_month > current_date + interval '5 years' THEN
        RAISE EXCEPTION 'settle: months from % to % are no months of facts: 40 years back from today, and 5 ahead, are the most',
            from_month, to_month
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Look at the year of the date, and at the clock of the server.';
    END IF;
    FOR missing IN
        SELECT p.relname::text AS table_name, m::date AS month
          FROM pg_class p
          JOIN pg_namespace n ON n.oid = p.relnamespace AND n.nspname = 'settle'
         CROSS JOIN generate_series(date_trunc('month', from_month::timestamp),
                                    date_trunc('month', to_month::timestamp), interval '1 month') m
         WHERE p.relkind = 'p' AND NOT p.relispartition
           AND NOT EXISTS (SELECT 1 FROM pg_class c
                            WHERE c.relname = (p.relname || to_char(m, '_YYYY_MM'))::name AND c.relnamespace = n.oid
                              AND c.relispartition)
         ORDER BY 2, 1
    LOOP
        IF NOT pg_try_advisory_xact_lock(hashtextextended('settle partitions', 0)) THEN
            PERFORM settle.end_sessions(settle.holders_of(hashtextextended('settle partitions', 0)));
            PERFORM pg_advisory_xact_lock(hashtextextended('settle partitions', 0));
        END IF;
        IF settle.partition_of(missing.table_name, missing.month) IS NULL THEN
            PERFORM settle.create_partition(missing.table_name, missing.month);
            made := made + 1;
        END IF;
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

-- Where autovacuum looks at a partition at this moment it does the same work; a night waited for it, up to five seconds.
CREATE FUNCTION settle.analyze_partition(table_name text, month date) RETURNS void
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

-- The last closed month as of a position of the control log; NULL: none. Closing one closes all before it, opening
-- one again opens all after it.
CREATE FUNCTION settle.closed_to(up_to bigint) RETURNS date
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decision record;
    closed   date;
BEGIN
    FOR decision IN SELECT action, (subject || '-01')::date AS month FROM settle.control_log
                     WHERE action IN ('period-close', 'period-reopen') AND position <= up_to ORDER BY position LOOP
        IF decision.action = 'period-close' THEN
            closed := greatest(closed, decision.month);
        ELSIF closed >= decision.month THEN
            closed := (decision.month - interval '1 month')::date;
        END IF;
    END LOOP;
    RETURN closed;
END
$$;

-- Counters only count.
CREATE FUNCTION settle.check_counter() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.value < OLD.value THEN
        RAISE EXCEPTION 'settle: counter % never goes back', OLD.name USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- When what batches told is there: with the run that took it in, which is NULL, and so comes last, where none did yet, and
-- then by business date.
CREATE VIEW settle.told_when AS
SELECT b.batch_id, c.run_id, b.business_date
  FROM settle.batch b LEFT JOIN settle.batch_consumption c USING (batch_id);

-- ------------------------------------------------------------------------- who belongs to whom ---

-- What holds of an outlet or manager from which day to before which; of several batches that speak of one day that of the
-- last night holds, of one night the last batch, and over all of them one that is being written. Before it is known an outlet is that of whom it will be.
CREATE VIEW settle.outlet_span AS
SELECT outlet_id, distributor_id, parent_id,
       CASE WHEN lag(valid_from) OVER w IS NULL THEN '-infinity' ELSE valid_from END AS since,
       coalesce(lead(valid_from) OVER w, 'infinity') AS until
  FROM (SELECT DISTINCT ON (outlet_id, valid_from) outlet_id, valid_from, distributor_id, parent_id
          FROM settle.outlet_version LEFT JOIN settle.told_when t USING (batch_id)
         ORDER BY outlet_id, valid_from, t.run_id DESC, t.business_date DESC, batch_id DESC) v
WINDOW w AS (PARTITION BY outlet_id ORDER BY valid_from);

CREATE VIEW settle.manager_span AS
SELECT manager_id, outlet_id, valid_from AS since, coalesce(lead(valid_from) OVER w, 'infinity') AS until
  FROM (SELECT DISTINCT ON (manager_id, valid_from) manager_id, valid_from, outlet_id
          FROM settle.manager_version LEFT JOIN settle.told_when t USING (batch_id)
         ORDER BY manager_id, valid_from, t.run_id DESC, t.business_date DESC, batch_id DESC) v
WINDOW w AS (PARTITION BY manager_id ORDER BY valid_from);

-- A manager is of one distributor for ever.
CREATE FUNCTION settle.refuse_moved_managers(managers integer[]) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off
AS $$
DECLARE
    outlets constant integer[] := ARRAY(SELECT DISTINCT v.outlet_id FROM settle.manager_version v
                                         WHERE v.manager_id = ANY (managers));
    moved integer;
BEGIN
    SELECT m.manager_id INTO moved
      FROM settle.manager_span m
      JOIN settle.outlet_span o ON o.outlet_id = m.outlet_id AND o.since < m.until AND o.until > m.since
     WHERE m.manager_id = ANY (managers) AND o.outlet_id = ANY (outlets)
     GROUP BY m.manager_id HAVING min(o.distributor_id) <> max(o.distributor_id)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settle: manager % would be of two distributors', moved USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- Rows of a batch that is still to be counted would keep its number's import out, and those of one that is there would keep
-- its night from adding up: who takes receipts in adds none. (A runner can stop his own imports and nights anyway.)
CREATE FUNCTION settle.check_counted() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'settle_runner', 'MEMBER')
       AND (SELECT max(a.batch_id) FROM added a) > (SELECT c.value FROM settle.counter c WHERE c.name = 'batch') THEN
        RAISE EXCEPTION 'settle: batch % was not counted', (SELECT max(a.batch_id) FROM added a)
            USING ERRCODE = 'restrict_violation';
    ELSIF NOT pg_has_role(session_user, 'settle_runner', 'MEMBER')
          AND EXISTS (SELECT 1 FROM (SELECT DISTINCT a.batch_id FROM added a) a JOIN settle.batch b USING (batch_id)) THEN
        RAISE EXCEPTION 'settle: rows come in with their batch, and never after it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION settle.check_managers() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_moved_managers(ARRAY(SELECT DISTINCT manager_id FROM added));
    RETURN NULL;
END
$$;

-- An outlet is of its parent's distributor on every day, and takes no manager along to another one.
CREATE FUNCTION settle.check_outlets() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = off
AS $$
DECLARE
    told constant integer[] := ARRAY(SELECT DISTINCT outlet_id FROM added);
    changing constant integer[] := ARRAY(
        SELECT v.outlet_id FROM settle.outlet_version v WHERE v.outlet_id = ANY (told)
         GROUP BY 1 HAVING min(v.distributor_id) <> max(v.distributor_id));
    below integer[] := told;
    parents integer[];
    misplaced integer;
BEGIN
    IF cardinality(changing) > 0 THEN
        PERFORM settle.refuse_moved_managers(ARRAY(SELECT DISTINCT m.manager_id FROM settle.manager_version m
                                                    WHERE m.outlet_id = ANY (changing)));
        below := told || ARRAY(SELECT DISTINCT v.outlet_id FROM settle.outlet_version v
                                WHERE v.parent_id = ANY (changing));
    END IF;
    parents := ARRAY(SELECT DISTINCT v.parent_id FROM settle.outlet_version v WHERE v.outlet_id = ANY (below));
    SELECT c.outlet_id INTO misplaced
      FROM settle.outlet_span c
      JOIN settle.outlet_span p ON p.outlet_id = c.parent_id AND p.since < c.until AND p.until > c.since
     WHERE c.outlet_id = ANY (below) AND p.outlet_id = ANY (parents) AND p.distributor_id <> c.distributor_id
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settle: outlet % would be below one of another distributor', misplaced
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- Of each batch that somebody wants withdrawn the last request, and what became of it.
CREATE VIEW settle.withdrawal_asked AS
SELECT substr(a.subject, 7)::integer AS batch_id,
       CASE d.action WHEN 'withdrawal-approve' THEN 'approved' WHEN 'withdrawal-refuse' THEN 'refused' ELSE 'asked' END AS state,
       a.actor AS asked_by, a.at AS asked_at, a.reason, a.digest, d.actor AS decided_by, d.at AS decided_at,
       d.reason AS decided_because, d.position AS decided_position
  FROM settle.control_log a
  LEFT JOIN LATERAL (SELECT l.* FROM settle.control_log l
                      WHERE l.subject = a.subject AND l.action LIKE 'withdrawal-%' AND l.position > a.position
                      ORDER BY l.position DESC LIMIT 1) d ON true
 WHERE a.action = 'withdrawal-ask'
   AND NOT EXISTS (SELECT 1 FROM settle.control_log l
                    WHERE l.subject = a.subject AND l.action = 'withdrawal-ask' AND l.position > a.position);

-- Batches that two people decided to withdraw, and those into which rows of these were released, and rows of those again:
-- what came of a file falls with it. of_batch: the one that was decided on.
CREATE VIEW settle.withdrawal_approved AS
WITH RECURSIVE falls AS (
    SELECT a.batch_id, a.batch_id AS of_batch FROM settle.withdrawal_asked a WHERE a.state = 'approved'
     UNION
    SELECT r.into_batch, f.of_batch
      FROM falls f JOIN settle.quarantine_release r USING (batch_id)
     WHERE NOT EXISTS (SELECT 1 FROM settle.withdrawal_asked x WHERE x.batch_id = r.into_batch AND x.state = 'approved')
)
SELECT * FROM falls;

-- The same of every batch of which anything was asked or done. One that fell with the file from which its rows came has
-- that one's decision.
CREATE VIEW settle.withdrawal AS
SELECT b.batch_id, CASE WHEN w.by_batch IS NOT NULL THEN 'withdrawn' ELSE a.state END AS state, a.asked_by, a.asked_at, a.reason,
       a.digest, a.decided_by, a.decided_at, a.decided_because, a.decided_position, w.by_batch
  FROM (SELECT x.batch_id FROM settle.withdrawal_asked x UNION SELECT x.batch_id FROM settle.batch_withdrawal x) b
  LEFT JOIN settle.batch_withdrawal w USING (batch_id)
  LEFT JOIN settle.control_log d ON d.position = w.position
  JOIN settle.withdrawal_asked a ON a.batch_id = coalesce(substr(d.subject, 7)::integer, b.batch_id);

-- Carriers' statements as they were taken in, with the last request to withdraw them and what became of it. Of a month the
-- last one holds that was not withdrawn.
CREATE VIEW settle.statement AS
SELECT i.position, i.subject, i.digest, i.detail, i.actor, i.at,
       CASE d.action WHEN 'statement-withdrawal-ask' THEN 'asked' WHEN 'statement-withdrawal-refuse' THEN 'refused'
            WHEN 'statement-withdrawal-approve' THEN 'withdrawn' END AS withdrawal,
       a.actor AS asked_by, a.reason AS asked_because, d.actor AS decided_by,
       CASE WHEN d.is_withdrawn THEN 'withdrawn'
            WHEN row_number() OVER (PARTITION BY i.subject, d.is_withdrawn IS TRUE ORDER BY i.position DESC) = 1
            THEN 'holds' ELSE 'replaced' END AS state
  FROM settle.control_log i
  LEFT JOIN LATERAL (SELECT l.actor, l.reason
                       FROM settle.control_log l
                      WHERE l.subject = i.subject AND l.action = 'statement-withdrawal-ask'
                        AND l.detail ->> 'statement' = i.position::text
                      ORDER BY l.position DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT l.action, l.actor, l.action = 'statement-withdrawal-approve' AS is_withdrawn
                       FROM settle.control_log l
                      WHERE l.subject = i.subject AND l.action LIKE 'statement-withdrawal-%'
                        AND l.detail ->> 'statement' = i.position::text
                      ORDER BY l.position DESC LIMIT 1) d ON true
 WHERE i.action = 'statement-import';

-- What a batch stored, by one digest: who decides on it says what was looked at.
CREATE FUNCTION settle.batch_digest(batch integer) RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(convert_to(coalesce(string_agg(concat_ws(' ', s.table_name, s.rows, encode(s.digest, 'hex')), ','
                                                 ORDER BY s.table_name COLLATE "C"), ''), 'UTF8'))
      FROM settle.batch_rows s WHERE s.batch_id = batch
$$;

-- Rows that were not accepted and not released since, of batches that stand.
CREATE VIEW settle.kept_row AS
SELECT q.batch_id, q.line, b.kind, b.source, b.business_date, b.header, q.field, q.value, q.reason, q.message, q.raw,
       q.against_batch, q.against_line
  FROM settle.quarantine q JOIN settle.batch b USING (batch_id)
 WHERE NOT EXISTS (SELECT 1 FROM settle.quarantine_release r
                    WHERE r.batch_id = q.batch_id AND r.line = q.line
                      AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = r.into_batch))
   AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = q.batch_id);

-- Rows that were read again, but for nights that are still to come: they may enter on an earlier one.
CREATE VIEW settle.entering_row AS
SELECT q.batch_id, q.line, b.kind, b.header, b.business_date, q.field, q.value, q.raw, e.entered
  FROM settle.quarantine q JOIN settle.batch b USING (batch_id)
 CROSS JOIN LATERAL (SELECT min(t.business_date) AS entered, max(t.run_id) AS run_id
                       FROM settle.quarantine_release r JOIN settle.told_when t ON t.batch_id = r.into_batch
                      WHERE r.batch_id = q.batch_id AND r.line = q.line
                        AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = r.into_batch)) e
 WHERE e.entered > b.business_date AND e.run_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.batch_id = q.batch_id);

-- Kept rows that a person dismissed.
CREATE VIEW settle.dismissed_row AS
SELECT k.*, d.position FROM settle.kept_row k JOIN settle.quarantine_dismissal d USING (batch_id, line);

-- The others, unless they equal a dismissed one word for word (the file came again).
CREATE VIEW settle.open_row AS
SELECT k.*
  FROM settle.kept_row k
 WHERE NOT EXISTS (SELECT 1 FROM settle.quarantine_dismissal d WHERE d.batch_id = k.batch_id AND d.line = k.line)
   AND NOT EXISTS (SELECT 1 FROM settle.dismissed_row e
                    WHERE e.kind = k.kind AND e.header = k.header AND e.reason = k.reason AND e.raw = k.raw);

-- Reasons for quarantine that what is told later of whom a row names can remove.
CREATE FUNCTION settle.names_somebody(reason text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
RETURN reason IN ('unknown-carrier', 'unknown-distributor', 'unknown-outlet', 'unknown-manager', 'unknown-product',
                  'not-yet-valid', 'other-distributor', 'manager-leaves-distributor');
CREATE INDEX quarantine_by_name ON settle.quarantine (field, value) WHERE settle.names_somebody(reason);

-- Which batches told something of whom a row names in a column; of products of which carrier. A manager's distributor is
-- that of the outlet, so who speaks of that speaks of the manager.
CREATE FUNCTION settle.told_by(field text, value text) RETURNS TABLE (batch_id integer, carrier text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT v.batch_id, NULL FROM settle.code c JOIN settle.carrier_version v ON v.carrier_id = c.id
     WHERE told_by.field = 'carrier' AND c.dim = 1 AND c.code = told_by.value
     UNION ALL
    SELECT v.batch_id, NULL FROM settle.code c JOIN settle.distributor_version v ON v.distributor_id = c.id
     WHERE told_by.field = 'distributor' AND c.dim = 2 AND c.code = told_by.value
     UNION ALL
    SELECT v.batch_id, NULL FROM settle.code c JOIN settle.outlet_version v ON v.outlet_id = c.id
     WHERE told_by.field IN ('outlet', 'parent') AND c.dim = 3 AND c.code = told_by.value
     UNION ALL
    SELECT v.batch_id, NULL FROM settle.code c JOIN settle.manager_version v ON v.manager_id = c.id
     WHERE told_by.field = 'manager' AND c.dim = 4 AND c.code = told_by.value
     UNION ALL
    SELECT v.batch_id, NULL FROM settle.code c JOIN settle.manager_version m ON m.manager_id = c.id
      JOIN settle.outlet_version v ON v.outlet_id = m.outlet_id
     WHERE told_by.field = 'manager' AND c.dim = 4 AND c.code = told_by.value
     UNION ALL
    SELECT v.batch_id, k.code FROM settle.code k JOIN settle.code c ON c.dim = 5 AND c.code = k.code || E'\x1f' || told_by.value
      JOIN settle.product_version v ON v.product_id = c.id
     WHERE told_by.field = 'product' AND k.dim = 1
$$;
