-- Where the database lies. A run remembers it; on another server than that of the last run none begins until somebody
-- has said that the database was moved on purpose: a restored backup, a promoted standby and a copy look like the
-- original, and would give its numbers again.

-- System identifier, timeline, database, port: all that tells one copy of a database from another, and that any login
-- may read.
CREATE FUNCTION settle.server() RETURNS text
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (SELECT c.system_identifier FROM pg_control_system() c)
           || '/' || CASE WHEN pg_is_in_recovery() THEN (SELECT c.timeline_id FROM pg_control_checkpoint() c)
                          ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer END
           || '/' || (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
           || '/' || current_setting('port')
$$;

-- Where it lay at the last run, or where somebody has said since that it lies; NULL before the first run.
CREATE FUNCTION settle.known_server() RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT substr(g.subject, length('server/') + 1)
                       FROM settle.control_log g
                      WHERE g.action = 'server-accept' AND g.position > r.control_position
                      ORDER BY g.position DESC LIMIT 1), r.server)
      FROM settle.run r ORDER BY r.run_id DESC LIMIT 1
$$;

CREATE FUNCTION settle.check_server() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF settle.known_server() <> settle.server() THEN
        RAISE EXCEPTION 'settle: the database lay on server % at the last run, and lies on % now', settle.known_server(),
            settle.server()
            USING ERRCODE = 'restrict_violation', HINT = 'If it was moved on purpose: settle server accept.';
    END IF;
END
$$;

-- Says that the database was moved on purpose, as of the last seal. Who starts nights may, and who approves.
CREATE FUNCTION settle.accept_server(reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'settle_approver', 'MEMBER') THEN
        PERFORM settle.refuse_unless('settle_runner');
    END IF;
    IF coalesce(accept_server.reason, '') = '' THEN
        RAISE EXCEPTION 'settle: a reason is missing' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Locked first: two who decide on the same take turns.
    PERFORM settle.counted('control', 0);
    IF settle.known_server() IS NOT DISTINCT FROM settle.server() OR settle.known_server() IS NULL THEN
        RAISE EXCEPTION 'settle: the database lies where it lay' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN settle.log('server-accept', 'server/' || settle.server(), settle.head(), reason,
                      jsonb_build_object('before', settle.known_server()));
END
$$;

REVOKE EXECUTE ON FUNCTION settle.server, settle.known_server, settle.check_server, settle.accept_server FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.server, settle.known_server TO settle_reader, settle_runner, settle_approver, settle_treasury;
GRANT EXECUTE ON FUNCTION settle.accept_server TO settle_runner, settle_approver;
