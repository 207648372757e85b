-- How much did cameras read by the hour? Counts alone. Takes: since_s (all hours from then on), before_s (before it only the
-- hours that are `hour` o'clock in the zone `zone`), every (all hours from before_s on), camera (force, source, camera; of all
-- where `everywhere`). Answers, a row a camera and hour: force, source, camera, start of the hour (s), reads, of them late,
-- of them unsure, last (captured_ms).
SELECT
    force, source, camera, toUInt32(hour) AS hour_s, toInt64(sum(n)), toInt64(sum(late_n)), toInt64(sum(unsure_n)),
    toUnixTimestamp64Milli(max(last_seen))
FROM camera_hour
WHERE hour >= toDateTime({before_s:UInt32}, 'UTC')
    AND (hour >= toDateTime({since_s:UInt32}, 'UTC') OR {every:Bool} OR toHour(hour, {zone:String}) = {hour:UInt8})
    AND ({everywhere:Bool} OR (force, source, camera) IN {camera:Array(Tuple(UInt32, UInt32, UInt32))})
GROUP BY force, source, camera, hour
ORDER BY force, source, camera, hour
SETTINGS readonly = 1, max_execution_time = 15, max_memory_usage = 1000000000, max_result_rows = 2000000
