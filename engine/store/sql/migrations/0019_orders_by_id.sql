-- An event names its order by the carrier's key of it alone, whatever its age, and may come a second time: without these
-- a file of events, of one event even, read all orders and events of history.
CREATE INDEX closed_order_by_id ON settle.closed_order (order_id);
CREATE INDEX event_by_id ON settle.event (event_id);
CREATE INDEX event_by_order ON settle.event (order_id);
