-- Logins that should be looked at: of two groups that are kept apart, or without a time limit though they run nothing.
-- Superusers are in all groups.
WITH groups AS (
    SELECT r.oid, r.rolname, array_agg(g.rolname::text ORDER BY g.rolname) AS of
      FROM pg_roles r
      JOIN pg_roles g ON g.rolname IN ('settle_runner', 'settle_treasury', 'settle_approver', 'settle_author', 'settle_reader')
                     AND g.oid <> r.oid AND pg_has_role(r.oid, g.oid, 'MEMBER')
     WHERE r.rolcanlogin AND NOT r.rolsuper
     GROUP BY 1, 2)
SELECT g.rolname::text AS login, a.first || ' and ' || a.second AS finding, a.says AS means
  FROM groups g
  JOIN (VALUES ('settle_runner', 'settle_treasury', 'takes no receipts and statements in: who runs nights does not'),
               ('settle_runner', 'settle_approver', 'approves nothing that it drafted or asked for'),
               ('settle_treasury', 'settle_approver', 'decides on no statement that it took in'),
               ('settle_author', 'settle_approver', 'activates no policy that it submitted')) a (first, second, says)
    ON g.of @> ARRAY[a.first, a.second]
 UNION ALL
SELECT g.rolname::text, 'no ' || s.name, 'settle migrate sets one'
  FROM groups g
 CROSS JOIN (VALUES ('statement_timeout'), ('idle_in_transaction_session_timeout')) s (name)
 WHERE NOT g.of @> ARRAY['settle_runner']
   AND NOT EXISTS (SELECT 1 FROM pg_db_role_setting d CROSS JOIN unnest(d.setconfig) c (setting)
                    WHERE d.setrole = g.oid AND c.setting LIKE s.name || '=%'
                      AND d.setdatabase IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())))
 ORDER BY 1, 2
