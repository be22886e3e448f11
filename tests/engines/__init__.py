"""Real databases for the tests: SQLite and PostgreSQL, each migrated once and then copied."""
