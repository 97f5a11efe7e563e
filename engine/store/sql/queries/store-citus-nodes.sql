-- Counts the workers. From here on changes reach them; the group roles may log in: a node calls
-- another as the role that the session has taken on.
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
    FOR role_name IN SELECT rolname FROM pg_roles
                      WHERE rolname IN ('settle_owner', 'settle_runner', 'settle_approver', 'settle_author',
                                        'settle_reader') AND NOT rolcanlogin LOOP
        EXECUTE format('ALTER ROLE %I LOGIN', role_name);
    END LOOP;
END
$$
