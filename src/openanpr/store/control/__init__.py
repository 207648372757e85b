"""Control records (lists, later people, sites and alerts) in SQLite or PostgreSQL, by SQLAlchemy Core."""
