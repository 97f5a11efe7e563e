-- What is kept of a statement's import. $1 file, $2 the hash of the mapping, $3 lines, $4 of them unreadable, $5 total,
-- $6 tolerance, $7 the sum of its rows, $8 the sender's signature in hex or ''
SELECT (jsonb_build_object('file', $1::text, 'mapping', $2::text, 'lines', $3::bigint, 'unreadable', $4::bigint,
                          'total', $5::bigint, 'tolerance', $6::bigint, 'rows', encode($7::bytea, 'hex'))
        || CASE WHEN $8::text = '' THEN '{}' ELSE jsonb_build_object('signature', $8::text) END)::text AS detail
