-- A chunk's own transfers, found again for replay and verification: they lie together and in the order of
-- distributors, as they were written, so a few bytes a block range are enough.
CREATE INDEX transfer_by_run ON settle.transfer
    USING brin (run_id, distributor_id) WITH (pages_per_range = 32);
