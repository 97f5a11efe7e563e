-- What a login sees that may see one distributor, an outlet and all below it, or a manager's orders: settle_scope, and
-- nothing else (docs/operations.md "What a distributor, outlet or manager may see").
--
-- Who decides writes the control log; what holds is read from it each time, so a scope that is taken away is gone at once.
-- Each view stands on a function of the owner, which asks who is logged in (session_user): no predicate, plan or message of
-- a reader comes near a row that is not his own. Row security would do the same and refuse COPY FROM.

-- --- decisions ------------------------------------------------------------------------------------------------------

-- The scopes that hold: of each login's decisions on one, the last.
CREATE VIEW settle.scope AS
SELECT substr(g.subject, length('login/') + 1) AS login, g.distributor, d.id AS distributor_id, g.outlet, o.id AS outlet_id,
       g.manager, m.id AS manager_id, g.reason, g.actor, g.at, g.position
  FROM (SELECT DISTINCT ON (l.subject, l.detail) l.subject, l.action, l.reason, l.actor, l.at, l.position,
               l.detail ->> 'distributor' AS distributor, l.detail ->> 'outlet' AS outlet, l.detail ->> 'manager' AS manager
          FROM settle.control_log l
         WHERE l.action LIKE 'scope-%'
         ORDER BY l.subject, l.detail, l.position DESC) g
  JOIN settle.code d ON d.dim = 2 AND d.code = g.distributor
  LEFT JOIN settle.code o ON o.dim = 3 AND o.code = g.outlet
  LEFT JOIN settle.code m ON m.dim = 4 AND m.code = g.manager
 WHERE g.action = 'scope-grant';

-- A scope is given to a login that sees nothing else; the outlet or manager is, or was once, the distributor's.
CREATE FUNCTION settle.check_scope(login text, distributor text, outlet text, manager text) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname = login) THEN
        RAISE EXCEPTION 'settle: there is no login "%"', left(login, 100)
            USING ERRCODE = 'undefined_object', HINT = 'An administrator makes it: CREATE ROLE ... LOGIN IN ROLE settle_scoped.';
    END IF;
    SELECT r.rolname INTO other
      FROM pg_roles r
     WHERE r.rolname IN ('settle_owner', 'settle_runner', 'settle_treasury', 'settle_approver', 'settle_author',
                         'settle_reader')
       AND pg_has_role(login, r.oid, 'MEMBER')
     ORDER BY 1 LIMIT 1;
    IF other IS NOT NULL THEN
        RAISE EXCEPTION 'settle: login "%" is of % and sees more than a scope', login, other
            USING ERRCODE = 'restrict_violation', HINT = 'A scope is for a login of its own: CREATE ROLE ... LOGIN IN ROLE settle_scoped.';
    ELSIF NOT pg_has_role(login, 'settle_scoped', 'MEMBER') THEN
        RAISE EXCEPTION 'settle: login "%" is not of settle_scoped', login
            USING ERRCODE = 'restrict_violation', HINT = format('An administrator lets it in: GRANT settle_scoped TO %I.', login);
    ELSIF NOT EXISTS (SELECT 1 FROM settle.code c WHERE c.dim = 2 AND c.code = distributor) THEN
        RAISE EXCEPTION 'settle: there is no distributor "%"', distributor USING ERRCODE = 'no_data_found';
    ELSIF outlet IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM settle.code c JOIN settle.outlet_version v ON v.outlet_id = c.id
          JOIN settle.code d ON d.dim = 2 AND d.id = v.distributor_id
         WHERE c.dim = 3 AND c.code = check_scope.outlet AND d.code = check_scope.distributor) THEN
        RAISE EXCEPTION 'settle: distributor "%" has no outlet "%"', distributor, outlet USING ERRCODE = 'no_data_found';
    ELSIF manager IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM settle.code c JOIN settle.manager_version w ON w.manager_id = c.id
          JOIN settle.outlet_version v ON v.outlet_id = w.outlet_id
          JOIN settle.code d ON d.dim = 2 AND d.id = v.distributor_id
         WHERE c.dim = 4 AND c.code = check_scope.manager AND d.code = check_scope.distributor) THEN
        RAISE EXCEPTION 'settle: distributor "%" has no manager "%"', distributor, manager USING ERRCODE = 'no_data_found';
    END IF;
END
$$;

