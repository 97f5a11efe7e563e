-- Records that kept rows went into another batch. $1 batch, $2 lines, $3 the batch they went into
SELECT settle.release_rows($1, $2, $3, jsonb_build_object('rows', cardinality($2::bigint[]), 'into', $3::integer))
