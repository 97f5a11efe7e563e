-- What is kept with a sender's key. $1 key
SELECT jsonb_build_object('key', encode($1::bytea, 'hex'))::text AS detail