-- Lets a login see a distributor whole, an outlet of it with all below, or a manager's orders. Its place in the log.
CREATE FUNCTION settle.grant_scope(login text, distributor text, outlet text, manager text, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM settle.refuse_unless('settle_approver');
    IF coalesce(grant_scope.reason, '') = '' OR login IS NULL OR distributor IS NULL
       OR num_nonnulls(outlet, manager) > 1 THEN
        RAISE EXCEPTION 'settle: a scope is a login, a distributor, one outlet or manager of it or neither, and a reason'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Locked first: two who decide on the same take turns.
    PERFORM settle.counted('control', 0);
    PERFORM settle.check_scope(login, distributor, outlet, manager);
    IF EXISTS (SELECT 1 FROM settle.scope s
                WHERE s.login = grant_scope.login AND s.distributor = grant_scope.distributor
                  AND s.outlet IS NOT DISTINCT FROM grant_scope.outlet
                  AND s.manager IS NOT DISTINCT FROM grant_scope.manager) THEN
        RAISE EXCEPTION 'settle: login "%" sees that already', login USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN settle.log('scope-grant', 'login/' || login, NULL, reason,
                      jsonb_build_object('distributor', distributor, 'outlet', outlet, 'manager', manager));
END
$$;

-- Takes a scope away; distributor NULL: all that the login has. Returns how many.
CREATE FUNCTION settle.revoke_scope(login text, distributor text, outlet text, manager text, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken record;
    n bigint := 0;
BEGIN
    PERFORM settle.refuse_unless('settle_approver');
    IF coalesce(revoke_scope.reason, '') = '' OR login IS NULL OR num_nonnulls(outlet, manager) > 1
       OR (distributor IS NULL AND num_nonnulls(outlet, manager) > 0) THEN
        RAISE EXCEPTION 'settle: what is taken away is a scope of a login, or all of them, with a reason'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM settle.counted('control', 0);
    FOR taken IN SELECT s.* FROM settle.scope s
                  WHERE s.login = revoke_scope.login
                    AND (revoke_scope.distributor IS NULL
                         OR (s.distributor = revoke_scope.distributor AND s.outlet IS NOT DISTINCT FROM revoke_scope.outlet
                             AND s.manager IS NOT DISTINCT FROM revoke_scope.manager))
                  ORDER BY s.position LOOP
        PERFORM settle.log('scope-revoke', 'login/' || login, NULL, reason,
                           jsonb_build_object('distributor', taken.distributor, 'outlet', taken.outlet,
                                              'manager', taken.manager));
        n := n + 1;
    END LOOP;
    IF n = 0 THEN
        RAISE EXCEPTION 'settle: login "%" was not granted that', login
            USING ERRCODE = 'no_data_found', HINT = 'settle scope list shows what holds.';
    END IF;
    RETURN n;
END
$$;

-- --- who stood where ------------------------------------------------------------------------------------------------

-- The day up to which nights are settled: what was told for later days is not seen yet.
CREATE VIEW settle.last_night AS
SELECT max(p.business_date) AS business_date
  FROM settle.run_publication p JOIN settle.run r USING (run_id) WHERE r.kind = 'nightly';

-- Where outlets and managers stood as the last night saw it, from which day to before which.
CREATE VIEW settle.outlet_place AS
SELECT v.outlet_id, v.distributor_id, v.parent_id, v.valid_from AS since, coalesce(lead(v.valid_from) OVER w, 'infinity') AS until
  FROM (SELECT DISTINCT ON (x.outlet_id, x.valid_from) x.outlet_id, x.valid_from, x.distributor_id, x.parent_id
          FROM settle.outlet_version x JOIN settle.batch b USING (batch_id)
         WHERE b.state = 'sealed' AND b.business_date <= (SELECT n.business_date FROM settle.last_night n)
         ORDER BY x.outlet_id, x.valid_from, x.batch_id DESC) v
WINDOW w AS (PARTITION BY v.outlet_id ORDER BY v.valid_from);

CREATE VIEW settle.manager_place AS
SELECT v.manager_id, v.outlet_id, v.valid_from AS since, coalesce(lead(v.valid_from) OVER w, 'infinity') AS until
  FROM (SELECT DISTINCT ON (x.manager_id, x.valid_from) x.manager_id, x.valid_from, x.outlet_id
          FROM settle.manager_version x JOIN settle.batch b USING (batch_id)
         WHERE b.state = 'sealed' AND b.business_date <= (SELECT n.business_date FROM settle.last_night n)
         ORDER BY x.manager_id, x.valid_from, x.batch_id DESC) v
WINDOW w AS (PARTITION BY v.manager_id ORDER BY v.valid_from);

-- The distributors that the login sees something of, or all of; of one of them, or all (NULL).
CREATE FUNCTION settle.own_distributors(of_distributor text, whole boolean) RETURNS integer[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY(SELECT DISTINCT s.distributor_id FROM settle.scope s
                  WHERE s.login = session_user AND coalesce(s.distributor = of_distributor, true)
                    AND (NOT own_distributors.whole OR num_nonnulls(s.outlet_id, s.manager_id) = 0))
$$;

-- Which outlets and managers the login sees on which days, by scopes of outlets and managers: an outlet's are those below
-- it on the day, and their managers. Of an outlet manager_id is 0, of a manager outlet_id.
CREATE FUNCTION settle.own_days() RETURNS TABLE (distributor_id integer, outlet_id integer, manager_id integer, days datemultirange)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE own AS MATERIALIZED (
        SELECT s.distributor_id, s.outlet_id, s.manager_id FROM settle.scope s
         WHERE s.login = session_user AND num_nonnulls(s.outlet_id, s.manager_id) > 0),
    place AS MATERIALIZED (
        SELECT p.* FROM settle.outlet_place p
         WHERE p.outlet_id IN (SELECT v.outlet_id FROM settle.outlet_version v
                                WHERE v.distributor_id = ANY (ARRAY(SELECT o.distributor_id FROM own o WHERE o.outlet_id > 0)))),
    below (distributor_id, outlet_id, since, until) AS (
        SELECT o.distributor_id, o.outlet_id, date '-infinity', date 'infinity' FROM own o WHERE o.outlet_id > 0
         UNION
        SELECT b.distributor_id, p.outlet_id, greatest(b.since, p.since), least(b.until, p.until)
          FROM below b JOIN place p ON p.parent_id = b.outlet_id AND p.since < b.until AND p.until > b.since),
    seen AS (
        SELECT b.distributor_id, b.outlet_id, 0 AS manager_id, b.since, b.until FROM below b
         UNION ALL
        SELECT b.distributor_id, 0, m.manager_id, greatest(b.since, m.since), least(b.until, m.until)
          FROM below b
          JOIN (SELECT x.* FROM settle.manager_place x
                 WHERE x.manager_id IN (SELECT v.manager_id FROM settle.manager_version v
                                         WHERE v.outlet_id = ANY (ARRAY(SELECT y.outlet_id FROM below y)))) m
            ON m.outlet_id = b.outlet_id AND m.since < b.until AND m.until > b.since
         UNION ALL
        SELECT o.distributor_id, 0, o.manager_id, date '-infinity', date 'infinity' FROM own o WHERE o.manager_id > 0)
    SELECT s.distributor_id, s.outlet_id, s.manager_id, range_agg(daterange(s.since, s.until)) FROM seen s GROUP BY 1, 2, 3
$$;

-- --- what orders and windows earned, and whose they are -------------------------------------------------------------

-- Settled orders, each with what its slots stand at (of one that is withdrawn, or is another distributor's by now, that
-- alone: nothing was sold); one row without a slot for an order that nothing was posted for.
-- outlet: where its manager stood on its closing day. event_*: what happened to it and is not undone, by day and time (some
-- of it may count for nothing: run/decide/refunds.h). cut_*: what ceilings and caps take of it now. split_*: how the rule
-- divides it; zeros: not. Its postings are looked for month by month from its own to the one after the last night, by the
-- whole of their key: of an order and all months at once the server would read all that the distributor has in each.
-- (run_id + 0: not by walking all runs.)
CREATE VIEW settle_view.activity_order AS
SELECT o.distributor_id, o.closing_month, o.closing_day, o.closing_at, o.order_id, o.upstream_id, o.order_line,
       (SELECT c.code FROM settle.code c WHERE c.dim = 1 AND c.id = o.carrier_id) AS carrier,
       o.manager_id, coalesce((SELECT c.code FROM settle.code c WHERE c.dim = 4 AND c.id = o.manager_id), '') AS manager,
       coalesce(s.outlet_id, 0) AS outlet_id,
       coalesce((SELECT c.code FROM settle.code c WHERE c.dim = 3 AND c.id = s.outlet_id), '') AS outlet,
       coalesce((SELECT substr(c.code, strpos(c.code, E'\x1f') + 1) FROM settle.code c WHERE c.dim = 5 AND c.id = o.product_id), '') AS product,
       CASE WHEN o.withdrawn THEN 0 ELSE o.quantity END AS quantity, CASE WHEN o.withdrawn THEN 0 ELSE o.paid_minor END AS paid_minor,
       o.currency AS currency_no, o.withdrawn,
       t.slot, t.kind AS kind_no, t.net_minor, t.held_minor, t.back_minor,
       coalesce(u.split[1], 0) AS split_distributor, coalesce(u.split[2], 0) AS split_outlet, coalesce(u.split[3], 0) AS split_manager,
       z.reason AS zero_because, e.event_ids, e.event_kinds, e.event_wholes, e.event_amounts,
       coalesce(k.cut_minor, 0) AS cut_minor, coalesce(k.cut_by, '') AS cut_by
  FROM settle.closed_order o
  JOIN settle.batch_consumption n ON n.batch_id = o.batch_id
  LEFT JOIN LATERAL (
      SELECT v.outlet_id FROM settle.manager_version v JOIN settle.batch b USING (batch_id)
       WHERE v.manager_id = o.manager_id AND v.valid_from <= o.closing_day
         AND b.state = 'sealed' AND b.business_date <= (SELECT l.business_date FROM settle.last_night l)
       ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) s ON true
  LEFT JOIN LATERAL (
      SELECT x.policy_id, x.slot >> 4 << 4 AS slot, x.kind,
             sum(CASE WHEN x.debit = 1 THEN x.amount_minor WHEN x.credit = 1 THEN -x.amount_minor ELSE 0 END)::bigint AS net_minor,
             sum(CASE WHEN x.credit = 3 THEN x.amount_minor WHEN x.debit = 3 THEN -x.amount_minor ELSE 0 END)::bigint AS held_minor,
             sum(CASE WHEN x.credit = 1 THEN x.amount_minor ELSE 0 END)::bigint AS back_minor
        FROM generate_series(o.closing_month::timestamp,
                             (SELECT date_trunc('month', max(p.business_date)::timestamp) + interval '1 month' FROM settle.run_publication p),
                             interval '1 month') m (first)
       CROSS JOIN LATERAL (SELECT y.* FROM settle.transfer y
                            WHERE y.distributor_id = o.distributor_id AND y.period = m.first::date AND y.subject_id = o.order_id OFFSET 0) x
       WHERE x.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
         AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = x.run_id)
       GROUP BY 1, 2, 3) t ON true
  LEFT JOIN settle.policy_rule u ON u.policy_id = t.policy_id AND u.number = t.slot >> 16
  LEFT JOIN LATERAL (SELECT v.reason FROM settle_view.zero v
                      WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                        AND v.order_id = o.order_id ORDER BY v.run_id + 0 DESC LIMIT 1) z ON t.slot IS NULL
  LEFT JOIN LATERAL (
      SELECT array_agg(v.event_id ORDER BY v.day, v.happened_at, v.event_id) AS event_ids,
             array_agg(v.kind ORDER BY v.day, v.happened_at, v.event_id) AS event_kinds,
             array_agg(v.whole ORDER BY v.day, v.happened_at, v.event_id) AS event_wholes,
             array_agg(v.amount_minor ORDER BY v.day, v.happened_at, v.event_id) AS event_amounts
        FROM settle.event v
        JOIN settle.batch_consumption USING (batch_id)
        JOIN settle.batch_consumption q ON q.batch_id = v.source_batch_id
       WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month AND v.order_id = o.order_id
         AND v.reinstates = 0 AND v.day <= (SELECT max(business_date) FROM settle.run_publication)
         AND NOT v.withdrawn
         AND NOT EXISTS (SELECT 1 FROM settle.event w JOIN settle.batch_consumption USING (batch_id)
                           JOIN settle.batch_consumption q ON q.batch_id = w.source_batch_id
                          WHERE w.distributor_id = v.distributor_id AND w.closing_month = v.closing_month
                            AND w.order_id = v.order_id AND w.event_id = v.event_id
                            AND (w.revision, w.withdrawn) > (v.revision, v.withdrawn))
         AND NOT EXISTS (SELECT 1 FROM settle.event r JOIN settle.batch_consumption USING (batch_id)
                           JOIN settle.batch_consumption q ON q.batch_id = r.source_batch_id
                          WHERE r.distributor_id = v.distributor_id AND r.closing_month = v.closing_month
                            AND r.order_id = v.order_id AND r.reinstates = v.event_id
                            AND r.day <= (SELECT max(business_date) FROM settle.run_publication)
                            AND NOT r.withdrawn
                            AND NOT EXISTS (SELECT 1 FROM settle.event w JOIN settle.batch_consumption USING (batch_id)
                                              JOIN settle.batch_consumption q ON q.batch_id = w.source_batch_id
                                             WHERE w.distributor_id = r.distributor_id
                                               AND w.closing_month = r.closing_month AND w.order_id = r.order_id
                                               AND w.event_id = r.event_id
                                               AND (w.revision, w.withdrawn) > (r.revision, r.withdrawn)))) e ON true
  LEFT JOIN LATERAL (
      SELECT sum(w.cut_minor)::bigint AS cut_minor,
             string_agg(DISTINCT (ARRAY['ceiling', 'policy-ceiling', 'life-cap'])[w.what], ' ') AS cut_by
        FROM (SELECT DISTINCT ON (y.month, y.slot, y.what) y.what, y.cut_minor
                FROM settle.cut y
                JOIN settle.run_publication p USING (run_id)
               WHERE y.distributor_id = o.distributor_id AND y.subject_id = o.order_id AND y.month >= o.closing_month
                 AND y.what < 4
               ORDER BY y.month, y.slot, y.what, y.run_id DESC) w
       WHERE w.cut_minor > 0) k ON true
 WHERE o.closing_day <= (SELECT max(business_date) FROM settle.run_publication)
   AND (NOT o.withdrawn OR t.slot IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn);

-- Volume windows, each with what its rule stands at. A window is its scope's: the outlet's, the manager's (and so of the
-- outlet where the manager stood on its last day), or the distributor's.
CREATE VIEW settle_view.activity_window AS
SELECT w.distributor_id, w.window_end, (w.window_end + interval '1 month')::date - 1 AS last_day, w.subject_id, w.slot,
       (SELECT c.code FROM settle.code c WHERE c.dim = 1 AND c.id = p.carrier_id) AS carrier,
       w.manager_id, coalesce((SELECT c.code FROM settle.code c WHERE c.dim = 4 AND c.id = w.manager_id), '') AS manager,
       coalesce(s.outlet_id, w.outlet_id) AS outlet_id,
       coalesce((SELECT c.code FROM settle.code c WHERE c.dim = 3 AND c.id = coalesce(s.outlet_id, w.outlet_id)), '') AS outlet,
       p.currency AS currency_no, w.kind AS kind_no, w.net_minor, w.held_minor, w.back_minor,
       coalesce(u.split[1], 0) AS split_distributor, coalesce(u.split[2], 0) AS split_outlet, coalesce(u.split[3], 0) AS split_manager
  FROM (SELECT x.distributor_id, x.subject_id, x.policy_id, x.slot >> 4 << 4 AS slot, x.kind,
               (date '1900-01-01' + ((x.subject_id & 4095)::integer * interval '1 month'))::date AS window_end,
               CASE WHEN (x.subject_id >> 38) & 3 = 1 THEN ((x.subject_id >> 12) & 67108863)::integer ELSE 0 END AS outlet_id,
               CASE WHEN (x.subject_id >> 38) & 3 = 2 THEN ((x.subject_id >> 12) & 67108863)::integer ELSE 0 END AS manager_id,
               sum(CASE WHEN x.debit = 1 THEN x.amount_minor WHEN x.credit = 1 THEN -x.amount_minor ELSE 0 END)::bigint AS net_minor,
               sum(CASE WHEN x.credit = 3 THEN x.amount_minor WHEN x.debit = 3 THEN -x.amount_minor ELSE 0 END)::bigint AS held_minor,
               sum(CASE WHEN x.credit = 1 THEN x.amount_minor ELSE 0 END)::bigint AS back_minor
          FROM settle.transfer x
         WHERE x.kind IN (SELECT k.kind_no FROM settle_view.kind k WHERE k.subject = 'window')
           AND x.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment a WHERE a.run_id = x.run_id)
         GROUP BY 1, 2, 3, 4, 5) w
  JOIN settle.policy p USING (policy_id)
  LEFT JOIN settle.policy_rule u ON u.policy_id = w.policy_id AND u.number = w.slot >> 16
  LEFT JOIN LATERAL (
      SELECT v.outlet_id FROM settle.manager_version v JOIN settle.batch b USING (batch_id)
       WHERE v.manager_id = w.manager_id AND v.valid_from <= (w.window_end + interval '1 month')::date - 1
         AND b.state = 'sealed' AND b.business_date <= (SELECT l.business_date FROM settle.last_night l)
       ORDER BY v.valid_from DESC, v.batch_id DESC LIMIT 1) s ON true;

