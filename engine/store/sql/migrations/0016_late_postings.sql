-- Where an order's transfers are looked for. They lie in the months from its closing to the last that its policy
-- speaks of (its span); what was posted behind those says so here, so that the months of all history need not be
-- searched for an order that something happened to. From this migration on: of runs before it nothing is noted.

ALTER TABLE settle.agenda DROP CONSTRAINT agenda_what_check;
ALTER TABLE settle.agenda ADD CONSTRAINT agenda_what_check CHECK (what IN (1, 2, 3, 4, 5, 6));
COMMENT ON COLUMN settle.agenda.what IS
    '5: an event waits for its day; 6: something was posted behind the span of the order''s policy, in the month of look_day';
CREATE INDEX agenda_late ON settle.agenda (distributor_id, order_id) WHERE what = 6;
