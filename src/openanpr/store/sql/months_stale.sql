-- Which months of the summary of VRMs hold days that are past? Takes: kept_from (yyyy-mm-dd).
-- Answers: the first day of each such month, oldest first.
SELECT toString(month) FROM vrm_month WHERE first_day < toDate({kept_from:String}) GROUP BY month ORDER BY month
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 1000000000