-- All events of the orders of which some count for nothing by what the last run that looked at them found, each order's
-- together, with what its carrier's refunds may exceed by. seen: a person has.
CREATE VIEW settle_view.judged_event AS
SELECT o.carrier_id, f.distributor_id, o.order_id, o.manager_id, o.paid_minor, o.closing_day, o.currency AS currency_no,
       e.event_id, e.amount_minor, e.reinstates, e.day, e.kind, e.whole, e.happened_at,
       c.code AS carrier, d.code AS distributor, coalesce(o.upstream_id, '(erased) #' || o.order_id) AS order_no,
       coalesce(e.upstream_id, '(erased) #' || e.event_id) AS event_no,
       EXISTS (SELECT 1 FROM settle.control_log l
                WHERE l.action = 'fact-seen' AND l.subject = c.code || '/' || e.event_id) AS seen,
       (SELECT max(business_date) FROM settle.run_publication) AS night, e.revision * 2 + e.withdrawn::integer AS version,
       coalesce((SELECT (l.detail ->> 'value')::bigint FROM settle.control_log l
                  WHERE l.action = 'setting' AND l.subject = 'refund-slack/' || c.code
                    AND (l.detail ->> 'from')::date <= o.closing_day
                  ORDER BY (l.detail ->> 'from')::date DESC, l.position DESC LIMIT 1), 0) AS slack_minor
  FROM (SELECT DISTINCT ON (a.distributor_id, a.order_id) a.distributor_id, a.order_id, a.closing_month, a.slot
          FROM settle.agenda a
         WHERE a.what = 7 AND a.run_id <= (SELECT value FROM settle.counter WHERE name = 'watermark')
           AND NOT EXISTS (SELECT 1 FROM settle.run_abandonment x WHERE x.run_id = a.run_id)
         ORDER BY a.distributor_id, a.order_id, a.run_id DESC) f
  JOIN settle.closed_order o ON o.distributor_id = f.distributor_id AND o.closing_month = f.closing_month
   AND o.order_id = f.order_id
  JOIN settle.event e ON e.distributor_id = f.distributor_id AND e.closing_month = f.closing_month AND e.order_id = f.order_id
  JOIN settle.batch_consumption n ON n.batch_id = e.batch_id
  JOIN settle.batch_consumption s ON s.batch_id = e.source_batch_id
  JOIN settle.code c ON c.dim = 1 AND c.id = o.carrier_id
  JOIN settle.code d ON d.dim = 2 AND d.id = f.distributor_id
 WHERE f.slot > 0
   AND NOT EXISTS (SELECT 1 FROM settle_view.order_row_over v
                    WHERE v.distributor_id = o.distributor_id AND v.closing_month = o.closing_month
                      AND v.order_id = o.order_id AND v.revision = o.revision AND v.withdrawn = o.withdrawn);
