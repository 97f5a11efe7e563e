-- What has to be there before the first migration. Run by the login at every migrate, so it does
-- nothing where nothing is missing; it is not in the list of migrations.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['settle_owner', 'settle_runner', 'settle_approver', 'settle_author',
                                     'settle_reader', 'settle_scoped'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;

    -- Migrations run under SET ROLE settle_owner. 'SET' is a kind of membership from 16 on.
    IF NOT pg_has_role(session_user, 'settle_owner',
                       CASE WHEN current_setting('server_version_num')::integer >= 160000
                            THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE format('GRANT settle_owner TO %I', session_user);
    END IF;

    -- A runner ends sessions that stand in the night's way (0007); where the login may not grant it, the night waits.
    IF NOT pg_has_role('settle_owner', 'pg_signal_backend', 'MEMBER') THEN
        BEGIN
            GRANT pg_signal_backend TO settle_owner;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE NOTICE 'settle_owner cannot end sessions: GRANT pg_signal_backend TO settle_owner';
        END;
    END IF;

    IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'settle') THEN
        CREATE SCHEMA settle AUTHORIZATION settle_owner;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'settle_view') THEN
        CREATE SCHEMA settle_view AUTHORIZATION settle_owner;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'settle_scope') THEN
        CREATE SCHEMA settle_scope AUTHORIZATION settle_owner;
    END IF;
END
$$;

SET LOCAL ROLE settle_owner;

CREATE TABLE IF NOT EXISTS settle.schema_migration (
    number integer PRIMARY KEY CHECK (number > 0),
    name   text NOT NULL,
    hash   bytea NOT NULL CHECK (length(hash) = 32),
    actor  text NOT NULL DEFAULT session_user,
    at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
