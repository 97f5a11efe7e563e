-- Facts. Large ones are partitioned by month and led by the distributor; what waits for something is in plain tables.
--
-- A fact that is corrected or withdrawn is a further row of its key, never a change and never a filter on batches: of a
-- key the highest (revision, withdrawn) that a run sees holds, and one that is withdrawn is not there. A fact that
-- moves to another order or distributor is withdrawn where it was, and a new row where it goes. Of an order's and a
-- contract's revision both rows, withdrawn and not, say that it fell with its batch: the next lower one holds.
--
-- Texts about people stand apart: the row's commitment is the first half of SHA-256 over its salt and its texts, and
-- alone is in the row sums. settle.erase_text() empties salt and texts; all of them are NULL then, or none. uuid is what
-- PostgreSQL calls 16 bytes without a length.

-- What a row of orders and bills must be is one CHECK: each costs COPY a look of its own.

-- An order is one of a carrier's key (upstream id and line) and a closing month. For one month keys and ids are mapped
-- one to one; engine/model/order-id.c is the same. Whole numbers only: a CHECK asks it for every row.
CREATE FUNCTION settle.order_id(key_id bigint, closing_month date) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT greatest(1, (key_id + (closing_month - date '1900-01-01') * 5436284455931) & 4611686018427387903)
$$;

CREATE TABLE settle.closed_order (
    closing_month  date NOT NULL,
    distributor_id integer NOT NULL,
    order_id       bigint NOT NULL,
    batch_id       integer NOT NULL,
    closing_day    date NOT NULL,
    product_id     integer NOT NULL,
    manager_id     integer NOT NULL,     -- 0: none
    quantity       integer NOT NULL,
    revision       smallint NOT NULL,
    withdrawn      boolean NOT NULL,
    paid_minor     bigint NOT NULL,
    region_id      smallint NOT NULL,
    channel_id     smallint NOT NULL,
    currency       smallint NOT NULL,
    flags          smallint NOT NULL,
    carrier_id     integer NOT NULL,
    contract_id    bigint NOT NULL,      -- 0: none
    closing_at     timestamptz NOT NULL,
    line           integer NOT NULL,     -- of its batch's file
    key_id         bigint NOT NULL, -- of carrier, upstream id, line
    commitment     uuid NOT NULL,        -- to what follows
    salt           uuid,
    upstream_id    text,
    order_line     text,                 -- '': the carrier's orders have no lines
    contract       text,                 -- '': none
    PRIMARY KEY (distributor_id, closing_month, order_id, revision, withdrawn),
    CHECK (order_id = greatest(1, (key_id + (closing_month - date '1900-01-01') * 5436284455931)
                                  & 4611686018427387903)
           AND key_id > 0 AND key_id < 4611686018427387904 AND quantity > 0 AND revision BETWEEN 1 AND 2000
           AND paid_minor >= 0)
) PARTITION BY RANGE (closing_month);
CREATE INDEX closed_order_by_batch ON settle.closed_order
    USING brin (batch_id, distributor_id, closing_day) WITH (pages_per_range = 32);
-- Events, statements and repeats know an order's key, and not when it closed; an event may come a second time: without
-- these a file of events, of one event even, read all orders and events of history.
CREATE INDEX closed_order_by_key ON settle.closed_order (key_id);

-- Which orders have more rows than their first one: a row for each batch that brought a further one. A night asks for
-- these alone which row holds: all others have one. Plain, so that it costs a night without any one look.
CREATE TABLE settle.order_revised (
    distributor_id integer NOT NULL,
    closing_month  date NOT NULL,
    order_id       bigint NOT NULL,
    batch_id       integer NOT NULL,
    PRIMARY KEY (distributor_id, closing_month, order_id, batch_id)
);

