-- $9 control count, -1: none; $10 control sum in minor units, '': none; $17 to $19 of a file, $18 -1: it is none; $21 to $23
-- the row sums by table, digests in hex; $24 the sender's signature or NULL
SELECT settle.add_batch(ROW($1::integer, $2::text, $3::text, $4::date, $5::text, $6::text, $7::bigint, $8::text::numeric,
                            NULLIF($9::bigint, -1), NULLIF($10::text, '')::numeric, $16::text, $11::bigint, $12::bigint,
                            $13::bigint, $14::bigint, $15::text, $17::text, NULLIF($18::bigint, -1), $19::bytea, $24::bytea,
                            $20::integer[], NULL, NULL)::settle.batch,
                        $21::text[], $22::bigint[], $23::text[])
