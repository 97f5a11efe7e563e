-- What a scoped login sees.
SELECT s.distributor, coalesce(s.outlet, '') AS outlet, coalesce(s.manager, '') AS manager,
       to_char(s.granted_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS granted_at
  FROM settle_scope.scopes() s
