-- Intake finds an event's order first, and the order's other events by its key.
DROP INDEX settle.event_by_order;
