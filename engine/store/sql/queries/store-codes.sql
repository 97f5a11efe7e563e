SELECT dim, id, code FROM settle.code
