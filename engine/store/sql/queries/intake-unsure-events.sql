-- Keys of events that have an order of theirs and may be of another one, too: they happened since that one closed, and
-- do not say their closing month, or are of the order of another event. $1 the day since when, $2, $3 closing months of
-- orders that are too near to be another's
SELECT key_id
  FROM settle.event
 WHERE day >= $1 AND (closing_month < $2 OR closing_month > $3)
   AND NOT withdrawn AND (closed_month IS NULL OR reinstates <> 0)
