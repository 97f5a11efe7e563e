-- What has to be there before the first migration. Run by the login at every migrate, so it does
-- nothing where nothing is missing; it is not in the list of migrations.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['settle_owner', 'settle_runner', 'settle_treasury', 'settle_approver',
                                     'settle_author', 'settle_reader', 'settle_scoped'] LOOP
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

-- Time limits of logins that run nothing, where they have none: nothing of theirs that was forgotten waits for ever. They are
-- settings of the login in this database (those of a group do not come to its members) and can be set otherwise by name.
DO $$
DECLARE
    limits record;
BEGIN
    FOR limits IN
        SELECT r.rolname AS login, s.name, CASE WHEN s.name = 'statement_timeout' AND pg_has_role(r.oid, 'settle_reader', 'MEMBER')
                                                THEN '4h' ELSE s.most END AS most
          FROM pg_roles r
         CROSS JOIN (VALUES ('statement_timeout', '5min'), ('lock_timeout', '1min'),
                            ('idle_in_transaction_session_timeout', '10min')) s (name, most)
         WHERE r.rolcanlogin AND NOT r.rolsuper AND r.rolname NOT IN ('settle_treasury', 'settle_approver', 'settle_author',
                                                                      'settle_reader', 'settle_scoped')
           AND NOT pg_has_role(r.oid, 'settle_runner', 'MEMBER') AND NOT pg_has_role(r.oid, 'settle_owner', 'MEMBER')
           AND EXISTS (SELECT 1 FROM pg_roles g
                        WHERE g.rolname IN ('settle_treasury', 'settle_approver', 'settle_author', 'settle_reader', 'settle_scoped')
                          AND pg_has_role(r.oid, g.oid, 'MEMBER'))
           AND NOT EXISTS (SELECT 1 FROM pg_db_role_setting d CROSS JOIN unnest(d.setconfig) c (setting)
                            WHERE d.setrole = r.oid AND c.setting LIKE s.name || '=%'
                              AND d.setdatabase IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())))
    LOOP
        BEGIN
            EXECUTE format('ALTER ROLE %I IN DATABASE %I SET %I = %L', limits.login, current_database(), limits.name, limits.most);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE NOTICE 'login % gets no time limit: ALTER ROLE % SET % = ''%''', limits.login, limits.login, limits.name, limits.most;
        END;
    END LOOP;
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