-- A bill carries what is known of the order it serves, so that settling it needs no join.
CREATE TABLE settle.bill (
    month          date NOT NULL,
    distributor_id integer NOT NULL,
    order_id       bigint NOT NULL,
    revision       smallint NOT NULL,   -- the carrier's
    withdrawn      boolean NOT NULL,     -- it moved to another order of the contract, or fell
    follows        boolean NOT NULL,     -- not the first row of this order and month
    batch_id       integer NOT NULL,     -- the batch it enters settlement with
    source_batch_id integer NOT NULL,    -- the batch it came in (differs if it waited for its order)
    issue_day      date NOT NULL,
    billed_minor   bigint NOT NULL,
    tax_minor      bigint NOT NULL,
    cash_minor     bigint NOT NULL,
    arrears_minor  bigint NOT NULL,
    minutes        integer NOT NULL,
    megabytes      bigint NOT NULL,
    order_batch_id integer NOT NULL,     -- from here on: the order's
    closing_day    date NOT NULL,
    product_id     integer NOT NULL,
    manager_id     integer NOT NULL,
    quantity       integer NOT NULL,
    turn           smallint NOT NULL, -- how often it came back to this order
    paid_minor     bigint NOT NULL,
    region_id      smallint NOT NULL,
    channel_id     smallint NOT NULL,
    currency       smallint NOT NULL,
    flags          smallint NOT NULL,
    contract_id    bigint NOT NULL,
    line           integer NOT NULL,
    PRIMARY KEY (distributor_id, month, order_id, revision, turn, withdrawn),
    CHECK (revision > 0 AND minutes >= 0 AND megabytes >= 0 AND turn BETWEEN 0 AND 100)
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
    revision       smallint NOT NULL CHECK (revision BETWEEN 1 AND 2000),
    withdrawn      boolean NOT NULL,
    paid_minor     bigint NOT NULL,
    region_id      smallint NOT NULL,
    channel_id     smallint NOT NULL,
    currency       smallint NOT NULL,
    flags          smallint NOT NULL,
    PRIMARY KEY (contract_id, order_id, revision, withdrawn)
);

-- Bills that came before their order.
CREATE TABLE settle.bill_waiting (
    contract_id bigint NOT NULL, month date NOT NULL, revision smallint NOT NULL,
    batch_id integer NOT NULL,           -- that told it, or took its order away
    source_batch_id integer NOT NULL,    -- that told it
    line integer NOT NULL, issue_day date NOT NULL,
    billed_minor bigint NOT NULL, tax_minor bigint NOT NULL, cash_minor bigint NOT NULL,
    arrears_minor bigint NOT NULL, minutes integer NOT NULL, megabytes bigint NOT NULL,
    currency smallint NOT NULL, carrier_id integer NOT NULL,
    turn smallint NOT NULL CHECK (turn BETWEEN 0 AND 100),  -- how often it came back to waiting
    commitment uuid NOT NULL, salt uuid, contract text,
    PRIMARY KEY (contract_id, currency, month, revision, turn)
);

-- Which of them found their order, or were withdrawn: append-only, so waiting = bill_waiting without a row here.
CREATE TABLE settle.bill_found (
    contract_id bigint NOT NULL, currency smallint NOT NULL, month date NOT NULL, revision smallint NOT NULL,
    batch_id integer NOT NULL, turn smallint NOT NULL,
    PRIMARY KEY (contract_id, currency, month, revision, turn)
);

-- An event carries what is known of its order, so that settling it needs no join. Partitioned by the closing
-- month of the order: its events lie together.
CREATE TABLE settle.event (
    closing_month  date NOT NULL,
    distributor_id integer NOT NULL,
    order_id       bigint NOT NULL,
    event_id       bigint NOT NULL CHECK (event_id > 0 AND event_id < 4611686018427387904),
    batch_id       integer NOT NULL,     -- the batch it enters settlement with
    source_batch_id integer NOT NULL,    -- the batch it came in (differs if it waited for its order)
    line           integer NOT NULL,     -- of the source batch's file
    kind           smallint NOT NULL CHECK (kind BETWEEN 1 AND 8),   -- engine/model/facts.h
    revision       smallint NOT NULL CHECK (revision BETWEEN 1 AND 2000),
    day            date NOT NULL,        -- local
    whole          boolean NOT NULL,     -- a refund that says of itself that it is the whole
    withdrawn      boolean NOT NULL,     -- it is of another order, or waits
    said_currency  smallint NOT NULL,    -- the currency that it names; 0: none
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),        -- of a refund, else 0
    reinstates     bigint NOT NULL,      -- event_id of the event that it undoes, else 0
    happened_at    timestamptz NOT NULL,
    key_id         bigint NOT NULL,      -- of the order, as the event names it
    closed_month   date,                 -- the closing month of the order, if the event says it
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
    commitment     uuid NOT NULL,        -- zeros: the text was erased while the event waited
    salt           uuid,
    upstream_id    text,                 -- the carrier's key of the event
    PRIMARY KEY (distributor_id, closing_month, order_id, event_id, revision, withdrawn)
) PARTITION BY RANGE (closing_month);
-- By day: what a late order may be meant by, too, happened since it closed.
CREATE INDEX event_by_batch ON settle.event
    USING brin (batch_id, distributor_id, day) WITH (pages_per_range = 32);
CREATE INDEX event_by_id ON settle.event (event_id);

