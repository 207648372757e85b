-- Answers: name of every table of the read store that keeps rows of its own.
SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' ORDER BY name
SETTINGS readonly = 1, max_execution_time = 60
