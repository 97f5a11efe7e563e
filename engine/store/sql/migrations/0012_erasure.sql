-- Erasing texts. Nobody is granted it: who may become settle_owner does it.

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

-- Empties what is known of an order by the carrier's own texts (with its events' keys), of a contract's orders and waiting
-- bills, or of a batch; of an order and a contract also the rows that were not accepted, and lines of statements, that name
-- it. Salts and texts only, which row sums do not hold: what is counted, paid and sealed stays as it is. The decision is in
-- the control log, and names no text. Returns how many rows of each table were emptied. order_line: as settle.order_key()
-- takes it.
CREATE FUNCTION settle.erase_text(reason text, carrier text DEFAULT NULL, order_no text DEFAULT NULL,
                                  order_line text DEFAULT '', contract text DEFAULT NULL, batch integer DEFAULT NULL)
    RETURNS TABLE (table_name text, erased bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    wanted_key constant bigint := settle.keyed_id(erase_text.carrier, 'o', erase_text.order_no, erase_text.order_line);
    wanted_contract constant bigint := settle.keyed_id(erase_text.carrier, 'c', erase_text.contract, '');
    wanted_batch constant integer := erase_text.batch;
    named constant text := coalesce(erase_text.order_no, erase_text.contract);
    named_by constant text := CASE WHEN erase_text.contract IS NULL THEN 'order_id' ELSE 'contract' END;
    place bigint;
    done jsonb;
BEGIN
    IF coalesce(erase_text.reason, '') = '' OR num_nonnulls(erase_text.order_no, erase_text.contract, erase_text.batch) <> 1
       OR '' IN (erase_text.order_no, erase_text.contract) OR erase_text.order_line IS NULL
       OR (erase_text.batch IS NULL) = (erase_text.carrier IS NULL) THEN
        RAISE EXCEPTION 'settle: what is to be erased is a reason and an order or contract of a carrier, or a batch'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM settle.erase_text(''why'', carrier => ..., order_no => ...)';
    END IF;
    IF num_nonnulls(wanted_key, wanted_contract, wanted_batch) = 0 THEN
        RAISE EXCEPTION 'settle: there is no carrier "%"', erase_text.carrier USING ERRCODE = 'no_data_found';
    END IF;
    -- A batch that is just taken in writes texts that it read before: this waits for it, as a next one would (the lock of
    -- settle_store_lock() that imports take).
    PERFORM pg_advisory_xact_lock(('x' || encode(substr(sha256('settle lock intake'), 1, 8), 'hex'))::bit(64)::bigint);
    -- A statement for each way to a large table: each finds its rows by an index, or has none to look for.
    WITH of_key AS (
        UPDATE settle.closed_order o SET salt = NULL, upstream_id = NULL, order_line = NULL, contract = NULL
         WHERE o.key_id = wanted_key AND o.salt IS NOT NULL RETURNING 1),
    of_contract AS (
        UPDATE settle.closed_order o SET salt = NULL, upstream_id = NULL, order_line = NULL, contract = NULL
          FROM settle.contract c
         WHERE c.contract_id = wanted_contract AND o.distributor_id = c.distributor_id AND o.order_id = c.order_id
           AND o.closing_month = date_trunc('month', c.closing_day::timestamp)::date AND o.salt IS NOT NULL RETURNING 1),
    of_batch AS (
        UPDATE settle.closed_order o SET salt = NULL, upstream_id = NULL, order_line = NULL, contract = NULL
         WHERE o.batch_id = wanted_batch AND o.salt IS NOT NULL RETURNING 1),
    events_of_key AS (
        UPDATE settle.event e SET salt = NULL, upstream_id = NULL
          FROM settle.closed_order o
         WHERE o.key_id = wanted_key AND e.distributor_id = o.distributor_id AND e.closing_month = o.closing_month
           AND e.order_id = o.order_id AND e.salt IS NOT NULL RETURNING 1),
    events_of_batch AS (
        UPDATE settle.event e SET salt = NULL, upstream_id = NULL
         WHERE e.source_batch_id = wanted_batch AND e.salt IS NOT NULL RETURNING 1),
    waiting_events AS (
        UPDATE settle.event_waiting w SET salt = NULL, upstream_id = NULL, order_upstream_id = NULL, order_line = NULL
         WHERE (w.key_id = wanted_key OR w.source_batch_id = wanted_batch) AND w.salt IS NOT NULL RETURNING 1),
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
                    ELSE settle.is_about(b.header, q.raw, erase_text.carrier, named_by, named, erase_text.order_line) END
        RETURNING 1),
    lines AS (
        UPDATE settle.statement_line l SET salt = NULL, subject = NULL, fault = NULL
          FROM settle.control_log g
         WHERE g.position = l.position AND starts_with(g.subject, erase_text.carrier || '/') AND l.salt IS NOT NULL
           AND (l.kind BETWEEN 1 AND 3 AND l.subject_id = wanted_key OR l.kind = 0 AND settle.has_value(l.subject, named))
        RETURNING 1),
    row_of (name) AS (
        SELECT 'closed_order' FROM of_key UNION ALL SELECT 'closed_order' FROM of_contract
         UNION ALL SELECT 'closed_order' FROM of_batch
         UNION ALL SELECT 'event' FROM events_of_key UNION ALL SELECT 'event' FROM events_of_batch
         UNION ALL SELECT 'event_waiting' FROM waiting_events UNION ALL SELECT 'bill_waiting' FROM waiting_bills
         UNION ALL SELECT 'receipt' FROM receipts UNION ALL SELECT 'quarantine' FROM kept
         UNION ALL SELECT 'statement_line' FROM lines),
    counted AS (SELECT r.name, count(*) AS n FROM row_of r GROUP BY r.name)
    SELECT coalesce(jsonb_object_agg(c.name, c.n), '{}') INTO done FROM counted c;
    place := settle.log('text-erase',
                        CASE WHEN wanted_batch IS NOT NULL THEN 'batch/' || wanted_batch
                             WHEN wanted_key IS NOT NULL THEN 'order/' || erase_text.carrier || '/' || wanted_key
                             ELSE 'contract/' || erase_text.carrier || '/' || wanted_contract END,
                        settle.head(), erase_text.reason, done);
    RETURN QUERY SELECT d.key, d.value::bigint FROM jsonb_each_text(done) d ORDER BY 1;
END
$$;
REVOKE EXECUTE ON FUNCTION settle.has_value, settle.is_about, settle.erase_text FROM PUBLIC;
