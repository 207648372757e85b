-- In which hours did these cameras read anything? Takes: cameras, since_ms (from), until_ms (before), first_s and last_s (the
-- whole hours between, from and before), before_s (the start of the time before); search, seconds and memory.
-- Answers, a row a camera that read anything: force, source, camera, hours of the span, hours before it, last (captured_ms, 0:
-- not in the span). An hour that is in the span in part counts by the reads themselves.
SELECT
    force, source, camera, uniqExactIf(hour, in_span), uniqExactIf(hour, NOT in_span),
    maxIf(last_ms, in_span)
FROM (
    SELECT force, source, camera, hour, true AS in_span, toUnixTimestamp64Milli(last_seen) AS last_ms
    FROM camera_hour
    WHERE hour >= toDateTime({first_s:UInt32}, 'UTC') AND hour < toDateTime({last_s:UInt32}, 'UTC')
        AND (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
    UNION ALL
    SELECT force, source, camera, hour, false, 0
    FROM camera_hour
    WHERE hour >= toDateTime({before_s:UInt32}, 'UTC')
        AND hour < toStartOfHour(toDateTime(intDiv({since_ms:Int64}, 1000), 'UTC'))
        AND (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
    UNION ALL
    SELECT
        force, source, camera, toStartOfHour(toDateTime(captured_at, 'UTC')) AS hour, true,
        toUnixTimestamp64Milli(max(captured_at))
    FROM reads_by_camera
    WHERE (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
        AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli(least({until_ms:Int64}, toInt64({first_s:UInt32}) * 1000), 'UTC')
    GROUP BY force, source, camera, hour
    UNION ALL
    SELECT
        force, source, camera, toStartOfHour(toDateTime(captured_at, 'UTC')) AS hour, true,
        toUnixTimestamp64Milli(max(captured_at))
    FROM reads_by_camera
    WHERE (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))}
        AND captured_at >= fromUnixTimestamp64Milli(greatest({since_ms:Int64}, toInt64({last_s:UInt32}) * 1000), 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    GROUP BY force, source, camera, hour
)
GROUP BY force, source, camera
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
