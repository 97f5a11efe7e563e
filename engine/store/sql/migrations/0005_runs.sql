-- Runs: what each was to do, what came of it, and the seal over its small rows; numbers of invoices.

CREATE TABLE settle.run (
    run_id           integer PRIMARY KEY CHECK (run_id BETWEEN 1 AND 100000000),
    kind             text NOT NULL CHECK (kind IN ('nightly', 'issue', 'deposit')),
    business_date    date NOT NULL CHECK (business_date BETWEEN '1900-01-01' AND '2399-12-31'),
    due              boolean NOT NULL,     -- what falls due that day, and cycles that end, are this run's
    control_position bigint NOT NULL,
    calculation      integer NOT NULL,     -- version of the arithmetic
    engine           text NOT NULL CHECK (length(engine) <= 200),
    server           text NOT NULL CHECK (server ~ '^[0-9]{1,20}(/[0-9]{1,10}){3}$'), -- settle.server()
    actor            text NOT NULL DEFAULT session_user,
    at               timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE settle.run_batch (
    run_id integer NOT NULL, batch_id integer NOT NULL,
    PRIMARY KEY (run_id, batch_id)
);

CREATE TABLE settle.run_policy (
    run_id integer NOT NULL, policy_id integer NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (run_id, policy_id)
);

CREATE TABLE settle.run_chunk (
    run_id integer NOT NULL, chunk integer NOT NULL,
    first_distributor integer NOT NULL, last_distributor integer NOT NULL,
    expected bigint NOT NULL,              -- new facts, from the batches' slices
    PRIMARY KEY (run_id, chunk)
);

-- A chunk's rows and its receipt commit together; the key is the fence.
CREATE TABLE settle.run_receipt (
    run_id integer NOT NULL, chunk integer NOT NULL,
    epoch bigint NOT NULL,
    facts bigint NOT NULL,                 -- new orders and bills read
    settled bigint NOT NULL,               -- new orders with postings or a schedule
    zero bigint NOT NULL,                  -- new orders with a reason for zero
    waiting bigint NOT NULL,               -- new facts that wait for their day
    due bigint NOT NULL,                   -- old orders looked at because something fell due
    transfers bigint NOT NULL,
    amount_minor numeric(38) NOT NULL,     -- sum over the transfers' amounts
    invoices integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, chunk)
);

-- What the chunk wrote beside its transfers, by table: how many rows, and SHA-256 over them in the order of the
-- table's key. A table without a row here has none of the chunk.
CREATE TABLE settle.chunk_rows (
    run_id     integer NOT NULL,
    chunk      integer NOT NULL,
    table_name text NOT NULL CHECK (length(table_name) <= 63),
    rows       bigint NOT NULL CHECK (rows > 0),
    digest     bytea NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (run_id, chunk, table_name)
);

CREATE TABLE settle.run_publication (
    run_id integer PRIMARY KEY,
    business_date date NOT NULL,
    facts bigint NOT NULL, settled bigint NOT NULL, zero bigint NOT NULL, waiting bigint NOT NULL,
    due bigint NOT NULL, transfers bigint NOT NULL, amount_minor numeric(38) NOT NULL,
    invoices integer NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    previous bytea NOT NULL CHECK (length(previous) = 32),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE settle.run_abandonment (
    run_id integer PRIMARY KEY,
    reason text NOT NULL,
    position bigint NOT NULL
);

-- A run's seal covers its digest, every small row of it, the decisions since the run before, and the seal of
-- the run before. parts: a digest each, so that a difference has a name. codes: the highest id of each
-- dimension by then; the codes since the run before are sealed, too.
CREATE TABLE settle.run_seal (
    run_id integer PRIMARY KEY,
    codes  integer[] NOT NULL CHECK (cardinality(codes) = 8),
    parts  bytea NOT NULL CHECK (length(parts) % 32 = 0 AND length(parts) <= 3200),
    seal   bytea NOT NULL CHECK (length(seal) = 32)
);

-- Invoice numbers: base + place, without gaps per carrier and year.
CREATE TABLE settle.invoice_series (
    carrier_id integer NOT NULL, year integer NOT NULL CHECK (year BETWEEN 1900 AND 2399),
    last_number bigint NOT NULL CHECK (last_number >= 0),
    PRIMARY KEY (carrier_id, year)
);

CREATE TABLE settle.invoice_base (
    run_id integer NOT NULL, chunk integer NOT NULL, carrier_id integer NOT NULL,
    year integer NOT NULL, base bigint NOT NULL,     -- number = base + place
    PRIMARY KEY (run_id, chunk, carrier_id)
);

-- One row per carrier and cycle: control totals and digest of an invoice batch.
CREATE TABLE settle.invoice_batch (
    run_id integer NOT NULL, carrier_id integer NOT NULL,
    cut_off date NOT NULL,
    invoices integer NOT NULL, lines integer NOT NULL,
    net_minor numeric(38) NOT NULL, tax_minor numeric(38) NOT NULL, gross_minor numeric(38) NOT NULL,
    withheld_minor numeric(38) NOT NULL, payable_minor numeric(38) NOT NULL,
    carried integer NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    drafter text NOT NULL DEFAULT session_user,
    PRIMARY KEY (run_id, carrier_id)
);

-- What an issue run issued.
CREATE TABLE settle.invoice_issue (
    batch_run_id integer NOT NULL, carrier_id integer NOT NULL, run_id integer NOT NULL,
    PRIMARY KEY (batch_run_id, carrier_id)
);
