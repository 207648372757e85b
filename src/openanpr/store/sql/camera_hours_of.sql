-- How much did some cameras read in some hours? Counts alone. Takes: cameras (force, source, camera), hours (their starts, UTC,
-- yyyy-mm-dd hh:mm:ss).
-- Answers, a row a camera and hour in which it read anything: force, source, camera, start of the hour (s), reads, of them
-- late, of them unsure, last (captured_ms).
SELECT
    force, source, camera, toUInt32(hour) AS hour_s, toInt64(sum(n)), toInt64(sum(late_n)), toInt64(sum(unsure_n)),
    toUnixTimestamp64Milli(max(last_seen))
FROM camera_hour
WHERE hour IN (SELECT toDateTime(arrayJoin({hours:Array(String)}), 'UTC'))
    AND (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
GROUP BY force, source, camera, hour
SETTINGS readonly = 1, max_execution_time = 15, max_memory_usage = 1000000000, max_result_rows = 2000000
