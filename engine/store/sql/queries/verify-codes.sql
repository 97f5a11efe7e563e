SELECT dim, id, code FROM settle.code ORDER BY 1, 2
