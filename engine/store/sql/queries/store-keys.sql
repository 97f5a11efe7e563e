-- What ids are made under.
SELECT carrier_id, key FROM settle.carrier_key_now
