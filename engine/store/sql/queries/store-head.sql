-- The seal of the last published run: what a decision on the books is on.
SELECT settle.head() AS head
