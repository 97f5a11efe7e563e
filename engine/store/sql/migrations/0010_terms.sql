-- What a carrier says of whole months (docs/semantics.md 2): that all bills of a month are delivered, and what it has
-- paid. And what volume windows, whose bonus is held back or awaits the carrier, stand at.

ALTER TABLE settle.batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE settle.batch ADD CONSTRAINT batch_kind_check CHECK (kind IN ('carriers', 'distributors', 'outlets',
    'managers', 'products', 'orders', 'bills', 'events', 'months', 'receipts'));

CREATE TABLE settle.month_complete (
    carrier_id integer NOT NULL,
    month      date NOT NULL,
    batch_id   integer NOT NULL,
    line       integer NOT NULL,
    PRIMARY KEY (carrier_id, month)
);

CREATE TABLE settle.receipt (
    distributor_id integer NOT NULL,
    receipt_id     bigint NOT NULL CHECK (receipt_id > 0 AND receipt_id < 4611686018427387904),
    batch_id       integer NOT NULL,
    line           integer NOT NULL,
    carrier_id     integer NOT NULL,
    month          date NOT NULL,          -- the origin period that is paid for
    currency       smallint NOT NULL,
    amount_minor   bigint NOT NULL CHECK (amount_minor <> 0),   -- below zero: taken back
    upstream_id    text NOT NULL,          -- the carrier's key of the receipt
    PRIMARY KEY (distributor_id, receipt_id)
);
CREATE INDEX receipt_by_id ON settle.receipt (receipt_id);

-- Of what a window stands at (target_minor) this much went through `held`, this much of it was released, and this
-- much was taken back of what had been released.
ALTER TABLE settle.volume_posting
    ADD COLUMN held_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN released_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN taken_minor bigint NOT NULL DEFAULT 0;

-- Instalments that wait, to be found by their carrier when it declares a month complete.
CREATE INDEX agenda_pending ON settle.agenda (carrier_id, bill_month) WHERE what = 3;

GRANT SELECT ON settle.month_complete, settle.receipt TO settle_reader, settle_runner, settle_approver;
GRANT INSERT ON settle.month_complete, settle.receipt TO settle_runner;
GRANT INSERT (held_minor, released_minor, taken_minor) ON settle.volume_posting TO settle_runner;

DO $$
DECLARE
    name text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        FOREACH name IN ARRAY ARRAY['month_complete', 'receipt'] LOOP
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settle.%I '
                           'FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change()', name);
            EXECUTE format('ALTER TABLE settle.%I ENABLE ALWAYS TRIGGER append_only', name);
        END LOOP;
    END IF;
END
$$;
