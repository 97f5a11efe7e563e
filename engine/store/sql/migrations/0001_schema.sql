-- Everything Settle keeps. Small tables first, then the large ones, partitioned by month and led by
-- the distributor. No foreign keys on large tables (measured: COPY eight times slower); the engine
-- resolves references and `settle verify` is to prove them. See docs/architecture.md.

-- ------------------------------------------------------------------------------------ control ---

-- The only rows that are ever updated. Locked by the transaction that counts.
CREATE TABLE settle.counter (
    name  text PRIMARY KEY,
    value bigint NOT NULL CHECK (value >= 0)
);
INSERT INTO settle.counter VALUES
    ('batch', 0), ('run', 0), ('watermark', 0), ('epoch', 0), ('control', 0), ('policy', 0),
    ('code', 0);

-- Decisions of people, in one numbered sequence. A run's manifest names a position in it.
CREATE TABLE settle.control_log (
    position bigint PRIMARY KEY,
    action   text NOT NULL CHECK (action IN ('setting', 'policy-activate', 'period-close',
                 'quarantine-release', 'invoice-approve', 'run-abandon')),
    subject  text NOT NULL,
    detail   jsonb NOT NULL DEFAULT '{}',
    actor    text NOT NULL DEFAULT session_user,
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- ---------------------------------------------------------------------------------- batches ---

CREATE TABLE settle.batch (
    batch_id      integer PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('carriers', 'distributors', 'outlets', 'managers',
                      'products', 'orders', 'bills')),
    source        text NOT NULL,
    business_date date NOT NULL,
    state         text NOT NULL CHECK (state IN ('sealed', 'refused')),
    reason        text NOT NULL DEFAULT '',    -- why it was refused, or a remark on the totals
    rows_read     bigint NOT NULL CHECK (rows_read >= 0),
    sum_minor     numeric(38) NOT NULL,        -- of the amount column over all readable rows
    control_count bigint,
    control_sum_minor numeric(38),
    accepted      bigint NOT NULL CHECK (accepted >= 0),
    repeated      bigint NOT NULL CHECK (repeated >= 0),   -- same key, same content: counted once
    quarantined   bigint NOT NULL CHECK (quarantined >= 0),
    waiting       bigint NOT NULL DEFAULT 0 CHECK (waiting >= 0), -- bills before their order
    header        text NOT NULL,               -- the file's header line, to read kept rows again
    actor         text NOT NULL DEFAULT session_user,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (rows_read = accepted + repeated + quarantined + waiting OR state = 'refused')
);
CREATE INDEX batch_by_date ON settle.batch (business_date);

-- How many facts of a batch concern a distributor and month: what chunks are cut by.
CREATE TABLE settle.batch_slice (
    batch_id       integer NOT NULL,
    distributor_id integer NOT NULL,
    month          date NOT NULL,   -- closing month of orders, bill month of bills
    facts          integer NOT NULL CHECK (facts > 0),
    PRIMARY KEY (batch_id, distributor_id, month)
);
CREATE INDEX batch_slice_by_month ON settle.batch_slice (month, batch_id);

CREATE TABLE settle.batch_consumption (
    batch_id integer PRIMARY KEY,
    run_id   integer NOT NULL
);

CREATE TABLE settle.quarantine (
    batch_id integer NOT NULL,
    line     bigint NOT NULL,        -- of the file; of the staging row when it came from there
    field    text NOT NULL,          -- name of the column, '' if the row as a whole
    field_no integer NOT NULL,       -- 1-based place of the column, 0 if the row as a whole
    value    text NOT NULL,
    reason   text NOT NULL,          -- stable code, e.g. 'unknown-product'
    message  text NOT NULL,
    raw      text NOT NULL,          -- the record as it came
    PRIMARY KEY (batch_id, line)
);
CREATE TABLE settle.quarantine_release (
    batch_id    integer NOT NULL,
    line        bigint NOT NULL,
    into_batch  integer NOT NULL,    -- the batch the row was taken in again with
    position    bigint NOT NULL,     -- control log
    PRIMARY KEY (batch_id, line)
);

