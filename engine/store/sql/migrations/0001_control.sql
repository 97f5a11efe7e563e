-- What people decide, and what is counted. Large tables have no foreign keys (measured: COPY eight times slower); the
-- engine resolves references and `settle verify` proves them. See docs/architecture.md.

-- The only rows that are ever updated. Locked by the transaction that counts.
CREATE TABLE settle.counter (
    name  text PRIMARY KEY,
    value bigint NOT NULL CHECK (value >= 0)
);
INSERT INTO settle.counter VALUES
    ('batch', 0), ('run', 0), ('watermark', 0), ('epoch', 0), ('control', 0), ('policy', 0),
    -- Ids are dense in each dimension: they index arrays.
    ('code-carrier', 0), ('code-distributor', 0), ('code-outlet', 0), ('code-manager', 0),
    ('code-product', 0), ('code-class', 0), ('code-region', 0), ('code-channel', 0);

-- Decisions of people, in one numbered sequence. A run's manifest names a position in it.
CREATE TABLE settle.control_log (
    position bigint PRIMARY KEY,
    action   text NOT NULL CHECK (action IN ('setting', 'policy-submit', 'policy-withdraw', 'policy-activate',
                 'period-close', 'period-reopen', 'quarantine-release', 'invoice-approve', 'run-abandon',
                 'deposit-amount', 'deposit-cover', 'deposit-forfeit',
                 'feed-expect', 'feed-stop', 'feed-waive',
                 'statement-import', 'statement-accept', 'statement-dispute', 'fact-seen')),
    subject  text NOT NULL,
    detail   jsonb NOT NULL DEFAULT '{}',
    actor    text NOT NULL DEFAULT session_user,
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX control_log_statements ON settle.control_log (subject, position) WHERE action LIKE 'statement-%';
CREATE INDEX control_log_seen ON settle.control_log (subject) WHERE action = 'fact-seen';

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
