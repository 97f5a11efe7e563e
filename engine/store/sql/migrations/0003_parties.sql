-- Master data, versioned by batch, and the policies that hold.

CREATE TABLE settle.code (
    dim  smallint NOT NULL CHECK (dim BETWEEN 1 AND 8),   -- engine/model/directory.h
    id   integer NOT NULL CHECK (id BETWEEN 1 AND 100000000),   -- ids index arrays
    code text NOT NULL CHECK (length(code) BETWEEN 1 AND 300),   -- products: carrier, U+001F, product
    PRIMARY KEY (dim, id),
    UNIQUE (dim, code)
);

-- What ids, days and texts can be stands as a CHECK: a runner adds these rows itself, and a night makes arrays of the ids.
CREATE TABLE settle.carrier_version (
    carrier_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL,
    status smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 0 AND 2), -- 0 applied, 1 active, 2 ended
    PRIMARY KEY (carrier_id, valid_from, batch_id),
    CHECK (carrier_id BETWEEN 1 AND 100000000 AND valid_from BETWEEN '1900-01-01' AND '2399-12-31' AND length(name) <= 500)
);

CREATE TABLE settle.distributor_version (
    distributor_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, tier smallint NOT NULL CHECK (tier >= 0),
    status smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 0 AND 2),
    PRIMARY KEY (distributor_id, valid_from, batch_id),
    CHECK (distributor_id BETWEEN 1 AND 100000000 AND valid_from BETWEEN '1900-01-01' AND '2399-12-31' AND length(name) <= 500)
);

CREATE TABLE settle.outlet_version (
    outlet_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, distributor_id integer NOT NULL, parent_id integer NOT NULL, -- 0: the top
    PRIMARY KEY (outlet_id, valid_from, batch_id),
    CHECK (outlet_id BETWEEN 1 AND 100000000 AND valid_from BETWEEN '1900-01-01' AND '2399-12-31' AND length(name) <= 500
           AND distributor_id BETWEEN 1 AND 100000000 AND parent_id BETWEEN 0 AND 100000000)
);

CREATE TABLE settle.manager_version (
    manager_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, outlet_id integer NOT NULL,
    PRIMARY KEY (manager_id, valid_from, batch_id),
    CHECK (manager_id BETWEEN 1 AND 100000000 AND valid_from BETWEEN '1900-01-01' AND '2399-12-31' AND length(name) <= 500
           AND outlet_id BETWEEN 1 AND 100000000)
);

CREATE TABLE settle.product_version (
    product_id integer NOT NULL, valid_from date NOT NULL, batch_id integer NOT NULL,
    name text NOT NULL, carrier_id integer NOT NULL, class_id smallint NOT NULL,
    sales_from date NOT NULL DEFAULT '1900-01-01', -- both days included; the calendar's ends: open
    sales_to   date NOT NULL DEFAULT '2399-12-31',
    PRIMARY KEY (product_id, valid_from, batch_id),
    CHECK (product_id BETWEEN 1 AND 100000000 AND valid_from BETWEEN '1900-01-01' AND '2399-12-31' AND length(name) <= 500
           AND carrier_id BETWEEN 1 AND 100000000 AND class_id >= 0
           AND sales_from BETWEEN '1900-01-01' AND '2399-12-31' AND sales_to BETWEEN '1900-01-01' AND '2399-12-31')
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
    tax_ppb      bigint NOT NULL CHECK (tax_ppb >= 0), -- of its amounts: invoices are one a rate
    tax_included boolean NOT NULL,   -- amounts include the tax
    CHECK (closing_from <= closing_to),
    UNIQUE (carrier_id, version)
);

-- A carrier's rules over all its versions, each with the number that slots name it by: given at the first activation
-- that has it, never again to another. In another currency it is another one: a slot has one currency.
CREATE TABLE settle.rule (
    carrier_id integer NOT NULL, kind smallint NOT NULL, rule text NOT NULL, currency smallint NOT NULL,
    number     integer NOT NULL CHECK (number BETWEEN 1 AND 32767),
    PRIMARY KEY (carrier_id, kind, rule, currency),
    UNIQUE (carrier_id, number)
);

-- The rules of a version: ordinal is the place in the document.
CREATE TABLE settle.policy_rule (
    policy_id integer NOT NULL, ordinal integer NOT NULL, kind smallint NOT NULL, rule text NOT NULL,
    number    integer NOT NULL,
    split     integer[] NOT NULL DEFAULT '{}' CHECK (cardinality(split) IN (0, 3)), -- parts of distributor, outlet, manager; none
    PRIMARY KEY (policy_id, ordinal),
    UNIQUE (policy_id, number)
);
