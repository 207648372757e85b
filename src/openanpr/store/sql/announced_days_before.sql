-- Which capture days before a day still have announcements? Takes: before (yyyymmdd). Answers: yyyymmdd, oldest first.
SELECT DISTINCT _partition_id AS day FROM announced WHERE _partition_id < {before:String} ORDER BY day
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
