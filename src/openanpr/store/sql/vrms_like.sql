-- Which VRMs have this form, which begins with a character? Takes: pattern (LIKE, of shapes), since_month and until_month
-- (first days, both in), whole_from (the first day of the first month with a summary: before it the reads are asked), limit.
-- Answers: vrm, n, first_day and last_day (days since 1970-01-01), last seen first.
SELECT vrm, sum(n), toUInt32(min(first_day)), toUInt32(max(last_day)) AS last
FROM (
    SELECT vrm, n, first_day, last_day
    FROM vrm_month
    WHERE month >= greatest(toDate({since_month:String}), toDate({whole_from:String}))
        AND month <= toDate({until_month:String})
        AND translate(vrm, 'IO', '10') LIKE {pattern:String}
    UNION ALL
    SELECT vrm, toUInt64(1) AS n, toDate(captured_at) AS first_day, toDate(captured_at) AS last_day
    FROM reads
    WHERE captured_at >= toDateTime64({since_month:String}, 3, 'UTC')
        AND captured_at < toDateTime64({whole_from:String}, 3, 'UTC')
        AND toStartOfMonth(captured_at) <= toDate({until_month:String})
        AND translate(vrm, 'IO', '10') LIKE {pattern:String}
)
GROUP BY vrm
ORDER BY last DESC, vrm
LIMIT {limit:UInt32}
SETTINGS readonly = 1, max_execution_time = 10, max_memory_usage = 1000000000, max_result_rows = 100001