GRANT SELECT ON settle_view.activity_order, settle_view.activity_window, settle_view.judged_event
    TO settle_reader, settle_runner, settle_approver, settle_treasury;

-- --- what a scoped login reads --------------------------------------------------------------------------------------

-- The scopes of the login.
CREATE FUNCTION settle_scope.scopes() RETURNS TABLE (distributor text, outlet text, manager text, granted_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.distributor, s.outlet, s.manager, s.at FROM settle.scope s WHERE s.login = session_user
     ORDER BY s.distributor COLLATE "C", s.outlet COLLATE "C" NULLS FIRST, s.manager COLLATE "C" NULLS FIRST
$$;

-- Up to which day nights are settled (NULL: none), and the settlement zone.
CREATE FUNCTION settle_scope.night() RETURNS TABLE (settled_to date, zone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT n.business_date,
           coalesce((SELECT l.detail ->> 'value' FROM settle.control_log l
                      WHERE l.action = 'setting' AND l.subject = 'zone' AND l.detail ->> 'value' IS NOT NULL
                      ORDER BY l.position DESC LIMIT 1), 'Asia/Shanghai')
      FROM settle.last_night n
$$;

-- The outlets that the login sees, from which day where; parent_id 0: the top, or above what is seen.
CREATE FUNCTION settle_scope.outlets() RETURNS TABLE (outlet_id integer, outlet text, distributor text, since date, parent_id integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH seen AS MATERIALIZED (
        SELECT DISTINCT v.distributor_id, v.outlet_id FROM settle.outlet_version v
         WHERE v.distributor_id = ANY ((SELECT settle.own_distributors(NULL, true))::integer[])
         UNION
        SELECT d.distributor_id, d.outlet_id FROM settle.own_days() d WHERE d.outlet_id > 0)
    SELECT p.outlet_id, c.code, d.code, p.since,
           CASE WHEN EXISTS (SELECT 1 FROM seen x WHERE x.outlet_id = p.parent_id AND x.distributor_id = p.distributor_id)
                THEN p.parent_id ELSE 0 END
      FROM settle.outlet_place p
      JOIN seen s ON s.outlet_id = p.outlet_id AND s.distributor_id = p.distributor_id
      JOIN settle.code c ON c.dim = 3 AND c.id = p.outlet_id
      JOIN settle.code d ON d.dim = 2 AND d.id = p.distributor_id
$$;

-- The orders that the login sees, a row for each slot (settle_view.activity_order). All of what it sees, or of one
-- distributor, of closing months, of one id (or id/line).
CREATE FUNCTION settle_scope.orders(of_distributor text DEFAULT NULL, from_month date DEFAULT NULL, to_month date DEFAULT NULL,
                                    of_order text DEFAULT NULL)
    RETURNS TABLE (order_id bigint, order_no text, closed_at text, closing_day date, closing_month date, carrier text,
                   distributor text, outlet text, manager text, product text, quantity integer, paid_minor bigint,
                   currency_no smallint, withdrawn boolean, slot integer, kind_no smallint, net_minor bigint, held_minor bigint,
                   back_minor bigint, split_distributor integer, split_outlet integer, split_manager integer, zero_because text,
                   event_ids bigint[], event_kinds smallint[], event_wholes boolean[], event_amounts bigint[], cut_minor bigint,
                   cut_by text, outlet_id integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    mine constant integer[] := settle.own_distributors(of_distributor, false);
    whole constant integer[] := settle.own_distributors(of_distributor, true);
    zone constant text := (SELECT n.zone FROM settle_scope.night() n);
BEGIN
    RETURN QUERY
    WITH days AS MATERIALIZED (SELECT d.* FROM settle.own_days() d WHERE d.manager_id > 0)
    SELECT v.order_id, coalesce(v.upstream_id || coalesce('/' || NULLIF(v.order_line, ''), ''), '(erased) #' || v.order_id),
           to_char(v.closing_at AT TIME ZONE zone, 'YYYY-MM-DD"T"HH24:MI:SS'), v.closing_day, v.closing_month, v.carrier,
           c.code, v.outlet, v.manager, v.product, v.quantity, v.paid_minor, v.currency_no, v.withdrawn, v.slot, v.kind_no,
           v.net_minor, v.held_minor, v.back_minor, v.split_distributor, v.split_outlet, v.split_manager, v.zero_because,
           v.event_ids, v.event_kinds, v.event_wholes, v.event_amounts, v.cut_minor, v.cut_by, v.outlet_id
      FROM settle_view.activity_order v
      JOIN settle.code c ON c.dim = 2 AND c.id = v.distributor_id
      LEFT JOIN days d ON d.distributor_id = v.distributor_id AND d.manager_id = v.manager_id
     WHERE v.distributor_id = ANY (mine) AND (v.distributor_id = ANY (whole) OR v.closing_day <@ d.days)
       AND v.closing_month >= coalesce(from_month, '-infinity') AND v.closing_month <= coalesce(to_month, 'infinity')
       AND (of_order IS NULL OR v.upstream_id = of_order
            OR v.order_line <> '' AND v.upstream_id || '/' || v.order_line = of_order)
     ORDER BY c.code COLLATE "C", v.closing_at, v.upstream_id COLLATE "C", v.order_line COLLATE "C", v.order_id, v.slot;
END
$$;

-- The volume windows that the login sees (settle_view.activity_window).
CREATE FUNCTION settle_scope.windows(of_distributor text DEFAULT NULL, from_month date DEFAULT NULL, to_month date DEFAULT NULL)
    RETURNS TABLE (window_end date, last_day date, carrier text, distributor text, outlet text, manager text,
                   currency_no smallint, slot integer, kind_no smallint, net_minor bigint, held_minor bigint, back_minor bigint,
                   split_distributor integer, split_outlet integer, split_manager integer, outlet_id integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    mine constant integer[] := settle.own_distributors(of_distributor, false);
    whole constant integer[] := settle.own_distributors(of_distributor, true);
BEGIN
    RETURN QUERY
    WITH days AS MATERIALIZED (SELECT d.* FROM settle.own_days() d)
    SELECT v.window_end, v.last_day, v.carrier, c.code, v.outlet, v.manager, v.currency_no, v.slot, v.kind_no, v.net_minor,
           v.held_minor, v.back_minor, v.split_distributor, v.split_outlet, v.split_manager, v.outlet_id
      FROM settle_view.activity_window v
      JOIN settle.code c ON c.dim = 2 AND c.id = v.distributor_id
     WHERE v.distributor_id = ANY (mine)
       AND (v.distributor_id = ANY (whole)
            OR EXISTS (SELECT 1 FROM days d
                        WHERE d.distributor_id = v.distributor_id AND v.last_day <@ d.days
                          AND CASE WHEN v.manager_id > 0 THEN d.manager_id = v.manager_id
                              ELSE v.outlet_id > 0 AND d.manager_id = 0 AND d.outlet_id = v.outlet_id END))
       AND v.window_end >= coalesce(from_month, '-infinity') AND v.window_end <= coalesce(to_month, 'infinity')
     ORDER BY c.code COLLATE "C", v.window_end, v.subject_id, v.slot;
END
$$;

-- Events of orders that the login sees, of which some count for nothing (settle_view.judged_event).
CREATE FUNCTION settle_scope.judged_events(of_distributor text DEFAULT NULL)
    RETURNS TABLE (distributor text, order_id bigint, paid_minor bigint, closing_day date, event_id bigint, amount_minor bigint,
                   reinstates bigint, day date, kind smallint, whole boolean, happened_at timestamptz, night date, version integer,
                   slack_minor bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH days AS MATERIALIZED (SELECT d.* FROM settle.own_days() d WHERE d.manager_id > 0)
    SELECT v.distributor, v.order_id, v.paid_minor, v.closing_day, v.event_id, v.amount_minor, v.reinstates, v.day, v.kind,
           v.whole, v.happened_at, v.night, v.version, v.slack_minor
      FROM settle_view.judged_event v
      LEFT JOIN days d ON d.distributor_id = v.distributor_id AND d.manager_id = v.manager_id
     WHERE v.distributor_id = ANY ((SELECT settle.own_distributors(of_distributor, false))::integer[])
       AND (v.closing_day <@ d.days
            OR v.distributor_id = ANY ((SELECT settle.own_distributors(of_distributor, true))::integer[]))
     ORDER BY v.distributor COLLATE "C", v.order_id, v.happened_at, v.event_id
$$;

-- Invoices of published runs, and their lines: of distributors that the login sees whole.
CREATE FUNCTION settle_scope.invoices(of_distributor text DEFAULT NULL)
    RETURNS TABLE (number text, batch text, carrier text, distributor text, currency_no smallint, tax_ppb bigint, cut_off date,
                   status text, lines integer, net_minor bigint, tax_minor bigint, gross_minor bigint, payable_minor bigint,
                   withheld_minor bigint, brought_minor bigint, covered_minor bigint, left_minor bigint, document text,
                   run_id integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    whole constant integer[] := settle.own_distributors(of_distributor, true);
BEGIN
    RETURN QUERY
    SELECT coalesce(i.number, ''), i.batch, i.carrier, i.distributor, i.currency_no, i.tax_ppb, i.cut_off, i.status, i.lines,
           i.net_minor, i.tax_minor, i.gross_minor, i.payable_minor + i.tax_added_minor, i.withheld_minor, i.brought_minor,
           i.covered_minor, i.left_minor, i.document, i.run_id
      FROM settle_view.invoice i
     WHERE i.distributor_id = ANY (whole) AND i.run_id <= (SELECT c.value FROM settle.counter c WHERE c.name = 'watermark')
     ORDER BY i.run_id, i.carrier COLLATE "C", i.number IS NULL, i.number COLLATE "C", i.distributor COLLATE "C", i.currency_no,
              i.tax_ppb;
END
$$;

CREATE FUNCTION settle_scope.invoice_lines(of_distributor text DEFAULT NULL)
    RETURNS TABLE (number text, batch text, carrier text, distributor text, line integer, kind_no smallint, kind text, class text, taken_back boolean,
                   withheld boolean, transfers bigint, net_minor bigint, tax_minor bigint, gross_minor bigint,
                   currency_no smallint, run_id integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    whole constant integer[] := settle.own_distributors(of_distributor, true);
BEGIN
    RETURN QUERY
    SELECT i.number, i.batch, i.carrier, i.distributor, l.line, l.kind, k.kind, coalesce(x.class, ''), l.taken_back, l.withheld,
           l.transfers, l.net_minor, l.tax_minor, l.gross_minor, l.currency, i.run_id
      FROM settle.invoice_line l
      JOIN settle_view.invoice i ON i.distributor_id = l.distributor_id AND i.run_id = l.run_id
       AND i.carrier_id = l.carrier_id AND i.currency_no = l.currency AND i.tax_ppb = l.tax_ppb
      JOIN settle_view.kind k ON k.kind_no = l.kind
      LEFT JOIN settle_view.class x ON x.class_id = l.class_id
     WHERE l.distributor_id = ANY (whole) AND i.number IS NOT NULL
       AND i.run_id <= (SELECT c.value FROM settle.counter c WHERE c.name = 'watermark')
     ORDER BY i.number COLLATE "C", l.line;
END
$$;

-- The same for who asks by SQL, and what a program asks first.
CREATE VIEW settle_scope.scope WITH (security_barrier) AS SELECT * FROM settle_scope.scopes();
CREATE VIEW settle_scope.settled WITH (security_barrier) AS SELECT * FROM settle_scope.night();
CREATE VIEW settle_scope.outlet WITH (security_barrier) AS SELECT * FROM settle_scope.outlets();
CREATE VIEW settle_scope.activity_order WITH (security_barrier) AS SELECT * FROM settle_scope.orders();
CREATE VIEW settle_scope.activity_window WITH (security_barrier) AS SELECT * FROM settle_scope.windows();
CREATE VIEW settle_scope.judged_event WITH (security_barrier) AS SELECT * FROM settle_scope.judged_events();
CREATE VIEW settle_scope.invoice WITH (security_barrier) AS SELECT * FROM settle_scope.invoices();
CREATE VIEW settle_scope.invoice_line WITH (security_barrier) AS SELECT * FROM settle_scope.invoice_lines();
CREATE VIEW settle_scope.schema_migration WITH (security_barrier) AS SELECT m.number, m.hash FROM settle.schema_migration m;

REVOKE EXECUTE ON FUNCTION settle.check_scope, settle.grant_scope, settle.revoke_scope, settle.own_distributors, settle.own_days
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settle.grant_scope, settle.revoke_scope TO settle_approver;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA settle_scope FROM PUBLIC;
GRANT USAGE ON SCHEMA settle_scope TO settle_scoped;
GRANT SELECT ON ALL TABLES IN SCHEMA settle_scope TO settle_scoped;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA settle_scope TO settle_scoped;
