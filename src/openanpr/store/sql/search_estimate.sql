-- How many reads did these cameras make, about? Takes: cameras, everywhere (all cameras), whole_since and whole_until (the
-- whole days, yyyy-mm-dd, the second not in), since_s and until_s (the span; of an hour that is in it in part, so much counts);
-- search, seconds and memory. Answers: one row, the count.
SELECT toInt64(round(sum(many)))
FROM (
    SELECT toFloat64(sum(n)) AS many
    FROM camera_day
    WHERE day >= toDate({whole_since:String}) AND day < toDate({whole_until:String})
        AND ({everywhere:Bool} OR (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))})
    UNION ALL
    SELECT sum(n * (least(from_s + 3600, {until_s:Float64}) - greatest(from_s, {since_s:Float64})) / 3600) AS many
    FROM (SELECT *, toFloat64(toUInt32(hour)) AS from_s FROM camera_hour)
    WHERE hour > toDateTime(toUInt32({since_s:Float64}), 'UTC') - INTERVAL 1 HOUR
        AND hour < toDateTime(toUInt32(ceil({until_s:Float64})), 'UTC')
        AND (hour < toDateTime({whole_since:String}, 'UTC') OR hour >= toDateTime({whole_until:String}, 'UTC'))
        AND ({everywhere:Bool} OR (force, source, camera) IN {cameras:Array(Tuple(UInt32, UInt32, UInt32))})
)
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
