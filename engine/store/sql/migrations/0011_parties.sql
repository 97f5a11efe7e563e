-- Since when carriers and distributors work with the platform, and when products are sold (docs/semantics.md 1, 2).

-- 0 applied, 1 active, 2 ended: engine/model/directory.h
ALTER TABLE settle.carrier_version
    ADD COLUMN status smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 0 AND 2);
ALTER TABLE settle.distributor_version
    ADD COLUMN status smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 0 AND 2);
-- Both days included; those of the calendar's ends: open.
ALTER TABLE settle.product_version
    ADD COLUMN sales_from date NOT NULL DEFAULT '1900-01-01',
    ADD COLUMN sales_to   date NOT NULL DEFAULT '2399-12-31';

GRANT INSERT (status) ON settle.carrier_version, settle.distributor_version TO settle_runner;
GRANT INSERT (sales_from, sales_to) ON settle.product_version TO settle_runner;