-- Other systems write rows here; `settle import KIND --staging SOURCE` reads them through the same
-- validator as a file. Values are texts, exactly as they would stand in a CSV file.
CREATE TABLE settle.staging (
    source  text NOT NULL,
    kind    text NOT NULL,
    row_no  bigint NOT NULL,
    fields  jsonb NOT NULL,          -- {"order_id": "A-1", "paid": "199.90", ...}
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

-- ------------------------------------------------------------------------------ master data ---

CREATE TABLE settle.code (
    dim  smallint NOT NULL CHECK (dim BETWEEN 1 AND 8),   -- engine/model/directory.h
    id   integer NOT NULL CHECK (id > 0),
    code text NOT NULL,                                   -- products: carrier, U+001F, product
    PRIMARY KEY (dim, id),
    UNIQUE (dim, code)
);
CREATE TABLE settle.carrier_version (
    carrier_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (carrier_id, valid_from, batch_id)
);
CREATE TABLE settle.distributor_version (
    distributor_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, tier smallint NOT NULL CHECK (tier >= 0),
    PRIMARY KEY (distributor_id, valid_from, batch_id)
);
CREATE TABLE settle.outlet_version (
    outlet_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, distributor_id integer NOT NULL, parent_id integer NOT NULL, -- 0: the top
    PRIMARY KEY (outlet_id, valid_from, batch_id)
);
CREATE TABLE settle.manager_version (
    manager_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, outlet_id integer NOT NULL,
    PRIMARY KEY (manager_id, valid_from, batch_id)
);
CREATE TABLE settle.product_version (
    product_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, carrier_id integer NOT NULL, class_id smallint NOT NULL,
    PRIMARY KEY (product_id, valid_from, batch_id)
);

CREATE TABLE settle.policy (
    policy_id    integer PRIMARY KEY,
    carrier_id   integer NOT NULL,
    name         text NOT NULL,
    version      text NOT NULL,
    closing_from date NOT NULL,
    closing_to   date NOT NULL,
    currency     smallint NOT NULL,  -- ISO 4217 number of all its amounts
    hash         bytea NOT NULL CHECK (length(hash) = 32),
    document     bytea NOT NULL,     -- the text, byte for byte
    position     bigint NOT NULL,    -- control log: its activation
    CHECK (closing_from <= closing_to),
    UNIQUE (carrier_id, version)
);
-- Rule names for views: ordinal is the place in the document, part of every slot.
CREATE TABLE settle.policy_rule (
    policy_id integer NOT NULL, ordinal integer NOT NULL, kind smallint NOT NULL, rule text NOT NULL,
    PRIMARY KEY (policy_id, ordinal)
);

-- ------------------------------------------------------------------------------------- runs ---

CREATE TABLE settle.run (
    run_id           integer PRIMARY KEY,
    kind             text NOT NULL CHECK (kind IN ('nightly', 'issue')),
    business_date    date NOT NULL,
    due              boolean NOT NULL,     -- what falls due that day, and cycles that end, are this run's
    control_position bigint NOT NULL,
    calculation      integer NOT NULL,     -- version of the arithmetic
    engine           text NOT NULL,
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

-- Invoice numbers: base + place, without gaps per carrier and year.
CREATE TABLE settle.invoice_series (
    carrier_id integer NOT NULL, year integer NOT NULL,
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

-- --------------------------------------------------------------------------- large: facts ---

CREATE TABLE settle.closed_order (
    closing_month  date NOT NULL,
    distributor_id integer NOT NULL,
    order_id       bigint NOT NULL CHECK (order_id > 0 AND order_id < 4611686018427387904),
    batch_id       integer NOT NULL,
    closing_day    date NOT NULL,
    product_id     integer NOT NULL,
    manager_id     integer NOT NULL,     -- 0: none
    quantity       integer NOT NULL CHECK (quantity > 0),
    paid_minor     bigint NOT NULL CHECK (paid_minor >= 0),
    region_id      smallint NOT NULL,
    channel_id     smallint NOT NULL,
    currency       smallint NOT NULL,
    flags          smallint NOT NULL,
    carrier_id     integer NOT NULL,
    contract_id    bigint NOT NULL,      -- 0: none
    closing_at     timestamptz NOT NULL,
    line           integer NOT NULL,     -- of its batch's file
    upstream_id    text NOT NULL,
    contract       text NOT NULL,
    PRIMARY KEY (distributor_id, closing_month, order_id)
) PARTITION BY RANGE (closing_month);
CREATE INDEX closed_order_by_batch ON settle.closed_order
    USING brin (batch_id, distributor_id, closing_day) WITH (pages_per_range = 32);

-- A bill carries what is known of the order it serves, so that settling it needs no join.
CREATE TABLE settle.bill (
    month          date NOT NULL,
    distributor_id integer NOT NULL,
    order_id       bigint NOT NULL,
    revision       smallint NOT NULL CHECK (revision > 0),
    withdrawn      boolean NOT NULL,     -- the contract's bills moved to an earlier-closed order
    follows        boolean NOT NULL,     -- not the first row of this order and month
    batch_id       integer NOT NULL,     -- the batch it enters settlement with
    source_batch_id integer NOT NULL,    -- the batch it came in (differs if it waited for its order)
    issue_day      date NOT NULL,
    billed_minor   bigint NOT NULL,
    tax_minor      bigint NOT NULL,
    cash_minor     bigint NOT NULL,
    arrears_minor  bigint NOT NULL,
    minutes        integer NOT NULL CHECK (minutes >= 0),
    megabytes      bigint NOT NULL CHECK (megabytes >= 0),
    order_batch_id integer NOT NULL,     -- from here on: the order's
    closing_day    date NOT NULL,
    product_id     integer NOT NULL,
    manager_id     integer NOT NULL,
    quantity       integer NOT NULL,
    paid_minor     bigint NOT NULL,
    region_id      smallint NOT NULL,
    channel_id     smallint NOT NULL,
    currency       smallint NOT NULL,
    flags          smallint NOT NULL,
    contract_id    bigint NOT NULL,
    line           integer NOT NULL,
    PRIMARY KEY (distributor_id, month, order_id, revision, withdrawn)
) PARTITION BY RANGE (month);
CREATE INDEX bill_by_batch ON settle.bill
    USING brin (batch_id, distributor_id) WITH (pages_per_range = 32);

-- Contract -> its orders, with what a bill needs of them. Read by contract when bills come in.
CREATE TABLE settle.contract (
    contract_id    bigint NOT NULL,
    order_id       bigint NOT NULL,
    distributor_id integer NOT NULL,
    batch_id       integer NOT NULL,     -- the order's: a bill is not settled before it
    closing_at     timestamptz NOT NULL,
    closing_day    date NOT NULL,
    product_id     integer NOT NULL,
    manager_id     integer NOT NULL,
    quantity       integer NOT NULL,
    paid_minor     bigint NOT NULL,
    region_id      smallint NOT NULL,
    channel_id     smallint NOT NULL,
    currency       smallint NOT NULL,
    flags          smallint NOT NULL,
    PRIMARY KEY (contract_id, order_id)
);
-- Bills that came before their order.
CREATE TABLE settle.bill_waiting (
    contract_id bigint NOT NULL, month date NOT NULL, revision smallint NOT NULL,
    batch_id integer NOT NULL, line integer NOT NULL, issue_day date NOT NULL,
    billed_minor bigint NOT NULL, tax_minor bigint NOT NULL, cash_minor bigint NOT NULL,
    arrears_minor bigint NOT NULL, minutes integer NOT NULL, megabytes bigint NOT NULL,
    currency smallint NOT NULL, contract text NOT NULL, carrier_id integer NOT NULL,
    PRIMARY KEY (contract_id, month, revision)
);
-- Which of them found their order: append-only, so waiting = bill_waiting without a row here.
CREATE TABLE settle.bill_found (
    contract_id bigint NOT NULL, month date NOT NULL, revision smallint NOT NULL,
    batch_id integer NOT NULL,
    PRIMARY KEY (contract_id, month, revision)
);

-- -------------------------------------------------------------------------- large: ledger ---

CREATE TABLE settle.transfer (
    distributor_id integer NOT NULL,
    period         date NOT NULL,
    subject_id     bigint NOT NULL,      -- order, volume window or invoice: engine/model/transfer.h
    run_id         integer NOT NULL,
    slot           integer NOT NULL CHECK (slot >= 0),
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    target_minor   bigint NOT NULL CHECK (target_minor >= 0),
    policy_id      integer NOT NULL,
    origin         date NOT NULL,
    class_id       smallint NOT NULL,
    revision       smallint NOT NULL,
    kind           smallint NOT NULL CHECK (kind BETWEEN 1 AND 5),
    debit          smallint NOT NULL CHECK (debit BETWEEN 1 AND 8),
    credit         smallint NOT NULL CHECK (credit BETWEEN 1 AND 8),
    CHECK (debit <> credit),
    CHECK (period >= origin),
    PRIMARY KEY (distributor_id, period, subject_id, run_id, slot)
) PARTITION BY RANGE (period);

-- Sums of a run's transfers, written with them. month is that of the run's business date.
CREATE TABLE settle.ledger_total (
    distributor_id integer NOT NULL,
    month          date NOT NULL,
    run_id         integer NOT NULL,
    policy_id      integer NOT NULL,
    carrier_id     integer NOT NULL,
    kind           smallint NOT NULL,
    class_id       smallint NOT NULL,
    period         date NOT NULL,
    origin         date NOT NULL,
    debit          smallint NOT NULL,
    credit         smallint NOT NULL,
    transfers      bigint NOT NULL CHECK (transfers > 0),
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (distributor_id, month, run_id, policy_id, kind, class_id, period, origin, debit, credit)
) PARTITION BY RANGE (month);

-- The digest over a distributor's transfers of a run; the run's digest is over these.
CREATE TABLE settle.run_distributor (
    run_id integer NOT NULL,
    distributor_id integer NOT NULL,
    transfers bigint NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (distributor_id, run_id)
);
CREATE INDEX run_distributor_by_run ON settle.run_distributor (run_id);

-- The reason for zero of a settled order; an order without a row has postings or a schedule.
CREATE TABLE settle.order_outcome (
    distributor_id integer NOT NULL,
    closing_month  date NOT NULL,
    order_id       bigint NOT NULL,
    run_id         integer NOT NULL,
    outcome        smallint NOT NULL,
    paid_minor     bigint NOT NULL,
    carrier_id     integer NOT NULL,
    PRIMARY KEY (distributor_id, closing_month, order_id, run_id)
) PARTITION BY RANGE (closing_month);

-- Exceptions to look at again. Append-only: the latest row of a key holds.
CREATE TABLE settle.agenda (
    distributor_id integer NOT NULL,
    run_id         integer NOT NULL,
    order_id       bigint NOT NULL,
    what           smallint NOT NULL CHECK (what IN (1, 2, 3, 4)),
                   -- 1 order waits for its day, 2 bill waits for its day,
                   -- 3 instalment or upfront pending on a bill, 4 decided after pending
    slot           integer NOT NULL,     -- 3, 4: of the target
    closing_month  date NOT NULL,
    look_day       date NOT NULL,        -- 1, 2: the day; 3, 4: the due day
    bill_month     date,                 -- 2: the bill's; 3: the missing one
    revision       smallint,             -- 2: the bill's
    carrier_id     integer NOT NULL,
    PRIMARY KEY (distributor_id, run_id, order_id, what, slot, look_day, closing_month)
);
CREATE INDEX agenda_by_day ON settle.agenda (look_day) WHERE what IN (1, 2);

-- How a run changed the measure of a volume window, and what the window was posted to then.
CREATE TABLE settle.volume_delta (
    distributor_id integer NOT NULL,
    window_end     date NOT NULL,        -- last month
    policy_id      integer NOT NULL,
    ordinal        integer NOT NULL,     -- the rule
    scope_id       integer NOT NULL,
    run_id         integer NOT NULL,
    delta          bigint NOT NULL,      -- orders, units or minor units
    PRIMARY KEY (distributor_id, window_end, policy_id, ordinal, scope_id, run_id)
);
CREATE TABLE settle.volume_posting (
    distributor_id integer NOT NULL,
    window_end     date NOT NULL,
    policy_id      integer NOT NULL,
    ordinal        integer NOT NULL,
    scope_id       integer NOT NULL,
    run_id         integer NOT NULL,
    measure        bigint NOT NULL,
    target_minor   bigint NOT NULL,
    PRIMARY KEY (distributor_id, window_end, policy_id, ordinal, scope_id, run_id)
);

-- ------------------------------------------------------------------------- large: invoices ---

-- One row per distributor, currency and tax rate that had something to invoice at a cycle's end,
-- carried forward or not. It binds the totals of the runs (after_run, run_id] that are its own.
CREATE TABLE settle.invoice (
    distributor_id integer NOT NULL,
    run_id         integer NOT NULL,
    carrier_id     integer NOT NULL,
    currency       smallint NOT NULL,
    tax_ppb        bigint NOT NULL,
    chunk          integer NOT NULL,
    place          integer NOT NULL,     -- within its chunk and carrier, from 1; 0 if carried
    after_run      integer NOT NULL,
    carried        boolean NOT NULL,
    lines          integer NOT NULL,
    transfers      bigint NOT NULL,
    net_minor bigint NOT NULL, tax_minor bigint NOT NULL, gross_minor bigint NOT NULL,
    withheld_minor bigint NOT NULL, payable_minor bigint NOT NULL, tax_added_minor bigint NOT NULL,
    CHECK (net_minor + tax_minor = gross_minor),
    CHECK (carried = (place = 0)),
    PRIMARY KEY (distributor_id, run_id, carrier_id, currency, tax_ppb)
);
CREATE TABLE settle.invoice_line (
    distributor_id integer NOT NULL,
    run_id         integer NOT NULL,
    carrier_id     integer NOT NULL,
    currency       smallint NOT NULL,
    tax_ppb        bigint NOT NULL,
    line           integer NOT NULL,
    kind           smallint NOT NULL,
    class_id       smallint NOT NULL,
    taken_back     boolean NOT NULL,
    withheld       boolean NOT NULL,
    tax_included   boolean NOT NULL,
    transfers      bigint NOT NULL,
    net_minor bigint NOT NULL, tax_minor bigint NOT NULL, gross_minor bigint NOT NULL,
    CHECK (net_minor + tax_minor = gross_minor),
    PRIMARY KEY (distributor_id, run_id, carrier_id, currency, tax_ppb, line)
);
CREATE INDEX invoice_by_run ON settle.invoice (run_id, carrier_id);
