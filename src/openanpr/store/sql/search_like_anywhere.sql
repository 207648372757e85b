-- Which marks of a form that begins with a wildcard were read in a span? Takes what search_like does:
-- pattern, since_ms, until_ms, limit, without, m1 v1, m2 v2, m3 v3, m4 v4, m5 v5, m6 v6, m7 v7, m8 v8; search, seconds, memory.
-- Answers: vrm, rows, moments, first and last (captured_ms), last seen first. Where there are as many moments as rows, each
-- row is a read: no camera has to be looked at to tell one from another. Every mark of the span is looked at: by its code
-- alone, and by its text only where it is too long for one.
SELECT
    mark, count(), uniqExact(captured_at),
    toUnixTimestamp64Milli(min(captured_at)), toUnixTimestamp64Milli(max(captured_at)) AS last
FROM (
    SELECT reverse(reinterpretAsString(code)) AS mark, captured_at
    FROM reads
    PREWHERE bitAnd(code, {m1:UInt64}) = {v1:UInt64} OR bitAnd(code, {m2:UInt64}) = {v2:UInt64}
        OR bitAnd(code, {m3:UInt64}) = {v3:UInt64} OR bitAnd(code, {m4:UInt64}) = {v4:UInt64}
        OR bitAnd(code, {m5:UInt64}) = {v5:UInt64} OR bitAnd(code, {m6:UInt64}) = {v6:UInt64}
        OR bitAnd(code, {m7:UInt64}) = {v7:UInt64} OR bitAnd(code, {m8:UInt64}) = {v8:UInt64}
    WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
        AND ({without:Array(Tuple(UInt32, UInt32, UInt32))} = []
            OR (force, source, camera) NOT IN {without:Array(Tuple(UInt32, UInt32, UInt32))})
        AND translate(mark, 'IO', '10') LIKE {pattern:String}
    UNION ALL
    SELECT vrm AS mark, captured_at
    FROM reads
    PREWHERE code = 0
    WHERE captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
        AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
        AND ({without:Array(Tuple(UInt32, UInt32, UInt32))} = []
            OR (force, source, camera) NOT IN {without:Array(Tuple(UInt32, UInt32, UInt32))})
        AND translate(vrm, 'IO', '10') LIKE {pattern:String}
)
GROUP BY mark
ORDER BY last DESC, mark
LIMIT {limit:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
