-- How many reads of the days from one to before another are stored? Out of the counts by day: no read is looked at.
-- Takes: since, until (days). Answers: the number of reads.
SELECT toInt64(sum(n))
FROM camera_day
WHERE day >= {since:Date} AND day < {until:Date}
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
