-- New codes of a dimension, in the order of their ids; the last id. $1 dimension, $2 codes
SELECT settle.add_codes($1::integer::smallint, $2) AS last_id
