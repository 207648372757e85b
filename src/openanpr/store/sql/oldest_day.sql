-- Which is the oldest day of which reads are stored? Takes nothing. Answers: the day, null where there is none.
SELECT if(count() = 0, NULL, toString(min(day)))
FROM camera_day
WHERE n > 0
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
