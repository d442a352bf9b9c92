"""Who may see and who may act: users, tokens, sessions, and where a request comes from."""
