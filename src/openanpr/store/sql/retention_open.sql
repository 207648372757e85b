-- Which runs of retention were cut short? Answers: began_ms and the body of step 0 of each; oldest first.
SELECT toUnixTimestamp64Milli(began_at), any(body)
FROM retention_days GROUP BY day, began_at HAVING max(step) = 0 ORDER BY day, began_at
SETTINGS readonly = 1, max_execution_time = 60
