-- Counts the workers. From here on changes reach them. A node calls another as the role that the session has taken on,
-- and what the session has set is not told: so the group roles may log in, and find the settings of store-session.
-- Says in a setting what it found: a DO block returns nothing, and the catalog of Citus is not everywhere.
DO $$
DECLARE
    role_name text;
BEGIN
    PERFORM set_config('settle.workers', count(*)::text, false)
       FROM pg_catalog.pg_dist_node WHERE isactive AND groupid <> 0;
    IF current_setting('settle.workers') = '0' THEN
        RETURN;
    END IF;
    PERFORM set_config('citus.enable_ddl_propagation', 'on', false);
    FOREACH role_name IN ARRAY ARRAY['settle_owner', 'settle_runner', 'settle_treasury', 'settle_approver',
                                     'settle_author', 'settle_reader'] LOOP
        IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role_name AND NOT rolcanlogin) THEN
            EXECUTE format('ALTER ROLE %I LOGIN', role_name);
        END IF;
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET datestyle = ''ISO, YMD''', role_name, current_database());
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET timezone = ''UTC''', role_name, current_database());
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET jit = off', role_name, current_database());
    END LOOP;
END
$$
