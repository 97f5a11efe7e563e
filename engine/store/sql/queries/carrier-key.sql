-- The key of a carrier, in hex; of '' that of rows without one. $1 carrier
SELECT encode(k.key, 'hex') AS key_hex
  FROM settle.carrier_key_now k
  LEFT JOIN settle.code c ON c.dim = 1 AND c.id = k.carrier_id
 WHERE coalesce(c.code, '') = $1
