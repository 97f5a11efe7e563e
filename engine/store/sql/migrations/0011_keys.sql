-- The keys that ids are made under, and looking ids up. Nobody writes the table but its functions.

-- What a carrier's ids are made under (HMAC-SHA-256; engine/base/keyed.h): contracts are phone numbers, and a plain
-- hash of one is no secret. Only who takes facts in reads it. 0: of rows that name no carrier we know.
CREATE TABLE settle.carrier_key (
    carrier_id integer NOT NULL CHECK (carrier_id >= 0),
    number     integer NOT NULL CHECK (number > 0),    -- the highest holds
    key        bytea NOT NULL CHECK (length(key) = 32),
    PRIMARY KEY (carrier_id, number)
);
CREATE VIEW settle.carrier_key_now AS
SELECT DISTINCT ON (carrier_id) carrier_id, number, key FROM settle.carrier_key ORDER BY carrier_id, number DESC;

-- A key of 32 bytes that nobody can guess: the server's strong random numbers.
CREATE FUNCTION settle.new_carrier_key(carrier text) RETURNS bytea
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || convert_to(carrier, 'UTF8'))
$$;

-- A key is told to the control log by its hash, so that verify finds one that was changed. 256 random bits are not guessed.
CREATE FUNCTION settle.add_carrier_key(carrier_id integer, carrier text, key bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    next integer;
BEGIN
    -- Who comes second finds what the first one made.
    PERFORM settle.counted('control', 0);
    SELECT coalesce(max(k.number), 0) + 1 INTO next
      FROM settle.carrier_key k WHERE k.carrier_id = add_carrier_key.carrier_id;
    IF key IS NULL AND next > 1 THEN
        RETURN;
    END IF;
    key := coalesce(key, settle.new_carrier_key(carrier));
    INSERT INTO settle.carrier_key VALUES (carrier_id, next, key);
    PERFORM settle.log('carrier-key', CASE WHEN carrier_id = 0 THEN 'no-carrier' ELSE 'carrier/' || carrier END, sha256(key), '',
                       jsonb_build_object('carrier_id', carrier_id, 'number', next));
END
$$;

-- Gives a key to every carrier that has none yet, and to the rows without one.
CREATE FUNCTION settle.make_carrier_keys() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
    made integer := 0;
BEGIN
    FOR missing IN
        SELECT c.id, c.code FROM (SELECT id, code FROM settle.code WHERE dim = 1 UNION ALL SELECT 0, '') c
         WHERE NOT EXISTS (SELECT 1 FROM settle.carrier_key k WHERE k.carrier_id = c.id)
    LOOP
        PERFORM settle.add_carrier_key(missing.id, missing.code, NULL);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Another database's key, for who takes a carrier's facts in there once more: ids and digests come out the same. Only
-- before the first fact; '' is the rows that name no carrier.
CREATE FUNCTION settle.set_carrier_key(carrier text, key bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    carrier constant integer := CASE WHEN set_carrier_key.carrier = '' THEN 0 ELSE
        (SELECT c.id FROM settle.code c WHERE c.dim = 1 AND c.code = set_carrier_key.carrier) END;
BEGIN
    IF carrier IS NULL THEN
        RAISE EXCEPTION 'settle: there is no carrier "%"', set_carrier_key.carrier
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Import carriers first.';
    END IF;
    IF EXISTS (SELECT 1 FROM settle.carrier_key_now k WHERE k.carrier_id = carrier AND k.key = set_carrier_key.key) THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT 1 FROM settle.batch b WHERE b.kind NOT IN ('carriers', 'distributors', 'outlets', 'managers', 'products', 'months'))
       AND (carrier = 0
            OR EXISTS (SELECT 1 FROM settle.closed_order o WHERE o.carrier_id = carrier)
            OR EXISTS (SELECT 1 FROM settle.bill_waiting w WHERE w.carrier_id = carrier)
            OR EXISTS (SELECT 1 FROM settle.event_waiting w WHERE w.carrier_id = carrier)
            OR EXISTS (SELECT 1 FROM settle.receipt r WHERE r.carrier_id = carrier)) THEN
        RAISE EXCEPTION 'settle: facts of "%" were taken in under its key', set_carrier_key.carrier
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'A key is set before the first fact of its carrier.';
    END IF;
    PERFORM settle.add_carrier_key(carrier, set_carrier_key.carrier, set_carrier_key.key);
END
$$;

-- HMAC-SHA-256 for a key of 32 bytes.
CREATE FUNCTION settle.hmac(key bytea, message bytea) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR i IN 0..31 LOOP
        inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
        outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
    END LOOP;
    RETURN sha256(outer_pad || sha256(inner_pad || message));
END
$$;

-- An id of 62 bits under a carrier's key, as engine/base/keyed.h makes it; NULL: no such carrier.
CREATE FUNCTION settle.keyed_id(carrier text, kind text, first text, second text) RETURNS bigint
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT greatest(1, ('x' || encode(substr(m.mac, 1, 8), 'hex'))::bit(64)::bigint >> 2 & 4611686018427387903)
      FROM settle.code c
      JOIN settle.carrier_key_now k ON k.carrier_id = c.id
     CROSS JOIN LATERAL (SELECT settle.hmac(k.key, convert_to(kind || first, 'UTF8')
                                || CASE WHEN second = '' THEN ''::bytea
                                        ELSE '\x00'::bytea || convert_to(second, 'UTF8') END)) m (mac)
     WHERE c.dim = 1 AND c.code = carrier
$$;

-- What verify holds the control log against, who may not read the keys.
CREATE FUNCTION settle.carrier_key_hashes() RETURNS TABLE (carrier_id integer, number integer, hash bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT k.carrier_id, k.number, sha256(k.key) FROM settle.carrier_key k $$;

-- The key of an order (its id is settle.order_id of it and the closing month), and the id of a contract. By these who may
-- not read the keys looks up what is known to him: orders by key_id, contracts and bills by contract_id.
CREATE FUNCTION settle.order_key(carrier text, upstream text, line text DEFAULT '') RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT settle.keyed_id(carrier, 'o', upstream, line) $$;

CREATE FUNCTION settle.contract_id(carrier text, contract text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT settle.keyed_id(carrier, 'c', contract, '') $$;

-- What is made in the schema is read by all of its readers, unless it is taken from them.
REVOKE ALL ON settle.carrier_key, settle.carrier_key_now FROM PUBLIC, settle_reader, settle_approver, settle_author;
GRANT SELECT ON settle.carrier_key, settle.carrier_key_now TO settle_runner, settle_treasury;
REVOKE EXECUTE ON FUNCTION settle.new_carrier_key, settle.add_carrier_key, settle.carrier_key_hashes, settle.make_carrier_keys, settle.set_carrier_key, settle.hmac,
    settle.keyed_id, settle.order_key, settle.contract_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.make_carrier_keys, settle.set_carrier_key TO settle_runner;
GRANT EXECUTE ON FUNCTION settle.make_carrier_keys TO settle_treasury;
GRANT EXECUTE ON FUNCTION settle.order_key, settle.contract_id, settle.order_id, settle.carrier_key_hashes
    TO settle_reader, settle_runner, settle_approver, settle_treasury;

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        PERFORM settle.guard('settle.carrier_key', 'UPDATE OR DELETE OR TRUNCATE', false);
    END IF;
END
$$;
