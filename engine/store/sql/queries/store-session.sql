-- Everything a session needs, in one round trip, and what the server must have on to keep money.
-- A login of settle_scoped alone takes on no other role. $1 role or NULL, $2 read only
SELECT current_setting('fsync'), current_setting('full_page_writes'),
       current_setting('synchronous_commit'),
       set_config('search_path', 'pg_catalog', false),
       set_config('jit', 'off', false),
       set_config('timezone', 'UTC', false),
       set_config('datestyle', 'ISO, YMD', false),
       set_config('lock_timeout', '60s', false),
       -- reports and nights take what they take; a submission or decision does not
       set_config('statement_timeout', CASE WHEN $1 = 'settle_author' THEN '5min' ELSE '0' END, false),
       set_config('idle_in_transaction_session_timeout',
                  CASE WHEN $1 = 'settle_runner' OR $1 IS NULL OR $1 = 'settle_owner' THEN '0'
                       WHEN $1 = 'settle_reader' THEN '1h' ELSE '10min' END, false),
       set_config('idle_session_timeout', '0', false),
       set_config('client_connection_check_interval', '500ms', false),
       -- a host that vanishes gives its locks back in a minute (a unix socket has no such settings)
       set_config('tcp_keepalives_idle', '30', false),
       set_config('tcp_keepalives_interval', '10', false),
       set_config('tcp_keepalives_count', '3', false),
       set_config('tcp_user_timeout', '60s', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('default_transaction_read_only', CASE WHEN $2 THEN 'on' ELSE 'off' END, false),
       set_config('role', CASE WHEN s.is_scoped THEN 'settle_scoped' ELSE coalesce($1, 'none') END, false), s.is_scoped,
       s.is_runner, s.is_treasury
  FROM (SELECT coalesce(bool_and((r.rolname = 'settle_scoped') = pg_has_role(session_user, r.oid, 'MEMBER')), false) AS is_scoped,
               coalesce(bool_or(pg_has_role(session_user, r.oid, 'MEMBER')) FILTER (WHERE r.rolname = 'settle_runner'), false) AS is_runner,
               coalesce(bool_or(pg_has_role(session_user, r.oid, 'MEMBER')) FILTER (WHERE r.rolname = 'settle_treasury'), false) AS is_treasury
          FROM pg_roles r
         WHERE r.rolname IN ('settle_scoped', 'settle_reader', 'settle_runner', 'settle_treasury', 'settle_approver', 'settle_author',
                             'settle_owner')) s
