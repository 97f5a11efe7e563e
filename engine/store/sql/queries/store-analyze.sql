SELECT settle.analyze_partition($1::text, $2::date)
