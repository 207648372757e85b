-- In which months were marks seen that may be these, misread? Takes: alike, likely and held as search_marks_misread does,
-- since_ms and until_ms; search, seconds and memory. Marks one character away are told, whether or not a candidate is held.
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
        AND translate(vrm, 'IO', '10') IN (
            SELECT arrayJoin(arrayConcat({alike:Array(String)}, {likely:Array(String)}, arrayFlatten(arrayMap(
                mark -> arrayFlatten(arrayMap(
                    at -> arrayMap(
                        shape -> concat(substring(mark, 1, at - 1), shape, substring(mark, at + 1)),
                        splitByString('', '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ')),
                    range(1, length(mark) + 1))),
                {held:Array(String)})))))
    GROUP BY month
)
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
