-- Keys of senders, and until when.
SELECT carrier, encode(key, 'hex'), actor, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
       coalesce(to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), ''), reason
  FROM settle.sender_key ORDER BY carrier, position
