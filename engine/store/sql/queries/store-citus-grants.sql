-- Behind store-distribute, outside of its transaction. What a session sends to the nodes names the tables and columns
-- where the rows lie, so some grants are needed there that nobody has on the tables themselves: on the columns that
-- say who and when, which the coordinator fills in and then names like all others; and on what stands behind a view.
DO $$
DECLARE
    needed record;
BEGIN
    FOR needed IN
        SELECT c.oid::regclass AS name, r.role_name,
               format('INSERT (%s)', string_agg(quote_ident(a.attname), ', ')) AS what
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'settle'
          JOIN pg_catalog.pg_dist_partition d ON d.logicalrelid = c.oid
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('actor', 'at', 'drafter') AND a.atthasdef
         CROSS JOIN (VALUES ('settle_runner'), ('settle_treasury'), ('settle_approver')) r (role_name)
         WHERE has_any_column_privilege(r.role_name, c.oid, 'INSERT')
         GROUP BY c.oid, r.role_name
         UNION
        SELECT c.oid::regclass, r.role_name, 'SELECT'
          FROM pg_class v
          JOIN pg_namespace n ON n.oid = v.relnamespace AND n.nspname = 'settle_view'
          JOIN pg_rewrite w ON w.ev_class = v.oid
          JOIN pg_depend e ON e.classid = 'pg_rewrite'::regclass AND e.objid = w.oid
           AND e.refclassid = 'pg_class'::regclass
          JOIN pg_class c ON c.oid = e.refobjid
          JOIN pg_catalog.pg_dist_partition d ON d.logicalrelid = c.oid
         CROSS JOIN (VALUES ('settle_reader'), ('settle_runner'), ('settle_treasury'), ('settle_approver'), ('settle_author')) r (role_name)
         WHERE has_table_privilege(r.role_name, v.oid, 'SELECT')
           AND NOT has_table_privilege(r.role_name, c.oid, 'SELECT')
    LOOP
        IF EXISTS (SELECT 1
                     FROM run_command_on_placements(needed.name, format('GRANT %s ON %%s TO %I', needed.what,
                                                                        needed.role_name))
                    WHERE NOT success) THEN
            RAISE EXCEPTION 'settle: % could not be granted on all nodes', needed.name
                USING HINT = 'When all nodes answer, run again: settle migrate --distribute';
        END IF;
    END LOOP;
END
$$
