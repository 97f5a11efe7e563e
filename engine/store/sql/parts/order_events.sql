-- Of an order v what is in force of its events. $4 events that count for nothing
LEFT JOIN LATERAL (
      SELECT bool_or(x.kind = :fraud_event) AS fraud, bool_or(x.whole) AS whole, sum(x.amount_minor) AS refunded,
             bool_or(x.kind = :cancel_event) AS cancelled, bool_or(x.kind = :port_out_event) AS ported_out,
             bool_or(x.kind = :number_transfer_event) AS transferred,
             (array_agg(x.kind ORDER BY x.place DESC) FILTER (WHERE x.kind IN (:suspend_event, :resume_event)))[1]
             = :suspend_event AS suspended
        FROM unnest(v.event_ids, v.event_kinds, v.event_wholes, v.event_amounts) WITH ORDINALITY
             x (event_id, kind, whole, amount_minor, place)
       WHERE x.event_id <> ALL ($4::bigint[])) e ON v.event_ids IS NOT NULL
