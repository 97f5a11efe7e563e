-- A closed period may be opened again, with a reason (docs/semantics.md 3, 14.22).

ALTER TABLE settle.control_log DROP CONSTRAINT control_log_action_check;
ALTER TABLE settle.control_log ADD CONSTRAINT control_log_action_check
    CHECK (action IN ('setting', 'policy-submit', 'policy-withdraw', 'policy-activate', 'period-close',
                      'period-reopen', 'quarantine-release', 'invoice-approve', 'run-abandon'));

-- The last closed month as of a position of the control log; NULL: none. Closing one closes all before it, opening
-- one again opens all after it.
CREATE FUNCTION settle.closed_to(up_to bigint) RETURNS date
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decision record;
    closed   date;
BEGIN
    FOR decision IN SELECT action, (subject || '-01')::date AS month FROM settle.control_log
                     WHERE action IN ('period-close', 'period-reopen') AND position <= up_to ORDER BY position LOOP
        IF decision.action = 'period-close' THEN
            closed := greatest(closed, decision.month);
        ELSIF closed >= decision.month THEN
            closed := (decision.month - interval '1 month')::date;
        END IF;
    END LOOP;
    RETURN closed;
END
$$;
REVOKE ALL ON FUNCTION settle.closed_to(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.closed_to(bigint) TO settle_reader, settle_runner, settle_approver;
