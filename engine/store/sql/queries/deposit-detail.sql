-- What is kept with a decision on a deposit. $1 dimension of the party, $2 its code, $3 carrier it is about, $4 amount;
-- NULL: none
SELECT jsonb_strip_nulls(jsonb_build_object('dim', $1::integer, 'code', $2::text, 'carrier', $3::text,
                                            'amount', $4::text))::text AS detail
