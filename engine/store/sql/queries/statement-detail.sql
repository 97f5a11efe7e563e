-- What is kept of a statement's import. $1 file, $2 its hash, $3 that of the mapping, $4 lines, $5 of them unreadable,
-- $6 total, $7 tolerance, $8 the sum of its rows
SELECT jsonb_build_object('file', $1::text, 'sha256', $2::text, 'mapping', $3::text, 'lines', $4::bigint,
                          'unreadable', $5::bigint, 'total', $6::bigint, 'tolerance', $7::bigint,
                          'rows', encode($8::bytea, 'hex'))::text
