-- Where were these marks, read well or not? Takes: alike (their shapes), likely (shapes that are likely misreads), held (shapes:
-- a read one character away answers that holds one among its candidates), cameras, everywhere (whether other cameras count
-- too), since_ms (from), until_ms (before), limit, without (cameras whose reads are not there); search, seconds and memory.
-- Answers, newest first: vrm, captured_ms, force, source, camera. No more, for each column is a file in each of very many
-- parts: search_plate_sides tells the rest of those that are shown.
SELECT vrm, toUnixTimestamp64Milli(captured_at), force, source, camera
FROM reads
WHERE translate(vrm, 'IO', '10') IN (
        SELECT arrayJoin(arrayConcat({alike:Array(String)}, {likely:Array(String)}, arrayFlatten(arrayMap(
            mark -> arrayFlatten(arrayMap(
                at -> arrayMap(
                    shape -> concat(substring(mark, 1, at - 1), shape, substring(mark, at + 1)),
                    splitByString('', '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ')),
                range(1, length(mark) + 1))),
            {held:Array(String)})))))
    AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND (force, source, camera) NOT IN {without:Array(Tuple(UInt32, UInt32, UInt32))}
    AND ({everywhere:Bool} OR (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))})
    AND (
        translate(vrm, 'IO', '10') IN {alike:Array(String)}
        OR translate(vrm, 'IO', '10') IN {likely:Array(String)}
        OR hasAny(arrayMap(other -> translate(if(other = '', vrm, other), 'IO', '10'), candidate_plate), {held:Array(String)})
    )
ORDER BY captured_at DESC, vrm, force, source, camera
LIMIT 1 BY captured_at, vrm, force, source, camera
LIMIT {limit:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
