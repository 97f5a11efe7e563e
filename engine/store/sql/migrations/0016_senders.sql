-- Whose files are signed: a carrier's Ed25519 key is a decision, and while it holds no fact of the carrier comes in without a
-- signature (master data is our own). What is signed is the SHA-256 of the file, which is kept with the batch: so each signature can be looked at
-- again without the file. The database holds that there is one; whether it is right the program looks at, and verify.

-- Each key that a carrier has had, and until when: its next one, or the decision that it has none.
CREATE VIEW settle.sender_key AS
SELECT c.id AS carrier_id, c.code AS carrier, l.position, decode(l.detail ->> 'key', 'hex') AS key, l.actor, l.at,
       (SELECT min(n.at) FROM settle.control_log n
         WHERE n.subject = l.subject AND n.action LIKE 'sender-key-%' AND n.position > l.position) AS until, l.reason
  FROM settle.control_log l JOIN settle.code c ON c.dim = 1 AND 'carrier/' || c.code = l.subject
 WHERE l.action = 'sender-key-set';
CREATE INDEX control_log_sender_keys ON settle.control_log (subject, position) WHERE action LIKE 'sender-key-%';

CREATE FUNCTION settle.check_sender_key(action text, subject text, digest bytea, detail jsonb) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    holds constant bytea := (SELECT k.key FROM settle.sender_key k WHERE 'carrier/' || k.carrier = subject AND k.until IS NULL);
BEGIN
    IF NOT settle.is_code(1::smallint, substr(subject, 9)) THEN
        RAISE EXCEPTION 'settle: there is no %', subject USING ERRCODE = 'no_data_found';
    ELSIF action = 'sender-key-set' AND coalesce(detail ->> 'key' !~ '^[0-9a-f]{64}$', true) THEN
        RAISE EXCEPTION 'settle: a key is 64 hex digits' USING ERRCODE = 'invalid_parameter_value';
    ELSIF digest IS DISTINCT FROM sha256(CASE WHEN action = 'sender-key-set' THEN decode(detail ->> 'key', 'hex') ELSE holds END) THEN
        RAISE EXCEPTION 'settle: the key of % is another one than was looked at', subject USING ERRCODE = 'restrict_violation';
    ELSIF action = 'sender-key-set' AND holds = decode(detail ->> 'key', 'hex') THEN
        RAISE EXCEPTION 'settle: % has this key already', subject USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;

-- The batch in which the rows came from outside: of one that reads kept rows again it is that of the file. No row: there is none.
CREATE FUNCTION settle.read_first(told settle.batch) RETURNS settle.batch
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    origin settle.batch := told;
    again integer;
BEGIN
    LOOP
        again := coalesce(substring(origin.source FROM '^release of batch ([0-9]{1,9})$'),
                          substring(origin.source FROM '^batch ([0-9]{1,9}) looked at again$'))::integer;
        EXIT WHEN origin.file_name IS NOT NULL OR again IS NULL;
        SELECT b.* INTO origin FROM settle.batch b WHERE b.batch_id = again AND b.batch_id < origin.batch_id;
    END LOOP;
    RETURN origin;
END
$$;

-- A sealed batch of a carrier with a key is a file with a signature, or reads kept rows of one again (or of one that came
-- before the carrier signed), and is taken in by somebody else than who decided on the key. What carries a withdrawal
-- out two people decided on.
CREATE FUNCTION settle.check_sender(told settle.batch) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sender record;
    origin settle.batch;
BEGIN
    IF told.state <> 'sealed' OR told.kind NOT IN ('orders', 'bills', 'events', 'months', 'receipts')
       OR EXISTS (SELECT 1 FROM settle.batch_withdrawal w WHERE w.by_batch = told.batch_id) THEN
        RETURN;
    END IF;
    FOR sender IN SELECT k.carrier_id, k.carrier, k.actor
                    FROM settle.sender_key k WHERE k.until IS NULL AND k.carrier_id = ANY (told.carriers) LOOP
        origin := settle.read_first(told);
        IF sender.actor = session_user THEN
            RAISE EXCEPTION 'settle: who decided on the key of % takes in none of its files', sender.carrier
                USING ERRCODE = 'insufficient_privilege';
        ELSIF coalesce(origin.batch_id < told.batch_id, false)
              AND (origin.file_signature IS NOT NULL AND sender.carrier_id = ANY (origin.carriers)
                   OR NOT EXISTS (SELECT 1 FROM settle.sender_key o
                                   WHERE o.carrier_id = sender.carrier_id AND o.at <= origin.at
                                     AND (o.until IS NULL OR o.until > origin.at))) THEN
            CONTINUE;
        ELSIF told.file_signature IS NULL THEN
            RAISE EXCEPTION 'settle: % signs what it sends, and this has no signature', sender.carrier
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
END
$$;

-- Likewise a carrier's statement.
CREATE FUNCTION settle.check_statement_sender(subject text, detail jsonb) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sender record;
BEGIN
    SELECT k.carrier, k.actor INTO sender FROM settle.sender_key k WHERE k.until IS NULL AND k.carrier = left(subject, -8);
    IF NOT FOUND THEN
        RETURN;
    ELSIF coalesce(detail ->> 'signature' !~ '^[0-9a-f]{128}$', true) THEN
        RAISE EXCEPTION 'settle: % signs what it sends, and this has no signature', sender.carrier
            USING ERRCODE = 'insufficient_privilege';
    ELSIF sender.actor = session_user THEN
        RAISE EXCEPTION 'settle: who decided on the key of % takes in none of its files', sender.carrier
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
