-- In which months were these marks seen? Takes: alike and exact as search_marks does, since_ms and until_ms; search, seconds
-- and memory.
-- Answers: one row, whole_from (from this day on the summary stands for all reads), and for each month, newest first, the first
-- and the last day on which one was seen in it (days since 1970-01-01).
WITH (
    SELECT if(count() = 0, toDate('1970-01-01'), toStartOfMonth(max(day)) + INTERVAL 1 MONTH) FROM retention_days
) AS whole_from
SELECT toUInt32(whole_from), arrayReverseSort(groupArray((toUInt32(first), toUInt32(last))))
FROM (
    SELECT month, min(first_day) AS first, max(last_day) AS last
    FROM vrm_month
    WHERE month >= greatest(toStartOfMonth(fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')), whole_from)
        AND month <= toStartOfMonth(fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
        AND translate(vrm, 'IO', '10') IN {alike:Array(String)}
        AND ({exact:Array(String)} = [] OR vrm IN {exact:Array(String)})
    GROUP BY month
)
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