-- Events whose order is not known: none of their key closed by then, or several did and they do not say which.
-- An event that is told again with its closing month, or that leaves an order that it had, is a further revision.
CREATE TABLE settle.event_waiting (
    key_id bigint NOT NULL, event_id bigint NOT NULL,
    revision smallint NOT NULL CHECK (revision > 0),
    batch_id integer NOT NULL,           -- that told it, or the orders for which it left its own
    source_batch_id integer NOT NULL, line integer NOT NULL,
    kind smallint NOT NULL, day date NOT NULL, whole boolean NOT NULL, amount_minor bigint NOT NULL,
    reinstates bigint NOT NULL, happened_at timestamptz NOT NULL, currency smallint NOT NULL, carrier_id integer NOT NULL,
    closed_month date,
    commitment uuid NOT NULL, salt uuid, upstream_id text, order_upstream_id text, order_line text,
    PRIMARY KEY (key_id, event_id, revision)
);

-- Which of them wait no more: append-only, so waiting = event_waiting without a row here.
CREATE TABLE settle.event_found (
    key_id bigint NOT NULL, event_id bigint NOT NULL, revision smallint NOT NULL,
    batch_id integer NOT NULL,           -- of the order, or of what told the event again
    PRIMARY KEY (key_id, event_id, revision)
);

CREATE TABLE settle.month_complete (
    carrier_id integer NOT NULL,
    month      date NOT NULL,
    batch_id   integer NOT NULL,
    line       integer NOT NULL,
    revision   smallint NOT NULL CHECK (revision BETWEEN 1 AND 2000),
    withdrawn  boolean NOT NULL,
    PRIMARY KEY (carrier_id, month, revision, withdrawn),
    CHECK (carrier_id BETWEEN 1 AND 100000000 AND month BETWEEN '1900-01-01' AND '2399-12-31')
);

CREATE TABLE settle.receipt (
    distributor_id integer NOT NULL,
    receipt_id     bigint NOT NULL CHECK (receipt_id > 0 AND receipt_id < 4611686018427387904),
    batch_id       integer NOT NULL,
    line           integer NOT NULL,
    carrier_id     integer NOT NULL,
    month          date NOT NULL,          -- the origin period that is paid for
    currency       smallint NOT NULL,
    revision       smallint NOT NULL CHECK (revision BETWEEN 1 AND 2000),
    withdrawn      boolean NOT NULL,
    amount_minor   bigint NOT NULL CHECK (amount_minor <> 0),   -- below zero: taken back
    commitment     uuid NOT NULL,
    salt           uuid,
    upstream_id    text,                   -- the carrier's key of the receipt
    PRIMARY KEY (distributor_id, receipt_id, revision, withdrawn),
    CHECK (distributor_id BETWEEN 1 AND 100000000 AND carrier_id BETWEEN 1 AND 100000000
           AND month BETWEEN '1900-01-01' AND '2399-12-31')
);
CREATE INDEX receipt_by_id ON settle.receipt (receipt_id);

-- Who else told a fact: a row for each batch that repeated it, so that a batch that is withdrawn knows what it alone
-- told. fact_id: order, contract, event, receipt or carrier; month: closing, of the bill, or complete; 1900-01 of others.
CREATE TABLE settle.fact_repeat (
    fact_id  bigint NOT NULL,
    month    date NOT NULL,
    kind     smallint NOT NULL CHECK (kind BETWEEN 1 AND 5),  -- 1 order, 2 bill, 3 event, 4 receipt, 5 month complete
    currency smallint NOT NULL,          -- of a bill, else 0
    revision smallint NOT NULL,          -- of a bill the carrier's, else 0
    batch_id integer NOT NULL,
    PRIMARY KEY (fact_id, month, kind, currency, revision, batch_id)
);
CREATE INDEX fact_repeat_by_batch ON settle.fact_repeat USING brin (batch_id) WITH (pages_per_range = 32);

CREATE TABLE settle.statement_line (
    position     bigint NOT NULL,     -- of its import in the control log
    line         bigint NOT NULL,     -- of the file
    kind         smallint NOT NULL CHECK (kind BETWEEN 0 AND 4),   -- 0: cannot be read
    origin       date NOT NULL,
    subject_id   bigint NOT NULL,
    amount_minor bigint NOT NULL,
    commitment   uuid NOT NULL,
    salt         uuid,
    subject      text,                -- order, or distributor and rule; of a line that cannot be read the line
    fault        text,                -- of a line that cannot be read, else ''
    PRIMARY KEY (position, line),
    CHECK (origin BETWEEN '1900-01-01' AND '2399-12-31'),
    CHECK ((kind = 0) = (fault <> ''))   -- also where it is erased
);
