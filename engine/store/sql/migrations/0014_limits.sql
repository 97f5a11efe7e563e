-- What the details of decisions can be. They are read long after they were written, by nights and reports: what cannot be
-- read there is refused here.

CREATE FUNCTION settle.is_day(day text) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN day ~ '^(19|2[0-3])[0-9]{2}-[0-9]{2}-[0-9]{2}$' THEN day::date IS NOT NULL ELSE false END
$$;

CREATE FUNCTION settle.is_amount(amount text) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT coalesce(amount ~ '^[0-9]{1,16}\.[0-9]{2}$', false) $$;

-- At most so much, without a sign.
CREATE FUNCTION settle.is_number(number text, most bigint) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT CASE WHEN number ~ '^[0-9]{1,18}$' THEN number::bigint <= most ELSE false END $$;

CREATE FUNCTION settle.is_code(dimension smallint, code text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT 1 FROM settle.code c WHERE c.dim = dimension AND c.code = is_code.code) $$;

-- The zone is set before anything is taken in: days are local.
CREATE FUNCTION settle.is_setting(name text, detail jsonb) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN name = 'zone' THEN NOT EXISTS (SELECT 1 FROM settle.batch)
            AND EXISTS (SELECT 1 FROM pg_timezone_names z WHERE z.name = detail ->> 'value')
        WHEN name IN ('intake-lookback-months', 'retention-staging', 'retention-quarantine', 'retention-texts') THEN settle.is_number(detail ->> 'value', 1200)
        WHEN name = 'rounded-ids' OR (name LIKE 'rounded-ids:%' AND settle.is_code(1::smallint, substr(name, 13)))
            THEN detail ->> 'value' IN ('yes', 'no')
        WHEN name IN ('deposit-carrier', 'deposit-distributor') THEN settle.is_amount(detail ->> 'value')
        WHEN name LIKE 'refund-slack/%' THEN settle.is_code(1::smallint, substr(name, 14))
            AND settle.is_number(detail ->> 'value', 999999999999999999) AND settle.is_day(detail ->> 'from')
        ELSE false END
$$;

CREATE FUNCTION settle.is_deposit(action text, subject text, detail jsonb) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE detail ->> 'dim' WHEN '1' THEN subject = 'carrier/' || (detail ->> 'code')
                                 WHEN '2' THEN subject = 'distributor/' || (detail ->> 'code') ELSE false END
       AND settle.is_code((detail ->> 'dim')::smallint, detail ->> 'code')
       AND (detail ->> 'carrier' IS NULL OR settle.is_code(1::smallint, detail ->> 'carrier'))
       AND CASE WHEN action = 'deposit-cover' THEN detail ->> 'amount' IS NULL ELSE settle.is_amount(detail ->> 'amount') END
$$;

CREATE FUNCTION settle.is_feed(subject text, detail jsonb) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT subject = (detail ->> 'carrier') || '/' || (detail ->> 'kind') AND settle.is_code(1::smallint, detail ->> 'carrier')
       AND settle.is_day(detail ->> 'day') AND settle.is_number(detail ->> 'monthly', 31)
       AND settle.is_number(detail ->> 'deadline', 366)
$$;

CREATE FUNCTION settle.is_statement(detail jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT detail ->> 'file' IS NOT NULL AND detail ->> 'mapping' IS NOT NULL AND detail ->> 'rows' ~ '^[0-9a-f]{64}$'
       AND settle.is_number(detail ->> 'lines', 1000000000) AND settle.is_number(detail ->> 'unreadable', 1000000000)
       AND detail ->> 'total' ~ '^-?[0-9]{1,18}$' AND settle.is_number(detail ->> 'tolerance', 999999999999999999)
$$;

CREATE FUNCTION settle.check_detail(action text, subject text, detail jsonb) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT coalesce(CASE
        WHEN octet_length(detail::text) > 1000000 THEN false
        WHEN action = 'setting' THEN settle.is_setting(subject, detail)
        WHEN action LIKE 'deposit-%' THEN settle.is_deposit(action, subject, detail)
        WHEN action LIKE 'feed-%' THEN settle.is_feed(subject, detail)
        WHEN action = 'fact-seen' THEN subject ~ '/[1-9][0-9]{0,18}$'
        WHEN action = 'statement-import' THEN settle.is_statement(detail)
        WHEN action IN ('statement-accept', 'statement-dispute') THEN detail ->> 'difference' IS NOT NULL
            AND detail ->> 'theirs' ~ '^-?[0-9]{1,18}$' AND detail ->> 'ours' ~ '^-?[0-9]{1,18}$'
        ELSE true END, false) THEN
        RAISE EXCEPTION 'settle: % of "%" is not decided like this: %', action, subject, left(detail::text, 200)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The command that decides it says what it can be.';
    END IF;
END
$$;
