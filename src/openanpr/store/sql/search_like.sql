-- Which marks of a form were read in a span? Takes: pattern (LIKE, of shapes), since_ms (from), until_ms (before), limit,
-- without (cameras whose reads are not there) and the pairs of store/sieve.py: m1 v1, m2 v2, m3 v3, m4 v4, m5 v5, m6 v6, m7 v7,
-- m8 v8; search, seconds and memory.
-- Answers: vrm, reads, first and last (captured_ms), last seen first.
SELECT
    vrm, uniqExact(captured_at, force, source, camera),
    toUnixTimestamp64Milli(min(captured_at)), toUnixTimestamp64Milli(max(captured_at)) AS last
FROM reads
PREWHERE bitAnd(code, {m1:UInt64}) = {v1:UInt64} OR bitAnd(code, {m2:UInt64}) = {v2:UInt64}
    OR bitAnd(code, {m3:UInt64}) = {v3:UInt64} OR bitAnd(code, {m4:UInt64}) = {v4:UInt64}
    OR bitAnd(code, {m5:UInt64}) = {v5:UInt64} OR bitAnd(code, {m6:UInt64}) = {v6:UInt64}
    OR bitAnd(code, {m7:UInt64}) = {v7:UInt64} OR bitAnd(code, {m8:UInt64}) = {v8:UInt64}
    OR code = 0 -- too long for a code
WHERE translate(vrm, 'IO', '10') LIKE {pattern:String}
    AND captured_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND captured_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND (force, source, camera) NOT IN {without:Array(Tuple(UInt32, UInt32, UInt32))}
GROUP BY vrm
ORDER BY last DESC, vrm
LIMIT {limit:UInt32}
SETTINGS readonly = 1, log_comment = {search:String}, max_execution_time = {seconds:Float64}, max_memory_usage = {memory:UInt64},
    max_result_rows = 500000, timeout_overflow_mode = 'throw', result_overflow_mode = 'throw', read_overflow_mode = 'throw',
    group_by_overflow_mode = 'throw', sort_overflow_mode = 'throw', set_overflow_mode = 'throw',
    distinct_overflow_mode = 'throw', transfer_overflow_mode = 'throw', log_queries = 0
