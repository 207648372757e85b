-- On which day did each camera read last? Takes nothing. Answers, a row a camera that ever read: force, source, camera, day
-- (days since 1970).
SELECT force, source, camera, toInt32(toUInt16(max(day)))
FROM camera_day
GROUP BY force, source, camera
SETTINGS readonly = 1, max_execution_time = 15, max_memory_usage = 1000000000, max_result_rows = 2000000
