-- What came in: batches, what of them was not accepted, and what other systems staged.

CREATE TABLE settle.batch (
    batch_id      integer PRIMARY KEY CHECK (batch_id BETWEEN 1 AND 100000000),
    kind          text NOT NULL CHECK (kind IN ('carriers', 'distributors', 'outlets', 'managers',
                      'products', 'orders', 'bills', 'events', 'months', 'receipts')),
    source        text NOT NULL,
    business_date date NOT NULL CHECK (business_date BETWEEN '1900-01-01' AND '2399-12-31'),
    state         text NOT NULL CHECK (state IN ('sealed', 'refused')),
    reason        text NOT NULL DEFAULT '',    -- why it was refused, or a remark on the totals
    rows_read     bigint NOT NULL CHECK (rows_read >= 0),
    sum_minor     numeric(38) NOT NULL,        -- of the amount column over all readable rows
    control_count bigint,
    control_sum_minor numeric(38),
    unproved      text NOT NULL DEFAULT '',    -- why it was sealed though its control sum could not be proved
    accepted      bigint NOT NULL CHECK (accepted >= 0),
    repeated      bigint NOT NULL CHECK (repeated >= 0),   -- same key, same content: counted once
    quarantined   bigint NOT NULL CHECK (quarantined >= 0),
    waiting       bigint NOT NULL DEFAULT 0 CHECK (waiting >= 0), -- bills before their order
    header        text NOT NULL,               -- the file's header line, to read kept rows again
    -- Of a file, not of staging or of a release: its name, and what was read; the sender's signature over it (0016).
    file_name     text,
    file_bytes    bigint CHECK (file_bytes >= 0),
    file_sha256   bytea CHECK (length(file_sha256) = 32),
    file_signature bytea,
    carriers      integer[] NOT NULL DEFAULT '{}', -- whose rows it has (also kept ones), or whose file it was said to be
    actor         text NOT NULL DEFAULT session_user,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((file_name IS NULL) = (file_sha256 IS NULL) AND (file_name IS NULL) = (file_bytes IS NULL)),
    CHECK (file_signature IS NULL OR (file_name IS NOT NULL AND length(file_signature) = 64)),
    CONSTRAINT batch_limits CHECK (length(source) <= 5000 AND length(reason) <= 10000 AND octet_length(header) <= 1048576
        AND length(unproved) <= 10000 AND cardinality(carriers) <= 10000 AND coalesce(length(file_name), 0) <= 5000),
    CHECK (rows_read = accepted + repeated + quarantined + waiting OR state = 'refused'),
    CONSTRAINT batch_control_count_check CHECK (state = 'refused' OR control_count IS NULL OR control_count = rows_read),
    CONSTRAINT batch_control_sum_check CHECK (state = 'refused' OR control_sum_minor IS NULL
        OR control_sum_minor = sum_minor OR unproved <> '')
);
CREATE INDEX batch_by_date ON settle.batch (business_date);
CREATE INDEX batch_by_file ON settle.batch (file_sha256);

-- What its transaction stored, by table: how many rows, and SHA-256 over them in the order of the table's key
-- (engine/store/sql/tables.ini). A table without a row here has none of the batch.
CREATE TABLE settle.batch_rows (
    batch_id   integer NOT NULL,
    table_name text NOT NULL CHECK (length(table_name) <= 63),
    rows       bigint NOT NULL CHECK (rows > 0),
    digest     bytea NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (batch_id, table_name)
);

-- How many facts of a batch concern a distributor and month: what chunks are cut by.
CREATE TABLE settle.batch_slice (
    batch_id       integer NOT NULL,
    distributor_id integer NOT NULL,
    month          date NOT NULL,   -- closing month of orders, bill month of bills
    facts          integer NOT NULL CHECK (facts > 0),
    PRIMARY KEY (batch_id, distributor_id, month),
    CHECK (batch_id BETWEEN 1 AND 100000000 AND distributor_id BETWEEN 1 AND 100000000 AND month BETWEEN '1900-01-01' AND '2399-12-31')
);
CREATE INDEX batch_slice_by_month ON settle.batch_slice (month, batch_id);

-- A batch that two people withdrew, and the batch that took back what it alone had told.
CREATE TABLE settle.batch_withdrawal (
    batch_id integer PRIMARY KEY,
    by_batch integer NOT NULL,
    position bigint NOT NULL         -- control log: the approval
);

CREATE TABLE settle.batch_consumption (
    batch_id integer PRIMARY KEY,
    run_id   integer NOT NULL
);

CREATE TABLE settle.quarantine (
    batch_id integer NOT NULL,
    line     bigint NOT NULL,        -- of the file; of the staging row when it came from there
    field    text NOT NULL,          -- name of the column, '' if the row as a whole
    field_no integer NOT NULL,       -- 1-based place of the column, 0 if the row as a whole
    reason   text NOT NULL,          -- stable code, e.g. 'unknown-product'
    against_batch integer,           -- of a row that contradicts a fact: where that stands
    against_line  integer,
    commitment uuid NOT NULL,        -- to what follows, which can be erased (0004)
    salt     uuid,
    value    text,
    message  text,
    raw      text,                   -- the record as it came
    PRIMARY KEY (batch_id, line)
);
CREATE INDEX quarantine_against ON settle.quarantine (against_batch) WHERE against_batch IS NOT NULL;

-- A release that is withdrawn leaves its rows where they were.
CREATE TABLE settle.quarantine_release (
    batch_id    integer NOT NULL,
    line        bigint NOT NULL,
    into_batch  integer NOT NULL,    -- the batch the row was taken in again with
    position    bigint NOT NULL,     -- control log
    PRIMARY KEY (batch_id, line, into_batch)
);

-- Kept rows that contradicted what was withdrawn, with its batch or by a revision of an order: they are read again.
CREATE TABLE settle.quarantine_wake (
    batch_id    integer NOT NULL,
    line        bigint NOT NULL,
    by_batch    integer NOT NULL,    -- the batch that carries the withdrawal, or the revision
    PRIMARY KEY (batch_id, line, by_batch)
);

-- Kept rows of which a person said that they need nothing more. A release looks at them all the same.
CREATE TABLE settle.quarantine_dismissal (
    batch_id    integer NOT NULL,
    line        bigint NOT NULL,
    position    bigint NOT NULL,     -- control log
    PRIMARY KEY (batch_id, line)
);
CREATE INDEX quarantine_dismissal_by_position ON settle.quarantine_dismissal (position);

-- Other systems write rows here; `settle import KIND --staging SOURCE` reads them through the same
-- validator as a file. Values are texts, exactly as they would stand in a CSV file.
CREATE TABLE settle.staging (
    source  text NOT NULL CHECK (length(source) BETWEEN 1 AND 200),
    kind    text NOT NULL CHECK (kind IN ('carriers', 'distributors', 'outlets', 'managers', 'products', 'orders', 'bills',
                                          'events', 'months')),   -- no receipts: those come in as files, by settle_treasury
    row_no  bigint NOT NULL CHECK (row_no BETWEEN 1 AND 2147483647),
    fields  jsonb NOT NULL CHECK (octet_length(fields::text) <= 1000000),   -- {"order_id": "A-1", "paid": "199.90", ...}
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source, kind, row_no)
);

-- How far a source has been taken in.
CREATE TABLE settle.staging_taken (
    source   text NOT NULL,
    kind     text NOT NULL,
    up_to    bigint NOT NULL,
    batch_id integer NOT NULL,
    PRIMARY KEY (source, kind, up_to)
);
