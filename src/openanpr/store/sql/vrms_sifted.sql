-- Which VRMs have this form, which begins with a wildcard? Takes pattern, since_month, until_month, whole_from and limit as
-- vrms_like does, and the pairs of store/sieve.py: m1 v1, m2 v2, m3 v3, m4 v4, m5 v5, m6 v6, m7 v7, m8 v8. Answers the same.
-- Every VRM of a month with a summary is looked at: by its code, and by its text only where it is too long for one.
SELECT mark, sum(n), toUInt32(min(first_day)), toUInt32(max(last_day)) AS last
FROM (
    SELECT reverse(reinterpretAsString(code)) AS mark, n, first_day, last_day
    FROM vrm_month
    PREWHERE bitAnd(code, {m1:UInt64}) = {v1:UInt64} OR bitAnd(code, {m2:UInt64}) = {v2:UInt64}
        OR bitAnd(code, {m3:UInt64}) = {v3:UInt64} OR bitAnd(code, {m4:UInt64}) = {v4:UInt64}
        OR bitAnd(code, {m5:UInt64}) = {v5:UInt64} OR bitAnd(code, {m6:UInt64}) = {v6:UInt64}
        OR bitAnd(code, {m7:UInt64}) = {v7:UInt64} OR bitAnd(code, {m8:UInt64}) = {v8:UInt64}
    WHERE month >= greatest(toDate({since_month:String}), toDate({whole_from:String}))
        AND month <= toDate({until_month:String})
        AND translate(mark, 'IO', '10') LIKE {pattern:String}
    UNION ALL
    SELECT vrm AS mark, n, first_day, last_day
    FROM vrm_month
    PREWHERE code = 0
    WHERE month >= greatest(toDate({since_month:String}), toDate({whole_from:String}))
        AND month <= toDate({until_month:String})
        AND translate(vrm, 'IO', '10') LIKE {pattern:String}
    UNION ALL
    SELECT vrm AS mark, toUInt64(1) AS n, toDate(captured_at) AS first_day, toDate(captured_at) AS last_day
    FROM reads
    WHERE captured_at >= toDateTime64({since_month:String}, 3, 'UTC')
        AND captured_at < toDateTime64({whole_from:String}, 3, 'UTC')
        AND toStartOfMonth(captured_at) <= toDate({until_month:String})
        AND translate(vrm, 'IO', '10') LIKE {pattern:String}
)
GROUP BY mark
ORDER BY last DESC, mark
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
