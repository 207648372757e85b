"""Drivers, SQL files, migrations: reads, control records, pictures, journal."""
