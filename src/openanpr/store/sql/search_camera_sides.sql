-- What the order of cameras keeps of these reads, whole where `tabled`. Takes: keys (vrm, captured_ms, force, source, camera), a
-- few thousand at most; search, seconds and memory. Answers, in no order, what search_passed does.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm, tabled,
    confidence, late, 1099512676352 - toInt64(earliness) AS latency_ms, style, candidate_plate, candidate_p,
    clock_doubtful, direction, lat_e7, lon_e7, place_error_m
FROM reads_by_camera
WHERE (force, source, camera, captured_at) IN (
        SELECT key.3, key.4, key.5, fromUnixTimestamp64Milli(key.2, 'UTC')
        FROM (SELECT arrayJoin({keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}) AS key))
    AND (vrm, toUnixTimestamp64Milli(captured_at), force, source, camera)
        IN {keys:Array(Tuple(String, Int64, UInt32, UInt32, UInt32))}
ORDER BY earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
