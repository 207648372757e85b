-- Which shapes of a form that begins with a wildcard may have been seen in a span? Takes: pattern (LIKE, of shapes), since_ms,
-- until_ms, limit, and the pairs of store/sieve.py: m1 v1, m2 v2, m3 v3, m4 v4, m5 v5, m6 v6, m7 v7, m8 v8; search, seconds and
-- memory. Answers: shape. Every VRM of a month with a summary is looked at: by its code, and by its text only where it is too
-- long for one. Months that have lost a day to retention have no summary: of them the reads are asked.
WITH (
    SELECT if(count() = 0, toDate('1970-01-01'), toStartOfMonth(max(day)) + INTERVAL 1 MONTH) FROM retention_days
) AS whole_from
SELECT DISTINCT translate(mark, 'IO', '10') AS shape
FROM (
    SELECT reverse(reinterpretAsString(code)) AS mark
    FROM vrm_month
    PREWHERE bitAnd(code, {m1:UInt64}) = {v1:UInt64} OR bitAnd(code, {m2:UInt64}) = {v2:UInt64}
        OR bitAnd(code, {m3:UInt64}) = {v3:UInt64} OR bitAnd(code, {m4:UInt64}) = {v4:UInt64}
        OR bitAnd(code, {m5:UInt64}) = {v5:UInt64} OR bitAnd(code, {m6:UInt64}) = {v6:UInt64}
        OR bitAnd(code, {m7:UInt64}) = {v7:UInt64} OR bitAnd(code, {m8:UInt64}) = {v8:UInt64}
    WHERE month >= greatest(toStartOfMonth(fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')), whole_from)
        AND first_day <= toDate(fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
        AND last_day >= toDate(fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC'))
        AND translate(mark, 'IO', '10') LIKE {pattern:String}
    UNION ALL
    SELECT vrm AS mark
    FROM vrm_month
    PREWHERE code = 0
    WHERE month >= greatest(toStartOfMonth(fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')), whole_from)
        AND first_day <= toDate(fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
        AND last_day >= toDate(fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC'))
        AND translate(vrm, 'IO', '10') LIKE {pattern:String}
    UNION ALL
    SELECT vrm AS mark
    FROM reads
    WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < least(fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'), toDateTime64(whole_from, 3, 'UTC'))
        AND translate(vrm, 'IO', '10') LIKE {pattern:String}
)
LIMIT {limit:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
