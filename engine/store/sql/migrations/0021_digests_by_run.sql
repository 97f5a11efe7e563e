-- A night adds a row for each of its distributors. With the distributor first they went to a page of their own each, which
-- the WAL then takes as a whole after every checkpoint: most of what a night of a few thousand orders wrote. With the
-- run first they are neighbours, and who reads them asks for a run (but for settle verify, which sorts them).
ALTER TABLE settle.run_distributor DROP CONSTRAINT run_distributor_pkey;
ALTER TABLE settle.run_distributor ADD CONSTRAINT run_distributor_pkey PRIMARY KEY (run_id, distributor_id);
DROP INDEX settle.run_distributor_by_run;
