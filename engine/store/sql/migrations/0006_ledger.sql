-- What runs write: transfers, their totals, and what is kept of orders, windows and invoices.

CREATE TABLE settle.transfer (
    distributor_id integer NOT NULL,
    period         date NOT NULL,
    subject_id     bigint NOT NULL,      -- order, volume window or invoice: engine/model/transfer.h
    run_id         integer NOT NULL,
    slot           integer NOT NULL,
    amount_minor   bigint NOT NULL,
    target_minor   bigint NOT NULL,
    policy_id      integer NOT NULL,
    origin         date NOT NULL,
    cause          date NOT NULL,        -- month of the event or bill that it comes of; else the origin
    class_id       smallint NOT NULL,
    revision       smallint NOT NULL,
    kind           smallint NOT NULL,
    debit          smallint NOT NULL,
    credit         smallint NOT NULL,
    -- One constraint: eight cost a tenth of COPY's processor time.
    CONSTRAINT transfer_check CHECK (
        amount_minor > 0 AND debit <> credit AND period >= origin AND target_minor >= 0 AND slot >= 0
        AND kind BETWEEN 1 AND 6 AND debit BETWEEN 1 AND 8 AND credit BETWEEN 1 AND 8),
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
-- The few totals of deposits among all others.
CREATE INDEX ledger_total_deposits ON settle.ledger_total (distributor_id, run_id) WHERE kind = 6;

-- What an account stands at after a run that touched it, debit less credit; the latest row holds. A deposit of a
-- distributor has no carrier (0), one of a carrier no distributor. month is that of the run's business date.
CREATE TABLE settle.account_balance (
    distributor_id integer NOT NULL,
    month          date NOT NULL,
    carrier_id     integer NOT NULL,
    currency       smallint NOT NULL,
    role           smallint NOT NULL CHECK (role BETWEEN 1 AND 8),
    run_id         integer NOT NULL,
    balance_minor  bigint NOT NULL,
    PRIMARY KEY (distributor_id, month, carrier_id, currency, role, run_id)
) PARTITION BY RANGE (month);

-- The digest over a distributor's transfers of a run and carrier (0: none, of a deposit of its own); the run's digest is
-- over these.
CREATE TABLE settle.run_distributor (
    run_id integer NOT NULL,
    distributor_id integer NOT NULL,
    carrier_id integer NOT NULL,
    transfers bigint NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    -- The run first: neighbours of one night lie together (a page each was most of a small night's WAL).
    PRIMARY KEY (run_id, distributor_id, carrier_id)
);

-- The reason for zero of a settled order; an order without a row has postings or a schedule. Of several rows the last one
-- holds: master data was told late. outcome 0: there is no reason any more.
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
    what           smallint NOT NULL CHECK (what BETWEEN 1 AND 7),
                   -- 1 order waits for its day, 2 bill waits for its day,
                   -- 3 instalment or upfront pending on a bill, 4 decided after pending,
                   -- 5 event waits for its day, 6 something was posted after the span of the
                   -- order's policy, in the month of look_day, 7 so many events of the order count
                   -- for nothing (refunds beyond what was paid)
    slot           integer NOT NULL,     -- 3, 4: of the target; 7: how many
    closing_month  date NOT NULL,
    look_day       date NOT NULL,        -- 1, 2: the day; 3, 4: the due day
    bill_month     date,                 -- 2: the bill's; 3: the missing one
    revision       smallint,             -- 2: the bill's
    carrier_id     integer NOT NULL,
    PRIMARY KEY (distributor_id, run_id, order_id, what, slot, look_day, closing_month)
);
CREATE INDEX agenda_by_day ON settle.agenda (look_day) WHERE what IN (1, 2, 5);
-- Instalments that wait, to be found by their carrier when it declares a month complete.
CREATE INDEX agenda_pending ON settle.agenda (carrier_id, bill_month) WHERE what = 3;
CREATE INDEX agenda_nothing ON settle.agenda (distributor_id, order_id, run_id) WHERE what = 7;
CREATE INDEX agenda_late ON settle.agenda (distributor_id, order_id) WHERE what = 6;

-- How a run changed what is measured of a window, whatever counts there. rule: its number (0: the policy as a whole);
-- scope: see engine/model/transfer.h. A ceiling goes over versions, each of which has a window of its own: window_end is
-- the month that the amount is of, scope_kind says what it was of (0 orders, 1 windows), scope_id is the currency,
-- policy_id 0.
CREATE TABLE settle.window_change (
    distributor_id integer NOT NULL,
    window_end     date NOT NULL,        -- last month
    carrier_id     integer NOT NULL,
    what           smallint NOT NULL CHECK (what BETWEEN 1 AND 2), -- 1 what a volume rule measures: orders, units or
                                         -- minor units; 2 what a ceiling let through: minor units
    rule           integer NOT NULL,
    scope_kind     smallint NOT NULL CHECK (scope_kind BETWEEN 0 AND 2),
    scope_id       integer NOT NULL,
    policy_id      integer NOT NULL,
    month          date NOT NULL,        -- in which the orders closed that it is of; of a ceiling the last
    run_id         integer NOT NULL,
    delta          bigint NOT NULL,
    PRIMARY KEY (distributor_id, window_end, carrier_id, what, rule, scope_kind, scope_id, policy_id, month, run_id),
    CONSTRAINT window_change_month_check CHECK (month <= window_end AND month > window_end - interval '1 year')
);

-- What a run posted a window to. item: of its slot: the month, 1 to 12, of a window that is paid progressively, 0 of one
-- that is paid at its end. measure: of the window up to that month.
CREATE TABLE settle.window_posting (
    distributor_id integer NOT NULL,
    window_end     date NOT NULL,
    carrier_id     integer NOT NULL,
    rule           integer NOT NULL,
    scope_kind     smallint NOT NULL CHECK (scope_kind BETWEEN 0 AND 2),
    scope_id       integer NOT NULL,
    policy_id      integer NOT NULL,
    item           smallint NOT NULL CHECK (item BETWEEN 0 AND 12),
    run_id         integer NOT NULL,
    measure        bigint NOT NULL,
    target_minor   bigint NOT NULL,
    -- Of that this much went through `held`, this much of it was released, and this much was taken back of it.
    held_minor     bigint NOT NULL DEFAULT 0,
    released_minor bigint NOT NULL DEFAULT 0,
    taken_minor    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (distributor_id, window_end, carrier_id, rule, scope_kind, scope_id, policy_id, item, run_id)
);

-- What of a slot's target was cut, and by what; the latest row of a slot holds, one of nothing says that nothing is.
-- month: the slot's origin, of a finding the closing month.
CREATE TABLE settle.cut (
    distributor_id integer NOT NULL,
    month          date NOT NULL,
    subject_id     bigint NOT NULL,
    slot           integer NOT NULL,     -- of the main leg; 0 of a finding: the whole order
    what           smallint NOT NULL,    -- 1 the rule's ceiling, 2 the policy's ceiling, 3 the rule's lifetime cap,
                                         -- 4 a fraud finding where some are tolerated: cut 0, it is
    run_id         integer NOT NULL,
    policy_id      integer NOT NULL,
    earned_minor   bigint NOT NULL,      -- before it
    cut_minor      bigint NOT NULL,
    CONSTRAINT cut_check CHECK (what BETWEEN 1 AND 4 AND cut_minor BETWEEN 0 AND earned_minor AND slot >= 0),
    PRIMARY KEY (distributor_id, month, subject_id, slot, what, run_id)
) PARTITION BY RANGE (month);

-- One row per distributor, currency and tax rate that had something to invoice at a cycle's end,
-- carried forward or not. What it drew from is in invoice_binding. Tax is frozen with it: the rate (tax_ppb), how it is
-- rounded and over what; whether an amount includes it is the line's. What is to be paid is payable_minor +
-- tax_added_minor; with withheld_minor they are what its issue posts, as they stand here.
CREATE TABLE settle.invoice (
    distributor_id integer NOT NULL,
    run_id         integer NOT NULL,
    carrier_id     integer NOT NULL,
    currency       smallint NOT NULL,
    tax_ppb        bigint NOT NULL,
    chunk          integer NOT NULL,
    place          integer NOT NULL,     -- within its chunk and carrier, from 1; 0 if carried
    tax_rounding   smallint NOT NULL CHECK (tax_rounding BETWEEN 0 AND 2),  -- 0 half away from zero, 1 half to even, 2 down
    tax_per        smallint NOT NULL CHECK (tax_per BETWEEN 1 AND 2),       -- 1 rounded for each line, 2 once for the rate
    carried        boolean NOT NULL,
    lines          integer NOT NULL,
    transfers      bigint NOT NULL,
    net_minor bigint NOT NULL, tax_minor bigint NOT NULL, gross_minor bigint NOT NULL,
    withheld_minor bigint NOT NULL CHECK (withheld_minor >= 0),
    payable_minor bigint NOT NULL, tax_added_minor bigint NOT NULL,
    brought_minor bigint NOT NULL DEFAULT 0 CHECK (brought_minor <= 0),  -- a debt the invoice before left
    covered_minor bigint NOT NULL DEFAULT 0 CHECK (covered_minor >= 0),  -- from the distributor's deposit
    left_minor    bigint NOT NULL DEFAULT 0 CHECK (left_minor <= 0),     -- a debt for the next one to bring forward
    CHECK (net_minor + tax_minor = gross_minor),
    CHECK (gross_minor::numeric - withheld_minor + brought_minor + covered_minor
           = payable_minor::numeric + tax_added_minor + left_minor),
    CHECK (carried OR gross_minor < 0 OR payable_minor >= 0 AND payable_minor + tax_added_minor >= 0),
    CHECK (left_minor = 0 OR NOT carried AND gross_minor >= 0),
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

-- Which runs an invoice binds: the transfers of its distributor, carrier, currency and tax rate that were posted by a run
-- after after_run, up to up_to_run. Mostly one row; what a void frees in the middle leaves two. No two documents bind one
-- run of these (settle verify); what is carried forward is no document, and the next one binds it again.
CREATE TABLE settle.invoice_binding (
    distributor_id integer NOT NULL,
    run_id         integer NOT NULL,     -- as in invoice, whose key leads here
    carrier_id     integer NOT NULL,
    currency       smallint NOT NULL,
    tax_ppb        bigint NOT NULL,
    after_run      integer NOT NULL,
    up_to_run      integer NOT NULL,
    CONSTRAINT invoice_binding_check CHECK (after_run >= 0 AND after_run < up_to_run AND up_to_run <= run_id),
    PRIMARY KEY (distributor_id, run_id, carrier_id, currency, tax_ppb, after_run)
);
CREATE INDEX invoice_by_run ON settle.invoice (run_id, carrier_id);
