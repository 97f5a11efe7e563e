-- What became of an order v, with its events e (order_events): what happened to it, else what came of it.
CASE WHEN v.withdrawn THEN 'withdrawn' WHEN e.fraud THEN 'fraud'
            WHEN e.whole OR (v.paid_minor > 0 AND e.refunded >= v.paid_minor) THEN 'refunded'
            WHEN e.cancelled THEN 'cancelled' WHEN e.ported_out THEN 'ported-out'
            WHEN e.transferred THEN 'number-transferred' WHEN e.suspended THEN 'suspended'
            WHEN e.refunded > 0 THEN 'partly-refunded' WHEN v.slot IS NOT NULL THEN 'settled'
            WHEN v.zero_because IS NOT NULL OR v.cut_minor > 0 THEN 'zero' ELSE 'waiting' END
