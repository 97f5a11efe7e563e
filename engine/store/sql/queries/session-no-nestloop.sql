-- For reports over many rows: before the tables are analysed the planner thinks them small, and goes
-- through a distributor's orders once for each of its transfers.
SELECT set_config('enable_nestloop', 'off', false)
