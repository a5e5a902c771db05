"""Who may use the site and who did: API tokens, scopes, limits, answers to programs that fail, the access log."""
