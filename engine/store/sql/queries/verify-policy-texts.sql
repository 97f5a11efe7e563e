-- Policies with their texts, and what stands beside a text and must be what it says: a line for the version, one a rule.
SELECT p.policy_id, p.document,
       format(E'%s %s of %s, %s..%s, %s %s %s\n', p.name, p.version, coalesce(c.code, ''), p.closing_from, p.closing_to,
              p.currency, p.tax_ppb, p.tax_included)
       || coalesce((SELECT string_agg(format(E'%s %s %s (%s)\n', r.ordinal, r.kind, r.rule, array_to_string(r.split, ',')), ''
                                      ORDER BY r.ordinal)
                      FROM settle.policy_rule r WHERE r.policy_id = p.policy_id), '') AS beside
  FROM settle.policy p
  LEFT JOIN settle.code c ON c.dim = 1 AND c.id = p.carrier_id
 ORDER BY 1
