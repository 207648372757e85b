-- Takes: number, name, sha256 of a migration that was applied.
INSERT INTO migrations (number, name, sha256)
