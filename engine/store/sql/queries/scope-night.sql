-- Up to which day nights are settled, and the zone, for a scoped login.
SELECT n.settled_to, n.zone FROM settle_scope.night() n
