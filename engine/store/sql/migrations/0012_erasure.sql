-- Erasing texts. It takes two: one asks, another one who may approve carries it out.

-- Whether a text has a value between what stands between values.
CREATE FUNCTION settle.has_value(text_of_row text, value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT value <> '' AND strpos(E'\n' || translate(text_of_row, E' \t\r,;|":{}', repeat(E'\n', 10)) || E'\n',
                                  E'\n' || translate(value, E' \t\r,;|":{}', repeat(E'\n', 10)) || E'\n') > 0
$$;

-- Whether a row that was not accepted is about an order (column order_id, and its line) or a contract of a carrier. One that
-- cannot be cut at commas, or has not as many values as its header, is if it has the value anywhere: rather one too many.
CREATE FUNCTION settle.is_about(header text, raw text, carrier text, wanted_column text, value text, order_line text)
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    names constant text[] := ARRAY(SELECT btrim(n.name, E' "\ufeff') FROM string_to_table(header, ',') n (name));
    fields constant text[] := ARRAY(SELECT btrim(f.field) FROM string_to_table(raw, ',') f (field));
BEGIN
    IF NOT wanted_column = ANY (names) OR raw IS NULL THEN
        RETURN false;
    END IF;
    IF strpos(raw, '"') > 0 OR cardinality(names) <> cardinality(fields) THEN
        RETURN settle.has_value(raw, value);
    END IF;
    RETURN fields[array_position(names, wanted_column)] = value
       AND coalesce(fields[array_position(names, 'carrier')], '') IN (carrier, '')
       AND (wanted_column <> 'order_id' OR coalesce(fields[array_position(names, 'line')], order_line) = order_line);
END
$$;

-- What is to be erased, as the control log calls it, which names no text: order/CARRIER/KEY, contract/CARRIER/ID or batch/N.
CREATE FUNCTION settle.erasure_subject(carrier text, order_no text, order_line text, contract text, batch integer) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    subject text;
BEGIN
    IF num_nonnulls(order_no, contract, batch) <> 1 OR '' IN (order_no, contract) OR order_line IS NULL
       OR (batch IS NULL) = (carrier IS NULL) THEN
        RAISE EXCEPTION 'settle: what is to be erased is an order or a contract of a carrier, or a batch'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    subject := CASE WHEN batch IS NOT NULL THEN (SELECT 'batch/' || b.batch_id FROM settle.batch b WHERE b.batch_id = batch)
                    WHEN contract IS NULL THEN 'order/' || carrier || '/' || settle.keyed_id(carrier, 'o', order_no, order_line)
                    ELSE 'contract/' || carrier || '/' || settle.keyed_id(carrier, 'c', contract, '') END;
    IF subject IS NULL THEN
        RAISE EXCEPTION 'settle: there is no %', coalesce('batch ' || batch, 'carrier "' || carrier || '"')
            USING ERRCODE = 'no_data_found';
    END IF;
    RETURN subject;
END
$$;

-- What was asked for, and what became of it: asked, refused or erased.
CREATE VIEW settle.erasure AS
SELECT a.position AS request, a.subject, a.actor AS asked_by, a.at AS asked_at, a.reason,
       CASE d.action WHEN 'text-erase' THEN 'erased' WHEN 'erase-refuse' THEN 'refused' ELSE 'asked' END AS state,
       d.actor AS decided_by, d.at AS decided_at, d.reason AS decided_because
  FROM settle.control_log a
  LEFT JOIN settle.control_log d ON d.action IN ('text-erase', 'erase-refuse') AND d.detail ->> 'request' = a.position::text
 WHERE a.action = 'erase-ask';

-- Asks. The reason is kept for good, so it names nobody.
CREATE FUNCTION settle.ask_erasure(reason text, carrier text DEFAULT NULL, order_no text DEFAULT NULL,
                                   order_line text DEFAULT '', contract text DEFAULT NULL, batch integer DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text;
BEGIN
    IF NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        PERFORM settle.refuse_unless('settle_runner');
    END IF;
    wanted := settle.erasure_subject(carrier, order_no, order_line, contract, batch);
    IF coalesce(ask_erasure.reason, '') = '' OR strpos(reason, coalesce(order_no, contract, chr(1))) > 0 THEN
        RAISE EXCEPTION 'settle: an erasure has a reason, and that does not name what is erased: it is kept for good'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Locked first: two who decide on the same take turns.
    PERFORM settle.counted('control', 0);
    IF EXISTS (SELECT 1 FROM settle.erasure e WHERE e.subject = wanted AND e.state = 'asked') THEN
        RAISE EXCEPTION 'settle: the erasure of % is asked for already', wanted USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN settle.log('erase-ask', wanted, settle.head(), reason, '{}');
END
$$;

-- A request that nobody has decided on.
CREATE FUNCTION settle.open_erasure(request bigint) RETURNS settle.erasure
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked settle.erasure;
BEGIN
    PERFORM settle.counted('control', 0);
    SELECT e.* INTO asked FROM settle.erasure e WHERE e.request = open_erasure.request;
    IF asked.state IS DISTINCT FROM 'asked' THEN
        RAISE EXCEPTION 'settle: no erasure % waits to be decided on', request
            USING ERRCODE = 'no_data_found', HINT = 'settle erase list shows those that do.';
    END IF;
    RETURN asked;
END
$$;

-- Turns a request down, or takes one's own back.
CREATE FUNCTION settle.refuse_erasure(request bigint, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked settle.erasure;
BEGIN
    IF NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        PERFORM settle.refuse_unless('settle_runner');
    END IF;
    asked := settle.open_erasure(request);
    IF asked.asked_by <> session_user AND NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        RAISE EXCEPTION 'settle: erasure % was asked for by somebody else', request USING ERRCODE = 'insufficient_privilege';
    ELSIF coalesce(refuse_erasure.reason, '') = '' THEN
        RAISE EXCEPTION 'settle: a reason is missing' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN settle.log('erase-refuse', asked.subject, settle.head(), reason, jsonb_build_object('request', request));
END
$$;

-- Empties what is known of an order by the carrier's own texts (with its events), of a contract's orders and waiting bills,
-- or of a batch; of an order and a contract also the rows that were not accepted, the lines of statements and the staged
-- rows that name it or one of its orders. Salts and texts only, which row sums do not hold: what is counted, paid and
-- sealed stays as it is; staged rows that a batch has read are deleted. Returns how many rows of each table.
CREATE FUNCTION settle.empty_texts(carrier text, order_no text, order_line text, contract text, batch integer) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    wanted_contract constant bigint := settle.keyed_id(empty_texts.carrier, 'c', empty_texts.contract, '');
    wanted_batch constant integer := empty_texts.batch;
    wanted_keys bigint[] := ARRAY(SELECT settle.keyed_id(empty_texts.carrier, 'o', empty_texts.order_no, empty_texts.order_line)
                                   WHERE empty_texts.order_no IS NOT NULL);
    -- What rows name it by: the column, the value, and of an order the line.
    columns text[] := ARRAY[CASE WHEN empty_texts.contract IS NULL THEN 'order_id' ELSE 'contract' END];
    named text[] := ARRAY[coalesce(empty_texts.order_no, empty_texts.contract)];
    lines text[] := ARRAY[empty_texts.order_line];
    done jsonb;
BEGIN
    -- A batch that is just taken in writes texts that it read before: this waits for it, as a next one would (the lock of
    -- settle_store_lock() that imports take).
    PERFORM pg_advisory_xact_lock(('x' || encode(substr(sha256('settle lock intake'), 1, 8), 'hex'))::bit(64)::bigint);
    IF wanted_contract IS NOT NULL THEN
        SELECT array_agg(DISTINCT o.key_id), columns || array_agg('order_id'::text), named || array_agg(o.upstream_id),
               lines || array_agg(o.order_line)
          INTO wanted_keys, columns, named, lines
          FROM settle.contract c
          JOIN settle.closed_order o ON o.distributor_id = c.distributor_id AND o.order_id = c.order_id
           AND o.closing_month = date_trunc('month', c.closing_day::timestamp)::date
         WHERE c.contract_id = wanted_contract;
    END IF;
    -- A statement for each way to a large table: each finds its rows by an index, or has none to look for.
    WITH name AS (
        SELECT DISTINCT n.col, n.value, n.line
          FROM unnest(columns, named, lines) n (col, value, line) WHERE n.value IS NOT NULL),
    of_key AS (
        UPDATE settle.closed_order o SET salt = NULL, upstream_id = NULL, order_line = NULL, contract = NULL
         WHERE o.key_id = ANY (wanted_keys) AND o.salt IS NOT NULL RETURNING 1),
    of_batch AS (
        UPDATE settle.closed_order o SET salt = NULL, upstream_id = NULL, order_line = NULL, contract = NULL
         WHERE o.batch_id = wanted_batch AND o.salt IS NOT NULL RETURNING 1),
    events_of_key AS (
        UPDATE settle.event e SET salt = NULL, upstream_id = NULL
          FROM (SELECT DISTINCT o.distributor_id, o.closing_month, o.order_id
                  FROM settle.closed_order o WHERE o.key_id = ANY (wanted_keys)) o
         WHERE e.distributor_id = o.distributor_id AND e.closing_month = o.closing_month
           AND e.order_id = o.order_id AND e.salt IS NOT NULL RETURNING 1),
    events_of_batch AS (
        UPDATE settle.event e SET salt = NULL, upstream_id = NULL
         WHERE e.source_batch_id = wanted_batch AND e.salt IS NOT NULL RETURNING 1),
    waiting_events AS (
        UPDATE settle.event_waiting w SET salt = NULL, upstream_id = NULL, order_upstream_id = NULL, order_line = NULL
         WHERE (w.key_id = ANY (wanted_keys) OR w.source_batch_id = wanted_batch) AND w.salt IS NOT NULL RETURNING 1),
    waiting_bills AS (
        UPDATE settle.bill_waiting w SET salt = NULL, contract = NULL
         WHERE (w.contract_id = wanted_contract OR w.batch_id = wanted_batch) AND w.salt IS NOT NULL RETURNING 1),
    receipts AS (
        UPDATE settle.receipt r SET salt = NULL, upstream_id = NULL
         WHERE r.batch_id = wanted_batch AND r.salt IS NOT NULL RETURNING 1),
    kept AS (
        UPDATE settle.quarantine q SET salt = NULL, value = NULL, message = NULL, raw = NULL
          FROM settle.batch b
         WHERE b.batch_id = q.batch_id AND q.salt IS NOT NULL
           AND CASE WHEN wanted_batch IS NOT NULL THEN q.batch_id = wanted_batch
                    ELSE EXISTS (SELECT 1 FROM name n
                                  WHERE settle.is_about(b.header, q.raw, empty_texts.carrier, n.col, n.value, n.line)) END
        RETURNING 1),
    statement_lines AS (
        UPDATE settle.statement_line l SET salt = NULL, subject = NULL, fault = NULL
          FROM settle.control_log g
         WHERE g.position = l.position AND starts_with(g.subject, empty_texts.carrier || '/') AND l.salt IS NOT NULL
           AND (l.kind BETWEEN 1 AND 3 AND l.subject_id = ANY (wanted_keys)
                OR l.kind = 0 AND EXISTS (SELECT 1 FROM name n WHERE settle.has_value(l.subject, n.value)))
        RETURNING 1),
    staged AS (
        DELETE FROM settle.staging s
         WHERE s.row_no <= (SELECT max(t.up_to) FROM settle.staging_taken t WHERE t.source = s.source AND t.kind = s.kind)
           AND CASE WHEN wanted_batch IS NOT NULL
                    THEN EXISTS (SELECT 1 FROM settle.staging_taken t
                                  WHERE t.batch_id = wanted_batch AND t.source = s.source AND t.kind = s.kind
                                    AND s.row_no <= t.up_to
                                    AND s.row_no > coalesce((SELECT max(u.up_to) FROM settle.staging_taken u
                                                              WHERE u.source = t.source AND u.kind = t.kind
                                                                AND u.up_to < t.up_to), 0))
                    ELSE EXISTS (SELECT 1 FROM name n
                                  WHERE s.fields ->> n.col = n.value
                                    AND coalesce(s.fields ->> 'carrier', '') IN (empty_texts.carrier, '')
                                    AND (n.col = 'contract' OR coalesce(s.fields ->> 'line', '') = n.line)) END
        RETURNING 1),
    row_of (name) AS (
        SELECT 'closed_order' FROM of_key UNION ALL SELECT 'closed_order' FROM of_batch
         UNION ALL SELECT 'event' FROM events_of_key UNION ALL SELECT 'event' FROM events_of_batch
         UNION ALL SELECT 'event_waiting' FROM waiting_events UNION ALL SELECT 'bill_waiting' FROM waiting_bills
         UNION ALL SELECT 'receipt' FROM receipts UNION ALL SELECT 'quarantine' FROM kept
         UNION ALL SELECT 'statement_line' FROM statement_lines UNION ALL SELECT 'staging' FROM staged),
    counted AS (SELECT r.name, count(*) AS n FROM row_of r GROUP BY r.name)
    SELECT coalesce(jsonb_object_agg(c.name, c.n), '{}') INTO done FROM counted c;
    RETURN done;
END
$$;

-- Carries out what another login has asked for; what it is has to be named again, for the request does not. Returns how many
-- rows of each table.
CREATE FUNCTION settle.erase_text(request bigint, carrier text DEFAULT NULL, order_no text DEFAULT NULL,
                                  order_line text DEFAULT '', contract text DEFAULT NULL, batch integer DEFAULT NULL)
    RETURNS TABLE (table_name text, erased bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked settle.erasure;
    done jsonb;
BEGIN
    PERFORM settle.refuse_unless('settle_approver');
    asked := settle.open_erasure(request);
    IF asked.subject <> settle.erasure_subject(carrier, order_no, order_line, contract, batch) THEN
        RAISE EXCEPTION 'settle: that is not what erasure % asks for, which is %', request, asked.subject
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name it as who asked did.';
    ELSIF asked.asked_by = session_user THEN
        RAISE EXCEPTION 'settle: who asked for erasure % cannot approve it', request USING ERRCODE = 'insufficient_privilege';
    END IF;
    done := settle.empty_texts(carrier, order_no, order_line, contract, batch);
    PERFORM settle.log('text-erase', asked.subject, settle.head(), asked.reason, jsonb_build_object('request', request::text) || done);
    RETURN QUERY SELECT d.key, d.value::bigint FROM jsonb_each_text(done) d ORDER BY 1;
END
$$;

-- How many months a class of texts is kept; NULL: for good.
CREATE FUNCTION settle.retention(class text) RETURNS integer
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT NULLIF((SELECT g.detail ->> 'value' FROM settle.control_log g
                    WHERE g.action = 'setting' AND g.subject = 'retention-' || class
                    ORDER BY g.position DESC LIMIT 1)::integer, 0)
$$;

-- Erases what is older than an approver has said that it is kept: staged rows that a batch has read; of rows that were not
-- accepted those that need nothing more; of batches and statements all texts. Age is that of when it came. Returns how many
-- rows of each table.
CREATE FUNCTION settle.erase_expired() RETURNS TABLE (class text, table_name text, erased bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    kind text;
    until timestamptz;
    done jsonb;
    first integer;  -- batches of which the texts are there yet
    last integer;
BEGIN
    PERFORM settle.refuse_unless('settle_runner');
    PERFORM settle.counted('control', 0);
    PERFORM pg_advisory_xact_lock(('x' || encode(substr(sha256('settle lock intake'), 1, 8), 'hex'))::bit(64)::bigint);
    FOREACH kind IN ARRAY ARRAY['staging', 'quarantine', 'texts'] LOOP
        CONTINUE WHEN settle.retention(kind) IS NULL;
        until := clock_timestamp() - make_interval(months => settle.retention(kind));
        IF kind = 'staging' THEN
            WITH gone AS (
                DELETE FROM settle.staging s
                 WHERE s.at < until AND s.row_no <= (SELECT max(t.up_to) FROM settle.staging_taken t
                                                      WHERE t.source = s.source AND t.kind = s.kind)
                RETURNING 1)
            SELECT jsonb_build_object('staging', count(*)) INTO done FROM gone;
        ELSIF kind = 'quarantine' THEN
            WITH gone AS (
                UPDATE settle.quarantine q SET salt = NULL, value = NULL, message = NULL, raw = NULL
                  FROM settle.batch b
                 WHERE b.batch_id = q.batch_id AND b.at < until AND q.salt IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM settle.open_row o WHERE o.batch_id = q.batch_id AND o.line = q.line)
                RETURNING 1)
            SELECT jsonb_build_object('quarantine', count(*)) INTO done FROM gone;
        ELSE
            first := coalesce((SELECT (g.detail ->> 'up_to')::integer FROM settle.control_log g
                                WHERE g.action = 'text-erase' AND g.subject = 'retention/texts'
                                ORDER BY g.position DESC LIMIT 1), 0);
            last := coalesce((SELECT min(b.batch_id) - 1 FROM settle.batch b WHERE b.at >= until AND b.batch_id > first),
                             (SELECT max(b.batch_id) FROM settle.batch b), 0);
            WITH orders AS (
                UPDATE settle.closed_order o SET salt = NULL, upstream_id = NULL, order_line = NULL, contract = NULL
                 WHERE o.batch_id > first AND o.batch_id <= last AND o.salt IS NOT NULL RETURNING 1),
            events AS (
                UPDATE settle.event e SET salt = NULL, upstream_id = NULL
                 WHERE e.source_batch_id > first AND e.source_batch_id <= last AND e.salt IS NOT NULL RETURNING 1),
            waiting_events AS (
                UPDATE settle.event_waiting w SET salt = NULL, upstream_id = NULL, order_upstream_id = NULL, order_line = NULL
                 WHERE w.source_batch_id > first AND w.source_batch_id <= last AND w.salt IS NOT NULL RETURNING 1),
            waiting_bills AS (
                UPDATE settle.bill_waiting w SET salt = NULL, contract = NULL
                 WHERE w.batch_id > first AND w.batch_id <= last AND w.salt IS NOT NULL RETURNING 1),
            receipts AS (
                UPDATE settle.receipt r SET salt = NULL, upstream_id = NULL
                 WHERE r.batch_id > first AND r.batch_id <= last AND r.salt IS NOT NULL RETURNING 1),
            statement_lines AS (
                UPDATE settle.statement_line l SET salt = NULL, subject = NULL, fault = NULL
                  FROM settle.control_log g
                 WHERE g.position = l.position AND g.action = 'statement-import' AND g.at < until AND l.salt IS NOT NULL
                RETURNING 1),
            n (name, n) AS (
                SELECT 'closed_order', count(*) FROM orders UNION ALL SELECT 'event', count(*) FROM events
                 UNION ALL SELECT 'event_waiting', count(*) FROM waiting_events
                 UNION ALL SELECT 'bill_waiting', count(*) FROM waiting_bills
                 UNION ALL SELECT 'receipt', count(*) FROM receipts
                 UNION ALL SELECT 'statement_line', count(*) FROM statement_lines)
            SELECT jsonb_object_agg(n.name, n.n) || jsonb_build_object('up_to', last::text) INTO done FROM n WHERE n.n > 0;
        END IF;
        CONTINUE WHEN done IS NULL OR done ->> kind = '0';
        PERFORM settle.log('text-erase', 'retention/' || kind, settle.head(),
                           format('kept for %s months', settle.retention(kind)), done);
        RETURN QUERY SELECT kind, d.key, d.value::bigint FROM jsonb_each_text(done - 'up_to') d ORDER BY 2;
    END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION settle.has_value, settle.is_about, settle.erasure_subject, settle.ask_erasure, settle.open_erasure,
    settle.refuse_erasure, settle.empty_texts, settle.erase_text, settle.retention, settle.erase_expired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.ask_erasure, settle.refuse_erasure TO settle_runner, settle_approver;
GRANT EXECUTE ON FUNCTION settle.erase_text TO settle_approver;
GRANT EXECUTE ON FUNCTION settle.erase_expired TO settle_runner;
GRANT SELECT ON settle.erasure TO settle_reader, settle_runner, settle_approver;
