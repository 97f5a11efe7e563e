-- What people decide, and what is counted. Large tables have no foreign keys (measured: COPY eight times slower); the
-- engine resolves references and `settle verify` proves them. See docs/architecture.md.

-- The only rows that are ever updated. Locked by the transaction that counts.
CREATE TABLE settle.counter (
    name  text PRIMARY KEY,
    value bigint NOT NULL CHECK (value BETWEEN 0 AND 1000000000000)
);
INSERT INTO settle.counter VALUES
    ('batch', 0), ('run', 0), ('watermark', 0), ('epoch', 0), ('control', 0), ('policy', 0), ('looked-again', 0),
    -- Ids are dense in each dimension: they index arrays.
    ('code-carrier', 0), ('code-distributor', 0), ('code-outlet', 0), ('code-manager', 0),
    ('code-product', 0), ('code-class', 0), ('code-region', 0), ('code-channel', 0);

-- Decisions of people, in one numbered sequence. A run's manifest names a position in it.
CREATE TABLE settle.control_log (
    position bigint PRIMARY KEY,
    action   text NOT NULL CHECK (action IN ('setting', 'policy-submit', 'policy-withdraw', 'policy-activate',
                 'period-close', 'period-reopen', 'quarantine-release', 'quarantine-dismiss', 'invoice-approve', 'run-abandon',
                 'withdrawal-ask', 'withdrawal-approve', 'withdrawal-refuse',
                 'deposit-amount', 'deposit-cover', 'deposit-forfeit',
                 'feed-expect', 'feed-stop', 'feed-waive',
                 'statement-import', 'statement-accept', 'statement-dispute', 'statement-withdrawal-ask',
                 'statement-withdrawal-approve', 'statement-withdrawal-refuse', 'fact-seen', 'erase-ask', 'erase-refuse', 'text-erase',
                 'carrier-key', 'sender-key-set', 'sender-key-end',
                 'scope-grant', 'scope-revoke', 'server-accept')),
    subject  text NOT NULL CHECK (length(subject) BETWEEN 1 AND 500),
    digest   bytea CHECK (length(digest) = 32),  -- of what was decided on, as it stood
    reason   text NOT NULL DEFAULT '' CHECK (length(reason) <= 10000),
    detail   jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(detail::text) <= 1000000),
    actor    text NOT NULL DEFAULT session_user,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT control_log_decided_on CHECK (digest IS NOT NULL OR action IN ('setting', 'run-abandon')
                                              OR action LIKE 'feed-%' OR action LIKE 'scope-%'),
    CONSTRAINT control_log_named CHECK (CASE
        WHEN action IN ('period-close', 'period-reopen') THEN subject ~ '^(19|2[0-3])[0-9]{2}-(0[1-9]|1[0-2])$'
        WHEN action = 'invoice-approve' THEN subject ~ '^[1-9][0-9]{0,8}/.'
        WHEN action IN ('run-abandon', 'policy-withdraw') THEN subject ~ '^[1-9][0-9]{0,17}$'
        WHEN action IN ('quarantine-release', 'quarantine-dismiss') OR action LIKE 'withdrawal-%' THEN subject ~ '^batch [1-9][0-9]{0,8}$'
        WHEN action LIKE 'statement-%' THEN subject ~ './[0-9]{4}-(0[1-9]|1[0-2])$'
        WHEN action LIKE 'scope-%' THEN subject ~ '^login/.'
        WHEN action = 'server-accept' THEN subject ~ '^server/[0-9]{1,20}(/[0-9]{1,10}){3}$'
        WHEN action LIKE 'sender-key-%' THEN subject ~ '^carrier/.'
        WHEN action LIKE 'deposit-%' THEN subject ~ '^(carrier|distributor)/.'
        WHEN action IN ('policy-submit', 'policy-activate', 'fact-seen', 'feed-expect', 'feed-stop', 'feed-waive')
            THEN subject ~ './.'
        ELSE subject ~ '^[a-z][a-z-]*[a-z]([/:].+)?$' END)
);
CREATE INDEX control_log_statements ON settle.control_log (subject, position) WHERE action LIKE 'statement-%';
CREATE INDEX control_log_withdrawals ON settle.control_log (subject, position) WHERE action LIKE 'withdrawal-%';
CREATE INDEX control_log_scopes ON settle.control_log (subject, position) WHERE action LIKE 'scope-%';
CREATE INDEX control_log_seen ON settle.control_log (subject) WHERE action = 'fact-seen';

-- A policy that somebody wants to hold. Its number is the place of its submission in the control log.
CREATE TABLE settle.policy_submission (
    position     bigint PRIMARY KEY,
    carrier      text NOT NULL CHECK (length(carrier) BETWEEN 1 AND 300),
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 500),
    version      text NOT NULL CHECK (length(version) BETWEEN 1 AND 200),
    closing_from date NOT NULL,
    closing_to   date NOT NULL,
    hash         bytea NOT NULL CHECK (hash = sha256(document)),
    document     bytea NOT NULL CHECK (length(document) BETWEEN 1 AND 4194304),     -- the text, byte for byte
    actor        text NOT NULL DEFAULT session_user,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (closing_from <= closing_to),
    CHECK (closing_from >= '1900-01-01' AND closing_to <= '2399-12-31')
);
