-- A run's own transfers, found again for replay and verification: they lie together, as they were
-- written, so a few bytes a block range are enough.
CREATE INDEX transfer_by_run ON settle.transfer USING brin (run_id) WITH (pages_per_range = 32);
