"""Who works at the desk: staff accounts, roles, sessions, signing in."""
