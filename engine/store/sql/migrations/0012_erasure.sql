-- Erasing texts. Nobody is granted it: who may become settle_owner does it.

-- Empties what is known of an order by the carrier's own texts (with its events' keys, and rows that were not accepted and
-- name it), of a contract's orders and waiting bills, or of a batch: salts and texts that row sums do not hold. What is
-- counted, paid and sealed stays as it is. The decision is in the control log, and names no text. Returns how many rows of
-- each table were emptied. order_line: as settle.order_key() takes it.
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
    place bigint;
    done jsonb;
BEGIN
    IF coalesce(erase_text.reason, '') = '' OR num_nonnulls(erase_text.order_no, erase_text.contract, erase_text.batch) <> 1
       OR (erase_text.batch IS NULL) = (erase_text.carrier IS NULL) THEN
        RAISE EXCEPTION 'settle: what is to be erased is a reason and an order or contract of a carrier, or a batch'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM settle.erase_text(''why'', carrier => ..., order_no => ...)';
    END IF;
    IF num_nonnulls(wanted_key, wanted_contract, wanted_batch) = 0 THEN
        RAISE EXCEPTION 'settle: there is no carrier "%"', erase_text.carrier USING ERRCODE = 'no_data_found';
    END IF;
    -- A statement for each way to a table: each finds its rows by an index, or has none to look for.
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
    row_of (name) AS (
        SELECT 'closed_order' FROM of_key UNION ALL SELECT 'closed_order' FROM of_contract
         UNION ALL SELECT 'closed_order' FROM of_batch),
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
REVOKE EXECUTE ON FUNCTION settle.erase_text FROM PUBLIC;
