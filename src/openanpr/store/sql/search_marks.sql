-- Where were these marks? Takes: alike (their shapes), exact (their spellings, where nothing else answers; empty: any
-- spelling of those shapes does), cameras, everywhere (whether other cameras count too), since_ms (from), until_ms (before),
-- limit, without (cameras whose reads are not there); search, seconds and memory.
-- Answers, newest first, what search_passed does. The plate is looked at first: almost every part has none of these, and
-- each further column is a file in each of very many parts.
SELECT
    toUnixTimestamp64Milli(captured_at), force, source, camera, vrm, tabled,
    confidence, late, 1099512676352 - toInt64(earliness) AS latency_ms, style, candidate_plate, candidate_p,
    clock_doubtful, direction, lat_e7, lon_e7, place_error_m
FROM reads
PREWHERE translate(vrm, 'IO', '10') IN {alike:Array(String)}
WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND (force, source, camera) NOT IN {without:Array(Tuple(UInt32, UInt32, UInt32))}
    AND ({everywhere:Bool} OR (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))})
    AND ({exact:Array(String)} = [] OR vrm IN {exact:Array(String)})
ORDER BY captured_at DESC, vrm, force, source, camera, earliness DESC
LIMIT 1 BY captured_at, vrm, force, source, camera
LIMIT {limit:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
