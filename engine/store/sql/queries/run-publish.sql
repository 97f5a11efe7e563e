-- $1 run, $2 epoch, $3 digest, $4 that of the run before
SELECT settle.publish_run($1, $2, $3, $4)
