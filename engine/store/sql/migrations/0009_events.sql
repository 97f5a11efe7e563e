-- What happens to an order after it closed (docs/semantics.md 2, 5.5). Append-only like all facts: an event
-- that was a mistake is reinstated by another one.

ALTER TABLE settle.batch DROP CONSTRAINT batch_kind_check;
ALTER TABLE settle.batch ADD CONSTRAINT batch_kind_check CHECK (kind IN ('carriers', 'distributors', 'outlets',
    'managers', 'products', 'orders', 'bills', 'events'));

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
    day            date NOT NULL,        -- local
    whole          boolean NOT NULL,     -- a refund that says of itself that it is the whole
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),        -- of a refund, else 0
    reinstates     bigint NOT NULL,      -- event_id of the event that it undoes, else 0
    happened_at    timestamptz NOT NULL,
    upstream_id    text NOT NULL,        -- the carrier's key of the event
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
    PRIMARY KEY (distributor_id, closing_month, order_id, event_id)
) PARTITION BY RANGE (closing_month);
CREATE INDEX event_by_batch ON settle.event
    USING brin (batch_id, distributor_id) WITH (pages_per_range = 32);

-- Events that came before their order.
CREATE TABLE settle.event_waiting (
    order_id bigint NOT NULL, event_id bigint NOT NULL,
    batch_id integer NOT NULL, line integer NOT NULL,
    kind smallint NOT NULL, day date NOT NULL, whole boolean NOT NULL, amount_minor bigint NOT NULL,
    reinstates bigint NOT NULL, happened_at timestamptz NOT NULL, currency smallint NOT NULL, carrier_id integer NOT NULL,
    upstream_id text NOT NULL, order_upstream_id text NOT NULL,
    PRIMARY KEY (order_id, event_id)
);
-- Which of them found their order: append-only, so waiting = event_waiting without a row here.
CREATE TABLE settle.event_found (
    order_id bigint NOT NULL, event_id bigint NOT NULL,
    batch_id integer NOT NULL,           -- of the order
    PRIMARY KEY (order_id, event_id)
);

-- Events of orders that wait for their day.
ALTER TABLE settle.agenda DROP CONSTRAINT agenda_what_check;
ALTER TABLE settle.agenda ADD CONSTRAINT agenda_what_check CHECK (what IN (1, 2, 3, 4, 5));
COMMENT ON COLUMN settle.agenda.what IS '5: an event waits for its day';
DROP INDEX settle.agenda_by_day;
CREATE INDEX agenda_by_day ON settle.agenda (look_day) WHERE what IN (1, 2, 5);

GRANT SELECT ON settle.event, settle.event_waiting, settle.event_found
    TO settle_reader, settle_runner, settle_approver;
GRANT INSERT ON settle.event, settle.event_waiting, settle.event_found TO settle_runner;

DO $$
DECLARE
    name text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        FOREACH name IN ARRAY ARRAY['event', 'event_waiting', 'event_found'] LOOP
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settle.%I '
                           'FOR EACH STATEMENT EXECUTE FUNCTION settle.refuse_change()', name);
            EXECUTE format('ALTER TABLE settle.%I ENABLE ALWAYS TRIGGER append_only', name);
        END LOOP;
    END IF;
END
$$;

-- The months that orders were taken in for have partitions; the new table needs them, too.
SELECT settle.ensure_partitions(min(month), max(month)) FROM settle.batch_slice HAVING count(*) > 0;
