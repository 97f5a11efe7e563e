-- What has this code: 1 carrier, 2 distributor, 3 outlet, 4 manager. $1 code
SELECT c.dim::integer FROM settle.code c WHERE c.dim BETWEEN 1 AND 4 AND c.code = $1 ORDER BY 1
