SELECT settle.summarize($1::text, $2::date)
