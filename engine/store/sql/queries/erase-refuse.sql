-- Turns a request down. $1 request, $2 reason
SELECT settle.refuse_erasure($1, $2)
