-- Which parts has the engine put aside, as it does at its start with those that are damaged? Answers: table, partition (of a
-- day or month yyyymmdd) and name of each. No question finds what is in them.
SELECT table, coalesce(partition_id, ''), name
FROM system.detached_parts WHERE database = currentDatabase() ORDER BY table, name
SETTINGS readonly = 1, max_execution_time = 60
