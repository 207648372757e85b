-- Answers: number, name, sha256 of every applied migration, in order. A number appears twice only if two
-- programs recorded it differently.
SELECT DISTINCT number, name, sha256 FROM migrations ORDER BY number, name, sha256
SETTINGS readonly = 1, max_execution_time = 60
