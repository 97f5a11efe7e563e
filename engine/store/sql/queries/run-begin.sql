-- Begins a run: its number, its position in the control log, whether what falls due is its own. $1 kind, $2 date,
-- $3 version of the arithmetic, $4 engine, $5 epoch; 0: a dry run, which is rolled back, holds none
SELECT b.run, b.control_position, b.due
  FROM settle.begin_run($1, $2, $3, $4,
                        coalesce(NULLIF($5::bigint, 0), (SELECT value FROM settle.counter WHERE name = 'epoch'))) b
